"""Content scores: perfect for the photo itself, and worse the more it is spoiled."""

import numpy as np
import pytest
import torch
from torchmetrics.functional.image import structural_similarity_index_measure

from ganvas.judge.content import CONTENT, View, structure
from ganvas.judge.features import Pixels
from ganvas.judge.scores import SCORES
from tests.judge.conftest import Spoil, blur, noise, shift, speckle, tint

PERFECT = {"content": 0.0, "self_similarity": 0.0, "edges": 1.0, "ssim": 1.0, "colour": 0.0}


def test_every_content_score_is_listed():
    assert list(CONTENT) == [name for name, about in SCORES.items() if about.family == "content"]


@pytest.mark.parametrize("score", CONTENT)
def test_a_photo_keeps_all_of_itself(photo_pixels: list[Pixels], score: str):
    for pixels in photo_pixels:
        assert CONTENT[score](View(pixels), View(pixels.copy())) == pytest.approx(PERFECT[score], abs=1e-9)


@pytest.fixture(scope="module")
def views(photo_pixels: list[Pixels]) -> list[View]:
    """The photos, seen once."""
    return [View(pixels) for pixels in photo_pixels]


@pytest.mark.parametrize(
    ("spoil", "amounts"),
    [(blur, (1, 2, 4, 8)), (noise, (8, 16, 32, 64)), (speckle, (8, 16, 32, 64)), (shift, (2, 4, 8, 16))],
)
def test_the_more_is_lost_the_worse_is_every_score(
    photo_pixels: list[Pixels], views: list[View], spoil: Spoil, amounts: tuple[float, ...]
):
    spoiled = {amount: [View(spoil(pixels, amount)) for pixels in photo_pixels] for amount in amounts}
    for name, score in CONTENT.items():
        found = [np.mean([score(*pair) for pair in zip(views, spoiled[amount], strict=True)]) for amount in amounts]
        worse = sorted(found, reverse=SCORES[name].better == "more")
        assert [PERFECT[name], *found] == [PERFECT[name], *worse], name


def test_a_tint_changes_colour_and_hardly_structure(photo_pixels: list[Pixels], views: list[View]):
    tinted = [[View(tint(pixels, amount)) for pixels in photo_pixels] for amount in (10, 20, 40)]
    change = [np.mean([CONTENT["colour"](*pair) for pair in zip(views, made, strict=True)]) for made in tinted]
    assert 1 < change[0] < change[1] < change[2]
    assert np.mean([CONTENT["ssim"](*pair) for pair in zip(views, tinted[0], strict=True)]) > 0.95


def test_another_photo_keeps_little(photo_pixels: list[Pixels]):
    one, other = View(photo_pixels[0]), View(np.resize(photo_pixels[1], photo_pixels[0].shape))
    assert CONTENT["content"](one, other) > 0.5
    assert CONTENT["edges"](one, other) < 0.6


def test_structure_is_about_the_ssim_of_torchmetrics(views: list[View], photo_pixels: list[Pixels]):
    for view, pixels in zip(views, photo_pixels, strict=True):
        blurred = View(blur(pixels, 2))
        x, y = (torch.from_numpy(v.luminance)[None, None] for v in (view, blurred))
        theirs = structural_similarity_index_measure(y, x, data_range=255.0)
        assert structure(view, blurred) == pytest.approx(float(theirs), abs=0.005)


def test_a_flat_photo_has_no_edges_to_lose():
    grey = View(np.full((64, 80, 3), 128, np.uint8))
    busy = View(np.random.default_rng(1).integers(0, 256, (64, 80, 3), np.uint8))
    assert CONTENT["edges"](grey, grey) == 1.0
    assert CONTENT["edges"](grey, busy) == 0.0
