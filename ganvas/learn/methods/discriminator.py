"""A discriminator with its objective, its regularisation and its optimiser."""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from ganvas.learn.losses.adversarial import (
    GAN_OBJECTIVES,
    ObjectiveName,
    compute_sign_accuracy,
    gradient_penalty,
    label_smoothing,
    r1_penalty,
)
from ganvas.learn.losses.basic import average_over_heads
from ganvas.learn.losses.diffaugment import AugmentationName, diff_augment
from ganvas.learn.methods.generator import OptimisationOptions, collect_states, restore_states
from ganvas.learn.methods.protocol import make_adam, step_optimizer
from ganvas.learn.nets.factory import DiscriminatorOptions, FeatureDiscriminator, build_discriminator


@dataclass(frozen=True, kw_only=True)
class RegularisationOptions:
    """What keeps a discriminator from learning the art by heart.

    ``smoothing``: art is labelled 1 - smoothing. ``r1``: weight of R1, applied each ``r1_every`` steps and as much
    stronger (Karras 2020, lazy regularisation). ``penalty``: weight of WGAN's. ``pool``: half of what the discriminator
    sees are old pictures out of so many (Shrivastava 2017, as CycleGAN uses it). ``changes`` and ``strength``:
    DiffAugment and its probability. ``aim``: where above 0, the strength is steered so that the discriminator is right
    that much (as ADA's r_t; Karras suggests 0.6), going from 0 to 1 within ``span`` pictures at most.
    """

    smoothing: float = 0.0
    r1: float = 0.0
    r1_every: int = 16
    penalty: float = 10.0
    pool: int = 0
    changes: tuple[AugmentationName, ...] = ()
    strength: float = 1.0
    aim: float = 0.0
    span: float = 20_000.0


@dataclass(frozen=True)
class AdversarialOptions(RegularisationOptions):
    """Which discriminator, what it learns, and its stabilisers."""

    discriminator: DiscriminatorOptions = field(default_factory=DiscriminatorOptions)
    objective: ObjectiveName = "least-squares"


class ImagePool:
    """Pictures that were made before. Half of the pictures asked are answered with an old one, which they replace."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.images: list[Tensor] = []

    def query(self, x: Tensor) -> Tensor:
        """n x c x h x w of new pictures to as many, some of them old."""
        return torch.stack([self.query_one(picture) for picture in x]) if self.size else x

    def query_one(self, picture: Tensor) -> Tensor:
        """This picture or an old one."""
        if len(self.images) < self.size:
            self.images.append(picture.detach().clone())
            return picture
        if torch.rand(()) < 0.5:
            return picture
        place = int(torch.randint(self.size, ()))
        old, self.images[place] = self.images[place], picture.detach().clone()
        return old

    def state_dict(self) -> dict[str, Any]:
        """The pictures."""
        return {"kept": list(self.images)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """The inverse of ``state_dict``."""
        self.images = list(state["kept"])


class DiscriminatorTrainer:
    """A discriminator and all that belongs to its learning; ``inputs`` is 6 where it is shown photo and picture."""

    def __init__(
        self,
        options: AdversarialOptions,
        optimisation: OptimisationOptions,
        in_channels: int = 3,
        network: nn.Module | None = None,
    ) -> None:
        self.options = options
        self.network = network or build_discriminator(options.discriminator, in_channels)
        self.network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        self.objective = GAN_OBJECTIVES[options.objective]
        self.optimizer = make_adam(self.network, optimisation.discriminator_rate, optimisation.betas)
        self.image_pool = ImagePool(options.pool)
        self.augmentation_strength = 0.0 if options.aim else options.strength

    def calibrate(self, art: Tensor) -> None:
        """Fix what is measured on art n x c x h x w before the first step."""
        if isinstance(self.network, FeatureDiscriminator):
            with torch.no_grad():
                self.network.calibrate(art)

    def compute_logits(self, x: Tensor) -> list[Tensor]:
        """Logits of x, changed by chance where the options say so."""
        return self.network(
            diff_augment(x, self.options.changes, self.augmentation_strength) if self.augmentation_strength else x
        )

    def compute_loss(self, real: Tensor, fake: Tensor, step: int) -> dict[str, Tensor]:
        """The discriminator's ``loss`` on art and on detached pictures, and what it thinks of both."""
        fake = self.image_pool.query(fake.detach())
        return self.compute_loss_from_logits((real, fake), (self.compute_logits(real), self.compute_logits(fake)), step)

    def compute_loss_from_logits(
        self, pictures: tuple[Tensor, Tensor], logits: tuple[list[Tensor], list[Tensor]], step: int
    ) -> dict[str, Tensor]:
        """The same by its logits of both: for who has them without showing the pictures again."""
        options, (real, fake), (seen, made) = self.options, pictures, logits
        loss = average_over_heads(self.objective.discriminator_loss, seen, made)
        loss = loss + average_over_heads(partial(label_smoothing, options.objective, smoothing=options.smoothing), seen)
        if options.objective == "wgan-gp":
            loss = loss + options.penalty * gradient_penalty(self.compute_logits, real, fake)
        if options.r1 and step % options.r1_every == 0:
            loss = loss + options.r1 * options.r1_every * r1_penalty(self.compute_logits, real)
        self.adapt_augmentation(compute_sign_accuracy(options.objective, seen, made), len(real))
        return {
            "loss": loss,
            "real": compute_mean_logit(seen),
            "fake": compute_mean_logit(made),
            **self.get_augmentation_log(),
        }

    def compute_generator_loss(self, fake: Tensor) -> Tensor:
        """The generator's loss on its pictures."""
        return self.compute_generator_loss_from_logits(self.compute_logits(fake))

    def compute_generator_loss_from_logits(self, logits: list[Tensor]) -> Tensor:
        """The same by the logits of its pictures."""
        return average_over_heads(self.objective.generator_loss, logits)

    @torch.no_grad()
    def evaluate_mean_logit(self, x: Tensor) -> float:
        """The mean logit of x, asked without learning anything from it."""
        self.network.eval()
        try:
            return float(compute_mean_logit(self.network(x)))
        finally:
            self.network.train()

    def adapt_augmentation(self, sign_accuracy: float, pictures: int) -> None:
        """Change more when the discriminator is surer than ``aim``, less when it is not."""
        if self.options.aim:
            way = 1 if sign_accuracy > self.options.aim else -1
            self.augmentation_strength = min(
                1.0, max(0.0, self.augmentation_strength + way * pictures / self.options.span)
            )

    def get_augmentation_log(self) -> dict[str, Tensor]:
        """The strength of the changes, where there are any."""
        return {"strength": torch.tensor(self.augmentation_strength)} if self.options.changes else {}

    def step_optimizer(self, rate_factor: float) -> None:
        """A step along the gradients."""
        step_optimizer(self.optimizer, rate_factor)

    def state_dict(self) -> dict[str, Any]:
        """Weights, the optimiser's state, the pool and the strength."""
        return {**collect_states(self.list_stateful_components()), "strength": self.augmentation_strength}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """The inverse of ``state_dict``."""
        restore_states(state, self.list_stateful_components())
        self.augmentation_strength = state["strength"]

    def list_stateful_components(self) -> dict[str, Any]:
        """What has a state."""
        return {"network": self.network, "optimizer": self.optimizer, "pool": self.image_pool}


def compute_mean_logit(logits: list[Tensor]) -> Tensor:
    """One figure for the log."""
    return average_over_heads(torch.mean, [head.detach() for head in logits])
