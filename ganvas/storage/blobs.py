"""Blobs, kept under the hash of their content while somebody holds them.

A blob is a folder ``blobs/ab/abcd...`` with the bytes in ``data`` and one empty file for each holder. A blob is there
when its ``data`` is: that appears by one rename, after it is on the disk. What a holder lets go and nobody else holds
is gone at once. Whoever puts has an hour to say for whom (a lease); the next ``hold`` takes that lease over.

Safe for many threads and processes on one file system with locks: changes to a blob are made under a lock that the
system takes back from a process that dies, and in an order in which stopping at any step loses nothing that is held.
"""

import fcntl
import hashlib
import os
import re
import time
import uuid
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote

from ganvas.errors import NotFound, NotWritable
from ganvas.storage.disk import find_disk_fault

KEY_PATTERN = re.compile(r"[0-9a-f]{64}")
DATA_NAME = "data"
HOLDER_PREFIX, LEASE_PREFIX = "held-by-", "leased-"
LEASE_SECONDS = 3600.0
CHUNK_BYTES = 2**20
MAX_NAME_BYTES = 200  # bytes of a holder's file name; what is longer goes by its hash


class Store:
    """The blobs below one folder. Keys are SHA-256 in hex; a holder is any text, as ``picture:17``."""

    def __init__(self, root: Path) -> None:
        self.root = Path(root)
        try:
            for part in ("blobs", "arriving", "locks"):
                (self.root / part).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            what = f"The folder {self.root} cannot be written: {error.strerror}."
            raise NotWritable(what, "Give the right to, or set GANVAS_DATA to another.") from error

    def put(self, data: bytes, holder: str | None = None, lease: str = "") -> str:
        """Keep the bytes and say their key; for the holder, or else for an hour until somebody holds them.

        A ``lease`` that is named can be given up. Raises NoSpace.
        """
        return self._write_blob([data], holder, lease)

    def put_file(self, path: Path, holder: str | None = None) -> str:
        """Keep what is in a file, of any size, and say its key; the file stays."""
        with path.open("rb") as file:
            return self._write_blob(iter(lambda: file.read(CHUNK_BYTES), b""), holder)

    def give_up(self, key: str, lease: str) -> None:
        """End a lease that was named; a blob that nobody holds and no other lease keeps is deleted."""
        with self._lock_blob(key) as folder:
            (folder / f"{LEASE_PREFIX}{lease}").unlink(missing_ok=True)
            sync_folder(folder)
            delete_if_unheld(folder, time.time() - LEASE_SECONDS)

    def get(self, key: str) -> bytes:
        """The bytes under a key. Raises NotFound."""
        with self.open(key) as file:
            return file.read()

    def open(self, key: str) -> BinaryIO:
        """The blob as an open file, which stays readable when the blob is deleted meanwhile. Raises NotFound."""
        try:
            return (self._blob_folder(key) / DATA_NAME).open("rb")
        except FileNotFoundError as error:
            raise make_not_found(key) from error

    def path(self, key: str) -> Path:
        """Where the blob's bytes lie, to be read only. Raises NotFound."""
        path = self._blob_folder(key) / DATA_NAME
        if not path.is_file():
            raise make_not_found(key)
        return path

    def hold(self, key: str, holder: str) -> None:
        """Keep a blob until this holder releases it; holding twice is holding once. Raises NotFound."""
        with self._lock_blob(key) as folder:
            if not (folder / DATA_NAME).exists():
                raise make_not_found(key)
            touch_synced(folder / name_holder_file(holder))
            lease = min(folder.glob(f"{LEASE_PREFIX}*"), default=None, key=read_modified_time)
            if lease:
                lease.unlink(missing_ok=True)

    def release(self, key: str, holder: str) -> None:
        """Let go; a blob that nobody holds any more is deleted. Releasing what is not held does nothing."""
        with self._lock_blob(key) as folder:
            (folder / name_holder_file(holder)).unlink(missing_ok=True)
            sync_folder(folder)
            delete_if_unheld(folder, time.time() - LEASE_SECONDS)

    def holders(self, key: str) -> list[str]:
        """Who holds a blob, sorted; those with very long names by their hash. Leases are not counted."""
        found = self._blob_folder(key).glob(f"{HOLDER_PREFIX}*")
        return sorted(unquote(path.name.removeprefix(HOLDER_PREFIX)) for path in found)

    def keys(self) -> Iterator[str]:
        """The keys of all blobs."""
        return (path.parent.name for path in (self.root / "blobs").glob(f"*/*/{DATA_NAME}"))

    def sweep(self, seconds: float = LEASE_SECONDS) -> int:
        """Delete what nobody holds and no lease younger than ``seconds`` keeps; says how many blobs that were.

        Nothing is left to it but what a killed process left behind and what was put for nobody.
        """
        before, deleted = time.time() - seconds, 0
        for file in (self.root / "arriving").iterdir():
            if read_modified_time(file) < before:
                file.unlink(missing_ok=True)
        for folder in list((self.root / "blobs").glob("*/*")):
            with self._lock_blob(folder.name):
                deleted += delete_if_unheld(folder, before)
        return deleted

    def _write_blob(self, chunks: Iterable[bytes], holder: str | None, lease: str = "") -> str:
        arriving = self.root / "arriving" / uuid.uuid4().hex
        try:
            key = write_synced(chunks, arriving)
            with self._lock_blob(key) as folder:
                create_blob_folder(folder)
                if not (folder / DATA_NAME).exists():
                    arriving.replace(folder / DATA_NAME)
                touch_synced(
                    folder / (name_holder_file(holder) if holder else f"{LEASE_PREFIX}{lease or uuid.uuid4().hex}")
                )
            return key
        except OSError as error:
            raise find_disk_fault(error) or error from error
        finally:
            arriving.unlink(missing_ok=True)

    def _blob_folder(self, key: str) -> Path:
        if not KEY_PATTERN.fullmatch(key):
            raise make_not_found(key)
        return self.root / "blobs" / key[:2] / key

    @contextmanager
    def _lock_blob(self, key: str) -> Generator[Path]:
        folder = self._blob_folder(key)
        with (self.root / "locks" / key[:2]).open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder


def make_not_found(key: str) -> NotFound:
    """The error for a key under which nothing is kept."""
    return NotFound(f"Nothing is kept under {key[:64]!r}.", "It may have been deleted; look at the list.")


def name_holder_file(holder: str) -> str:
    """The name of a holder's file."""
    name = quote(holder, safe="")
    return HOLDER_PREFIX + (name if len(name) <= MAX_NAME_BYTES else hashlib.sha256(holder.encode()).hexdigest())


def write_synced(chunks: Iterable[bytes], path: Path) -> str:
    """Write a new file through to the disk and say the SHA-256 of what is in it."""
    digest = hashlib.sha256()
    with path.open("xb") as file:
        for chunk in chunks:
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def create_blob_folder(folder: Path) -> None:
    """Make a blob's folder, through to the disk."""
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        sync_folder(folder.parent)
        sync_folder(folder.parent.parent)


def touch_synced(path: Path) -> None:
    """Make an empty file, or make it new again, through to the disk."""
    path.touch()
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Bring to the disk which names a folder has."""
    if not folder.exists():
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_modified_time(path: Path) -> float:
    """When a file was last written, in seconds; now where it is gone."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return time.time()


def delete_if_unheld(folder: Path, before: float) -> bool:
    """Delete a blob that nobody holds and no lease from after ``before`` keeps; says whether there was one.

    The bytes go last of all but the folder, so that stopping half way leaves a blob that a sweep finds.
    """
    if not folder.exists():
        return False
    names = list(folder.iterdir())
    if any(path.name.startswith(HOLDER_PREFIX) for path in names):
        return False
    if any(path.name.startswith(LEASE_PREFIX) and read_modified_time(path) >= before for path in names):
        return False
    for path in sorted(names, key=lambda path: path.name == DATA_NAME):
        path.unlink(missing_ok=True)
    folder.rmdir()
    sync_folder(folder.parent)
    return folder / DATA_NAME in names
