"""Normalisations by name, and the first weights of the classic networks."""

import math
from typing import Literal

from torch import nn

from ganvas.learn.nets.local import PixelNorm

NormName = Literal["batch", "instance", "affine-instance", "group", "pixel", "none"]
# Those that look at nothing but the pixel once training is over: a network of them can be run in tiles.
PIXELWISE_NORMS: frozenset[str] = frozenset({"batch", "pixel", "none"})


def make_norm(kind: NormName, channels: int) -> nn.Module:
    """A normalisation of n x c x h x w.

    ``batch``: Ioffe 2015, https://arxiv.org/abs/1502.03167. ``instance``: Ulyanov 2016, https://arxiv.org/abs/1607.08022,
    with a gain and bias a channel as ``affine-instance``. ``group``: Wu 2018, https://arxiv.org/abs/1803.08494, eight
    groups or fewer. ``pixel``: Karras 2018, over the channels at one pixel.
    """
    match kind:
        case "batch":
            return nn.BatchNorm2d(channels)
        case "instance" | "affine-instance":
            return nn.InstanceNorm2d(channels, affine=kind == "affine-instance")
        case "group":
            return nn.GroupNorm(math.gcd(8, channels), channels)
        case "pixel":
            return PixelNorm(channels)
        case "none":
            return nn.Identity()


def initialise_weights(network: nn.Module) -> None:
    """Convolutions from N(0, 0.02), gains from N(1, 0.02), biases 0 (Radford 2015, section 3, and all that follow)."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            nn.init.normal_(layer.weight, 0.0, 0.02)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
        elif isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.weight, 1.0, 0.02)
