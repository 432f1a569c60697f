"""Losses: adversarial objectives, content, colour.

An objective is a pair of functions on logits (never on probabilities: a sigmoid before the logarithm loses the
gradient just where the discriminator is sure).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, cross_entropy, pad, relu, softplus

RIM_RADIUS = 8  # pixels: how far a rim is looked for
SIMILARITY_SIGMA = 0.15  # of -1..1: colours that are no farther apart are alike


@dataclass(frozen=True)
class GanObjective:
    """``discriminate(real, fake)`` is what the discriminator brings down, ``generate(fake)`` the generator."""

    discriminator_loss: Callable[[Tensor, Tensor], Tensor]
    generator_loss: Callable[[Tensor], Tensor]


LOGIT_OBJECTIVES: dict[str, GanObjective] = {
    # Goodfellow 2014, https://arxiv.org/abs/1406.2661, section 3: the non-saturating pair.
    "vanilla": GanObjective(
        lambda real, fake: softplus(-real).mean() + softplus(fake).mean(),
        lambda fake: softplus(-fake).mean(),
    ),
    # Mao 2017, https://arxiv.org/abs/1611.04076, with a = 0, b = c = 1.
    "least-squares": GanObjective(
        lambda real, fake: (real - 1).square().mean() + fake.square().mean(),
        lambda fake: (fake - 1).square().mean(),
    ),
    # Lim and Ye 2017, https://arxiv.org/abs/1705.02894.
    "hinge": GanObjective(
        lambda real, fake: relu(1 - real).mean() + relu(1 + fake).mean(),
        lambda fake: -fake.mean(),
    ),
}


def average_over_heads(loss: Callable[..., Tensor], *logits: Sequence[Tensor]) -> Tensor:
    """The mean of a loss over a discriminator's heads, each head as weighty as the next, in float32."""
    return torch.stack([loss(*(head.float() for head in heads)) for heads in zip(*logits, strict=True)]).mean()


def content_loss(features: Tensor, target_features: Tensor) -> Tensor:
    """Mean absolute difference of two n x c x h x w feature maps, in units of the wanted one's mean size."""
    return (features.float() - target_features.float()).abs().mean() / target_features.float().abs().mean().clamp_min(
        1e-3
    )


def weighted_l1_loss(picture: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Mean absolute difference of n x 3 x h x w each, pixels weighed by n x h x w."""
    return ((picture.float() - target).abs().mean(1) * weight).mean()


def palette_cross_entropy(logits: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """How unlikely the wanted colours n x h x w are by logits n x colours x h x w, pixels weighed by n x h x w."""
    of_pixels = logits.float().permute(0, 2, 3, 1).flatten(0, 2)  # as it lies in memory: twice as quick
    return (cross_entropy(of_pixels, target.flatten(), reduction="none") * weight.flatten()).mean()


def colour_loss(picture: Tensor, photo: Tensor, cell: int, margins: tuple[float, float]) -> Tensor:
    """How far cells of ``cell`` pixels are from the photo's in lightness and in tint, beyond the two margins.

    n x 3 x h x w each, in -1..1. Lightness is the mean of the three channels, tint what they differ from it. The
    margins are the palette's freedom: within them the art decides, beyond them the photo does.
    """
    apart = avg_pool2d(picture.float(), cell) - avg_pool2d(photo.float(), cell)
    light = apart.mean(1, keepdim=True)
    beyond = [relu(part.abs() - margin).mean() for part, margin in zip((light, apart - light), margins, strict=True)]
    return beyond[0] + beyond[1]


def rims_loss(picture: Tensor, photo: Tensor) -> Tensor:
    """How much paler a picture is along edges than where its photo has the same colour a little farther from them.

    n x 3 x h x w each, in -1..1. Each place is held against the mean of the picture over the places nearby that look
    like it in the photo (the weights of the joint bilateral filter: Petschnigg 2004, https://doi.org/10.1145/1015706.1015777),
    each channel by itself, and weighs as much as there are others nearby that do not. Darker is no fault: contours are.
    """
    height, width = photo.shape[2:]
    steps = range(-RIM_RADIUS, RIM_RADIUS + 1, RIM_RADIUS // 2)
    shifts = [(y, x) for y in steps for x in steps if (y, x) != (0, 0)]
    picture = picture.float()
    around = pad(torch.cat([photo, picture], 1), (RIM_RADIUS,) * 4, mode="replicate")
    alike = photo.new_full((len(photo), 1, height, width), 1e-3)
    total = alike * picture
    for y, x in shifts:
        there = around[:, :, RIM_RADIUS + y : RIM_RADIUS + y + height, RIM_RADIUS + x : RIM_RADIUS + x + width]
        weight = torch.exp((there[:, :3] - photo).square().sum(1, keepdim=True) / -(2 * SIMILARITY_SIGMA**2))
        alike = alike + weight
        total = total + weight * there[:, 3:]
    edge = (1 - alike / len(shifts)).clamp(0, 1)
    return (relu(picture - total / alike) * edge).mean()
