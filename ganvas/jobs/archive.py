"""ZIP files in and out. A ZIP that comes is hostile until read; one that goes is streamed.

An entry fails alone where it is damaged, encrypted, a link, too large or has a path that leads out of the folder. What
is refused as a whole: more entries or bytes than allowed, what unpacks to far more than it is, and a ZIP of which no
entry is left. Counted is what really comes out, not what the file says of itself.
"""

import re
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, BinaryIO, cast

from ganvas.errors import BadPhoto, GanvasError, TooLarge
from ganvas.filenames import show_name
from ganvas.jobs.request import sanitise_upload_name
from ganvas.jobs.zip_names import read_names
from ganvas.listing import is_sidecar, is_system_file

CHUNK_BYTES = 1 << 20
MAX_COMPRESSION_RATIO = (
    200  # a ZIP that unpacks to more than this many times its size is a bomb; photos are near 1, a blank scan 1000
)
RATIO_FREE_BYTES = 256 << 20  # below this no ratio is a bomb
BESIDE = 10  # times as many files as photos may lie in a ZIP: thumbnails, notes on each photo, folders
MARK = b"PK\x01\x02"  # before each entry of the table of contents
ENTRY = 1024  # bytes that an entry of the table may have in the mean: 46, its name and what programs add
END_RECORD = 1 << 17  # the table's end with its comment is no longer
DRIVE = re.compile("[A-Za-z]:")
COMPRESSION_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
DAMAGED_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


@dataclass
class ZipLimits:
    """What the files of one body may still hold: ``files`` in number, ``bytes`` in all, ``each`` in one.

    One room serves all ZIPs of a body: what each takes is taken off. ``unpacked`` bytes came of ``packed`` so far.
    """

    max_files: int
    max_bytes: int
    max_file_bytes: int
    unpacked: int = 0
    packed: int = 0

    def take(self, size: int) -> None:
        """One file of this size is taken."""
        self.max_files -= 1
        self.max_bytes = max(0, self.max_bytes - size)


class GuardedFile:
    """An open file whose table of contents is counted before it is read: ``zipfile`` makes an object of each entry.

    While ``opening``, a piece that holds more than ``most`` entries, or is longer than so many could be, is refused.
    """

    def __init__(self, file: BinaryIO, most: int) -> None:
        self.file = file
        self.most = most
        self.opening = True

    def read(self, size: int = -1) -> bytes:
        """The next bytes. Raises TooLarge for a table of too many entries."""
        if self.opening and size > max(END_RECORD, self.most * ENTRY):
            raise self.too_many()
        data = self.file.read(size)
        if self.opening and data.count(MARK) > self.most:
            raise self.too_many()
        return data

    def seek(self, at: int, whence: int = 0) -> int:
        """Go to a place."""
        return self.file.seek(at, whence)

    def tell(self) -> int:
        """The place."""
        return self.file.tell()

    def seekable(self) -> bool:
        """It is."""
        return True

    def too_many(self) -> TooLarge:
        """The error for a table that is too long."""
        return TooLarge("The ZIP holds too many files.", f"There is room for {self.most // BESIDE}: send several jobs.")


def is_zip(head: bytes) -> bool:
    """Whether a file that begins like this is a ZIP."""
    return head[:4] in {b"PK\x03\x04", b"PK\x05\x06"}


def unpack_zip(file: BinaryIO, limits: ZipLimits) -> Iterator[tuple[str, bytes | GanvasError]]:
    """The files of a ZIP with their names, one after another: bytes, or why this one cannot be had.

    What systems and programs put beside photos is left out. Raises BadPhoto for what is no ZIP, is damaged as a whole
    or holds nothing that can be had, and TooLarge beyond the room; what must be refused by its table is refused before
    the first file is given.
    """
    guarded = GuardedFile(file, BESIDE * max(1, limits.max_files))
    try:
        with zipfile.ZipFile(cast("IO[bytes]", guarded)) as archive:
            guarded.opening = False
            entries = check_zip_directory(archive.infolist(), limits)
            yield from after_success(read_entries(archive, entries, limits))
    except DAMAGED_ZIP_ERRORS as error:
        raise BadPhoto("The ZIP is damaged, or is none.", "Pack the photos anew.") from error


def check_zip_directory(table: list[zipfile.ZipInfo], limits: ZipLimits) -> list[tuple[zipfile.ZipInfo, str]]:
    """The entries that are wanted, with their names. Raises for what the table of contents alone shows to be wrong."""
    if len(table) > BESIDE * limits.max_files:
        raise too_many_files(len(table), limits)
    named = zip(table, read_names(table), strict=True)
    entries = [(entry, name) for entry, name in named if is_wanted(entry, name)]
    if len(entries) > limits.max_files:
        raise too_many_files(len(entries), limits)
    taken = [entry for entry, name in entries if find_fault(entry, name, limits) is None]
    size, packed = sum(entry.file_size for entry in taken), sum(entry.compress_size for entry in taken)
    if size > limits.max_bytes:
        raise unpacks_to_more(limits.max_bytes)
    limits.unpacked, limits.packed = limits.unpacked + size, limits.packed + packed
    if limits.unpacked > max(RATIO_FREE_BYTES, MAX_COMPRESSION_RATIO * limits.packed):
        raise TooLarge(
            f"The ZIP unpacks to over {MAX_COMPRESSION_RATIO} times its size.", "That is a bomb, and no photos."
        )
    return entries


def too_many_files(number: int, room: ZipLimits) -> TooLarge:
    """The error for more files than there is room for."""
    return TooLarge(f"The ZIP holds {number} files.", f"There is room for {room.max_files}: send several jobs.")


def unpacks_to_more(most: int) -> TooLarge:
    """The error for more bytes than there is room for."""
    return TooLarge("The ZIP unpacks to more than is taken at once.", f"At most {most >> 20} MiB: send several.")


def is_wanted(entry: zipfile.ZipInfo, name: str) -> bool:
    """Whether an entry is somebody's file: no folder, nothing of a system's and no program's notes on a photo."""
    folder = entry.is_dir() or name.endswith(("/", "\\"))
    return not (folder or is_system_file(name) or is_sidecar(name))


def find_fault(entry: zipfile.ZipInfo, name: str, room: ZipLimits) -> GanvasError | None:
    """Why an entry is not taken, by what the table says of it; None where it is."""
    parts = name.replace("\\", "/").split("/")
    shown = f"'{show_name(name[:80])}'"
    if ".." in parts or not parts[0] or DRIVE.fullmatch(parts[0]):
        return BadPhoto(f"{shown} is a path that leads out of its folder.", "Pack plain folders.")
    if stat.S_ISLNK(entry.external_attr >> 16):
        return BadPhoto(f"{shown} is a link.", "Pack the photos themselves.")
    if entry.flag_bits & 0x1:
        return BadPhoto(f"{shown} is encrypted.", "Pack the photos without a password.")
    if entry.compress_type not in COMPRESSION_METHODS:
        return BadPhoto(f"{shown} is packed in a way that is not read here.", "Pack it as usual (deflate).")
    if entry.file_size > room.max_file_bytes:
        return TooLarge(f"{shown} is over {room.max_file_bytes >> 20} MiB.", "Leave it out, or make it smaller.")
    return None


def read_entries(
    archive: zipfile.ZipFile, entries: list[tuple[zipfile.ZipInfo, str]], room: ZipLimits
) -> Iterator[tuple[str, bytes | GanvasError]]:
    """The entries one after another. Raises TooLarge where more comes out than there is room for."""
    whole = room.max_bytes
    for entry, name in entries:
        data = find_fault(entry, name, room) or read_zip_entry(
            archive, entry, name, min(room.max_bytes, room.max_file_bytes)
        )
        if isinstance(data, TooLarge) and room.max_bytes < room.max_file_bytes:
            raise unpacks_to_more(whole)
        room.take(len(data) if isinstance(data, bytes) else 0)
        yield sanitise_upload_name(name), data


def read_zip_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, max_bytes: int) -> bytes | GanvasError:
    """An entry's bytes, of which no more are unpacked than allowed, or why there are none."""
    try:
        with archive.open(entry) as file:
            data = file.read(max_bytes + 1)
    except DAMAGED_ZIP_ERRORS:
        return BadPhoto(f"'{show_name(name[:80])}' is damaged in the ZIP.", "Pack it anew.")
    if len(data) > max_bytes:
        return TooLarge(f"'{show_name(name[:80])}' unpacks to more than the ZIP says.", "Pack it anew.")
    return data


def after_success(
    files: Iterator[tuple[str, bytes | GanvasError]],
) -> Iterator[tuple[str, bytes | GanvasError]]:
    """The files, of which those that failed before the first that did not wait for it. Raises the first's fault
    where all failed."""
    waiting: list[tuple[str, GanvasError]] = []
    for name, data in files:
        if isinstance(data, GanvasError):
            waiting.append((name, data))
            continue
        yield from waiting
        yield name, data
        yield from files
        return
    if waiting:
        raise waiting[0][1]


class WriteBuffer:
    """A file that is only written, and gives away what was written."""

    def __init__(self) -> None:
        self.written = bytearray()
        self.position = 0

    def write(self, data: bytes) -> int:
        """Take bytes."""
        self.written += data
        self.position += len(data)
        return len(data)

    def tell(self) -> int:
        """How many bytes were written in all."""
        return self.position

    def flush(self) -> None:
        """Nothing waits anywhere."""

    def take_written(self) -> bytes:
        """What was written since the last time."""
        data = bytes(self.written)
        self.written.clear()
        return data


def pack_zip(files: Iterable[tuple[str, BinaryIO]], texts: Iterable[tuple[str, str]] = ()) -> Iterator[bytes]:
    """A ZIP of open files and texts, piece by piece; pictures are packed already, so they are stored as they are."""
    sink = WriteBuffer()
    with zipfile.ZipFile(cast("IO[bytes]", sink), "w", zipfile.ZIP_STORED) as archive:
        for name, file in files:
            with file, archive.open(make_zip_entry(name), "w", force_zip64=True) as entry:
                while data := file.read(CHUNK_BYTES):
                    entry.write(data)
                    yield sink.take_written()
        for name, text in texts:
            archive.writestr(make_zip_entry(name), text)
    yield sink.take_written()


def make_zip_entry(name: str) -> zipfile.ZipInfo:
    """An entry of a plain file whose time is the format's first, so that the same pictures give the same ZIP."""
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    return entry
