"""Intervals hold what they should as often as they say, and an unclear gap is undecided."""

import numpy as np
import pytest

from ganvas.judge import interval
from ganvas.judge.distance import measure
from ganvas.judge.interval import Figure, decide
from tests.judge.test_distance import drawn


def test_the_interval_of_a_mean_holds_the_truth_as_often_as_it_says():
    random = np.random.default_rng(1)
    found = [interval.of_mean(random.exponential(2.0, 40)) for _ in range(200)]
    assert np.mean([figure.low <= 2.0 <= figure.high for figure in found]) == pytest.approx(0.95, abs=0.05)


def test_it_is_the_same_each_time():
    values = np.arange(20.0)
    assert interval.of_mean(values) == interval.of_mean(values)


def test_too_few_pictures_say_nothing():
    assert interval.of_mean([1.0, 2.0]) == Figure(1.5, -np.inf, np.inf)
    assert interval.of_distance(measure(drawn(1, 4, 2.0), drawn(2, 30))).high == np.inf


def test_the_same_photos_make_a_gap_surer():
    art, photos = drawn(1, 40), drawn(2, 40, 0.5)
    near, far = measure(photos, art), measure(photos + 0.1, art)
    paired, apart = interval.of_gap(far, near), interval.of_gap(measure(drawn(3, 39, 0.6), art), near)
    assert paired.low > 0
    assert paired.high - paired.low < (apart.high - apart.low) / 2


@pytest.mark.parametrize(
    ("gap", "better", "verdict"),
    [
        (Figure(-2, -3, -1), "less", "won"),
        (Figure(2, 1, 3), "less", "lost"),
        (Figure(-2, -3, -1), "more", "lost"),
        (Figure(2, 1, 3), "more", "won"),
        (Figure(-2, -5, 1), "less", "undecided"),
        (Figure(2, 1, 3), "", "undecided"),
        (Figure(0, 0, 0), "less", "undecided"),
        (Figure(-9, -np.inf, np.inf), "less", "undecided"),
    ],
)
def test_who_won_is_said_only_where_it_is_sure(gap: Figure, better: str, verdict: str):
    assert decide(gap, better) == verdict
