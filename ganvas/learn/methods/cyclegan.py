"""CycleGAN: both directions, unpaired (Zhu 2017, https://arxiv.org/abs/1703.10593). Knows no pairs.

    L_G = E[(D_y(G(x)) - 1)^2] + E[(D_x(F(y)) - 1)^2]
        + cycle * (|F(G(x)) - x| + |G(F(y)) - y|) + identity * cycle * (|G(y) - y| + |F(x) - x|)

Both generators are given away: the style, and its reverse under the name NAME-reverse.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import torch
from torch import Tensor

from ganvas.learn.adversary import Adversary, AdversaryOptions
from ganvas.learn.maker import DescentOptions, Maker, freeze, gathered, in_parts, scatter
from ganvas.learn.method import Batch, Product, advance
from ganvas.learn.nets.choice import GeneratorOptions, build_generator
from ganvas.learn.onesided import mean_of, product_of
from ganvas.learn.precision import Precision, autocast


@dataclass(frozen=True)
class CycleganOptions:
    """The networks (two of each), how they learn, and the weights; ``identity`` is relative to ``cycle``."""

    generator: GeneratorOptions = field(default_factory=GeneratorOptions)
    adversary: AdversaryOptions = field(default_factory=lambda: AdversaryOptions(pool=50))
    descent: DescentOptions = field(default_factory=DescentOptions)
    cycle: float = 10.0
    identity: float = 0.5


class Cyclegan:
    """Two generators and two discriminators."""

    Options: ClassVar[type] = CycleganOptions
    precision: Precision = "fp32"
    needs: ClassVar[str] = "both"
    generators: ClassVar[Sequence[str]] = ("resnet9", "resnet6", "unet", "local")
    discriminators: ClassVar[Sequence[str]] = ("patch70", "patch16", "multi-scale", "projected")

    def __init__(self, options: CycleganOptions) -> None:
        self.options = options
        self.weights = {"cycle": options.cycle, "identity": options.cycle * options.identity}
        self.there, self.back = (Maker(build_generator(options.generator), options.descent) for _ in range(2))
        self.of_art, self.of_photos = (Adversary(options.adversary, options.descent) for _ in range(2))

    def begin(self, batches: Sequence[Batch]) -> None:
        """Show each discriminator its side."""
        self.of_art.begin(torch.cat([batch.target for batch in batches]))
        self.of_photos.begin(torch.cat([batch.source for batch in batches]))

    def step(self, batch: Batch, rate: float) -> dict[str, Tensor]:
        """Generators first, then discriminators, as the paper's code has it."""
        parts = in_parts(batch, self.options.descent.accumulate)
        with autocast(self.precision):
            fakes, told = self.teach_makers(parts, rate)
            told |= self.teach_adversaries(parts, fakes, rate)
        for maker in (self.there, self.back):
            maker.follow(len(batch.source), batch.step)
        return told

    def teach_makers(
        self, parts: Sequence[Batch], rate: float
    ) -> tuple[list[tuple[Tensor, Tensor]], dict[str, Tensor]]:
        """Both ways and back again. Returns the pictures of both ways."""
        fakes: list[tuple[Tensor, Tensor]] = []
        told: list[dict[str, Tensor]] = []
        freeze([self.of_art.network, self.of_photos.network], True)
        for part in parts:
            art, photo = self.there.live(part.source), self.back.live(part.target)
            losses = self.losses(part, art, photo)
            total = torch.stack([self.weights.get(name, 1.0) * loss for name, loss in losses.items()]).sum()
            (total / len(parts)).backward()
            fakes.append((art.detach(), photo.detach()))
            told.append({name: loss.detach() for name, loss in losses.items()})
        freeze([self.of_art.network, self.of_photos.network], False)
        for maker in (self.there, self.back):
            advance(maker.optimizer, rate)
        return fakes, mean_of(told)

    def losses(self, part: Batch, art: Tensor, photo: Tensor) -> dict[str, Tensor]:
        """The generators' losses on both pictures, before their weights."""
        there, back = self.there.live, self.back.live
        told = {
            "adversarial": self.of_art.deceived(art) + self.of_photos.deceived(photo),
            "cycle": apart(back(art), part.source) + apart(there(photo), part.target),
        }
        if self.options.identity:
            told["identity"] = apart(there(part.target), part.target) + apart(back(part.source), part.source)
        return told

    def teach_adversaries(
        self, parts: Sequence[Batch], fakes: Sequence[tuple[Tensor, Tensor]], rate: float
    ) -> dict[str, Tensor]:
        """Each side's true pictures should be told from made ones."""
        told: list[dict[str, Tensor]] = []
        for part, (art, photo) in zip(parts, fakes, strict=True):
            of_art = self.of_art.learn(part.target, art, part.step)
            of_photos = self.of_photos.learn(part.source, photo, part.step)
            # Half of each: the paper slows the discriminators down.
            loss = (of_art["loss"] + of_photos["loss"]) / 2
            (loss / len(parts)).backward()
            told.append({"discriminator": loss.detach(), "real": of_art["real"], "fake": of_art["fake"]})
        for adversary in (self.of_art, self.of_photos):
            adversary.advance(rate)
        return {**mean_of(told), **self.of_art.told()}

    def picture(self, batch: Batch) -> Tensor:
        """What the average makes of the photos."""
        return self.there.picture(batch.source)

    def score(self, batch: Batch) -> dict[str, float]:
        """The mean logit of the batch's art and of the pictures made of its photos, for the doctor."""
        return {"real": self.of_art.opinion(batch.target), "fake": self.of_art.opinion(self.picture(batch))}

    def products(self) -> list[Product]:
        """Both directions."""
        return [product_of(self.there), product_of(self.back, "-reverse")]

    def parts(self) -> dict[str, Any]:
        """What has a state."""
        return {"there": self.there, "back": self.back, "of_art": self.of_art, "of_photos": self.of_photos}

    def state_dict(self) -> dict[str, Any]:
        """All that a resumed run needs."""
        return gathered(self.parts())

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """The inverse of ``state_dict``."""
        scatter(state, self.parts())


def apart(found: Tensor, wanted: Tensor) -> Tensor:
    """The mean absolute difference, in float32."""
    return (found.float() - wanted).abs().mean()
