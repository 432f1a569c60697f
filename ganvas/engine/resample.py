"""Pictures at another size, whole or some rows of them.

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
from ganvas.engine.tiling import Pixels, crop_mirrored, ignore_progress, round_up

FloatPlane = NDArray[np.floating[Any]]
IntPlanes = NDArray[np.int16]
Size = tuple[int, int]
RowRange = tuple[int, int]
BICUBIC, BILINEAR = Image.Resampling.BICUBIC, Image.Resampling.BILINEAR
FILTER_RADIUS = 3
BAND_PIXELS = 500_000
THREADS = min(4, os.cpu_count() or 1)
BAND_MULTIPLE = 64


def fit_within(size: Size, edge: float) -> Size:
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

    def resize_band(band: RowRange) -> None:
        resized[band[0] : band[1]] = resize_rows(pixels, size, band)

    run_bands_in_parallel(resize_band, list(split_bands(size, count_source_pixels(pixels.shape[:2], size))))
    return resized


def run_bands_in_parallel(
    work: Callable[[RowRange], None], bands: Sequence[RowRange], on_progress: Callable[[float], None] = ignore_progress
) -> None:
    """Do the work of all bands, on some threads; ``on_band`` hears the fraction done, in this thread, and may raise."""
    pool = ThreadPoolExecutor(THREADS)
    try:
        for done, _ in enumerate(pool.map(work, bands)):
            on_progress((done + 1) / len(bands))
    finally:
        pool.shutdown(cancel_futures=True)


def split_bands(size: Size, weight: int = 1) -> Iterator[RowRange]:
    """Cut a picture into bands of about BAND_PIXELS, each pixel counting for ``weight``."""
    step = max(1, BAND_PIXELS // (size[1] * weight))
    return ((top, min(top + step, size[0])) for top in range(0, size[0], step))


def split_even_bands(size: Size, weight: int = 1) -> list[RowRange]:
    """The same nearly equal, and as many for each worker."""
    count = round_up(THREADS, -(-size[0] * size[1] * weight // BAND_PIXELS))
    step = -(-size[0] // count)
    return [(top, min(top + step, size[0])) for top in range(0, size[0], step)]


def count_source_pixels(source: Size, size: Size) -> int:
    """How many pixels of a source one of another size is made of."""
    return max(1, source[0] * source[1] // (size[0] * size[1]))


def find_source_rows(band: RowRange, size: Size, source: Size) -> RowRange:
    """The rows of a source of another size that decide a band of the resized picture."""
    scale = source[0] / size[0]
    spread = FILTER_RADIUS * max(scale, 1)
    return max(0, math.floor(band[0] * scale - spread)), min(source[0], math.ceil(band[1] * scale + spread))


def resize_rows(pixels: Pixels, size: Size, band: RowRange, filter: Image.Resampling = BICUBIC) -> Pixels:
    """The rows of ``band`` of ``pixels`` resized to ``size``, by Pillow."""
    first, last = find_source_rows(band, size, pixels.shape[:2])
    scale = pixels.shape[0] / size[0]
    box = (0, band[0] * scale - first, pixels.shape[1], min(band[1] * scale - first, last - first))
    image = Image.fromarray(np.ascontiguousarray(pixels[first:last]))
    return np.asarray(image.resize((size[1], band[1] - band[0]), filter, box))


def resize_rows_to_planes(pixels: Pixels, size: Size, band: RowRange) -> IntPlanes:
    """The same by the bicubic filter as planes, c x rows x W."""
    first, last = find_source_rows(band, size, pixels.shape[:2])
    return resize_strip(
        to_planes(pixels[first:last]), StripGeometry(first, *pixels.shape[:2]), size, band, kernel.BICUBIC
    )


def to_planes(pixels: Pixels) -> Pixels:
    """h x w x c to c x h x w."""
    return np.ascontiguousarray(pixels.transpose(2, 0, 1))


def write_planes(levels: IntPlanes, pixels: Pixels) -> None:
    """Write planes of 0..255, c x h x w, into pixels, h x w x c."""
    for channel, plane in enumerate(levels):
        pixels[..., channel] = plane


@dataclass(frozen=True)
class StripGeometry:
    """Where a strip lies: its first row, and the height and width of the picture, in pixels of the strip."""

    first: float
    height: float
    width: float


def resize_strip(
    levels: NDArray[Any],
    strip: StripGeometry,
    size: Size,
    band: RowRange,
    filter: kernel.ResampleFilter = kernel.BILINEAR,
) -> IntPlanes:
    """The rows of ``band`` of planes resized to ``size``, from the strip of them that decides these: c x rows x W."""
    scale = strip.height / size[0]
    top, bottom = band[0] * scale - strip.first, min(band[1] * scale - strip.first, levels.shape[1])
    wide = kernel.resample_rows(levels, kernel.SampleSpan(0, strip.width, levels.shape[2], size[1]), filter)
    return kernel.resample_columns(wide, kernel.SampleSpan(top, bottom, levels.shape[1], band[1] - band[0]), filter)


def apply_in_bands(
    work: Callable[..., Pixels],
    margin: int,
    pictures: Sequence[Pixels],
    on_progress: Callable[[float], None] = ignore_progress,
) -> Pixels:
    """Apply ``work`` to bands of pictures of one size, mirrored by ``margin`` above and below, and join the results.

    ``work`` takes as many windows, whose sides and first rows are multiples of BLOCK, and gives the rows of one less
    its margins; ``margin`` is a multiple of BLOCK.
    """
    height, width = pictures[0].shape[:2]
    step = max(BAND_MULTIPLE, BAND_PIXELS // width // BAND_MULTIPLE * BAND_MULTIPLE)
    joined = np.empty_like(pictures[0])

    def apply_to_band(band: RowRange) -> None:
        top, tall = band[0] - margin, min(step, round_up(BAND_MULTIPLE, height - band[0])) + 2 * margin
        made = work(*(crop_mirrored(picture, top, 0, tall, round_up(BAND_MULTIPLE, width)) for picture in pictures))
        joined[band[0] : band[1]] = made[: band[1] - band[0], :width]

    run_bands_in_parallel(
        apply_to_band, [(top, min(top + step, height)) for top in range(0, height, step)], on_progress
    )
    return joined
