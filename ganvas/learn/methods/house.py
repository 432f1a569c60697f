"""The house method: one-sided, a local generator against a projected discriminator. Knows no data and no time.

    L_G = adversarial * E[(D(f(G(x))) - 1)^2] + content * |f(G(x)) - f(x)| + colour * max(0, |b(G(x)) - b(x)| - m)

with f frozen features, b a blur to cells of ``cell`` pixels, m the palette's freedom. No backward generator and no
cycle: what must stay is held by features and by colour.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor

from ganvas.learn.losses import OBJECTIVES, colour, content, over_heads
from ganvas.learn.maker import freeze, gathered, scatter
from ganvas.learn.method import Average, Batch, Product, adam, descend
from ganvas.learn.nets.features import Features
from ganvas.learn.nets.local import LocalGenerator, LocalOptions
from ganvas.learn.nets.projected import ProjectedDiscriminator, look


@dataclass(frozen=True)
class HouseOptions:
    """Weights of the losses, layers of the heads and of the content, learning rates, and how long the warm start is.

    ``layers`` and ``content_layers``: VGG layers at full size, with a leading "/" at half size. ``warm_steps``: steps
    of plain reconstruction before the art is shown. ``half_life`` of the average in pictures. ``spectral``: bound the
    heads' slopes by spectral norm; without it they see more, and the features, being frozen, do not run away.
    """

    generator: LocalOptions = field(default_factory=LocalOptions)
    objective: Literal["vanilla", "least-squares", "hinge"] = "least-squares"
    layers: tuple[str, ...] = ("/1_2", "/2_2", "/3_3")
    width: int = 32
    spectral: bool = False
    adversarial: float = 1.0
    content: float = 0.15
    content_layers: tuple[str, ...] = ("/3_3",)
    colour: float = 4.0
    cell: int = 16
    margins: tuple[float, float] = (0.4, 0.12)
    generator_rate: float = 5e-4
    discriminator_rate: float = 5e-4
    betas: tuple[float, float] = (0.5, 0.99)
    warm_steps: int = 500
    half_life: float = 2000.0
    grain: float = 0.05


class House:
    """Networks, losses and optimisers of the house method."""

    Options: ClassVar[type] = HouseOptions

    def __init__(self, options: HouseOptions) -> None:
        self.options = options
        self.live = LocalGenerator(options.generator).to(memory_format=torch.channels_last)  # pyright: ignore
        self.generator = deepcopy(self.live)
        self.average = Average(self.live, self.generator, options.half_life)
        self.features = Features("4_3" if any("4_" in n for n in (*options.layers, *options.content_layers)) else "3_3")
        self.discriminator = ProjectedDiscriminator(options.layers, options.width, options.spectral)
        self.discriminator.to(memory_format=torch.channels_last)  # pyright: ignore
        self.objective = OBJECTIVES[options.objective]
        self.g_optimizer = adam(self.live, options.generator_rate, options.betas)
        self.d_optimizer = adam(self.discriminator, options.discriminator_rate, options.betas)
        self.wanted = tuple(dict.fromkeys((*options.layers, *options.content_layers)))

    def begin(self, batches: Sequence[Batch]) -> None:
        """Fix the scale of each head on some art."""
        with torch.no_grad():
            self.discriminator.measure(self.features, torch.cat([batch.target for batch in batches]))

    def step(self, batch: Batch, rate: float) -> dict[str, Tensor]:
        """A warm step or one update of discriminator and generator; returns the losses."""
        with torch.autocast("cpu", torch.bfloat16):
            losses = self.warm(batch) if batch.step < self.options.warm_steps else self.learn(batch, rate)
        self.average.update(len(batch.source), (batch.step + 1) * len(batch.source))
        return losses

    def warm(self, batch: Batch) -> dict[str, Tensor]:
        """Reconstruction: the generator learns to give the photo back, so that it starts with its structure."""
        loss = (self.live(self.seen(batch)).float() - batch.source).abs().mean()
        descend(self.g_optimizer, loss, 2.0)
        return {"reconstruction": loss.detach()}

    def learn(self, batch: Batch, rate: float) -> dict[str, Tensor]:
        """Discriminator, then generator."""
        options = self.options
        fake = self.live(self.seen(batch))  # n x 3 x h x w
        fake_seen = look(self.features, fake, self.wanted)
        with torch.no_grad():
            art_seen = look(self.features, batch.target, options.layers)
            photo_seen = look(self.features, batch.source, options.content_layers)

        # Discriminator: art should score 1, our pictures 0.
        real = self.discriminator(art_seen)
        made = self.discriminator({name: fake_seen[name].detach() for name in options.layers})
        d_loss = over_heads(self.objective.discriminate, real, made)
        descend(self.d_optimizer, d_loss, rate)

        # Generator: our pictures should score 1, keep the photo's structure, and its colours within the margin.
        freeze([self.discriminator], True)
        adversarial = over_heads(self.objective.generate, self.discriminator(fake_seen))
        freeze([self.discriminator], False)
        kept = torch.stack([content(fake_seen[name], photo_seen[name]) for name in options.content_layers]).mean()
        tint = colour(fake, batch.source, options.cell, options.margins)
        loss = options.adversarial * adversarial + options.content * kept + options.colour * tint
        descend(self.g_optimizer, loss, rate)
        return {
            "discriminator": d_loss.detach(),
            "adversarial": adversarial.detach(),
            "content": kept.detach(),
            "colour": tint.detach(),
            "real": torch.stack([r.detach().float().mean() for r in real]).mean(),
            "fake": torch.stack([m.detach().float().mean() for m in made]).mean(),
        }

    def seen(self, batch: Batch) -> Tensor:
        """The photo with the grain that the engine will add, too."""
        return (batch.source + self.options.grain * batch.grain).contiguous(memory_format=torch.channels_last)

    @torch.no_grad()
    def picture(self, batch: Batch) -> Tensor:
        """What the averaged generator makes of the photo, in float32."""
        return self.generator(self.seen(batch))

    def products(self) -> list[Product]:
        """The averaged generator; local, so it says its halo."""
        generator = self.generator
        return [Product(generator, halo=generator.halo, multiple=generator.multiple, grain=self.options.grain)]

    def parts(self) -> dict[str, Any]:
        """What has a state."""
        networks = {"live": self.live, "generator": self.generator, "discriminator": self.discriminator}
        return {**networks, "g_optimizer": self.g_optimizer, "d_optimizer": self.d_optimizer}

    def state_dict(self) -> dict[str, Any]:
        """Weights of all networks and state of both optimisers."""
        return gathered(self.parts())

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """The inverse of ``state_dict``."""
        scatter(state, self.parts())
