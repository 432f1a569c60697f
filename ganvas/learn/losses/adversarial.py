"""Regularisation of discriminators: R1, WGAN's gradient penalty, label smoothing."""

from collections.abc import Callable, Sequence
from typing import Literal

import torch
from torch import Tensor

from ganvas.learn.losses.basic import LOGIT_OBJECTIVES, GanObjective, average_over_heads
from ganvas.learn.training.precision import autocast

ObjectiveName = Literal["vanilla", "least-squares", "hinge", "wgan-gp"]
Discriminator = Callable[[Tensor], Sequence[Tensor]]

GAN_OBJECTIVES: dict[str, GanObjective] = {
    **LOGIT_OBJECTIVES,
    # Gulrajani 2017, https://arxiv.org/abs/1704.00028; its penalty is ``slope_from_one``.
    "wgan-gp": GanObjective(lambda real, fake: fake.mean() - real.mean(), lambda fake: -fake.mean()),
}
# The logit between real and fake, for counting what a discriminator gets right.
DECISION_LOGITS = {"vanilla": 0.0, "least-squares": 0.5, "hinge": 0.0, "wgan-gp": 0.0}


def label_smoothing(objective: ObjectiveName, real: Tensor, smoothing: float) -> Tensor:
    """What is added to the discriminator's loss so that art is labelled 1 - smoothing (Salimans 2016, section 3.4).

    One-sided: pictures of the generator stay labelled 0. Only objectives with labels have it.
    """
    if not smoothing:
        return real.new_zeros(())
    if objective == "least-squares":
        return (real - 1 + smoothing).square().mean() - (real - 1).square().mean()
    return smoothing * real.mean()  # vanilla: softplus(x) - softplus(-x) = x


def r1_penalty(discriminator: Discriminator, real: Tensor) -> Tensor:
    """Half the squared slope of the logits at art (Mescheder 2018, arxiv.org/abs/1801.04406, equation 9)."""
    return compute_gradient_norms(discriminator, real).square().mean() / 2


def gradient_penalty(discriminator: Discriminator, real: Tensor, fake: Tensor) -> Tensor:
    """How far slopes between art and picture are from 1, squared (Gulrajani 2017, equation 3)."""
    count = min(len(real), len(fake))
    share = torch.rand(count, 1, 1, 1)
    return (
        (compute_gradient_norms(discriminator, torch.lerp(real[:count].float(), fake[:count].float(), share)) - 1)
        .square()
        .mean()
    )


def compute_gradient_norms(discriminator: Discriminator, x: Tensor) -> Tensor:
    """The length of the gradient of each picture's mean logit, in float32: n."""
    with autocast("fp32"):
        x = x.detach().float().requires_grad_(True)
        score = torch.stack([head.float().mean((1, 2, 3)) for head in discriminator(x)]).mean(0)
        (slope,) = torch.autograd.grad(score.sum(), x, create_graph=True)
        return (slope.square().sum((1, 2, 3)) + 1e-12).sqrt()


def compute_sign_accuracy(objective: ObjectiveName, real: Sequence[Tensor], fake: Sequence[Tensor]) -> float:
    """How much more often art is scored above the middle than pictures are: 1 sure and right, 0 guessing."""
    middle = DECISION_LOGITS[objective]
    with torch.no_grad():
        up = average_over_heads(torch.mean, [(logits > middle).float() for logits in real])
        down = average_over_heads(torch.mean, [(logits > middle).float() for logits in fake])
    return float(up - down)
