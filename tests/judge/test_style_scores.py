"""Style scores where the answer is known: true works best, the photos worst, and worse the more a work is spoiled."""

from pathlib import Path

import numpy as np
import pytest

from ganvas.errors import BadData
from ganvas.judge import features
from ganvas.judge.features import Pixels, extract_features, take_crops
from ganvas.judge.kernel_distance import Features, compute_kernel_distance
from ganvas.judge.style_scores import (
    ReferenceFeatures,
    combine_style_and_content,
    compare_folders,
    compute_style_scores,
)
from tests.judge.conftest import Distortion, add_checkerboard, add_grain, add_noise, blur_picture, reduce_picture


@pytest.fixture(scope="module")
def references(unseen_prints: list[Path], other_prints: list[Path]) -> ReferenceFeatures:
    """The unseen unseen_prints; those of another side in the place of trained ones."""
    return ReferenceFeatures(
        features.extract_file_features(unseen_prints), features.extract_file_features(other_prints)
    )


@pytest.fixture(scope="module")
def true_works(other_prints: list[Path]) -> list[Pixels]:
    """True works to spoil."""
    return [reduce_picture(features.load_picture(path)) for path in other_prints[:12]]


def extract_picture_features(pictures: list[Pixels]) -> Features:
    """What the network says of pictures."""
    return extract_features(map(take_crops, pictures))


def test_true_works_score_best_and_photos_worst(
    photos: list[Path], unseen_prints: list[Path], other_prints: list[Path]
):
    true, error = compare_folders(other_prints, unseen_prints)
    far, far_error = compare_folders(photos, unseen_prints)
    assert abs(true) < 3 * error
    assert far - 3 * far_error > true + 3 * error


def test_a_set_against_itself_is_0_within_its_error(unseen_prints: list[Path], references: ReferenceFeatures):
    mean, error = compare_folders(unseen_prints, unseen_prints)
    assert abs(mean) <= error + 1e-6
    one_by_one = np.concatenate([features.extract_file_features([path]) for path in unseen_prints[:4]])
    mean, error = compute_kernel_distance(one_by_one, references.unseen[:4])
    assert abs(mean) <= error + 1e-6


@pytest.mark.parametrize(
    ("spoil", "amounts"),
    [(blur_picture, (2, 4, 8)), (add_noise, (8, 24, 64)), (add_grain, (8, 24, 64)), (add_checkerboard, (4, 12, 32))],
)
def test_the_more_a_work_is_spoiled_the_farther_it_is(
    references: ReferenceFeatures, true_works: list[Pixels], spoil: Distortion, amounts: tuple[float, ...]
):
    spoiled = [extract_picture_features([spoil(pixels, amount) for pixels in true_works]) for amount in amounts]
    found = [
        compute_kernel_distance(made, references.unseen)[0] for made in (extract_picture_features(true_works), *spoiled)
    ]
    assert found == sorted(found)


def test_a_copy_of_trained_works_is_not_the_better_for_it(references: ReferenceFeatures):
    found = compute_style_scores(references.trained, references)
    assert found.remembered.all()
    assert found.freedom == pytest.approx(0, abs=1e-6)
    assert abs(found.kernel_aware.value) > 50 * abs(found.kernel.value)


def test_photos_remember_nothing(photos: list[Path], references: ReferenceFeatures):
    found = compute_style_scores(features.extract_file_features(photos), references)
    assert not found.remembered.any()
    assert found.freedom == 1
    assert found.kernel_aware.value == found.kernel.value
    assert found.frechet.value > found.frechet_floor


def test_both_is_the_product_and_counts_no_style_below_the_floor(references: ReferenceFeatures):
    found = compute_style_scores(references.trained, references)
    content = np.linspace(0.2, 0.4, len(references.trained))
    made = combine_style_and_content(found.frechet, found.frechet.value - 5, content)
    assert made.value == pytest.approx(1.3 * 6)
    above = found.frechet.leave_one_out_a[0] - (found.frechet.value - 5)
    assert made.leave_one_out_a[0] == pytest.approx((1 + content[1:].mean()) * (1 + above))
    assert combine_style_and_content(found.frechet, 1e6, content).value == pytest.approx(1.3)


def test_too_few_pictures_are_refused(unseen_prints: list[Path], tmp_path: Path):
    with pytest.raises(BadData, match="Only 2 pictures"):
        compare_folders(unseen_prints[:2], unseen_prints)
