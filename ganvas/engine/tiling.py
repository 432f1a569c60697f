"""A picture in tiles with a halo: any size, bounded memory.

The whole picture means: reflect the photo by a border on all sides (again and again where it is smaller than that),
run the network, cut the border off. Tiles give the same, since a local network's pixel is decided by its halo.

The border is narrower than a wide halo, as the edge of what the network is given makes itself felt less far than it
could: of a trained style with a halo of 64, a border of 32 instead of 64 changes the outermost pixels by 0.06 of 255
levels, and saves a tenth of the time.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ganvas.engine.session import Batch, Session
from ganvas.engine.strokes import Window, compute_stroke_map
from ganvas.style.noise import make_noise_window
from ganvas.style.stroke_settings import StrokeSettings

Pixels = NDArray[np.uint8]
TILE_SIDE = 1024
MIN_BORDER = 32


@dataclass(frozen=True)
class TileGeometry:
    """What a network needs around a tile: ``halo`` pixels, sides that are multiples of ``multiple``; its noise.

    ``grain`` of the fixed noise is added to the photo; with ``texture`` the noise follows as three further channels,
    and the map of ``strokes`` last.

    ``tile`` is the longest side of a tile without the halo. ``edge`` and ``border`` are pixels around a tile within
    the picture and beyond the picture's own sides, multiples both.
    """

    halo: int
    multiple: int = 1
    grain: float = 0.0
    max_tile: int = TILE_SIDE
    texture: bool = False
    strokes: StrokeSettings = field(default_factory=StrokeSettings)

    @property
    def halo_margin(self) -> int:
        """The halo, up to a multiple."""
        return round_up(self.multiple, self.halo)

    @property
    def picture_margin(self) -> int:
        """Half the halo, but no less than BORDER where the halo is as wide."""
        return round_up(self.multiple, min(self.halo, max(MIN_BORDER, self.halo // 2)))


def round_up(multiple: int, size: int) -> int:
    """The next multiple."""
    return -(-size // multiple) * multiple


def ignore_progress(fraction: float) -> None:
    """The progress that nobody watches."""


class TileProgress:
    """Says how far the work is; and the same ``again`` while a tile takes long, so that who listens may stop it."""

    def __init__(self, on_progress: Callable[[float], None]) -> None:
        self.on_progress = on_progress
        self.fraction = 0.0

    def __call__(self, fraction: float) -> None:
        self.fraction = fraction
        self.on_progress(fraction)

    def report_again(self) -> None:
        """Say how far it was."""
        self.on_progress(self.fraction)


def run_in_tiles(
    session: Session, pixels: Pixels, geometry: TileGeometry, on_progress: Callable[[float], None] = ignore_progress
) -> Pixels:
    """The picture of a photo at its own size: h x w x 3 to the same. ``on_tile`` may raise to stop."""
    height, width = pixels.shape[:2]
    picture = np.empty_like(pixels)
    rows, columns = split_side(height, geometry), split_side(width, geometry)
    for done, (top, left) in enumerate([(top, left) for top in rows for left in columns]):
        on_progress(done / (len(rows) * len(columns)))
        target = picture[top[0] : top[1], left[0] : left[1]]
        target[:] = to_pixels(run_tile(session, pixels, (top[0], left[0], *target.shape[:2]), geometry))
    on_progress(1.0)
    return picture


def split_side(size: int, geometry: TileGeometry) -> list[tuple[int, int]]:
    """Cut a side into nearly equal pieces, all but the last a multiple long."""
    pieces = -(-size // geometry.max_tile)
    step = -(-size // (pieces * geometry.multiple)) * geometry.multiple
    return [(start, min(start + step, size)) for start in range(0, size, step)]


def run_tile(session: Session, pixels: Pixels, place: tuple[int, int, int, int], geometry: TileGeometry) -> Batch:
    """What the network makes of one tile (top, left, height, width) of the photo: 1 x 3 x height x width."""
    top, left, height, width = place
    first, last = compute_input_range(top, height, pixels.shape[0], geometry)
    start, end = compute_input_range(left, width, pixels.shape[1], geometry)
    seen = Window(first, start, last - first, end - start)
    x = make_tile_input(crop_mirrored(pixels, *seen), first, start, geometry)
    if geometry.strokes.layers:
        x = np.concatenate([x, compute_stroke_map(pixels, geometry.strokes, seen)[None]], 1)
    return session(x)[:, :, top - first : top - first + height, left - start : left - start + width]


def make_tile_input(pixels: Pixels, top: int, left: int, geometry: TileGeometry) -> Batch:
    """A window at (top, left) with its noise, as the network takes it: 1 x 3 (texture: 6) x h x w."""
    x = to_batch(pixels)
    noise = make_noise_window(top, left, *pixels.shape[:2]) if geometry.grain or geometry.texture else None
    if noise is None:
        return x
    x += geometry.grain * noise
    return np.concatenate([x, noise[None]], 1) if geometry.texture else x


def compute_input_range(start: int, length: int, size: int, geometry: TileGeometry) -> tuple[int, int]:
    """From where to where on a side of ``size`` the network must see for a piece of it."""
    end = round_up(geometry.multiple, start + length) + geometry.halo_margin
    return max(start - geometry.halo_margin, -geometry.picture_margin), min(
        end, round_up(geometry.multiple, size) + geometry.picture_margin
    )


def crop_mirrored(pixels: Pixels, top: int, left: int, height: int, width: int) -> Pixels:
    """The pixels of a window that may lie beyond the picture, which goes on as in a mirror."""
    rows = reflect_indices(np.arange(top, top + height), pixels.shape[0])
    columns = reflect_indices(np.arange(left, left + width), pixels.shape[1])
    return pixels.take(rows, 0).take(columns, 1)


def reflect_indices(places: NDArray[np.intp], size: int) -> NDArray[np.intp]:
    """Places on a line of ``size`` that is reflected at its ends without repeating them, for ever."""
    if size == 1:
        return np.zeros_like(places)
    turn = places % (2 * size - 2)
    return np.minimum(turn, 2 * size - 2 - turn)


def to_batch(pixels: Pixels) -> Batch:
    """h x w x 3 in 0..255 to 1 x 3 x h x w in -1..1."""
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)[None]).astype(np.float32) / np.float32(127.5) - np.float32(1)


def to_pixels(y: Batch) -> Pixels:
    """1 x 3 x h x w in -1..1 to h x w x 3 in 0..255, rounded."""
    return (y[0].transpose(1, 2, 0).clip(-1, 1) * 127.5 + 128.0).astype(np.uint8)
