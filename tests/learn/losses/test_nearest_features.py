"""Pictures are held to the art that looks most like their photos."""

import torch

from ganvas.learn.losses.nearest_features import NearestFeatureBank, NearestFeatureLoss, flatten_positions


def make_maps(seed: int, side: int = 4) -> torch.Tensor:
    return torch.randn(1, 8, side, side, generator=torch.Generator().manual_seed(seed))


def test_the_nearest_of_art_to_itself_is_itself():
    bank, art = NearestFeatureBank(8, 64), make_maps(1)
    bank.update(art, art)
    assert torch.equal(bank.find_nearest(art), flatten_positions(art))
    assert float(bank.compute_distance(art, art)) < 1e-6


def test_a_picture_is_the_farther_from_art_the_less_of_it_it_has():
    bank, art, photo = NearestFeatureBank(8, 64), make_maps(1), make_maps(2)
    bank.update(art, photo)
    wanted = bank.find_nearest(photo).view(1, 4, 4, 8).permute(0, 3, 1, 2)
    apart = [
        float(bank.compute_distance(torch.lerp(wanted, make_maps(3), share), photo)) for share in (0.0, 0.3, 0.6, 1.0)
    ]
    assert apart == sorted(apart) and apart[0] < 1e-6 < apart[1]


def test_neither_sets_overall_look_decides_what_is_nearest():
    plain, shifted, art, photo = NearestFeatureBank(8, 64), NearestFeatureBank(8, 64), make_maps(1), make_maps(2)
    plain.update(art, photo)
    shifted.update(art + 5, photo - 3)
    assert torch.allclose(plain.find_nearest(photo) + 5, shifted.find_nearest(photo - 3), atol=1e-5)


def test_a_full_bank_forgets_the_oldest_and_keeps_the_newest():
    bank, old, new = NearestFeatureBank(8, 24), make_maps(1), make_maps(2)
    bank.update(old, old)
    assert len(bank.vectors) == 16
    bank.update(new, new)
    assert len(bank.vectors) == 24
    kept = {tuple(row.tolist()) for row in bank.vectors}
    assert all(tuple(row.tolist()) in kept for row in flatten_positions(new))
    bank.update(make_maps(3, side=8), old)
    assert torch.equal(bank.vectors, flatten_positions(make_maps(3, side=8))[-24:].roll(find_newest_offset(bank), 0))


def find_newest_offset(bank: NearestFeatureBank) -> int:
    """Where the newest vectors begin."""
    return (int(bank.seen) - len(bank.kept)) % len(bank.kept)


def test_gradients_go_to_the_picture_and_the_mean_over_layers_is_told():
    both = NearestFeatureLoss({"1_2": 8, "/2_2": 8}, 64)
    made = {name: make_maps(4).requires_grad_() for name in both.layers}
    loss = both(made, dict.fromkeys(both.layers, make_maps(2)), dict.fromkeys(both.layers, make_maps(1)))
    loss.backward()
    assert all(bool(one.grad.abs().sum() > 0) for one in made.values())
    alone = NearestFeatureLoss({"1_2": 8}, 64)
    one = alone({"1_2": make_maps(4)}, {"1_2": make_maps(2)}, {"1_2": make_maps(1)})
    assert torch.allclose(loss, one), "both layers saw the same here"
