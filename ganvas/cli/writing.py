"""Puts a picture into its file: whole or not at all, and never over what somebody else put there meanwhile.

Knows files; nothing of pictures.
"""

import fcntl
import os
import secrets
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from ganvas.filenames import number_name


@dataclass(frozen=True)
class Version:
    """What lies in a file: another file, or the same one written again, is another version."""

    device: int
    number: int
    written: int


def read_version(path: Path) -> Version | None:
    """The version of a file; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return Version(found.st_dev, found.st_ino, found.st_mtime_ns)


def write_picture(data: bytes, path: Path, earlier: Version | None) -> Path:
    """Write a picture and say where it is.

    It replaces ``earlier``, the picture of an earlier call. Whatever else lies at the path by now was put there
    meanwhile, and stays: the picture then gets a number, ``sea (2).jpg``. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".ganvas-{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        with new.open("xb") as file:
            file.write(data)
        with lock_folder(path.parent):
            if earlier is not None and read_version(path) == earlier:
                new.replace(path)
                return path
            return move_to_free(new, path)
    finally:
        new.unlink(missing_ok=True)


@contextmanager
def lock_folder(folder: Path) -> Generator[None]:
    """Keep other processes of ours from writing into the folder, where its file system can."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def move_to_free(new: Path, path: Path) -> Path:
    """Bring a file to a path, or to the first of it with a number, where nothing is; says where."""
    candidates: Iterator[Path] = chain([path], number_name(path))
    return next(candidate for candidate in candidates if create(new, candidate))


def create(new: Path, path: Path) -> bool:
    """Give the file this name too; False where there is something. Raises OSError."""
    try:
        os.link(new, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without links, such as that of a memory card
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        except FileExistsError:
            return False
        new.replace(path)
    return True
