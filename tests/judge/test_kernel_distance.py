"""The kernel distance: equal to another library's, right where the answer is known, sure of itself as it should be."""

import numpy as np
import pytest
import torch
from torchmetrics.image.kid import KernelInceptionDistance

from ganvas.judge.kernel_distance import compute_kernel_distance, jackknife_kernel_distance


class PassThroughFeatures(torch.nn.Module):
    """Lets features through as a library's network that makes features of pictures."""

    num_features = 24

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.reshape(len(x), -1)


def sample_features(seed: int, count: int, shift: float = 0.0, width: int = 24) -> np.ndarray:
    """Correlated features in double precision."""
    random = np.random.default_rng(seed)
    mix = np.random.default_rng(99).normal(size=(width, width)) / np.sqrt(width)
    return random.normal(size=(count, width)) @ mix + shift


@pytest.mark.filterwarnings("ignore:Metric `Kernel Inception Distance` will save:UserWarning")
def test_it_is_what_torchmetrics_finds_on_the_same_features():
    a, b = sample_features(1, 60, 0.3), sample_features(2, 60)
    theirs = KernelInceptionDistance(feature=PassThroughFeatures(), subsets=1, subset_size=60).set_dtype(torch.float64)
    theirs.update(torch.from_numpy(a), real=False)
    theirs.update(torch.from_numpy(b), real=True)
    assert compute_kernel_distance(a, b)[0] == pytest.approx(float(theirs.compute()[0]), abs=1e-6)


def test_two_samples_of_one_kind_are_0_within_the_error():
    within = [
        abs(mean) < 2 * error
        for mean, error in (compute_kernel_distance(*sample_two_halves(seed)) for seed in range(100))
    ]
    assert np.mean(within) > 0.9


def test_a_set_against_itself_is_0():
    a = sample_features(1, 40)
    mean, error = compute_kernel_distance(a, a)
    assert mean == pytest.approx(0, abs=1e-12) and error > 0
    rounded = a.astype(np.float32).astype(np.float64)
    assert compute_kernel_distance(a, rounded)[0] == pytest.approx(0, abs=1e-6)
    assert compute_kernel_distance(np.stack([a, a + 1], axis=1), np.stack([a, a + 1], axis=1))[0] == pytest.approx(
        0, abs=1e-9
    )


def test_pictures_that_are_in_both_sets_add_no_likeness():
    a, b = sample_features(1, 40, 0.5), sample_features(2, 40)
    mixed = np.concatenate([a[:30], b[:10]])
    found = jackknife_kernel_distance(mixed, b)
    assert compute_kernel_distance(b, b)[0] <= found.value < compute_kernel_distance(a, b)[0]
    assert found.leave_one_out_a[35] == pytest.approx(jackknife_kernel_distance(np.delete(mixed, 35, 0), b).value)
    assert found.leave_one_out_b[3] == pytest.approx(jackknife_kernel_distance(mixed, np.delete(b, 3, 0)).value)


def sample_two_halves(seed: int) -> tuple[np.ndarray, np.ndarray]:
    whole = sample_features(seed, 80)
    return whole[:40], whole[40:]


def test_it_grows_with_the_shift():
    found = [
        compute_kernel_distance(sample_features(1, 50, shift), sample_features(2, 50))[0]
        for shift in (0.0, 0.2, 0.4, 0.8, 1.6)
    ]
    assert found == sorted(found)


def test_the_error_is_about_the_spread_over_repeated_samples():
    runs = [
        compute_kernel_distance(sample_features(seed, 40, 0.5), sample_features(1000 + seed, 30)) for seed in range(200)
    ]
    means, errors = np.array(runs).T
    assert np.mean(errors) == pytest.approx(np.std(means), rel=0.2)


def test_leaving_a_picture_out_is_leaving_it_out():
    a, b = sample_features(1, 9), sample_features(2, 7, 0.5)
    found = jackknife_kernel_distance(a, b)
    assert found.leave_one_out_a[4] == pytest.approx(jackknife_kernel_distance(np.delete(a, 4, 0), b).value)
    assert found.leave_one_out_b[6] == pytest.approx(jackknife_kernel_distance(a, np.delete(b, 6, 0)).value)


def test_crops_of_one_picture_do_not_count_as_pictures():
    a, b = sample_features(1, 40), sample_features(2, 40)
    crops_a, crops_b = (np.repeat(x[:, None], 3, axis=1) for x in (a, b))
    assert compute_kernel_distance(crops_a, crops_b) == pytest.approx(compute_kernel_distance(a, b))
