"""What kind of file some bytes are, told by their content and never by a name."""

import re

from ganvas.errors import BadPhoto

ACCEPTED_FORMATS = "Send a JPEG, PNG, WebP, AVIF, TIFF or HEIC."
SNIFF_BYTES = 4096

MEDIA_TYPES = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "avif": "image/avif",
    "tiff": "image/tiff",
    "heic": "image/heic",
}
SIGNATURES = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"II+\0\x08\0\0\0", "tiff"),
    (b"MM\0+\0\x08\0\0", "tiff"),
)
# Brands of ISO/IEC 14496-12 files: AVIF's own (av1-avif 1.1) and those of HEIF coded by HEVC (ISO/IEC 23008-12).
AVIF_BRANDS = {b"avif", b"avis"}
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
GENERIC_BRANDS = {b"mif1", b"msf1"}

# Kinds that people send and that are refused, so that the error can call them by their name.
REJECTED_SIGNATURES = (
    (rb"GIF8[79]a", "a GIF"),
    (rb"BM.{4}\0{4}", "a BMP"),
    (rb"%PDF-", "a PDF"),
    (rb"%!PS|\xc5\xd0\xd3\xc6", "a PostScript file"),
    (rb"8BPS", "a Photoshop document"),
    (rb"\xff\x0a|\0\0\0\x0cJXL ", "a JPEG XL"),
    (rb"\xff\x4f\xff\x51|\0\0\0\x0cjP  ", "a JPEG 2000"),
    (rb"\0\0[\x01\x02]\0", "a Windows icon"),
    (rb"qoif", "a QOI"),
    (rb"P[1-7]\s", "a Netpbm picture"),
    (rb"\x76\x2f\x31\x01", "an OpenEXR picture"),
    (rb"DDS ", "a DDS texture"),
    (rb"\x1aE\xdf\xa3|RIFF.{4}AVI |.{4}ftyp", "a film"),
    (rb"PK\x03\x04", "a ZIP archive"),
    (rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml.*|<!--.*|<!DOCTYPE\s.*)?<svg[\s>]", "an SVG"),
    (rb"(?i:\s*<(?:!doctype html|html|head|body|\?xml))", "a web page or XML"),
)


def sniff(data: bytes) -> str:
    """The kind of a photo, a key of ``MEDIA``.

    Raises BadPhoto for all that is not on the list, with the name of what it seems to be.
    """
    if kind := detect_format(data):
        return kind
    if not data:
        raise BadPhoto("The file is empty.", ACCEPTED_FORMATS)
    names = (name for pattern, name in REJECTED_SIGNATURES if re.match(pattern, data[:SNIFF_BYTES], re.DOTALL))
    name = next(names, None)
    raise BadPhoto(f"The file is {name}." if name else "The file is no picture of a known kind.", ACCEPTED_FORMATS)


def detect_format(data: bytes) -> str | None:
    """The kind of an accepted photo, or None."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] == b"ftyp":
        return detect_heif_brand(data)
    return next((kind for signature, kind in SIGNATURES if data.startswith(signature)), None)


def detect_heif_brand(data: bytes) -> str | None:
    """avif or heic by the brands in the file's first box; None for films and all others."""
    end = min(int.from_bytes(data[:4], "big"), 256)
    brands = {data[at : at + 4] for at in (8, *range(16, end, 4))}
    major = data[8:12]
    if major in AVIF_BRANDS or (major in GENERIC_BRANDS and brands & AVIF_BRANDS):
        return "avif"
    if major in HEIC_BRANDS | GENERIC_BRANDS:
        return "heic"
    return None


def detect_media_type(data: bytes) -> str:
    """The media type of a picture by its first bytes; ``application/octet-stream`` for what is not on the list."""
    return MEDIA_TYPES.get(detect_format(data) or "", "application/octet-stream")


def read_nclx(head: bytes) -> tuple[int, int] | None:
    """The colour primaries and transfer that an AVIF or HEIC names by code point (ITU-T H.273) instead of a profile."""
    at = head.find(b"colrnclx")
    if at < 0 or len(head) < at + 12:
        return None
    return int.from_bytes(head[at + 8 : at + 10], "big"), int.from_bytes(head[at + 10 : at + 12], "big")
