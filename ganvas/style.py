"""Style: what a style file says of itself. Catalog: the styles on offer. Knows the ONNX container and folders, and
nothing of pixels, engines or training.

A style is one ONNX file. Two metadata entries make it a style: ``ganvas.style``, a JSON object of all that a
caller must know, and ``ganvas.preview``, a WebP picture in base64.
"""

import base64
import binascii
import difflib
import hashlib
import json
import os
import re
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, cast

import onnx
from google.protobuf.message import DecodeError

from ganvas import network
from ganvas.errors import BadStyle, Forbidden, Taken, UnknownStyle
from ganvas.stroke_settings import build_stroke_settings

ABOUT = "ganvas.style"
PREVIEW = "ganvas.preview"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,47}")
MAX_BYTES = 256 * 2**20
MAX_ABOUT = 256 * 2**10
MAX_PREVIEW = 256 * 2**10
CANVAS = (64, 4096)  # pixels


@dataclass(frozen=True)
class Style:
    """What a style file says of itself; ``sha256`` and ``preview`` are read from the file, the rest is its JSON.

    ``halo``: pixels at the working size that a tile needs around it, None when the network looks at the whole
    picture. ``fixed_halo``: the same for such a network once its norms are given the statistics of a thumbnail, None
    when it can be run whole only. ``multiple``: the sides of a tile are multiples of this. ``canvas``: the long edge,
    in pixels, at which the strokes are as wide as the painter's (``Controls.stroke`` 1). ``drawing``: the same for a
    line drawing on paper, whose figure must be seen as a whole; 0 where it is the canvas, too. ``grain``: deviation of
    the fixed noise that is added to x (-1..1) before the network. ``texture``: the noise itself, with deviation 1,
    follows as three further channels of x. ``strokes``: the settings of the stroke map that follows last, see
    ``ganvas.stroke_settings``; empty where there is none. ``cells``: the picture is made of squares of one colour,
    which stay squares when it is enlarged. ``title`` and ``card`` are by language ("en", "zh").
    """

    name: str
    title: Mapping[str, str]
    kind: str = "transfer"
    version: int = 1
    method: str = ""
    halo: int | None = None
    fixed_halo: int | None = None
    multiple: int = 1
    canvas: int = 1024
    drawing: int = 0
    grain: float = 0.0
    texture: bool = False
    strokes: Mapping[str, Any] = field(default_factory=dict[str, Any])
    cells: bool = False
    artist: str = ""
    licence: str = ""
    source: str = ""
    parity: Mapping[str, float] = field(default_factory=dict[str, float])
    scores: Mapping[str, Any] = field(default_factory=dict[str, Any])
    recipe: Mapping[str, Any] = field(default_factory=dict[str, Any])
    card: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    made: Mapping[str, Any] = field(default_factory=dict[str, Any])
    sha256: str = ""
    preview: bytes = b""

    def about(self) -> dict[str, Any]:
        """The JSON object that travels in the file."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("sha256", "preview")}


def load(path: Path) -> Style:
    """Read a style file. Runs nothing of it. Raises BadStyle when it is not one, or holds what a style may not."""
    data = read(path)
    return describe(parse(data, path), hashlib.sha256(data).hexdigest())


def save(model: onnx.ModelProto, style: Style, path: Path) -> Style:
    """Write ``model`` as a style file, whole or not at all; the style as read back, with its sha256."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    about = json.dumps(style.about(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    preview = base64.b64encode(style.preview).decode()
    onnx.helper.set_model_props(model, {ABOUT: about, PREVIEW: preview})
    data = model.SerializeToString(deterministic=True)
    saved = describe(parse(data, path), hashlib.sha256(data).hexdigest())
    write(data, path)
    return saved


def rewrite(path: Path, style: Style) -> Style:
    """Give an unpublished file another description (scores, card, preview); BadStyle for a published one."""
    if not path.stat().st_mode & 0o200:
        raise BadStyle(f"{path.name} is published, and a published version never changes.", "Save a new version.")
    return save(parse(read(path), path), style, path)


def read(path: Path) -> bytes:
    """The bytes of a style file of bounded size."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadStyle(f"{path.name} is over {MAX_BYTES >> 20} MiB.", "A style is one ONNX file of a few MB.")
        return path.read_bytes()
    except OSError as error:
        raise BadStyle(f"{path} cannot be read: {error.strerror}.") from error


def parse(data: bytes, path: Path) -> onnx.ModelProto:
    """The ONNX model in the bytes; external data is never followed."""
    try:
        return onnx.ModelProto.FromString(data)
    except DecodeError as error:
        raise BadStyle(f"{path.name} is not an ONNX file.", "A style is one .onnx file.") from error


def write(data: bytes, path: Path, mode: int = 0o644) -> None:
    """Put the bytes at ``path``, whole or not at all."""
    handle, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def check(path: Path) -> Style:
    """Read a file that somebody brings, strictly, and try it at a small size in a disposable process.

    Raises BadStyle when the file is not a style, holds what a style may not (see ``ganvas.network``), takes too
    long or too much memory, gives another size than it was given, or is less local than its halo says.
    """
    style = load(path)
    network.attempt(path, style.preview, style.kind, style.halo, style.multiple)
    return style


def describe(model: onnx.ModelProto, sha256: str) -> Style:
    """The style that a model with our two metadata entries is; raises BadStyle where they do not hold together."""
    entries = {entry.key: entry.value for entry in model.metadata_props}
    if ABOUT not in entries:
        raise BadStyle("This is an ONNX file but not a style: it does not say what it is.", "Use `ganvas export`.")
    about = parse_about(entries[ABOUT])
    network.inspect(model, about)
    return Style(**about, sha256=sha256, preview=parse_preview(entries.get(PREVIEW, "")))


def parse_about(text: str) -> dict[str, Any]:
    """The JSON object of a style with nothing unknown, missing or out of range; raises BadStyle."""
    try:
        about = json.loads(text, parse_constant=refuse) if len(text) <= MAX_ABOUT else None
        json.dumps(about, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise BadStyle("The description in the style file is not JSON.") from error
    if not isinstance(about, dict):
        raise BadStyle(f"The description in the style file is not a JSON object of at most {MAX_ABOUT >> 10} KiB.")
    entries: dict[str, Any] = about  # pyright: ignore[reportUnknownVariableType]
    unknown = sorted(set(entries) - set(RULES))
    if unknown:
        raise BadStyle(f"The style file says {', '.join(unknown)[:200]}, which this version of Ganvas does not know.")
    for key in sorted({"name", "title"} - set(entries)):
        raise BadStyle(f"The style file does not say its {key}.")
    for key, value in entries.items():
        if not RULES[key][0](value):
            raise BadStyle(f"The style file says {key} = {str(value)[:60]!r}.", f"It must be {RULES[key][1]}.")
    return entries


def refuse(constant: str) -> None:
    """NaN and the infinities are not JSON."""
    raise ValueError(constant)


def parse_preview(text: str) -> bytes:
    """The WebP bytes of a preview, or none; raises BadStyle."""
    try:
        preview = base64.b64decode(text, validate=True) if len(text) <= MAX_PREVIEW else b"too long"
    except (binascii.Error, ValueError) as error:
        raise BadStyle("The preview in the style file is not base64.") from error
    if preview and not (preview[:4] == b"RIFF" and preview[8:12] == b"WEBP"):
        raise BadStyle(f"The preview in the style file is not a WebP picture of at most {MAX_PREVIEW >> 10} KiB.")
    return preview


Rule = tuple[Callable[[Any], bool], str]


def whole(low: int, high: int) -> Rule:
    """A whole number within bounds."""
    return lambda value: type(value) is int and low <= value <= high, f"a whole number from {low} to {high}"


def text(longest: int) -> Rule:
    """A string of bounded length."""
    return lambda value: isinstance(value, str) and len(value) <= longest, f"text of at most {longest} characters"


def texts(value: Any) -> bool:
    """Whether it is a mapping of at least one language to text."""
    table = cast(dict[str, object], value) if isinstance(value, dict) else {}
    return bool(table) and all(isinstance(words, str) and len(words) <= 4000 for words in table.values())


def stroked(value: Any) -> bool:
    """Whether it is a table of settings of strokes, or an empty one."""
    if not isinstance(value, dict):
        return False
    try:
        build_stroke_settings(cast(dict[str, Any], value))
    except ValueError:
        return False
    return True


TABLE: Rule = (lambda value: isinstance(value, dict), "a table")
RULES: dict[str, Rule] = {
    "name": (lambda value: isinstance(value, str) and NAME.fullmatch(value) is not None, "a-z, 0-9 and -, at most 48"),
    "title": (texts, "a table of text by language"),
    "kind": (lambda value: value in ("transfer", "sampler"), "transfer or sampler"),
    "version": whole(1, 10**6),
    "method": text(200),
    "halo": (lambda value: value is None or whole(0, 512)[0](value), "nothing, or a whole number from 0 to 512"),
    "fixed_halo": (lambda value: value is None or whole(0, 512)[0](value), "nothing, or a whole number from 0 to 512"),
    "multiple": whole(1, 256),
    "canvas": whole(*CANVAS),
    "drawing": (lambda value: value == 0 or whole(*CANVAS)[0](value), f"0, or {whole(*CANVAS)[1]}"),
    "cells": (lambda value: type(value) is bool, "true or false"),
    "texture": (lambda value: type(value) is bool, "true or false"),
    "strokes": (stroked, "a table of settings of strokes"),
    "grain": (lambda value: type(value) in (int, float) and 0 <= value <= 1, "a number from 0 to 1"),
    "artist": text(400),
    "licence": text(400),
    "source": text(2000),
    "parity": TABLE,
    "scores": TABLE,
    "recipe": TABLE,
    "card": (
        lambda value: isinstance(value, dict) and all(map(texts, cast(dict[str, object], value).values())),
        "texts",
    ),
    "made": TABLE,
}


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
        self.seen: dict[Path, tuple[tuple[int, int, int], Style | None]] = {}

    def names(self) -> list[str]:
        """The names on offer, sorted."""
        return sorted({style.name for style in self.scan().values()})

    def get(self, name: str) -> Style:
        """The style of this name, or of this ``NAME@VERSION``; raises UnknownStyle, which lists near names."""
        return self.find(name)[1]

    def path(self, name: str) -> Path:
        """The file of the style of this name; raises UnknownStyle."""
        return self.find(name)[0]

    def find(self, name: str) -> tuple[Path, Style]:
        """The file and the style of this name."""
        stem, _, version = name.partition("@")
        offers = [(path, style) for path, style in self.scan().items() if style.name == stem]
        offers = [offer for offer in offers if not version or str(offer[1].version) == version]
        if not offers:
            raise UnknownStyle(f"There is no style named {name[:60]!r}.", self.suggest(stem))
        return max(offers, key=lambda offer: offer[1].version)  # the first of equals: the earlier folder

    def suggest(self, name: str) -> str:
        """A sentence that names near names, or all."""
        names = self.names()
        near = difflib.get_close_matches(name, names, n=3, cutoff=0.5) or names[:12]
        return f"Did you mean {', '.join(near)}?" if near else "No style is installed: see `ganvas styles add`."

    def publish(self, path: Path) -> Style:
        """Offer a style file under its name. Raises Taken when this version is offered with other contents."""
        style = load(path)
        for other in self.scan().values():
            if (other.name, other.version) == (style.name, style.version):
                if other.sha256 == style.sha256:
                    return other
                raise Taken(
                    f"{style.name} version {style.version} is published, and a published version never changes.",
                    f"Publish it as version {other.version + 1}, or under another name.",
                )
        folder = self.own()
        folder.mkdir(parents=True, exist_ok=True)
        write(read(path), folder / f"{style.name}.v{style.version}.onnx", mode=0o444)
        return style

    def remove(self, name: str) -> None:
        """Take all versions of a published style off; raises UnknownStyle, or Forbidden for one that is built in."""
        self.find(name)
        own = self.added(name)
        if not own:
            raise Forbidden(f"{name} is built in and cannot be removed.", "Only styles that were added can.")
        for path in own:
            path.unlink(missing_ok=True)

    def added(self, name: str) -> list[Path]:
        """The files of this name that were published here, and so can be removed; of a built-in style there is none."""
        try:
            folder = self.own()
        except Forbidden:
            return []
        return [path for path, style in self.scan().items() if style.name == name and path.parent == folder]

    def own(self) -> Path:
        """The folder to publish in: the first that can be written, or made."""
        for folder in self.folders:
            place = next(place for place in (folder, *folder.absolute().parents) if place.exists())
            if os.access(place, os.W_OK):
                return folder
        raise Forbidden("No folder of styles can be written.", "Set GANVAS_DATA to a folder that can.")

    def scan(self) -> dict[Path, Style]:
        """The styles by file, in the folders' order; reads only files that are new or changed since the last time."""
        with self.lock:
            stamps = {path: stamp for folder in self.folders for path, stamp in list_files(folder)}
            self.seen = {path: self.reread(path, stamp) for path, stamp in stamps.items()}
            return {path: style for path, (_, style) in self.seen.items() if style}

    def reread(self, path: Path, stamp: tuple[int, int, int]) -> tuple[tuple[int, int, int], Style | None]:
        """What is known of a file, read again if its stamp is another."""
        if path in self.seen and self.seen[path][0] == stamp:
            return self.seen[path]
        try:
            return stamp, load(path)
        except BadStyle:
            return stamp, None


def list_files(folder: Path) -> list[tuple[Path, tuple[int, int, int]]]:
    """The ONNX files in a folder with inode, size and time of change; none when there is no such folder."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        found = [(Path(entry.path), entry.stat()) for entry in entries if entry.name.endswith(".onnx")]
    except OSError:
        return []
    return [(path, (stat.st_ino, stat.st_size, stat.st_mtime_ns)) for path, stat in found]
