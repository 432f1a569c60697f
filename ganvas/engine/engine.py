"""The engine: pixels and the name of a style in, pixels out. Knows styles and arrays; no file formats, no web."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Lock

from ganvas.engine import session, thumbnail
from ganvas.engine.blend import blend
from ganvas.engine.colour import recolour
from ganvas.engine.controls import PLAIN, Controls, check
from ganvas.engine.drawing import bare
from ganvas.engine.finish import Work, finish
from ganvas.engine.resample import Size, resize, stroke_edge
from ganvas.engine.session import Batch, Check, Session, watched
from ganvas.engine.thumbnail import PIXELS, Tiled
from ganvas.engine.tiling import TILE, Pixels, Progress, Reach, grained, ignore, paint, up_to
from ganvas.errors import BadControls
from ganvas.stroke_settings import build_stroke_settings
from ganvas.style import Catalog, Style

OPEN = 4
ENLARGE = 8
WHOLE = 1_600_000
LONGEST = 16  # canvases that a working size may be long: a photo of 32:1, with eight times the pixels of a square one
FINISHING = 0.3
LOOKED_AT, PAPER = 256, 240  # pixels a side are enough to know a drawing; its paper is no darker in any channel


class Engine:
    """Applies the styles of a catalogue; safe under many threads, each network opened once, the last few kept open."""

    def __init__(
        self,
        catalog: Catalog,
        open: Callable[[Path], Session] = session.open,
        most: int = OPEN,
        open_tiled: Callable[[Path], Tiled] = thumbnail.open,
    ) -> None:
        self.catalog = catalog
        self.open, self.open_tiled = open, open_tiled
        self.most = most
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

        ``on_tile`` hears the fraction done, the same several times where a tile takes long, and may raise Cancelled at
        any of them. Raises UnknownStyle, BadStyle, BadControls.
        """
        check(controls)
        on_tile = Progress(on_tile)
        known = self.catalog.get(style)
        if known.kind != "transfer":
            raise BadControls(f"{known.name} makes pictures from nothing and takes no photo.", "Choose another style.")
        if controls.strength == 0:
            return pixels.copy()
        drawn = for_drawing(known, pixels)
        size = working_size(drawn, controls.stroke, pixels.shape[:2])
        share = size[0] * size[1] / (size[0] * size[1] + FINISHING * pixels.shape[0] * pixels.shape[1])
        small = resize(pixels, size)
        network, reach = self.prepare(known, small, on_tile.again)
        picture = paint(network, small, reach, lambda fraction: on_tile(fraction * share))
        if controls.colour == "photo":
            picture = recolour(small, picture, lambda _: on_tile(share))
        picture = blend(small, picture, controls.strength, lambda _: on_tile(share))
        lines = drawn is not known
        small, picture = bare(small, picture) if lines else (small, picture)
        work = Work(pixels, small, picture, controls.strength, controls.colour, controls.mask, known.cells, lines)
        finished = finish(work, lambda fraction: on_tile(share + fraction * (1 - share)))
        on_tile(1.0)
        return finished

    def close(self, sha256: str) -> None:
        """Let go of the network in the style file with this hash."""
        with self.lock:
            self.slots.pop(sha256, None)

    def prepare(self, style: Style, pixels: Pixels, check: Check = lambda: None) -> tuple[Session, Reach]:
        """The network for a photo at its working size, watched by ``check``, and the tiles in which it is run.

        A network that looks at the whole picture is run whole up to WHOLE pixels; above, where it can be, in tiles
        with the statistics of a thumbnail.
        """
        reach = reach_of(style, TILE)
        if style.halo is not None:
            return watched(self.session(style), check), reach
        if style.fixed_halo is None or pixels.shape[0] * pixels.shape[1] <= WHOLE:
            return watched(self.session(style), check), replace(reach, tile=max(pixels.shape[:2]))
        return self.tiled(style).given(reduced(pixels, style), check), replace(reach, halo=style.fixed_halo)

    def session(self, style: Style) -> Session:
        """The style's network, opened once."""
        slot = self.slot(style)
        with slot.lock:
            slot.session = slot.session or self.open(self.catalog.path(f"{style.name}@{style.version}"))
            return slot.session

    def tiled(self, style: Style) -> Tiled:
        """The style's network for tiles with the statistics of a thumbnail, opened once."""
        slot = self.slot(style)
        with slot.lock:
            path = self.catalog.path(f"{style.name}@{style.version}")
            slot.tiled = slot.tiled or self.open_tiled(path)
            return slot.tiled

    def slot(self, style: Style) -> "Slot":
        """The style's place; the one that was not used for longest makes room for a new one."""
        with self.lock:
            slot = self.slots.pop(style.sha256, None) or Slot()
            self.slots[style.sha256] = slot
            while len(self.slots) > self.most:
                del self.slots[next(iter(self.slots))]
            return slot


class Slot:
    """A place for an open network, and the lock under which it is opened, so that others are not kept waiting."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.session: Session | None = None
        self.tiled: Tiled | None = None


def reduced(pixels: Pixels, style: Style) -> Batch:
    """A photo at its working size, made smaller for its statistics: as the network takes it, sides multiples."""
    scale = (PIXELS / (pixels.shape[0] * pixels.shape[1])) ** 0.5
    height, width = (up_to(style.multiple, round(side * scale) or 1) for side in pixels.shape[:2])
    return grained(resize(pixels, (height, width)), 0, 0, reach_of(style, TILE))


def reach_of(style: Style, tile: int) -> Reach:
    """What a style's network needs around and beside a tile of at most ``tile`` pixels a side."""
    strokes = build_stroke_settings(style.strokes)
    return Reach(style.halo or 0, style.multiple, style.grain, tile, style.texture, strokes)


def for_drawing(style: Style, pixels: Pixels) -> Style:
    """The style with its canvas for line drawings, where it has one and at least half of h x w x 3 is bare paper."""
    if not style.drawing:
        return style
    step = max(1, max(pixels.shape[:2]) // LOOKED_AT)
    paper = (pixels[::step, ::step] >= PAPER).all(2).mean()
    return replace(style, canvas=style.drawing) if paper >= 0.5 else style


def working_size(style: Style, stroke: float, size: Size) -> Size:
    """The size at which the network sees a photo of ``size``: its long edge is the style's canvas over the stroke.

    Of a photo longer than 2:1 the short edge is half of that, so that strokes are as wide beside its height as in one
    of 2:1; up to LONGEST canvases, from where on the long edge decides again. The result is its own working size, so a
    photo that was reduced to it first is seen alike.

    Two bounds: a photo is not enlarged more than ENLARGE times, as a smaller one has nothing to paint; and a network
    that looks at the whole picture, and cannot be run in tiles with the statistics of a thumbnail either, sees at
    most WHOLE pixels, which keeps its memory bounded, at the price of broader strokes than were asked for.
    """
    edge = 2 * round(style.canvas / stroke / 2)
    scale = min(edge / stroke_edge(size), LONGEST * edge / max(size), ENLARGE)
    if style.halo is None and style.fixed_halo is None:
        scale = min(scale, (WHOLE / (size[0] * size[1])) ** 0.5)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
