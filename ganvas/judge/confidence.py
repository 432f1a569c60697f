"""Confidence intervals, and which of two is better.

All intervals are of 95 per cent. Means over photos get theirs by the bootstrap; distances between sets by the
jackknife. Whether one subject beats another is asked of the difference on the same photos and the same art.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from ganvas.judge.kernel_distance import SetDistance, compute_jackknife_variance

BOOTSTRAP_SEED = 20
BOOTSTRAP_RESAMPLES = 2000
CONFIDENCE_LEVEL = 0.95
MIN_OBSERVATIONS = 5  # observations under which nothing is decided

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A figure with its interval; ``low`` and ``high`` are infinite where there is too little to say."""

    value: float
    low: float
    high: float


def estimate_mean(values: Values | Sequence[float]) -> Estimate:
    """The mean over photos (n), its interval by the percentile bootstrap (Efron 1979) with a fixed seed."""
    each = np.asarray(values, np.float64)
    if len(each) < MIN_OBSERVATIONS:
        return Estimate(float(each.mean()), -np.inf, np.inf)
    chosen = np.random.Generator(np.random.PCG64(BOOTSTRAP_SEED)).integers(
        len(each), size=(BOOTSTRAP_RESAMPLES, len(each))
    )
    low, high = np.quantile(each[chosen].mean(axis=1), [(1 - CONFIDENCE_LEVEL) / 2, (1 + CONFIDENCE_LEVEL) / 2])
    return Estimate(float(each.mean()), float(low), float(high))


def estimate_distance(distance: SetDistance) -> Estimate:
    """A distance between two sets, its interval from the jackknife's error and Student's t for the smaller set."""
    return make_t_interval(
        distance.value, distance.standard_error, min(len(distance.leave_one_out_a), len(distance.leave_one_out_b))
    )


def estimate_gap(one: SetDistance, other: SetDistance) -> Estimate:
    """How much larger one distance is than another to the same art.

    Picture by picture where both have as many (they are of the same photos, in the same order), else as of two
    samples.
    """
    if len(one.leave_one_out_a) == len(other.leave_one_out_a):
        variance = compute_jackknife_variance(one.leave_one_out_a - other.leave_one_out_a)
    else:
        variance = compute_jackknife_variance(one.leave_one_out_a) + compute_jackknife_variance(other.leave_one_out_a)
    error = float(np.sqrt(variance + compute_jackknife_variance(one.leave_one_out_b - other.leave_one_out_b)))
    fewest = min(map(len, (one.leave_one_out_a, other.leave_one_out_a, one.leave_one_out_b)))
    return make_t_interval(one.value - other.value, error, fewest)


def make_t_interval(value: float, error: float, observations: int) -> Estimate:
    """The interval of a figure by its standard error; ``fewest`` observations went into it."""
    if observations < MIN_OBSERVATIONS:
        return Estimate(value, -np.inf, np.inf)
    reach = float(stdtrit(observations - 1, (1 + CONFIDENCE_LEVEL) / 2)) * error
    return Estimate(value, value - reach, value + reach)


def decide_verdict(gap: Estimate, better: str) -> str:
    """``won``, ``lost`` or ``undecided`` for the first of two subjects, by the interval of its gap to the other.

    ``better`` is ``less`` or ``more``; for a score that is neither, nobody wins: ``undecided``.
    """
    if gap.low == gap.high == 0:
        return "undecided"
    less, more = gap.high < 0, gap.low > 0
    if better not in ("less", "more") or not (less or more):
        return "undecided"
    return "won" if less == (better == "less") else "lost"
