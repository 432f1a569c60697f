"""Pictures are held to the art that looks most like their photos."""

import torch

from ganvas.learn.neighbours import Nearest, Neighbours, vectors


def maps(seed: int, side: int = 4) -> torch.Tensor:
    return torch.randn(1, 8, side, side, generator=torch.Generator().manual_seed(seed))


def test_the_nearest_of_art_to_itself_is_itself():
    bank, art = Nearest(8, 64), maps(1)
    bank.learn(art, art)
    assert torch.equal(bank.nearest(art), vectors(art))
    assert float(bank.apart(art, art)) < 1e-6


def test_a_picture_is_the_farther_from_art_the_less_of_it_it_has():
    bank, art, photo = Nearest(8, 64), maps(1), maps(2)
    bank.learn(art, photo)
    wanted = bank.nearest(photo).view(1, 4, 4, 8).permute(0, 3, 1, 2)
    apart = [float(bank.apart(torch.lerp(wanted, maps(3), share), photo)) for share in (0.0, 0.3, 0.6, 1.0)]
    assert apart == sorted(apart) and apart[0] < 1e-6 < apart[1]


def test_neither_sets_overall_look_decides_what_is_nearest():
    plain, shifted, art, photo = Nearest(8, 64), Nearest(8, 64), maps(1), maps(2)
    plain.learn(art, photo)
    shifted.learn(art + 5, photo - 3)
    assert torch.allclose(plain.nearest(photo) + 5, shifted.nearest(photo - 3), atol=1e-5)


def test_a_full_bank_forgets_the_oldest_and_keeps_the_newest():
    bank, old, new = Nearest(8, 24), maps(1), maps(2)
    bank.learn(old, old)
    assert len(bank.known) == 16
    bank.learn(new, new)
    assert len(bank.known) == 24
    kept = {tuple(row.tolist()) for row in bank.known}
    assert all(tuple(row.tolist()) in kept for row in vectors(new))
    bank.learn(maps(3, side=8), old)
    assert torch.equal(bank.known, vectors(maps(3, side=8))[-24:].roll(bank_turn(bank), 0))


def bank_turn(bank: Nearest) -> int:
    """Where the newest vectors begin."""
    return (int(bank.seen) - len(bank.kept)) % len(bank.kept)


def test_gradients_go_to_the_picture_and_the_mean_over_layers_is_told():
    both = Neighbours({"1_2": 8, "/2_2": 8}, 64)
    made = {name: maps(4).requires_grad_() for name in both.layers}
    loss = both(made, dict.fromkeys(both.layers, maps(2)), dict.fromkeys(both.layers, maps(1)))
    loss.backward()
    assert all(bool(one.grad.abs().sum() > 0) for one in made.values())
    alone = Neighbours({"1_2": 8}, 64)
    one = alone({"1_2": maps(4)}, {"1_2": maps(2)}, {"1_2": maps(1)})
    assert torch.allclose(loss, one), "both layers saw the same here"
