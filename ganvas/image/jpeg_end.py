"""JPEGs that lack their end: which of them are whole all the same.

Programs that are stopped, and some cameras, leave out the last two bytes, the marker EOI (ITU-T T.81, B.1.1.3). The
picture is whole where every scan is there and the last one needs nothing of what would follow: then it decodes to the
same pixels whatever that is. Knows markers and scans; the pixels are its decoder's.
"""

import hashlib
import re
from collections.abc import Iterator
from io import BytesIO
from typing import IO

from PIL import Image

END = b"\xff\xd9"
# Behind a scan that is whole these are skipped; one that is not takes them for its own, and what codes begin with many
# ones, of which the first is made, stand for is far from nothing. None is a marker's first byte.
FOLLOWING = (b"\xfe\xef\xfb\xbf\xfd\xf7\xdf\xfe" * 32, b"\x5a\xc3\x17\xe8\x2d\x96\x71\x0b" * 32)
MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
SCAN = 0xDA
STRIP = 64  # rows


def read_without_end(file: IO[bytes]) -> Image.Image | None:
    """The image of a JPEG that lacks its end alone, loaded; None where more is missing, or something else is wrong."""
    file.seek(0)
    data = file.read().removesuffix(b"\xff")
    if not has_all_scans(data):
        return None
    others = {digest(load(data + following + END)) for following in FOLLOWING}  # in turn: each takes 4 bytes a pixel
    image = load(data + END)
    return image if others == {digest(image)} else None


def load(data: bytes) -> Image.Image:
    """A JPEG, decoded."""
    image = Image.open(BytesIO(data), formats=["JPEG"])
    image.load()
    return image


def digest(image: Image.Image) -> bytes:
    """A hash of the pixels, strip by strip."""
    found, (width, height) = hashlib.sha256(), image.size
    for top in range(0, height, STRIP):
        found.update(image.crop((0, top, width, min(top + STRIP, height))).tobytes())
    return found.digest()


def has_all_scans(data: bytes) -> bool:
    """Whether a JPEG without its end has a scan for every component, and where it is progressive for every bit."""
    missing: set[tuple[int, int]] | None = None
    for kind, body in segments(data):
        if kind in FRAMES:
            missing = whole_frame(body, kind in PROGRESSIVE)
        elif kind == END[1]:
            return False
        elif kind == SCAN and missing is not None:
            missing -= done_by_scan(body)
    return missing is not None and not missing


def segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The kind and content of each marker segment; what a scan is followed by is passed over."""
    place = 2
    while found := MARKER.search(data, place):
        length = int.from_bytes(data[found.end() : found.end() + 2], "big")
        place = found.end() + length
        yield found[1][0], data[found.end() + 2 : place]


def whole_frame(body: bytes, progressive: bool) -> set[tuple[int, int]]:
    """The coefficients that the scans must bring: component and number, of a progressive frame 0 to 63, else 0."""
    components = [body[at] for at in range(6, 6 + 3 * body[5], 3) if at < len(body)] if len(body) > 5 else []
    return {(component, number) for component in components for number in range(64 if progressive else 1)}


def done_by_scan(body: bytes) -> set[tuple[int, int]]:
    """The coefficients that a scan brings to their last bit (T.81, B.2.3)."""
    if not body or len(body) < 1 + 2 * body[0] + 3:
        return set()
    components = [body[1 + 2 * number] for number in range(body[0])]
    first, last, bits = body[-3:]
    return {(component, number) for component in components for number in range(first, last + 1) if bits & 15 == 0}
