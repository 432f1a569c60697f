"""How many pixels a photo says that it has. Knows where formats write it; trusts nothing that follows from it.

A hint alone, by which a picture is waited for or becomes a job: limits are set by who decodes.
"""

import struct
from typing import BinaryIO

HEAD = 1 << 16
SEGMENTS = 200
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # the markers of JPEG that carry the size
BOX = b"ispe"  # of HEIC and AVIF: the size of one image in the file


def count(file: BinaryIO) -> int:
    """Pixels of the photo in an open file, which is at its beginning afterwards; 0 where it does not say."""
    file.seek(0)
    head = file.read(HEAD)
    try:
        if head[:2] == b"\xff\xd8":
            return of_jpeg(file)
        if head[:8] == b"\x89PNG\r\n\x1a\n":
            return product(struct.unpack(">II", head[16:24]))
        if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
            return of_webp(head)
        return of_boxes(head) if head[4:8] == b"ftyp" else 0
    except struct.error:
        return 0
    finally:
        file.seek(0)


def product(sides: tuple[int, ...]) -> int:
    """Height times width."""
    return sides[0] * sides[1]


def of_jpeg(file: BinaryIO) -> int:
    """From the header of the frame (ITU T.81, B.2.2), behind at most SEGMENTS others."""
    file.seek(2)
    for _ in range(SEGMENTS):
        mark, kind, length = struct.unpack(">BBH", file.read(4))
        if mark != 0xFF:
            return 0
        if kind in FRAMES:
            return product(struct.unpack(">xHH", file.read(5)))
        file.seek(length - 2, 1)
    return 0


def of_webp(head: bytes) -> int:
    """From the first chunk (RFC 9649): extended, lossless or lossy."""
    if head[12:16] == b"VP8X":
        sides = (int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1)
    elif head[12:16] == b"VP8L":
        bits = struct.unpack("<I", head[21:25])[0]
        sides = ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    else:
        width, height = struct.unpack("<HH", head[26:30])
        sides = (width & 0x3FFF, height & 0x3FFF)
    return product(sides)


def of_boxes(head: bytes) -> int:
    """The largest size that the file says of any image in it (ISO/IEC 23008-12, 6.5.3)."""
    most, at = 0, head.find(BOX)
    while at >= 0:
        most = max(most, product(struct.unpack(">4xII", head[at + 4 : at + 16])))
        at = head.find(BOX, at + 4)
    return most
