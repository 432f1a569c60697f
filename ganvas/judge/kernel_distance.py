"""Distances between two sets of features, with their errors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Features = NDArray[np.float64]
SAME_PICTURE_TOLERANCE = 1e-6  # of a picture's squared length: two looks at one picture differ by rounding


@dataclass(frozen=True)
class SetDistance:
    """A kernel distance, and what it would be without each one picture of either set (for its standard error)."""

    value: float
    leave_one_out_a: NDArray[np.float64]  # n
    leave_one_out_b: NDArray[np.float64]  # m

    @property
    def standard_error(self) -> float:
        """The standard error by the jackknife (Efron & Stein 1981): over the subsets that leave one picture out."""
        return float(
            np.sqrt(compute_jackknife_variance(self.leave_one_out_a) + compute_jackknife_variance(self.leave_one_out_b))
        )


def compute_kernel_distance(features_a: Features, features_b: Features) -> tuple[float, float]:
    """The squared maximum mean discrepancy with the kernel (x.y / d + 1)^3, unbiased, and its standard error.

    Known as KID (Binkowski et al. 2018, arXiv:1801.01401). ``features`` are n x d, or n x c x d for c crops a
    picture, whose kernels are averaged, so that crops of one picture never count as two pictures. It may be
    slightly negative when both sets are alike. A picture that is in both sets is not compared with itself, or a
    set against itself would come out below 0 (by 18 of 1,000 for 40 prints, many times its error).
    """
    found = jackknife_kernel_distance(features_a, features_b)
    return found.value, found.standard_error


def jackknife_kernel_distance(features_a: Features, features_b: Features) -> SetDistance:
    """The kernel distance with what its error is made from. Needs three pictures in each set."""
    a, own_a = compute_within_set_kernel(features_a)
    b, own_b = compute_within_set_kernel(features_b)
    unlike = ~find_same_pictures(features_a, features_b)
    between = np.where(unlike, compute_kernel_matrix(features_a, features_b), 0.0)
    less_a = own_a + b - 2 * compute_leave_one_out_means(between, unlike, axis=1)
    less_b = own_b + a - 2 * compute_leave_one_out_means(between, unlike, axis=0)
    return SetDistance(float(a + b - 2 * between.sum() / max(unlike.sum(), 1)), less_a, less_b)


def compute_leave_one_out_means(
    between: NDArray[np.float64], different_pictures: NDArray[np.bool_], axis: int
) -> NDArray[np.float64]:
    """The mean kernel over the pairs of unlike pictures that are left without each row (axis 1) or column (axis 0)."""
    counts = different_pictures.sum() - different_pictures.sum(axis=axis)
    return (between.sum() - between.sum(axis=axis)) / np.maximum(counts, 1)


def find_same_pictures(features_a: Features, features_b: Features) -> NDArray[np.bool_]:
    """Which pairs are one picture twice, but for rounding: n x m."""
    a, b = add_crop_axis(features_a), add_crop_axis(features_b)
    if a.shape[1] != b.shape[1]:
        return np.zeros((len(a), len(b)), np.bool_)
    a, b = a.reshape(len(a), -1), b.reshape(len(b), -1)
    lengths = np.square(a).sum(axis=1)[:, None], np.square(b).sum(axis=1)[None]
    return lengths[0] + lengths[1] - 2 * a @ b.T <= SAME_PICTURE_TOLERANCE * np.maximum(*lengths)


def compute_within_set_kernel(features: Features) -> tuple[float, NDArray[np.float64]]:
    """The mean kernel over pairs of unlike pictures of one set; and the same without each picture: n."""
    matrix = compute_kernel_matrix(features, features)
    np.fill_diagonal(matrix, 0.0)
    n, total, rows = len(matrix), matrix.sum(), matrix.sum(axis=1)
    return float(total / (n * (n - 1))), (total - 2 * rows) / ((n - 1) * (n - 2))


def compute_kernel_matrix(features_a: Features, features_b: Features) -> NDArray[np.float64]:
    """(x.y / d + 1)^3 for each pair of pictures, averaged over the pairs of their crops: n x m."""
    a, b = add_crop_axis(features_a), add_crop_axis(features_b)
    flat = (a.reshape(-1, a.shape[2]) @ b.reshape(-1, b.shape[2]).T / a.shape[2] + 1) ** 3
    return flat.reshape(*a.shape[:2], *b.shape[:2]).mean(axis=(1, 3))


def add_crop_axis(features: Features) -> Features:
    """n x d as n x 1 x d, and n x c x d as it is, in double precision."""
    wide = np.asarray(features, np.float64)
    return wide[:, None, :] if wide.ndim == 2 else wide


def compute_jackknife_variance(leave_one_out: NDArray[np.float64]) -> float:
    """The variance of a figure, from what it is without each of its n observations."""
    n = len(leave_one_out)
    return float((n - 1) / n * np.square(leave_one_out - leave_one_out.mean()).sum())
