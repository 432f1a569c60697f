"""The generator that is given strokes: how it begins, how far it sees, and a run of it from photos to a picture."""

from dataclasses import replace

import numpy as np
import torch

from ganvas.engine.engine import Engine
from ganvas.learn import recipe as recipes
from ganvas.learn.data.strokes import draw_strokes
from ganvas.learn.formats.onnx import export_run
from ganvas.learn.nets.local import LocalOptions
from ganvas.learn.nets.stroke_generator import BRIGHTEST, StrokeGenerator
from ganvas.learn.training.loop import start_training
from ganvas.style.catalog import Catalog
from ganvas.style.file import check_style
from ganvas.style.stroke_settings import STROKE_CHANNELS, StrokeSettings
from tests.learn.conftest import draw_random_picture, make_tiny_recipe

STROKES = StrokeSettings((8.0,), (12.0,), (4.0,), (0.0,))
SMALL = LocalOptions((4, 4, 8), 1, fine=1)


def given(height: int, width: int, noises: int = 0) -> torch.Tensor:
    """An input by chance."""
    return torch.rand(2, 3 + noises + STROKE_CHANNELS, height, width) * 2 - 1


def test_before_it_learns_the_picture_is_the_strokes_in_their_own_colours():
    for noises in (0, 3):
        x = given(32, 48, noises)
        own = x[:, 3 + noises : 6 + noises].clamp(-BRIGHTEST, BRIGHTEST)
        assert torch.allclose(StrokeGenerator(SMALL, noises)(x), own, atol=1e-5)


def test_what_lies_farther_than_the_halo_decides_nothing():
    torch.manual_seed(1)
    network = StrokeGenerator(SMALL).eval()
    torch.nn.init.normal_(network.leave.weight)
    size = 2 * network.halo + 16
    x, middle = given(size, size), slice(network.halo, network.halo + 16)
    other = given(size + 64, size + 64)
    other[:, :, 32:-32, 32:-32] = x
    found = [network(x)[:, :, middle, middle], network(other)[:, :, 32:-32, 32:-32][:, :, middle, middle]]
    assert torch.allclose(*found, atol=1e-5)


def test_each_photo_of_a_batch_and_each_step_has_strokes_of_its_own():
    random = np.random.Generator(np.random.PCG64(1))
    photo = torch.from_numpy(draw_random_picture(random, 48, 48, 0)).permute(2, 0, 1)[None] / 127.5 - 1
    photos = photo.expand(2, -1, -1, -1)
    first, second, again = (draw_strokes(photos, STROKES, step) for step in (0, 1, 0))
    assert torch.equal(first, again)
    assert not torch.equal(first[0], first[1])
    assert not torch.equal(first[0], second[0])


def test_a_run_with_strokes_ends_in_a_style_that_is_served_with_them(domains, tmp_path):
    strokes = {"spacing": [8.0, 5.0], "length": [12.0, 6.0], "width": [4.0, 2.0], "detail": [0.0, 9.0]}
    settings = [f"options.strokes.{key}={value}" for key, value in strokes.items()]
    recipe = recipes.override_settings(make_tiny_recipe("house", domains, steps=2), ["options.warm_steps=0", *settings])
    start_training(recipe, tmp_path / "run")
    folder = tmp_path / "styles"
    folder.mkdir()
    (style,) = export_run(tmp_path / "run", folder / "tiny.onnx")
    assert style.strokes["length"] == [12.0, 6.0]
    assert style.parity["fp32"] < 2e-3
    assert check_style(folder / "tiny.onnx").strokes == style.strokes
    photo = draw_random_picture(np.random.Generator(np.random.PCG64(5)), 70, 90, 1)
    engine = Engine(Catalog([folder]))
    picture = engine.apply("tiny", photo)
    assert picture.shape == photo.shape
    assert not np.array_equal(picture, photo)


def test_settings_of_strokes_are_written_out_and_read_back(domains):
    recipe = recipes.override_settings(
        make_tiny_recipe("house", domains), ["options.strokes={spacing=[8.0],length=[12.0],width=[4.0],detail=[0.0]}"]
    )
    assert recipes.build_recipe(recipes.serialise_recipe(recipe)).options.strokes == replace(STROKES)
