"""pix2pix: pairs of photo and picture (Isola 2017, https://arxiv.org/abs/1611.07004). Knows no unpaired data.

    L_D = -E[log D(x, y)] - E[log(1 - D(x, G(x)))]        L_G = -E[log D(x, G(x))] + 100 E[|y - G(x)|]

The noise of G is dropout while learning. With one picture a batch the paper's batch norm is instance norm, which is
what is used.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import torch
from torch import Tensor

from ganvas.learn.adversary import AdversaryOptions
from ganvas.learn.maker import DescentOptions
from ganvas.learn.method import Batch
from ganvas.learn.nets.choice import DiscriminatorOptions, GeneratorOptions
from ganvas.learn.onesided import OneSided


def generator() -> GeneratorOptions:
    """The paper's: a U-Net with dropout."""
    return GeneratorOptions("unet", dropout=0.5)


def adversary() -> AdversaryOptions:
    """The paper's: patches of 70 pixels, photo and picture together."""
    return AdversaryOptions(DiscriminatorOptions("patch70"), "vanilla")


@dataclass(frozen=True)
class Pix2pixOptions:
    """The two networks, how they learn, and the weight of the distance to the true picture."""

    generator: GeneratorOptions = field(default_factory=generator)
    adversary: AdversaryOptions = field(default_factory=adversary)
    descent: DescentOptions = field(default_factory=DescentOptions)
    distance: float = 100.0


class Pix2pix(OneSided):
    """Photo to picture, from pairs."""

    Options: ClassVar[type] = Pix2pixOptions
    inputs: ClassVar[int] = 6
    needs: ClassVar[str] = "pairs"
    generators: ClassVar[Sequence[str]] = ("unet", "resnet6", "resnet9", "local")
    discriminators: ClassVar[Sequence[str]] = ("patch70", "patch16", "multi-scale", "projected")

    def __init__(self, options: Pix2pixOptions) -> None:
        super().__init__(options.generator, options.adversary, options.descent)
        self.weights = {"distance": options.distance}

    def shown(self, batch: Batch, picture: Tensor) -> Tensor:
        """Photo and picture together; a projected discriminator looks at the picture alone."""
        return torch.cat([batch.source, picture], 1)

    def terms(self, batch: Batch, fake: Tensor) -> dict[str, Tensor]:
        """The mean absolute distance to the true picture."""
        return {"distance": (fake.float() - batch.target).abs().mean()}
