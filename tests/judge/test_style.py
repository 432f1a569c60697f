"""Style scores where the answer is known: true works best, the photos worst, and worse the more a work is spoiled."""

from pathlib import Path

import numpy as np
import pytest

from ganvas.errors import BadData
from ganvas.judge import features
from ganvas.judge.distance import Features, kernel_distance
from ganvas.judge.features import Pixels, crops, see
from ganvas.judge.style import Truth, both, quick, score
from tests.judge.conftest import Spoil, blur, chequer, noise, shrunk, speckle


@pytest.fixture(scope="module")
def truth(prints: list[Path], other_prints: list[Path]) -> Truth:
    """The unseen prints; those of another side in the place of trained ones."""
    return Truth(features.describe(prints), features.describe(other_prints))


@pytest.fixture(scope="module")
def works(other_prints: list[Path]) -> list[Pixels]:
    """True works to spoil."""
    return [shrunk(features.load(path)) for path in other_prints[:12]]


def seen(pictures: list[Pixels]) -> Features:
    """What the network says of pictures."""
    return see(map(crops, pictures))


def test_true_works_score_best_and_photos_worst(photos: list[Path], prints: list[Path], other_prints: list[Path]):
    true, error = quick(other_prints, prints)
    far, far_error = quick(photos, prints)
    assert abs(true) < 3 * error
    assert far - 3 * far_error > true + 3 * error


def test_a_set_against_itself_is_0_within_its_error(prints: list[Path], truth: Truth):
    mean, error = quick(prints, prints)
    assert abs(mean) <= error + 1e-6
    one_by_one = np.concatenate([features.describe([path]) for path in prints[:4]])
    mean, error = kernel_distance(one_by_one, truth.unseen[:4])
    assert abs(mean) <= error + 1e-6


@pytest.mark.parametrize(
    ("spoil", "amounts"), [(blur, (2, 4, 8)), (noise, (8, 24, 64)), (speckle, (8, 24, 64)), (chequer, (4, 12, 32))]
)
def test_the_more_a_work_is_spoiled_the_farther_it_is(
    truth: Truth, works: list[Pixels], spoil: Spoil, amounts: tuple[float, ...]
):
    spoiled = [seen([spoil(pixels, amount) for pixels in works]) for amount in amounts]
    found = [kernel_distance(made, truth.unseen)[0] for made in (seen(works), *spoiled)]
    assert found == sorted(found)


def test_a_copy_of_trained_works_is_not_the_better_for_it(truth: Truth):
    found = score(truth.trained, truth)
    assert found.remembered.all()
    assert found.freedom == pytest.approx(0, abs=1e-6)
    assert abs(found.kernel_aware.mean) > 50 * abs(found.kernel.mean)


def test_photos_remember_nothing(photos: list[Path], truth: Truth):
    found = score(features.describe(photos), truth)
    assert not found.remembered.any()
    assert found.freedom == 1
    assert found.kernel_aware.mean == found.kernel.mean
    assert found.frechet.mean > found.frechet_floor


def test_both_is_the_product_and_counts_no_style_below_the_floor(truth: Truth):
    found = score(truth.trained, truth)
    content = np.linspace(0.2, 0.4, len(truth.trained))
    made = both(found.frechet, found.frechet.mean - 5, content)
    assert made.mean == pytest.approx(1.3 * 6)
    above = found.frechet.without_a[0] - (found.frechet.mean - 5)
    assert made.without_a[0] == pytest.approx((1 + content[1:].mean()) * (1 + above))
    assert both(found.frechet, 1e6, content).mean == pytest.approx(1.3)


def test_too_few_pictures_are_refused(prints: list[Path], tmp_path: Path):
    with pytest.raises(BadData, match="Only 2 pictures"):
        quick(prints[:2], prints)
