"""The U-Net generator of pix2pix.

Ronneberger 2015 as Isola 2017 has it (https://arxiv.org/abs/1611.07004, appendix 6.1.1): steps of 4 x 4 convolutions
with stride 2 down to one pixel and up again, each step up seeing the step down of its size. The nesting is that of
the common PyTorch code, so its checkpoints can be read (see ``ganvas.learn.formats.pytorch``).
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ganvas.learn.nets.norms import NormName, initialise_weights, make_norm


@dataclass(frozen=True)
class UnetConfig:
    """``depth`` steps down: 8 bring 256 pixels to one. ``dropout`` in the inner steps, at most three."""

    depth: int = 8
    channels: int = 64
    norm: NormName = "instance"
    dropout: float = 0.5
    bias: bool = True


class UnetLevel(nn.Module):
    """One step down, what lies below it, one step up; below the outermost the input goes along."""

    def __init__(self, inner_level: nn.Module | None, level: int, config: UnetConfig) -> None:
        super().__init__()
        outer, inner = get_level_channels(level - 1, config), get_level_channels(level, config)
        self.outermost = level == 0
        down: list[nn.Module] = [nn.Conv2d(3 if level == 0 else outer, inner, 4, 2, 1, bias=config.bias)]
        if level:
            down.insert(0, nn.LeakyReLU(0.2))
        if level and inner_level is not None:
            down.append(make_norm(config.norm, inner))
        twice = inner if inner_level is None else 2 * inner
        bias = config.bias or level == 0
        up: list[nn.Module] = [nn.ReLU(), nn.ConvTranspose2d(twice, 3 if level == 0 else outer, 4, 2, 1, bias=bias)]
        up += [nn.Tanh()] if level == 0 else [make_norm(config.norm, outer)]
        if config.dropout and inner_level is not None and level >= 4:
            up.append(nn.Dropout(config.dropout))
        self.model = nn.Sequential(*down, *([] if inner_level is None else [inner_level]), *up)

    def forward(self, x: Tensor) -> Tensor:
        """n x c x h x w to n x 2c x h x w, the outermost to n x 3 x h x w."""
        return self.model(x) if self.outermost else torch.cat([x, self.model(x)], 1)


class UnetGenerator(nn.Module):
    """n x 3 x h x w in -1..1 to the same; h and w multiples of ``multiple``. It looks at the whole picture."""

    halo = None
    fixed_halo = None

    def __init__(self, config: UnetConfig) -> None:
        super().__init__()
        self.multiple = 2**config.depth
        inner: UnetLevel | None = None
        for place in reversed(range(config.depth)):
            inner = UnetLevel(inner, place, config)
        self.model = inner or nn.Identity()
        initialise_weights(self)

    def forward(self, x: Tensor) -> Tensor:
        """n x 3 x h x w to the same."""
        return self.model(x)


def get_level_channels(level: int, config: UnetConfig) -> int:
    """The channels that the step at this place, 0 for the outermost, makes on its way down."""
    return config.channels * min(8, 2 ** max(level, 0))
