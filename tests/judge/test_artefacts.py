"""Faults: none in the photo itself, each found where it was put, and more of it where more was put."""

from itertools import pairwise

import numpy as np
import pytest

from ganvas.judge.artefacts import ARTEFACT_SCORES, ArtefactView
from ganvas.judge.features import Pixels
from ganvas.judge.scores import SCORES
from tests.judge.conftest import (
    Distortion,
    add_checkerboard,
    add_frame,
    add_grain,
    add_noise,
    add_stains,
    add_tint,
    blur_picture,
)


def mean_artefact_score(score: str, photos: list[Pixels], spoil: Distortion, amount: float) -> float:
    """A fault over some photos."""
    return float(
        np.mean(
            [ARTEFACT_SCORES[score](ArtefactView(pixels), ArtefactView(spoil(pixels, amount))) for pixels in photos]
        )
    )


def test_every_fault_of_a_picture_is_listed():
    listed = [name for name, about in SCORES.items() if about.family == "faults"]
    assert [*ARTEFACT_SCORES, "remembered"] == listed


@pytest.mark.parametrize("score", ARTEFACT_SCORES)
def test_a_photo_that_is_left_alone_has_no_faults(photo_pixels: list[Pixels], score: str):
    for pixels in photo_pixels:
        assert ARTEFACT_SCORES[score](ArtefactView(pixels), ArtefactView(pixels.copy())) == 0


@pytest.mark.parametrize(
    ("score", "spoil", "amounts"),
    [
        ("checkerboard", add_checkerboard, (1, 2, 4, 8)),
        ("blotches", add_stains, (2, 4, 8, 16)),
        ("grain", add_noise, (2, 4, 8, 16)),
        ("grain", add_grain, (2, 4, 8, 16)),
        ("border", add_frame, (4, 8, 16, 32)),
    ],
)
def test_more_of_a_fault_is_more(photo_pixels: list[Pixels], score: str, spoil: Distortion, amounts: tuple[float, ...]):
    found = [mean_artefact_score(score, photo_pixels, spoil, amount) for amount in amounts]
    assert found[0] > 0
    assert all(low < high for low, high in pairwise(found))


def test_a_checkerboard_is_told_from_noise(photo_pixels: list[Pixels]):
    assert mean_artefact_score("checkerboard", photo_pixels, add_checkerboard, 8) > 3
    assert mean_artefact_score("checkerboard", photo_pixels, add_noise, 8) < 0.5


def test_a_blur_adds_no_fault(photo_pixels: list[Pixels]):
    for score in ("checkerboard", "blotches", "grain"):
        assert mean_artefact_score(score, photo_pixels, blur_picture, 2) < 0.1


def test_a_tint_is_no_blotch_and_no_border(photo_pixels: list[Pixels]):
    assert mean_artefact_score("blotches", photo_pixels, add_tint, 20) < 0.3 * mean_artefact_score(
        "blotches", photo_pixels, add_stains, 20
    )
    assert mean_artefact_score("border", photo_pixels, add_tint, 20) < 0.3 * mean_artefact_score(
        "border", photo_pixels, add_frame, 20
    )


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (40, 40), (129, 130)])
def test_small_pictures_have_faults_that_are_numbers(size: tuple[int, int]):
    random = np.random.default_rng(1)
    photo, picture = (ArtefactView(random.integers(0, 256, (*size, 3), np.uint8)) for _ in range(2))
    for name, score in ARTEFACT_SCORES.items():
        assert np.isfinite(score(photo, picture)), name
