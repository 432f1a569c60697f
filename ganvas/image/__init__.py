"""Bytes to pixels and back; the only part that knows file formats, colour profiles and orientation.

A photo is hostile until it is pixels: ``decode`` takes only the kinds that it knows by their content, and reads them
in a process that is thrown away. It knows nothing of styles and of who asks.
"""

from ganvas.image.dimensions import read_dimensions
from ganvas.image.encoder import FORMATS, METADATA_POLICIES, MetadataPolicy, check_format, check_metadata_policy, encode
from ganvas.image.formats import detect_media_type
from ganvas.image.mask import decode_mask
from ganvas.image.photo import DecodeLimits, Photo, Pixels, Plane
from ganvas.image.sandbox.pool import decode, start_decoders, stop_decoders
from ganvas.image.transparency import fill_transparent

__all__ = [
    "FORMATS",
    "METADATA_POLICIES",
    "DecodeLimits",
    "MetadataPolicy",
    "Photo",
    "Pixels",
    "Plane",
    "check_format",
    "check_metadata_policy",
    "decode",
    "decode_mask",
    "detect_media_type",
    "encode",
    "fill_transparent",
    "read_dimensions",
    "start_decoders",
    "stop_decoders",
]
