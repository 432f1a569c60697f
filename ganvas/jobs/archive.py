"""ZIP files in and out. A ZIP that comes is hostile until read; one that goes is streamed. Knows ZIP, no picture.

What is refused as a whole: paths that lead out of the folder, links, encryption, more entries or bytes than allowed,
and what unpacks to far more than it is. Counted is what really comes out, not what the file says of itself.
"""

import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, BinaryIO, cast

from ganvas.errors import BadPhoto, TooLarge
from ganvas.jobs.order import clean
from ganvas.listing import is_from_system

CHUNK = 1 << 20
RATIO = 200  # an entry that unpacks to more than this many times its size is a bomb; photos are near 1
SMALL = 1 << 20  # below this no ratio is a bomb
LEVELS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


@dataclass(frozen=True)
class Room:
    """What a ZIP may hold: ``files`` in number, ``bytes`` in all, ``each`` in one."""

    files: int
    bytes: int
    each: int


def is_zip(head: bytes) -> bool:
    """Whether a file that begins like this is a ZIP."""
    return head[:4] in {b"PK\x03\x04", b"PK\x05\x06"}


def unpack(file: BinaryIO, room: Room) -> Iterator[tuple[str, bytes]]:
    """The files of a ZIP with their names, one after another; what systems put beside photos is left out.

    Raises BadPhoto for what is no ZIP, is damaged or plays tricks, and TooLarge beyond the room; what must be refused
    by its table is refused before the first file is given.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            check_table(entries, room)
            left = room.bytes
            for entry in filter(wanted, entries):
                data = read_entry(archive, entry, min(left, room.each))
                left -= len(data)
                yield clean(entry.filename), data
    except DAMAGED as error:
        raise BadPhoto("The ZIP is damaged, or is none.", "Pack the photos anew.") from error


def wanted(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry is somebody's file and not a system's."""
    return not is_from_system(entry.filename)


def check_table(entries: list[zipfile.ZipInfo], room: Room) -> None:
    """Raise for what the table of contents alone shows to be wrong."""
    if len(entries) > room.files:
        raise TooLarge(f"The ZIP holds {len(entries)} files.", f"At most {room.files} are taken at once.")
    for entry in entries:
        check_entry(entry, room)
    if sum(entry.file_size for entry in entries) > room.bytes:
        raise TooLarge(
            "The ZIP unpacks to more than is taken at once.", f"At most {room.bytes >> 20} MiB: send several."
        )


def check_entry(entry: zipfile.ZipInfo, room: Room) -> None:
    """Raise BadPhoto or TooLarge for one entry by what the table says of it."""
    name = entry.orig_filename
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or not parts[0] or ":" in parts[0] or "\0" in name:
        raise BadPhoto(f"The ZIP has a path that leads out of its folder: {name[:80]!r}.", "Pack plain folders.")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise BadPhoto(f"The ZIP has a link in it: {name[:80]!r}.", "Pack the photos themselves.")
    if entry.flag_bits & 0x1:
        raise BadPhoto("The ZIP is encrypted.", "Pack the photos without a password.")
    if entry.compress_type not in LEVELS:
        raise BadPhoto("The ZIP is packed in a way that is not read here.", "Pack it as usual (deflate).")
    if entry.file_size > max(SMALL, RATIO * entry.compress_size):
        raise TooLarge(f"{name[:80]!r} unpacks to over {RATIO} times its size.", "That is a bomb, and no photo.")
    if entry.file_size > room.each:
        raise TooLarge(f"{name[:80]!r} is over {room.each >> 20} MiB.", "Leave it out, or make it smaller.")


def read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """An entry's bytes, of which no more are unpacked than allowed. Raises TooLarge."""
    with archive.open(entry) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise TooLarge("The ZIP unpacks to more than is taken at once.", f"At most {most >> 20} MiB are left for it.")
    return data


class Sink:
    """A file that is only written, and gives away what was written."""

    def __init__(self) -> None:
        self.written = bytearray()
        self.at = 0

    def write(self, data: bytes) -> int:
        """Take bytes."""
        self.written += data
        self.at += len(data)
        return len(data)

    def tell(self) -> int:
        """How many bytes were written in all."""
        return self.at

    def flush(self) -> None:
        """Nothing waits anywhere."""

    def take(self) -> bytes:
        """What was written since the last time."""
        data = bytes(self.written)
        self.written.clear()
        return data


def pack(files: Iterable[tuple[str, BinaryIO]], texts: Iterable[tuple[str, str]] = ()) -> Iterator[bytes]:
    """A ZIP of open files and texts, piece by piece; pictures are packed already, so they are stored as they are."""
    sink = Sink()
    with zipfile.ZipFile(cast("IO[bytes]", sink), "w", zipfile.ZIP_STORED) as archive:
        for name, file in files:
            with file, archive.open(dated(name), "w", force_zip64=True) as entry:
                while data := file.read(CHUNK):
                    entry.write(data)
                    yield sink.take()
        for name, text in texts:
            archive.writestr(dated(name), text)
    yield sink.take()


def dated(name: str) -> zipfile.ZipInfo:
    """An entry of a plain file whose time is the format's first, so that the same pictures give the same ZIP."""
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    return entry
