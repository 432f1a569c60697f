"""Which part of a picture is kept, and at which size. Knows pixels and how people write a part; nothing of styles.

A part is in pixels of the upright photo, so it says the same of the photo and of the picture made of it.
"""

import re
from dataclasses import dataclass, replace

from ganvas.engine.resample import resize
from ganvas.errors import BadControls
from ganvas.image import Photo

CUT = r"\d{1,6}(,\d{1,6}){3}"
SIZE = r"\d{1,5}x\d{1,5}"
LEAST, MOST = 16, 8192  # pixels of a side that is asked for


@dataclass(frozen=True)
class Box:
    """A part in pixels."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True)
class Cut:
    """The part that is kept (None: all of it), and width and height to which that is brought (None: as it is).

    Nothing is ever stretched: of a part that has not the shape of the size the middle is taken.
    """

    box: Box | None = None
    size: tuple[int, int] | None = None


def read(cut: str, size: str) -> Cut | None:
    """A cut as people write it, ``LEFT,TOP,WIDTH,HEIGHT`` and ``WIDTHxHEIGHT``; None for two empty words.

    Raises BadControls.
    """
    if cut and not re.fullmatch(CUT, cut):
        raise BadControls(f"{cut[:40]!r} says no part of a picture.", "Give LEFT,TOP,WIDTH,HEIGHT in pixels.")
    if size and not re.fullmatch(SIZE, size):
        raise BadControls(f"{size[:40]!r} is no size.", "Give WIDTHxHEIGHT in pixels, as 1170x2532.")
    box = Box(*map(int, cut.split(","))) if cut else None
    sides = tuple(map(int, size.split("x"))) if size else ()
    if box and not (box.width and box.height):
        raise BadControls("The part has no pixels.", "Give it a width and a height.")
    if sides and not all(LEAST <= side <= MOST for side in sides):
        raise BadControls(f"A picture of {size} pixels is not made.", f"Each side may have {LEAST} to {MOST}.")
    return Cut(box, (sides[0], sides[1]) if sides else None) if cut or size else None


def place(cut: Cut, height: int, width: int) -> Box:
    """The part of a photo of this size that a cut keeps. Raises BadControls where it lies beyond the photo."""
    box = cut.box or Box(0, 0, width, height)
    if box.left + box.width > width or box.top + box.height > height:
        what = (
            f"The part ends at {box.left + box.width}, {box.top + box.height}; the photo has {width} x {height} pixels."
        )
        raise BadControls(what, "Give one that lies within the photo.")
    return middle(box, *cut.size) if cut.size else box


def middle(box: Box, width: int, height: int) -> Box:
    """The middle of a part in the shape of a size."""
    scale = min(box.width / width, box.height / height)
    across, down = max(1, round(width * scale)), max(1, round(height * scale))
    return Box(box.left + (box.width - across) // 2, box.top + (box.height - down) // 2, across, down)


def scaled(box: Box, by: float) -> Box:
    """The same part of the picture at another size."""
    left, top = round(box.left * by), round(box.top * by)
    right, bottom = round((box.left + box.width) * by), round((box.top + box.height) * by)
    return Box(left, top, max(1, right - left), max(1, bottom - top))


def take(photo: Photo, box: Box, size: tuple[int, int] | None = None) -> Photo:
    """A part of a photo, brought to width and height where they are given; all that the photo says of itself stays."""
    rows, columns = slice(box.top, box.top + box.height), slice(box.left, box.left + box.width)
    pixels, alpha = photo.pixels[rows, columns], None if photo.alpha is None else photo.alpha[rows, columns]
    if size is not None:
        shape = size[1], size[0]
        pixels, alpha = resize(pixels, shape), None if alpha is None else resize(alpha, shape)
    return replace(photo, pixels=pixels, alpha=alpha)
