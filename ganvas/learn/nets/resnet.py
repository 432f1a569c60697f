"""The ResNet generator of CycleGAN.

Johnson 2016 (https://arxiv.org/abs/1603.08155), as Zhu 2017 (https://arxiv.org/abs/1703.10593, appendix 7.2) has it:
c7s1-64, d128, d256, R256 x 6 or 9, u128, u64, c7s1-3. The order of the layers is that of the common PyTorch code, so
its checkpoints can be read (see ``ganvas.learn.formats.pytorch``).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from torch import Tensor, nn

from ganvas.learn.nets.norms import PIXELWISE_NORMS, NormName, initialise_weights, make_norm

UpsamplingName = Literal["transposed", "resize"]
PaddingName = Literal["reflect", "replicate", "zeros"]
PADDING_LAYERS = {"reflect": nn.ReflectionPad2d, "replicate": nn.ReplicationPad2d, "zeros": nn.ZeroPad2d}


@dataclass(frozen=True)
class ResnetConfig:
    """``blocks`` residual blocks at a quarter of the size, ``channels`` at full size; ``up``: how the size comes back.

    ``bias``: whether convolutions before a norm have one. ``padding``: what the blocks see beyond the border.
    """

    blocks: int = 9
    channels: int = 64
    norm: NormName = "instance"
    dropout: float = 0.0
    up: UpsamplingName = "transposed"
    bias: bool = True
    padding: PaddingName = "reflect"


class ResnetBlock(nn.Module):
    """x + norm(conv(relu(norm(conv(x))))), reflected at the border."""

    def __init__(self, channels: int, config: ResnetConfig) -> None:
        super().__init__()
        middle: list[nn.Module] = [nn.Dropout(config.dropout)] if config.dropout else []
        self.block = nn.Sequential(
            *make_half_block(channels, config), nn.ReLU(), *middle, *make_half_block(channels, config)
        )

    def forward(self, x: Tensor) -> Tensor:
        """n x c x h x w to the same."""
        return x + self.block(x)


class ResnetGenerator(nn.Module):
    """n x 3 x h x w in -1..1 to the same; h and w multiples of ``multiple``.

    ``halo`` is None when a norm looks at the whole picture, else the pixels that decide one; ``fixed_halo`` are those
    pixels when instance norms are given the statistics of a thumbnail.
    """

    multiple = 4

    def __init__(self, config: ResnetConfig) -> None:
        super().__init__()
        width = config.channels
        around = 8 * config.blocks + 24
        self.halo = around if config.norm in PIXELWISE_NORMS else None
        self.fixed_halo = around if config.norm in ("instance", "affine-instance") else None
        enter = [
            nn.ReflectionPad2d(3),
            nn.Conv2d(3, width, 7, bias=config.bias),
            make_norm(config.norm, width),
            nn.ReLU(),
        ]
        down = [*make_down_step(width, config), *make_down_step(2 * width, config)]
        blocks = [ResnetBlock(4 * width, config) for _ in range(config.blocks)]
        up = [*make_up_step(4 * width, config), *make_up_step(2 * width, config)]
        leave = [nn.ReflectionPad2d(3), nn.Conv2d(width, 3, 7), nn.Tanh()]
        self.model = nn.Sequential(*enter, *down, *blocks, *up, *leave)
        self.encoder_ends = (4, 7, 10, 10 + config.blocks // 2, 10 + config.blocks)
        initialise_weights(self)

    def forward(self, x: Tensor) -> Tensor:
        """n x 3 x h x w to the same."""
        return self.model(x)

    def encode(self, x: Tensor) -> Iterator[Tensor]:
        """The maps after the first convolution, each step down, and half and all of the blocks."""
        for place in range(1, self.encoder_ends[-1] + 1):
            x = self.model[place - 1](x)
            if place in self.encoder_ends:
                yield x


def make_half_block(channels: int, config: ResnetConfig) -> list[nn.Module]:
    """Reflect, convolve, normalise."""
    convolution = nn.Conv2d(channels, channels, 3, bias=config.bias)
    return [PADDING_LAYERS[config.padding](1), convolution, make_norm(config.norm, channels)]


def make_down_step(channels: int, config: ResnetConfig) -> list[nn.Module]:
    """Half the size, twice the channels."""
    convolution = nn.Conv2d(channels, 2 * channels, 3, stride=2, padding=1, bias=config.bias)
    return [convolution, make_norm(config.norm, 2 * channels), nn.ReLU()]


def make_up_step(channels: int, config: ResnetConfig) -> list[nn.Module]:
    """Twice the size, half the channels: a transposed convolution, or a resize and a convolution (Odena 2016)."""
    fewer = channels // 2
    if config.up == "transposed":
        grow: list[nn.Module] = [
            nn.ConvTranspose2d(channels, fewer, 3, stride=2, padding=1, output_padding=1, bias=config.bias)
        ]
    else:
        larger = nn.Upsample(scale_factor=2.0, mode="nearest")
        grow = [larger, nn.ReflectionPad2d(1), nn.Conv2d(channels, fewer, 3, bias=config.bias)]
    return [*grow, make_norm(config.norm, fewer), nn.ReLU()]
