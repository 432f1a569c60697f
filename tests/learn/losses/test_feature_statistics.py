"""Statistics of features and colours of zones, held to the art's."""

import torch

from ganvas.learn.losses.colour_transport import ColourTransport
from ganvas.learn.losses.feature_statistics import ArtStatistics, covariance

CHANNELS = {"/1_2": 4, "/2_2": 6}


def maps(scale: float, random: torch.Generator, count: int = 3) -> dict[str, torch.Tensor]:
    """Feature maps of crops, by chance, with a deviation."""
    return {name: scale * torch.randn(count, width, 12, 12, generator=random) for name, width in CHANNELS.items()}


def test_a_covariance_does_not_know_the_mean():
    x = torch.randn(2, 5, 9, 7, generator=torch.Generator().manual_seed(1))
    assert torch.allclose(covariance(x), covariance(x + 3.0), atol=1e-4)


def test_a_picture_is_held_to_the_art_that_is_nearest_in_colour():
    random = torch.Generator().manual_seed(1)
    statistics = ArtStatistics(CHANNELS)
    dark, light = torch.full((4, 3, 8, 8), -0.8), torch.full((4, 3, 8, 8), 0.8)
    statistics.learn(maps(1.0, random, 4), dark)
    statistics.learn(maps(3.0, random, 4), light)
    made = maps(3.0, random, 1)
    assert statistics(made, light[:1]) < 0.1 < statistics(made, dark[:1])


def test_the_gradient_leads_to_the_arts_statistics():
    random = torch.Generator().manual_seed(1)
    statistics, scale = ArtStatistics(CHANNELS), torch.tensor(0.3, requires_grad=True)
    photo = torch.zeros(3, 3, 8, 8)
    statistics.learn(maps(2.0, random), photo)
    optimizer = torch.optim.Adam([scale], 0.05)
    for _ in range(120):
        optimizer.zero_grad()
        statistics({name: x * scale for name, x in maps(1.0, random).items()}, photo).backward()
        optimizer.step()
    assert 1.6 < float(scale.detach()) < 2.4


def test_colours_move_to_where_the_arts_colours_are():
    torch.manual_seed(1)
    transport = ColourTransport(cell=4)
    transport.learn(torch.rand(8, 3, 32, 32) * 0.2 + torch.tensor([0.5, -0.2, -0.8])[:, None, None])
    shift = torch.zeros(3, requires_grad=True)
    optimizer = torch.optim.Adam([shift], 0.05)
    for _ in range(150):
        optimizer.zero_grad()
        transport(torch.rand(2, 3, 32, 32) * 0.2 + shift[:, None, None]).backward()
        optimizer.step()
    assert torch.allclose(shift.detach(), torch.tensor([0.5, -0.2, -0.8]), atol=0.1)


def test_one_photo_need_not_have_all_of_the_arts_colours():
    torch.manual_seed(1)
    transport = ColourTransport(cell=4, made=512)
    halves = torch.cat([torch.full((4, 3, 32, 32), -0.7), torch.full((4, 3, 32, 32), 0.7)])
    transport.learn(halves)
    for half in halves.chunk(8):
        transport(half)
    assert transport(halves[:1]) < 0.02
