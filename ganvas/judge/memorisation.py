"""Measures whether pictures copy works of the training set.

Seen by the network, each crop of a picture has a nearest crop among the works that were trained on. Unseen works by
the same painter have one too; a picture that is nearer than these is remembered, not painted.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ganvas.judge.kernel_distance import Features, add_crop_axis


@dataclass(frozen=True)
class NearestTrained:
    """``gap``: 1 - cosine to the nearest trained work, by picture: n; ``nearest``: which work that is: n."""

    cosine_distance: NDArray[np.float64]
    work_index: NDArray[np.intp]


def find_nearest_trained(pictures: Features, trained: Features) -> NearestTrained:
    """How near each picture (n x c x d) is to the works that were trained on (m x c x d)."""
    a, b = normalise_rows(add_crop_axis(pictures)), normalise_rows(add_crop_axis(trained))
    close = a.reshape(-1, a.shape[2]) @ b.reshape(-1, b.shape[2]).T
    by_work = close.reshape(*a.shape[:2], *b.shape[:2]).max(axis=3)  # n x c x m
    return NearestTrained(1 - by_work.max(axis=2).mean(axis=1), by_work.mean(axis=1).argmax(axis=1))


def normalise_rows(features: Features) -> Features:
    """Each row of length 1."""
    return features / np.maximum(np.linalg.norm(features, axis=-1, keepdims=True), 1e-12)


def compute_freedom(pictures: NearestTrained, unseen: NearestTrained) -> float:
    """How free of the trained works the pictures are, against unseen works: 1 as free, 0 copies."""
    return float(min(1.0, pictures.cosine_distance.mean() / max(unseen.cosine_distance.mean(), 1e-12)))


def flag_memorised(pictures: NearestTrained, unseen: NearestTrained) -> NDArray[np.float64]:
    """1 for each picture that is nearer to a trained work than every unseen work is, else 0: n."""
    return (pictures.cosine_distance < unseen.cosine_distance.min()).astype(np.float64)
