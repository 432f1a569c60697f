"""DCGAN: noise to pictures (Radford 2015, https://arxiv.org/abs/1511.06434). Knows no photos.

    L_D = -E[log D(x)] - E[log(1 - D(G(z)))]        L_G = -E[log D(G(z))]

with D a sigmoid of the logit, z from N(0, 1). Both networks learn in turn, from logits.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from torch import Tensor

from ganvas.learn.adversary import AdversaryOptions
from ganvas.learn.maker import DescentOptions
from ganvas.learn.method import Batch, Product
from ganvas.learn.nets.choice import DiscriminatorOptions, GeneratorOptions
from ganvas.learn.nets.dcgan import noise
from ganvas.learn.onesided import OneSided


def generator() -> GeneratorOptions:
    """The paper's, at 64 pixels."""
    return GeneratorOptions("dcgan", norm="batch")


def adversary() -> AdversaryOptions:
    """The paper's, at 64 pixels."""
    return AdversaryOptions(DiscriminatorOptions("dcgan", norm="batch"), "vanilla")


@dataclass(frozen=True)
class DcganOptions:
    """The two networks and how they learn; the crop of the data is the size of the pictures: 28, 64 or 128."""

    generator: GeneratorOptions = field(default_factory=generator)
    adversary: AdversaryOptions = field(default_factory=adversary)
    descent: DescentOptions = field(default_factory=DescentOptions)


class Dcgan(OneSided):
    """Noise to pictures."""

    Options: ClassVar[type] = DcganOptions
    needs: ClassVar[str] = "target"
    generators: ClassVar[Sequence[str]] = ("dcgan",)
    discriminators: ClassVar[Sequence[str]] = ("dcgan", "patch16", "projected")

    def __init__(self, options: DcganOptions) -> None:
        super().__init__(options.generator, options.adversary, options.descent)
        self.codes = options.generator.noise

    def paint(self, batch: Batch) -> Tensor:
        """As many pictures as the batch has, from new noise."""
        return self.maker.live(noise(len(batch.target), self.codes))

    def picture(self, batch: Batch) -> Tensor:
        """As many pictures as the batch has, by the average."""
        return self.maker.picture(noise(len(batch.target), self.codes))

    def products(self) -> list[Product]:
        """A sampler."""
        return [Product(self.maker.generator, kind="sampler", inputs=self.codes)]
