"""What a PNG says of its colours counts, in the order of its standard (PNG, third edition, 4.3)."""

import struct

import numpy as np
import pytest

from ganvas.image import decode
from tests.image.builders import ADOBE, ORANGE, ORANGE_OF_P3, P3, chunk, file_of, flat, png_of, scene

P3_POINTS = (31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)
SRGB_POINTS = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
USUAL, LINEAR = 45455, 100_000


def said(data: bytes, *chunks: bytes) -> bytes:
    """A PNG with chunks behind its header."""
    end = data.index(b"IHDR") + 4 + 13 + 4
    return data[:end] + b"".join(chunks) + data[end:]


def gamma(value: int) -> bytes:
    return chunk(b"gAMA", value.to_bytes(4, "big"))


def points(values: tuple[int, ...]) -> bytes:
    return chunk(b"cHRM", struct.pack(">8I", *values))


def code(primaries: int, transfer: int, matrix: int = 0, full: int = 1) -> bytes:
    return chunk(b"cICP", bytes([primaries, transfer, matrix, full]))


SAYS_SRGB = chunk(b"sRGB", b"\0")


def seen(*chunks: bytes, colour: tuple[int, int, int] = ORANGE, **extra) -> np.ndarray:
    """The colour that a PNG of one colour shows."""
    return decode(said(file_of(flat(colour), "PNG", **extra), *chunks)).pixels[8, 8].astype(int)


def srgb(light: float) -> float:
    """The level of a share of light (IEC 61966-2-1)."""
    return 255 * (12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055)


def near(found: np.ndarray, expected, levels: float = 1.5) -> bool:
    return float(np.abs(found - np.asarray(expected, float)).max()) <= levels


@pytest.mark.parametrize("value", [100_000, 55_556, 250_000, 35_000])
def test_gamma_is_followed(value):
    expected = [srgb((level / 255) ** (100_000 / value)) for level in ORANGE]
    assert near(seen(gamma(value)), expected)
    grey = decode(said(file_of(flat(100, "L"), "PNG"), gamma(value))).pixels[8, 8]
    assert near(grey, [srgb((100 / 255) ** (100_000 / value))] * 3)


def test_the_usual_gamma_means_srgb():
    assert near(seen(gamma(USUAL)), ORANGE, 0)
    assert near(seen(gamma(USUAL), points(SRGB_POINTS)), ORANGE, 0)


def test_sixteen_bits_of_grey_are_read_by_their_gamma():
    levels = np.full((6, 8), 32768, np.uint16)
    assert near(decode(said(png_of(levels), gamma(LINEAR))).pixels[0, 0], [srgb(0.5)] * 3, 2)


def test_a_palette_is_read_by_its_gamma():
    image = flat(ORANGE).quantize(4)
    expected = [srgb(level / 255) for level in ORANGE]
    assert near(decode(said(file_of(image, "PNG"), gamma(LINEAR))).pixels[0, 0], expected)


def test_primaries_are_followed():
    assert near(seen(points(P3_POINTS)), ORANGE_OF_P3)
    assert near(seen(points(P3_POINTS), gamma(USUAL)), ORANGE_OF_P3)


def test_white_stays_white_whatever_white_a_file_has():
    warm = (34_570, 35_850, *SRGB_POINTS[2:])  # D50
    assert near(seen(points(warm), colour=(255, 255, 255)), (255, 255, 255))


def test_code_points_are_followed():
    assert near(seen(code(12, 13)), ORANGE_OF_P3)
    assert near(seen(code(1, 13)), ORANGE, 0)
    assert near(seen(code(1, 8)), [srgb(level / 255) for level in ORANGE])
    narrow = tuple(round(16 + level * 219 / 255) for level in ORANGE)
    assert near(seen(code(1, 13, full=0), colour=narrow), ORANGE, 2)


def test_bright_pictures_have_their_white_at_white():
    """203 nits by SMPTE ST 2084, and a signal of 0.75 by hybrid log-gamma (ITU-R BT.2408)."""
    assert near(seen(code(9, 16), colour=(148, 148, 148)), (255, 255, 255), 2)
    assert near(seen(code(9, 18), colour=(191, 191, 191)), (255, 255, 255), 2)
    assert near(seen(code(9, 16), colour=(106, 106, 106)), [srgb(0.2)] * 3, 4), "40 nits, a fifth of white"
    grey = decode(said(file_of(flat(148, "L"), "PNG"), code(9, 16))).pixels[8, 8]
    assert near(grey, (255, 255, 255), 2)


def test_what_stands_higher_in_the_standard_wins():
    assert near(seen(code(12, 13), SAYS_SRGB, gamma(LINEAR), icc_profile=ADOBE), ORANGE_OF_P3), "cICP over iCCP"
    assert near(seen(code(1, 13), icc_profile=P3), ORANGE, 0), "cICP over iCCP, also where it means sRGB"
    assert near(seen(SAYS_SRGB, gamma(LINEAR), icc_profile=P3), ORANGE_OF_P3), "iCCP over sRGB and gAMA"
    assert near(seen(SAYS_SRGB, gamma(LINEAR), points(P3_POINTS)), ORANGE, 0), "sRGB over gAMA and cHRM"


@pytest.mark.parametrize("unknown", [code(77, 13), code(12, 99), code(12, 13, matrix=1), code(2, 2)])
def test_code_points_that_are_not_known_leave_it_to_the_next(unknown):
    assert near(seen(unknown, icc_profile=P3), ORANGE_OF_P3)
    assert near(seen(unknown, points(P3_POINTS)), ORANGE_OF_P3)


@pytest.mark.parametrize(
    "nonsense",
    [
        gamma(0),
        gamma(2**32 - 1),
        points((0,) * 8),
        points((31270, 32900, *(33000, 33000) * 3)),
        points((2**32 - 1,) * 8),
        points((31270, 32900, 90000, 90000, 26500, 69000, 15000, 6000)),
    ],
)
def test_nonsense_is_passed_over(nonsense):
    assert np.array_equal(decode(said(file_of(scene(), "PNG"), nonsense)).pixels, scene())
