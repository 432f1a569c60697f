"""MMD loss: how far recent pictures, taken together, are from the art, taken together.

A discriminator judges patch by patch, and is content when each could be a patch of art. Which patches there are and how
many of each is a matter of the whole: photos are full of dark and busy places that prints leave calm. So crops are
described by the means and deviations of frozen features, and the kernel distance (MMD; Gretton 2012) between
pictures and art is brought down. To learn by it: Li 2015, https://arxiv.org/abs/1502.02761; rational quadratic kernels
of several widths: Binkowski 2018, https://arxiv.org/abs/1801.01401.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from ganvas.learn.losses.memory_bank import MemoryBank

KERNEL_WIDTHS = (0.2, 0.5, 1.0, 2.0, 5.0)
MIN_BANK_SIZE = 16  # of each kept before anything is said


class MmdLoss(nn.Module):
    """Descriptions of the last crops of art and of pictures on one or more layers; ``channels`` by the layer's name."""

    def __init__(self, channels: Mapping[str, int], art_size: int = 1024, picture_size: int = 256) -> None:
        super().__init__()
        self.layers = tuple(channels)
        width = 2 * sum(channels.values())
        self.art, self.made = MemoryBank(width, art_size), MemoryBank(width, picture_size)

    def forward(self, pictures: Mapping[str, Tensor], art: Mapping[str, Tensor]) -> Tensor:
        """What of the kernel distance is due to these pictures' n x c x h x w maps; below 0 where they fill a gap."""
        descriptors = self.describe_maps(pictures)
        self.art.enqueue(self.describe_maps(art))
        loss = (
            self.compute_mmd_witness(descriptors)
            if min(len(self.art.vectors), len(self.made.vectors)) >= MIN_BANK_SIZE
            else 0 * descriptors.mean()
        )
        self.made.enqueue(descriptors)
        return loss

    def compute_mmd_witness(self, descriptors: Tensor) -> Tensor:
        """How much more they look like earlier pictures than like art, scaled by the art's own deviations."""
        mean, deviation = self.art.vectors.mean(0), self.art.vectors.std(0).clamp_min(1e-3)
        asked, art, earlier = ((x - mean) / deviation for x in (descriptors, self.art.vectors, self.made.vectors))
        return compute_kernel(asked, earlier).mean() - compute_kernel(asked, art).mean()

    def describe_maps(self, maps: Mapping[str, Tensor]) -> Tensor:
        """Means and deviations over the places of n x c x h x w maps: n x twice the channels of all layers."""
        found = [maps[name].float().flatten(2) for name in self.layers]
        return torch.cat([part for x in found for part in (x.mean(2), (x.var(2) + 1e-4).sqrt())], 1)


def compute_kernel(x: Tensor, y: Tensor) -> Tensor:
    """The kernel of n x d and m x d: n x m in 0..1, the mean of rational quadratic kernels of WIDTHS."""
    far = torch.cdist(x, y).square() / x.shape[1]
    return torch.stack([(1 + far / (2 * width)).pow(-width) for width in KERNEL_WIDTHS]).mean(0)
