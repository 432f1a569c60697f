"""The engine: applies a style to pixels."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Lock

from ganvas.engine import session, thumbnail_norm
from ganvas.engine.blend import blend_pictures
from ganvas.engine.colour import restore_photo_colours
from ganvas.engine.compose import Composition, compose_full_size
from ganvas.engine.controls import DEFAULT_CONTROLS, Controls, check_controls
from ganvas.engine.line_art import remove_lines
from ganvas.engine.resample import Size, resize, stroke_edge
from ganvas.engine.session import Batch, CancelCheck, Session, make_cancellable
from ganvas.engine.thumbnail_norm import THUMBNAIL_PIXELS, Tiled
from ganvas.engine.tiling import (
    TILE_SIDE,
    Pixels,
    TileGeometry,
    TileProgress,
    ignore_progress,
    make_tile_input,
    round_up,
    run_in_tiles,
)
from ganvas.errors import BadControls
from ganvas.style.catalog import Catalog
from ganvas.style.file import Style
from ganvas.style.stroke_settings import build_stroke_settings

MAX_OPEN_NETWORKS = 4
MAX_ENLARGEMENT = 8
MAX_WHOLE_PIXELS = 1_600_000
LONGEST = 16  # canvases that a working size may be long: a photo of 32:1, with eight times the pixels of a square one
FINISHING_COST = 0.3
DRAWING_SAMPLE_SIDE, PAPER_LEVEL = (
    256,
    240,
)  # pixels a side are enough to know a drawing; its paper is no darker in any channel


class Engine:
    """Applies the styles of a catalogue; safe under many threads, each network opened once, the last few kept open."""

    def __init__(
        self,
        catalog: Catalog,
        open_session: Callable[[Path], Session] = session.open_network,
        max_open: int = MAX_OPEN_NETWORKS,
        open_tiled: Callable[[Path], Tiled] = thumbnail_norm.open_tiled,
    ) -> None:
        self.catalog = catalog
        self.open_session, self.open_tiled = open_session, open_tiled
        self.max_open = max_open
        self.lock = Lock()
        self.slots: dict[str, CacheSlot] = {}

    def apply(
        self,
        style: str,
        pixels: Pixels,
        controls: Controls = DEFAULT_CONTROLS,
        on_progress: Callable[[float], None] = ignore_progress,
    ) -> Pixels:
        """The picture of a photo in a style: h x w x 3 uint8 sRGB to the same size.

        ``on_tile`` hears the fraction done, the same several times where a tile takes long, and may raise Cancelled at
        any of them. Raises UnknownStyle, BadStyle, BadControls.
        """
        check_controls(controls)
        on_progress = TileProgress(on_progress)
        known = self.catalog.get(style)
        if known.kind != "transfer":
            raise BadControls(f"{known.name} makes pictures from nothing and takes no photo.", "Choose another style.")
        if controls.strength == 0:
            return pixels.copy()
        drawn = adapt_to_drawing(known, pixels)
        size = compute_working_size(drawn, controls.stroke, pixels.shape[:2])
        share = size[0] * size[1] / (size[0] * size[1] + FINISHING_COST * pixels.shape[0] * pixels.shape[1])
        small = resize(pixels, size)
        network, reach = self.prepare_network(known, small, on_progress.report_again)
        picture = run_in_tiles(network, small, reach, lambda fraction: on_progress(fraction * share))
        if controls.colour == "photo":
            picture = restore_photo_colours(small, picture, lambda _: on_progress(share))
        picture = blend_pictures(small, picture, controls.strength, lambda _: on_progress(share))
        lines = drawn is not known
        small, picture = remove_lines(small, picture) if lines else (small, picture)
        work = Composition(
            pixels, small, picture, controls.strength, controls.colour, controls.mask, known.cells, lines
        )
        finished = compose_full_size(work, lambda fraction: on_progress(share + fraction * (1 - share)))
        on_progress(1.0)
        return finished

    def close_network(self, sha256: str) -> None:
        """Let go of the network in the style file with this hash."""
        with self.lock:
            self.slots.pop(sha256, None)

    def prepare_network(
        self, style: Style, pixels: Pixels, check: CancelCheck = lambda: None
    ) -> tuple[Session, TileGeometry]:
        """The network for a photo at its working size, watched by ``check``, and the tiles in which it is run.

        A network that looks at the whole picture is run whole up to WHOLE pixels; above, where it can be, in tiles
        with the statistics of a thumbnail.
        """
        reach = make_tile_geometry(style, TILE_SIDE)
        if style.halo is not None:
            return make_cancellable(self.get_session(style), check), reach
        if style.fixed_halo is None or pixels.shape[0] * pixels.shape[1] <= MAX_WHOLE_PIXELS:
            return make_cancellable(self.get_session(style), check), replace(reach, max_tile=max(pixels.shape[:2]))
        return self.get_tiled(style).bind_thumbnail(make_thumbnail_batch(pixels, style), check), replace(
            reach, halo=style.fixed_halo
        )

    def get_session(self, style: Style) -> Session:
        """The style's network, opened once."""
        slot = self.get_slot(style)
        with slot.lock:
            slot.session = slot.session or self.open_session(self.catalog.path(f"{style.name}@{style.version}"))
            return slot.session

    def get_tiled(self, style: Style) -> Tiled:
        """The style's network for tiles with the statistics of a thumbnail, opened once."""
        slot = self.get_slot(style)
        with slot.lock:
            path = self.catalog.path(f"{style.name}@{style.version}")
            slot.tiled = slot.tiled or self.open_tiled(path)
            return slot.tiled

    def get_slot(self, style: Style) -> "CacheSlot":
        """The style's place; the one that was not used for longest makes room for a new one."""
        with self.lock:
            slot = self.slots.pop(style.sha256, None) or CacheSlot()
            self.slots[style.sha256] = slot
            while len(self.slots) > self.max_open:
                del self.slots[next(iter(self.slots))]
            return slot


class CacheSlot:
    """A place for an open network, and the lock under which it is opened, so that others are not kept waiting."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.session: Session | None = None
        self.tiled: Tiled | None = None


def make_thumbnail_batch(pixels: Pixels, style: Style) -> Batch:
    """A photo at its working size, made smaller for its statistics: as the network takes it, sides multiples."""
    scale = (THUMBNAIL_PIXELS / (pixels.shape[0] * pixels.shape[1])) ** 0.5
    height, width = (round_up(style.multiple, round(side * scale) or 1) for side in pixels.shape[:2])
    return make_tile_input(resize(pixels, (height, width)), 0, 0, make_tile_geometry(style, TILE_SIDE))


def make_tile_geometry(style: Style, tile: int) -> TileGeometry:
    """What a style's network needs around and beside a tile of at most ``tile`` pixels a side."""
    strokes = build_stroke_settings(style.strokes)
    return TileGeometry(style.halo or 0, style.multiple, style.grain, tile, style.texture, strokes)


def adapt_to_drawing(style: Style, pixels: Pixels) -> Style:
    """The style with its canvas for line drawings, where it has one and at least half of h x w x 3 is bare paper."""
    if not style.drawing:
        return style
    step = max(1, max(pixels.shape[:2]) // DRAWING_SAMPLE_SIDE)
    paper = (pixels[::step, ::step] >= PAPER_LEVEL).all(2).mean()
    return replace(style, canvas=style.drawing) if paper >= 0.5 else style


def compute_working_size(style: Style, stroke: float, size: Size) -> Size:
    """The size at which the network sees a photo of ``size``: its long edge is the style's canvas over the stroke.

    Of a photo longer than 2:1 the short edge is half of that, so that strokes are as wide beside its height as in one
    of 2:1; up to LONGEST canvases, from where on the long edge decides again. The result is its own working size, so a
    photo that was reduced to it first is seen alike.

    Two bounds: a photo is not enlarged more than ENLARGE times, as a smaller one has nothing to paint; and a network
    that looks at the whole picture, and cannot be run in tiles with the statistics of a thumbnail either, sees at
    most WHOLE pixels, which keeps its memory bounded, at the price of broader strokes than were asked for.
    """
    edge = 2 * round(style.canvas / stroke / 2)
    scale = min(edge / stroke_edge(size), LONGEST * edge / max(size), MAX_ENLARGEMENT)
    if style.halo is None and style.fixed_halo is None:
        scale = min(scale, (MAX_WHOLE_PIXELS / (size[0] * size[1])) ** 0.5)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
