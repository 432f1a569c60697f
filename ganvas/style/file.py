"""The style file: reads it, checks it and writes it.

A style is one ONNX file. Two metadata entries make it a style: ``ganvas.style``, a JSON object of all that a
caller must know, and ``ganvas.preview``, a WebP picture in base64.
"""

import base64
import binascii
import hashlib
import json
import logging
import math
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, cast

import onnx
from google.protobuf.message import DecodeError

from ganvas.errors import BadStyle
from ganvas.style import operators
from ganvas.style.stroke_settings import build_stroke_settings

STYLE_KEY = "ganvas.style"
PREVIEW_KEY = "ganvas.preview"
NAME_PATTERN = re.compile(r"[a-z0-9][a-z0-9-]{0,47}")
MAX_FILE_BYTES = 256 * 2**20
MAX_METADATA_BYTES = 256 * 2**10
MAX_PREVIEW_BYTES = 256 * 2**10
CANVAS_RANGE = (64, 4096)  # pixels
MAX_DEPTH = 32  # tables and lists within each other; the deepest built-in description has 6
MAX_NUMBER = 2**63  # larger whole numbers have no place in most readers of JSON
LOG = logging.getLogger("ganvas.style")


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
    ``StrokeSettings``; empty where there is none. ``cells``: the picture is made of squares of one colour, which
    stay squares when it is enlarged. ``title`` and ``card`` are by language ("en", "zh").
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

    def to_metadata(self) -> dict[str, Any]:
        """The JSON object that travels in the file."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("sha256", "preview")}


def load_style(path: Path) -> Style:
    """Read a style file. Runs nothing of it. Raises BadStyle when it is not one, or holds what a style may not."""
    data = read_style_file(path)
    return read_style_metadata(parse_model(data, path), hashlib.sha256(data).hexdigest())


def save_style(model: onnx.ModelProto, style: Style, path: Path) -> Style:
    """Write ``model`` as a style file, whole or not at all; the style as read back, with its sha256."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    about = json.dumps(style.to_metadata(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    preview = base64.b64encode(style.preview).decode()
    onnx.helper.set_model_props(model, {STYLE_KEY: about, PREVIEW_KEY: preview})
    data = model.SerializeToString(deterministic=True)
    saved = read_style_metadata(parse_model(data, path), hashlib.sha256(data).hexdigest())
    write_atomically(data, path)
    return saved


def rewrite_style(path: Path, style: Style) -> Style:
    """Give an unpublished file another description (scores, card, preview); BadStyle for a published one."""
    if not path.stat().st_mode & 0o200:
        raise BadStyle(f"{path.name} is published, and a published version never changes.", "Save a new version.")
    return save_style(parse_model(read_style_file(path), path), style, path)


def read_style_file(path: Path) -> bytes:
    """The bytes of a style file of bounded size."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise BadStyle(f"{path.name} is over {MAX_FILE_BYTES >> 20} MiB.", "A style is one ONNX file of a few MB.")
        return path.read_bytes()
    except OSError as error:
        raise BadStyle(f"{path} cannot be read: {error.strerror}.") from error


def parse_model(data: bytes, path: Path) -> onnx.ModelProto:
    """The ONNX model in the bytes; external data is never followed."""
    try:
        return onnx.ModelProto.FromString(data)
    except DecodeError as error:
        raise BadStyle(f"{path.name} is not an ONNX file.", "A style is one .onnx file.") from error


def write_atomically(data: bytes, path: Path, mode: int = 0o644) -> None:
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


def check_style(path: Path) -> Style:
    """Read a file that somebody brings, strictly, and try it at a small size in a disposable process.

    Raises BadStyle when the file is not a style, holds what a style may not (see ``ganvas.style.operators``), takes too
    long or too much memory, gives another size than it was given, or is less local than its halo says.
    """
    style = load_style(path)
    operators.run_trial(path, style.preview, style.kind, style.halo, style.multiple)
    return style


def read_style_metadata(model: onnx.ModelProto, sha256: str) -> Style:
    """The style that a model with our two metadata entries is; raises BadStyle where they do not hold together."""
    entries = {entry.key: entry.value for entry in model.metadata_props}
    if STYLE_KEY not in entries:
        raise BadStyle("This is an ONNX file but not a style: it does not say what it is.", "Use `ganvas export`.")
    about = parse_metadata(entries[STYLE_KEY])
    operators.check_operators(model, about)
    return Style(**about, sha256=sha256, preview=parse_preview(entries.get(PREVIEW_KEY, "")))


def parse_metadata(text: str) -> dict[str, Any]:
    """The JSON object of a style with nothing unknown, missing or out of range; raises BadStyle."""
    try:
        about = json.loads(text, parse_constant=reject_constant) if len(text) <= MAX_METADATA_BYTES else None
        json.dumps(about, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise BadStyle("The description in the style file is not JSON.") from error
    if not isinstance(about, dict):
        raise BadStyle(
            f"The description in the style file is not a JSON object of at most {MAX_METADATA_BYTES >> 10} KiB."
        )
    entries: dict[str, Any] = about  # pyright: ignore[reportUnknownVariableType]
    check_values(entries)
    unknown = sorted(set(entries) - set(METADATA_RULES))
    if unknown:
        raise BadStyle(f"The style file says {', '.join(unknown)[:200]}, which this version of Ganvas does not know.")
    for key in sorted({"name", "title"} - set(entries)):
        raise BadStyle(f"The style file does not say its {key}.")
    for key, value in entries.items():
        if not METADATA_RULES[key][0](value):
            raise BadStyle(f"The style file says {key} = {str(value)[:60]!r}.", f"It must be {METADATA_RULES[key][1]}.")
    return entries


def check_values(value: Any, depth: int = 0) -> None:
    """Raise BadStyle unless all numbers are finite and tables nest at most MAX_DEPTH deep, as any reader can take."""
    if depth > MAX_DEPTH:
        what = f"The description in the style file nests tables more than {MAX_DEPTH} deep."
        raise BadStyle(what, "Store plain tables of numbers and text.")
    if (isinstance(value, float) and not math.isfinite(value)) or (isinstance(value, int) and abs(value) >= MAX_NUMBER):
        raise BadStyle("The description in the style file holds a number that is out of range.")
    children = cast(dict[str, object], value).values() if isinstance(value, dict) else value
    for child in cast(list[object], children) if isinstance(value, dict | list) else []:
        check_values(child, depth + 1)


def reject_constant(constant: str) -> None:
    """NaN and the infinities are not JSON."""
    raise ValueError(constant)


def parse_preview(text: str) -> bytes:
    """The WebP bytes of a preview, or none; raises BadStyle."""
    try:
        preview = base64.b64decode(text, validate=True) if len(text) <= MAX_PREVIEW_BYTES else b"too long"
    except (binascii.Error, ValueError) as error:
        raise BadStyle("The preview in the style file is not base64.") from error
    if preview and not (preview[:4] == b"RIFF" and preview[8:12] == b"WEBP"):
        raise BadStyle(f"The preview in the style file is not a WebP picture of at most {MAX_PREVIEW_BYTES >> 10} KiB.")
    return preview


MetadataRule = tuple[Callable[[Any], bool], str]


def make_integer_rule(low: int, high: int) -> MetadataRule:
    """A whole number within bounds."""
    return lambda value: type(value) is int and low <= value <= high, f"a whole number from {low} to {high}"


def make_text_rule(max_length: int) -> MetadataRule:
    """A string of bounded length."""
    return lambda value: isinstance(value, str) and len(value) <= max_length, f"text of at most {max_length} characters"


def is_translated_text(value: Any) -> bool:
    """Whether it is a mapping of at least one language to text."""
    table = cast(dict[str, object], value) if isinstance(value, dict) else {}
    return bool(table) and all(isinstance(words, str) and len(words) <= 4000 for words in table.values())


def numbers(value: Any) -> bool:
    """Whether it is a mapping of names to numbers."""
    table = cast(dict[str, object], value) if isinstance(value, dict) else {"": None}
    return all(type(number) in (int, float) for number in table.values())


def stroked(value: Any) -> bool:
    """Whether it is a table of settings of strokes, or an empty one."""
    if not isinstance(value, dict):
        return False
    try:
        build_stroke_settings(cast(dict[str, Any], value))
    except ValueError:
        return False
    return True


TABLE_RULE: MetadataRule = (lambda value: isinstance(value, dict), "a table")
METADATA_RULES: dict[str, MetadataRule] = {
    "name": (
        lambda value: isinstance(value, str) and NAME_PATTERN.fullmatch(value) is not None,
        "a-z, 0-9 and -, at most 48",
    ),
    "title": (is_translated_text, "a table of text by language"),
    "kind": (lambda value: value in ("transfer", "sampler"), "transfer or sampler"),
    "version": make_integer_rule(1, 10**6),
    "method": make_text_rule(200),
    "halo": (
        lambda value: value is None or make_integer_rule(0, 512)[0](value),
        "nothing, or a whole number from 0 to 512",
    ),
    "fixed_halo": (
        lambda value: value is None or make_integer_rule(0, 512)[0](value),
        "nothing, or a whole number from 0 to 512",
    ),
    "multiple": make_integer_rule(1, 256),
    "canvas": make_integer_rule(*CANVAS_RANGE),
    "drawing": (
        lambda value: value == 0 or make_integer_rule(*CANVAS_RANGE)[0](value),
        f"0, or {make_integer_rule(*CANVAS_RANGE)[1]}",
    ),
    "cells": (lambda value: type(value) is bool, "true or false"),
    "texture": (lambda value: type(value) is bool, "true or false"),
    "strokes": (stroked, "a table of settings of strokes"),
    "grain": (lambda value: type(value) in (int, float) and 0 <= value <= 1, "a number from 0 to 1"),
    "artist": make_text_rule(400),
    "licence": make_text_rule(400),
    "source": make_text_rule(2000),
    "parity": (numbers, "a table of numbers"),
    "scores": TABLE_RULE,
    "recipe": TABLE_RULE,
    "card": (
        lambda value: isinstance(value, dict) and all(map(is_translated_text, cast(dict[str, object], value).values())),
        "texts",
    ),
    "made": TABLE_RULE,
}
