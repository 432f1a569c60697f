"""Palettes: the few colours that pictures are made of, and how rare each is.

Colours lie in -1..1, k x 3.
"""

import torch
from torch import Tensor

MAX_PIXELS = 16_384  # pixels
KMEANS_ITERATIONS = 12


def extract_palette(art: Tensor, count: int) -> Tensor:
    """``count`` colours of art n x 3 x h x w: k-means, begun at colours far from each other.

    Each colour is the median of its pixels, so flat paint comes out as it is.
    """
    pixels = art.permute(0, 2, 3, 1).reshape(-1, 3).float()
    pixels = pixels[torch.randperm(len(pixels))[:MAX_PIXELS]]
    colours = pixels[:1]
    for _ in range(count - 1):  # the next one is by chance, the likelier the farther from those that are there
        away = torch.cdist(pixels, colours).amin(1).square() + 1e-9
        colours = torch.cat([colours, pixels[torch.multinomial(away, 1)]])
    for _ in range(KMEANS_ITERATIONS):
        mine = torch.cdist(pixels, colours).argmin(1)
        for index in mine.unique().tolist():
            colours[index] = pixels[mine == index].median(0).values
    return colours


def assign_palette_colours(x: Tensor, colours: Tensor) -> Tensor:
    """Which colour is nearest to each pixel of n x 3 x h x w: n x h x w."""
    pixels = x.permute(0, 2, 3, 1).float()  # |p - c|^2 without what is the same for all c
    return (colours.square().sum(1) - 2 * pixels @ colours.T).argmin(3)


def compute_rarity_weights(art: Tensor, colours: Tensor, uniform_share: float = 0.5) -> Tensor:
    """How much a pixel of each colour weighs, by art n x 3 x h x w: the rarer the more, 1 in the mean of pixels.

    Zhang 2016, https://arxiv.org/abs/1603.08511, section 2.2, with lambda = ``even``, 0 to 1: the shares of colours are
    mixed with so much of equal ones, so that a colour that is hardly there is not all that counts. At 1 all are alike.
    """
    share = (
        torch.bincount(assign_palette_colours(art, colours).flatten(), minlength=len(colours)).float()
        / art[:, 0].numel()
    )
    weight = 1 / (share * (1 - uniform_share) + uniform_share / len(colours))
    return weight / (share * weight).sum()
