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

from ganvas.errors import BadStyle, MissingDependency

Batch = NDArray[np.float32]
Precision = Literal["auto", "fp32", "bf16"]
CancelCheck = Callable[[], None]
CHECK_SECONDS = 0.1  # seconds between two checks of a run that is watched


class Session(Protocol):
    """A network that is open: n x 3 x h x w float32 in -1..1 to the same (a sampler: n x d to n x 3 x h x w)."""

    def __call__(self, x: Batch, /) -> Batch: ...


class Network(Protocol):
    """The same with any number of inputs, in the graph's order; the first output is given back."""

    def __call__(self, *given: Batch) -> Batch: ...


AnyNetwork = TypeVar("AnyNetwork", bound=Session | Network)


@runtime_checkable
class CancellableNetwork(Protocol):
    """A network whose run can be given up before it has come to its end."""

    def run_cancellable(self, check: CancelCheck, *given: Batch) -> Batch:
        """Run; ``check`` is called in this thread every WATCH seconds. Where it raises, the run is given up at once."""
        ...


def make_cancellable(network: AnyNetwork, check: CancelCheck) -> AnyNetwork:
    """The network, watched wherever it is run; a plain function is run as it is."""
    if not isinstance(network, CancellableNetwork):
        return network
    return cast("AnyNetwork", partial(network.run_cancellable, check))


def open_network(path: Path | bytes, precision: Precision = "auto", threads: int = 0) -> Network:
    """Open the network in a style file, or in the bytes of one: CUDA where ONNX Runtime has it, else OpenVINO, else
    ONNX Runtime.

    ``auto`` is bf16 where the processor computes in it, else fp32; ``threads`` on the processor, 0 for all. Safe
    under many threads. Raises BadStyle when the network cannot be opened, Missing when neither runtime is installed.
    """
    for way in (open_cuda, open_openvino, open_onnxruntime):
        session = way(path, precision, threads)
        if session is not None:
            return session
    raise MissingDependency("Neither OpenVINO nor ONNX Runtime is installed.", "Install one: pip install openvino.")


def open_cuda(path: Path | bytes, precision: Precision, threads: int) -> Network | None:
    """ONNX Runtime on a GPU, where there is one."""
    runtime = import_onnxruntime()
    if runtime is None or "CUDAExecutionProvider" not in runtime.get_available_providers():
        return None
    return create_onnxruntime_session(runtime, path, ["CUDAExecutionProvider", "CPUExecutionProvider"], threads)


def open_onnxruntime(path: Path | bytes, precision: Precision, threads: int) -> Network | None:
    """ONNX Runtime on the processor, always in fp32."""
    runtime = import_onnxruntime()
    return runtime and create_onnxruntime_session(runtime, path, ["CPUExecutionProvider"], threads)


def import_onnxruntime() -> Any:
    """The module, its telemetry off on Windows too, or None where it is not installed."""
    try:
        import onnxruntime
    except ImportError:
        return None
    onnxruntime.disable_telemetry_events()
    return onnxruntime


def create_onnxruntime_session(runtime: Any, path: Path | bytes, providers: list[str], threads: int) -> Network:
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
        raise BadStyle(f"{name_source(path)} cannot be opened: {str(error).splitlines()[0][:200]}") from error
    return OnnxRuntimeNetwork(session, runtime.RunOptions)


class OnnxRuntimeNetwork:
    """A network in ONNX Runtime. Its run is stopped by a flag, so one that is watched has a thread of its own."""

    def __init__(self, session: Any, options: Callable[[], Any]) -> None:
        self.session = session
        self.make_options = options
        self.names = [value.name for value in session.get_inputs()]

    def __call__(self, *given: Batch) -> Batch:
        return self.run(given, None)

    def run(self, given: tuple[Batch, ...], options: Any) -> Batch:
        """Run, in this thread."""
        return self.session.run(None, dict(zip(self.names, given, strict=True)), options)[0]

    def run_cancellable(self, check: CancelCheck, *given: Batch) -> Batch:
        """As ``Stoppable`` has it."""
        options = self.make_options()
        done = run_in_thread(self.run, given, options)
        try:
            while not wait([done], CHECK_SECONDS).done:
                check()
        except BaseException:
            options.terminate = True
            raise
        return done.result()


def run_in_thread(function: Callable[..., Any], *given: Any) -> "Future[Any]":
    """Do something in a thread of its own; the process does not end before it has."""
    pool = ThreadPoolExecutor(1, thread_name_prefix="run")
    done = pool.submit(function, *given)
    pool.shutdown(wait=False)
    return done


def name_source(path: Path | bytes) -> str:
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
        raise BadStyle(f"{name_source(path)} cannot be opened: {str(error).splitlines()[-1][:200]}") from error
    return OpenVinoNetwork(network.create_infer_request)


class OpenVinoNetwork:
    """A network in OpenVINO: threads share its requests. Each takes a free one, or creates one when all are taken."""

    def __init__(self, create: Callable[[], Any]) -> None:
        self.create_request = create
        self.idle_requests: SimpleQueue[Any] = SimpleQueue()
        self.abandoned_requests: list[Any] = []

    def __call__(self, *given: Batch) -> Batch:
        request = self.take_request()
        try:
            request.infer(list(given), share_inputs=True, share_outputs=True)
            return np.array(request.get_output_tensor(0).data)
        finally:
            self.idle_requests.put(request)

    def take_request(self) -> Any:
        """A request that nobody uses."""
        try:
            return self.idle_requests.get_nowait()
        except Empty:
            return self.create_request()

    def run_cancellable(self, check: CancelCheck, *given: Batch) -> Batch:
        """As ``Stoppable`` has it. A run that is given up goes to its end aside, as OpenVINO cannot stop one without
        spoiling the next (see decisions); until then no other that is watched begins, so they do not heap up.
        """
        while self.abandoned_requests:
            check()
            time.sleep(CHECK_SECONDS)
        request = self.take_request()
        request.start_async(list(given), share_inputs=True)
        try:
            while not request.wait_for(round(1000 * CHECK_SECONDS)):
                check()
        except BaseException:
            self.abandoned_requests.append(request)
            run_in_thread(self.return_when_done, request, given)
            raise
        try:
            return np.array(request.get_output_tensor(0).data)
        finally:
            self.idle_requests.put(request)

    def return_when_done(self, request: Any, _: tuple[Batch, ...]) -> None:
        """Free a request that was given up, at its end; what it was given is kept until then, as it is not copied."""
        try:
            request.wait()
            self.idle_requests.put(request)
        finally:
            self.abandoned_requests.remove(request)
