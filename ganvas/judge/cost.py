"""What a style costs: parameters, operations, seconds and memory.

Seconds and memory are taken in a process of its own for each size, ``python -m ganvas.judge.cost STYLE.onnx EDGE``,
with the engine that serves; the memory is the largest resident set of that process, all of Python included.
"""

import json
import math
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx

from ganvas.engine.engine import Engine, compute_working_size
from ganvas.errors import BadStyle
from ganvas.style.catalog import Catalog
from ganvas.style.file import Style, load_style, write_atomically

LONG_EDGES = (256, 512, 1024, 4096)  # long edges of a photo of 3 : 2, in pixels
REPEATS = 3
TIMEOUT_SECONDS = 300  # seconds


def measure_style_cost(path: Path) -> dict[str, Any]:
    """Parameters; by long edge: operations (two a multiplication), seconds a photo, bytes resident at most."""
    style, model = load_style(path), onnx.load(str(path), load_external_data=False)
    sizes: dict[str, Any] = {}
    for edge in LONG_EDGES:
        height, width = compute_working_size(style, 1.0, compute_photo_size(edge))
        sizes[str(edge)] = {"operations": count_operations(model, height, width), **measure_in_subprocess(path, edge)}
    return {"parameters": count_parameters(model), "bytes": path.stat().st_size, "sizes": sizes}


def compute_photo_size(edge: int) -> tuple[int, int]:
    """Height and width of a photo of 3 : 2."""
    return edge * 2 // 3, edge


def count_parameters(model: onnx.ModelProto) -> int:
    """The numbers that were learned, as they lie in the file."""
    return sum(
        math.prod(tensor.dims) for tensor in model.graph.initializer if tensor.data_type == onnx.TensorProto.FLOAT
    )


def count_operations(model: onnx.ModelProto, height: int, width: int) -> int | None:
    """Additions and multiplications of the convolutions and matrix products; None where sizes cannot be told."""
    fixed = onnx.ModelProto.FromString(model.SerializeToString())
    for dim, value in zip(fixed.graph.input[0].type.tensor_type.shape.dim, (1, 3, height, width), strict=False):
        dim.dim_value = value
    del fixed.graph.value_info[:]
    graph = onnx.shape_inference.infer_shapes(fixed, data_prop=True).graph
    sizes = {value.name: read_tensor_shape(value) for value in (*graph.value_info, *graph.output, *graph.input)}
    weights = {tensor.name: list(tensor.dims) for tensor in graph.initializer}
    counts = [
        count_node_operations(node, sizes, weights)
        for node in graph.node
        if node.op_type in ("Conv", "ConvTranspose", "Gemm")
    ]
    return None if None in counts else sum(filter(None, counts))


def read_tensor_shape(value: onnx.ValueInfoProto) -> list[int]:
    """A tensor's shape, 0 for a side that is not known."""
    return [dim.dim_value for dim in value.type.tensor_type.shape.dim]


def count_node_operations(
    node: onnx.NodeProto, sizes: dict[str, list[int]], weights: dict[str, list[int]]
) -> int | None:
    """The operations of one convolution or matrix product: each weight once for each place that it meets."""
    name = node.input[0] if node.op_type == "ConvTranspose" else node.output[0]
    kernel, size = weights.get(node.input[1]), sizes.get(name, [0])
    places = math.prod(size[2:]) if node.op_type != "Gemm" else 1
    return 2 * math.prod(kernel) * places if kernel and places else None


def measure_in_subprocess(path: Path, edge: int) -> dict[str, float | None]:
    """Seconds and bytes for one size, from a process of its own; None where that took too long or failed."""
    command = [sys.executable, "-m", "ganvas.judge.cost", str(path), str(edge)]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=True)
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return {"seconds": None, "memory": None}
    return json.loads(run.stdout)


def main() -> None:
    """Paint one photo a few times and print the fastest seconds and the largest memory as JSON."""
    if len(sys.argv) != 3:
        raise BadStyle("There is nothing to measure.", "Give a style file and a long edge in pixels.")
    path, edge = Path(sys.argv[1]), int(sys.argv[2])
    with TemporaryDirectory(prefix="ganvas-") as folder:
        engine, style = open_single_style_engine(path, Path(folder))
        times = [time_photo(engine, style, edge) for _ in range(REPEATS)]
    sys.stdout.write(json.dumps({"seconds": min(times), "memory": read_peak_memory()}))


def read_peak_memory() -> int:
    """The largest resident set of this process, in bytes. On Linux ``getrusage`` would count the parent's, too."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) * 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def open_single_style_engine(path: Path, folder: Path) -> tuple[Engine, Style]:
    """An engine that offers the style of this file and no other; ``folder`` must outlive it."""
    style = load_style(path)
    write_atomically(path.read_bytes(), folder / f"{style.name}.onnx")
    return Engine(Catalog([folder])), style


def time_photo(engine: Engine, style: Style, edge: int) -> float:
    """The seconds of one photo."""
    height, width = compute_photo_size(edge)
    noise = np.random.Generator(np.random.PCG64(edge)).integers(0, 256, (height, width, 3), np.uint8)
    begun = time.perf_counter()
    engine.apply(style.name, noise)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
