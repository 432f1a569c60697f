"""Memory: copies are told from new works, whole or in part."""

import numpy as np
import pytest

from ganvas.judge.memorisation import compute_freedom, find_nearest_trained, flag_memorised


def sample_works(seed: int, count: int) -> np.ndarray:
    """Features of some works, two crops each: n x 2 x d."""
    return np.random.default_rng(seed).normal(size=(count, 2, 32)) + 0.5


def test_new_works_are_free_and_copies_are_not():
    trained, unseen = sample_works(1, 40), sample_works(2, 20)
    usual = find_nearest_trained(unseen, trained)
    assert compute_freedom(find_nearest_trained(sample_works(3, 20), trained), usual) == pytest.approx(1, abs=0.15)
    assert compute_freedom(find_nearest_trained(trained[:20], trained), usual) == pytest.approx(0, abs=1e-9)
    assert flag_memorised(find_nearest_trained(sample_works(3, 20), trained), usual).mean() < 0.3
    assert flag_memorised(find_nearest_trained(trained[:20], trained), usual).all()


def test_the_nearest_work_is_named():
    trained = sample_works(1, 10)
    assert find_nearest_trained(trained[[7, 2]] + 0.01, trained).work_index.tolist() == [7, 2]


def test_the_more_is_copied_the_less_free():
    trained, usual = sample_works(1, 40), find_nearest_trained(sample_works(2, 20), sample_works(1, 40))
    found = [
        compute_freedom(find_nearest_trained(sample_works(3, 20) * (1 - part) + trained[:20] * part, trained), usual)
        for part in (0.3, 0.6, 0.9)
    ]
    assert found == sorted(found, reverse=True)
    assert found[-1] < 0.2
