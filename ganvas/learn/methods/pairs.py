"""The house method for pairs: the local generator, features, a projected discriminator. Knows no unpaired data.

    L_G = distance * |y - G(x)| + likeness * |f(y) - f(G(x))| + adversarial * E[(D(f(G(x))) - 1)^2]

with f frozen features: likeness makes small networks draw what belongs there before the discriminator is any good,
so it is quick on a processor; its tiles equal the whole, as the house method's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import torch
from torch import Tensor

from ganvas.learn.adversary import AdversaryOptions
from ganvas.learn.losses import content
from ganvas.learn.maker import DescentOptions
from ganvas.learn.method import Batch
from ganvas.learn.nets.choice import DiscriminatorOptions, GeneratorOptions
from ganvas.learn.nets.features import Features
from ganvas.learn.nets.local import LocalOptions
from ganvas.learn.nets.projected import look
from ganvas.learn.onesided import OneSided


def adversary() -> AdversaryOptions:
    """Heads on features, as in the house method."""
    return AdversaryOptions(DiscriminatorOptions("projected"))


def descent() -> DescentOptions:
    """Faster than the classics, with an average."""
    return DescentOptions(1e-3, 5e-4, (0.5, 0.99), half_life=2000.0)


@dataclass(frozen=True)
class PairsOptions:
    """The two networks, how they learn, and the weights; ``like`` names the layers that are compared."""

    generator: GeneratorOptions = field(
        default_factory=lambda: GeneratorOptions("local", local=LocalOptions(skips=True))
    )
    adversary: AdversaryOptions = field(default_factory=adversary)
    descent: DescentOptions = field(default_factory=descent)
    distance: float = 10.0
    likeness: float = 1.0
    like: tuple[str, ...] = ("2_2", "/3_3")
    adversarial: float = 0.3


class HousePairs(OneSided):
    """Photo to picture, from pairs, on a processor."""

    Options: ClassVar[type] = PairsOptions
    needs: ClassVar[str] = "pairs"
    generators: ClassVar[Sequence[str]] = ("local", "resnet6", "resnet9", "unet")
    discriminators: ClassVar[Sequence[str]] = ("projected", "patch16", "patch70", "multi-scale")

    def __init__(self, options: PairsOptions) -> None:
        super().__init__(options.generator, options.adversary, options.descent)
        self.features, self.like = (
            Features("4_3" if any("4_" in name for name in options.like) else "3_3"),
            options.like,
        )
        self.weights = {
            "distance": options.distance,
            "likeness": options.likeness,
            "adversarial": options.adversarial,
        }

    def terms(self, batch: Batch, fake: Tensor) -> dict[str, Tensor]:
        """Distances to the true picture, of pixels and of features."""
        with torch.no_grad():
            wanted = look(self.features, batch.target, self.like)
        found = look(self.features, fake, self.like)
        likeness = torch.stack([content(found[name], wanted[name]) for name in self.like]).mean()
        return {"distance": (fake.float() - batch.target).abs().mean(), "likeness": likeness}
