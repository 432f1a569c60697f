"""A picture as a mask: how much of the style goes where."""

import numpy as np

from ganvas.image.photo import DecodeLimits, Plane
from ganvas.image.sandbox.pool import decode


def decode_mask(data: bytes, limits: DecodeLimits | None = None) -> Plane:
    """The mask in a picture of any kind, uint8 h x w: its brightness, and 0 where it is transparent.

    Raises what ``decode`` raises.
    """
    picture = decode(data, limits)
    light = picture.pixels.mean(axis=2, dtype=np.float32)
    if picture.alpha is not None:
        light *= picture.alpha / np.float32(255)
    return light.round().astype(np.uint8)
