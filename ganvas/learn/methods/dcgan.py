"""DCGAN: noise to pictures (Radford 2015, https://arxiv.org/abs/1511.06434).

    L_D = -E[log D(x)] - E[log(1 - D(G(z)))]        L_G = -E[log D(G(z))]

with D a sigmoid of the logit, z from N(0, 1). Both networks learn in turn, from logits.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from torch import Tensor

from ganvas.learn.methods.discriminator import AdversarialOptions
from ganvas.learn.methods.generator import OptimisationOptions
from ganvas.learn.methods.one_sided import OneSidedMethod
from ganvas.learn.methods.protocol import TrainedGenerator, TrainingBatch
from ganvas.learn.nets.dcgan import sample_latents
from ganvas.learn.nets.factory import DiscriminatorOptions, GeneratorOptions


def make_generator_options() -> GeneratorOptions:
    """The paper's, at 64 pixels."""
    return GeneratorOptions("dcgan", norm="batch")


def make_adversarial_options() -> AdversarialOptions:
    """The paper's, at 64 pixels."""
    return AdversarialOptions(DiscriminatorOptions("dcgan", norm="batch"), "vanilla")


@dataclass(frozen=True)
class DcganOptions:
    """The two networks and how they learn; the crop of the data is the size of the pictures: 28, 64 or 128."""

    generator: GeneratorOptions = field(default_factory=make_generator_options)
    adversary: AdversarialOptions = field(default_factory=make_adversarial_options)
    descent: OptimisationOptions = field(default_factory=OptimisationOptions)


class DcganMethod(OneSidedMethod):
    """Noise to pictures."""

    Options: ClassVar[type] = DcganOptions
    required_data: ClassVar[str] = "target"
    supported_generators: ClassVar[Sequence[str]] = ("dcgan",)
    supported_discriminators: ClassVar[Sequence[str]] = ("dcgan", "patch16", "projected")

    def __init__(self, options: DcganOptions) -> None:
        super().__init__(options.generator, options.adversary, options.descent)
        self.latent_size = options.generator.noise

    def generate_for_training(self, batch: TrainingBatch) -> Tensor:
        """As many pictures as the batch has, from new noise."""
        return self.generator_trainer.network(sample_latents(len(batch.target), self.latent_size))

    def generate(self, batch: TrainingBatch) -> Tensor:
        """As many pictures as the batch has, by the average."""
        return self.generator_trainer.generate(sample_latents(len(batch.target), self.latent_size))

    def list_generators(self) -> list[TrainedGenerator]:
        """A sampler."""
        return [TrainedGenerator(self.generator_trainer.ema_generator, kind="sampler", latent_size=self.latent_size)]
