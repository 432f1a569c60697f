"""Decodes each photo in a process of its own, through a fork server.

The processes are forked by one that was started for this (``zygote``), so that a photo does not wait for an
interpreter. Safe under many threads; a process forked from this one starts its own.
"""

import atexit
import mmap
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from ganvas.environment import reduce_environment
from ganvas.errors import BadPhoto, GanvasError, MissingDependency, TooLarge
from ganvas.image.formats import sniff
from ganvas.image.photo import METADATA_BLOCKS, MIB, DecodeLimits, Photo
from ganvas.image.sandbox import protocol

START_SECONDS = 30.0  # seconds that the process which forks may take to load
GRACE_SECONDS = 5.0  # seconds beyond a photo's own after which that process is taken for dead
EXIT_SECONDS = 0.05  # seconds between the end of a process and its being known
REPLY_ERRORS: dict[object, type[GanvasError]] = {"BadPhoto": BadPhoto, "TooLarge": TooLarge}


@dataclass(frozen=True)
class ForkServer:
    """The running process that forks, and the line to it."""

    process: subprocess.Popen[bytes]
    control: socket.socket

    def has_died(self) -> bool:
        """Whether it has ended, or does so within the moment that ending takes."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(EXIT_SECONDS)
        return self.process.returncode is not None

    def terminate(self) -> None:
        """Let it go: it ends when its line does."""
        self.control.close()
        self.process.kill()
        self.process.wait()


class DecoderPool:
    """At most one zygote at a time, started when first needed and again when it died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._server: ForkServer | None = None

    def submit(self, request: dict[str, Any], files: list[int]) -> ForkServer:
        """Have a child work on this, and say whose child. Raises Missing when no process can be started."""
        with self._lock:
            zygote = self._ensure_running()
            with suppress(OSError):  # who has died takes no order: the asker sees that no answer comes
                protocol.send_message(zygote.control, request, files)
            return zygote

    def start(self) -> None:
        """Have the zygote ready. Raises Missing as ``order`` does."""
        with self._lock:
            self._ensure_running()

    def stop(self) -> None:
        """End the zygote, and with it all that it forked."""
        with self._lock:
            if self._server:
                self._server.terminate()
            self._server = None

    def detach_after_fork(self) -> None:
        """In a forked process: the zygote is the parent's; the line to it is closed so that it can end."""
        self._lock = threading.Lock()
        if self._server:
            self._server.control.close()
        self._server = None

    def _ensure_running(self) -> ForkServer:
        if self._server and self._server.process.poll() is not None:
            self._server.terminate()
            self._server = None
        self._server = self._server or start_fork_server()
        return self._server


def start_fork_server() -> ForkServer:
    """A new zygote that said it is ready. Raises Missing."""
    ours, theirs = socket.socketpair()
    environment = reduce_environment()
    environment |= {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OPENBLAS_NUM_THREADS": "1"}
    command = [
        sys.executable,
        "-P",
        "-c",
        "from ganvas.image.sandbox.forkserver import run_fork_server; run_fork_server()",
        str(theirs.fileno()),
    ]
    with theirs:
        process = subprocess.Popen(
            command, pass_fds=[theirs.fileno()], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
    zygote = ForkServer(process, ours)
    ours.settimeout(START_SECONDS)
    try:
        ready, _ = protocol.receive_message(ours, 0)
    except OSError:
        ready = {}
    if not ready:
        zygote.terminate()
        raise MissingDependency(
            "The process that decodes photos did not start.", "Install Ganvas anew; its output says more."
        )
    ours.settimeout(None)
    return zygote


DECODER_POOL = DecoderPool()
os.register_at_fork(after_in_child=DECODER_POOL.detach_after_fork)
atexit.register(DECODER_POOL.stop)


def start_decoders() -> None:
    """Be ready for the first photo: loads the decoders ahead (0.3 s). Raises Missing when that cannot be done."""
    DECODER_POOL.start()


def stop_decoders() -> None:
    """End the process that decodes; the next photo starts another."""
    DECODER_POOL.stop()


def decode(data: bytes, limits: DecodeLimits | None = None) -> Photo:
    """The photo in the bytes: upright, in sRGB, of an animation the first frame, of several pages the first.

    JPEG, PNG, WebP, AVIF, TIFF and HEIC, told by content. It is read in a process of its own within ``limits``.
    Raises BadPhoto for what is no such photo or damaged, TooLarge beyond the limits, Missing when no process starts.
    """
    limits = limits or DecodeLimits()
    if len(data) > limits.bytes:
        raise TooLarge(f"The file has more than {limits.bytes / MIB:g} MB.", "Send a smaller one.")
    kind = sniff(data)
    order = {"kind": kind, "bytes": limits.bytes, "pixels": limits.pixels}
    order |= {"seconds": limits.seconds, "patience": limits.max_wall_seconds, "memory": limits.memory}
    answer, file = request_decode(data, order)
    try:
        return map_photo(answer, file, kind, limits)
    finally:
        protocol.close_files([file])


def request_decode(data: bytes, request: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """A child's answer to an order, and the file of its result. Raises what the child refused with."""
    begun = time.monotonic()
    answer, files, zygote = try_request_decode(data, request)
    if not answer and time.monotonic() - begun < request["seconds"] and zygote.has_died():
        answer, files, _ = try_request_decode(
            data, request
        )  # not the photo's fault: somebody killed the one that forks
    if len(files) == 1 and "error" not in answer:
        return answer, files[0]
    protocol.close_files(files)
    raise make_decode_error(answer, time.monotonic() - begun, request["seconds"])


def try_request_decode(data: bytes, request: dict[str, Any]) -> tuple[dict[str, Any], list[int], ForkServer]:
    """What a child answers to an order, or nothing, with the files that it sent, and whose child it was."""
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            photo = protocol.create_memory_file()
            try:
                write_from_start(photo, data)
                zygote = DECODER_POOL.submit(request, [theirs.fileno(), photo])
            finally:
                protocol.close_files([photo])
        ours.settimeout(request["patience"] + GRACE_SECONDS)
        return *receive_reply(ours), zygote


def write_from_start(file: int, data: bytes) -> None:
    """All of the bytes into a file, which is left at its beginning."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]
    os.lseek(file, 0, os.SEEK_SET)


def receive_reply(connection: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """What a child says, or nothing when it died, fell silent or talked nonsense."""
    try:
        return protocol.receive_message(connection, 1)
    except (OSError, ValueError):
        return {}, []


def make_decode_error(reply: dict[str, Any], elapsed: float, seconds: float) -> GanvasError:
    """The error that a child named, or the one that its end without a word means."""
    if kind := REPLY_ERRORS.get(reply.get("error")):
        return kind(str(reply.get("what", ""))[:500], str(reply.get("right", ""))[:500])
    if elapsed >= seconds:
        right = "Send a smaller photo, save it anew, or try again when the machine is less busy."
        return TooLarge(f"Decoding took longer than {seconds:g} s.", right)
    return BadPhoto("The photo cannot be decoded: its decoder failed.", "Save it anew, or send another.")


def map_photo(reply: dict[str, Any], file: int, kind: str, limits: DecodeLimits) -> Photo:
    """The photo in a child's file, which is mapped and not copied. Trusts nothing that the child says."""
    try:
        height, width, blocks = int(reply["height"]), int(reply["width"]), dict[str, int](reply["blocks"])
        protocol.seal_size(file)
        area, whole = height * width, os.fstat(file).st_size
        if min(height, width) < 1 or area > limits.pixels or area * 4 + sum(blocks.values()) != whole:
            raise ValueError("sizes that do not fit")
        memory = mmap.mmap(file, whole)
        pixels = np.frombuffer(memory, np.uint8, area * 3).reshape(height, width, 3)
        alpha = np.frombuffer(memory, np.uint8, area, area * 3).reshape(height, width) if reply["alpha"] else None
        return Photo(pixels, alpha, {"format": kind, **split_metadata_blocks(memory, area * 4, blocks)})
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise make_decode_error({}, 0.0, limits.seconds) from error


def split_metadata_blocks(memory: mmap.mmap, at: int, blocks: dict[str, int]) -> dict[str, bytes]:
    """The blocks of metadata that lie one after another from ``at``."""
    found: dict[str, bytes] = {}
    for name in METADATA_BLOCKS:
        if name in blocks:
            found[name] = memory[at : at + blocks[name]]
            at += blocks[name]
    return found
