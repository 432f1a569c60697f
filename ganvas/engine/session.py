"""One network as a function on arrays. The only module that knows OpenVINO and ONNX Runtime.

Both would report their use to their makers; ``ganvas/__init__.py`` forbids it before either is imported.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Literal, Protocol, TypeVar, cast, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ganvas.errors import BadStyle, Missing

Batch = NDArray[np.float32]
Precision = Literal["auto", "fp32", "bf16"]
Check = Callable[[], None]
WATCH = 0.1  # seconds between two checks of a run that is watched


class Session(Protocol):
    """A network that is open: n x 3 x h x w float32 in -1..1 to the same (a sampler: n x d to n x 3 x h x w)."""

    def __call__(self, x: Batch, /) -> Batch: ...


class Network(Protocol):
    """The same with any number of inputs, in the graph's order; the first output is given back."""

    def __call__(self, *given: Batch) -> Batch: ...


Some = TypeVar("Some", bound=Session | Network)


@runtime_checkable
class Stoppable(Protocol):
    """A network whose run can be given up before it has come to its end."""

    def watch(self, check: Check, *given: Batch) -> Batch:
        """Run; ``check`` is called in this thread every WATCH seconds. Where it raises, the run is given up at once."""
        ...


def watched(network: Some, check: Check) -> Some:
    """The network, watched wherever it is run; a plain function is run as it is."""
    if not isinstance(network, Stoppable):
        return network
    return cast("Some", partial(network.watch, check))


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
    return Runs(session, runtime.RunOptions)


class Runs:
    """A network in ONNX Runtime. Its run is stopped by a flag, so one that is watched has a thread of its own."""

    def __init__(self, session: Any, options: Callable[[], Any]) -> None:
        self.session = session
        self.options = options
        self.names = [value.name for value in session.get_inputs()]

    def __call__(self, *given: Batch) -> Batch:
        return self.run(given, None)

    def run(self, given: tuple[Batch, ...], options: Any) -> Batch:
        """Run, in this thread."""
        return self.session.run(None, dict(zip(self.names, given, strict=True)), options)[0]

    def watch(self, check: Check, *given: Batch) -> Batch:
        """As ``Stoppable`` has it."""
        options = self.options()
        done = aside(self.run, given, options)
        try:
            while not wait([done], WATCH).done:
                check()
        except BaseException:
            options.terminate = True
            raise
        return done.result()


def aside(do: Callable[..., Any], *given: Any) -> "Future[Any]":
    """Do something in a thread of its own; the process does not end before it has."""
    pool = ThreadPoolExecutor(1, thread_name_prefix="run")
    done = pool.submit(do, *given)
    pool.shutdown(wait=False)
    return done


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
    return Requests(network.create_infer_request)


class Requests:
    """A network in OpenVINO: threads share its requests. Each takes a free one, or creates one when all are taken."""

    def __init__(self, create: Callable[[], Any]) -> None:
        self.create = create
        self.free: SimpleQueue[Any] = SimpleQueue()
        self.given_up: list[Any] = []

    def __call__(self, *given: Batch) -> Batch:
        request = self.take()
        try:
            request.infer(list(given), share_inputs=True, share_outputs=True)
            return np.array(request.get_output_tensor(0).data)
        finally:
            self.free.put(request)

    def take(self) -> Any:
        """A request that nobody uses."""
        try:
            return self.free.get_nowait()
        except Empty:
            return self.create()

    def watch(self, check: Check, *given: Batch) -> Batch:
        """As ``Stoppable`` has it. A run that is given up goes to its end aside, as OpenVINO cannot stop one without
        spoiling the next (see decisions); until then no other that is watched begins, so they do not heap up.
        """
        while self.given_up:
            check()
            time.sleep(WATCH)
        request = self.take()
        request.start_async(list(given), share_inputs=True)
        try:
            while not request.wait_for(round(1000 * WATCH)):
                check()
        except BaseException:
            self.given_up.append(request)
            aside(self.put_back, request, given)
            raise
        try:
            return np.array(request.get_output_tensor(0).data)
        finally:
            self.free.put(request)

    def put_back(self, request: Any, _: tuple[Batch, ...]) -> None:
        """Free a request that was given up, at its end; what it was given is kept until then, as it is not copied."""
        try:
            request.wait()
            self.free.put(request)
        finally:
            self.given_up.remove(request)
