"""From the working size to the photo's own: enlarged or reduced, then strength, the photo's colours, the mask.

Knows arrays and nothing of styles.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from ganvas.engine.drawing import inked
from ganvas.engine.resample import BILINEAR, Band, bands, resize, rows, side_by_side, stroke_edge
from ganvas.engine.sharpen import Pair, enlarge
from ganvas.engine.tiling import Pixels

Fine = NDArray[np.int16]
FEATHER = 0.004


@dataclass(frozen=True)
class Work:
    """What is finished: the photo, H x W x 3; it and the picture at the working size, h x w x 3; and how.

    With ``strength`` below 1 the photo's own fine detail comes in, all of it at 0; with ``colour`` "photo" its fine
    colour does; outside of the ``mask`` (H x W of any size, 255 inside) the photo itself. ``cells``: enlarged, squares
    stay squares. ``lines``: the photo is a drawing whose lines come over the picture again.
    """

    photo: Pixels
    small: Pixels
    picture: Pixels
    strength: float = 1.0
    colour: str = "style"
    mask: Pixels | None = None
    cells: bool = False
    lines: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """The photo's height and width."""
        return self.photo.shape[:2]

    @property
    def touched(self) -> bool:
        """Whether the photo's fine detail or colour comes in, which needs another size than the working one."""
        return (self.strength < 1 or self.colour == "photo") and self.size != self.small.shape[:2]


def finish(work: Work, on_band: Callable[[float], None]) -> Pixels:
    """The picture at the photo's size, H x W x 3; ``on_band`` hears the fraction done and may raise."""
    pair = Pair(work.photo, work.small, work.picture)
    if pair.scale > 1 and work.cells:
        finished = nearest(work.picture, work.size)
    elif pair.scale > 1:
        finished = enlarge(pair, lambda fraction: on_band(0.7 * fraction))
    else:
        finished = resize(work.picture, work.size)
    if not work.touched and work.mask is None and not work.lines:
        return finished
    mask = None if work.mask is None else feather(work.mask, work.small.shape[:2])
    made = np.empty_like(finished)

    def do(band: Band) -> None:
        part = finished[band[0] : band[1]]
        part = touch(work, part, band) if work.touched else part
        part = inked(part, work.photo[band[0] : band[1]]) if work.lines else part
        made[band[0] : band[1]] = part if mask is None else compose(work.photo, part, mask, band)

    side_by_side(do, list(bands(work.size)), lambda fraction: on_band(0.7 + 0.3 * fraction))
    return made


def nearest(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """h x w x 3 to H x W x 3: each pixel that of the nearest place."""
    rows, columns = ((np.arange(new) * old + old // 2) // new for new, old in zip(size, pixels.shape[:2], strict=True))
    return pixels[rows][:, columns]


def touch(work: Work, sharp: Pixels, band: Band) -> Pixels:
    """The rows of one band with what comes in from the photo."""
    fine = work.photo[band[0] : band[1]].astype(np.int16) - rows(work.small, work.size, band)
    if work.colour == "photo":
        sharp = add(sharp, fine - luma(fine)[..., None])
    if work.strength < 1:
        plain = add(rows(work.picture, work.size, band), fine)
        sharp = add(plain, np.rint((sharp.astype(np.int16) - plain) * np.float32(work.strength)).astype(np.int16))
    return sharp


def add(pixels: Pixels, detail: Fine) -> Pixels:
    """The sum, kept in 0..255."""
    return (detail + pixels).clip(0, 255).astype(np.uint8)


def luma(colours: Fine) -> Fine:
    """Rec. 601 luma of h x w x 3 values in -255..255, in integers: h x w."""
    weighed = colours[..., 0] * np.int16(38) + colours[..., 1] * np.int16(75) + colours[..., 2] * np.int16(15)
    return weighed >> np.int16(7)


def feather(mask: Pixels, size: tuple[int, int]) -> Pixels:
    """The mask at the working size with soft edges."""
    image = Image.fromarray(resize(mask, size))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(stroke_edge(size) * FEATHER)))


def compose(photo: Pixels, made: Pixels, mask: Pixels, band: Band) -> Pixels:
    """The rows of a band: ``made`` inside of the mask, the photo outside."""
    share = rows(mask, photo.shape[:2], band, BILINEAR)[..., None].astype(np.float32) / np.float32(255)
    outside = photo[band[0] : band[1]]
    return np.rint(outside + (made.astype(np.float32) - outside) * share).astype(np.uint8)
