"""The fork server: keeps the decoders loaded and forks one limited child for each photo.

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
from ganvas.image.sandbox import decoder, protocol

MAX_POLL_SECONDS, MIN_POLL_SECONDS = 0.5, 0.01  # seconds between looking after children, at most and at least
MAX_OPEN_FILES = 32  # descriptors that a child may open


@dataclass(frozen=True)
class DecodeChild:
    """A process that decodes: when it began, the seconds it may take, and those after which it is ended in any case."""

    pid: int
    started_at: float
    seconds: float
    max_wall_seconds: float

    def seconds_left(self) -> float:
        """Seconds until it must be looked at again; none when its time is over."""
        took = time.monotonic() - self.started_at
        if took < self.seconds:
            return self.seconds - took
        return min(self.seconds - took + read_starved_seconds(self.pid), self.max_wall_seconds - took)


def read_starved_seconds(pid: int) -> float:
    """Seconds that a process could have run but had no processor, because the machine does much else; 0 if unknown."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


def serve_requests(control: socket.socket) -> None:
    """Fork a child for each order until the other side is gone."""
    children: list[DecodeChild] = []
    while True:
        readable, _, _ = select.select([control], [], [], compute_poll_seconds(children))
        if readable:
            order, files = protocol.receive_message(control, 2)
            if not order:
                break
            children.append(
                DecodeChild(fork_child(order, files), time.monotonic(), order["seconds"], order["patience"])
            )
        children = [child for child in children if not reap_child(child)]
    for child in children:
        os.kill(child.pid, signal.SIGKILL)


def compute_poll_seconds(children: list[DecodeChild]) -> float | None:
    """Seconds until somebody must be looked after; None is for ever."""
    if not children:
        return None
    return min(MAX_POLL_SECONDS, *(max(MIN_POLL_SECONDS, child.seconds_left()) for child in children))


def reap_child(child: DecodeChild) -> bool:
    """Kill a child whose time is over, and let go of one that ended."""
    if child.seconds_left() <= 0:
        os.kill(child.pid, signal.SIGKILL)
    return os.waitpid(child.pid, os.WNOHANG) != (0, 0)


def fork_child(request: dict[str, Any], files: list[int]) -> int:
    """Start a child on an order; its files are the line to answer on and the photo."""
    child = os.fork()
    if child:
        protocol.close_files(files)
        return child
    try:
        confine_child(request, files)
        answer_request(request, *files)
    finally:
        os._exit(0)


def confine_child(request: dict[str, Any], files: list[int]) -> None:
    """Leave a child its two files and the order's limits, and let it be the first to go when memory is short."""
    low, high = sorted(files)
    os.closerange(3, low)
    os.closerange(low + 1, high)
    os.closerange(high + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    limits = {
        resource.RLIMIT_CPU: math.ceil(request["seconds"]),
        resource.RLIMIT_FSIZE: request["pixels"] * 4 + request["bytes"],
        resource.RLIMIT_NOFILE: MAX_OPEN_FILES,
        resource.RLIMIT_CORE: 0,
    }
    if sys.platform == "linux":
        limits[resource.RLIMIT_AS] = request["memory"]
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000")
    for limit, most in limits.items():
        resource.setrlimit(limit, (most, most))


def answer_request(request: dict[str, Any], connection: int, photo: int) -> None:
    """Decode the photo and tell the result, good or bad."""
    with socket.socket(fileno=connection) as teller, open(photo, "rb") as file:
        try:
            result, pixels = decoder.decode_file(file, request["kind"], request["pixels"])
            protocol.send_message(teller, result, [pixels])
        except (BadPhoto, TooLarge) as error:
            protocol.send_message(teller, encode_error(error))


def encode_error(error: GanvasError) -> dict[str, str]:
    """An error as a message."""
    return {"error": type(error).__name__, "what": error.what, "right": error.right}


def run_fork_server() -> None:
    """Load the decoders, say so, and serve the socket whose number is the first argument."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's affair: it closes the socket
    decoder.load_decoders()
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])) as control:
        with open(os.devnull, "wb") as nowhere:  # libraries complain of every bad photo
            os.dup2(nowhere.fileno(), 2)
        protocol.send_message(control, {"ready": True})
        serve_requests(control)
