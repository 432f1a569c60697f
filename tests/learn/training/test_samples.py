"""Sheets of samples: photos as they are, never with a mirrored part."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganvas.learn.methods.house import HouseMethod
from ganvas.learn.training.samples import SAMPLE_EDGE, SampleSheet, crop_centre_square, pad_to_square
from tests.learn.conftest import make_tiny_recipe


def make_numbered_pixels(height: int, width: int) -> np.ndarray:
    """Pixels of which each says its place: height x width x 3."""
    rows, columns = np.mgrid[0:height, 0:width]
    return np.stack([rows % 256, columns % 256, rows // 256 * 16 + columns // 256], -1).astype(np.uint8)


@pytest.mark.parametrize(("size", "multiple", "side"), [
    ((48, 100), 4, 48), ((50, 31), 4, 28), ((900, 700), 4, SAMPLE_EDGE), ((300, 300), 256, 256), ((1, 1), 1, 1),
])  # fmt: skip
def test_a_sample_is_the_middle_of_its_photo_and_no_pixel_comes_twice(size, multiple, side):
    shown = crop_centre_square(make_numbered_pixels(*size), SAMPLE_EDGE, multiple)
    assert shown.shape == (side, side, 3)
    assert len(np.unique(shown.reshape(-1, 3), axis=0)) == side * side, "a mirrored part would show a pixel twice"
    top, left = ((length - side) // 2 for length in size)
    assert np.array_equal(shown, make_numbered_pixels(*size)[top : top + side, left : left + side])


def test_a_photo_that_is_smaller_than_the_network_can_take_is_enlarged():
    shown = crop_centre_square(make_numbered_pixels(40, 60), SAMPLE_EDGE, 128)
    assert shown.shape == (128, 128, 3)
    assert shown[8, 64, 0] < shown[64, 64, 0] < shown[120, 64, 0], "rows go on in one direction"


def test_smaller_photos_lie_on_white():
    cell = pad_to_square(make_numbered_pixels(20, 20), 31)
    assert cell.shape == (31, 31, 3) and (cell[:5] == 255).all() and (cell[:, 25:] == 255).all()
    assert np.array_equal(cell[5:25, 5:25], make_numbered_pixels(20, 20))


def test_a_sheet_shows_photos_of_many_sizes_above_their_pictures(tmp_path, domains):
    recipe = make_tiny_recipe("house", domains)
    sheet = SampleSheet(recipe, tmp_path)
    sheet.photos = [make_numbered_pixels(40, 64), make_numbered_pixels(64, 33), make_numbered_pixels(100, 100)]
    path = sheet.write_sheet(HouseMethod(recipe.options), 7)
    assert path == Path(tmp_path / "step-000007.jpg")
    with Image.open(path) as drawn:
        assert drawn.size == (3 * 100, 2 * 100)
        assert min(drawn.getpixel((4, 50))) > 240, "a photo of 40 pixels on a cell of 100 leaves white"
