"""The style's brushwork in the photo's own colours."""

import numpy as np
import pytest

from ganvas.engine.colour import compute_lightness, from_oklab, restore_photo_colours, to_oklab
from ganvas.engine.resample import BAND_MULTIPLE
from tests.engine.conftest import noise

ALL = np.stack(np.meshgrid(*[np.arange(0, 256, 15)] * 3, indexing="ij"), -1).reshape(-1, 18, 3).astype(np.uint8)


def hue(pixels: np.ndarray) -> np.ndarray:
    """The mean of Oklab's two axes of colour."""
    return to_oklab(pixels)[..., 1:].mean(axis=(0, 1))


def test_all_colours_survive_the_way_to_oklab_and_back():
    assert np.abs(from_oklab(to_oklab(ALL)).astype(int) - ALL).max() <= 1


def test_oklab_is_oklab():
    lab = to_oklab(np.array([[[255, 255, 255], [255, 0, 0], [0, 0, 0]]], np.uint8))[0]
    assert lab[0] == pytest.approx([1, 0, 0], abs=1e-3)
    assert lab[1] == pytest.approx([0.628, 0.225, 0.126], abs=1e-3)
    assert lab[2] == pytest.approx([0, 0, 0], abs=1e-3)


def test_a_colour_that_srgb_lacks_keeps_its_lightness():
    wild = np.array([[[0.6, 0.4, 0.2], [0.9, -0.3, 0.1], [0.2, 0.0, -0.4]]], np.float32)
    assert compute_lightness(from_oklab(wild))[0] == pytest.approx([0.6, 0.9, 0.2], abs=0.02)


def test_the_colours_are_the_photos_and_the_strokes_the_pictures(photo):
    grey = np.repeat(photo.mean(axis=2, keepdims=True), 3, axis=2)
    strokes = 60 * (np.indices(photo.shape[:2]).sum(axis=0) // 4 % 2)[..., None]
    picture = (grey * 0.5 + 60 + strokes).astype(np.uint8)
    made = restore_photo_colours(photo, picture)
    assert hue(made) == pytest.approx(hue(photo), abs=0.015)
    assert compute_lightness(made).mean() == pytest.approx(compute_lightness(photo).mean(), abs=0.04)
    diagonal, other = strokes[..., 0] > 0, compute_lightness(made)
    assert other[diagonal].mean() - other[~diagonal].mean() > 0.08


def test_a_picture_that_is_the_photo_stays_the_photo(photo):
    assert np.abs(restore_photo_colours(photo, photo).astype(int) - photo).mean() < 5


def test_a_style_that_turns_dark_into_light_is_turned_back(photo):
    made = restore_photo_colours(photo, 255 - photo)
    small = [compute_lightness(pixels)[::40, ::40].ravel() for pixels in (photo, made)]
    assert np.corrcoef(*small)[0, 1] > 0.5


@pytest.mark.parametrize("size", [(1, 1), (1, 90), (90, 1), (3, 5), (65, 63)])
def test_any_size_goes_in_and_comes_out(size):
    assert restore_photo_colours(noise(*size), noise(*size, seed=1)).shape == (*size, 3)


def test_bands_leave_no_seams(monkeypatch):
    photo, picture = noise(900, 64), noise(900, 64, seed=1)
    whole = restore_photo_colours(photo, picture)
    monkeypatch.setattr("ganvas.engine.resample.BAND_PIXELS", BAND_MULTIPLE * BAND_MULTIPLE)
    assert np.abs(whole.astype(int) - restore_photo_colours(photo, picture)).max() <= 1
