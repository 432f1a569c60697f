"""Pictures at another size, whole or some rows of them. Knows arrays and nothing of styles.

Pixels are resampled by Pillow's antialiased bicubic filter, planes (c x h x w) by the same as products of matrices. All
is done in bands of rows, so that no picture is ever held in anything larger than its own bytes; a band's rows are the
same as the whole's.
"""

import math
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ganvas.engine import kernel
from ganvas.engine.tiling import Pixels, ignore, up_to, window

Plane = NDArray[np.floating[Any]]
Levels = NDArray[np.int16]
Size = tuple[int, int]
Band = tuple[int, int]
BICUBIC, BILINEAR = Image.Resampling.BICUBIC, Image.Resampling.BILINEAR
REACH = 3
BAND_PIXELS = 500_000
WORKERS = min(4, os.cpu_count() or 1)
BLOCK = 64


def within(size: Size, edge: float) -> Size:
    """``size`` brought down, if need be, to a long edge of ``edge``; no side becomes 0."""
    scale = min(1.0, edge / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def stroke_edge(size: Size) -> int:
    """The edge by which strokes are measured: the long one; of a picture longer than 2:1 twice the short one."""
    return min(max(size), 2 * min(size))


def resize(pixels: Pixels, size: Size) -> Pixels:
    """h x w x 3, or h x w, to (height, width); the same array when it has that size."""
    if pixels.shape[:2] == size:
        return pixels
    resized = np.empty((*size, *pixels.shape[2:]), np.uint8)

    def work(band: Band) -> None:
        resized[band[0] : band[1]] = rows(pixels, size, band)

    side_by_side(work, list(bands(size, weight(pixels.shape[:2], size))))
    return resized


def side_by_side(
    work: Callable[[Band], None], given: Sequence[Band], on_band: Callable[[float], None] = ignore
) -> None:
    """Do the work of all bands, on some threads; ``on_band`` hears the fraction done, in this thread, and may raise."""
    pool = ThreadPoolExecutor(WORKERS)
    try:
        for done, _ in enumerate(pool.map(work, given)):
            on_band((done + 1) / len(given))
    finally:
        pool.shutdown(cancel_futures=True)


def bands(size: Size, weight: int = 1) -> Iterator[Band]:
    """Cut a picture into bands of about BAND_PIXELS, each pixel counting for ``weight``."""
    step = max(1, BAND_PIXELS // (size[1] * weight))
    return ((top, min(top + step, size[0])) for top in range(0, size[0], step))


def even_bands(size: Size, weight: int = 1) -> list[Band]:
    """The same nearly equal, and as many for each worker."""
    count = up_to(WORKERS, -(-size[0] * size[1] * weight // BAND_PIXELS))
    step = -(-size[0] // count)
    return [(top, min(top + step, size[0])) for top in range(0, size[0], step)]


def weight(source: Size, size: Size) -> int:
    """How many pixels of a source one of another size is made of."""
    return max(1, source[0] * source[1] // (size[0] * size[1]))


def needed(band: Band, size: Size, source: Size) -> Band:
    """The rows of a source of another size that decide a band of the resized picture."""
    scale = source[0] / size[0]
    spread = REACH * max(scale, 1)
    return max(0, math.floor(band[0] * scale - spread)), min(source[0], math.ceil(band[1] * scale + spread))


def rows(pixels: Pixels, size: Size, band: Band, filter: Image.Resampling = BICUBIC) -> Pixels:
    """The rows of ``band`` of ``pixels`` resized to ``size``, by Pillow."""
    first, last = needed(band, size, pixels.shape[:2])
    scale = pixels.shape[0] / size[0]
    box = (0, band[0] * scale - first, pixels.shape[1], min(band[1] * scale - first, last - first))
    image = Image.fromarray(np.ascontiguousarray(pixels[first:last]))
    return np.asarray(image.resize((size[1], band[1] - band[0]), filter, box))


def level_rows(pixels: Pixels, size: Size, band: Band) -> Levels:
    """The same by the bicubic filter as planes, c x rows x W."""
    first, last = needed(band, size, pixels.shape[:2])
    return stretch(planes(pixels[first:last]), Strip(first, *pixels.shape[:2]), size, band, kernel.BICUBIC)


def planes(pixels: Pixels) -> Pixels:
    """h x w x c to c x h x w."""
    return np.ascontiguousarray(pixels.transpose(2, 0, 1))


def put(levels: Levels, pixels: Pixels) -> None:
    """Write planes of 0..255, c x h x w, into pixels, h x w x c."""
    for channel, plane in enumerate(levels):
        pixels[..., channel] = plane


@dataclass(frozen=True)
class Strip:
    """Where a strip lies: its first row, and the height and width of the picture, in pixels of the strip."""

    first: float
    height: float
    width: float


def stretch(
    levels: NDArray[Any], strip: Strip, size: Size, band: Band, filter: kernel.Filter = kernel.BILINEAR
) -> Levels:
    """The rows of ``band`` of planes resized to ``size``, from the strip of them that decides these: c x rows x W."""
    scale = strip.height / size[0]
    top, bottom = band[0] * scale - strip.first, min(band[1] * scale - strip.first, levels.shape[1])
    wide = kernel.along_rows(levels, kernel.Span(0, strip.width, levels.shape[2], size[1]), filter)
    return kernel.along_columns(wide, kernel.Span(top, bottom, levels.shape[1], band[1] - band[0]), filter)


def over_bands(
    work: Callable[..., Pixels], margin: int, pictures: Sequence[Pixels], on_band: Callable[[float], None] = ignore
) -> Pixels:
    """Apply ``work`` to bands of pictures of one size, mirrored by ``margin`` above and below, and join the results.

    ``work`` takes as many windows, whose sides and first rows are multiples of BLOCK, and gives the rows of one less
    its margins; ``margin`` is a multiple of BLOCK.
    """
    height, width = pictures[0].shape[:2]
    step = max(BLOCK, BAND_PIXELS // width // BLOCK * BLOCK)
    joined = np.empty_like(pictures[0])

    def do(band: Band) -> None:
        top, tall = band[0] - margin, min(step, up_to(BLOCK, height - band[0])) + 2 * margin
        made = work(*(window(picture, top, 0, tall, up_to(BLOCK, width)) for picture in pictures))
        joined[band[0] : band[1]] = made[: band[1] - band[0], :width]

    side_by_side(do, [(top, min(top + step, height)) for top in range(0, height, step)], on_band)
    return joined
