"""Content scores: perfect for the photo itself, and worse the more it is spoiled."""

import numpy as np
import pytest
import torch
from torchmetrics.functional.image import structural_similarity_index_measure

from ganvas.judge.content_scores import CONTENT_SCORES, ContentView, compute_ssim
from ganvas.judge.features import Pixels
from ganvas.judge.scores import SCORES
from tests.judge.conftest import Distortion, add_grain, add_noise, add_tint, blur_picture, shift_picture

PERFECT_SCORES = {"content": 0.0, "self_similarity": 0.0, "edges": 1.0, "ssim": 1.0, "colour": 0.0}


def test_every_content_score_is_listed():
    assert list(CONTENT_SCORES) == [name for name, about in SCORES.items() if about.family == "content"]


@pytest.mark.parametrize("score", CONTENT_SCORES)
def test_a_photo_keeps_all_of_itself(photo_pixels: list[Pixels], score: str):
    for pixels in photo_pixels:
        assert CONTENT_SCORES[score](ContentView(pixels), ContentView(pixels.copy())) == pytest.approx(
            PERFECT_SCORES[score], abs=1e-9
        )


@pytest.fixture(scope="module")
def photo_views(photo_pixels: list[Pixels]) -> list[ContentView]:
    """The photos, seen once."""
    return [ContentView(pixels) for pixels in photo_pixels]


@pytest.mark.parametrize(
    ("spoil", "amounts"),
    [
        (blur_picture, (1, 2, 4, 8)),
        (add_noise, (8, 16, 32, 64)),
        (add_grain, (8, 16, 32, 64)),
        (shift_picture, (2, 4, 8, 16)),
    ],
)
def test_the_more_is_lost_the_worse_is_every_score(
    photo_pixels: list[Pixels], photo_views: list[ContentView], spoil: Distortion, amounts: tuple[float, ...]
):
    spoiled = {amount: [ContentView(spoil(pixels, amount)) for pixels in photo_pixels] for amount in amounts}
    for name, score in CONTENT_SCORES.items():
        found = [
            np.mean([score(*pair) for pair in zip(photo_views, spoiled[amount], strict=True)]) for amount in amounts
        ]
        worse = sorted(found, reverse=SCORES[name].better_direction == "more")
        assert [PERFECT_SCORES[name], *found] == [PERFECT_SCORES[name], *worse], name


def test_a_tint_changes_colour_and_hardly_structure(photo_pixels: list[Pixels], photo_views: list[ContentView]):
    tinted = [[ContentView(add_tint(pixels, amount)) for pixels in photo_pixels] for amount in (10, 20, 40)]
    change = [
        np.mean([CONTENT_SCORES["colour"](*pair) for pair in zip(photo_views, made, strict=True)]) for made in tinted
    ]
    assert 1 < change[0] < change[1] < change[2]
    assert np.mean([CONTENT_SCORES["ssim"](*pair) for pair in zip(photo_views, tinted[0], strict=True)]) > 0.95


def test_another_photo_keeps_little(photo_pixels: list[Pixels]):
    one, other = ContentView(photo_pixels[0]), ContentView(np.resize(photo_pixels[1], photo_pixels[0].shape))
    assert CONTENT_SCORES["content"](one, other) > 0.5
    assert CONTENT_SCORES["edges"](one, other) < 0.6


def test_structure_is_about_the_ssim_of_torchmetrics(photo_views: list[ContentView], photo_pixels: list[Pixels]):
    for view, pixels in zip(photo_views, photo_pixels, strict=True):
        blurred = ContentView(blur_picture(pixels, 2))
        x, y = (torch.from_numpy(v.luminance)[None, None] for v in (view, blurred))
        theirs = structural_similarity_index_measure(y, x, data_range=255.0)
        assert compute_ssim(view, blurred) == pytest.approx(float(theirs), abs=0.005)


def test_a_flat_photo_has_no_edges_to_lose():
    grey = ContentView(np.full((64, 80, 3), 128, np.uint8))
    busy = ContentView(np.random.default_rng(1).integers(0, 256, (64, 80, 3), np.uint8))
    assert CONTENT_SCORES["edges"](grey, grey) == 1.0
    assert CONTENT_SCORES["edges"](grey, busy) == 0.0
