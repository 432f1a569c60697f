"""The projected discriminator: small heads on frozen features.

A discriminator on pixels finds the palette and then its own strides; one on features that already know edges,
texture and parts judges brushwork from the first step (Sauer 2021, https://arxiv.org/abs/2111.01007). Each head is
a patch discriminator (Isola 2017), with spectral norm (Miyato 2018) where asked, on one layer, at full or half size.
"""

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, leaky_relu
from torch.nn.utils.parametrizations import spectral_norm

from ganvas.learn.nets.features import VggFeatures, get_layer_channels, split_view_prefix

MAX_DEVIATIONS = 4.0


class FeatureStandardiser(nn.Module):
    """Brings each channel to mean 0 and deviation 1 by figures that are measured once, on art, and then kept.

    What lies further out than LIMIT deviations is cut off: one bright edge must not outvote a whole picture.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(1, channels, 1, 1))
        self.register_buffer("deviation", torch.ones(1, channels, 1, 1))

    def calibrate(self, x: Tensor) -> None:
        """n x c x h x w of art."""
        self.mean.copy_(x.float().mean((0, 2, 3), keepdim=True))
        self.deviation.copy_(x.float().std((0, 2, 3)).clamp_min(1e-2).view_as(self.deviation))

    def forward(self, x: Tensor) -> Tensor:
        """n x c x h x w to the same."""
        return ((x - self.mean.to(x.dtype)) * self.deviation.reciprocal().to(x.dtype)).clamp(
            -MAX_DEVIATIONS, MAX_DEVIATIONS
        )


class ProjectedHead(nn.Module):
    """A patch discriminator on one feature map: n x c x h x w to n x 1 x h x w logits, 5 x 5 cells seen by each."""

    def __init__(self, channels: int, width: int, spectral: bool) -> None:
        super().__init__()
        self.scale = FeatureStandardiser(channels)
        bound = spectral_norm if spectral else nn.Identity()
        self.enter = bound(nn.Conv2d(channels, width, 3, padding=1))
        self.middle = bound(nn.Conv2d(width, width, 3, padding=1))
        self.leave = bound(nn.Conv2d(width, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """n x c x h x w to n x 1 x h x w."""
        x = leaky_relu(self.enter(self.scale(x)), 0.2)
        x = leaky_relu(self.middle(x), 0.2)
        return self.leave(x)


class ProjectedDiscriminator(nn.Module):
    """Heads on layers at full size ("1_2"), with a leading "/" at half size ("/3_3"), with "@" on the middle alone.

    The middle quarter at full size shows the finest marks for a quarter of what the whole would cost.

    ``features`` is not part of the state: it is frozen and comes with the package.
    """

    def __init__(self, layers: Sequence[str], width: int, spectral: bool = True) -> None:
        super().__init__()
        self.layers = tuple(layers)
        heads = {
            make_module_key(name): ProjectedHead(get_layer_channels(name), width, spectral) for name in self.layers
        }
        self.heads = nn.ModuleDict(heads)

    def calibrate(self, features: VggFeatures, x: Tensor) -> None:
        """Fix each head's scale by art x, n x 3 x h x w in -1..1."""
        for name, found in extract_features(features, x, self.layers).items():
            self.heads[make_module_key(name)].scale.calibrate(found)  # pyright: ignore

    def forward(self, maps: Mapping[str, Tensor]) -> list[Tensor]:
        """The maps that ``look`` gives to one n x 1 x h x w of logits for each head."""
        return [self.heads[make_module_key(name)](maps[name]) for name in self.layers]


def make_module_key(layer: str) -> str:
    """A module's name for a layer's: no dots, no signs."""
    return layer.replace("/", "half_").replace("@", "middle_")


def extract_features(features: VggFeatures, x: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
    """Feature maps of x, n x 3 x h x w, by their names: at full size, "/" at half size, "@" of the middle alone."""
    found: dict[str, Tensor] = {}
    for sign, seen in FEATURE_VIEWS.items():
        if wanted := [name for begun, name in map(split_view_prefix, layers) if begun == sign]:
            found |= {sign + name: value for name, value in features(seen(x), wanted).items()}
    return found


def crop_middle(x: Tensor) -> Tensor:
    """The middle of n x c x h x w, half as high and half as wide."""
    (top, height), (left, width) = ((side // 4, side // 2) for side in x.shape[2:])
    return x[:, :, top : top + height, left : left + width]


FEATURE_VIEWS: dict[str, Callable[[Tensor], Tensor]] = {
    "": lambda x: x,
    "/": lambda x: avg_pool2d(x, 2),
    "@": crop_middle,
}
