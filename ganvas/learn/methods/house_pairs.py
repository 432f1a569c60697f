"""The house method for pairs: a local generator, features, a projected discriminator.

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

from ganvas.learn.losses.basic import colour_loss, content_loss, palette_cross_entropy, weighted_l1_loss
from ganvas.learn.losses.palette import assign_palette_colours, compute_rarity_weights, extract_palette
from ganvas.learn.losses.replay import ReplayBuffer
from ganvas.learn.methods.discriminator import AdversarialOptions
from ganvas.learn.methods.generator import OptimisationOptions
from ganvas.learn.methods.one_sided import OneSidedMethod
from ganvas.learn.methods.protocol import TrainingBatch, backward_and_step
from ganvas.learn.nets.factory import DiscriminatorOptions, FeatureDiscriminator, GeneratorOptions
from ganvas.learn.nets.features import VggFeatures
from ganvas.learn.nets.local import LocalGenerator, LocalOptions
from ganvas.learn.nets.projected import extract_features
from ganvas.learn.training.precision import autocast

DEFAULT_PALETTE_SIZE = 32  # that are told apart in the art


def make_generator_options() -> GeneratorOptions:
    """The local one; its skips keep the lines of the photo."""
    return GeneratorOptions("local", local=LocalOptions(skips=True, far=4, headroom=0.25))


def make_adversarial_options() -> AdversarialOptions:
    """Heads on features at half size, as in the house method."""
    return AdversarialOptions(DiscriminatorOptions("projected", layers=("/1_2", "/2_2", "/3_3")))


def make_optimisation_options() -> OptimisationOptions:
    """Faster than the classics, with an average."""
    return OptimisationOptions(1e-3, 5e-4, (0.5, 0.99), half_life=2000.0)


@dataclass(frozen=True)
class HousePairsOptions:
    """The two networks, how they learn, and the weights; ``like`` names the layers that are compared.

    ``distance`` weighs that of pixels, or of a generator with a palette its choice. ``warm_steps``: steps with nothing
    else, which are three times as quick. ``even``: from 0, where a colour weighs as much more as it is rarer, to 1,
    where all pixels are alike.
    """

    generator: GeneratorOptions = field(default_factory=make_generator_options)
    adversary: AdversarialOptions = field(default_factory=make_adversarial_options)
    descent: OptimisationOptions = field(default_factory=make_optimisation_options)
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


class PairOutput(NamedTuple):
    """What is made of a pair's photo, n x 3 x h x w, before and with its colours."""

    raw: Tensor
    picture: Tensor


class HousePairsForward(NamedTuple):
    """What is made of a pair; the pictures that are judged, and art; what the frozen features see of these two."""

    pair_output: PairOutput
    picture: Tensor
    art: Tensor
    features: Mapping[str, Tensor]
    art_features: Mapping[str, Tensor]


class HousePairsMethod(OneSidedMethod):
    """Photo to picture, from pairs, on a processor."""

    Options: ClassVar[type] = HousePairsOptions
    required_data: ClassVar[str] = "pairs"
    supported_generators: ClassVar[Sequence[str]] = ("local", "resnet6", "resnet9", "unet")
    supported_discriminators: ClassVar[Sequence[str]] = ("projected", "patch16", "patch70", "multi-scale")

    def __init__(self, options: HousePairsOptions) -> None:
        self.palette_size = options.generator.local.palette if options.generator.network == "local" else 0
        self.options, judge = options, options.adversary.discriminator
        self.head_layers = judge.layers if judge.network == "projected" else ()
        self.feature_layers = tuple(dict.fromkeys((*options.like, *options.content_layers, *self.head_layers)))
        self.features = VggFeatures("4_3" if any("4_" in name for name in self.feature_layers) else "3_3")
        heads = FeatureDiscriminator(judge, judge.spectral, self.features) if self.head_layers else None
        super().__init__(options.generator, options.adversary, options.descent, heads)
        seen = ("art", "pictures") if options.rehearse else ()
        self.replay_buffers = {which: ReplayBuffer(options.rehearse, options.rehearsed) for which in seen}
        weighed = ("distance", "likeness", "adversarial", "content", "colour")
        self.loss_weights = {name: getattr(options, name) for name in weighed}

    def calibrate(self, batches: Sequence[TrainingBatch]) -> None:
        """Show the discriminator some art, and find its colours."""
        self.discriminator_trainer.calibrate(torch.cat([get_discriminator_art(batch) for batch in batches]))
        art = torch.cat([batch.target for batch in batches])
        self.palette_colours = extract_palette(art, self.palette_size or DEFAULT_PALETTE_SIZE)
        self.rarity_weights = compute_rarity_weights(art, self.palette_colours, self.options.even)
        if self.palette_size:
            for network in (self.generator_trainer.network, self.generator_trainer.ema_generator):
                network.get_buffer("palette").copy_(self.palette_colours)

    def train_step(self, batch: TrainingBatch, rate_factor: float) -> dict[str, Tensor]:
        """A warm step, or one of the discriminator and one of the generator; returns the losses."""
        if batch.step >= self.options.warm_steps:
            return super().train_step(batch, rate_factor)
        with autocast(self.precision):
            loss = self.compute_distance_loss(batch, self.generate_pair(batch, coloured=not self.palette_size))
        backward_and_step(self.generator_trainer.optimizer, loss, rate_factor)
        self.generator_trainer.update_ema(len(batch.source), batch.step)
        return {"distance": loss.detach()}

    def generate_pair(self, batch: TrainingBatch, coloured: bool = True) -> PairOutput:
        """A picture before and with its colours; without a palette, or where it is not to be dyed, the two are one."""
        live = self.generator_trainer.network
        if not (self.palette_size and isinstance(live, LocalGenerator)):
            picture = self.generate_for_training(batch)
            return PairOutput(picture, picture)
        drawing = live.predict_raw(batch.source)
        return PairOutput(drawing, live.apply_output_activation(drawing) if coloured else drawing)

    def forward(self, batch: TrainingBatch) -> HousePairsForward:
        """Pictures and art, looked at once for all losses: those of the pairs, or of the photos beside them."""
        pair = self.generate_pair(batch, coloured=batch.unpaired is None or not self.palette_size)
        picture = self.generator_trainer.network(batch.unpaired.photos) if batch.unpaired else pair.picture
        art = get_discriminator_art(batch)
        with torch.no_grad():
            wanted = extract_features(self.features, art, self.head_layers if batch.unpaired else self.feature_layers)
        return HousePairsForward(
            pair, picture, art, extract_features(self.features, picture, self.feature_layers), wanted
        )

    @property
    def shares_features(self) -> bool:
        """Whether the discriminator sees pictures as they are, so that what was seen of them serves it, too."""
        return bool(self.head_layers) and not (
            self.discriminator_trainer.options.changes or self.discriminator_trainer.options.pool
        )

    def discriminator_loss(self, batch: TrainingBatch, output: HousePairsForward) -> dict[str, Tensor]:
        """The discriminator's ``loss`` on art and on the pictures, and what it thinks of both."""
        fake = output.picture.detach()
        if not self.shares_features:
            return self.discriminator_trainer.compute_loss(output.art, fake, batch.step)
        art = {name: output.art_features[name] for name in self.head_layers}
        known = {name: output.features[name].detach() for name in self.head_layers}
        if self.replay_buffers:
            art, known = (
                self.replay_buffers["art"].extend_with_replay(art),
                self.replay_buffers["pictures"].extend_with_replay(known),
            )
        return self.discriminator_trainer.compute_loss_from_logits(
            (output.art, fake), (self.compute_head_logits(art), self.compute_head_logits(known)), batch.step
        )

    def adversarial_loss(self, batch: TrainingBatch, output: HousePairsForward) -> Tensor:
        """The generator's adversarial loss on the pictures."""
        return (
            self.discriminator_trainer.compute_generator_loss_from_logits(self.compute_head_logits(output.features))
            if self.shares_features
            else self.discriminator_trainer.compute_generator_loss(output.picture)
        )

    def compute_head_logits(self, maps: Mapping[str, Tensor]) -> list[Tensor]:
        """The heads' logits of feature maps."""
        assert isinstance(self.discriminator_trainer.network, FeatureDiscriminator)
        return self.discriminator_trainer.network.heads(maps)

    def extra_losses(self, batch: TrainingBatch, output: HousePairsForward) -> dict[str, Tensor]:
        """Distances to the true picture, of pixels and of features; what holds the pictures of photos beside."""
        options = self.options
        told = {"distance": self.compute_distance_loss(batch, output.pair_output)}
        if batch.unpaired is None:
            likeness = [content_loss(output.features[name], output.art_features[name]) for name in options.like]
            return told | {"likeness": torch.stack(likeness).mean()}
        with torch.no_grad():
            photo = extract_features(self.features, batch.unpaired.photos, options.content_layers)
        kept = torch.stack([content_loss(output.features[name], photo[name]) for name in options.content_layers]).mean()
        tint = colour_loss(output.picture, batch.unpaired.photos, options.cell, options.margins)
        return told | {"content": kept, "colour": tint}

    def compute_distance_loss(self, batch: TrainingBatch, output: PairOutput) -> Tensor:
        """How far the pixels are from the true ones, or how unlikely the true colours were."""
        wanted = assign_palette_colours(batch.target, self.palette_colours)
        weight = self.rarity_weights[wanted]
        return (
            palette_cross_entropy(output.raw, wanted, weight)
            if self.palette_size
            else weighted_l1_loss(output.picture, batch.target, weight)
        )

    def list_stateful_components(self) -> dict[str, Any]:
        """What has a state."""
        return super().list_stateful_components() | {
            f"rehearsal_{which}": one for which, one in self.replay_buffers.items()
        }


def get_discriminator_art(batch: TrainingBatch) -> Tensor:
    """The art that the discriminator is shown."""
    return batch.unpaired.art if batch.unpaired else batch.target
