"""Style: what a style file says of itself. Knows the ONNX container and nothing of pixels, engines or training.

A style is one ONNX file. Two metadata entries make it a style: ``ganvas.style``, a JSON object of all that a
caller must know, and ``ganvas.preview``, a WebP picture in base64.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import onnx

from ganvas.errors import BadStyle

ABOUT = "ganvas.style"
PREVIEW = "ganvas.preview"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,47}")


@dataclass(frozen=True)
class Style:
    """What a style file says of itself; ``sha256`` and ``preview`` are read from the file, the rest is its JSON.

    ``halo``: pixels at the working size that a tile needs around it, None when the network looks at the whole
    picture. ``multiple``: the sides of a tile are multiples of this. ``canvas``: the long edge, in pixels, at
    which the strokes are as wide as the painter's (``Controls.stroke`` 1). ``grain``: deviation of the fixed
    noise that is added to x (-1..1) before the network. ``title`` and ``card`` are by language ("en", "zh").
    """

    name: str
    title: Mapping[str, str]
    kind: str = "transfer"
    version: int = 1
    method: str = ""
    halo: int | None = None
    multiple: int = 1
    canvas: int = 1024
    grain: float = 0.0
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
