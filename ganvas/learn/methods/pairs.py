"""The house method for pairs: a local generator, features, a projected discriminator. Knows no data and no time.

    L_G = distance * E[w |y - G(x)|] + likeness * |f(y) - f(G(x))| + adversarial * E[(D(f(G(x))) - 1)^2]

with f frozen features: likeness makes small networks draw what belongs there before the discriminator is any good,
so it is quick on a processor. A pixel weighs w, the more the rarer its colour is in the art: line art is white for the
most part, and a plain mean is content with paper. A generator with a palette has the cross-entropy of its choice in
the distance's place: where several colours are likely a distance asks for the one between them, a choice for one of
them (Zhang 2016, https://arxiv.org/abs/1603.08511).

With photos z beside the pairs that have no true picture, the discriminator is shown what is made of these, and it is
held as in the house method, in likeness's place:

    L_G = distance * E[w |y - G(x)|] + adversarial * E[(D(f(G(z))) - 1)^2]
        + content * |f(G(z)) - f(z)| + colour * max(0, |b(G(z)) - b(z)| - m)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

import torch
from torch import Tensor

from ganvas.learn.adversary import AdversaryOptions
from ganvas.learn.losses import apart, choice, colour, content
from ganvas.learn.maker import DescentOptions
from ganvas.learn.method import Batch, descend
from ganvas.learn.nets.choice import DiscriminatorOptions, FeatureJudge, GeneratorOptions
from ganvas.learn.nets.features import Features
from ganvas.learn.nets.local import LocalGenerator, LocalOptions
from ganvas.learn.nets.projected import look
from ganvas.learn.onesided import OneSided
from ganvas.learn.palette import nearest, palette_of, rarity
from ganvas.learn.precision import autocast
from ganvas.learn.rehearsal import Rehearsal

COLOURS = 32  # that are told apart in the art


def generator() -> GeneratorOptions:
    """The local one; its skips keep the lines of the photo."""
    return GeneratorOptions("local", local=LocalOptions(skips=True, far=4, headroom=0.25))


def adversary() -> AdversaryOptions:
    """Heads on features at half size, as in the house method."""
    return AdversaryOptions(DiscriminatorOptions("projected", layers=("/1_2", "/2_2", "/3_3")))


def descent() -> DescentOptions:
    """Faster than the classics, with an average."""
    return DescentOptions(1e-3, 5e-4, (0.5, 0.99), half_life=2000.0)


@dataclass(frozen=True)
class PairsOptions:
    """The two networks, how they learn, and the weights; ``like`` names the layers that are compared.

    ``distance`` weighs that of pixels, or of a generator with a palette its choice. ``warm_steps``: steps with nothing
    else, which are three times as quick. ``even``: from 0, where a colour weighs as much more as it is rarer, to 1,
    where all pixels are alike.
    """

    generator: GeneratorOptions = field(default_factory=generator)
    adversary: AdversaryOptions = field(default_factory=adversary)
    descent: DescentOptions = field(default_factory=descent)
    distance: float = 2.0
    likeness: float = 1.0
    like: tuple[str, ...] = ("/2_2", "/3_3")
    adversarial: float = 1.0
    warm_steps: int = 0
    even: float = 0.5
    content: float = 0.15
    content_layers: tuple[str, ...] = ("/3_3",)
    colour: float = 4.0
    cell: int = 16
    margins: tuple[float, float] = (0.4, 0.15)
    rehearse: int = 0
    rehearsed: int = 48


class Drawn(NamedTuple):
    """What is made of a pair's photo, n x 3 x h x w, before and with its colours."""

    drawing: Tensor
    picture: Tensor


class Sight(NamedTuple):
    """What is made of a pair; the pictures that are judged, and art; what the frozen features see of these two."""

    pair: Drawn
    picture: Tensor
    art: Tensor
    found: Mapping[str, Tensor]
    wanted: Mapping[str, Tensor]


class HousePairs(OneSided):
    """Photo to picture, from pairs, on a processor."""

    Options: ClassVar[type] = PairsOptions
    needs: ClassVar[str] = "pairs"
    generators: ClassVar[Sequence[str]] = ("local", "resnet6", "resnet9", "unet")
    discriminators: ClassVar[Sequence[str]] = ("projected", "patch16", "patch70", "multi-scale")

    def __init__(self, options: PairsOptions) -> None:
        self.palette = options.generator.local.palette if options.generator.network == "local" else 0
        self.options, judge = options, options.adversary.discriminator
        self.heads = judge.layers if judge.network == "projected" else ()
        self.layers = tuple(dict.fromkeys((*options.like, *options.content_layers, *self.heads)))
        self.features = Features("4_3" if any("4_" in name for name in self.layers) else "3_3")
        heads = FeatureJudge(judge, judge.spectral, self.features) if self.heads else None
        super().__init__(options.generator, options.adversary, options.descent, heads)
        seen = ("art", "pictures") if options.rehearse else ()
        self.rehearsals = {which: Rehearsal(options.rehearse, options.rehearsed) for which in seen}
        weighed = ("distance", "likeness", "adversarial", "content", "colour")
        self.weights = {name: getattr(options, name) for name in weighed}

    def begin(self, batches: Sequence[Batch]) -> None:
        """Show the discriminator some art, and find its colours."""
        self.adversary.begin(torch.cat([art_of(batch) for batch in batches]))
        art = torch.cat([batch.target for batch in batches])
        self.colours = palette_of(art, self.palette or COLOURS)
        self.weight = rarity(art, self.colours, self.options.even)
        if self.palette:
            for network in (self.maker.live, self.maker.generator):
                network.get_buffer("palette").copy_(self.colours)

    def step(self, batch: Batch, rate: float) -> dict[str, Tensor]:
        """A warm step, or one of the discriminator and one of the generator; returns the losses."""
        if batch.step >= self.options.warm_steps:
            return super().step(batch, rate)
        with autocast(self.precision):
            loss = self.distance(batch, self.drawn(batch, dyed=not self.palette))
        descend(self.maker.optimizer, loss, rate)
        self.maker.follow(len(batch.source), batch.step)
        return {"distance": loss.detach()}

    def drawn(self, batch: Batch, dyed: bool = True) -> Drawn:
        """A picture before and with its colours; without a palette, or where it is not to be dyed, the two are one."""
        live = self.maker.live
        if not (self.palette and isinstance(live, LocalGenerator)):
            picture = self.paint(batch)
            return Drawn(picture, picture)
        drawing = live.drawing(batch.source)
        return Drawn(drawing, live.dye(drawing) if dyed else drawing)

    def attempt(self, batch: Batch) -> Sight:
        """Pictures and art, looked at once for all losses: those of the pairs, or of the photos beside them."""
        pair = self.drawn(batch, dyed=batch.beside is None or not self.palette)
        picture = self.maker.live(batch.beside.photos) if batch.beside else pair.picture
        art = art_of(batch)
        with torch.no_grad():
            wanted = look(self.features, art, self.heads if batch.beside else self.layers)
        return Sight(pair, picture, art, look(self.features, picture, self.layers), wanted)

    @property
    def shares(self) -> bool:
        """Whether the discriminator sees pictures as they are, so that what was seen of them serves it, too."""
        return bool(self.heads) and not (self.adversary.options.changes or self.adversary.options.pool)

    def discriminate(self, batch: Batch, made: Sight) -> dict[str, Tensor]:
        """The discriminator's ``loss`` on art and on the pictures, and what it thinks of both."""
        fake = made.picture.detach()
        if not self.shares:
            return self.adversary.learn(made.art, fake, batch.step)
        art = {name: made.wanted[name] for name in self.heads}
        known = {name: made.found[name].detach() for name in self.heads}
        if self.rehearsals:
            art, known = self.rehearsals["art"].among(art), self.rehearsals["pictures"].among(known)
        return self.adversary.weigh((made.art, fake), (self.judged(art), self.judged(known)), batch.step)

    def deceive(self, batch: Batch, made: Sight) -> Tensor:
        """The generator's adversarial loss on the pictures."""
        return self.adversary.fooled(self.judged(made.found)) if self.shares else self.adversary.deceived(made.picture)

    def judged(self, maps: Mapping[str, Tensor]) -> list[Tensor]:
        """The heads' logits of feature maps."""
        assert isinstance(self.adversary.network, FeatureJudge)
        return self.adversary.network.heads(maps)

    def terms(self, batch: Batch, fake: Sight) -> dict[str, Tensor]:
        """Distances to the true picture, of pixels and of features; what holds the pictures of photos beside."""
        options = self.options
        told = {"distance": self.distance(batch, fake.pair)}
        if batch.beside is None:
            likeness = [content(fake.found[name], fake.wanted[name]) for name in options.like]
            return told | {"likeness": torch.stack(likeness).mean()}
        with torch.no_grad():
            photo = look(self.features, batch.beside.photos, options.content_layers)
        kept = torch.stack([content(fake.found[name], photo[name]) for name in options.content_layers]).mean()
        tint = colour(fake.picture, batch.beside.photos, options.cell, options.margins)
        return told | {"content": kept, "colour": tint}

    def distance(self, batch: Batch, pair: Drawn) -> Tensor:
        """How far the pixels are from the true ones, or how unlikely the true colours were."""
        wanted = nearest(batch.target, self.colours)
        weight = self.weight[wanted]
        return choice(pair.drawing, wanted, weight) if self.palette else apart(pair.picture, batch.target, weight)

    def parts(self) -> dict[str, Any]:
        """What has a state."""
        return super().parts() | {f"rehearsal_{which}": one for which, one in self.rehearsals.items()}


def art_of(batch: Batch) -> Tensor:
    """The art that the discriminator is shown."""
    return batch.beside.art if batch.beside else batch.target
