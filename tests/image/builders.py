"""Photos made for tests: pixels, files, colour profiles. Knows Pillow as a writer, nothing of the reader."""

import io
import struct
import zlib
from typing import Any

import numpy as np
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.TiffImagePlugin import IFDRational

from ganvas.image.icc import ADOBE_RGB, DISPLAY_P3, SRGB_CURVE, make_matrix_profile, make_parametric_curve

P3 = make_matrix_profile("Display P3", DISPLAY_P3, SRGB_CURVE)
ADOBE = make_matrix_profile("Adobe RGB", ADOBE_RGB, make_parametric_curve(563 / 256))
# What those profiles mean in sRGB, from the primaries and curves by hand (IEC 61966-2-1, Adobe RGB (1998)).
ORANGE = (200, 100, 50)
ORANGE_OF_P3 = (215, 93, 31)
ORANGE_OF_ADOBE = (227, 100, 42)
LOSSLESS: dict[str, dict[str, Any]] = {
    "PNG": {},
    "TIFF": {"compression": "tiff_deflate"},
    "WEBP": {"lossless": True, "exact": True},
}


def scene(height: int = 24, width: int = 40) -> np.ndarray:
    """A picture that no turn and no mirror leaves as it is: uint8 height x width x 3."""
    rows, columns = np.mgrid[0:height, 0:width]
    channels = [rows * 255 // height, columns * 255 // width, (rows * 3 + columns) % 256]
    return np.stack(channels, -1).astype(np.uint8)


def flat(colour: tuple[int, ...], mode: str = "RGB", size: tuple[int, int] = (24, 16)) -> Image.Image:
    """One colour all over."""
    return Image.new(mode, size, colour)


def file_of(image: Image.Image | np.ndarray, kind: str, **extra: Any) -> bytes:
    """The file of a picture."""
    written = io.BytesIO()
    whole = Image.fromarray(image) if isinstance(image, np.ndarray) else image
    whole.save(written, kind, **extra)
    return written.getvalue()


def exif_of(entries: dict[int, Any]) -> bytes:
    """A block of EXIF with these entries."""
    block = Image.Exif()
    block.update(entries)
    return block.tobytes()


def photo_with_a_place() -> bytes:
    """A JPEG that names its camera and says, in EXIF and in XMP, that it was taken HERE."""
    place = {GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (IFDRational(31), IFDRational(14), IFDRational(3))}
    exif = exif_of({Base.Make: "Maker", IFD.GPSInfo: place | {GPS.GPSAreaInformation: b"HERE"}})
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:p="http://ns.adobe.com/photoshop/1.0/" p:City="HERE" p:Headline="News"/>'
        "</rdf:RDF></x:xmpmeta>"
    )
    return file_of(scene(), "JPEG", exif=exif, xmp=packet.encode())


def png_of(levels: np.ndarray, extra: bytes = b"") -> bytes:
    """A PNG of 16 bits, which Pillow cannot write in colour: levels uint16 h x w (x 3 or 4)."""
    height, width = levels.shape[:2]
    kind = {2: 0, 3: {3: 2, 4: 6}.get(levels.shape[-1], 0)}[levels.ndim]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in levels)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, kind, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + extra + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def chunk(name: bytes, content: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_header(width: int, height: int) -> bytes:
    """The beginning of a PNG that claims a size and holds nothing."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def printing_profile(cyan: tuple[float, float, float]) -> bytes:
    """A CMYK profile by table of two steps an ink: full cyan is this L*a*b*, paper is white, all else is black."""
    corners = np.zeros((2, 2, 2, 2, 3))
    corners[0, 0, 0, 0], corners[1, 0, 0, 0] = (100, 0, 0), cyan
    encoded = np.round(corners * (2.55, 1, 1) + (0, 128, 128)).astype(np.uint8)
    ramp = bytes(range(256))
    unit = struct.pack(">9i", *(65536 if n % 4 == 0 else 0 for n in range(9)))
    table = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + unit + ramp * 4 + encoded.tobytes() + ramp * 3
    text = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + bytes(78)
    white = b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061)
    tags, body, at = b"", b"", 132 + 12 * 3
    for name, content in ((b"desc", text), (b"wtpt", white), (b"A2B0", table)):
        tags += name + struct.pack(">II", at + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    head = struct.pack(">I4sI4s4s4s", at + len(body), b"", 0x02400000, b"prtr", b"CMYK", b"Lab ")
    head += struct.pack(">6H", 2000, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + struct.pack(">I", 3) + tags + body


def srgb_of_lab(lightness: float, a: float, b: float) -> np.ndarray:
    """A colour of L*a*b* (D50) in sRGB by hand: CIE 15 and IEC 61966-2-1 with Bradford's matrix."""
    y = (lightness + 16) / 116
    f = np.array([y + a / 500, y, y - b / 200])
    xyz = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29)) * (0.9642, 1, 0.8249)
    to_linear = [[3.1339, -1.6169, -0.4906], [-0.9788, 1.9161, 0.0335], [0.0719, -0.2290, 1.4052]]
    linear = np.clip(to_linear @ xyz, 0, 1)
    return 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
