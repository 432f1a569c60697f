"""TIFFs whose channels lie one after another (PlanarConfiguration 2), of the sorts that Pillow reads wrongly.

It takes uncompressed samples of 16 bits for such of 8, and mixes up the two channels of grey with alpha; neither is
an error to it. The first is read here, the second refused. Knows TIFF tags.
"""

from typing import IO

import numpy as np
from PIL import TiffImagePlugin

from ganvas.errors import BadPhoto
from ganvas.image.srgb import Frame

PLANAR, BITS, TILE_WIDTH, ROWS, BEGINNINGS = 284, 258, 322, 278, 273  # TIFF tags
MODES = {"RGB": ("RGBX", 3), "RGBA": ("RGBA", 4)}
RIGHT = "Save it with the channels interleaved (PlanarConfiguration 1)."


def is_misread(image: TiffImagePlugin.TiffImageFile) -> bool:
    """Whether Pillow would read the image wrongly. Raises BadPhoto where it cannot be read here either."""
    tags = image.tag_v2
    if tags.get(PLANAR) != 2:
        return False
    if image.mode in {"LA", "La", "PA"}:
        raise BadPhoto("The TIFF keeps grey and alpha apart, which is not read here.", RIGHT)
    if 16 not in tags.get(BITS, ()) or not image.tile or image.tile[0][0] != "raw" or image.mode in {"I;16", "I;16B"}:
        return False
    if image.mode not in MODES or TILE_WIDTH in tags or set(tags[BITS]) != {16}:
        raise BadPhoto("The TIFF keeps its channels of 16 bits apart, which is read for plain RGB alone.", RIGHT)
    return True


def read_planes(image: TiffImagePlugin.TiffImageFile, file: IO[bytes]) -> Frame:
    """The pixels of such an image, at 8 bits. Raises OSError where the file is too short."""
    width, height = image.size
    mode, channels = MODES[image.mode]
    file.seek(0)
    samples = ">u2" if file.read(1) == b"M" else "<u2"
    rows = min(int(image.tag_v2.get(ROWS, height)), height)
    tops = range(0, height, rows)
    pixels = np.full((height, width, 4), 255, np.uint8)
    beginnings = image.tag_v2[BEGINNINGS]
    if len(beginnings) != channels * len(tops):
        raise OSError("its strips do not add up")
    for number, beginning in enumerate(beginnings):
        channel, strip = divmod(number, len(tops))
        size = min(rows, height - tops[strip]) * width * 2
        file.seek(beginning)
        data = file.read(size)
        if len(data) < size:
            raise OSError("image file is truncated")
        levels = np.frombuffer(data, samples).reshape(-1, width)
        pixels[tops[strip] : tops[strip] + rows, :, channel] = levels >> 8
    return Frame(pixels.tobytes(), image.size, mode)
