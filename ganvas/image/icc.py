"""Colour profiles: makes the small ones that Ganvas needs and turns any into a way to sRGB.

A matrix profile is three primaries and one curve (ICC.1:2022, 8.3). Ours are written here byte for byte, so that a
picture encoded twice is the same twice (the ones that Little CMS makes carry the time of day).
"""

import struct
from collections.abc import Callable
from io import BytesIO
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

Chromaticities = tuple[tuple[float, float], tuple[float, float], tuple[float, float]]

REC_709: Chromaticities = ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060))
DISPLAY_P3: Chromaticities = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
REC_2020: Chromaticities = ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))
ADOBE_RGB: Chromaticities = ((0.640, 0.330), (0.210, 0.710), (0.150, 0.060))
SMPTE_C: Chromaticities = ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070))
EBU: Chromaticities = ((0.640, 0.330), (0.290, 0.600), (0.150, 0.060))
D65 = (0.3127, 0.3290)
CINEMA = (0.3140, 0.3510)  # white of DCI-P3 (SMPTE RP 431-2)
D50 = np.array([0.9642, 1.0, 0.8249])
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])

PILLOW_MODES = {"GRAY": "L", "RGB": "RGB", "CMYK": "CMYK", "Lab": "LAB"}  # colour space of a profile: Pillow's mode
PROFILE_ERRORS = (ImageCms.PyCMSError, OSError, ValueError, TypeError)


def make_parametric_curve(*numbers: float) -> bytes:
    """A curve by formula: (gamma) or (gamma, a, b, c, d) as in sRGB (ICC.1:2022, 10.18)."""
    kind = {1: 0, 5: 3}[len(numbers)]
    return b"para" + struct.pack(">IHH", 0, kind, 0) + encode_fixed16(numbers)


def make_table_curve(values: NDArray[np.float64]) -> bytes:
    """A curve by table: linear light 0..1 at even steps of the signal (ICC.1:2022, 10.6)."""
    return b"curv" + struct.pack(">II", 0, len(values)) + np.round(values * 65535).astype(">u2").tobytes()


def encode_fixed16(numbers: "tuple[float, ...] | NDArray[np.float64]") -> bytes:
    """Numbers as s15Fixed16."""
    return b"".join(struct.pack(">i", round(float(number) * 65536)) for number in numbers)


def chromaticity_to_xyz(x: float, y: float) -> NDArray[np.float64]:
    """The colour at a chromaticity, with Y = 1."""
    return np.array([x / y, 1.0, (1 - x - y) / y])


def make_matrix_profile(name: str, primaries: Chromaticities, curve: bytes, white: tuple[float, float] = D65) -> bytes:
    """An ICC profile (version 4, display, RGB) of these primaries with this white and this curve.

    Raises ValueError where the primaries span no colours.
    """
    light = chromaticity_to_xyz(*white)
    adapt = np.linalg.inv(BRADFORD) @ np.diag((BRADFORD @ D50) / (BRADFORD @ light)) @ BRADFORD
    columns = np.stack([chromaticity_to_xyz(x, y) for x, y in primaries], axis=1)
    columns = adapt @ (columns * np.linalg.solve(columns, light))  # columns add up to white
    colours = {tag: b"XYZ \0\0\0\0" + encode_fixed16(columns[:, n]) for n, tag in enumerate(("rXYZ", "gXYZ", "bXYZ"))}
    tags = {
        "desc": encode_text_tag(name),
        "cprt": encode_text_tag("CC0"),
        "wtpt": b"XYZ \0\0\0\0" + encode_fixed16(D50),
    }
    tags |= {"chad": b"sf32\0\0\0\0" + encode_fixed16(adapt.ravel()), **colours}
    return assemble_profile(tags | dict.fromkeys(("rTRC", "gTRC", "bTRC"), curve))


def grey_profile(name: str, curve: bytes) -> bytes:
    """An ICC profile of one channel with this curve."""
    tags = {
        "desc": encode_text_tag(name),
        "cprt": encode_text_tag("CC0"),
        "wtpt": b"XYZ \0\0\0\0" + encode_fixed16(D50),
        "kTRC": curve,
    }
    return assemble_profile(tags, b"GRAY")


def encode_text_tag(words: str) -> bytes:
    """One line in English as an ICC multiLocalizedUnicode."""
    written = words.encode("utf-16-be")
    return b"mluc" + struct.pack(">III4sII", 0, 1, 12, b"enUS", len(written), 28) + written


def assemble_profile(tags: dict[str, bytes], space: bytes = b"RGB ") -> bytes:
    """Header, table and tags, each on a border of four bytes; equal tags share their place."""
    start, body, places = 132 + 12 * len(tags), b"", dict[bytes, int]()
    for content in tags.values():
        if content not in places:
            places[content] = start + len(body)
            body += content + b"\0" * (-len(content) % 4)
    table = b"".join(struct.pack(">4sII", tag.encode(), places[c], len(c)) for tag, c in tags.items())
    dated = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)
    header = struct.pack(">I4sI4s4s4s", start + len(body), b"\0" * 4, 0x04400000, b"mntr", space, b"XYZ ")
    header += dated + b"acsp" + b"\0" * 28 + encode_fixed16(D50)
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


SRGB_CURVE = make_parametric_curve(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
SRGB_PROFILE = make_matrix_profile("sRGB", REC_709, SRGB_CURVE)


Signal = NDArray[np.float64]
FULL = np.linspace(0, 1, 1024)
NARROW = ((FULL * 255 - 16) / 219).clip(0, 1)  # video's range: black at 16, white at 235


def make_pq_curve(signal: Signal) -> Signal:
    """Light of HDR films and phones (SMPTE ST 2084), white at 203 nits (ITU-R BT.2408), what is brighter cut."""
    root = signal ** (1 / 78.84375)
    light = np.maximum(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)
    return np.clip(light ** (1 / 0.1593017578125) * 10000 / 203, 0, 1)


def make_hlg_curve(signal: Signal) -> Signal:
    """Light of HDR television (ITU-R BT.2100), white at a signal of 0.75, what is brighter cut."""
    log = (np.exp((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12
    light = np.where(signal <= 0.5, signal**2 / 3, log)
    white = (np.exp((0.75 - 0.55991073) / 0.17883277) + 0.28466892) / 12
    return np.clip(light / white, 0, 1)


def srgb_light(signal: Signal) -> Signal:
    """Light by sRGB's curve (IEC 61966-2-1)."""
    return np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)


PRIMARIES = {1: REC_709, 5: EBU, 6: SMPTE_C, 7: SMPTE_C, 9: REC_2020, 11: DISPLAY_P3, 12: DISPLAY_P3}
WHITES = {11: CINEMA}
TRANSFER_CURVES: dict[int, Callable[[Signal], Signal]] = {
    4: lambda signal: signal**2.2,
    5: lambda signal: signal**2.8,
    8: lambda signal: signal,
    16: make_pq_curve,
    18: make_hlg_curve,
}
LIKE_SRGB = {1, 6, 13, 14, 15}  # curves of television are seen as sRGB, as everybody shows them


def make_cicp_profile(primaries: int, transfer: int, narrow: bool = False, grey: bool = False) -> bytes | None:
    """The profile of ITU-T H.273 code points; None where they mean sRGB, or nothing that is known here.

    ``narrow``: black is at 16 and white at 235, as in video.
    """
    if primaries not in PRIMARIES or ((primaries == 1 or grey) and transfer not in TRANSFER_CURVES and not narrow):
        return None
    curve = SRGB_CURVE
    if transfer in TRANSFER_CURVES or narrow:
        curve = make_table_curve(TRANSFER_CURVES.get(transfer, srgb_light)(NARROW if narrow else FULL))
    name = f"H.273 {primaries}/{transfer}"
    if grey:
        return grey_profile(name, curve)
    return make_matrix_profile(name, PRIMARIES[primaries], curve, WHITES.get(primaries, D65))


def make_srgb_transform(profile: bytes | None, mode: str) -> ImageCms.ImageCmsTransform | None:
    """The way from a profile to sRGB for pictures of a mode (L, RGB, CMYK or LAB).

    None where there is nothing to do: no profile, one that is damaged or of another colour space (viewers take such
    a photo as sRGB), or one that changes no colour by more than a level of 255.
    """
    if profile == SRGB_PROFILE and mode == "RGB":  # a picture of ours that comes back
        return None
    try:
        source = open_profile(profile, mode)
        if source is None or PILLOW_MODES.get(read_colour_space(source)) != mode:
            return None
        intent, flags = ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION
        if mode == "L":  # of one channel Little CMS makes a table of 33 steps, which bends a steep curve
            flags |= ImageCms.Flags.GRIDPOINTS(255)
        target = ImageCms.ImageCmsProfile(BytesIO(SRGB_PROFILE))
        way = ImageCms.buildTransform(source, target, mode, "RGB", intent, flags)
    except PROFILE_ERRORS:
        return None
    return None if mode in {"L", "RGB"} and is_identity_transform(way, mode) else way


def open_profile(profile: bytes | None, mode: str) -> ImageCms.ImageCmsProfile | None:
    """The profile of a picture; Lab needs none."""
    if profile:
        return ImageCms.ImageCmsProfile(BytesIO(profile))
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")) if mode == "LAB" else None


def read_colour_space(profile: ImageCms.ImageCmsProfile) -> str:
    """The space that a profile maps from: RGB, GRAY, CMYK, Lab or another."""
    return str(cast(Any, profile.profile).xcolor_space).strip()


def is_identity_transform(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    """Whether a grid of 729 colours comes out as it went in, within one level."""
    steps = np.linspace(0, 255, 9).astype(np.uint8)
    grid = np.stack(np.meshgrid(steps, steps, steps), -1).reshape(27, 27, 3)
    image = Image.fromarray(grid).convert(mode)
    before, after = np.asarray(image.convert("RGB"), np.int16), np.asarray(transform.apply(image), np.int16)
    return int(np.abs(before - after).max()) <= 1
