"""Statistics of frozen features: a picture's are brought to those of the art that is nearest in colour.

Covariances of feature maps say which marks there are (Gatys 2016, https://doi.org/10.1109/CVPR.2016.265). Centred,
since with the means in them they pull every picture to the art's mean colour. Knows tensors only.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from ganvas.learn.losses.memory_bank import MemoryBank

Maps = Mapping[str, Tensor]
NEAREST = 4  # crops of art whose mean is a picture's target


class ArtStatistics(nn.Module):
    """Covariances of the last crops of art on several layers; ``channels`` by the layer's name."""

    def __init__(self, channels: Mapping[str, int], size: int = 64) -> None:
        super().__init__()
        self.channels = dict(channels)
        self.covariances = MemoryBank(sum(width * width for width in channels.values()), size)
        self.colours = MemoryBank(3, size)

    @torch.no_grad()
    def learn(self, maps: Maps, art: Tensor) -> None:
        """Keep those of crops of art, n x 3 x h x w, by their maps."""
        self.covariances.enqueue(torch.cat([covariance(maps[name]).flatten(1) for name in self.channels], 1))
        self.colours.enqueue(art.float().mean((2, 3)))

    def forward(self, maps: Maps, photo: Tensor) -> Tensor:
        """How far pictures' covariances are from those of the art nearest in colour to their photos, n x 3 x h x w."""
        apart = torch.cdist(photo.float().mean((2, 3)), self.colours.vectors)
        nearest = apart.topk(min(NEAREST, apart.shape[1]), largest=False).indices  # n x NEAREST
        known, begin, losses = self.covariances.vectors, 0, list[Tensor]()
        for name, width in self.channels.items():
            part = known[:, begin : begin + width * width]
            begin += width * width
            wanted = part[nearest].mean(1)
            losses.append(mse_loss(covariance(maps[name]).flatten(1), wanted) / part.square().mean())
        return torch.stack(losses).mean()


def covariance(maps: Tensor) -> Tensor:
    """n x c x h x w to n x c x c, over the places."""
    found = maps.float().flatten(2)
    found = found - found.mean(2, keepdim=True)
    return found @ found.transpose(1, 2) / found.shape[2]
