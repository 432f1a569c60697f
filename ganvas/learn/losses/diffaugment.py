"""DiffAugment: the same changes to art and picture before the discriminator, gradients passing through.

Zhao 2020, https://arxiv.org/abs/2006.10738; that each picture is changed with a probability, and how it is steered by
the discriminator's overfitting, is Karras 2020, https://arxiv.org/abs/2006.06676, section 3. Knows tensors only.
"""

from collections.abc import Callable, Sequence
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import pad

AugmentationName = Literal["colour", "translation", "cutout"]


def diff_augment(x: Tensor, augmentations: Sequence[AugmentationName], probability: float) -> Tensor:
    """n x c x h x w with c a multiple of 3, each picture changed with probability ``strength`` (0 to 1) in each way."""
    for change in augmentations:
        chosen = torch.rand(len(x), 1, 1, 1) < probability
        x = torch.where(chosen, AUGMENTATIONS[change](x), x)
    return x


def jitter_colour(x: Tensor) -> Tensor:
    """Brightness +- 0.5, saturation times 0 to 2, contrast times 0.5 to 1.5; a pair stays one."""
    n, c, h, w = x.shape
    x = x.reshape(n, c // 3, 3, h, w)
    x = x + torch.rand(n, 1, 1, 1, 1) - 0.5
    grey = x.mean(2, keepdim=True)
    x = (x - grey) * (torch.rand(n, 1, 1, 1, 1) * 2) + grey
    middle = x.mean((2, 3, 4), keepdim=True)
    x = (x - middle) * (torch.rand(n, 1, 1, 1, 1) + 0.5) + middle
    return x.reshape(n, c, h, w)


def translate_randomly(x: Tensor) -> Tensor:
    """Move by up to an eighth of the size; what comes in is 0."""
    n, c, h, w = x.shape
    down, right = max(1, h // 8), max(1, w // 8)
    rows = torch.randint(0, 2 * down + 1, (n, 1)) + torch.arange(h)
    columns = torch.randint(0, 2 * right + 1, (n, 1)) + torch.arange(w)
    padded = pad(x, (right, right, down, down))
    picture = torch.arange(n)[:, None, None, None]
    return padded[picture, torch.arange(c)[None, :, None, None], rows[:, None, :, None], columns[:, None, None, :]]


def cut_out_square(x: Tensor) -> Tensor:
    """A square of half the size, at a random place, set to 0."""
    n, _, h, w = x.shape
    rows = (torch.arange(h) - torch.randint(0, h, (n, 1))).abs() < h // 4
    columns = (torch.arange(w) - torch.randint(0, w, (n, 1))).abs() < w // 4
    return x * ~(rows[:, None, :, None] & columns[:, None, None, :])


AUGMENTATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "colour": jitter_colour,
    "translation": translate_randomly,
    "cutout": cut_out_square,
}
