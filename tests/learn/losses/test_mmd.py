"""The kernel distance between sets, as a loss."""

import torch

from ganvas.learn.losses.mmd import MIN_BANK_SIZE, MmdLoss, compute_kernel

CHANNELS = {"/1_2": 4, "/2_2": 6}


def make_random_maps(mean: float, random: torch.Generator, count: int = 4) -> dict[str, torch.Tensor]:
    """Feature maps of crops, by chance, about a mean."""
    return {name: mean + torch.randn(count, width, 6, 6, generator=random) for name, width in CHANNELS.items()}


def test_likeness_is_one_for_the_same_and_falls_with_distance():
    x = torch.randn(3, 5, generator=torch.Generator().manual_seed(1))
    assert torch.allclose(compute_kernel(x, x).diagonal(), torch.ones(3), atol=1e-4)
    near, far = compute_kernel(x, x + 0.5).diagonal(), compute_kernel(x, x + 5.0).diagonal()
    assert (near > far).all() and (far > 0).all()


def test_pictures_that_are_taken_for_art_cost_less_than_those_that_are_not():
    random = torch.Generator().manual_seed(1)
    losses = []
    for mean in (0.0, 2.0):
        sets = MmdLoss(CHANNELS)
        told = [sets(make_random_maps(mean, random), make_random_maps(0.0, random)) for _ in range(40)]
        assert torch.stack(told)[: MIN_BANK_SIZE // 4].abs().max() == 0, "too few to say anything"
        losses.append(float(torch.stack(told)[-10:].mean()))
    assert abs(losses[0]) < 0.02 and losses[1] > 0.1


def test_the_gradient_leads_to_the_art():
    random = torch.Generator().manual_seed(1)
    sets, shift = MmdLoss(CHANNELS), torch.tensor(2.0, requires_grad=True)
    optimizer = torch.optim.Adam([shift], 0.05)
    for _ in range(150):
        optimizer.zero_grad()
        sets(
            {name: x + shift for name, x in make_random_maps(0.0, random).items()}, make_random_maps(0.0, random)
        ).backward()
        optimizer.step()
    assert abs(shift.item()) < 0.3


def test_only_the_last_are_kept():
    random = torch.Generator().manual_seed(1)
    sets = MmdLoss(CHANNELS, art_size=8, picture_size=12)
    for _ in range(5):
        sets(make_random_maps(0.0, random), make_random_maps(0.0, random))
    assert len(sets.art.vectors) == 8 and len(sets.made.vectors) == 12
    latest = sets.describe_maps(make_random_maps(0.0, random))
    sets.made.enqueue(latest)
    assert all((sets.made.vectors == row).all(1).any() for row in latest)
