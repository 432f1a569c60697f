"""The local generator: a picture from a photo by looking at a bounded neighbourhood only. Knows no losses.

Convolutions, bilinear resizing and a normalisation over the channels at one pixel, nothing else, so that a tile
with a halo gives exactly what the whole picture gives. Bilinear resizing before a convolution instead of transposed
convolutions or pixel shuffles leaves no checkerboard (Odena 2016, https://distill.pub/2016/deconv-checkerboard).
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, interpolate, pad, relu


@dataclass(frozen=True)
class LocalOptions:
    """``channels`` at full, half and quarter size; ``blocks`` residual blocks at quarter size.

    ``skips``: whether full and half size also go past the blocks. They keep the photo's finest detail, which
    is what a painter leaves out; without them all is painted anew from quarter size. ``soft``: a blur between the
    blocks and the way up, which takes the grid away. ``cells``: no way up; each place at quarter size becomes a square
    of 4 x 4 pixels of one colour.
    """

    channels: tuple[int, int, int] = (16, 32, 64)
    blocks: int = 6
    skips: bool = False
    soft: bool = True
    cells: bool = False


class Soften(nn.Module):
    """A blur by 1, 2, 1 in both directions: nothing is left of a pattern that changes sign from cell to cell.

    Residual blocks like to grow just that pattern, and upsampled it is the grid of dots that generators are known for
    (blur before resampling: Zhang 2019, https://arxiv.org/abs/1904.11486).
    """

    kernel: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        row = torch.tensor([0.25, 0.5, 0.25])
        self.register_buffer("kernel", torch.outer(row, row).expand(channels, 1, 3, 3).clone(), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """n x c x h x w to the same."""
        padded = pad(x, (1, 1, 1, 1), mode="replicate")
        return conv2d(padded, self.kernel.to(x.dtype), groups=x.shape[1])


class PixelNorm(nn.Module):
    """Root mean square over the channels at one pixel set to 1, then a gain and bias a channel (Karras 2018, 4.2)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(channels, 1, 1))
        self.bias = nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """n x c x h x w to the same."""
        return x * torch.rsqrt(x.square().mean(1, keepdim=True) + 1e-4) * self.gain + self.bias


class LocalBlock(nn.Module):
    """x + conv(relu(conv(norm(x)))) (pre-activation as in He 2016, https://arxiv.org/abs/1603.05027)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = PixelNorm(channels)
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.second.weight)

    def forward(self, x: Tensor) -> Tensor:
        """n x c x h x w to the same."""
        return x + self.second(relu(self.first(self.norm(x))))


class LocalGenerator(nn.Module):
    """n x 3 x h x w in -1..1 to the same; h and w multiples of ``multiple``.

    ``halo`` pixels of neighbourhood on each side decide a pixel: a picture's tiles with that much around them are
    equal to the whole.
    """

    multiple: ClassVar[int] = 4
    fixed_halo: ClassVar[None] = None

    def __init__(self, options: LocalOptions = LocalOptions()) -> None:
        super().__init__()
        full, half, quarter = options.channels
        self.skips = options.skips
        self.halo = 4 * (2 * options.blocks + options.soft) + 16
        self.enter = nn.Conv2d(3, full, 3, padding=1)
        self.down_half = nn.Conv2d(full, half, 3, stride=2, padding=1)
        self.down_quarter = nn.Conv2d(half, quarter, 3, stride=2, padding=1)
        self.blocks = nn.Sequential(*(LocalBlock(quarter) for _ in range(options.blocks)))
        self.soften = Soften(quarter) if options.soft and not options.cells else nn.Identity()
        self.cells = options.cells
        if not options.cells:
            self.up_half = nn.Conv2d(quarter, half, 3, padding=1)
            self.up_full = nn.Conv2d(half, full, 3, padding=1)
        self.leave = nn.Conv2d(quarter if options.cells else full, 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """n x 3 x h x w to the same."""
        full = relu(self.enter(x))
        half = relu(self.down_half(full))
        quarter = self.soften(self.blocks(relu(self.down_quarter(half))))
        if self.cells:
            return interpolate(torch.tanh(self.leave(quarter)), scale_factor=4.0, mode="nearest")
        half = relu(self.up_half(double(quarter)) + (half if self.skips else 0))
        full = relu(self.up_full(double(half)) + (full if self.skips else 0))
        return torch.tanh(self.leave(full))


def double(x: Tensor) -> Tensor:
    """n x c x h x w to n x c x 2h x 2w, bilinear."""
    return interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
