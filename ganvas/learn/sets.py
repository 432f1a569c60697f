"""Sets: how far pictures of late, taken together, are from the art, taken together. Knows tensors only.

A discriminator judges patch by patch, and is content when each could be a patch of art. Which patches there are and how
many of each is a matter of the whole: photos are full of dark and busy places that prints leave calm. So crops are
described by the means and deviations of frozen features, and the kernel distance (MMD; Gretton 2012) between
pictures and art is brought down. To learn by it: Li 2015, https://arxiv.org/abs/1502.02761; rational quadratic kernels
of several widths: Binkowski 2018, https://arxiv.org/abs/1801.01401.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from ganvas.learn.bank import Bank

WIDTHS = (0.2, 0.5, 1.0, 2.0, 5.0)
LEAST = 16  # of each kept before anything is said


class Sets(nn.Module):
    """Descriptions of the last crops of art and of pictures on one or more layers; ``channels`` by the layer's name."""

    def __init__(self, channels: Mapping[str, int], art: int = 1024, made: int = 256) -> None:
        super().__init__()
        self.layers = tuple(channels)
        width = 2 * sum(channels.values())
        self.art, self.made = Bank(width, art), Bank(width, made)

    def forward(self, made: Mapping[str, Tensor], art: Mapping[str, Tensor]) -> Tensor:
        """What of the kernel distance is due to these pictures' n x c x h x w maps; below 0 where they fill a gap."""
        pictures = self.described(made)
        self.art.keep(self.described(art))
        loss = self.apart(pictures) if min(len(self.art.known), len(self.made.known)) >= LEAST else 0 * pictures.mean()
        self.made.keep(pictures)
        return loss

    def apart(self, pictures: Tensor) -> Tensor:
        """How much more they look like earlier pictures than like art, scaled by the art's own deviations."""
        mean, deviation = self.art.known.mean(0), self.art.known.std(0).clamp_min(1e-3)
        asked, art, earlier = ((x - mean) / deviation for x in (pictures, self.art.known, self.made.known))
        return alike(asked, earlier).mean() - alike(asked, art).mean()

    def described(self, maps: Mapping[str, Tensor]) -> Tensor:
        """Means and deviations over the places of n x c x h x w maps: n x twice the channels of all layers."""
        found = [maps[name].float().flatten(2) for name in self.layers]
        return torch.cat([part for x in found for part in (x.mean(2), (x.var(2) + 1e-4).sqrt())], 1)


def alike(x: Tensor, y: Tensor) -> Tensor:
    """The kernel of n x d and m x d: n x m in 0..1, the mean of rational quadratic kernels of WIDTHS."""
    far = torch.cdist(x, y).square() / x.shape[1]
    return torch.stack([(1 + far / (2 * width)).pow(-width) for width in WIDTHS]).mean(0)
