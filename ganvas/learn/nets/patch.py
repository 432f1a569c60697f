"""Patch discriminators: a logit for each place.

Isola 2017 (https://arxiv.org/abs/1611.07004, appendix 6.1.2): 4 x 4 convolutions, the first ones with stride 2, so that
each logit sees 70 (three) or 16 (one) pixels. Several of them on smaller and smaller versions are the multi-scale
discriminator of Wang 2018 (https://arxiv.org/abs/1711.11585, section 3.2).
"""

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn.functional import avg_pool2d

from ganvas.learn.nets.norms import NormName, initialise_weights, make_norm
from ganvas.learn.nets.spectral import maybe_spectral_norm


@dataclass(frozen=True)
class PatchConfig:
    """``inputs`` channels, 6 when photo and picture are judged together; ``halvings`` 3 sees 70 pixels, 1 sees 16."""

    in_channels: int = 3
    halvings: int = 3
    channels: int = 64
    norm: NormName = "instance"
    spectral: bool = False
    dropout: float = 0.0


class PatchDiscriminator(nn.Module):
    """n x c x h x w to [n x 1 x h' x w'] of logits."""

    def __init__(self, config: PatchConfig) -> None:
        super().__init__()
        wide = config.channels
        layers: list[nn.Module] = [
            maybe_spectral_norm(nn.Conv2d(config.in_channels, wide, 4, 2, 1), config.spectral),
            nn.LeakyReLU(0.2),
        ]
        for place in range(1, config.halvings + 1):
            wider = min(2 * wide, 8 * config.channels)
            stride = 2 if place < config.halvings else 1
            layers += [
                maybe_spectral_norm(nn.Conv2d(wide, wider, 4, stride, 1), config.spectral),
                make_norm(config.norm, wider),
            ]
            layers += [nn.LeakyReLU(0.2), nn.Dropout(config.dropout)]
            wide = wider
        self.model = nn.Sequential(*layers, maybe_spectral_norm(nn.Conv2d(wide, 1, 4, 1, 1), config.spectral))
        initialise_weights(self)

    def forward(self, x: Tensor) -> list[Tensor]:
        """n x c x h x w to [n x 1 x h' x w']."""
        return [self.model(x)]


class MultiScaleDiscriminator(nn.Module):
    """Patch discriminators on the picture at full, half and quarter size: one map of logits each."""

    def __init__(self, config: PatchConfig, scales: int = 3) -> None:
        super().__init__()
        self.scales = nn.ModuleList(PatchDiscriminator(config) for _ in range(scales))

    def forward(self, x: Tensor) -> list[Tensor]:
        """n x c x h x w to one n x 1 x h' x w' for each scale."""
        logits: list[Tensor] = []
        for place, judge in enumerate(self.scales):
            x = avg_pool2d(x, 3, 2, 1, count_include_pad=False) if place else x
            logits += judge(x)
        return logits
