"""Bytes to pixels and back; the only part that knows file formats, colour profiles and orientation.

A photo is hostile until it is pixels: ``decode`` takes only the kinds that it knows by their content, and reads them
in a process that is thrown away. It knows nothing of styles and of who asks.
"""

from ganvas.image.encoder import FORMATS, KEEPS, Keep, check_format, check_keep, encode
from ganvas.image.kind import media_type
from ganvas.image.mask import decode_mask
from ganvas.image.photo import Limits, Photo, Pixels, Plane
from ganvas.image.size import measure
from ganvas.image.transparency import fill_transparent
from ganvas.image.warden import decode, start, stop

__all__ = [
    "FORMATS",
    "KEEPS",
    "Keep",
    "Limits",
    "Photo",
    "Pixels",
    "Plane",
    "check_format",
    "check_keep",
    "decode",
    "decode_mask",
    "encode",
    "fill_transparent",
    "measure",
    "media_type",
    "start",
    "stop",
]
