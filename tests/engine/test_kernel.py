"""Resampling by small matrices: what Pillow gives, whatever the size and the part."""

import numpy as np
import pytest
from PIL import Image

from ganvas.engine.kernel import (
    BICUBIC,
    BILINEAR,
    COLUMN_BLOCK,
    COLUMNS_PER_PRODUCT,
    ROW_BLOCK,
    ROWS_PER_GROUP,
    SampleSpan,
    resample_columns,
    resample_rows,
)
from ganvas.engine.resample import StripGeometry, resize_strip, to_planes, write_planes
from tests.engine.conftest import noise

PILLOWS = {BICUBIC: Image.Resampling.BICUBIC, BILINEAR: Image.Resampling.BILINEAR}
SIZES = [
    ((64, 64), (64, 64)),
    ((64, 64), (102, 103)),
    ((70, 50), (333, 10)),
    ((300, 400), (75, 64)),
    ((1, 1), (5, 9)),
    ((1, 500), (1, 30)),
    ((9, 200), (ROWS_PER_GROUP + COLUMN_BLOCK + 1, COLUMNS_PER_PRODUCT + ROW_BLOCK + 1)),
]


def apart(made: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """How many levels two are apart."""
    return np.abs(made.astype(int) - wanted)


@pytest.mark.parametrize("filter", PILLOWS, ids=("bicubic", "bilinear"))
@pytest.mark.parametrize(("old", "new"), SIZES)
def test_the_numbers_are_pillows(old, new, filter):
    pixels = noise(*old)
    wide = resample_rows(to_planes(pixels), SampleSpan(0, old[1], old[1], new[1]), filter)
    made = resample_columns(wide, SampleSpan(0, old[0], old[0], new[0]), filter)
    wanted = np.asarray(Image.fromarray(pixels).resize(new[::-1], PILLOWS[filter]))
    assert apart(made.transpose(1, 2, 0), wanted).max() <= 1
    assert (apart(made.transpose(1, 2, 0), wanted) > 0).mean() < 0.02


def test_a_strip_gives_the_rows_that_the_whole_gives():
    levels = to_planes(noise(60, 40))
    whole = resize_strip(levels, StripGeometry(0, 60, 40), (200, 133), (0, 200), BICUBIC)
    part = resize_strip(levels[:, 20:50], StripGeometry(20, 60, 40), (200, 133), (100, 130), BICUBIC)
    assert apart(part, whole[:, 100:130]).max() <= 1


def test_half_a_pixel_at_the_end_of_a_line_counts_by_half():
    levels = np.array([[[0, 0, 200]]], np.uint8)
    made = resample_rows(levels, SampleSpan(0, 2.5, 3, 1), BILINEAR)
    wanted = Image.fromarray(levels[0]).resize((1, 1), Image.Resampling.BILINEAR, (0, 0, 2.5, 1))
    assert made.item() == wanted.getpixel((0, 0))


def test_what_is_put_into_pixels_are_the_planes():
    pixels = noise(5, 7)
    made = np.zeros_like(pixels)
    write_planes(to_planes(pixels).astype(np.int16), made)
    assert np.array_equal(made, pixels)
