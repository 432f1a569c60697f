"""Gives each photo to a process of its own and takes back pixels or a clear error. Knows processes, no decoder.

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
from ganvas.errors import BadPhoto, GanvasError, Missing, TooLarge
from ganvas.image import wire
from ganvas.image.kind import sniff
from ganvas.image.photo import BLOCKS, MIB, Limits, Photo

START = 30.0  # seconds that the process which forks may take to load
GRACE = 5.0  # seconds beyond a photo's own after which that process is taken for dead
MOMENT = 0.05  # seconds between the end of a process and its being known
ERRORS: dict[object, type[GanvasError]] = {"BadPhoto": BadPhoto, "TooLarge": TooLarge}


@dataclass(frozen=True)
class Zygote:
    """The running process that forks, and the line to it."""

    process: subprocess.Popen[bytes]
    control: socket.socket

    def died(self) -> bool:
        """Whether it has ended, or does so within the moment that ending takes."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(MOMENT)
        return self.process.returncode is not None

    def end(self) -> None:
        """Let it go: it ends when its line does."""
        self.control.close()
        self.process.kill()
        self.process.wait()


class Nursery:
    """At most one zygote at a time, started when first needed and again when it died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._zygote: Zygote | None = None

    def order(self, message: dict[str, Any], files: list[int]) -> Zygote:
        """Have a child work on this, and say whose child. Raises Missing when no process can be started."""
        with self._lock:
            zygote = self._running()
            with suppress(OSError):  # who has died takes no order: the asker sees that no answer comes
                wire.say(zygote.control, message, files)
            return zygote

    def start(self) -> None:
        """Have the zygote ready. Raises Missing as ``order`` does."""
        with self._lock:
            self._running()

    def stop(self) -> None:
        """End the zygote, and with it all that it forked."""
        with self._lock:
            if self._zygote:
                self._zygote.end()
            self._zygote = None

    def forget(self) -> None:
        """In a forked process: the zygote is the parent's; the line to it is closed so that it can end."""
        self._lock = threading.Lock()
        if self._zygote:
            self._zygote.control.close()
        self._zygote = None

    def _running(self) -> Zygote:
        if self._zygote and self._zygote.process.poll() is not None:
            self._zygote.end()
            self._zygote = None
        self._zygote = self._zygote or started()
        return self._zygote


def started() -> Zygote:
    """A new zygote that said it is ready. Raises Missing."""
    ours, theirs = socket.socketpair()
    environment = reduce_environment()
    environment |= {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-P", "-c", "from ganvas.image.zygote import main; main()", str(theirs.fileno())]
    with theirs:
        process = subprocess.Popen(
            command, pass_fds=[theirs.fileno()], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
    zygote = Zygote(process, ours)
    ours.settimeout(START)
    try:
        ready, _ = wire.hear(ours, 0)
    except OSError:
        ready = {}
    if not ready:
        zygote.end()
        raise Missing("The process that decodes photos did not start.", "Install Ganvas anew; its output says more.")
    ours.settimeout(None)
    return zygote


NURSERY = Nursery()
os.register_at_fork(after_in_child=NURSERY.forget)
atexit.register(NURSERY.stop)


def start() -> None:
    """Be ready for the first photo: loads the decoders ahead (0.3 s). Raises Missing when that cannot be done."""
    NURSERY.start()


def stop() -> None:
    """End the process that decodes; the next photo starts another."""
    NURSERY.stop()


def decode(data: bytes, limits: Limits | None = None) -> Photo:
    """The photo in the bytes: upright, in sRGB, of an animation the first frame, of several pages the first.

    JPEG, PNG, WebP, AVIF, TIFF and HEIC, told by content. It is read in a process of its own within ``limits``.
    Raises BadPhoto for what is no such photo or damaged, TooLarge beyond the limits, Missing when no process starts.
    """
    limits = limits or Limits()
    if len(data) > limits.bytes:
        raise TooLarge(f"The file has more than {limits.bytes / MIB:g} MB.", "Send a smaller one.")
    kind = sniff(data)
    order = {"kind": kind, "bytes": limits.bytes, "pixels": limits.pixels}
    order |= {"seconds": limits.seconds, "patience": limits.patience, "memory": limits.memory}
    answer, file = asked(data, order)
    try:
        return received(answer, file, kind, limits)
    finally:
        wire.close([file])


def asked(data: bytes, order: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """A child's answer to an order, and the file of its result. Raises what the child refused with."""
    begun = time.monotonic()
    answer, files, zygote = asked_once(data, order)
    if not answer and time.monotonic() - begun < order["seconds"] and zygote.died():
        answer, files, _ = asked_once(data, order)  # not the photo's fault: somebody killed the one that forks
    if len(files) == 1 and "error" not in answer:
        return answer, files[0]
    wire.close(files)
    raise refused(answer, time.monotonic() - begun, order["seconds"])


def asked_once(data: bytes, order: dict[str, Any]) -> tuple[dict[str, Any], list[int], Zygote]:
    """What a child answers to an order, or nothing, with the files that it sent, and whose child it was."""
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            photo = wire.blank_file()
            try:
                write(photo, data)
                zygote = NURSERY.order(order, [theirs.fileno(), photo])
            finally:
                wire.close([photo])
        ours.settimeout(order["patience"] + GRACE)
        return *heard(ours), zygote


def write(file: int, data: bytes) -> None:
    """All of the bytes into a file, which is left at its beginning."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]
    os.lseek(file, 0, os.SEEK_SET)


def heard(line: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """What a child says, or nothing when it died, fell silent or talked nonsense."""
    try:
        return wire.hear(line, 1)
    except (OSError, ValueError):
        return {}, []


def refused(answer: dict[str, Any], took: float, seconds: float) -> GanvasError:
    """The error that a child named, or the one that its end without a word means."""
    if kind := ERRORS.get(answer.get("error")):
        return kind(str(answer.get("what", ""))[:500], str(answer.get("right", ""))[:500])
    if took >= seconds:
        right = "Send a smaller photo, save it anew, or try again when the machine is less busy."
        return TooLarge(f"Decoding took longer than {seconds:g} s.", right)
    return BadPhoto("The photo cannot be decoded: its decoder failed.", "Save it anew, or send another.")


def received(answer: dict[str, Any], file: int, kind: str, limits: Limits) -> Photo:
    """The photo in a child's file, which is mapped and not copied. Trusts nothing that the child says."""
    try:
        height, width, blocks = int(answer["height"]), int(answer["width"]), dict[str, int](answer["blocks"])
        wire.freeze(file)
        area, whole = height * width, os.fstat(file).st_size
        if min(height, width) < 1 or area > limits.pixels or area * 4 + sum(blocks.values()) != whole:
            raise ValueError("sizes that do not fit")
        memory = mmap.mmap(file, whole)
        pixels = np.frombuffer(memory, np.uint8, area * 3).reshape(height, width, 3)
        alpha = np.frombuffer(memory, np.uint8, area, area * 3).reshape(height, width) if answer["alpha"] else None
        return Photo(pixels, alpha, {"format": kind, **cut(memory, area * 4, blocks)})
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise refused({}, 0.0, limits.seconds) from error


def cut(memory: mmap.mmap, at: int, blocks: dict[str, int]) -> dict[str, bytes]:
    """The blocks of metadata that lie one after another from ``at``."""
    found: dict[str, bytes] = {}
    for name in BLOCKS:
        if name in blocks:
            found[name] = memory[at : at + blocks[name]]
            at += blocks[name]
    return found
