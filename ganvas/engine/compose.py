"""Composes the full-size picture: enlarges it, then applies strength, the photo's colours and the mask.

Knows arrays and nothing of styles.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from ganvas.engine.line_art import overlay_lines
from ganvas.engine.resample import (
    BILINEAR,
    RowRange,
    resize,
    resize_rows,
    run_bands_in_parallel,
    split_bands,
    stroke_edge,
)
from ganvas.engine.sharpen import UpscaleInputs, enlarge_picture
from ganvas.engine.tiling import Pixels

Detail = NDArray[np.int16]
FEATHER_RADIUS = 0.004


@dataclass(frozen=True)
class Composition:
    """What is finished: the photo, H x W x 3; it and the picture at the working size, h x w x 3; and how.

    With ``strength`` below 1 the photo's own fine detail comes in, all of it at 0; with ``colour`` "photo" its fine
    colour does; outside of the ``mask`` (H x W of any size, 255 inside) the photo itself. ``cells``: enlarged, squares
    stay squares. ``lines``: the photo is a drawing whose lines come over the picture again.
    """

    photo: Pixels
    small_photo: Pixels
    picture: Pixels
    strength: float = 1.0
    colour: str = "style"
    mask: Pixels | None = None
    has_cells: bool = False
    has_lines: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """The photo's height and width."""
        return self.photo.shape[:2]

    @property
    def needs_photo_detail(self) -> bool:
        """Whether the photo's fine detail or colour comes in, which needs another size than the working one."""
        return (self.strength < 1 or self.colour == "photo") and self.size != self.small_photo.shape[:2]


def compose_full_size(composition: Composition, on_progress: Callable[[float], None]) -> Pixels:
    """The picture at the photo's size, H x W x 3; ``on_band`` hears the fraction done and may raise."""
    pair = UpscaleInputs(composition.photo, composition.small_photo, composition.picture)
    if pair.scale > 1 and composition.has_cells:
        finished = resize_nearest(composition.picture, composition.size)
    elif pair.scale > 1:
        finished = enlarge_picture(pair, lambda fraction: on_progress(0.7 * fraction))
    else:
        finished = resize(composition.picture, composition.size)
    if not composition.needs_photo_detail and composition.mask is None and not composition.has_lines:
        return finished
    mask = None if composition.mask is None else feather_mask(composition.mask, composition.small_photo.shape[:2])
    made = np.empty_like(finished)

    def compose_band(band: RowRange) -> None:
        part = finished[band[0] : band[1]]
        part = restore_photo_detail(composition, part, band) if composition.needs_photo_detail else part
        part = overlay_lines(part, composition.photo[band[0] : band[1]]) if composition.has_lines else part
        made[band[0] : band[1]] = part if mask is None else apply_mask(composition.photo, part, mask, band)

    run_bands_in_parallel(
        compose_band, list(split_bands(composition.size)), lambda fraction: on_progress(0.7 + 0.3 * fraction)
    )
    return made


def resize_nearest(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """h x w x 3 to H x W x 3: each pixel that of the nearest place."""
    rows, columns = ((np.arange(new) * old + old // 2) // new for new, old in zip(size, pixels.shape[:2], strict=True))
    return pixels[rows][:, columns]


def restore_photo_detail(composition: Composition, sharp: Pixels, band: RowRange) -> Pixels:
    """The rows of one band with what comes in from the photo."""
    fine = composition.photo[band[0] : band[1]].astype(np.int16) - resize_rows(
        composition.small_photo, composition.size, band
    )
    if composition.colour == "photo":
        sharp = add_detail(sharp, fine - compute_luma(fine)[..., None])
    if composition.strength < 1:
        plain = add_detail(resize_rows(composition.picture, composition.size, band), fine)
        sharp = add_detail(
            plain, np.rint((sharp.astype(np.int16) - plain) * np.float32(composition.strength)).astype(np.int16)
        )
    return sharp


def add_detail(pixels: Pixels, detail: Detail) -> Pixels:
    """The sum, kept in 0..255."""
    return (detail + pixels).clip(0, 255).astype(np.uint8)


def compute_luma(colours: Detail) -> Detail:
    """Rec. 601 luma of h x w x 3 values in -255..255, in integers: h x w."""
    weighed = colours[..., 0] * np.int16(38) + colours[..., 1] * np.int16(75) + colours[..., 2] * np.int16(15)
    return weighed >> np.int16(7)


def feather_mask(mask: Pixels, size: tuple[int, int]) -> Pixels:
    """The mask at the working size with soft edges."""
    image = Image.fromarray(resize(mask, size))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(stroke_edge(size) * FEATHER_RADIUS)))


def apply_mask(photo: Pixels, picture: Pixels, mask: Pixels, band: RowRange) -> Pixels:
    """The rows of a band: ``made`` inside of the mask, the photo outside."""
    share = resize_rows(mask, photo.shape[:2], band, BILINEAR)[..., None].astype(np.float32) / np.float32(255)
    outside = photo[band[0] : band[1]]
    return np.rint(outside + (picture.astype(np.float32) - outside) * share).astype(np.uint8)
