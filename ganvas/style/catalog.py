"""The catalogue: the style files of some folders, by name and version."""

import difflib
import os
import threading
from collections.abc import Sequence
from pathlib import Path

from ganvas.errors import BadStyle, Forbidden, StyleConflict, UnknownStyle
from ganvas.style.file import LOG, Style, load_style, read_style_file, write_atomically


class Catalog:
    """The styles on offer in some folders; safe under threads.

    The first folder that can be written is its own: there it publishes and removes. The others are read only
    (the built-in styles are the last). A file that appears in a folder while serving is on offer at the next
    question; one that is no style is left out. Of one name the highest version is meant, unless ``NAME@VERSION``
    is asked; of the same name and version, the one in the earlier folder.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = [Path(folder) for folder in folders]
        self.lock = threading.Lock()
        self.known_files: dict[Path, tuple[tuple[int, int, int], Style | None]] = {}

    def names(self) -> list[str]:
        """The names on offer, sorted."""
        return sorted({style.name for style in self.scan_folders().values()})

    def get(self, name: str) -> Style:
        """The style of this name, or of this ``NAME@VERSION``; raises UnknownStyle, which lists near names."""
        return self.find_file_and_style(name)[1]

    def get_or_newest(self, name: str) -> Style:
        """As ``get``; but an older version that is gone, as after an upgrade, gives way to the newest of its name."""
        stem, _, version = name.partition("@")
        try:
            return self.get(name)
        except UnknownStyle:
            newest = self.get(stem)
            if not (version.isdecimal() and int(version) < newest.version):
                raise
            return newest

    def path(self, name: str) -> Path:
        """The file of the style of this name; raises UnknownStyle."""
        return self.find_file_and_style(name)[0]

    def find_file_and_style(self, name: str) -> tuple[Path, Style]:
        """The file and the style of this name."""
        stem, _, version = name.partition("@")
        offers = [(path, style) for path, style in self.scan_folders().items() if style.name == stem]
        offers = [offer for offer in offers if not version or str(offer[1].version) == version]
        if not offers:
            raise UnknownStyle(f"There is no style named {name[:60]!r}.", self.suggest_names(stem))
        return max(offers, key=lambda offer: offer[1].version)  # the first of equals: the earlier folder

    def suggest_names(self, name: str) -> str:
        """A sentence that names near names, or all."""
        names = self.names()
        near = difflib.get_close_matches(name, names, n=3, cutoff=0.5) or names[:12]
        return f"Did you mean {', '.join(near)}?" if near else "No style is installed: see `ganvas styles add`."

    def publish(self, path: Path) -> Style:
        """Offer a style file under its name. Raises StyleConflict when this version is offered with other contents."""
        style = load_style(path)
        for other in self.scan_folders().values():
            if (other.name, other.version) == (style.name, style.version):
                if other.sha256 == style.sha256:
                    return other
                raise StyleConflict(
                    f"{style.name} version {style.version} is published, and a published version never changes.",
                    f"Publish it as version {other.version + 1}, or under another name.",
                )
        folder = self.find_writable_folder()
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(read_style_file(path), folder / f"{style.name}.v{style.version}.onnx", mode=0o444)
        return style

    def remove(self, name: str) -> None:
        """Take all versions of a published style off; raises UnknownStyle, or Forbidden for one that is built in."""
        self.find_file_and_style(name)
        own = self.list_added_files(name)
        if not own:
            raise Forbidden(f"{name} is built in and cannot be removed.", "Only styles that were added can.")
        for path in own:
            path.unlink(missing_ok=True)

    def list_added_files(self, name: str) -> list[Path]:
        """The files of this name that were published here, and so can be removed; of a built-in style there is none."""
        try:
            folder = self.find_writable_folder()
        except Forbidden:
            return []
        return [path for path, style in self.scan_folders().items() if style.name == name and path.parent == folder]

    def find_writable_folder(self) -> Path:
        """The folder to publish in: the first that can be written, or made."""
        for folder in self.folders:
            place = next(place for place in (folder, *folder.absolute().parents) if place.exists())
            if os.access(place, os.W_OK):
                return folder
        raise Forbidden("No folder of styles can be written.", "Set GANVAS_DATA to a folder that can.")

    def scan_folders(self) -> dict[Path, Style]:
        """The styles by file, in the folders' order; reads only files that are new or changed since the last time."""
        with self.lock:
            stamps = {path: stamp for folder in self.folders for path, stamp in list_style_files(folder)}
            self.known_files = {path: self.refresh_file(path, stamp) for path, stamp in stamps.items()}
            return {path: style for path, (_, style) in self.known_files.items() if style}

    def refresh_file(self, path: Path, stamp: tuple[int, int, int]) -> tuple[tuple[int, int, int], Style | None]:
        """What is known of a file, read again if its stamp is another."""
        if path in self.known_files and self.known_files[path][0] == stamp:
            return self.known_files[path]
        try:
            return stamp, load_style(path)
        except BadStyle as error:
            LOG.warning("%s is left out: %s", path.name, error)
            return stamp, None


def list_style_files(folder: Path) -> list[tuple[Path, tuple[int, int, int]]]:
    """The ONNX files in a folder with inode, size and time of change; none when there is no such folder."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        found = [(Path(entry.path), entry.stat()) for entry in entries if entry.name.endswith(".onnx")]
    except OSError:
        return []
    return [(path, (stat.st_ino, stat.st_size, stat.st_mtime_ns)) for path, stat in found]
