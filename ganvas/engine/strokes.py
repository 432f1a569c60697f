"""Brush strokes from a photo: which stroke lies on top at each pixel, its colour, and the place along and across it.

Seeds lie on a jittered grid; each is a stroke along the photo's edges, in layers from broad to fine, the fine ones
only where the photo has detail (Hertzmann 1998, https://doi.org/10.1145/280814.280951); a stroke ends where the colour
changes (Litwinowicz 1997, https://doi.org/10.1145/258734.258893). The direction field is the structure tensor's, summed
over three neighbourhoods, as in Kyprianidis and Doellner 2008.

Everything is decided by the absolute place in the picture and by what lies within ``find_reach`` pixels, in whole
numbers wherever it is summed up, so that a window gives bit for bit what the whole gives. Seeds are planned first and
painted after that, so that a film can carry the planned strokes along with what moves. Knows no styles or networks.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ganvas.style.stroke_settings import STROKE_CHANNELS, StrokeSettings

Pixels = NDArray[np.uint8]
Map = NDArray[np.float32]
Numbers = NDArray[Any]
BLOCK = 4  # pixels a side of a cell of the direction field, as in stroke_kernels
# Radius in blocks of the two box blurs that the tensor is summed up by, and how much that neighbourhood counts.
NEIGHBOURHOODS = ((1, 1.0), (4, 0.15), (14, 0.02))
LARGEST = 2 * max(radius for radius, _ in NEIGHBOURHOODS)  # blocks
BANDS = 2  # threads


class Window(NamedTuple):
    """A part of the picture, which may lie beyond its sides."""

    top: int
    left: int
    height: int
    width: int


def find_reach(settings: StrokeSettings) -> int:
    """How many pixels on each side of a window decide what is in it."""
    return 2 * find_extent(settings) + BLOCK * (LARGEST + 1) + 2


def find_extent(settings: StrokeSettings) -> int:
    """How far, at most, a stroke lies from its seed."""
    longest, widest = (max(sizes) * (1 + settings.vary) for sizes in (settings.length, settings.width))
    return int(np.ceil(1.15 * longest + widest)) + 4  # its bend is at most half of its length


def compute_stroke_map(pixels: Pixels, settings: StrokeSettings, window: Window | None = None) -> Map:
    """The stroke map of a photo h x w x 3, or of a window of it: STROKE_CHANNELS x height x width.

    The channels are those that ``StrokeSettings`` names. Beyond the photo's sides its outermost colours go on.
    """
    window = window or Window(0, 0, *pixels.shape[:2])
    pixels = np.ascontiguousarray(pixels)
    strokes, sums, corner = plan(pixels, settings, window)
    return paint_strokes(strokes, settings, window, (sums, corner))


def plan(pixels: Pixels, settings: StrokeSettings, window: Window) -> tuple[Numbers, Numbers, tuple[int, int]]:
    """All strokes that may touch a window, the topmost first, n x 16; the integral image and its absolute place."""
    extent = find_extent(settings)
    height, width = pixels.shape[:2]
    rows = clip_span(window.top - 2 * extent, window.top + window.height + 2 * extent, height)
    columns = clip_span(window.left - 2 * extent, window.left + window.width + 2 * extent, width)
    corner = rows[0], columns[0]
    with ThreadPoolExecutor(BANDS) as pool:
        field = pool.submit(find_directions, pixels, rows, columns)
        sums = integrate_photo(pixels, rows, columns)
        places = (sums, field.result(), (*corner, *(start // BLOCK * BLOCK for start in corner)))
        planned = [pool.submit(plan_layer, places, settings, index, window) for index in range(settings.layers)]
        strokes = [layer.result() for layer in reversed(planned)]  # fine strokes lie above broad ones
    return np.concatenate(strokes), sums, corner


def clip_span(start: int, end: int, size: int) -> tuple[int, int]:
    """What of a span lies on a line of ``size``, at least one place."""
    start = min(max(start, 0), size - 1)
    return start, max(min(end, size), start + 1)


def integrate_photo(pixels: Pixels, rows: tuple[int, int], columns: tuple[int, int]) -> Numbers:
    """The integral image of a part of the photo, for means and deviations of boxes in no time."""
    sums = np.empty((rows[1] - rows[0] + 1, columns[1] - columns[0] + 1, 4), np.int64)
    kernels().integrate(pixels, rows[0], columns[0], sums)
    return sums


def find_directions(pixels: Pixels, rows: tuple[int, int], columns: tuple[int, int]) -> Numbers:
    """The structure tensor of a part of the photo in blocks, 3 x m x n float64, its neighbourhoods summed up."""
    top, left = rows[0] // BLOCK, columns[0] // BLOCK
    height, width = (-(-span[1] // BLOCK) - span[0] // BLOCK for span in (rows, columns))
    raw = np.empty((3, height + 2 * LARGEST, width + 2 * LARGEST), np.int64)
    kernels().sum_tensor(pixels, top - LARGEST, left - LARGEST, raw)
    total = np.zeros((3, height, width))
    for radius, weight in NEIGHBOURHOODS:
        spare = LARGEST - 2 * radius
        part = raw[:, spare : raw.shape[1] - spare, spare : raw.shape[2] - spare]
        total += blur_twice(part, radius) * (weight / (2 * radius + 1) ** 4)
    return total


def blur_twice(part: Numbers, radius: int) -> Numbers:
    """Box sums of box sums: c x m x n to c x m - 4 x radius x n - 4 x radius, in whole numbers."""
    for _ in range(2):
        narrow = np.empty((part.shape[0], part.shape[1] - 2 * radius, part.shape[2]), np.int64)
        kernels().blur_rows(part, radius, narrow)
        part = np.empty((narrow.shape[0], narrow.shape[1], narrow.shape[2] - 2 * radius), np.int64)
        kernels().blur_columns(narrow, radius, part)
    return part


def plan_layer(
    places: tuple[Numbers, Numbers, tuple[int, ...]], settings: StrokeSettings, index: int, window: Window
) -> Numbers:
    """One layer's strokes that may touch a window, the topmost first: n x 16."""
    sums, field, corners = places
    spacing, extent = settings.spacing[index], find_extent(settings)
    cells = [
        (int(np.floor((start - extent) / spacing)), int(np.ceil((start + length + extent) / spacing)) + 1)
        for start, length in ((window.top, window.height), (window.left, window.width))
    ]
    around = round(settings.width[max(index - 1, 0)]) + 1
    number = 2 * index / max(settings.layers - 1, 1) - 1
    layer = (spacing, settings.length[index], settings.width[index], settings.detail[index], around, number)
    salt = settings.seed * 101 + index * 17
    turns = settings.vary, settings.follow, np.deg2rad(settings.angle), settings.wander
    free = (*turns, settings.bend, settings.clip, salt)
    planned = np.empty(((cells[0][1] - cells[0][0]) * (cells[1][1] - cells[1][0]), 16))
    numbers = np.array([*layer, *cells[0], *cells[1]], np.float64)
    count = kernels().plan_strokes(sums, field, corners, numbers, np.array(free, np.float64), planned)
    found = planned[:count]
    return found[np.argsort(-found[:, 15], kind="stable")]


def paint_strokes(
    strokes: Numbers, settings: StrokeSettings, window: Window, behind: tuple[Numbers, tuple[int, int]]
) -> Map:
    """Planned strokes, the topmost first, as the map of a window; ``behind``: integral image and place of the photo."""
    laid = np.zeros((window.height, window.width, STROKE_CHANNELS), np.float32)
    laid[..., 8] = -1  # where no stroke lies, the photo's own colour does, as if of the broadest
    open_ = np.ones((window.height, window.width), np.float32)
    made = np.empty((STROKE_CHANNELS, window.height, window.width), np.float32)
    sums, corner = behind
    offset = window.top - corner[0], window.left - corner[1]

    def paint_band(band: tuple[int, int]) -> None:
        shape = settings.taper, settings.ragged
        kernels().render(strokes, make_bristles(), shape, (window.top, window.left, *band), laid, open_)
        kernels().fill_gaps(sums, offset, band, laid, open_, made)

    count = min(BANDS, window.height)
    edges = [window.height * part // count for part in range(count + 1)]
    with ThreadPoolExecutor(BANDS) as pool:
        list(pool.map(paint_band, pairwise(edges)))
    return made


@cache
def make_bristles() -> Map:
    """One period of bristles: how much each lifts, in -1..1, always the same."""
    return np.random.Generator(np.random.PCG64(7)).uniform(-1, 1, 256).astype(np.float32)


@cache
def kernels() -> Any:
    """The compiled loops; Numba is loaded when the first strokes are asked for, as it takes half a second."""
    from ganvas.engine import stroke_kernels

    return stroke_kernels
