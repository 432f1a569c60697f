"""What a PNG says of its colours, as a profile.

Of several statements the first of these counts (PNG, third edition, 4.3): code points of video (cICP), an ICC profile
(iCCP), that it is sRGB (sRGB), primaries and gamma (cHRM and gAMA). Knows chunks; profile makes the profiles.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import IO

from ganvas.image.icc import (
    D65,
    LIKE_SRGB,
    PRIMARIES,
    REC_709,
    SRGB_CURVE,
    TRANSFER_CURVES,
    Chromaticities,
    grey_profile,
    make_cicp_profile,
    make_matrix_profile,
    make_parametric_curve,
)

WANTED = {b"cICP": 4, b"sRGB": 1, b"gAMA": 4, b"cHRM": 32}  # chunks and their lengths
MOST_CHUNKS = 1000
USUAL_GAMMA = (0.450, 0.460)  # 1/2.2 is written for sRGB, whose curve it is near to
GAMMAS = (0.1, 10.0)  # beyond these it is nonsense
NEAR = 0.002  # chromaticities that differ by no more are the same


def find_profile(file: IO[bytes], embedded: bytes | None, grey: bool) -> bytes | None:
    """The profile by which a PNG's colours are read, None for sRGB; ``embedded`` is the one in its iCCP.

    ``grey``: the PNG has one channel of colour. What is damaged or unknown does not count.
    """
    chunks = dict(read_chunks(file))
    code = chunks.get(b"cICP")
    if code and code[0] in PRIMARIES and code[1] in {*TRANSFER_CURVES, *LIKE_SRGB} and code[2] == 0:
        return make_cicp_profile(code[0], code[1], narrow=code[3] == 0, grey=grey)
    if embedded or b"sRGB" in chunks:
        return embedded
    return measured_profile(chunks.get(b"gAMA"), chunks.get(b"cHRM"), grey)


def read_chunks(file: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """The chunks on colour, which come before the pixels; of several of one kind the last, as their order is free."""
    file.seek(8)
    for _ in range(MOST_CHUNKS):
        head = file.read(8)
        if len(head) < 8 or head[4:] in {b"IDAT", b"IEND"}:
            return
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if WANTED.get(kind) != length:
            file.seek(length + 4, 1)
            continue
        content, checksum = file.read(length), file.read(4)
        if checksum == zlib.crc32(kind + content).to_bytes(4, "big"):
            yield kind, content


def measured_profile(gamma: bytes | None, primaries: bytes | None, grey: bool) -> bytes | None:
    """The profile of a gAMA and a cHRM; None where both mean sRGB, say nothing or nothing that can be."""
    curve = curve_of(int.from_bytes(gamma, "big") / 100_000) if gamma else SRGB_CURVE
    if grey:
        return None if curve == SRGB_CURVE else grey_profile("gAMA", curve)
    numbers = [number / 100_000 for number in struct.unpack(">8I", primaries)] if primaries else []
    points = list(zip(numbers[::2], numbers[1::2], strict=True)) or [D65, *REC_709]
    white, colours = points[0], (points[1], points[2], points[3])
    if curve == SRGB_CURVE and are_near(points, [D65, *REC_709]):
        return None
    try:
        return profile_of(colours, curve, white)
    except (ValueError, ZeroDivisionError, struct.error, OverflowError):
        return profile_of(REC_709, curve, D65) if curve != SRGB_CURVE else None


def profile_of(primaries: Chromaticities, curve: bytes, white: tuple[float, float]) -> bytes:
    """The profile. Raises ValueError, ZeroDivisionError or struct.error for primaries that cannot be."""
    if any(y <= 0 or x + y > 1 for x, y in (*primaries, white)):
        raise ValueError("no colours have these chromaticities")
    return make_matrix_profile("cHRM", primaries, curve, white)


def curve_of(gamma: float) -> bytes:
    """The curve whose inverse a PNG's gamma is; sRGB's for the usual one and for nonsense."""
    if USUAL_GAMMA[0] <= gamma <= USUAL_GAMMA[1] or not GAMMAS[0] <= gamma <= GAMMAS[1]:
        return SRGB_CURVE
    return make_parametric_curve(1 / gamma)


def are_near(points: list[tuple[float, float]], others: list[tuple[float, float]]) -> bool:
    """Whether chromaticities are the same but for rounding."""
    pairs = zip(points, others, strict=True)
    return all(abs(x - u) <= NEAR and abs(y - v) <= NEAR for (x, y), (u, v) in pairs)
