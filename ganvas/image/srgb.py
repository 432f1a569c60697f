"""Converts what a decoder returns to upright sRGB pixels, strip by strip.

A photo of 100 megapixels takes 400 MB in Pillow and 300 MB as pixels. Nothing here copies the whole of it: each strip
is brought to sRGB by itself and written to where it stands in the upright picture.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from ganvas.errors import BadPhoto
from ganvas.image.icc import make_srgb_transform
from ganvas.image.photo import Pixels, Plane

STRIP_PIXELS = 2**16  # pixels: a strip and its copies stay in the processor's cache, and in memory that is used again

PROFILE_MODES = {"L", "RGB", "CMYK", "LAB"}  # modes that a profile can speak of
SIMPLER_MODES = {"1": "L", "La": "LA", "PA": "RGBA", "RGBa": "RGBA", "RGBX": "RGB", "YCbCr": "RGB", "HSV": "RGB"}

# Orientation -> whether the stored picture lies on its side, and which way its rows and columns run.
ORIENTATIONS = {
    1: (False, 1, 1),
    2: (False, 1, -1),
    3: (False, -1, -1),
    4: (False, -1, 1),
    5: (True, 1, 1),
    6: (True, -1, 1),
    7: (True, -1, -1),
    8: (True, 1, -1),
}


class StripSource(Protocol):
    """Where strips come from: a Pillow image, or a frame that Pillow has not copied."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, as stored."""
        ...

    def crop(self, box: tuple[int, int, int, int]) -> Image.Image:
        """The part from (left, upper) to (right, lower)."""
        ...


@dataclass(frozen=True)
class Frame:
    """A decoded frame that Pillow has not copied: four bytes a pixel, in a Pillow mode of that width."""

    data: bytes
    size: tuple[int, int]
    mode: str

    def crop(self, box: tuple[int, int, int, int]) -> Image.Image:
        """Rows from ``box``'s upper to its lower edge, at full width."""
        row, (_, top, _, bottom) = self.size[0] * 4, box
        part = memoryview(self.data)[top * row : bottom * row]
        return Image.frombytes(self.mode, (self.size[0], bottom - top), part)


@dataclass(frozen=True)
class ColourEncoding:
    """How the numbers of a picture mean colours: its ``profile``, and for more than 8 bits its ``white`` level.

    ``negative``: 0 is white, as TIFF has it (PhotometricInterpretation 0) and Pillow leaves it at 16 bits.
    """

    profile: bytes | None = None
    white_level: int = 65535
    is_negative: bool = False


def write_srgb(source: StripSource, encoding: ColourEncoding, pixels: Pixels, alpha: Plane) -> bool:
    """Write the source into ``pixels`` and ``alpha``, which lie as it is stored; says whether anything is transparent.

    Where nothing is, ``alpha`` may be left untouched, so that it takes no memory.

    Raises BadPhoto when samples have no agreed meaning as colours (32 bits, floating point).
    """
    ways: dict[str, ImageCms.ImageCmsTransform | None] = {}
    clear = False
    for top, bottom in list_strips(source.size):
        colour, cover = split_alpha(source.crop((0, top, source.size[0], bottom)), encoding)
        if colour.mode not in ways:
            ways[colour.mode] = make_srgb_transform(encoding.profile, colour.mode)
        pixels[top:bottom] = convert_to_srgb(colour, ways[colour.mode])
        if cover is not None:
            alpha[top:bottom] = cover
            clear = clear or int(cover.min()) < 255
    return clear


def list_strips(size: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Top and bottom of each strip."""
    width, height = size
    step = max(1, STRIP_PIXELS // width)
    return ((top, min(top + step, height)) for top in range(0, height, step))


def split_alpha(strip: Image.Image, encoding: ColourEncoding) -> tuple[Image.Image, Plane | None]:
    """A strip as L, RGB, CMYK or LAB, and its alpha where it has one."""
    if strip.mode.startswith("I;16"):
        return convert_16_bits(strip, encoding)
    if strip.mode in {"I", "F"}:
        right = "Save it with 8 or 16 bits."
        raise BadPhoto("The photo has 32-bit or floating-point samples: what is white is not agreed.", right)
    if "transparency" in strip.info or (strip.mode == "P" and strip.has_transparency_data):
        strip = strip.convert("LA" if strip.mode in {"1", "L"} else "RGBA")
    elif strip.mode == "P":
        strip = strip.convert("RGB")
    strip = strip.convert(SIMPLER_MODES[strip.mode]) if strip.mode in SIMPLER_MODES else strip
    cover = np.asarray(strip.getchannel("A")) if strip.mode in {"LA", "RGBA"} else None
    colour = strip if strip.mode in PROFILE_MODES else strip.convert({"LA": "L"}.get(strip.mode, "RGB"))
    return colour, cover


def convert_16_bits(strip: Image.Image, encoding: ColourEncoding) -> tuple[Image.Image, Plane | None]:
    """Grey of more than 8 bits; PNG may name one level that is transparent."""
    levels: NDArray[np.uint16] = np.asarray(strip)
    clear = strip.info.get("transparency")
    cover = np.where(levels == clear, 0, 255).astype(np.uint8) if isinstance(clear, int) else None
    grey = (
        (np.minimum(levels, encoding.white_level).astype(np.uint32) * 255 + encoding.white_level // 2)
        // encoding.white_level
    ).astype(np.uint8)
    return Image.fromarray(255 - grey if encoding.is_negative else grey), cover


def convert_to_srgb(colour: Image.Image, transform: ImageCms.ImageCmsTransform | None) -> Pixels:
    """A strip's pixels, through the profile's way where there is one."""
    if transform:
        return np.asarray(transform.apply(colour))
    return np.asarray(colour if colour.mode == "RGB" else colour.convert("RGB"))


def view_as_stored(upright: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """An upright picture, H x W or H x W x 3, seen as the file stores it: a view, nothing is copied.

    ``orientation`` is 1 to 8 as in EXIF 3.0, 4.6.5.1.6.
    """
    lying, down, right = ORIENTATIONS[orientation]
    turned = upright.swapaxes(0, 1) if lying else upright
    return turned[::down, ::right]
