"""Strokes: what a map says of each pixel, that a window is equal to the whole, and that they follow the form."""

from dataclasses import replace

import numpy as np
import pytest

from ganvas.engine.strokes import Window, compute_stroke_map, find_reach
from ganvas.style.stroke_settings import STROKE_CHANNELS, StrokeSettings, build_stroke_settings

SETTINGS = StrokeSettings((11.0, 6.0), (20.0, 9.0), (6.0, 2.5), (0.0, 12.0))


def photo(height: int, width: int, seed: int = 3) -> np.ndarray:
    """Smooth hills of colour with an edge through them and some noise."""
    random = np.random.Generator(np.random.PCG64(seed))
    y, x = np.mgrid[0:height, 0:width]
    hills = [127 + 90 * np.sin(x / (17 + 5 * c) + y / (23 - 4 * c)) for c in range(3)]
    picture = np.stack(hills, 2) + 50 * (x > 0.6 * width + 0.2 * y)[..., None] + random.normal(0, 6, (height, width, 3))
    return picture.clip(0, 255).astype(np.uint8)


def test_a_window_is_bit_for_bit_the_whole():
    pixels = photo(330, 410)
    whole = compute_stroke_map(pixels, SETTINGS)
    for window in (Window(0, 0, 64, 80), Window(131, 77, 90, 101), Window(250, 300, 80, 110), Window(7, 399, 300, 11)):
        part = compute_stroke_map(pixels, SETTINGS, window)
        rows, columns = slice(window.top, window.top + window.height), slice(window.left, window.left + window.width)
        assert np.array_equal(part, whole[:, rows, columns])


def test_windows_agree_beyond_the_sides_of_the_photo():
    pixels = photo(60, 70)
    wide = compute_stroke_map(pixels, SETTINGS, Window(-24, -24, 108, 118))
    assert np.array_equal(wide[:, 24:84, 24:94], compute_stroke_map(pixels, SETTINGS))
    assert np.array_equal(wide[:, :40, 90:], compute_stroke_map(pixels, SETTINGS, Window(-24, 66, 40, 28)))


def test_what_lies_farther_than_the_reach_decides_nothing():
    pixels, reach = photo(520, 620), find_reach(SETTINGS)
    other = photo(520, 620, seed=9)
    other[250 - reach : 270 + reach, 300 - reach : 320 + reach] = pixels[
        250 - reach : 270 + reach, 300 - reach : 320 + reach
    ]
    window = Window(250, 300, 20, 20)
    assert reach < 240
    assert np.array_equal(*(compute_stroke_map(given, SETTINGS, window) for given in (pixels, other)))


def test_the_channels_lie_in_their_ranges():
    found = compute_stroke_map(photo(90, 130), SETTINGS)
    assert found.shape == (STROKE_CHANNELS, 90, 130)
    assert found.dtype == np.float32
    assert np.abs(found[:9]).max() <= 1.0 + 1e-5
    assert 0 <= found[9].min() <= found[9].max() <= 1


def test_a_photo_of_one_colour_keeps_it():
    pixels = np.full((64, 64, 3), (200, 90, 30), np.uint8)
    found = compute_stroke_map(pixels, SETTINGS)
    assert np.allclose(found[:3].transpose(1, 2, 0) * 127.5 + 127.5, pixels, atol=0.6)


def test_strokes_run_along_the_edges():
    bars = np.zeros((160, 160, 3), np.uint8)
    bars[:, (np.arange(160) // 20) % 2 == 0] = 220
    found = compute_stroke_map(bars, replace(SETTINGS, wander=0.0, bend=0.0))[3]
    down, across = (np.abs(np.diff(found, axis=axis)) for axis in (0, 1))
    assert np.median(down) > 4 * np.median(across)  # the place along a stroke changes down the bars


def test_strokes_at_one_angle_ignore_the_edges():
    bars = np.zeros((160, 160, 3), np.uint8)
    bars[:, (np.arange(160) // 20) % 2 == 0] = 220
    along = replace(SETTINGS, wander=0.0, bend=0.0, follow=False, clip=0.0)
    found = compute_stroke_map(bars, along)[3]
    down, across = (np.abs(np.diff(found, axis=axis)) for axis in (0, 1))
    assert np.median(across) > 4 * np.median(down)


def test_a_stroke_ends_where_the_colour_changes():
    halves = np.zeros((120, 120, 3), np.uint8)
    halves[:, 60:] = 255
    across = replace(SETTINGS, follow=False, wander=0.0, bend=0.0)
    errors = [
        np.abs(compute_stroke_map(halves, settings)[0] * 127.5 + 127.5 - halves[..., 0]).mean()
        for settings in (across, replace(across, clip=0.0))
    ]
    assert errors[0] < 0.7 * errors[1]


def test_fine_strokes_lie_where_the_photo_has_detail():
    pixels = np.full((160, 320, 3), 128, np.uint8)
    pixels[:, 160:] = np.random.Generator(np.random.PCG64(0)).integers(0, 256, (160, 160, 3))
    layer = compute_stroke_map(pixels, SETTINGS)[8]
    assert layer[:, :120].max() == -1
    assert (layer[:, 200:] == 1).mean() > 0.5


def test_another_seed_gives_other_strokes():
    pixels = photo(64, 64)
    assert not np.array_equal(*(compute_stroke_map(pixels, replace(SETTINGS, seed=seed)) for seed in (0, 1)))


def test_edges_of_strokes_are_smooth():
    dark = np.zeros((160, 160, 3), np.uint8)
    dark[40:120, 40:120] = 240
    red = compute_stroke_map(dark, SETTINGS)[0]
    between = (red > -0.9) & (red < 0.7)
    assert between.mean() > 0.01  # a stepped edge would have two levels alone


def test_settings_travel_as_plain_data():
    assert build_stroke_settings(SETTINGS.plain()) == SETTINGS
    assert StrokeSettings().plain() == {}
    assert StrokeSettings().channels == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"colour": 3}, "no setting 'colour'"),
        ({"spacing": [5.0]}, "for each of at most"),
        ({"spacing": ["a", 2]}, "strokes.spacing"),
        ({"taper": 2}, "taper goes from 0 to 1"),
        ({"length": [300.0, 9.0]}, "half length"),
        ({"follow": 1}, "strokes.follow"),
        ({"width": [0.1, 0.2]}, "half width"),
        ({"spacing": [2.0, 2.0]}, "takes too long"),
    ],
)
def test_settings_that_cannot_be_are_refused_with_the_reason(change, said):
    with pytest.raises(ValueError, match=said):
        build_stroke_settings({**SETTINGS.plain(), **change})
