"""One generator against one discriminator: what DCGAN, pix2pix, CUT and the paired house method share.

Knows the order of the two steps, accumulation and the average; what is painted, what is shown to the discriminator
and which further losses hold the picture is said by the method.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from ganvas.learn.adversary import Adversary, AdversaryOptions
from ganvas.learn.maker import DescentOptions, Maker, freeze, gathered, in_parts, scatter
from ganvas.learn.method import Batch, Product, advance
from ganvas.learn.nets.choice import GeneratorOptions, build_generator
from ganvas.learn.precision import Precision, autocast


class OneSided:
    """A method with one generator; ``weights`` by the names of its losses."""

    inputs: ClassVar[int] = 3
    precision: Precision = "fp32"

    def __init__(
        self,
        generator: GeneratorOptions,
        adversary: AdversaryOptions,
        descent: DescentOptions,
        judge: nn.Module | None = None,
    ) -> None:
        self.descent = descent
        self.maker = Maker(build_generator(generator), descent)
        self.adversary = Adversary(adversary, descent, self.inputs, judge)
        self.weights: Mapping[str, float] = {}

    def begin(self, batches: Sequence[Batch]) -> None:
        """Show the discriminator some art."""
        self.adversary.begin(torch.cat([self.shown(batch, batch.target) for batch in batches]))

    def paint(self, batch: Batch) -> Tensor:
        """The live generator's pictures n x 3 x h x w."""
        return self.maker.live(batch.source)

    def shown(self, batch: Batch, picture: Tensor) -> Tensor:
        """What the discriminator is shown of a picture: n x inputs x h x w."""
        return picture

    def attempt(self, batch: Batch) -> Any:
        """A picture with what several losses share of it; a method that shares nothing has the picture alone."""
        return self.paint(batch)

    def discriminate(self, batch: Batch, made: Any) -> dict[str, Tensor]:
        """The discriminator's ``loss`` on the batch's art and on an attempt, and what it thinks of both."""
        art, fake = self.shown(batch, batch.target), self.shown(batch, made.detach())
        return self.adversary.learn(art, fake, batch.step)

    def deceive(self, batch: Batch, made: Any) -> Tensor:
        """The generator's adversarial loss on an attempt."""
        return self.adversary.deceived(self.shown(batch, made))

    def terms(self, batch: Batch, fake: Any) -> dict[str, Tensor]:
        """The generator's losses beside the adversarial one, before their weights."""
        return {}

    @property
    def heard(self) -> bool:
        """Whether the generator learns from the discriminator at all, which it does unless a control leaves it out."""
        return self.weights.get("adversarial", 1.0) != 0

    def step(self, batch: Batch, rate: float) -> dict[str, Tensor]:
        """One step of the discriminator, unless nobody hears it, then one of the generator."""
        parts = in_parts(batch, self.descent.accumulate)
        with autocast(self.precision):
            fakes, told = (
                self.teach_adversary(parts, rate) if self.heard else ([self.attempt(one) for one in parts], {})
            )
            told |= self.teach_maker(parts, fakes, rate)
        self.maker.follow(len(batch.source), batch.step)
        return told

    def teach_adversary(self, parts: Sequence[Batch], rate: float) -> tuple[list[Any], dict[str, Tensor]]:
        """Art should be told from pictures. Returns the attempts, with their graph where there is but one part."""
        fakes: list[Any] = []
        told: list[dict[str, Tensor]] = []
        for part in parts:
            with torch.set_grad_enabled(len(parts) == 1):
                fakes.append(self.attempt(part))
            learnt = self.discriminate(part, fakes[-1])
            (learnt["loss"] / len(parts)).backward()
            told.append({"discriminator": learnt.pop("loss").detach(), **learnt})
        self.adversary.advance(rate)
        return fakes, mean_of(told)

    def teach_maker(self, parts: Sequence[Batch], fakes: Sequence[Any], rate: float) -> dict[str, Tensor]:
        """Pictures should be taken for art, and hold what ``terms`` asks."""
        told: list[dict[str, Tensor]] = []
        freeze([self.adversary.network], True)
        for part, fake in zip(parts, fakes, strict=True):
            made = fake if len(parts) == 1 else self.attempt(part)
            deceived = {"adversarial": self.deceive(part, made)} if self.heard else {}
            losses = {**deceived, **self.terms(part, made)}
            total = torch.stack([self.weights.get(name, 1.0) * loss for name, loss in losses.items()]).sum()
            (total / len(parts)).backward()
            told.append({name: loss.detach() for name, loss in losses.items()})
        freeze([self.adversary.network], False)
        for optimizer in self.optimizers():
            advance(optimizer, rate, self.descent.clip)
        return mean_of(told)

    def optimizers(self) -> list[torch.optim.Optimizer]:
        """Those of the generator's side."""
        return [self.maker.optimizer]

    def picture(self, batch: Batch) -> Tensor:
        """What the average makes of the photos."""
        return self.maker.picture(batch.source)

    def score(self, batch: Batch) -> dict[str, float]:
        """The mean logit of the batch's art and of the pictures made of its photos, for the doctor."""
        art = self.adversary.opinion(self.shown(batch, batch.target))
        made = self.adversary.opinion(self.shown(batch, self.picture(batch)))
        return {"real": art, "fake": made}

    def products(self) -> list[Product]:
        """The averaged generator."""
        return [product_of(self.maker)]

    def parts(self) -> dict[str, Any]:
        """What has a state."""
        return {"maker": self.maker, "adversary": self.adversary}

    def state_dict(self) -> dict[str, Any]:
        """All that a resumed run needs."""
        return gathered(self.parts())

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """The inverse of ``state_dict``."""
        scatter(state, self.parts())


def product_of(maker: Maker, suffix: str = "") -> Product:
    """A maker's averaged generator for export."""
    generator = maker.generator
    product = Product(generator, halo=generator.halo, multiple=generator.multiple, suffix=suffix)
    return replace(product, fixed_halo=generator.fixed_halo)


def mean_of(told: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """The means over the parts of a batch."""
    return {name: torch.stack([one[name].float() for one in told]).mean() for name in told[0]}
