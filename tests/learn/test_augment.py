import numpy as np
import pytest
import torch
from PIL import Image

from ganvas.errors import BadData
from ganvas.learn import loop
from ganvas.learn import recipe as recipes
from ganvas.learn.augment import Cut, Jitter, choose, recolour, take
from ganvas.learn.preview import preview
from tests.learn.conftest import tiny, write_pictures

RAMP = np.stack(np.broadcast_arrays(*np.mgrid[0:120:2, 0:180:2], np.float64(60)), -1).astype(np.uint8)  # 60 x 90 x 3


@pytest.fixture
def random():
    return np.random.Generator(np.random.PCG64(1))


def middle_of(piece):
    """The ramp's colour says where in the picture a pixel comes from."""
    return piece[piece.shape[0] // 2, piece.shape[1] // 2, :2].astype(float)


def test_a_window_shows_the_same_place_of_a_pair_of_another_size(random):
    double = np.asarray(Image.fromarray(RAMP).resize((180, 120), Image.Resampling.BICUBIC))
    for angle in (0.0, 20.0):
        for _ in range(20):
            window = choose(RAMP, random, Cut(24, (0.7, 1.3), True, angle))
            one, two = take(RAMP, window, 24), take(double, window, 24)
            assert np.abs(one.astype(int)[4:-4, 4:-4] - two[4:-4, 4:-4]).mean() < 4


def test_a_turned_window_keeps_its_middle_and_has_no_black_corners(random):
    bright = RAMP // 2 + 100
    for _ in range(20):
        window = choose(bright, random, Cut(24, (0.7, 1.3), False, 45.0))
        straight = take(bright, type(window)(window.top, window.left, window.side, window.short, False, 0.0), 24)
        turned = take(bright, window, 24)
        assert np.abs(middle_of(turned) - middle_of(straight)).max() < 8
        assert turned.min() > 60


def test_settings_that_are_left_at_nothing_take_no_chance(random):
    other = np.random.Generator(np.random.PCG64(1))
    choose(RAMP, random, Cut(24, (0.7, 1.3), True, 0.0))
    other.uniform(), other.uniform(), other.uniform(), other.random()
    assert recolour(RAMP, random, Jitter()) is RAMP
    assert random.random() == other.random()


def test_colours_vary_and_lightness_stays_where_only_the_hue_turns(random):
    turned = recolour(RAMP, random, Jitter(hue=90.0))
    grey = np.array([0.299, 0.587, 0.114])
    inside = (turned > 0).all(2) & (turned < 255).all(2)
    assert np.abs(turned @ grey - RAMP @ grey)[inside].max() < 2.5
    assert np.abs(turned.astype(int) - RAMP).max() > 10


def test_both_pictures_of_a_pair_are_cut_alike(tmp_path):
    source = write_pictures(tmp_path / "a", 5, 1)
    (tmp_path / "b").mkdir()
    for path in source.iterdir():
        Image.fromarray(255 - np.asarray(Image.open(path))).save(tmp_path / "b" / path.name)
    recipe = recipes.change(tiny("house-pairs", (source, tmp_path / "b")), ["data.rotate=30"])
    batch = loop.pictured(recipe)(3)
    assert (batch.source + batch.target).abs().mean() < 0.02


def test_halves_of_one_picture_are_a_pair(tmp_path):
    folder = write_pictures(tmp_path / "double", 4, 1, (40, 80))
    for path in folder.iterdir():
        left = np.asarray(Image.open(path))[:, :40]
        Image.fromarray(np.concatenate([left, 255 - left], 1)).save(path)
    given = ['data.target=""', "data.pairs=halves"]
    recipe = recipes.change(tiny("house-pairs", (folder, folder)), given)
    batch = loop.pictured(recipe)(0)
    assert (batch.source + batch.target).abs().mean() < 0.02
    swapped = loop.pictured(recipes.change(recipe, ["data.pairs=halves-reversed"]))(0)
    assert torch.allclose(swapped.source, batch.target, atol=0.02)


def test_a_picture_without_a_partner_is_named(tmp_path):
    a, b = write_pictures(tmp_path / "a", 4, 1), write_pictures(tmp_path / "b", 4, 2)
    (b / "02.png").unlink()
    with pytest.raises(BadData, match=r"1 pictures of .* have no partner in .*: 02\."):
        loop.pictured(tiny("house-pairs", (a, b)))


def test_the_preview_shows_source_target_and_what_the_discriminator_sees(domains):
    recipe = recipes.change(tiny("cut", domains), ['options.adversary.changes=["colour"]'])
    sheet = preview(recipe, 3)
    assert sheet.shape == (3 * 40, 3 * 40, 3)
    assert np.abs(sheet[40:80].astype(int) - sheet[80:120]).mean() > 2
