"""The engine: pixels and the name of a style in, pixels out. Knows styles and arrays; no file formats, no web."""

from collections.abc import Callable
from pathlib import Path
from threading import Lock

from ganvas.engine import session
from ganvas.engine.blend import blend
from ganvas.engine.colour import recolour
from ganvas.engine.controls import PLAIN, Controls, check
from ganvas.engine.finish import Work, finish
from ganvas.engine.resample import Size, resize
from ganvas.engine.session import Session
from ganvas.engine.tiling import TILE, Pixels, Reach, ignore, paint
from ganvas.errors import BadControls
from ganvas.style import Catalog, Style

OPEN = 4
ENLARGE = 8
WHOLE = 1_600_000
FINISHING = 0.3


class Engine:
    """Applies the styles of a catalogue; safe under many threads, each network opened once, the last few kept open."""

    def __init__(self, catalog: Catalog, open: Callable[[Path], Session] = session.open) -> None:
        self.catalog = catalog
        self.open = open
        self.lock = Lock()
        self.slots: dict[str, Slot] = {}

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
        if controls.strength == 0:
            return pixels.copy()
        size = working_size(known, controls.stroke, pixels.shape[:2])
        share = size[0] * size[1] / (size[0] * size[1] + FINISHING * pixels.shape[0] * pixels.shape[1])
        small = resize(pixels, size)
        reach = Reach(known.halo or 0, known.multiple, known.grain, TILE if known.halo is not None else max(size))
        picture = paint(self.session(known), small, reach, lambda fraction: on_tile(fraction * share))
        if controls.colour == "photo":
            picture = recolour(small, picture, lambda _: on_tile(share))
        picture = blend(small, picture, controls.strength, lambda _: on_tile(share))
        work = Work(pixels, small, picture, controls.strength, controls.colour, controls.mask)
        finished = finish(work, lambda fraction: on_tile(share + fraction * (1 - share)))
        on_tile(1.0)
        return finished

    def session(self, style: Style) -> Session:
        """The style's network, opened once; the one that was not used for longest makes room for a new one."""
        with self.lock:
            slot = self.slots.pop(style.sha256, None) or Slot()
            self.slots[style.sha256] = slot
            while len(self.slots) > OPEN:
                del self.slots[next(iter(self.slots))]
        with slot.lock:
            slot.session = slot.session or self.open(self.catalog.path(f"{style.name}@{style.version}"))
            return slot.session


class Slot:
    """A place for an open network, and the lock under which it is opened, so that others are not kept waiting."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.session: Session | None = None


def working_size(style: Style, stroke: float, size: Size) -> Size:
    """The size at which the network sees a photo of ``size``: its long edge is the style's canvas over the stroke.

    Two bounds: a photo is not enlarged more than ENLARGE times, as a smaller one has nothing to paint; and a network
    that looks at the whole picture, and so cannot run in tiles, sees at most WHOLE pixels, which keeps its memory
    bounded, at the price of broader strokes than were asked for.
    """
    scale = min(style.canvas / stroke / max(size), ENLARGE)
    if style.halo is None:
        scale = min(scale, (WHOLE / (size[0] * size[1])) ** 0.5)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
