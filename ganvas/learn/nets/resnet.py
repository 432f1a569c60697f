"""The ResNet generator of CycleGAN. Knows no losses and no data.

Johnson 2016 (https://arxiv.org/abs/1603.08155), as Zhu 2017 (https://arxiv.org/abs/1703.10593, appendix 7.2) has it:
c7s1-64, d128, d256, R256 x 6 or 9, u128, u64, c7s1-3. The order of the layers is that of the common PyTorch code, so
its checkpoints can be read (see ``ganvas.learn.interchange``).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from torch import Tensor, nn

from ganvas.learn.nets.norms import LOCAL_NORMS, Norm, begin_weights, normalise

Up = Literal["transposed", "resize"]
Padding = Literal["reflect", "replicate", "zeros"]
PADDINGS = {"reflect": nn.ReflectionPad2d, "replicate": nn.ReplicationPad2d, "zeros": nn.ZeroPad2d}


@dataclass(frozen=True)
class ResnetShape:
    """``blocks`` residual blocks at a quarter of the size, ``channels`` at full size; ``up``: how the size comes back.

    ``bias``: whether convolutions before a norm have one. ``padding``: what the blocks see beyond the border.
    """

    blocks: int = 9
    channels: int = 64
    norm: Norm = "instance"
    dropout: float = 0.0
    up: Up = "transposed"
    bias: bool = True
    padding: Padding = "reflect"


class ResnetBlock(nn.Module):
    """x + norm(conv(relu(norm(conv(x))))), reflected at the border."""

    def __init__(self, channels: int, shape: ResnetShape) -> None:
        super().__init__()
        middle: list[nn.Module] = [nn.Dropout(shape.dropout)] if shape.dropout else []
        self.block = nn.Sequential(*half_block(channels, shape), nn.ReLU(), *middle, *half_block(channels, shape))

    def forward(self, x: Tensor) -> Tensor:
        """n x c x h x w to the same."""
        return x + self.block(x)


class ResnetGenerator(nn.Module):
    """n x 3 x h x w in -1..1 to the same; h and w multiples of ``multiple``.

    ``halo`` is None when a norm looks at the whole picture, else the pixels that decide one; ``fixed_halo`` are those
    pixels when instance norms are given the statistics of a thumbnail.
    """

    multiple = 4

    def __init__(self, shape: ResnetShape) -> None:
        super().__init__()
        width = shape.channels
        around = 8 * shape.blocks + 24
        self.halo = around if shape.norm in LOCAL_NORMS else None
        self.fixed_halo = around if shape.norm in ("instance", "affine-instance") else None
        enter = [
            nn.ReflectionPad2d(3),
            nn.Conv2d(3, width, 7, bias=shape.bias),
            normalise(shape.norm, width),
            nn.ReLU(),
        ]
        down = [*down_step(width, shape), *down_step(2 * width, shape)]
        blocks = [ResnetBlock(4 * width, shape) for _ in range(shape.blocks)]
        up = [*up_step(4 * width, shape), *up_step(2 * width, shape)]
        leave = [nn.ReflectionPad2d(3), nn.Conv2d(width, 3, 7), nn.Tanh()]
        self.model = nn.Sequential(*enter, *down, *blocks, *up, *leave)
        self.ends = (4, 7, 10, 10 + shape.blocks // 2, 10 + shape.blocks)
        begin_weights(self)

    def forward(self, x: Tensor) -> Tensor:
        """n x 3 x h x w to the same."""
        return self.model(x)

    def encode(self, x: Tensor) -> Iterator[Tensor]:
        """The maps after the first convolution, each step down, and half and all of the blocks."""
        for place in range(1, self.ends[-1] + 1):
            x = self.model[place - 1](x)
            if place in self.ends:
                yield x


def half_block(channels: int, shape: ResnetShape) -> list[nn.Module]:
    """Reflect, convolve, normalise."""
    convolution = nn.Conv2d(channels, channels, 3, bias=shape.bias)
    return [PADDINGS[shape.padding](1), convolution, normalise(shape.norm, channels)]


def down_step(channels: int, shape: ResnetShape) -> list[nn.Module]:
    """Half the size, twice the channels."""
    convolution = nn.Conv2d(channels, 2 * channels, 3, stride=2, padding=1, bias=shape.bias)
    return [convolution, normalise(shape.norm, 2 * channels), nn.ReLU()]


def up_step(channels: int, shape: ResnetShape) -> list[nn.Module]:
    """Twice the size, half the channels: a transposed convolution, or a resize and a convolution (Odena 2016)."""
    fewer = channels // 2
    if shape.up == "transposed":
        grow: list[nn.Module] = [
            nn.ConvTranspose2d(channels, fewer, 3, stride=2, padding=1, output_padding=1, bias=shape.bias)
        ]
    else:
        larger = nn.Upsample(scale_factor=2.0, mode="nearest")
        grow = [larger, nn.ReflectionPad2d(1), nn.Conv2d(channels, fewer, 3, bias=shape.bias)]
    return [*grow, normalise(shape.norm, fewer), nn.ReLU()]
