"""Which files of a folder are pictures: one rule for commands, ZIP files, jobs, learning and judging.

What systems put beside people's files is left out everywhere alike: hidden files and folders (``._x.jpg``, ``.Trash``,
``.thumbnails``), thumbnails of network drives (``@eaDir``), bins, ``Thumbs.db`` and ``desktop.ini``.
"""

import os
from collections.abc import Iterator
from pathlib import Path, PurePath

from ganvas.errors import BadData

PICTURE_ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".avif", ".tif", ".tiff", ".heic", ".heif"})
# Endings of pictures that are not read here: whoever leaves them out can say so.
UNREAD_ENDINGS = frozenset(
    {".bmp", ".gif", ".jxl", ".jp2", ".j2k", ".psd", ".svg", ".tga", ".ico", ".ppm", ".pgm", ".exr", ".hdr"}
    | {".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2", ".raf", ".pef", ".srw", ".raw"}
)
SYSTEM_NAMES = frozenset(
    {
        "__macosx",
        "thumbs.db",
        "ehthumbs.db",
        "desktop.ini",
        "@eadir",
        "@recycle",
        "@recently-snapshot",
        "#recycle",
        "#snapshot",
    }
    | {"$recycle.bin", "system volume information", "lost+found"}
)

# What programs write beside photos about them.
SIDECAR_ENDINGS = frozenset({".xmp", ".aae", ".json", ".txt", ".thm", ".ini", ".db", ".url", ".lnk"})


def is_system_file(place: str | PurePath) -> bool:
    """Whether any part of a relative path was put there by a system and not by a person."""
    parts = PurePath(str(place).replace("\\", "/")).parts
    return any((part.startswith(".") and part != "..") or part.casefold() in SYSTEM_NAMES for part in parts)


def is_sidecar(name: str) -> bool:
    """Whether a file lies beside photos and says something about them, by its ending."""
    return PurePath(name.replace("\\", "/")).suffix.casefold() in SIDECAR_ENDINGS


def list_pictures(place: Path, endings: frozenset[str] = PICTURE_ENDINGS) -> list[Path]:
    """The picture files under a folder, sorted; ``place`` alone where it is a file, whatever its ending.

    Linked folders are followed, each folder once, so that a link to a folder above is no circle.
    """
    if place.is_file():
        return [place]
    return sorted(path for path in walk_files(place) if path.suffix.lower() in endings)


def list_unread(place: Path) -> list[Path]:
    """The picture files under a folder of kinds that are not read here, sorted: left out, which should be told."""
    return [] if place.is_file() else list_pictures(place, UNREAD_ENDINGS)


def get_base_folder(place: Path) -> Path:
    """What places of pictures are relative to: the folder, or the folder of a single file."""
    return place.parent if place.is_file() else place


def walk_files(top: Path) -> Iterator[Path]:
    """The files of people under a folder, in no order; of a folder that is there twice the unlinked place counts."""
    seen: set[tuple[int, int]] = set()
    waiting, linked = [top], list[Path]()
    while waiting or linked:
        folder = waiting.pop() if waiting else linked.pop(0)
        if (known := identify_folder(folder)) in seen:
            continue
        seen.add(known)
        for entry in sorted(scan_folder(folder), key=lambda entry: entry.name):
            path = folder / entry.name
            if is_system_file(entry.name):
                continue
            if entry.is_dir():
                (linked if entry.is_symlink() else waiting).append(path)
            elif entry.is_file():
                yield path


def scan_folder(folder: Path) -> list[os.DirEntry[str]]:
    """What lies in a folder; nothing where there is none.

    Raises BadData for a folder that may not be looked into: leaving out what is in it would not be noticed.
    """
    try:
        with os.scandir(folder) as found:
            return list(found)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        what = f"{folder} cannot be looked into: {error.strerror}."
        raise BadData(what, "Give a folder that you may read, or move this one out of it.") from error


def identify_folder(folder: Path) -> tuple[int, int]:
    """What is the same for two ways to one folder; zeros where there is none."""
    try:
        about = folder.stat()
    except OSError:
        return 0, 0
    return about.st_dev, about.st_ino
