"""How much room a disk has, and what the system's errors of writing mean."""

import errno
import shutil
from collections.abc import Iterable
from pathlib import Path

from ganvas.errors import GanvasError, NoSpace, NotWritable

FULL = {errno.ENOSPC, errno.EDQUOT}
CLOSED = {errno.EROFS, errno.EACCES, errno.EPERM}


def check_space(folders: Iterable[Path], least: int, wanted: int = 0) -> None:
    """Raise NoSpace where a disk would have fewer than ``least`` bytes free after ``wanted`` more were written."""
    for folder in map(find_existing, folders):
        if shutil.disk_usage(folder).free - wanted < least:
            raise full_disk()


def find_existing(folder: Path) -> Path:
    """The folder, or the nearest above it that is there."""
    return next(place for place in (folder, *folder.absolute().parents) if place.exists())


def full_disk() -> NoSpace:
    """The error of a disk that is full, or nearly."""
    return NoSpace("The server's disk is full, or nearly.", "Try again when its administrator has made room.")


def find_disk_fault(error: BaseException | None) -> GanvasError | None:
    """What an error of the system's says of the disk: full, or not to be written; None for any other error."""
    number = error.errno if isinstance(error, OSError) else None
    if number in FULL:
        return full_disk()
    if number in CLOSED:
        return NotWritable("The server's folders cannot be written.", "Its administrator must give it the right to.")
    return None
