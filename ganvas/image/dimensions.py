"""Width and height of a picture, read from its header without decoding it.

``count_pixels`` is a hint alone, by which a photo is waited for or becomes a job: limits are set by who decodes.
"""

import struct
from pathlib import Path
from typing import BinaryIO

from PIL.AvifImagePlugin import AvifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from ganvas.errors import BadPhoto
from ganvas.image.formats import ACCEPTED_FORMATS, sniff

IMAGE_CLASSES = {"jpeg": JpegImageFile, "png": PngImageFile, "webp": WebPImageFile, "avif": AvifImageFile}
SNIFF_BYTES = 4096
HEADER_BYTES = 1 << 16
MAX_JPEG_SEGMENTS = 200
JPEG_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # the markers of JPEG that carry the size
HEIF_SIZE_BOX = b"ispe"  # of HEIC and AVIF: the size of one image in the file


def count_pixels(file: BinaryIO) -> int:
    """Pixels of the photo in an open file, which is at its beginning afterwards; 0 where it does not say."""
    file.seek(0)
    head = file.read(HEADER_BYTES)
    try:
        if head[:2] == b"\xff\xd8":
            return count_jpeg_pixels(file)
        if head[:8] == b"\x89PNG\r\n\x1a\n":
            return multiply_sides(struct.unpack(">II", head[16:24]))
        if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
            return count_webp_pixels(head)
        return count_heif_pixels(head) if head[4:8] == b"ftyp" else 0
    except struct.error:
        return 0
    finally:
        file.seek(0)


def multiply_sides(sides: tuple[int, ...]) -> int:
    """Height times width."""
    return sides[0] * sides[1]


def count_jpeg_pixels(file: BinaryIO) -> int:
    """From the header of the frame (ITU T.81, B.2.2), behind at most SEGMENTS others."""
    file.seek(2)
    for _ in range(MAX_JPEG_SEGMENTS):
        mark, kind, length = struct.unpack(">BBH", file.read(4))
        if mark != 0xFF:
            return 0
        if kind in JPEG_FRAME_MARKERS:
            return multiply_sides(struct.unpack(">xHH", file.read(5)))
        file.seek(length - 2, 1)
    return 0


def count_webp_pixels(head: bytes) -> int:
    """From the first chunk (RFC 9649): extended, lossless or lossy."""
    if head[12:16] == b"VP8X":
        sides = (int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1)
    elif head[12:16] == b"VP8L":
        bits = struct.unpack("<I", head[21:25])[0]
        sides = ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    else:
        width, height = struct.unpack("<HH", head[26:30])
        sides = (width & 0x3FFF, height & 0x3FFF)
    return multiply_sides(sides)


def count_heif_pixels(head: bytes) -> int:
    """The largest size that the file says of any image in it (ISO/IEC 23008-12, 6.5.3)."""
    most, at = 0, head.find(HEIF_SIZE_BOX)
    while at >= 0:
        most = max(most, multiply_sides(struct.unpack(">4xII", head[at + 4 : at + 16])))
        at = head.find(HEIF_SIZE_BOX, at + 4)
    return most


def read_dimensions(path: Path) -> tuple[int, int]:
    """Width and height of a picture that ``encode`` wrote, without decoding it. Raises BadPhoto for other files."""
    with path.open("rb") as file:
        kind = sniff(file.read(SNIFF_BYTES))
        if kind not in IMAGE_CLASSES:
            raise BadPhoto(f"{path.name} is a {kind}, which Ganvas does not write.", ACCEPTED_FORMATS)
        file.seek(0)
        with IMAGE_CLASSES[kind](file) as picture:
            return picture.size
