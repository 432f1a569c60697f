"""Colours for what is fully transparent, from what is visible beside it.

Programs leave any colour under alpha 0, and whatever looks at a neighbourhood (a filter, a network) would carry it into
the visible rim. So these pixels are filled as in the push-pull algorithm (Gortler et al. 1996, "The Lumigraph", 3.4.3):
halved again and again, each time the mean of what is visible, weighted by alpha; then enlarged again into the gaps.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ganvas.image.photo import Photo, Pixels, Plane

STRIP = 2**20  # pixels of a level that are worked on at a time
Weighted = NDArray[np.float32]


def fill_transparent(photo: Photo) -> Photo:
    """The photo with colours of its own under what is fully transparent; what is visible stays as it is.

    Takes about a third of the pixels' memory more, and time in proportion to their number.
    """
    if photo.alpha is None or photo.alpha.all() or not photo.alpha.any():
        return photo
    levels = [(photo.pixels.copy(), photo.alpha)]
    while max(levels[-1][1].shape) > 1:
        levels.append(halve(*levels[-1]))
    for (pixels, alpha), (coarse, _) in zip(levels[-2::-1], levels[:0:-1], strict=True):
        fill_level(pixels, alpha, coarse)
    return replace(photo, pixels=levels[0][0])


def strips(shape: tuple[int, ...]) -> Iterator[slice]:
    """Rows of a level, an even number at a time."""
    step = max(2, STRIP // shape[1] // 2 * 2)
    return (slice(top, min(top + step, shape[0])) for top in range(0, shape[0], step))


def halve(pixels: Pixels, alpha: Plane) -> tuple[Pixels, Plane]:
    """h x w x 3 and h x w at half the size, rounded up: the mean of what is visible of four, and how much that is."""
    height, width = -(-alpha.shape[0] // 2), -(-alpha.shape[1] // 2)
    half, weight = np.zeros((height, width, 3), np.uint8), np.zeros((height, width), np.uint8)
    for rows in strips(alpha.shape):
        cover = alpha[rows].astype(np.float32)
        total = sum_of_four(cover[..., None])
        colours = sum_of_four(pixels[rows] * cover[..., None]) / np.maximum(total, 1)
        place = slice(rows.start // 2, rows.start // 2 + len(total))
        half[place] = colours.round()
        weight[place] = np.minimum(total[..., 0], 255)
    return half, weight


def sum_of_four(values: Weighted) -> Weighted:
    """h x w x c to the sums of 2 x 2; an odd side ends in sums of fewer."""
    odd = [(0, side % 2) for side in values.shape[:2]]
    values = np.pad(values, [*odd, (0, 0)]) if any(more for _, more in odd) else values
    return values[::2, ::2] + values[1::2, ::2] + values[::2, 1::2] + values[1::2, 1::2]


def fill_level(pixels: Pixels, alpha: Plane, coarse: Pixels) -> None:
    """Write the colours of the level at half the size into what is fully transparent, softly."""
    for rows in strips(alpha.shape):
        hidden = alpha[rows] == 0
        if hidden.any():
            pixels[rows][hidden] = double(coarse, rows, alpha.shape[1])[hidden]


def double(coarse: Pixels, rows: slice, width: int) -> Pixels:
    """Rows of a level at twice the size: each pixel 9 parts of the nearest, 3, 3 and 1 of those beside it."""
    last = len(coarse) - 1
    down = np.arange(rows.start, rows.stop)
    near, beside = down // 2, np.clip(down // 2 + np.where(down % 2, 1, -1), 0, last)
    tall = coarse[near].astype(np.uint16) * 3 + coarse[beside]
    across = np.arange(width)
    near, beside = across // 2, np.clip(across // 2 + np.where(across % 2, 1, -1), 0, coarse.shape[1] - 1)
    return ((tall[:, near] * 3 + tall[:, beside] + 8) >> 4).astype(np.uint8)
