"""Faults: none in the photo itself, each found where it was put, and more of it where more was put."""

from itertools import pairwise

import numpy as np
import pytest

from ganvas.judge.faults import FAULTS, Surface
from ganvas.judge.features import Pixels
from ganvas.judge.scores import SCORES
from tests.judge.conftest import Spoil, blur, chequer, frame, noise, speckle, stain, tint


def mean(score: str, photos: list[Pixels], spoil: Spoil, amount: float) -> float:
    """A fault over some photos."""
    return float(np.mean([FAULTS[score](Surface(pixels), Surface(spoil(pixels, amount))) for pixels in photos]))


def test_every_fault_of_a_picture_is_listed():
    listed = [name for name, about in SCORES.items() if about.family == "faults"]
    assert [*FAULTS, "remembered"] == listed


@pytest.mark.parametrize("score", FAULTS)
def test_a_photo_that_is_left_alone_has_no_faults(photo_pixels: list[Pixels], score: str):
    for pixels in photo_pixels:
        assert FAULTS[score](Surface(pixels), Surface(pixels.copy())) == 0


@pytest.mark.parametrize(
    ("score", "spoil", "amounts"),
    [
        ("checkerboard", chequer, (1, 2, 4, 8)),
        ("blotches", stain, (2, 4, 8, 16)),
        ("grain", noise, (2, 4, 8, 16)),
        ("grain", speckle, (2, 4, 8, 16)),
        ("border", frame, (4, 8, 16, 32)),
    ],
)
def test_more_of_a_fault_is_more(photo_pixels: list[Pixels], score: str, spoil: Spoil, amounts: tuple[float, ...]):
    found = [mean(score, photo_pixels, spoil, amount) for amount in amounts]
    assert found[0] > 0
    assert all(low < high for low, high in pairwise(found))


def test_a_checkerboard_is_told_from_noise(photo_pixels: list[Pixels]):
    assert mean("checkerboard", photo_pixels, chequer, 8) > 3
    assert mean("checkerboard", photo_pixels, noise, 8) < 0.5


def test_a_blur_adds_no_fault(photo_pixels: list[Pixels]):
    for score in ("checkerboard", "blotches", "grain"):
        assert mean(score, photo_pixels, blur, 2) < 0.1


def test_a_tint_is_no_blotch_and_no_border(photo_pixels: list[Pixels]):
    assert mean("blotches", photo_pixels, tint, 20) < 0.3 * mean("blotches", photo_pixels, stain, 20)
    assert mean("border", photo_pixels, tint, 20) < 0.3 * mean("border", photo_pixels, frame, 20)


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (40, 40), (129, 130)])
def test_small_pictures_have_faults_that_are_numbers(size: tuple[int, int]):
    random = np.random.default_rng(1)
    photo, picture = (Surface(random.integers(0, 256, (*size, 3), np.uint8)) for _ in range(2))
    for name, score in FAULTS.items():
        assert np.isfinite(score(photo, picture)), name
