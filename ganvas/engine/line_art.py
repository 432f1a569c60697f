"""Line drawings: paint without lines at the working size, and the drawing's own lines over it at the full one.

A network that colours a drawing sees it small, and its lines would come back blurred. So what it painted is taken from
beside the lines and laid under them, and they are laid over it again, as a printer's black plate is. Knows arrays.
"""

import numpy as np
from numpy.typing import NDArray

from ganvas.engine.tiling import Pixels

LINE_LEVEL = 128  # darker than this in every channel is a line
LINE_MARGIN = 2  # pixels of the working size next to a line where its black is mixed in
INK_LEVEL, CLEAR_LEVEL = 40, 160  # of the brightest channel: ink covers all, and nothing

Mask = NDArray[np.bool_]


def remove_lines(drawing: Pixels, picture: Pixels) -> tuple[Pixels, Pixels]:
    """A drawing and what was made of it, h x w x 3 each, with paint from beside its lines in place of them."""
    around = np.pad(drawing.max(2) < LINE_LEVEL, LINE_MARGIN)
    steps = range(2 * LINE_MARGIN + 1)
    height, width = drawing.shape[:2]
    covered = np.any([around[y : y + height, x : x + width] for y in steps for x in steps], axis=0)
    if covered.all():
        return drawing, picture
    paper, paint = np.split(fill_unknown(np.concatenate([drawing, picture], 2), ~covered), 2, 2)
    return np.ascontiguousarray(paper), np.ascontiguousarray(paint)


def fill_unknown(pixels: Pixels, known: Mask) -> Pixels:
    """Each place of h x w x c that is not known has the mean of its known neighbours, from the edges inwards."""
    values = np.where(known[..., None], pixels, 0).astype(np.float32)
    while not known.all():
        sums, counts = sum_neighbours(values), sum_neighbours(known[..., None].astype(np.float32))
        reached = ~known & (counts[..., 0] > 0)
        values[reached] = sums[reached] / counts[reached]
        known = known | reached
    return values.round().astype(np.uint8)


def sum_neighbours(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """The sums over the 3 x 3 places around each of h x w x c."""
    around = np.pad(values, ((1, 1), (1, 1), (0, 0)))
    height, width = values.shape[:2]
    return np.sum([around[y : y + height, x : x + width] for y in range(3) for x in range(3)], axis=0)


def overlay_lines(paint: Pixels, drawing: Pixels) -> Pixels:
    """Paint under the drawing's black, H x W x 3 each. What has a colour in the drawing is no line."""
    clear = ((drawing.max(2).astype(np.float32) - INK_LEVEL) / (CLEAR_LEVEL - INK_LEVEL)).clip(0, 1)
    return (paint * clear[..., None]).round().astype(np.uint8)
