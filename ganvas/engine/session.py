"""One network as a function on arrays. The only module that knows OpenVINO and ONNX Runtime.

Both would report their use to their makers; ``ganvas/__init__.py`` forbids it before either is imported.
"""

from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from ganvas.errors import BadStyle, Missing

Batch = NDArray[np.float32]
Precision = Literal["auto", "fp32", "bf16"]


class Session(Protocol):
    """A network that is open: n x 3 x h x w float32 in -1..1 to the same (a sampler: n x d to n x 3 x h x w)."""

    def __call__(self, x: Batch, /) -> Batch: ...


class Network(Protocol):
    """The same with any number of inputs, in the graph's order; the first output is given back."""

    def __call__(self, *given: Batch) -> Batch: ...


def open(path: Path | bytes, precision: Precision = "auto", threads: int = 0) -> Network:
    """Open the network in a style file, or in the bytes of one: CUDA where ONNX Runtime has it, else OpenVINO, else
    ONNX Runtime.

    ``auto`` is bf16 where the processor computes in it, else fp32; ``threads`` on the processor, 0 for all. Safe
    under many threads. Raises BadStyle when the network cannot be opened, Missing when neither runtime is installed.
    """
    for way in (open_cuda, open_openvino, open_onnxruntime):
        session = way(path, precision, threads)
        if session is not None:
            return session
    raise Missing("Neither OpenVINO nor ONNX Runtime is installed.", "Install one: pip install openvino.")


def open_cuda(path: Path | bytes, precision: Precision, threads: int) -> Network | None:
    """ONNX Runtime on a GPU, where there is one."""
    runtime = import_onnxruntime()
    if runtime is None or "CUDAExecutionProvider" not in runtime.get_available_providers():
        return None
    return start(runtime, path, ["CUDAExecutionProvider", "CPUExecutionProvider"], threads)


def open_onnxruntime(path: Path | bytes, precision: Precision, threads: int) -> Network | None:
    """ONNX Runtime on the processor, always in fp32."""
    runtime = import_onnxruntime()
    return runtime and start(runtime, path, ["CPUExecutionProvider"], threads)


def import_onnxruntime() -> Any:
    """The module, its telemetry off on Windows too, or None where it is not installed."""
    try:
        import onnxruntime
    except ImportError:
        return None
    onnxruntime.disable_telemetry_events()
    return onnxruntime


def start(runtime: Any, path: Path | bytes, providers: list[str], threads: int) -> Network:
    """A session of ONNX Runtime; its ``run`` is safe under threads."""
    options = runtime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads
    kinds = runtime.capi.onnxruntime_pybind11_state
    errors = (kinds.Fail, kinds.InvalidArgument, kinds.InvalidGraph, kinds.InvalidProtobuf, kinds.NotImplemented)
    try:
        source = path if isinstance(path, bytes) else str(path)
        session = runtime.InferenceSession(source, options, providers=providers)
    except (*errors, kinds.RuntimeException, kinds.NoSuchFile) as error:
        raise BadStyle(f"{told(path)} cannot be opened: {str(error).splitlines()[0][:200]}") from error
    names = [value.name for value in session.get_inputs()]
    return lambda *given: session.run(None, dict(zip(names, given, strict=True)))[0]


def told(path: Path | bytes) -> str:
    """What to call it in a sentence."""
    return path.name if isinstance(path, Path) else "The network"


def import_openvino() -> Any:
    """The module, or None where it is not installed."""
    try:
        import openvino
    except ImportError:
        return None
    return openvino


def open_openvino(path: Path | bytes, precision: Precision, threads: int) -> Network | None:
    """OpenVINO on the processor; one compiled network for all sizes, as dynamic shapes cost nothing (see decisions)."""
    openvino = import_openvino()
    if openvino is None:
        return None
    core = openvino.Core()
    able = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    kind = "f32" if precision == "fp32" or not able else "bf16"
    hints = {"INFERENCE_PRECISION_HINT": kind, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": threads}
    try:
        network = core.compile_model(core.read_model(path), "CPU", hints)
    except RuntimeError as error:
        raise BadStyle(f"{told(path)} cannot be opened: {str(error).splitlines()[-1][:200]}") from error
    return pooled(network.create_infer_request)


def pooled(create: Callable[[], Any]) -> Network:
    """Share requests among threads: each call takes a free one, or creates one when all are taken."""
    free: SimpleQueue[Any] = SimpleQueue()

    def run(*given: Batch) -> Batch:
        try:
            request = free.get_nowait()
        except Empty:
            request = create()
        try:
            request.infer(list(given), share_inputs=True, share_outputs=True)
            return np.array(request.get_output_tensor(0).data)
        finally:
            free.put(request)

    return run
