"""The networks of DCGAN: noise to a picture, and a picture to one logit.

Radford 2015, https://arxiv.org/abs/1511.06434, section 3: strides in place of pooling, batch norm but at the
generator's end and the discriminator's beginning, ReLU and LeakyReLU, nothing fully connected but the ends.
"""

from typing import Literal

import torch
from torch import Tensor, nn

from ganvas.learn.nets.norms import NormName, initialise_weights, make_norm
from ganvas.learn.nets.spectral import maybe_spectral_norm

DcganSize = Literal[28, 64, 128]
# Size of the picture -> side of the first map, and how often it is doubled.
MAP_GROWTH: dict[int, tuple[int, int]] = {28: (7, 2), 64: (4, 4), 128: (4, 5)}


class DcganGenerator(nn.Module):
    """Noise n x ``inputs`` from N(0, 1) to pictures n x 3 x size x size in -1..1."""

    halo = None
    fixed_halo = None
    multiple = 1

    def __init__(self, size: DcganSize, channels: int, latent_size: int, norm: NormName) -> None:
        super().__init__()
        first, doublings = MAP_GROWTH[size]
        wide = channels * 2 ** (doublings - 1)
        self.latent_size = latent_size
        layers: list[nn.Module] = [nn.ConvTranspose2d(latent_size, wide, first), make_norm(norm, wide), nn.ReLU()]
        for _ in range(doublings - 1):
            layers += [nn.ConvTranspose2d(wide, wide // 2, 4, 2, 1), make_norm(norm, wide // 2), nn.ReLU()]
            wide //= 2
        self.model = nn.Sequential(*layers, nn.ConvTranspose2d(wide, 3, 4, 2, 1), nn.Tanh())
        initialise_weights(self)

    def forward(self, z: Tensor) -> Tensor:
        """n x inputs to n x 3 x size x size."""
        return self.model(z[:, :, None, None])


class DcganDiscriminator(nn.Module):
    """n x c x size x size to one logit a picture: [n x 1 x 1 x 1]. Never a probability: the loss wants the logit."""

    def __init__(self, in_channels: int, size: DcganSize, channels: int, norm: NormName, spectral: bool) -> None:
        super().__init__()
        last, halvings = MAP_GROWTH[size]
        layers: list[nn.Module] = [
            maybe_spectral_norm(nn.Conv2d(in_channels, channels, 4, 2, 1), spectral),
            nn.LeakyReLU(0.2),
        ]
        for _ in range(halvings - 1):
            layers += [
                maybe_spectral_norm(nn.Conv2d(channels, 2 * channels, 4, 2, 1), spectral),
                make_norm(norm, 2 * channels),
            ]
            layers.append(nn.LeakyReLU(0.2))
            channels *= 2
        self.model = nn.Sequential(*layers, maybe_spectral_norm(nn.Conv2d(channels, 1, last), spectral))
        initialise_weights(self)

    def forward(self, x: Tensor) -> list[Tensor]:
        """n x c x size x size to [n x 1 x 1 x 1]."""
        return [self.model(x)]


def sample_latents(count: int, latent_size: int) -> Tensor:
    """Codes for ``count`` pictures by torch's chance: count x inputs from N(0, 1)."""
    return torch.randn(count, latent_size)
