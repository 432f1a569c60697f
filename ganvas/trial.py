"""One try of a network that somebody brought, made to be run as a process that may die: ``python -m ganvas.trial``.

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

MEMORY = 6 * 2**30
SECONDS = 40
LOCAL_TOLERANCE = 2e-3
PREVIEW_SIDE = 1024


class Session(Protocol):
    """What is used of an ONNX Runtime session."""

    def run(self, output_names: None, input_feed: dict[str, NDArray[np.float32]]) -> Any:
        """All outputs for the inputs by name."""

    def get_inputs(self) -> Any:
        """What the inputs are, each with its ``shape``."""


def main() -> None:
    """Limit this process, try the network, answer with ``{"error": sentence or empty}`` on the standard output."""
    question = json.load(sys.stdin)
    limit()
    sys.stdout.write(json.dumps({"error": judge(question)}))


def limit() -> None:
    """Bound memory and processor time, and forbid writing files."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def judge(question: dict[str, Any]) -> str:
    """What is wrong with the network, in a sentence; empty when nothing is."""
    preview = base64.b64decode(question["preview"])
    if preview and not small(preview):
        return f"The preview is not a WebP picture of at most {PREVIEW_SIDE} pixels a side."
    session = start(question["path"])
    if question["kind"] == "sampler":
        return try_sampler(session)
    multiple = question["multiple"]
    return try_sizes(session, multiple) or (
        "" if question["halo"] is None else try_halo(session, question["halo"], multiple)
    )


def small(preview: bytes) -> bool:
    """Whether it is a WebP picture of bounded size that can be read."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(preview), formats=["WEBP"]) as image:
            bounded = max(image.size) <= PREVIEW_SIDE
            if bounded:
                image.load()
            return bounded
    except (OSError, ValueError, SyntaxError):
        return False


def start(path: str) -> Any:
    """The network on one thread of ONNX Runtime."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def run(session: Session, x: NDArray[np.float32], name: str = "x") -> NDArray[np.float32]:
    """The first output for one input."""
    return session.run(None, {name: x})[0]


def noise(*shape: int) -> NDArray[np.float32]:
    """Values in -1..1, always the same."""
    return np.random.Generator(np.random.PCG64(1)).uniform(-1, 1, shape).astype(np.float32)


def channels(session: Session) -> int:
    """How many channels the network takes; 3 where it does not say."""
    wide = session.get_inputs()[0].shape[1]
    return wide if isinstance(wide, int) else 3


def try_sizes(session: Session, multiple: int) -> str:
    """Two sizes and two pictures at once: the same size out, finite numbers."""
    for n, height, width in ((1, 64, 64), (2, 96, 64)):
        x = noise(n, channels(session), -(-height // multiple) * multiple, -(-width // multiple) * multiple)
        y = run(session, x)
        if y.shape != (n, 3, *x.shape[2:]):
            return f"The network makes {list(y.shape)} of {list(x.shape)}; it must keep the size."
        if not np.isfinite(y).all():
            return "The network gives numbers that are not finite."
    return ""


def try_halo(session: Session, halo: int, multiple: int) -> str:
    """A tile with its halo gives what the whole gives, or the network is less local than it says."""
    core, edge = (-(-size // multiple) * multiple for size in (32, halo))
    x = noise(1, channels(session), 2 * edge + 3 * core, 2 * edge + 3 * core)
    window = slice(core, 2 * core + 2 * edge)
    inner, within = slice(core + edge, 2 * core + edge), slice(edge, edge + core)
    tile = run(session, np.ascontiguousarray(x[:, :, window, window]))[:, :, within, within]
    apart = float(np.abs(tile - run(session, x)[:, :, inner, inner]).max())
    if apart <= LOCAL_TOLERANCE:
        return ""
    return f"The network says that {halo} pixels decide a pixel, but more do: a tile is {apart:.2g} off the whole."


def try_sampler(session: Any) -> str:
    """One code gives one picture of bounded size."""
    shape = [side if isinstance(side, int) else 1 for side in session.get_inputs()[0].shape]
    y = run(session, noise(*shape), "z")
    if y.ndim != 4 or y.shape[:2] != (shape[0], 3) or max(y.shape) > 4096 or not np.isfinite(y).all():
        return f"The network makes {list(y.shape)}; it must make one picture of 3 channels, at most 4096 wide."
    return ""


if __name__ == "__main__":
    main()
