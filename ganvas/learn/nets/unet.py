"""The U-Net generator of pix2pix. Knows no losses and no data.

Ronneberger 2015 as Isola 2017 has it (https://arxiv.org/abs/1611.07004, appendix 6.1.1): steps of 4 x 4 convolutions
with stride 2 down to one pixel and up again, each step up seeing the step down of its size. The nesting is that of
the common PyTorch code, so its checkpoints can be read (see ``ganvas.learn.interchange``).
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ganvas.learn.nets.norms import Norm, begin_weights, normalise


@dataclass(frozen=True)
class UnetShape:
    """``depth`` steps down: 8 bring 256 pixels to one. ``dropout`` in the inner steps, at most three."""

    depth: int = 8
    channels: int = 64
    norm: Norm = "instance"
    dropout: float = 0.5
    bias: bool = True


class Step(nn.Module):
    """One step down, what lies below it, one step up; below the outermost the input goes along."""

    def __init__(self, below: nn.Module | None, place: int, shape: UnetShape) -> None:
        super().__init__()
        outer, inner = width(place - 1, shape), width(place, shape)
        self.outermost = place == 0
        down: list[nn.Module] = [nn.Conv2d(3 if place == 0 else outer, inner, 4, 2, 1, bias=shape.bias)]
        if place:
            down.insert(0, nn.LeakyReLU(0.2))
        if place and below is not None:
            down.append(normalise(shape.norm, inner))
        twice = inner if below is None else 2 * inner
        bias = shape.bias or place == 0
        up: list[nn.Module] = [nn.ReLU(), nn.ConvTranspose2d(twice, 3 if place == 0 else outer, 4, 2, 1, bias=bias)]
        up += [nn.Tanh()] if place == 0 else [normalise(shape.norm, outer)]
        if shape.dropout and below is not None and place >= 4:
            up.append(nn.Dropout(shape.dropout))
        self.model = nn.Sequential(*down, *([] if below is None else [below]), *up)

    def forward(self, x: Tensor) -> Tensor:
        """n x c x h x w to n x 2c x h x w, the outermost to n x 3 x h x w."""
        return self.model(x) if self.outermost else torch.cat([x, self.model(x)], 1)


class UnetGenerator(nn.Module):
    """n x 3 x h x w in -1..1 to the same; h and w multiples of ``multiple``. It looks at the whole picture."""

    halo = None
    fixed_halo = None

    def __init__(self, shape: UnetShape) -> None:
        super().__init__()
        self.multiple = 2**shape.depth
        inner: Step | None = None
        for place in reversed(range(shape.depth)):
            inner = Step(inner, place, shape)
        self.model = inner or nn.Identity()
        begin_weights(self)

    def forward(self, x: Tensor) -> Tensor:
        """n x 3 x h x w to the same."""
        return self.model(x)


def width(place: int, shape: UnetShape) -> int:
    """The channels that the step at this place, 0 for the outermost, makes on its way down."""
    return shape.channels * min(8, 2 ** max(place, 0))
