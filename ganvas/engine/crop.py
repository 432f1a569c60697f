"""Which part of a picture is kept, and at which size.

A part is in pixels of the upright photo, so it says the same of the photo and of the picture made of it.
"""

import re
from dataclasses import dataclass, replace

from ganvas.engine.resample import resize
from ganvas.errors import BadControls
from ganvas.image import Photo

BOX_PATTERN = r"\d{1,6}(,\d{1,6}){3}"
SIZE_PATTERN = r"\d{1,5}x\d{1,5}"
MIN_SIDE, MAX_SIDE = 16, 8192  # pixels of a side that is asked for


@dataclass(frozen=True)
class PixelBox:
    """A part in pixels."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True)
class PictureCrop:
    """The part that is kept (None: all of it), and width and height to which that is brought (None: as it is).

    Nothing is ever stretched: of a part that has not the shape of the size the middle is taken.
    """

    box: PixelBox | None = None
    size: tuple[int, int] | None = None


def parse_crop(region: str, size: str) -> PictureCrop | None:
    """A cut as people write it, ``LEFT,TOP,WIDTH,HEIGHT`` and ``WIDTHxHEIGHT``; None for two empty words.

    Raises BadControls.
    """
    if region and not re.fullmatch(BOX_PATTERN, region):
        raise BadControls(f"{region[:40]!r} says no part of a picture.", "Give LEFT,TOP,WIDTH,HEIGHT in pixels.")
    if size and not re.fullmatch(SIZE_PATTERN, size):
        raise BadControls(f"{size[:40]!r} is no size.", "Give WIDTHxHEIGHT in pixels, as 1170x2532.")
    box = PixelBox(*map(int, region.split(","))) if region else None
    sides = tuple(map(int, size.split("x"))) if size else ()
    if box and not (box.width and box.height):
        raise BadControls("The part has no pixels.", "Give it a width and a height.")
    if sides and not all(MIN_SIDE <= side <= MAX_SIDE for side in sides):
        raise BadControls(f"A picture of {size} pixels is not made.", f"Each side may have {MIN_SIDE} to {MAX_SIDE}.")
    return PictureCrop(box, (sides[0], sides[1]) if sides else None) if region or size else None


def locate_crop(crop: PictureCrop, height: int, width: int) -> PixelBox:
    """The part of a photo of this size that a cut keeps. Raises BadControls where it lies beyond the photo."""
    box = crop.box or PixelBox(0, 0, width, height)
    if box.left + box.width > width or box.top + box.height > height:
        what = (
            f"The part ends at {box.left + box.width}, {box.top + box.height}; the photo has {width} x {height} pixels."
        )
        raise BadControls(what, "Give one that lies within the photo.")
    return centre_box(box, *crop.size) if crop.size else box


def centre_box(box: PixelBox, width: int, height: int) -> PixelBox:
    """The middle of a part in the shape of a size."""
    scale = min(box.width / width, box.height / height)
    across, down = max(1, round(width * scale)), max(1, round(height * scale))
    return PixelBox(box.left + (box.width - across) // 2, box.top + (box.height - down) // 2, across, down)


def scale_box(box: PixelBox, factor: float) -> PixelBox:
    """The same part of the picture at another size."""
    left, top = round(box.left * factor), round(box.top * factor)
    right, bottom = round((box.left + box.width) * factor), round((box.top + box.height) * factor)
    return PixelBox(left, top, max(1, right - left), max(1, bottom - top))


def crop_photo(photo: Photo, box: PixelBox, size: tuple[int, int] | None = None) -> Photo:
    """A part of a photo, brought to width and height where they are given; all that the photo says of itself stays."""
    rows, columns = slice(box.top, box.top + box.height), slice(box.left, box.left + box.width)
    pixels, alpha = photo.pixels[rows, columns], None if photo.alpha is None else photo.alpha[rows, columns]
    if size is not None:
        shape = size[1], size[0]
        pixels, alpha = resize(pixels, shape), None if alpha is None else resize(alpha, shape)
    return replace(photo, pixels=pixels, alpha=alpha)
