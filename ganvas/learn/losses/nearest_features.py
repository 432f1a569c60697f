"""Nearest-feature loss: holds a picture to the place of recent art that looks most like its photo.

What holds a picture to its photo decides how much of a photo it stays. Here each place of a picture is held not to the
photo's own features but to those of the art that look most like them, so that structure stays in the art's own means: a
branch becomes a branch as it was painted. Nearest features as a target: Li and Wand 2016,
https://arxiv.org/abs/1601.04589; centred before they are compared, so that neither set's overall look decides: Kolkin
2022, https://arxiv.org/abs/2203.13215.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from ganvas.learn.losses.memory_bank import MemoryBank

FeatureMaps = Mapping[str, Tensor]
PHOTO_MEAN_DECAY = 0.99  # how much of the photos' mean stays at each step


class NearestFeatureBank(MemoryBank):
    """The last ``size`` feature vectors of art, each ``channels`` wide, and the mean of the photos'."""

    middle: Tensor

    def __init__(self, channels: int, size: int) -> None:
        super().__init__(channels, size)
        self.register_buffer("middle", torch.zeros(channels))

    @torch.no_grad()
    def update(self, art: Tensor, photo: Tensor) -> None:
        """Keep the vectors of art, n x c x h x w, in place of the oldest; let the mean follow the photo's, likewise."""
        mean = flatten_positions(photo).mean(0)
        self.middle.copy_(torch.lerp(mean, self.middle, PHOTO_MEAN_DECAY) if int(self.seen) else mean)
        self.enqueue(flatten_positions(art))

    @torch.no_grad()
    def find_nearest(self, photo: Tensor) -> Tensor:
        """For each place of the photo, n x c x h x w, the art whose direction from its mean is most alike: nhw x c."""
        known = self.vectors
        asked, offered = (
            normalize(flatten_positions(photo) - self.middle, dim=1),
            normalize(known - known.mean(0), dim=1),
        )
        return known[(asked @ offered.T).argmax(1)]

    def compute_distance(self, picture: Tensor, photo: Tensor) -> Tensor:
        """How far the picture's directions are from those of the art nearest to its photo: 0 the same, 2 opposite."""
        mean = self.vectors.mean(0)
        towards, wanted = (
            normalize(flatten_positions(picture) - mean, dim=1),
            normalize(self.find_nearest(photo) - mean, dim=1),
        )
        return 1 - (towards * wanted).sum(1).mean()


class NearestFeatureLoss(nn.Module):
    """A bank for each layer; ``channels`` by the layer's name."""

    def __init__(self, channels: Mapping[str, int], bank_size: int) -> None:
        super().__init__()
        self.layers = tuple(channels)
        self.banks = nn.ModuleList([NearestFeatureBank(width, bank_size) for width in channels.values()])

    def forward(self, picture: FeatureMaps, photo: FeatureMaps, art: FeatureMaps) -> Tensor:
        """The mean over the layers of how far a picture is from the nearest art, after the banks took in this art."""
        apart: list[Tensor] = []
        for name, bank in zip(self.layers, self.banks, strict=True):
            bank.update(art[name], photo[name])  # pyright: ignore
            apart.append(bank.compute_distance(picture[name], photo[name]))  # pyright: ignore
        return torch.stack(apart).mean()


def flatten_positions(x: Tensor) -> Tensor:
    """n x c x h x w to nhw x c, in float32."""
    return x.permute(0, 2, 3, 1).flatten(0, 2).float()
