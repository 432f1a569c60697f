"""pix2pix: pairs of photo and picture (Isola 2017, https://arxiv.org/abs/1611.07004).

    L_D = -E[log D(x, y)] - E[log(1 - D(x, G(x)))]        L_G = -E[log D(x, G(x))] + 100 E[|y - G(x)|]

The noise of G is dropout while learning. With one picture a batch the paper's batch norm is instance norm, which is
what is used.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import torch
from torch import Tensor

from ganvas.learn.methods.discriminator import AdversarialOptions
from ganvas.learn.methods.generator import OptimisationOptions
from ganvas.learn.methods.one_sided import OneSidedMethod
from ganvas.learn.methods.protocol import TrainingBatch
from ganvas.learn.nets.factory import DiscriminatorOptions, GeneratorOptions


def make_generator_options() -> GeneratorOptions:
    """The paper's: a U-Net with dropout."""
    return GeneratorOptions("unet", dropout=0.5)


def make_adversarial_options() -> AdversarialOptions:
    """The paper's: patches of 70 pixels, photo and picture together."""
    return AdversarialOptions(DiscriminatorOptions("patch70"), "vanilla")


@dataclass(frozen=True)
class Pix2PixOptions:
    """The two networks, how they learn, and the weight of the distance to the true picture."""

    generator: GeneratorOptions = field(default_factory=make_generator_options)
    adversary: AdversarialOptions = field(default_factory=make_adversarial_options)
    descent: OptimisationOptions = field(default_factory=OptimisationOptions)
    distance: float = 100.0


class Pix2PixMethod(OneSidedMethod):
    """Photo to picture, from pairs."""

    Options: ClassVar[type] = Pix2PixOptions
    discriminator_channels: ClassVar[int] = 6
    required_data: ClassVar[str] = "pairs"
    supported_generators: ClassVar[Sequence[str]] = ("unet", "resnet6", "resnet9", "local")
    supported_discriminators: ClassVar[Sequence[str]] = ("patch70", "patch16", "multi-scale", "projected")

    def __init__(self, options: Pix2PixOptions) -> None:
        super().__init__(options.generator, options.adversary, options.descent)
        self.loss_weights = {"distance": options.distance}

    def discriminator_input(self, batch: TrainingBatch, picture: Tensor) -> Tensor:
        """Photo and picture together; a projected discriminator looks at the picture alone."""
        return torch.cat([batch.source, picture], 1)

    def extra_losses(self, batch: TrainingBatch, output: Tensor) -> dict[str, Tensor]:
        """The mean absolute distance to the true picture."""
        return {"distance": (output.float() - batch.target).abs().mean()}
