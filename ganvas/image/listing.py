"""Which files of a folder are somebody's pictures, and which are put there by systems. Knows names alone."""

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".avif", ".tif", ".tiff", ".heic", ".heif"})
SIDECARS = frozenset({".xmp", ".aae", ".json", ".txt", ".thm", ".ini", ".db", ".url", ".lnk"})
# Without case. Beside them all whose name begins with a dot: .Trash, .thumbnails, .DS_Store, and ._x of macOS.
SYSTEM_NAMES = frozenset(
    {
        "__macosx",
        "@eadir",  # Synology's thumbnails
        "#recycle",
        "#snapshot",
        "@recycle",  # QNAP
        "@recently-snapshot",
        "$recycle.bin",
        "system volume information",
        "lost+found",
        "thumbs.db",
        "ehthumbs.db",
        "desktop.ini",
    }
)


def is_system_file(name: str) -> bool:
    """Whether a path, relative to what somebody gave, is a system's: itself or one of its folders."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return any((part.startswith(".") and part != "..") or part.casefold() in SYSTEM_NAMES for part in parts)


def is_sidecar(name: str) -> bool:
    """Whether a file lies beside photos and says something about them, by its ending."""
    return PurePosixPath(name.replace("\\", "/")).suffix.casefold() in SIDECARS


def list_pictures(folder: Path) -> list[Path]:
    """The pictures in a folder and all below it, by their endings, sorted; what systems put there is left out.

    Folders that are linked are followed, each once, so that a circle of links ends; a folder that is also there itself
    is taken from where it is. Files that are linked count. What cannot be opened is left out.
    """
    return sorted(path for path in walk(folder, set()) if path.suffix.lower() in PICTURES and path.is_file())


def walk(folder: Path, seen: set[tuple[int, int]]) -> Iterator[Path]:
    """The files of a folder: first its own, then those behind its links; ``seen`` are the folders that are done."""
    links: list[Path] = []
    for place, folders, files in os.walk(folder):
        here = Path(place)
        if not mark_seen(here, seen):
            folders.clear()
            continue
        wanted = sorted(name for name in folders if not is_system_file(name))
        links += [here / name for name in wanted if (here / name).is_symlink()]
        folders[:] = [name for name in wanted if not (here / name).is_symlink()]
        yield from (here / name for name in files if not is_system_file(name))
    for link in links:
        yield from walk(link, seen)


def mark_seen(folder: Path, seen: set[tuple[int, int]]) -> bool:
    """Whether a folder was not seen before, whatever name leads to it; it is from now on."""
    try:
        found = folder.stat()
    except OSError:
        return False
    identity = found.st_dev, found.st_ino
    new = identity not in seen
    seen.add(identity)
    return new
