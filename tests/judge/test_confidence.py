"""Intervals hold what they should as often as they say, and an unclear gap is undecided."""

import numpy as np
import pytest

from ganvas.judge import confidence
from ganvas.judge.confidence import Estimate, decide_verdict
from ganvas.judge.kernel_distance import jackknife_kernel_distance
from tests.judge.test_kernel_distance import sample_features


def test_the_interval_of_a_mean_holds_the_truth_as_often_as_it_says():
    random = np.random.default_rng(1)
    found = [confidence.estimate_mean(random.exponential(2.0, 40)) for _ in range(200)]
    assert np.mean([figure.low <= 2.0 <= figure.high for figure in found]) == pytest.approx(0.95, abs=0.05)


def test_it_is_the_same_each_time():
    values = np.arange(20.0)
    assert confidence.estimate_mean(values) == confidence.estimate_mean(values)


def test_too_few_pictures_say_nothing():
    assert confidence.estimate_mean([1.0, 2.0]) == Estimate(1.5, -np.inf, np.inf)
    assert (
        confidence.estimate_distance(jackknife_kernel_distance(sample_features(1, 4, 2.0), sample_features(2, 30))).high
        == np.inf
    )


def test_the_same_photos_make_a_gap_surer():
    art, photos = sample_features(1, 40), sample_features(2, 40, 0.5)
    near, far = jackknife_kernel_distance(photos, art), jackknife_kernel_distance(photos + 0.1, art)
    paired, apart = (
        confidence.estimate_gap(far, near),
        confidence.estimate_gap(jackknife_kernel_distance(sample_features(3, 39, 0.6), art), near),
    )
    assert paired.low > 0
    assert paired.high - paired.low < (apart.high - apart.low) / 2


@pytest.mark.parametrize(
    ("gap", "better", "verdict"),
    [
        (Estimate(-2, -3, -1), "less", "won"),
        (Estimate(2, 1, 3), "less", "lost"),
        (Estimate(-2, -3, -1), "more", "lost"),
        (Estimate(2, 1, 3), "more", "won"),
        (Estimate(-2, -5, 1), "less", "undecided"),
        (Estimate(2, 1, 3), "", "undecided"),
        (Estimate(0, 0, 0), "less", "undecided"),
        (Estimate(-9, -np.inf, np.inf), "less", "undecided"),
    ],
)
def test_who_won_is_said_only_where_it_is_sure(gap: Estimate, better: str, verdict: str):
    assert decide_verdict(gap, better) == verdict
