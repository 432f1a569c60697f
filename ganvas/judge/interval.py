"""How sure a figure is: intervals, and who won. Knows arrays of observations and nothing of what they measure.

All intervals are of 95 per cent. Means over photos get theirs by the bootstrap; distances between sets by the
jackknife. Whether one subject beats another is asked of the difference on the same photos and the same art.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from ganvas.judge.distance import Distance, jackknife

SEED = 20
RESAMPLES = 2000
LEVEL = 0.95
FEWEST = 5  # observations under which nothing is decided

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Figure:
    """A figure with its interval; ``low`` and ``high`` are infinite where there is too little to say."""

    value: float
    low: float
    high: float


def of_mean(values: Values | Sequence[float]) -> Figure:
    """The mean over photos (n), its interval by the percentile bootstrap (Efron 1979) with a fixed seed."""
    each = np.asarray(values, np.float64)
    if len(each) < FEWEST:
        return Figure(float(each.mean()), -np.inf, np.inf)
    chosen = np.random.Generator(np.random.PCG64(SEED)).integers(len(each), size=(RESAMPLES, len(each)))
    low, high = np.quantile(each[chosen].mean(axis=1), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Figure(float(each.mean()), float(low), float(high))


def of_distance(found: Distance) -> Figure:
    """A distance between two sets, its interval from the jackknife's error and Student's t for the smaller set."""
    return around(found.mean, found.error, min(len(found.without_a), len(found.without_b)))


def of_gap(one: Distance, other: Distance) -> Figure:
    """How much larger one distance is than another to the same art.

    Picture by picture where both have as many (they are of the same photos, in the same order), else as of two
    samples.
    """
    if len(one.without_a) == len(other.without_a):
        variance = jackknife(one.without_a - other.without_a)
    else:
        variance = jackknife(one.without_a) + jackknife(other.without_a)
    error = float(np.sqrt(variance + jackknife(one.without_b - other.without_b)))
    fewest = min(map(len, (one.without_a, other.without_a, one.without_b)))
    return around(one.mean - other.mean, error, fewest)


def around(value: float, error: float, fewest: int) -> Figure:
    """The interval of a figure by its standard error; ``fewest`` observations went into it."""
    if fewest < FEWEST:
        return Figure(value, -np.inf, np.inf)
    reach = float(stdtrit(fewest - 1, (1 + LEVEL) / 2)) * error
    return Figure(value, value - reach, value + reach)


def decide(gap: Figure, better: str) -> str:
    """``won``, ``lost`` or ``undecided`` for the first of two subjects, by the interval of its gap to the other.

    ``better`` is ``less`` or ``more``; for a score that is neither, nobody wins: ``undecided``.
    """
    if gap.low == gap.high == 0:
        return "undecided"
    less, more = gap.high < 0, gap.low > 0
    if better not in ("less", "more") or not (less or more):
        return "undecided"
    return "won" if less == (better == "less") else "lost"
