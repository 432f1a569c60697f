"""The engine: pixels and the name of a style in, pixels out. Knows styles and arrays; no file formats, no web."""

from collections.abc import Callable
from pathlib import Path
from threading import Lock

import numpy as np
from PIL import Image

from ganvas.engine import session
from ganvas.engine.controls import PLAIN, Controls, check
from ganvas.engine.session import Session
from ganvas.engine.tiling import Pixels, Reach, ignore, paint
from ganvas.errors import BadControls
from ganvas.style import Catalog, Style

OPEN = 4


class Engine:
    """Applies the styles of a catalogue; safe under many threads, each network opened once, the last few kept open."""

    def __init__(self, catalog: Catalog, open: Callable[[Path], Session] = session.open) -> None:
        self.catalog = catalog
        self.open = open
        self.lock = Lock()
        self.sessions: dict[str, Session] = {}

    def apply(
        self,
        style: str,
        pixels: Pixels,
        controls: Controls = PLAIN,
        on_tile: Callable[[float], None] = ignore,
    ) -> Pixels:
        """The picture of a photo in a style: h x w x 3 uint8 sRGB to the same size.

        ``on_tile`` hears the fraction done and may raise Cancelled. Raises UnknownStyle, BadStyle, BadControls.
        """
        check(controls)
        known = self.catalog.get(style)
        if known.kind != "transfer":
            raise BadControls(f"{known.name} makes pictures from nothing and takes no photo.", "Choose another style.")
        run = self.session(known)
        small = resize(pixels, working_size(pixels.shape[0], pixels.shape[1], known.canvas / controls.stroke))
        picture = paint(run, small, Reach(known.halo or 0, known.multiple, known.grain), on_tile)
        return resize(picture, pixels.shape[:2])

    def session(self, style: Style) -> Session:
        """The style's open network; the one that was not used for longest makes room for a new one."""
        with self.lock:
            run = self.sessions.pop(style.sha256, None) or self.open(self.catalog.path(f"{style.name}@{style.version}"))
            self.sessions[style.sha256] = run
            while len(self.sessions) > OPEN:
                del self.sessions[next(iter(self.sessions))]
            return run


def working_size(height: int, width: int, edge: float) -> tuple[int, int]:
    """The size at which the network sees the photo: its long edge is ``edge``."""
    scale = edge / max(height, width)
    return max(1, round(height * scale)), max(1, round(width * scale))


def resize(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """h x w x 3 to another size."""
    if pixels.shape[:2] == size:
        return pixels
    return np.asarray(Image.fromarray(pixels).resize((size[1], size[0]), Image.Resampling.LANCZOS))
