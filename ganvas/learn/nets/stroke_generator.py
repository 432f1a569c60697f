"""The stroke generator: a picture from a photo and its map of strokes.

Marks of a painter's size come with the map; what is learnt is their hue, relief and touch. The map is seen at the
entrance, and again at half and at full size on the way up, where bilinear steps would have lost its edges. Before
anything is learnt, the picture is the strokes in their own colours.
"""

from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, leaky_relu

from ganvas.learn.nets.local import BinomialBlur, LocalOptions, LocalResidualBlock, upsample_double
from ganvas.style.stroke_settings import STROKE_CHANNELS

BRIGHTEST = 0.97  # of the strokes' colours: the inverse of tanh ends at 1


class StrokeGenerator(nn.Module):
    """n x 3 + noises + STROKE_CHANNELS x h x w to n x 3 x h x w in -1..1; h and w multiples of ``multiple``.

    The photo's channels come first, then those of the noise, if any, then the strokes'. Of the options ``skips``,
    ``cells``, ``far``, ``spread`` and ``palette`` have no meaning here. As local as ``LocalGenerator``.
    """

    fixed_halo: ClassVar[None] = None

    def __init__(self, options: LocalOptions, noises: int = 0) -> None:
        super().__init__()
        full, half, quarter = options.channels
        self.halo, self.multiple = options.halo, options.multiple
        beside = noises + STROKE_CHANNELS
        self.enter = nn.Conv2d(3 + beside, full, 3, padding=1)
        self.down_half = nn.Conv2d(full, half, 3, stride=2, padding=1)
        self.down_quarter = nn.Conv2d(half, quarter, 3, stride=2, padding=1)
        self.blocks = nn.Sequential(*(LocalResidualBlock(quarter) for _ in range(options.blocks)))
        self.soften = BinomialBlur(quarter) if options.soft else nn.Identity()
        self.up_half = nn.Conv2d(quarter, half, 3, padding=1)
        self.up_full = nn.Conv2d(half, full, 3, padding=1)
        self.laid_half = nn.Conv2d(beside, half, 3, padding=1)
        self.laid_full = nn.Conv2d(beside, full, 3, padding=1)
        self.fine = nn.Sequential(*(LocalResidualBlock(half) for _ in range(options.fine)))
        self.last = nn.Conv2d(full, full, 3, padding=1)
        self.leave = nn.Conv2d(full, 3, 3, padding=1)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)  # pyright: ignore[reportArgumentType]

    def forward(self, x: Tensor) -> Tensor:
        """n x 3 + noises + STROKE_CHANNELS x h x w to n x 3 x h x w."""
        beside = x[:, 3:]
        own = x[:, -STROKE_CHANNELS : 3 - STROKE_CHANNELS].clamp(-BRIGHTEST, BRIGHTEST)
        quarter = bend(self.down_quarter(bend(self.down_half(bend(self.enter(x))))))
        quarter = self.soften(self.blocks(quarter))
        half = self.fine(bend(self.up_half(upsample_double(quarter)) + self.laid_half(avg_pool2d(beside, 2))))
        full = bend(self.up_full(upsample_double(half)) + self.laid_full(beside))
        full = full + bend(self.last(full))
        return torch.tanh(self.leave(full) + 0.5 * (torch.log(1 + own) - torch.log(1 - own)))


def bend(x: Tensor) -> Tensor:
    """A leaky ReLU: a plain one may die while the palette is learnt fast, and nothing would be left but the strokes."""
    return leaky_relu(x, 0.1)
