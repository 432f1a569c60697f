"""Pictures to bytes."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ganvas.errors import BadControls, TooLarge
from ganvas.image.formats import MEDIA_TYPES
from ganvas.image.icc import SRGB_PROFILE
from ganvas.image.photo import Photo, Pixels, Plane

MetadataPolicy = Literal["none", "without-place", "all"]
METADATA_POLICIES: tuple[MetadataPolicy, ...] = ("none", "without-place", "all")

FORMATS: Mapping[str, str] = {name: MEDIA_TYPES[name] for name in ("jpeg", "png", "webp", "avif")}


@dataclass(frozen=True)
class FormatLimits:
    """What a format takes: the longest ``side``, and the ``pixels`` that its encoder takes within 1.2 GB of memory."""

    side: int
    pixels: int


FORMAT_LIMITS = {
    "jpeg": FormatLimits(65_500, 2**31),
    "png": FormatLimits(2**31 - 1, 2**31),
    "webp": FormatLimits(16_383, 64_000_000),
    "avif": FormatLimits(65_536, 40_000_000),
}
LARGE_PIXELS = (
    8_000_000  # pixels beyond which AVIF and WebP are written in less time and memory, into somewhat more bytes
)


def check_format(format: str, height: int, width: int) -> None:
    """Whether a picture of height x width can be encoded, to be asked before it is made.

    Raises BadControls for a format that is not in ``FORMATS``, TooLarge when the picture is more than it takes.
    """
    if format not in FORMATS:
        raise BadControls(f"Pictures are not written as {format!r}.", f"Ask for {', '.join(FORMATS)}.")
    bounds = FORMAT_LIMITS[format]
    if max(height, width) > bounds.side:
        raise TooLarge(f"A side of {max(height, width)} pixels is more than {format} can hold.", "Ask for png.")
    if height * width > bounds.pixels:
        most = f"at most {bounds.pixels / 1e6:g} megapixels are written as {format}"
        raise TooLarge(f"The picture has {height * width / 1e6:.0f} megapixels; {most}.", "Ask for jpeg or png.")


def encode(photo: Photo, format: str = "png", quality: int = 90, metadata: MetadataPolicy = "none") -> bytes:
    """The photo as a file of a format in ``FORMATS``, with an sRGB profile; the same photo gives the same bytes.

    ``quality`` is 1 to 100 (PNG is lossless and has none). ``keep``: what of the photo's metadata travels on: none, all
    that ``decode`` let through, or that without the place. Transparent parts stay so in PNG, WebP and AVIF, and lie on
    white in JPEG. Raises BadControls and TooLarge.
    """
    height, width = photo.pixels.shape[:2]
    check_format(format, height, width)
    if not 1 <= quality <= 100:
        raise BadControls(f"Quality {quality} is out of range.", "Give 1 to 100.")
    check_metadata_policy(metadata)
    data = io.BytesIO()
    options = choose_encoder_options(format, quality, height * width) | choose_metadata_options(photo, format, metadata)
    try:
        to_pillow(photo, format).save(data, format, icc_profile=SRGB_PROFILE, **options)
    except (OSError, ValueError) as error:  # what the format cannot hold after all: detail in WebP, EXIF in JPEG
        raise TooLarge(f"The picture does not fit into {format}: {error}.", "Ask for png.") from error
    return data.getvalue()


def choose_encoder_options(format: str, quality: int, pixels: int) -> dict[str, Any]:
    """What Pillow is told for a format. Colour is kept at full resolution where the quality asks for it."""
    fine = "4:4:4" if quality >= 90 else "4:2:0"
    return {
        "jpeg": {"quality": quality, "subsampling": fine},
        "png": {"compress_level": 2},
        "webp": {"quality": quality, "method": 4 if pixels <= LARGE_PIXELS else 2},
        "avif": {
            "quality": quality,
            "subsampling": fine if pixels <= LARGE_PIXELS else "4:2:0",
            "speed": 8 if pixels <= LARGE_PIXELS else 10,
        },
    }[format]


def check_metadata_policy(policy: str) -> None:
    """Raises BadControls for what is not in ``KEEPS``."""
    if policy not in METADATA_POLICIES:
        raise BadControls(f"There is no metadata {policy[:20]!r} to keep.", f"Ask for {', '.join(METADATA_POLICIES)}.")


def choose_metadata_options(photo: Photo, format: str, policy: MetadataPolicy) -> dict[str, Any]:
    """What Pillow is told for the metadata that travels on."""
    if policy == "none":
        return {}
    found = {name: photo.metadata.get(name) for name in ("exif", "xmp")}
    if policy == "all":
        found = {name: photo.metadata.get(f"{name}_with_place") or block for name, block in found.items()}
    options: dict[str, Any] = {name: block for name, block in found.items() if isinstance(block, bytes)}
    if format == "png" and "xmp" in options:
        options["pnginfo"] = PngInfo()
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", options.pop("xmp").decode())
    return options


def to_pillow(photo: Photo, format: str) -> Image.Image:
    """The photo in Pillow: one copy at four bytes a pixel, made in one pass."""
    height, width = photo.pixels.shape[:2]
    if photo.alpha is None:
        plain = np.ascontiguousarray(photo.pixels)
        return Image.frombuffer("RGB", (width, height), plain, "raw", "RGB", 0, 1)
    if format == "jpeg":
        on_white = flatten_on_white(photo.pixels, photo.alpha)
        return Image.frombuffer("RGB", (width, height), on_white, "raw", "RGB", 0, 1)
    covered = np.dstack([photo.pixels, photo.alpha])
    return Image.frombuffer("RGBA", (width, height), covered, "raw", "RGBA", 0, 1)


def flatten_on_white(pixels: Pixels, alpha: Plane) -> Pixels:
    """The pixels laid on white paper, H x W x 3, row by row so that no copy is wider than 8 bits."""
    result = np.empty_like(pixels)
    for row, (colours, cover) in enumerate(zip(pixels, alpha, strict=True)):
        part = cover[:, None].astype(np.uint16)
        result[row] = (colours * part + 255 * (255 - part) + 127) // 255
    return result
