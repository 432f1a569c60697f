"""Pictures at another size, whole or some rows of them. Knows arrays and nothing of styles.

Resampling by Pillow's antialiased bicubic filter. All is done in bands of rows, so that no picture is ever held in
anything larger than its own bytes; a band's rows are the same as the whole's.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ganvas.engine.tiling import Pixels, ignore, window

Plane = NDArray[np.floating[Any]]
Size = tuple[int, int]
Band = tuple[int, int]
BICUBIC, BILINEAR = Image.Resampling.BICUBIC, Image.Resampling.BILINEAR
REACH = 3
BAND_PIXELS = 2_000_000
BLOCK = 64


def within(size: Size, edge: float) -> Size:
    """``size`` brought down, if need be, to a long edge of ``edge``; no side becomes 0."""
    scale = min(1.0, edge / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def resize(pixels: Pixels, size: Size) -> Pixels:
    """h x w x 3, or h x w, to (height, width); the same array when it has that size."""
    if pixels.shape[:2] == size:
        return pixels
    resized = np.empty((*size, *pixels.shape[2:]), np.uint8)
    for top, bottom in bands(size, max(1, pixels.shape[0] * pixels.shape[1] // (size[0] * size[1]))):
        resized[top:bottom] = rows(pixels, size, (top, bottom))
    return resized


def bands(size: Size, weight: int = 1) -> Iterator[Band]:
    """Cut a picture into bands of about BAND_PIXELS, each pixel counting for ``weight``."""
    step = max(1, BAND_PIXELS // (size[1] * weight))
    return ((top, min(top + step, size[0])) for top in range(0, size[0], step))


def needed(band: Band, size: Size, source: Size) -> Band:
    """The rows of a source of another size that decide a band of the resized picture."""
    scale = source[0] / size[0]
    spread = REACH * max(scale, 1)
    return max(0, math.floor(band[0] * scale - spread)), min(source[0], math.ceil(band[1] * scale + spread))


def rows(pixels: Pixels, size: Size, band: Band, filter: Image.Resampling = BICUBIC) -> Pixels:
    """The rows of ``band`` of ``pixels`` resized to ``size``."""
    first, last = needed(band, size, pixels.shape[:2])
    return stretch(pixels[first:last], first, pixels.shape[0], size, band, filter)


def stretch(
    strip: Pixels, first: int, height: int, size: Size, band: Band, filter: Image.Resampling = BICUBIC
) -> Pixels:
    """The same from a strip: the rows from ``first`` on of a picture that is ``height`` high."""
    scale = height / size[0]
    box = (0, band[0] * scale - first, strip.shape[1], min(band[1] * scale - first, strip.shape[0]))
    image = Image.fromarray(np.ascontiguousarray(strip))
    return np.asarray(image.resize((size[1], band[1] - band[0]), filter, box))


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
    for top in range(0, height, step):
        on_band(top / height)
        tall = min(step, up_to(BLOCK, height - top)) + 2 * margin
        made = work(*(window(picture, top - margin, 0, tall, up_to(BLOCK, width)) for picture in pictures))
        joined[top : top + step] = made[: height - top, :width]
    return joined


def up_to(multiple: int, size: int) -> int:
    """The next multiple."""
    return -(-size // multiple) * multiple
