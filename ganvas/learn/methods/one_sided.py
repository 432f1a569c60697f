"""One generator against one discriminator: what DCGAN, pix2pix, CUT and the paired house method share.

Knows the order of the two steps, accumulation and the average; what is painted, what is shown to the discriminator
and which further losses hold the picture is said by the method.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from ganvas.learn.methods.discriminator import AdversarialOptions, DiscriminatorTrainer
from ganvas.learn.methods.generator import (
    GeneratorTrainer,
    OptimisationOptions,
    collect_states,
    restore_states,
    set_frozen,
    split_batch,
)
from ganvas.learn.methods.protocol import TrainedGenerator, TrainingBatch, step_optimizer
from ganvas.learn.nets.factory import GeneratorOptions, build_generator
from ganvas.learn.training.precision import Precision, autocast


class OneSidedMethod:
    """A method with one generator; ``weights`` by the names of its losses."""

    discriminator_channels: ClassVar[int] = 3
    precision: Precision = "fp32"

    def __init__(
        self,
        generator: GeneratorOptions,
        adversarial: AdversarialOptions,
        optimisation: OptimisationOptions,
        discriminator: nn.Module | None = None,
    ) -> None:
        self.optimisation = optimisation
        self.generator_trainer = GeneratorTrainer(build_generator(generator), optimisation)
        self.discriminator_trainer = DiscriminatorTrainer(
            adversarial, optimisation, self.discriminator_channels, discriminator
        )
        self.loss_weights: Mapping[str, float] = {}

    def calibrate(self, batches: Sequence[TrainingBatch]) -> None:
        """Show the discriminator some art."""
        self.discriminator_trainer.calibrate(
            torch.cat([self.discriminator_input(batch, batch.target) for batch in batches])
        )

    def generate_for_training(self, batch: TrainingBatch) -> Tensor:
        """The live generator's pictures n x 3 x h x w."""
        return self.generator_trainer.network(batch.source)

    def discriminator_input(self, batch: TrainingBatch, picture: Tensor) -> Tensor:
        """What the discriminator is shown of a picture: n x inputs x h x w."""
        return picture

    def forward(self, batch: TrainingBatch) -> Any:
        """A picture with what several losses share of it; a method that shares nothing has the picture alone."""
        return self.generate_for_training(batch)

    def discriminator_loss(self, batch: TrainingBatch, output: Any) -> dict[str, Tensor]:
        """The discriminator's ``loss`` on the batch's art and on an attempt, and what it thinks of both."""
        art, fake = self.discriminator_input(batch, batch.target), self.discriminator_input(batch, output.detach())
        return self.discriminator_trainer.compute_loss(art, fake, batch.step)

    def adversarial_loss(self, batch: TrainingBatch, output: Any) -> Tensor:
        """The generator's adversarial loss on an attempt."""
        return self.discriminator_trainer.compute_generator_loss(self.discriminator_input(batch, output))

    def extra_losses(self, batch: TrainingBatch, output: Any) -> dict[str, Tensor]:
        """The generator's losses beside the adversarial one, before their weights."""
        return {}

    @property
    def uses_discriminator(self) -> bool:
        """Whether the generator learns from the discriminator at all, which it does unless a control leaves it out."""
        return self.loss_weights.get("adversarial", 1.0) != 0

    def train_step(self, batch: TrainingBatch, rate_factor: float) -> dict[str, Tensor]:
        """One step of the discriminator, unless nobody hears it, then one of the generator."""
        parts = split_batch(batch, self.optimisation.accumulate)
        with autocast(self.precision):
            fakes, told = (
                self.train_discriminator(parts, rate_factor)
                if self.uses_discriminator
                else ([self.forward(one) for one in parts], {})
            )
            told |= self.train_generator(parts, fakes, rate_factor)
        self.generator_trainer.update_ema(len(batch.source), batch.step)
        return told

    def train_discriminator(
        self, micro_batches: Sequence[TrainingBatch], rate_factor: float
    ) -> tuple[list[Any], dict[str, Tensor]]:
        """Art should be told from pictures. Returns the attempts, with their graph where there is but one part."""
        fakes: list[Any] = []
        told: list[dict[str, Tensor]] = []
        for part in micro_batches:
            with torch.set_grad_enabled(len(micro_batches) == 1):
                fakes.append(self.forward(part))
            learnt = self.discriminator_loss(part, fakes[-1])
            (learnt["loss"] / len(micro_batches)).backward()
            told.append({"discriminator": learnt.pop("loss").detach(), **learnt})
        self.discriminator_trainer.step_optimizer(rate_factor)
        return fakes, average_losses(told)

    def train_generator(
        self, micro_batches: Sequence[TrainingBatch], outputs: Sequence[Any], rate_factor: float
    ) -> dict[str, Tensor]:
        """Pictures should be taken for art, and hold what ``terms`` asks."""
        told: list[dict[str, Tensor]] = []
        set_frozen([self.discriminator_trainer.network], True)
        for part, fake in zip(micro_batches, outputs, strict=True):
            made = fake if len(micro_batches) == 1 else self.forward(part)
            deceived = {"adversarial": self.adversarial_loss(part, made)} if self.uses_discriminator else {}
            losses = {**deceived, **self.extra_losses(part, made)}
            total = torch.stack([self.loss_weights.get(name, 1.0) * loss for name, loss in losses.items()]).sum()
            (total / len(micro_batches)).backward()
            told.append({name: loss.detach() for name, loss in losses.items()})
        set_frozen([self.discriminator_trainer.network], False)
        for optimizer in self.list_generator_optimizers():
            step_optimizer(optimizer, rate_factor, self.optimisation.clip)
        return average_losses(told)

    def list_generator_optimizers(self) -> list[torch.optim.Optimizer]:
        """Those of the generator's side."""
        return [self.generator_trainer.optimizer]

    def generate(self, batch: TrainingBatch) -> Tensor:
        """What the average makes of the photos."""
        return self.generator_trainer.generate(batch.source)

    def compute_mean_logits(self, batch: TrainingBatch) -> dict[str, float]:
        """The mean logit of the batch's art and of the pictures made of its photos, for the doctor."""
        art = self.discriminator_trainer.evaluate_mean_logit(self.discriminator_input(batch, batch.target))
        made = self.discriminator_trainer.evaluate_mean_logit(self.discriminator_input(batch, self.generate(batch)))
        return {"real": art, "fake": made}

    def list_generators(self) -> list[TrainedGenerator]:
        """The averaged generator."""
        return [make_trained_generator(self.generator_trainer)]

    def list_stateful_components(self) -> dict[str, Any]:
        """What has a state."""
        return {"maker": self.generator_trainer, "adversary": self.discriminator_trainer}

    def state_dict(self) -> dict[str, Any]:
        """All that a resumed run needs."""
        return collect_states(self.list_stateful_components())

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """The inverse of ``state_dict``."""
        restore_states(state, self.list_stateful_components())


def make_trained_generator(trainer: GeneratorTrainer, suffix: str = "") -> TrainedGenerator:
    """A maker's averaged generator for export."""
    generator = trainer.ema_generator
    product = TrainedGenerator(generator, halo=generator.halo, multiple=generator.multiple, suffix=suffix)
    return replace(product, fixed_halo=generator.fixed_halo)


def average_losses(losses: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """The means over the parts of a batch."""
    return {name: torch.stack([one[name].float() for one in losses]).mean() for name in losses[0]}
