"""The house method: one-sided, a local generator against a projected discriminator.

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

from ganvas.learn.data.strokes import draw_strokes
from ganvas.learn.losses.adversarial import ObjectiveName
from ganvas.learn.losses.basic import colour_loss, content_loss, rims_loss
from ganvas.learn.losses.colour_transport import ColourTransport
from ganvas.learn.losses.feature_statistics import ArtStatistics
from ganvas.learn.losses.mmd import MmdLoss
from ganvas.learn.losses.nearest_features import NearestFeatureLoss
from ganvas.learn.losses.replay import ReplayBuffer
from ganvas.learn.methods.discriminator import AdversarialOptions, DiscriminatorTrainer, RegularisationOptions
from ganvas.learn.methods.generator import GeneratorTrainer, OptimisationOptions
from ganvas.learn.methods.one_sided import OneSidedMethod
from ganvas.learn.methods.protocol import TrainedGenerator, TrainingBatch, backward_and_step
from ganvas.learn.nets.factory import DiscriminatorOptions, FeatureDiscriminator
from ganvas.learn.nets.features import VggFeatures, get_layer_channels
from ganvas.learn.nets.local import LocalGenerator, LocalOptions
from ganvas.learn.nets.projected import extract_features
from ganvas.learn.nets.stroke_generator import StrokeGenerator
from ganvas.learn.training.precision import autocast
from ganvas.style.noise import NOISE_CHANNELS
from ganvas.style.stroke_settings import StrokeSettings

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
    count. ``strokes``: the photo's strokes are a further input, see ``StrokeSettings``; the warm start then
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
    adversary: RegularisationOptions = field(default_factory=RegularisationOptions)
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
        return NOISE_CHANNELS if self.texture else 0

    @property
    def counted_layers(self) -> tuple[str, ...]:
        """The layers whose statistics are held to the art's; none where they are not."""
        return self.statistics_layers if self.statistics else ()

    @property
    def nearest_layers(self) -> tuple[str, ...]:
        """The layers on which pictures are held to the nearest art; none where they are not."""
        return self.neighbour_layers if self.neighbours else ()


class HouseForward(NamedTuple):
    """A picture n x 3 x h x w; what the frozen features see of it, and of the art: looked at once, for all losses."""

    picture: Tensor
    features: Mapping[str, Tensor]
    art_features: Mapping[str, Tensor]


class HouseMethod(OneSidedMethod):
    """Networks, losses and optimisers of the house method."""

    Options: ClassVar[type] = HouseOptions

    def __init__(self, options: HouseOptions) -> None:
        self.options = options
        rates = (options.generator_rate, options.discriminator_rate, options.betas)
        self.bf16 = not options.strokes.layers
        optimisation = OptimisationOptions(*rates, half_life=options.half_life, accumulate=options.accumulate)
        self.optimisation = replace(optimisation, bf16=self.bf16, clip=0.0 if self.bf16 else CLIP)
        network = StrokeGenerator if options.strokes.layers else LocalGenerator
        self.generator_trainer = GeneratorTrainer(network(options.generator, options.noises), self.optimisation)
        held = (*options.nearest_layers, *options.counted_layers)
        self.feature_layers = tuple(dict.fromkeys((*options.layers, *options.content_layers, *held)))
        self.features = VggFeatures("4_3" if any("4_" in name for name in self.feature_layers) else "3_3")
        heads = DiscriminatorOptions("projected", layers=options.layers, width=options.width)
        judge = FeatureDiscriminator(heads, options.spectral, self.features)
        self.heads = judge.heads
        self.nearest_feature_loss = NearestFeatureLoss(
            {name: get_layer_channels(name) for name in options.nearest_layers}, options.bank
        )
        self.statistics = ArtStatistics({name: get_layer_channels(name) for name in options.counted_layers})
        self.transport = ColourTransport(options.cell)
        self.mmd_loss = (
            MmdLoss({name: get_layer_channels(name) for name in options.layers}) if options.together else None
        )
        seen = ("art", "pictures") if options.rehearse else ()
        self.replay_buffers = {which: ReplayBuffer(options.rehearse, options.rehearsed) for which in seen}
        about = AdversarialOptions(heads, options.objective, **asdict(options.adversary))
        self.discriminator_trainer = DiscriminatorTrainer(about, self.optimisation, network=judge)
        weighed = ("adversarial", "content", "colour", "neighbours", "together", "rims", "statistics", "palette")
        self.loss_weights = {name: getattr(options, name) for name in weighed}

    def train_step(self, batch: TrainingBatch, rate_factor: float) -> dict[str, Tensor]:
        """A warm step, or one of the discriminator and one of the generator; returns the losses."""
        if batch.step >= self.options.warm_steps:
            return super().train_step(batch, rate_factor)
        with autocast(self.precision):
            told = self.warm_palette(batch) if self.options.strokes.layers else self.train_reconstruction(batch)
        self.generator_trainer.update_ema(len(batch.source), batch.step)
        return told

    def train_reconstruction(self, batch: TrainingBatch) -> dict[str, Tensor]:
        """Reconstruction: the generator learns to give the photo back, so that it starts with its structure."""
        loss = (self.generate_for_training(batch).float() - batch.source).abs().mean()
        backward_and_step(self.generator_trainer.optimizer, loss, 2.0)
        return {"reconstruction": loss.detach()}

    def warm_palette(self, batch: TrainingBatch) -> dict[str, Tensor]:
        """Colours alone, without a look of the features: strokes are there, and a palette is found in seconds."""
        options, picture = self.options, self.generate_for_training(batch)
        self.transport.learn(batch.target)
        held = colour_loss(picture, batch.source, options.cell, options.margins)
        moved = self.transport(picture)
        backward_and_step(self.generator_trainer.optimizer, options.palette * moved + options.colour * held, WARM, CLIP)
        return {"palette": moved.detach(), "colour": held.detach()}

    def generate_for_training(self, batch: TrainingBatch) -> Tensor:
        """The live generator's pictures n x 3 x h x w."""
        return self.generator_trainer.network(self.make_generator_input(batch))

    def forward(self, batch: TrainingBatch) -> HouseForward:
        """A picture and the batch's art, each looked at once for the discriminator, the generator and what is held."""
        picture = self.generate_for_training(batch)
        judged = (self.uses_discriminator and self.shares_features) or self.mmd_loss
        held = (*self.options.nearest_layers, *self.options.counted_layers)
        layers = (*(self.options.layers if judged else ()), *held)
        with torch.no_grad():
            art = extract_features(self.features, batch.target, tuple(dict.fromkeys(layers)))
        return HouseForward(picture, extract_features(self.features, picture, self.feature_layers), art)

    @property
    def shares_features(self) -> bool:
        """Whether the discriminator sees pictures as they are, so that what was seen of them serves it, too."""
        return not (self.discriminator_trainer.options.changes or self.discriminator_trainer.options.pool)

    def discriminator_loss(self, batch: TrainingBatch, output: HouseForward) -> dict[str, Tensor]:
        """The discriminator's ``loss`` on the batch's art and on the picture, and what it thinks of both."""
        fake = output.picture.detach()
        if not self.shares_features:
            return self.discriminator_trainer.compute_loss(batch.target, fake, batch.step)
        known = {name: output.features[name].detach() for name in self.options.layers}
        art = {name: output.art_features[name] for name in self.options.layers}
        if self.replay_buffers:
            art, known = (
                self.replay_buffers["art"].extend_with_replay(art),
                self.replay_buffers["pictures"].extend_with_replay(known),
            )
        return self.discriminator_trainer.compute_loss_from_logits(
            (batch.target, fake), (self.heads(art), self.heads(known)), batch.step
        )

    def adversarial_loss(self, batch: TrainingBatch, output: HouseForward) -> Tensor:
        """The generator's adversarial loss on the picture."""
        return (
            self.discriminator_trainer.compute_generator_loss_from_logits(self.heads(output.features))
            if self.shares_features
            else self.discriminator_trainer.compute_generator_loss(output.picture)
        )

    def extra_losses(self, batch: TrainingBatch, output: HouseForward) -> dict[str, Tensor]:
        """What holds the picture: structure as features see it, the nearest art, and colours within the margin."""
        options = self.options
        with torch.no_grad():
            photo = extract_features(
                self.features, batch.source, tuple({*options.content_layers, *options.nearest_layers})
            )
        kept = torch.stack([content_loss(output.features[name], photo[name]) for name in options.content_layers]).mean()
        told = {"content": kept, "colour": colour_loss(output.picture, batch.source, options.cell, options.margins)}
        told |= {"rims": rims_loss(output.picture, batch.source)} if options.rims else {}
        told |= (
            {"neighbours": self.nearest_feature_loss(output.features, photo, output.art_features)}
            if options.nearest_layers
            else {}
        )
        told |= {"together": self.mmd_loss(output.features, output.art_features)} if self.mmd_loss else {}
        return told | self.of_art(batch, output)

    def of_art(self, batch: TrainingBatch, fake: HouseForward) -> dict[str, Tensor]:
        """What the art asks of the picture as a whole: which marks there are, and which colours."""
        told: dict[str, Tensor] = {}
        if self.options.statistics:
            self.statistics.learn(fake.art_features, batch.target)
            told["statistics"] = self.statistics(fake.features, batch.source)
        if self.options.palette:
            self.transport.learn(batch.target)
            told["palette"] = self.transport(fake.picture)
        return told

    def make_generator_input(self, batch: TrainingBatch) -> Tensor:
        """The photo with the grain that the engine will add, too; and beside it the grain that it will give."""
        x = batch.source + self.options.grain * batch.grain
        x = torch.cat([x, batch.grain], 1) if self.options.texture else x
        if self.options.strokes.layers:
            x = torch.cat([x, draw_strokes(batch.source, self.options.strokes, batch.step)], 1)
        return x.contiguous(memory_format=torch.channels_last)

    def generate(self, batch: TrainingBatch) -> Tensor:
        """What the averaged generator makes of the photo, in float32."""
        return self.generator_trainer.generate(self.make_generator_input(batch))

    def list_generators(self) -> list[TrainedGenerator]:
        """The averaged generator; local, so it says its halo."""
        made, options = self.generator_trainer.ema_generator, self.options
        product = TrainedGenerator(
            made, halo=made.halo, multiple=made.multiple, grain=options.grain, texture=options.texture
        )
        return [replace(product, cells=options.generator.cells, strokes=options.strokes)]

    def list_stateful_components(self) -> dict[str, Any]:
        """What has a state; the pool and the neighbours where there are some."""
        networks = {
            "live": self.generator_trainer.network,
            "generator": self.generator_trainer.ema_generator,
            "discriminator": self.heads,
        }
        pool = {"pool": self.discriminator_trainer.image_pool} if self.options.adversary.pool else {}
        pool |= {"neighbours": self.nearest_feature_loss} if self.options.nearest_layers else {}
        pool |= {"sets": self.mmd_loss} if self.mmd_loss else {}
        pool |= {"statistics": self.statistics} if self.options.statistics else {}
        pool |= {"transport": self.transport} if self.options.palette else {}
        pool |= {f"rehearsal_{which}": one for which, one in self.replay_buffers.items()}
        return {
            **networks,
            "g_optimizer": self.generator_trainer.optimizer,
            "d_optimizer": self.discriminator_trainer.optimizer,
            **pool,
        }

    def state_dict(self) -> dict[str, Any]:
        """Weights of all networks, state of both optimisers, and how strong the steered changes are."""
        return {**super().state_dict(), "strength": self.discriminator_trainer.augmentation_strength}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """The inverse of ``state_dict``; a run from before there were changes has no strength."""
        super().load_state_dict(state)
        self.discriminator_trainer.augmentation_strength = state.get(
            "strength", self.discriminator_trainer.augmentation_strength
        )
