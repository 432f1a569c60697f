"""Photo, a decoded picture, and DecodeLimits, what a file may cost."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]  # H x W x 3
Plane = NDArray[np.uint8]  # H x W

MIB = 2**20
METADATA_BLOCKS = ("exif", "exif_with_place", "xmp", "xmp_with_place")


@dataclass(frozen=True, eq=False)
class Photo:
    """A decoded picture: ``pixels`` uint8 H x W x 3 in sRGB, upright; ``alpha`` uint8 H x W, None where all is opaque.

    ``metadata``: ``format`` (what the file was: jpeg, png, webp, avif, tiff, heic) and, where the file has them, the
    blocks named in ``BLOCKS``: EXIF and XMP without and with the place, serial numbers and the like left out of all.
    """

    pixels: Pixels
    alpha: Plane | None = None
    metadata: Mapping[str, str | bytes] = field(default_factory=dict[str, str | bytes])


@dataclass(frozen=True)
class DecodeLimits:
    """What a file may cost: ``bytes`` of the file, ``pixels`` by its header, ``seconds`` to decode it, ``memory``.

    Seconds in which the process waits for a processor, because the machine does much else, do not count, up to
    ``patience`` (Linux; elsewhere all seconds count).
    ``memory`` is the address space, in bytes, of the process that decodes. A photo of 100 megapixels needs 0.8 GB as
    a plain JPEG or PNG and 1.3 GB as a WebP; a process whose photo is smaller by its header is held to less.
    """

    bytes: int = 64 * MIB
    pixels: int = 100_000_000
    seconds: float = 10.0
    memory: int = 1536 * MIB

    @property
    def max_wall_seconds(self) -> float:
        """Seconds by the clock after which decoding is ended in any case."""
        return 12 * self.seconds
