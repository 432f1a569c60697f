"""Which generators and discriminators there are, built by name. Knows their settings, and no methods and no losses."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, cast

from torch import Tensor, nn

from ganvas.learn.nets.dcgan import NoiseGenerator, Size, WholeDiscriminator
from ganvas.learn.nets.features import Features
from ganvas.learn.nets.local import LocalGenerator, LocalOptions
from ganvas.learn.nets.norms import Norm
from ganvas.learn.nets.patch import MultiScaleDiscriminator, PatchDiscriminator, PatchShape
from ganvas.learn.nets.projected import ProjectedDiscriminator, look
from ganvas.learn.nets.resnet import ResnetGenerator, ResnetShape, Up
from ganvas.learn.nets.stroke_generator import StrokeGenerator
from ganvas.learn.nets.unet import UnetGenerator, UnetShape

Generator = LocalGenerator | ResnetGenerator | UnetGenerator | NoiseGenerator | StrokeGenerator
GeneratorName = Literal["local", "resnet6", "resnet9", "unet", "dcgan"]
DiscriminatorName = Literal["patch16", "patch70", "multi-scale", "dcgan", "projected"]


@dataclass(frozen=True)
class GeneratorOptions:
    """Which generator, and its settings; each network uses those that it has.

    ``channels``, ``norm``, ``dropout``: all but ``local``. ``up``: ResNets. ``depth``: steps down of the U-Net.
    ``size`` and ``noise``: DCGAN's pictures and the width of its codes. ``local``: the local generator's own.
    """

    network: GeneratorName = "resnet9"
    channels: int = 64
    norm: Norm = "instance"
    dropout: float = 0.0
    up: Up = "transposed"
    depth: int = 8
    size: Size = 64
    noise: int = 100
    local: LocalOptions = field(default_factory=LocalOptions)


GENERATORS: dict[str, Callable[[GeneratorOptions], Generator]] = {
    "local": lambda options: LocalGenerator(options.local),
    "resnet6": lambda options: ResnetGenerator(resnet_shape(6, options)),
    "resnet9": lambda options: ResnetGenerator(resnet_shape(9, options)),
    "unet": lambda options: UnetGenerator(UnetShape(options.depth, options.channels, options.norm, options.dropout)),
    "dcgan": lambda options: NoiseGenerator(options.size, options.channels, options.noise, options.norm),
}


def resnet_shape(blocks: int, options: GeneratorOptions) -> ResnetShape:
    """The ResNet's own settings."""
    return ResnetShape(blocks, options.channels, options.norm, options.dropout, options.up)


@dataclass(frozen=True)
class DiscriminatorOptions:
    """Which discriminator, and its settings; each network uses those that it has.

    ``norm`` and ``dropout``: patch discriminators (dcgan: the norm). ``spectral``: spectral norm on every convolution;
    the projected one always has it. ``layers`` and ``width``: of the projected one, see ``ProjectedDiscriminator``.
    """

    network: DiscriminatorName = "patch70"
    channels: int = 64
    norm: Norm = "instance"
    spectral: bool = False
    dropout: float = 0.0
    layers: tuple[str, ...] = ("1_2", "2_2", "/3_3")
    width: int = 32
    size: Size = 64


class FeatureJudge(nn.Module):
    """The projected discriminator from pictures on: n x 3 x h x w to a map of logits for each head.

    The frozen features are held outside of the module tree: they belong to no state and to no optimiser.
    """

    def __init__(self, options: DiscriminatorOptions, spectral: bool = True, features: Features | None = None) -> None:
        super().__init__()
        self.heads = ProjectedDiscriminator(options.layers, options.width, spectral)
        self.seen = [features or Features("4_3" if any("4_" in name for name in options.layers) else "3_3")]
        self.layers = options.layers

    def measure(self, x: Tensor) -> None:
        """Fix each head's scale by art n x 3 x h x w."""
        self.heads.measure(self.seen[0], x[:, -3:])

    def forward(self, x: Tensor) -> list[Tensor]:
        """n x c x h x w, of which the last three channels are the picture, to logits."""
        return self.heads(look(self.seen[0], x[:, -3:], self.layers))


def patch_shape(inputs: int, halvings: int, options: DiscriminatorOptions) -> PatchShape:
    """The patch discriminators' own settings."""
    return PatchShape(inputs, halvings, options.channels, options.norm, options.spectral, options.dropout)


def whole(inputs: int, options: DiscriminatorOptions) -> nn.Module:
    """DCGAN's discriminator."""
    return WholeDiscriminator(inputs, options.size, options.channels, options.norm, options.spectral)


DISCRIMINATORS: dict[str, Callable[[int, DiscriminatorOptions], nn.Module]] = {
    "patch16": lambda inputs, options: PatchDiscriminator(patch_shape(inputs, 1, options)),
    "patch70": lambda inputs, options: PatchDiscriminator(patch_shape(inputs, 3, options)),
    "multi-scale": lambda inputs, options: MultiScaleDiscriminator(patch_shape(inputs, 3, options)),
    "dcgan": whole,
    "projected": lambda inputs, options: FeatureJudge(options),
}


def build_generator(options: GeneratorOptions) -> Generator:
    """The generator that the options name."""
    return GENERATORS[options.network](options)


def build_discriminator(options: DiscriminatorOptions, inputs: int = 3) -> nn.Module:
    """The discriminator that the options name: n x inputs x h x w to a list of logits."""
    return DISCRIMINATORS[options.network](inputs, options)


def multiple_of(options: GeneratorOptions) -> int:
    """What the sides of a crop must be multiples of, without building the network."""
    known = {"unet": 2**options.depth, "dcgan": 1, "local": options.local.multiple}
    return known.get(cast(str, options.network), 4)
