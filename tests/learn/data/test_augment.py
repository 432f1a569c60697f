import numpy as np
import pytest
import torch
from PIL import Image

from ganvas.errors import BadData
from ganvas.learn import recipe as recipes
from ganvas.learn.data.augment import ColourJitter, CropOptions, apply_colour_jitter, extract_crop, sample_window
from ganvas.learn.training import loop
from ganvas.learn.training.preview import draw_batch_preview
from tests.learn.conftest import make_tiny_recipe, write_pictures

POSITION_RAMP = np.stack(np.broadcast_arrays(*np.mgrid[0:120:2, 0:180:2], np.float64(60)), -1).astype(
    np.uint8
)  # 60 x 90 x 3


@pytest.fixture
def random():
    return np.random.Generator(np.random.PCG64(1))


def get_middle_pixel(piece):
    """The ramp's colour says where in the picture a pixel comes from."""
    return piece[piece.shape[0] // 2, piece.shape[1] // 2, :2].astype(float)


def test_a_window_shows_the_same_place_of_a_pair_of_another_size(random):
    double = np.asarray(Image.fromarray(POSITION_RAMP).resize((180, 120), Image.Resampling.BICUBIC))
    for angle in (0.0, 20.0):
        for _ in range(20):
            window = sample_window(POSITION_RAMP, random, CropOptions(24, (0.7, 1.3), True, angle))
            one, two = extract_crop(POSITION_RAMP, window, 24), extract_crop(double, window, 24)
            assert np.abs(one.astype(int)[4:-4, 4:-4] - two[4:-4, 4:-4]).mean() < 4


def test_a_turned_window_keeps_its_middle_and_has_no_black_corners(random):
    bright = POSITION_RAMP // 2 + 100
    for _ in range(20):
        window = sample_window(bright, random, CropOptions(24, (0.7, 1.3), False, 45.0))
        straight = extract_crop(
            bright, type(window)(window.top, window.left, window.side, window.short, False, 0.0), 24
        )
        turned = extract_crop(bright, window, 24)
        assert np.abs(get_middle_pixel(turned) - get_middle_pixel(straight)).max() < 8
        assert turned.min() > 60


def test_settings_that_are_left_at_nothing_take_no_chance(random):
    other = np.random.Generator(np.random.PCG64(1))
    sample_window(POSITION_RAMP, random, CropOptions(24, (0.7, 1.3), True, 0.0))
    other.uniform(), other.uniform(), other.uniform(), other.random()
    assert apply_colour_jitter(POSITION_RAMP, random, ColourJitter()) is POSITION_RAMP
    assert random.random() == other.random()


def test_colours_vary_and_lightness_stays_where_only_the_hue_turns(random):
    turned = apply_colour_jitter(POSITION_RAMP, random, ColourJitter(hue=90.0))
    grey = np.array([0.299, 0.587, 0.114])
    inside = (turned > 0).all(2) & (turned < 255).all(2)
    assert np.abs(turned @ grey - POSITION_RAMP @ grey)[inside].max() < 2.5
    assert np.abs(turned.astype(int) - POSITION_RAMP).max() > 10


def test_both_pictures_of_a_pair_are_cut_alike(tmp_path):
    source = write_pictures(tmp_path / "a", 5, 1)
    (tmp_path / "b").mkdir()
    for path in source.iterdir():
        Image.fromarray(255 - np.asarray(Image.open(path))).save(tmp_path / "b" / path.name)
    recipe = recipes.override_settings(make_tiny_recipe("house-pairs", (source, tmp_path / "b")), ["data.rotate=30"])
    batch = loop.make_batch_function(recipe)(3)
    assert (batch.source + batch.target).abs().mean() < 0.02


def test_halves_of_one_picture_are_a_pair(tmp_path):
    folder = write_pictures(tmp_path / "double", 4, 1, (40, 80))
    for path in folder.iterdir():
        left = np.asarray(Image.open(path))[:, :40]
        Image.fromarray(np.concatenate([left, 255 - left], 1)).save(path)
    given = ['data.target=""', "data.pairs=halves"]
    recipe = recipes.override_settings(make_tiny_recipe("house-pairs", (folder, folder)), given)
    batch = loop.make_batch_function(recipe)(0)
    assert (batch.source + batch.target).abs().mean() < 0.02
    swapped = loop.make_batch_function(recipes.override_settings(recipe, ["data.pairs=halves-reversed"]))(0)
    assert torch.allclose(swapped.source, batch.target, atol=0.02)


def test_a_picture_without_a_partner_is_named(tmp_path):
    a, b = write_pictures(tmp_path / "a", 4, 1), write_pictures(tmp_path / "b", 4, 2)
    (b / "02.png").unlink()
    with pytest.raises(BadData, match=r"1 pictures of .* have no partner in .*: 02\."):
        loop.make_batch_function(make_tiny_recipe("house-pairs", (a, b)))


def test_the_preview_shows_source_target_and_what_the_discriminator_sees(domains):
    recipe = recipes.override_settings(make_tiny_recipe("cut", domains), ['options.adversary.changes=["colour"]'])
    sheet = draw_batch_preview(recipe, 3)
    assert sheet.shape == (3 * 40, 3 * 40, 3)
    assert np.abs(sheet[40:80].astype(int) - sheet[80:120]).mean() > 2
