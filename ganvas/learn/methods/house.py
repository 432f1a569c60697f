"""The house method: one-sided, a local generator against a projected discriminator. Knows no data and no time.

    L_G = adversarial * E[(D(f(G(x))) - 1)^2] + neighbours * (1 - cos(f(G(x)), nearest f(y) to f(x)))
        + content * |f(G(x)) - f(x)| + colour * max(0, |b(G(x)) - b(x)| - m) + together * (kernel distance of sets)

with f frozen features, y the art, b a blur to cells of ``cell`` pixels, m the palette's freedom. No backward generator
and no cycle: what must stay is held by features and by colour.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, ClassVar, NamedTuple

import torch
from torch import Tensor

from ganvas.grain import CHANNELS
from ganvas.learn.adversary import Adversary, AdversaryOptions, Stabilisers
from ganvas.learn.losses import colour, content, rims
from ganvas.learn.maker import DescentOptions, Maker
from ganvas.learn.method import Batch, Product, descend
from ganvas.learn.neighbours import Neighbours
from ganvas.learn.nets.choice import DiscriminatorOptions, FeatureJudge
from ganvas.learn.nets.features import Features, channels
from ganvas.learn.nets.local import LocalGenerator, LocalOptions
from ganvas.learn.nets.projected import look
from ganvas.learn.nets.stroke_generator import StrokeGenerator
from ganvas.learn.onesided import OneSided
from ganvas.learn.penalties import ObjectiveName
from ganvas.learn.precision import autocast
from ganvas.learn.rehearsal import Rehearsal
from ganvas.learn.sets import Sets
from ganvas.learn.statistics import ArtStatistics
from ganvas.learn.strokes import draw_strokes
from ganvas.learn.transport import ColourTransport
from ganvas.stroke_settings import StrokeSettings

CLIP, WARM = 1.0, 2.5  # with strokes: the longest gradient, and the rate while only the palette is learnt


@dataclass(frozen=True)
class HouseOptions:
    """Weights of the losses, layers of the heads and of the content, learning rates, and how long the warm start is.

    ``layers`` and ``content_layers``: VGG layers at full size, with a leading "/" at half size, with "@" of the middle.
    ``warm_steps``: steps of plain reconstruction before the art is shown. ``half_life`` of the average in pictures.
    ``spectral``: bound the heads' slopes by spectral norm; without it they see more, and the features, being frozen, do
    not run away.
    ``adversary``: the heads' stabilisers. ``accumulate``: the batch in so many parts whose gradients add up.
    ``grain``: deviation of the noise that is added to the photo. ``texture``: the noise is also laid on the way up, so
    that paper and canvas can be made of it. ``neighbours``: how much pictures are held to the art nearest to their
    photos, on ``neighbour_layers``, among the last ``bank`` places of art. ``together``: how much pictures, taken
    together, are held to the art, taken together, on ``layers``. ``rehearse``: how many crops of the last ``rehearsed``
    the heads learn from again at each step, of art and of pictures each. ``rims``: how much pale rims along edges
    count. ``strokes``: the photo's strokes are a further input, see ``ganvas.stroke_settings``; the warm start then
    learns the palette. ``statistics``: how much covariances of features on ``statistics_layers`` are held to the
    nearest art's. ``palette``: how much the colours of zones, taken together, are brought to the art's.
    """

    generator: LocalOptions = field(default_factory=LocalOptions)
    objective: ObjectiveName = "least-squares"
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
    texture: bool = False
    adversary: Stabilisers = field(default_factory=Stabilisers)
    accumulate: int = 1
    neighbours: float = 0.0
    neighbour_layers: tuple[str, ...] = ("/3_3",)
    bank: int = 8192
    together: float = 0.0
    rehearse: int = 0
    rehearsed: int = 48
    rims: float = 0.0
    strokes: StrokeSettings = field(default_factory=StrokeSettings)
    statistics: float = 0.0
    statistics_layers: tuple[str, ...] = ("1_2", "2_2", "/1_2", "/2_2", "/3_3")
    palette: float = 0.0

    @property
    def noises(self) -> int:
        """How many channels of noise the generator is given beside the photo."""
        return CHANNELS if self.texture else 0

    @property
    def counted_layers(self) -> tuple[str, ...]:
        """The layers whose statistics are held to the art's; none where they are not."""
        return self.statistics_layers if self.statistics else ()

    @property
    def held_layers(self) -> tuple[str, ...]:
        """The layers on which pictures are held to the nearest art; none where they are not."""
        return self.neighbour_layers if self.neighbours else ()


class Sight(NamedTuple):
    """A picture n x 3 x h x w; what the frozen features see of it, and of the art: looked at once, for all losses."""

    picture: Tensor
    maps: Mapping[str, Tensor]
    art: Mapping[str, Tensor]


class House(OneSided):
    """Networks, losses and optimisers of the house method."""

    Options: ClassVar[type] = HouseOptions

    def __init__(self, options: HouseOptions) -> None:
        self.options = options
        rates = (options.generator_rate, options.discriminator_rate, options.betas)
        self.bf16 = not options.strokes.layers
        descent = DescentOptions(*rates, half_life=options.half_life, accumulate=options.accumulate)
        self.descent = replace(descent, bf16=self.bf16, clip=0.0 if self.bf16 else CLIP)
        network = StrokeGenerator if options.strokes.layers else LocalGenerator
        self.maker = Maker(network(options.generator, options.noises), self.descent)
        held = (*options.held_layers, *options.counted_layers)
        self.wanted = tuple(dict.fromkeys((*options.layers, *options.content_layers, *held)))
        self.features = Features("4_3" if any("4_" in name for name in self.wanted) else "3_3")
        heads = DiscriminatorOptions("projected", layers=options.layers, width=options.width)
        judge = FeatureJudge(heads, options.spectral, self.features)
        self.heads = judge.heads
        self.neighbours = Neighbours({name: channels(name) for name in options.held_layers}, options.bank)
        self.statistics = ArtStatistics({name: channels(name) for name in options.counted_layers})
        self.transport = ColourTransport(options.cell)
        self.sets = Sets({name: channels(name) for name in options.layers}) if options.together else None
        seen = ("art", "pictures") if options.rehearse else ()
        self.rehearsals = {which: Rehearsal(options.rehearse, options.rehearsed) for which in seen}
        about = AdversaryOptions(heads, options.objective, **asdict(options.adversary))
        self.adversary = Adversary(about, self.descent, network=judge)
        weighed = ("adversarial", "content", "colour", "neighbours", "together", "rims", "statistics", "palette")
        self.weights = {name: getattr(options, name) for name in weighed}

    def step(self, batch: Batch, rate: float) -> dict[str, Tensor]:
        """A warm step, or one of the discriminator and one of the generator; returns the losses."""
        if batch.step >= self.options.warm_steps:
            return super().step(batch, rate)
        with autocast(self.precision):
            told = self.warm_palette(batch) if self.options.strokes.layers else self.warm(batch)
        self.maker.follow(len(batch.source), batch.step)
        return told

    def warm(self, batch: Batch) -> dict[str, Tensor]:
        """Reconstruction: the generator learns to give the photo back, so that it starts with its structure."""
        loss = (self.paint(batch).float() - batch.source).abs().mean()
        descend(self.maker.optimizer, loss, 2.0)
        return {"reconstruction": loss.detach()}

    def warm_palette(self, batch: Batch) -> dict[str, Tensor]:
        """Colours alone, without a look of the features: strokes are there, and a palette is found in seconds."""
        options, picture = self.options, self.paint(batch)
        self.transport.learn(batch.target)
        held = colour(picture, batch.source, options.cell, options.margins)
        moved = self.transport(picture)
        descend(self.maker.optimizer, options.palette * moved + options.colour * held, WARM, CLIP)
        return {"palette": moved.detach(), "colour": held.detach()}

    def paint(self, batch: Batch) -> Tensor:
        """The live generator's pictures n x 3 x h x w."""
        return self.maker.live(self.seen(batch))

    def attempt(self, batch: Batch) -> Sight:
        """A picture and the batch's art, each looked at once for the discriminator, the generator and what is held."""
        picture = self.paint(batch)
        judged = (self.heard and self.shares) or self.sets
        held = (*self.options.held_layers, *self.options.counted_layers)
        layers = (*(self.options.layers if judged else ()), *held)
        with torch.no_grad():
            art = look(self.features, batch.target, tuple(dict.fromkeys(layers)))
        return Sight(picture, look(self.features, picture, self.wanted), art)

    @property
    def shares(self) -> bool:
        """Whether the discriminator sees pictures as they are, so that what was seen of them serves it, too."""
        return not (self.adversary.options.changes or self.adversary.options.pool)

    def discriminate(self, batch: Batch, made: Sight) -> dict[str, Tensor]:
        """The discriminator's ``loss`` on the batch's art and on the picture, and what it thinks of both."""
        fake = made.picture.detach()
        if not self.shares:
            return self.adversary.learn(batch.target, fake, batch.step)
        known = {name: made.maps[name].detach() for name in self.options.layers}
        art = {name: made.art[name] for name in self.options.layers}
        if self.rehearsals:
            art, known = self.rehearsals["art"].among(art), self.rehearsals["pictures"].among(known)
        return self.adversary.weigh((batch.target, fake), (self.heads(art), self.heads(known)), batch.step)

    def deceive(self, batch: Batch, made: Sight) -> Tensor:
        """The generator's adversarial loss on the picture."""
        return self.adversary.fooled(self.heads(made.maps)) if self.shares else self.adversary.deceived(made.picture)

    def terms(self, batch: Batch, fake: Sight) -> dict[str, Tensor]:
        """What holds the picture: structure as features see it, the nearest art, and colours within the margin."""
        options = self.options
        with torch.no_grad():
            photo = look(self.features, batch.source, tuple({*options.content_layers, *options.held_layers}))
        kept = torch.stack([content(fake.maps[name], photo[name]) for name in options.content_layers]).mean()
        told = {"content": kept, "colour": colour(fake.picture, batch.source, options.cell, options.margins)}
        told |= {"rims": rims(fake.picture, batch.source)} if options.rims else {}
        told |= {"neighbours": self.neighbours(fake.maps, photo, fake.art)} if options.held_layers else {}
        told |= {"together": self.sets(fake.maps, fake.art)} if self.sets else {}
        return told | self.of_art(batch, fake)

    def of_art(self, batch: Batch, fake: Sight) -> dict[str, Tensor]:
        """What the art asks of the picture as a whole: which marks there are, and which colours."""
        told: dict[str, Tensor] = {}
        if self.options.statistics:
            self.statistics.learn(fake.art, batch.target)
            told["statistics"] = self.statistics(fake.maps, batch.source)
        if self.options.palette:
            self.transport.learn(batch.target)
            told["palette"] = self.transport(fake.picture)
        return told

    def seen(self, batch: Batch) -> Tensor:
        """The photo with the grain that the engine will add, too; and beside it the grain that it will give."""
        x = batch.source + self.options.grain * batch.grain
        x = torch.cat([x, batch.grain], 1) if self.options.texture else x
        if self.options.strokes.layers:
            x = torch.cat([x, draw_strokes(batch.source, self.options.strokes, batch.step)], 1)
        return x.contiguous(memory_format=torch.channels_last)

    def picture(self, batch: Batch) -> Tensor:
        """What the averaged generator makes of the photo, in float32."""
        return self.maker.picture(self.seen(batch))

    def products(self) -> list[Product]:
        """The averaged generator; local, so it says its halo."""
        made, options = self.maker.generator, self.options
        product = Product(made, halo=made.halo, multiple=made.multiple, grain=options.grain, texture=options.texture)
        return [replace(product, cells=options.generator.cells, strokes=options.strokes)]

    def parts(self) -> dict[str, Any]:
        """What has a state; the pool and the neighbours where there are some."""
        networks = {"live": self.maker.live, "generator": self.maker.generator, "discriminator": self.heads}
        pool = {"pool": self.adversary.pool} if self.options.adversary.pool else {}
        pool |= {"neighbours": self.neighbours} if self.options.held_layers else {}
        pool |= {"sets": self.sets} if self.sets else {}
        pool |= {"statistics": self.statistics} if self.options.statistics else {}
        pool |= {"transport": self.transport} if self.options.palette else {}
        pool |= {f"rehearsal_{which}": one for which, one in self.rehearsals.items()}
        return {**networks, "g_optimizer": self.maker.optimizer, "d_optimizer": self.adversary.optimizer, **pool}

    def state_dict(self) -> dict[str, Any]:
        """Weights of all networks, state of both optimisers, and how strong the steered changes are."""
        return {**super().state_dict(), "strength": self.adversary.strength}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """The inverse of ``state_dict``; a run from before there were changes has no strength."""
        super().load_state_dict(state)
        self.adversary.strength = state.get("strength", self.adversary.strength)
