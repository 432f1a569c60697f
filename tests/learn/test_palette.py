import pytest
import torch

from ganvas.learn.losses import apart, choice
from ganvas.learn.palette import nearest, palette_of, rarity

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
    colours = palette_of(art, 3)
    assert sorted(map(tuple, colours.tolist())) == sorted([RED, BLUE, WHITE])
    assert (colours[nearest(art, colours)].permute(0, 3, 1, 2) == art).all()


def test_a_rare_colour_weighs_more_than_paper(art):
    colours = palette_of(art, 3)
    where = nearest(art, colours)
    weight = rarity(art, colours)[where]
    assert weight.mean() == pytest.approx(1.0)
    assert 1.5 < weight[0, 0, 0] / weight[0, 20, 20] < 19, "but not as much as it is rarer"
    white = apart(torch.ones_like(art), art, weight)
    assert apart(art, art, weight) == 0 and white > 2 * (art - 1).abs().mean(), "blank paper is no way out"


def test_between_two_likely_colours_a_choice_takes_one_and_a_distance_the_middle():
    torch.manual_seed(1)
    colours = torch.tensor([RED, BLUE])
    wanted = torch.randint(2, (1, 64, 64))
    logits = torch.zeros(1, 2, 1, 1, requires_grad=True)
    even = torch.ones(1, 64, 64)
    choice(logits.expand(1, 2, 64, 64), wanted, even).backward()
    assert logits.grad is not None and logits.grad.abs().max() < 0.05, "both stay likely"
    assert nearest(torch.tensor([0.2, -1.0, -0.2]).view(1, 3, 1, 1), colours).item() == 0
