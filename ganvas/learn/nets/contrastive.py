"""Projections of a generator's own feature maps, for contrastive losses.

Park 2020, https://arxiv.org/abs/2007.15651: the encoder half of the generator sees photo and picture, small networks of
two layers bring chosen places of its maps to 256 numbers of length 1.
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize, relu

from ganvas.errors import BadRecipe
from ganvas.learn.nets.factory import AnyGenerator
from ganvas.learn.nets.local import LocalGenerator
from ganvas.learn.nets.resnet import ResnetGenerator

PROJECTION_WIDTH = 256


def encode_feature_maps(generator: AnyGenerator, x: Tensor) -> list[Tensor]:
    """The maps of the generator's first half, from fine to coarse.

    Raises:
        BadRecipe: the generator has no first half that everything passes through.
    """
    if isinstance(generator, ResnetGenerator):
        return list(generator.encode(x))
    if isinstance(generator, LocalGenerator):
        return list(encode_local_maps(generator, x))
    raise BadRecipe("This generator has no encoder to compare pictures with.", "Use a resnet or the local generator.")


def encode_local_maps(generator: LocalGenerator, x: Tensor) -> Iterator[Tensor]:
    """Full, half and quarter size, and after half and all of the blocks."""
    half = len(generator.blocks) // 2
    yield (full := relu(generator.enter(x)))
    yield (halved := relu(generator.down_half(full)))
    yield (quarter := relu(generator.down_quarter(halved)))
    yield (quarter := generator.blocks[:half](quarter))
    yield generator.blocks[half:](quarter)


class ProjectionHeads(nn.Module):
    """Two layers for each map."""

    def __init__(self, channels: list[int]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Sequential(nn.Linear(count, PROJECTION_WIDTH), nn.ReLU(), nn.Linear(PROJECTION_WIDTH, PROJECTION_WIDTH))
            for count in channels
        )

    def forward(self, maps: list[Tensor], places: list[Tensor]) -> list[Tensor]:
        """Maps n x c x h x w and places p to n x p x 256 each, of length 1."""
        found: list[Tensor] = []
        for layer, x, chosen in zip(self.layers, maps, places, strict=True):
            found.append(normalize(layer(x.flatten(2)[:, :, chosen].transpose(1, 2)).float(), dim=2))
        return found


def sample_positions(maps: list[Tensor], count: int) -> list[Tensor]:
    """At most ``count`` random places of each map, the same for all pictures."""
    return [torch.randperm(x.shape[2] * x.shape[3])[:count] for x in maps]
