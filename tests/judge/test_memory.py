"""Memory: copies are told from new works, whole or in part."""

import numpy as np
import pytest

from ganvas.judge.memory import freedom, recall, remembered


def works(seed: int, count: int) -> np.ndarray:
    """Features of some works, two crops each: n x 2 x d."""
    return np.random.default_rng(seed).normal(size=(count, 2, 32)) + 0.5


def test_new_works_are_free_and_copies_are_not():
    trained, unseen = works(1, 40), works(2, 20)
    usual = recall(unseen, trained)
    assert freedom(recall(works(3, 20), trained), usual) == pytest.approx(1, abs=0.15)
    assert freedom(recall(trained[:20], trained), usual) == pytest.approx(0, abs=1e-9)
    assert remembered(recall(works(3, 20), trained), usual).mean() < 0.3
    assert remembered(recall(trained[:20], trained), usual).all()


def test_the_nearest_work_is_named():
    trained = works(1, 10)
    assert recall(trained[[7, 2]] + 0.01, trained).nearest.tolist() == [7, 2]


def test_the_more_is_copied_the_less_free():
    trained, usual = works(1, 40), recall(works(2, 20), works(1, 40))
    found = [
        freedom(recall(works(3, 20) * (1 - part) + trained[:20] * part, trained), usual) for part in (0.3, 0.6, 0.9)
    ]
    assert found == sorted(found, reverse=True)
    assert found[-1] < 0.2
