"""The process that has the decoders loaded and forks one child for each photo. Knows processes and limits, no pictures.

It is started fresh, not forked from the server, so it holds none of the server's sockets, locks, threads or secrets.
It has one thread, reads orders from one socket, and ends when that socket does. A child reads one photo, answers to
whoever asked, and ends; one that takes too long is killed.
"""

import gc
import math
import os
import resource
import select
import signal
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganvas.errors import BadPhoto, GanvasError, TooLarge
from ganvas.image import decoder, wire

REAP, LEAST = 0.5, 0.01  # seconds between looking after children, at most and at least
FILES = 32  # descriptors that a child may open


@dataclass(frozen=True)
class Child:
    """A process that decodes: when it began, the seconds it may take, and those after which it is ended in any case."""

    process: int
    began: float
    seconds: float
    patience: float

    def left(self) -> float:
        """Seconds until it must be looked at again; none when its time is over."""
        took = time.monotonic() - self.began
        if took < self.seconds:
            return self.seconds - took
        return min(self.seconds - took + waited(self.process), self.patience - took)


def waited(process: int) -> float:
    """Seconds that a process could have run but had no processor, because the machine does much else; 0 if unknown."""
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


def serve(control: socket.socket) -> None:
    """Fork a child for each order until the other side is gone."""
    children: list[Child] = []
    while True:
        readable, _, _ = select.select([control], [], [], pause(children))
        if readable:
            order, files = wire.hear(control, 2)
            if not order:
                break
            children.append(Child(fork(order, files), time.monotonic(), order["seconds"], order["patience"]))
        children = [child for child in children if not ended(child)]
    for child in children:
        os.kill(child.process, signal.SIGKILL)


def pause(children: list[Child]) -> float | None:
    """Seconds until somebody must be looked after; None is for ever."""
    if not children:
        return None
    return min(REAP, *(max(LEAST, child.left()) for child in children))


def ended(child: Child) -> bool:
    """Kill a child whose time is over, and let go of one that ended."""
    if child.left() <= 0:
        os.kill(child.process, signal.SIGKILL)
    return os.waitpid(child.process, os.WNOHANG) != (0, 0)


def fork(order: dict[str, Any], files: list[int]) -> int:
    """Start a child on an order; its files are the line to answer on and the photo."""
    child = os.fork()
    if child:
        wire.close(files)
        return child
    try:
        confine(order, files)
        answer(order, *files)
    finally:
        os._exit(0)


def confine(order: dict[str, Any], files: list[int]) -> None:
    """Leave a child its two files and the order's limits, and let it be the first to go when memory is short."""
    low, high = sorted(files)
    os.closerange(3, low)
    os.closerange(low + 1, high)
    os.closerange(high + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    limits = {
        resource.RLIMIT_CPU: math.ceil(order["seconds"]),
        resource.RLIMIT_FSIZE: order["pixels"] * 4 + order["bytes"],
        resource.RLIMIT_NOFILE: FILES,
        resource.RLIMIT_CORE: 0,
    }
    if sys.platform == "linux":
        limits[resource.RLIMIT_AS] = order["memory"]
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000")
    for limit, most in limits.items():
        resource.setrlimit(limit, (most, most))


def answer(order: dict[str, Any], line: int, photo: int) -> None:
    """Decode the photo and tell the result, good or bad."""
    with socket.socket(fileno=line) as teller, open(photo, "rb") as file:
        try:
            result, pixels = decoder.decode(file, order["kind"], order["pixels"])
            wire.say(teller, result, [pixels])
        except (BadPhoto, TooLarge) as error:
            wire.say(teller, refusal(error))


def refusal(error: GanvasError) -> dict[str, str]:
    """An error as a message."""
    return {"error": type(error).__name__, "what": error.what, "right": error.right}


def main() -> None:
    """Load the decoders, say so, and serve the socket whose number is the first argument."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's affair: it closes the socket
    decoder.prepare()
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])) as control:
        with open(os.devnull, "wb") as nowhere:  # libraries complain of every bad photo
            os.dup2(nowhere.fileno(), 2)
        wire.say(control, {"ready": True})
        serve(control)
