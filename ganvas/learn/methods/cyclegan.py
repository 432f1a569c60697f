"""CycleGAN: both directions, unpaired (Zhu 2017, https://arxiv.org/abs/1703.10593).

    L_G = E[(D_y(G(x)) - 1)^2] + E[(D_x(F(y)) - 1)^2]
        + cycle * (|F(G(x)) - x| + |G(F(y)) - y|) + identity * cycle * (|G(y) - y| + |F(x) - x|)

Both generators are given away: the style, and its reverse under the name NAME-reverse.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import torch
from torch import Tensor

from ganvas.learn.methods.discriminator import AdversarialOptions, DiscriminatorTrainer
from ganvas.learn.methods.generator import (
    GeneratorTrainer,
    OptimisationOptions,
    collect_states,
    restore_states,
    set_frozen,
    split_batch,
)
from ganvas.learn.methods.one_sided import average_losses, make_trained_generator
from ganvas.learn.methods.protocol import TrainedGenerator, TrainingBatch, step_optimizer
from ganvas.learn.nets.factory import GeneratorOptions, build_generator
from ganvas.learn.training.precision import Precision, autocast


@dataclass(frozen=True)
class CycleGanOptions:
    """The networks (two of each), how they learn, and the weights; ``identity`` is relative to ``cycle``."""

    generator: GeneratorOptions = field(default_factory=GeneratorOptions)
    adversary: AdversarialOptions = field(default_factory=lambda: AdversarialOptions(pool=50))
    descent: OptimisationOptions = field(default_factory=OptimisationOptions)
    cycle: float = 10.0
    identity: float = 0.5


class CycleGanMethod:
    """Two generators and two discriminators."""

    Options: ClassVar[type] = CycleGanOptions
    precision: Precision = "fp32"
    required_data: ClassVar[str] = "both"
    supported_generators: ClassVar[Sequence[str]] = ("resnet9", "resnet6", "unet", "local")
    supported_discriminators: ClassVar[Sequence[str]] = ("patch70", "patch16", "multi-scale", "projected")

    def __init__(self, options: CycleGanOptions) -> None:
        self.options = options
        self.loss_weights = {"cycle": options.cycle, "identity": options.cycle * options.identity}
        self.photo_to_art, self.art_to_photo = (
            GeneratorTrainer(build_generator(options.generator), options.descent) for _ in range(2)
        )
        self.art_discriminator, self.photo_discriminator = (
            DiscriminatorTrainer(options.adversary, options.descent) for _ in range(2)
        )

    def calibrate(self, batches: Sequence[TrainingBatch]) -> None:
        """Show each discriminator its side."""
        self.art_discriminator.calibrate(torch.cat([batch.target for batch in batches]))
        self.photo_discriminator.calibrate(torch.cat([batch.source for batch in batches]))

    def train_step(self, batch: TrainingBatch, rate_factor: float) -> dict[str, Tensor]:
        """Generators first, then discriminators, as the paper's code has it."""
        parts = split_batch(batch, self.options.descent.accumulate)
        with autocast(self.precision):
            fakes, told = self.train_generators(parts, rate_factor)
            told |= self.train_discriminators(parts, fakes, rate_factor)
        for maker in (self.photo_to_art, self.art_to_photo):
            maker.update_ema(len(batch.source), batch.step)
        return told

    def train_generators(
        self, micro_batches: Sequence[TrainingBatch], rate_factor: float
    ) -> tuple[list[tuple[Tensor, Tensor]], dict[str, Tensor]]:
        """Both ways and back again. Returns the pictures of both ways."""
        fakes: list[tuple[Tensor, Tensor]] = []
        told: list[dict[str, Tensor]] = []
        set_frozen([self.art_discriminator.network, self.photo_discriminator.network], True)
        for part in micro_batches:
            art, photo = self.photo_to_art.network(part.source), self.art_to_photo.network(part.target)
            losses = self.compute_generator_losses(part, art, photo)
            total = torch.stack([self.loss_weights.get(name, 1.0) * loss for name, loss in losses.items()]).sum()
            (total / len(micro_batches)).backward()
            fakes.append((art.detach(), photo.detach()))
            told.append({name: loss.detach() for name, loss in losses.items()})
        set_frozen([self.art_discriminator.network, self.photo_discriminator.network], False)
        for maker in (self.photo_to_art, self.art_to_photo):
            step_optimizer(maker.optimizer, rate_factor)
        return fakes, average_losses(told)

    def compute_generator_losses(self, batch: TrainingBatch, fake_art: Tensor, fake_photo: Tensor) -> dict[str, Tensor]:
        """The generators' losses on both pictures, before their weights."""
        there, back = self.photo_to_art.network, self.art_to_photo.network
        told = {
            "adversarial": self.art_discriminator.compute_generator_loss(fake_art)
            + self.photo_discriminator.compute_generator_loss(fake_photo),
            "cycle": compute_l1_loss(back(fake_art), batch.source) + compute_l1_loss(there(fake_photo), batch.target),
        }
        if self.options.identity:
            told["identity"] = compute_l1_loss(there(batch.target), batch.target) + compute_l1_loss(
                back(batch.source), batch.source
            )
        return told

    def train_discriminators(
        self, micro_batches: Sequence[TrainingBatch], fakes: Sequence[tuple[Tensor, Tensor]], rate_factor: float
    ) -> dict[str, Tensor]:
        """Each side's true pictures should be told from made ones."""
        told: list[dict[str, Tensor]] = []
        for part, (art, photo) in zip(micro_batches, fakes, strict=True):
            of_art = self.art_discriminator.compute_loss(part.target, art, part.step)
            of_photos = self.photo_discriminator.compute_loss(part.source, photo, part.step)
            # Half of each: the paper slows the discriminators down.
            loss = (of_art["loss"] + of_photos["loss"]) / 2
            (loss / len(micro_batches)).backward()
            told.append({"discriminator": loss.detach(), "real": of_art["real"], "fake": of_art["fake"]})
        for adversary in (self.art_discriminator, self.photo_discriminator):
            adversary.step_optimizer(rate_factor)
        return {**average_losses(told), **self.art_discriminator.get_augmentation_log()}

    def generate(self, batch: TrainingBatch) -> Tensor:
        """What the average makes of the photos."""
        return self.photo_to_art.generate(batch.source)

    def compute_mean_logits(self, batch: TrainingBatch) -> dict[str, float]:
        """The mean logit of the batch's art and of the pictures made of its photos, for the doctor."""
        return {
            "real": self.art_discriminator.evaluate_mean_logit(batch.target),
            "fake": self.art_discriminator.evaluate_mean_logit(self.generate(batch)),
        }

    def list_generators(self) -> list[TrainedGenerator]:
        """Both directions."""
        return [make_trained_generator(self.photo_to_art), make_trained_generator(self.art_to_photo, "-reverse")]

    def list_stateful_components(self) -> dict[str, Any]:
        """What has a state."""
        return {
            "there": self.photo_to_art,
            "back": self.art_to_photo,
            "of_art": self.art_discriminator,
            "of_photos": self.photo_discriminator,
        }

    def state_dict(self) -> dict[str, Any]:
        """All that a resumed run needs."""
        return collect_states(self.list_stateful_components())

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """The inverse of ``state_dict``."""
        restore_states(state, self.list_stateful_components())


def compute_l1_loss(picture: Tensor, target: Tensor) -> Tensor:
    """The mean absolute difference, in float32."""
    return (picture.float() - target).abs().mean()
