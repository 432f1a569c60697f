import pytest
import torch

from ganvas.learn.losses.basic import palette_cross_entropy, weighted_l1_loss
from ganvas.learn.losses.palette import assign_palette_colours, compute_rarity_weights, extract_palette

RED, BLUE, WHITE = (1.0, -1.0, -1.0), (-1.0, -1.0, 1.0), (1.0, 1.0, 1.0)


@pytest.fixture
def art() -> torch.Tensor:
    """White paper with a patch of red, a twentieth of the place, and a little blue."""
    torch.manual_seed(1)
    art = torch.ones(1, 3, 40, 40)
    art[0, :, :4, :20] = torch.tensor(RED).view(3, 1, 1)
    art[0, :, 30:32, :4] = torch.tensor(BLUE).view(3, 1, 1)
    return art


def test_a_palette_has_the_flat_colours_of_the_art(art):
    colours = extract_palette(art, 3)
    assert sorted(map(tuple, colours.tolist())) == sorted([RED, BLUE, WHITE])
    assert (colours[assign_palette_colours(art, colours)].permute(0, 3, 1, 2) == art).all()


def test_a_rare_colour_weighs_more_than_paper(art):
    colours = extract_palette(art, 3)
    where = assign_palette_colours(art, colours)
    weight = compute_rarity_weights(art, colours)[where]
    assert weight.mean() == pytest.approx(1.0)
    assert 1.5 < weight[0, 0, 0] / weight[0, 20, 20] < 19, "but not as much as it is rarer"
    white = weighted_l1_loss(torch.ones_like(art), art, weight)
    assert weighted_l1_loss(art, art, weight) == 0 and white > 2 * (art - 1).abs().mean(), "blank paper is no way out"


def test_between_two_likely_colours_a_choice_takes_one_and_a_distance_the_middle():
    torch.manual_seed(1)
    colours = torch.tensor([RED, BLUE])
    wanted = torch.randint(2, (1, 64, 64))
    logits = torch.zeros(1, 2, 1, 1, requires_grad=True)
    even = torch.ones(1, 64, 64)
    palette_cross_entropy(logits.expand(1, 2, 64, 64), wanted, even).backward()
    assert logits.grad is not None and logits.grad.abs().max() < 0.05, "both stay likely"
    assert assign_palette_colours(torch.tensor([0.2, -1.0, -0.2]).view(1, 3, 1, 1), colours).item() == 0
