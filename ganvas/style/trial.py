"""Runs an uploaded network once, in a process that may die.

``python -m ganvas.style.trial`` runs it.

Knows nothing of styles; it is told the file, the kind, the halo, the multiple and the preview as JSON and answers in
JSON.
"""

import base64
import io
import json
import resource
import sys
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

MEMORY_BYTES = 6 * 2**30
CPU_SECONDS = 40
LOCAL_TOLERANCE = 2e-3
MAX_PREVIEW_SIDE = 1024


class OnnxSession(Protocol):
    """What is used of an ONNX Runtime session."""

    def run(self, output_names: None, input_feed: dict[str, NDArray[np.float32]]) -> Any:
        """All outputs for the inputs by name."""

    def get_inputs(self) -> Any:
        """What the inputs are, each with its ``shape``."""


def run_trial_process() -> None:
    """Limit this process, try the network, answer with ``{"error": sentence or empty}`` on the standard output."""
    question = json.load(sys.stdin)
    limit_resources()
    sys.stdout.write(json.dumps({"error": try_network(question)}))


def limit_resources() -> None:
    """Bound memory and processor time, and forbid writing files."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def try_network(question: dict[str, Any]) -> str:
    """What is wrong with the network, in a sentence; empty when nothing is."""
    preview = base64.b64decode(question["preview"])
    if preview and not is_bounded_webp(preview):
        return f"The preview is not a WebP picture of at most {MAX_PREVIEW_SIDE} pixels a side."
    session = load_onnx_session(question["path"])
    if question["kind"] == "sampler":
        return try_sampler(session)
    multiple = question["multiple"]
    return try_sizes(session, multiple) or (
        "" if question["halo"] is None else try_halo(session, question["halo"], multiple)
    )


def is_bounded_webp(preview: bytes) -> bool:
    """Whether it is a WebP picture of bounded size that can be read."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(preview), formats=["WEBP"]) as image:
            bounded = max(image.size) <= MAX_PREVIEW_SIDE
            if bounded:
                image.load()
            return bounded
    except (OSError, ValueError, SyntaxError):
        return False


def load_onnx_session(path: str) -> Any:
    """The network on one thread of ONNX Runtime."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def run_onnx_session(session: OnnxSession, x: NDArray[np.float32], name: str = "x") -> NDArray[np.float32]:
    """The first output for one input."""
    return session.run(None, {name: x})[0]


def make_test_input(*shape: int) -> NDArray[np.float32]:
    """Values in -1..1, always the same."""
    return np.random.Generator(np.random.PCG64(1)).uniform(-1, 1, shape).astype(np.float32)


def count_input_channels(session: OnnxSession) -> int:
    """How many channels the network takes; 3 where it does not say."""
    wide = session.get_inputs()[0].shape[1]
    return wide if isinstance(wide, int) else 3


def try_sizes(session: OnnxSession, multiple: int) -> str:
    """Two sizes and two pictures at once: the same size out, finite numbers."""
    for n, height, width in ((1, 64, 64), (2, 96, 64)):
        x = make_test_input(
            n, count_input_channels(session), -(-height // multiple) * multiple, -(-width // multiple) * multiple
        )
        y = run_onnx_session(session, x)
        if y.shape != (n, 3, *x.shape[2:]):
            return f"The network makes {list(y.shape)} of {list(x.shape)}; it must keep the size."
        if not np.isfinite(y).all():
            return "The network gives numbers that are not finite."
    return ""


def try_halo(session: OnnxSession, halo: int, multiple: int) -> str:
    """A tile with its halo gives what the whole gives, or the network is less local than it says."""
    core, edge = (-(-size // multiple) * multiple for size in (32, halo))
    x = make_test_input(1, count_input_channels(session), 2 * edge + 3 * core, 2 * edge + 3 * core)
    window = slice(core, 2 * core + 2 * edge)
    inner, within = slice(core + edge, 2 * core + edge), slice(edge, edge + core)
    tile = run_onnx_session(session, np.ascontiguousarray(x[:, :, window, window]))[:, :, within, within]
    apart = float(np.abs(tile - run_onnx_session(session, x)[:, :, inner, inner]).max())
    if apart <= LOCAL_TOLERANCE:
        return ""
    return f"The network says that {halo} pixels decide a pixel, but more do: a tile is {apart:.2g} off the whole."


def try_sampler(session: Any) -> str:
    """One code gives one picture of bounded size."""
    shape = [side if isinstance(side, int) else 1 for side in session.get_inputs()[0].shape]
    y = run_onnx_session(session, make_test_input(*shape), "z")
    if y.ndim != 4 or y.shape[:2] != (shape[0], 3) or max(y.shape) > 4096 or not np.isfinite(y).all():
        return f"The network makes {list(y.shape)}; it must make one picture of 3 channels, at most 4096 wide."
    return ""


if __name__ == "__main__":
    run_trial_process()
