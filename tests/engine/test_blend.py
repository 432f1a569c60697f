"""Strength: photo at one end, picture at the other, and between them never both."""

from itertools import pairwise

import numpy as np
import pytest

from ganvas.engine.blend import MARGIN_ROWS, average_neighbourhood, blend_pictures, downsample_by_two, upsample_by_two
from ganvas.engine.resample import BAND_MULTIPLE
from tests.engine.conftest import noise


def line(column: int, ground: int = 120, level: int = 220) -> np.ndarray:
    """A vertical line, two pixels wide."""
    pixels = np.full((96, 128, 3), ground, np.uint8)
    pixels[:, column : column + 2] = level
    return pixels


def contrast(pixels: np.ndarray, column: int) -> float:
    """How far a line stands out from the ground."""
    return float(np.abs(pixels[40:60, column : column + 2].astype(float) - 120).mean())


def test_the_ends_are_the_photo_and_the_picture():
    photo, picture = noise(50, 70), noise(50, 70, seed=1)
    assert np.array_equal(blend_pictures(photo, picture, 0), photo)
    assert np.array_equal(blend_pictures(photo, picture, 1), picture)


def test_near_the_ends_it_is_near_them():
    photo, picture = noise(50, 70), noise(50, 70, seed=1)
    assert np.abs(blend_pictures(photo, picture, 1e-3).astype(int) - photo).max() <= 1
    assert np.abs(blend_pictures(photo, picture, 1 - 1e-3).astype(int) - picture).max() <= 1


def test_a_small_step_of_the_strength_is_a_small_step_of_the_picture(photo):
    photo = photo[:200, :300]
    picture = np.roll(255 - photo, 5, axis=1)
    steps = [blend_pictures(photo, picture, strength).astype(int) for strength in np.linspace(0.3, 0.6, 13)]
    assert max(np.abs(one - other).mean() for one, other in pairwise(steps)) < 12


@pytest.mark.parametrize("strength", [0.2, 0.3, 0.5, 0.65, 0.8])
@pytest.mark.parametrize("moved", [4, 6, 10])
def test_a_line_that_the_style_moved_is_not_drawn_twice(strength, moved):
    blended = blend_pictures(line(40), line(40 + moved), strength)
    weaker, stronger = sorted((contrast(blended, 40), contrast(blended, 40 + moved)))
    assert weaker < 0.3 * stronger


def test_a_plain_mean_would_draw_it_twice():
    mean = ((line(40).astype(int) + line(50)) // 2).astype(np.uint8)
    assert contrast(mean, 40) == contrast(mean, 50) > 40


def test_a_line_in_the_same_place_keeps_its_contrast_on_the_way():
    for strength in (0.25, 0.5, 0.75):
        assert contrast(blend_pictures(line(40), line(40, level=200), strength), 40) == pytest.approx(
            100 - 20 * strength, abs=4
        )


def test_strokes_on_a_flat_photo_come_in_gradually():
    flat = np.full((96, 128, 3), 120, np.uint8)
    seen = [contrast(blend_pictures(flat, line(40), strength), 40) for strength in (0.25, 0.5, 0.75)]
    assert seen == pytest.approx([25, 50, 75], abs=10)


def test_flat_colours_mix_evenly():
    red, blue = (np.full((40, 40, 3), colour, np.uint8) for colour in ((200, 0, 0), (0, 0, 200)))
    assert np.abs(blend_pictures(red, blue, 0.25).astype(int) - (150, 0, 50)).max() <= 1


@pytest.mark.parametrize("size", [(1, 1), (1, 90), (90, 1), (3, 5), (65, 63)])
def test_any_size_goes_in_and_comes_out(size):
    assert blend_pictures(noise(*size), noise(*size, seed=1), 0.5).shape == (*size, 3)


def test_bands_leave_no_seams(monkeypatch):
    photo, picture = noise(700, 64), noise(700, 64, seed=1)
    whole = blend_pictures(photo, picture, 0.5)
    monkeypatch.setattr("ganvas.engine.resample.BAND_PIXELS", BAND_MULTIPLE * BAND_MULTIPLE)
    banded = blend_pictures(photo, picture, 0.5)
    assert np.abs(whole.astype(int) - banded).max() <= 1


def test_halving_and_doubling_keep_the_mean_and_the_size():
    plane = noise(MARGIN_ROWS, BAND_MULTIPLE)[..., 0].astype(np.float32)
    assert downsample_by_two(plane).shape == (MARGIN_ROWS // 2, BAND_MULTIPLE // 2)
    assert upsample_by_two(downsample_by_two(plane)).shape == plane.shape
    assert average_neighbourhood(plane, 2).mean() == pytest.approx(plane.mean(), rel=0.02)
    assert np.ptp(average_neighbourhood(np.full((64, 64), 7.0, np.float32), 3)) < 1e-4
