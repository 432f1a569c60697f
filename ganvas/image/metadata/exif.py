"""What a photo says of itself that may travel on: camera, time, author, and by themselves the place.

A list of what is kept, not of what is dropped: serial numbers, owner's names, maker's notes, thumbnails of the photo
and whatever a later standard adds stay behind.
"""

import struct
from collections.abc import Iterable, Mapping
from typing import Any

from PIL import Image
from PIL.ExifTags import IFD, Base
from PIL.TiffImagePlugin import IFDRational

# Broken EXIF is common and no reason to refuse a photo: what Pillow raises on it, and we go on without.
EXIF_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
)
MAX_ENTRY_LENGTH = 2000  # of one entry, in characters or numbers

PHOTO_TAGS = (
    Base.ImageDescription,
    Base.Make,
    Base.Model,
    Base.XResolution,
    Base.YResolution,
    Base.ResolutionUnit,
    Base.DateTime,
    Base.Artist,
    Base.Copyright,
)
EXPOSURE_TAGS = (
    Base.ExposureTime,
    Base.FNumber,
    Base.ExposureProgram,
    Base.ISOSpeedRatings,
    Base.DateTimeOriginal,
    Base.DateTimeDigitized,
    Base.OffsetTime,
    Base.OffsetTimeOriginal,
    Base.OffsetTimeDigitized,
    Base.ShutterSpeedValue,
    Base.ApertureValue,
    Base.ExposureBiasValue,
    Base.MaxApertureValue,
    Base.MeteringMode,
    Base.LightSource,
    Base.Flash,
    Base.FocalLength,
    Base.SubsecTimeOriginal,
    Base.WhiteBalance,
    Base.FocalLengthIn35mmFilm,
    Base.SceneCaptureType,
    Base.LensSpecification,
    Base.LensMake,
    Base.LensModel,
)


def read_orientation(image: Image.Image) -> int:
    """How the stored picture must be turned, 1 to 8 (EXIF 3.0, 4.6.5.1.6); 1 where nothing or nonsense is said."""
    try:
        value = image.getexif().get(Base.Orientation, 1)
    except EXIF_ERRORS:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def extract_exif(image: Image.Image) -> dict[str, bytes]:
    """``exif`` without and ``exif_with_place`` with the GPS position, each only where there is something to keep."""
    try:
        found = image.getexif()
        photo = filter_entries(found, PHOTO_TAGS)
        exposure = filter_entries(found.get_ifd(IFD.Exif), EXPOSURE_TAGS)
        place = filter_entries(found.get_ifd(IFD.GPSInfo), range(32))
        blocks = {"exif": encode_exif(photo, exposure, {})} if photo or exposure else {}
        return blocks | ({"exif_with_place": encode_exif(photo, exposure, place)} if place else {})
    except EXIF_ERRORS:
        return {}


def filter_entries(entries: Mapping[int, Any], tags: Iterable[int]) -> dict[int, Any]:
    """The entries on the list whose values are sound."""
    return {int(tag): entries[tag] for tag in tags if tag in entries and is_sound_value(entries[tag])}


def is_sound_value(value: object) -> bool:
    """A text, a number or a few of them, not too long."""
    if isinstance(value, str | bytes | tuple):
        return 0 < len(value) <= MAX_ENTRY_LENGTH
    return isinstance(value, int | float | IFDRational)


def encode_exif(photo: dict[int, Any], exposure: dict[int, Any], place: dict[int, Any]) -> bytes:
    """The three groups as one block of EXIF."""
    block = Image.Exif()
    block.update(photo)
    if exposure:
        block[IFD.Exif] = exposure
    if place:
        block[IFD.GPSInfo] = place
    return block.tobytes()
