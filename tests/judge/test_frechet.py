"""The Frechet distance: equal to another library's and to its definition, with few pictures and with many."""

import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm
from torchmetrics.image.fid import FrechetInceptionDistance

from ganvas.judge.frechet import InnerProducts, compute_frechet_distance, jackknife_frechet_distance
from tests.judge.test_kernel_distance import PassThroughFeatures, sample_features


def compute_by_definition(a: np.ndarray, b: np.ndarray) -> float:
    """As Heusel et al. write it, by way of the covariances and the root of their product."""
    first, second = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = np.asarray(sqrtm(first @ second)).real
    return float(np.square(a.mean(0) - b.mean(0)).sum() + np.trace(first + second - 2 * root))


def test_it_is_what_torchmetrics_finds_on_the_same_features():
    a, b = sample_features(1, 90, 0.3), sample_features(2, 70)
    theirs = FrechetInceptionDistance(feature=PassThroughFeatures(), input_img_size=(24, 1, 1)).set_dtype(torch.float64)
    theirs.update(torch.from_numpy(a), real=False)
    theirs.update(torch.from_numpy(b), real=True)
    assert compute_frechet_distance(a, b)[0] == pytest.approx(float(theirs.compute()), abs=1e-6)


def test_it_is_what_its_definition_says():
    a, b = sample_features(3, 50, 0.2), sample_features(4, 60)
    assert compute_frechet_distance(a, b)[0] == pytest.approx(compute_by_definition(a, b), abs=1e-9)


def test_a_set_against_itself_is_0():
    a = sample_features(1, 12)
    assert compute_frechet_distance(a, a)[0] == pytest.approx(0, abs=1e-9)


def test_small_sets_of_one_kind_are_far_apart_and_large_ones_near():
    sizes = [np.arange(count) for count in (10, 40, 160, 320)]
    products = InnerProducts(sample_features(1, 320), sample_features(2, 320))
    found = [products.compute_distance(chosen, chosen) for chosen in sizes]
    assert found == sorted(found, reverse=True)
    assert found[0] > 5 * found[-1]


def test_leaving_a_picture_out_leaves_all_its_crops_out():
    a, b = sample_features(1, 12).reshape(6, 2, 24), sample_features(2, 8, 0.5).reshape(4, 2, 24)
    found = jackknife_frechet_distance(InnerProducts(a, b))
    assert found.leave_one_out_a[3] == pytest.approx(compute_frechet_distance(np.delete(a, 3, 0), b)[0], rel=1e-5)
    assert found.leave_one_out_b[1] == pytest.approx(compute_frechet_distance(a, np.delete(b, 1, 0))[0], rel=1e-5)


def test_the_error_is_about_the_spread_over_repeated_samples_of_large_sets():
    runs = [
        compute_frechet_distance(sample_features(seed, 70, 0.5), sample_features(1000 + seed, 55)) for seed in range(30)
    ]
    means, errors = np.array(runs).T
    assert np.mean(errors) == pytest.approx(np.std(means), rel=0.35)
