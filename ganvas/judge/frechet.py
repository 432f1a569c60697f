"""The Frechet distance between two sets of features, with its error.

Known as FID (Heusel et al. 2017, arXiv:1706.08500), here on n x d or n x c x d features (c crops a picture, each a
row). With fewer pictures than features the covariances have few ranks, and the distance between two samples of the
same art is far above 0: that is its bias, which shrinks as the sets grow and is about equal for all that is compared on
the same sets. So it comes second to the kernel distance, and is shown beside what true works of that number get.
"""

import numpy as np
from numpy.typing import NDArray

from ganvas.judge.kernel_distance import Features, SetDistance, add_crop_axis

MAX_JACKKNIFE_GROUPS = 50  # at most so many subsets are tried for the error


class InnerProducts:
    """The inner products of all rows of two sets, from which the distance of any part of them is made."""

    def __init__(self, features_a: Features, features_b: Features) -> None:
        a, b = add_crop_axis(features_a), add_crop_axis(features_b)
        self.crops = a.shape[1], b.shape[1]
        self.counts = len(a), len(b)
        flat_a, flat_b = a.reshape(-1, a.shape[2]), b.reshape(-1, b.shape[2])
        centre = flat_b.mean(axis=0)
        flat_a, flat_b = flat_a - centre, flat_b - centre  # the distance does not change, and rounds better
        self.aa, self.bb, self.ab = flat_a @ flat_a.T, flat_b @ flat_b.T, flat_a @ flat_b.T

    def compute_distance(
        self, chosen_a: NDArray[np.intp], chosen_b: NDArray[np.intp], approximate: bool = False
    ) -> float:
        """|mean a - mean b|^2 + tr(A + B - 2 (A B)^(1/2)) over the chosen pictures.

        The trace of the root is the sum of the singular values of the centred products: no d x d matrix is made.
        ``shortly`` takes them from the eigenvalues of a square, in a fifth of the time, to about six digits.
        """
        i, j = select_crop_rows(chosen_a, self.crops[0]), select_crop_rows(chosen_b, self.crops[1])
        aa, bb, ab = self.aa[np.ix_(i, i)], self.bb[np.ix_(j, j)], self.ab[np.ix_(i, j)]
        n, m = ab.shape
        means = aa.mean() + bb.mean() - 2 * ab.mean()
        spread = (np.trace(aa) - n * aa.mean()) / (n - 1) + (np.trace(bb) - m * bb.mean()) / (m - 1)
        centred = ab - ab.mean(axis=0) - ab.mean(axis=1, keepdims=True) + ab.mean()
        shared = (compute_singular_values(centred) if approximate else np.linalg.svd(centred, compute_uv=False)).sum()
        return float(means + spread - 2 * shared / np.sqrt((n - 1) * (m - 1)))


def compute_singular_values(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """The singular values by way of the smaller product of the matrix with itself."""
    square = matrix @ matrix.T if matrix.shape[0] < matrix.shape[1] else matrix.T @ matrix
    return np.sqrt(np.maximum(np.linalg.eigvalsh(square), 0))


def select_crop_rows(chosen: NDArray[np.intp], crops: int) -> NDArray[np.intp]:
    """The rows of the chosen pictures' crops."""
    return (chosen[:, None] * crops + np.arange(crops)).ravel()


def compute_frechet_distance(features_a: Features, features_b: Features) -> tuple[float, float]:
    """The distance and its standard error (by the jackknife)."""
    found = jackknife_frechet_distance(InnerProducts(features_a, features_b))
    return found.value, found.standard_error


def jackknife_frechet_distance(products: InnerProducts) -> SetDistance:
    """The distance, and what it would be without each one picture of either set, or each group of large sets."""
    every_a, every_b = (np.arange(count) for count in products.counts)
    return SetDistance(
        products.compute_distance(every_a, every_b),
        np.array(
            [
                products.compute_distance(np.delete(every_a, group), every_b, True)
                for group in make_jackknife_groups(len(every_a))
            ]
        ),
        np.array(
            [
                products.compute_distance(every_a, np.delete(every_b, group), True)
                for group in make_jackknife_groups(len(every_b))
            ]
        ),
    )


def make_jackknife_groups(count: int) -> list[NDArray[np.intp]]:
    """The pictures that are left out together: each alone, or GROUPS groups of them, spread over the set."""
    return [np.arange(first, count, MAX_JACKKNIFE_GROUPS) for first in range(min(count, MAX_JACKKNIFE_GROUPS))]
