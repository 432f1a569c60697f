"""The local generator: a picture from a photo by looking at a bounded neighbourhood only.

Convolutions, bilinear resizing and a normalisation over the channels at one pixel, nothing else, so that a tile
with a halo gives exactly what the whole picture gives. Bilinear resizing before a convolution instead of transposed
convolutions or pixel shuffles leaves no checkerboard (Odena 2016, https://distill.pub/2016/deconv-checkerboard).
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, conv2d, interpolate, max_pool2d, pad, relu

# What a palette's logits are multiplied by before they are mixed: while learning, and in use. The more, the nearer to
# one colour (Zhang 2016, https://arxiv.org/abs/1603.08511, section 2.3, which has 1 / 0.38).
TRAINING_SHARPNESS, INFERENCE_SHARPNESS = 2.5, 8.0
BORDER_PADDING = 32  # pixels by which a picture's border is repeated, where the whole of it is seen
INFERENCE_SPREAD_FACTOR = 5  # times as far as in a crop: a front that stops in the middle of a picture would be seen


@dataclass(frozen=True)
class LocalOptions:
    """``channels`` at full, half and quarter size; ``blocks`` residual blocks at quarter size.

    ``skips``: whether full and half size also go past the blocks. They keep the photo's finest detail, which
    is what a painter leaves out; without them all is painted anew from quarter size. ``soft``: a blur between the
    blocks and the way up, which takes the grid away. ``cells``: no way up; each place at quarter size becomes a square
    of 4 x 4 pixels of one colour. ``far``: further blocks at a sixteenth of the size, and one at an eighth on
    the way there and one back, before the others; where a colour depends on the whole figure, something must see it.
    ``fine``: further blocks at half size on the way up, for lines thinner than a place at quarter size. ``spread``: how
    many places far at quarter size what is found spreads over a region, before the last block.
    """

    channels: tuple[int, int, int] = (16, 32, 64)
    blocks: int = 6
    skips: bool = False
    soft: bool = True
    cells: bool = False
    far: int = 0
    fine: int = 0
    spread: int = 0
    headroom: float = 0.0
    palette: int = 0

    @property
    def multiple(self) -> int:
        """What the sides of a picture must be multiples of."""
        return 16 if self.far else 4

    @property
    def halo(self) -> int | None:
        """How many pixels on each side decide a pixel; none where ``far`` or ``spread`` sees the whole."""
        return None if self.far or self.spread else 4 * (2 * self.blocks + self.soft + self.fine) + 16


class BinomialBlur(nn.Module):
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


class NoiseInjection(nn.Module):
    """Noise, filtered for ``half`` channels at half size and for ``full`` at full size; at first nothing of it.

    A way up from quarter size has no means to make paper, canvas or the hairs of a brush; noise at each size has them
    (Karras 2019, https://arxiv.org/abs/1812.04948, section 3.2), here through a filter, since a weave has directions.
    """

    def __init__(self, noise_channels: int, half: int, full: int) -> None:
        super().__init__()
        self.at_half = nn.Conv2d(noise_channels, half, 3, padding=1, bias=False)
        self.at_full = nn.Conv2d(noise_channels, full, 3, padding=1, bias=False)
        for layer in (self.at_half, self.at_full):
            nn.init.zeros_(layer.weight)

    def forward(self, noise: Tensor) -> tuple[Tensor, Tensor]:
        """n x noises x h x w to n x half x h / 2 x w / 2 and n x full x h x w."""
        return self.at_half(avg_pool2d(noise, 2)), self.at_full(noise)


class PixelNorm(nn.Module):
    """Root mean square over the channels at one pixel set to 1, then a gain and bias a channel (Karras 2018, 4.2)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(channels, 1, 1))
        self.bias = nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """n x c x h x w to the same."""
        return x * torch.rsqrt(x.square().mean(1, keepdim=True) + 1e-4) * self.gain + self.bias


class LocalResidualBlock(nn.Module):
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


class Bottleneck(nn.Module):
    """What is seen of the whole figure, down to a sixteenth of the size and back, each size added to the next.

    A U-Net's way (Ronneberger 2015, https://arxiv.org/abs/1505.04597).
    """

    def __init__(self, channels: int, blocks: int) -> None:
        super().__init__()
        self.down_eighth = nn.Conv2d(channels, channels, 3, stride=2, padding=1)
        self.down_sixteenth = nn.Conv2d(channels, channels, 3, stride=2, padding=1)
        self.there, self.back = LocalResidualBlock(channels), LocalResidualBlock(channels)
        self.blocks = nn.Sequential(*(LocalResidualBlock(channels) for _ in range(blocks)))

    def forward(self, x: Tensor) -> Tensor:
        """n x c x h x w at quarter size to the same."""
        eighth = self.there(relu(self.down_eighth(x)))
        sixteenth = self.blocks(relu(self.down_sixteenth(eighth)))
        return x + upsample_double(self.back(eighth + upsample_double(sixteenth)))


class RegionSpread(nn.Module):
    """What is found at one place of a region, told to all of it: each channel's maximum grows ``steps`` places far.

    In use it grows LARGER times as far, as pictures are larger than the crops that were learnt from.

    Growth ends where the picture has a dark line, so that what comes in from the page's border stays outside of a
    closed line, and a dab of colour fills the shape that it lies in: a flood fill (Smith 1979,
    https://doi.org/10.1145/965103.807456) that gradients pass.
    """

    def __init__(self, channels: int, steps: int) -> None:
        super().__init__()
        self.spread_steps = steps
        self.give, self.take = nn.Conv2d(channels, channels // 4, 1), nn.Conv2d(channels // 4, channels, 1)

    def forward(self, x: Tensor, openness: Tensor) -> tuple[Tensor, Tensor]:
        """n x c x h x w and how open each place is, n x 1 x h x w in 0..1, to the first's size; and what was spread."""
        carried = relu(self.give(x)).float() * openness  # a maximum is slower in bf16
        for _ in range(self.spread_steps * (1 if self.training else INFERENCE_SPREAD_FACTOR)):
            carried = torch.maximum(carried, openness * max_pool2d(carried, 3, 1, 1))
        return x + self.take(carried), carried


def compute_openness(photo: Tensor) -> Tensor:
    """Where a photo n x 3 x h x w has no dark line: n x 1 x h / 4 x w / 4 in 0..1. Colours are no lines."""
    lightest = photo.amax(1, keepdim=True)
    return (1 - 2 * max_pool2d(-lightest, 6, 4, 1)).clamp(0, 1)


class LocalGenerator(nn.Module):
    """n x 3 x h x w in -1..1 to the same; h and w multiples of ``multiple``.

    With ``noises``, as many channels of noise of deviation 1 follow the photo's three, and are laid on the way up.

    ``halo`` pixels of neighbourhood on each side decide a pixel: a picture's tiles with that much around them are
    equal to the whole. With far blocks or a spread there is none, and a picture is run whole; in use its border is then
    repeated BEYOND pixels outwards, or what a convolution takes for grey beyond it would be seen as a frame.
    """

    fixed_halo: ClassVar[None] = None
    palette: Tensor | None

    def __init__(self, options: LocalOptions = LocalOptions(), noise_channels: int = 0) -> None:
        super().__init__()
        full, half, quarter = options.channels
        self.skips = options.skips
        self.halo, self.multiple = options.halo, options.multiple
        self.enter = nn.Conv2d(3, full, 3, padding=1)
        self.down_half = nn.Conv2d(full, half, 3, stride=2, padding=1)
        self.down_quarter = nn.Conv2d(half, quarter, 3, stride=2, padding=1)
        self.output_range = 1 + options.headroom
        self.far = Bottleneck(quarter, options.far) if options.far else nn.Identity()
        self.blocks = nn.Sequential(*(LocalResidualBlock(quarter) for _ in range(options.blocks)))
        self.spread = RegionSpread(quarter, options.spread) if options.spread else None
        self.soften = BinomialBlur(quarter) if options.soft and not options.cells else nn.Identity()
        self.cells = options.cells
        if not options.cells:
            self.up_half = nn.Conv2d(quarter, half, 3, padding=1)
            self.up_full = nn.Conv2d(half, full, 3, padding=1)
            self.fine = nn.Sequential(*(LocalResidualBlock(half) for _ in range(options.fine)))
        self.laid = NoiseInjection(noise_channels, half, full) if noise_channels else None
        self.leave = nn.Conv2d(quarter if options.cells else full, options.palette or 3, 3, padding=1)
        self.register_buffer("palette", torch.rand(options.palette, 3) * 2 - 1 if options.palette else None)
        self.likeness = nn.Parameter(torch.ones(())) if options.palette else None
        # A choice has steps and no edges: they would be seen enlarged, where a picture is run whole.
        self.smooth = BinomialBlur(3) if options.palette and options.halo is None else None
        regions = self.spread is not None and options.palette > 0
        self.regional = nn.Conv2d(quarter // 4, options.palette, 1) if regions else None

    def forward(self, x: Tensor) -> Tensor:
        """n x 3 + noises x h x w to n x 3 x h x w."""
        if self.halo is not None or self.training:
            return self.apply_output_activation(self.predict_raw(x))
        whole = self.apply_output_activation(self.predict_raw(pad(x, (BORDER_PADDING,) * 4, mode="replicate")))
        whole = whole if self.smooth is None else self.smooth(whole)
        return whole[..., BORDER_PADDING:-BORDER_PADDING, BORDER_PADDING:-BORDER_PADDING]

    def apply_output_activation(self, raw: Tensor) -> Tensor:
        """What is drawn, n x 3 or the palette's colours x h x w, as a picture n x 3 x h x w."""
        if self.palette is None:
            return self.output_range * torch.tanh(raw)
        shares = torch.softmax((TRAINING_SHARPNESS if self.training else INFERENCE_SHARPNESS) * raw.float(), 1)
        return conv2d(shares, self.palette.T[:, :, None, None])

    def predict_raw(self, x: Tensor) -> Tensor:
        """n x 3 + noises x h x w to what is drawn, before it has colours."""
        photo, noise = x[:, :3], x[:, 3:]
        full = relu(self.enter(photo))
        half = relu(self.down_half(full))
        quarter, spread = self.run_blocks(self.far(relu(self.down_quarter(half))), photo)
        quarter = self.soften(quarter)
        if self.cells:
            return interpolate(self.leave(quarter), scale_factor=4.0, mode="nearest")
        half_laid, full_laid = self.laid(noise) if self.laid else (0, 0)
        half = relu(self.up_half(upsample_double(quarter)) + (half if self.skips else 0) + half_laid)
        half = self.fine(half)
        full = relu(self.up_full(upsample_double(half)) + (full if self.skips else 0) + full_laid)
        return self.leave(full) + self.compute_palette_logits(photo) + self.compute_region_logits(spread)

    def run_blocks(self, x: Tensor, photo: Tensor) -> tuple[Tensor, Tensor | None]:
        """The blocks on n x c x h x w; before the last of them, what was found spreads over the photo's regions."""
        if self.spread is None:
            return self.blocks(x), None
        told, spread = self.spread(self.blocks[:-1](x), compute_openness(photo))
        return self.blocks[-1](told), spread

    def compute_region_logits(self, spread: Tensor | None) -> Tensor | float:
        """What each region as a whole adds to its colours' logits: the same everywhere in it, so that paint is even."""
        if spread is None or self.regional is None:
            return 0.0
        return interpolate(self.regional(spread), scale_factor=4.0, mode="bilinear", align_corners=False)

    def compute_palette_logits(self, photo: Tensor) -> Tensor | float:
        """How near each colour of the palette is to the photo's own, n x colours x h x w, learnt how much that counts.

        Minus the squared distance, without what is the same for all colours.
        """
        if self.palette is None or self.likeness is None:
            return 0.0
        return self.likeness * conv2d(photo, 2 * self.palette[:, :, None, None], -self.palette.square().sum(1))


def upsample_double(x: Tensor) -> Tensor:
    """n x c x h x w to n x c x 2h x 2w, bilinear."""
    return interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
