"""Builds generators and discriminators by name."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, cast

from torch import Tensor, nn

from ganvas.learn.nets.dcgan import DcganDiscriminator, DcganGenerator, DcganSize
from ganvas.learn.nets.features import VggFeatures
from ganvas.learn.nets.local import LocalGenerator, LocalOptions
from ganvas.learn.nets.norms import NormName
from ganvas.learn.nets.patch import MultiScaleDiscriminator, PatchConfig, PatchDiscriminator
from ganvas.learn.nets.projected import ProjectedDiscriminator, extract_features
from ganvas.learn.nets.resnet import ResnetConfig, ResnetGenerator, UpsamplingName
from ganvas.learn.nets.stroke_generator import StrokeGenerator
from ganvas.learn.nets.unet import UnetConfig, UnetGenerator

AnyGenerator = LocalGenerator | ResnetGenerator | UnetGenerator | DcganGenerator | StrokeGenerator
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
    norm: NormName = "instance"
    dropout: float = 0.0
    up: UpsamplingName = "transposed"
    depth: int = 8
    size: DcganSize = 64
    noise: int = 100
    local: LocalOptions = field(default_factory=LocalOptions)


GENERATORS: dict[str, Callable[[GeneratorOptions], AnyGenerator]] = {
    "local": lambda options: LocalGenerator(options.local),
    "resnet6": lambda options: ResnetGenerator(make_resnet_config(6, options)),
    "resnet9": lambda options: ResnetGenerator(make_resnet_config(9, options)),
    "unet": lambda options: UnetGenerator(UnetConfig(options.depth, options.channels, options.norm, options.dropout)),
    "dcgan": lambda options: DcganGenerator(options.size, options.channels, options.noise, options.norm),
}


def make_resnet_config(blocks: int, options: GeneratorOptions) -> ResnetConfig:
    """The ResNet's own settings."""
    return ResnetConfig(blocks, options.channels, options.norm, options.dropout, options.up)


@dataclass(frozen=True)
class DiscriminatorOptions:
    """Which discriminator, and its settings; each network uses those that it has.

    ``norm`` and ``dropout``: patch discriminators (dcgan: the norm). ``spectral``: spectral norm on every convolution;
    the projected one always has it. ``layers`` and ``width``: of the projected one, see ``ProjectedDiscriminator``.
    """

    network: DiscriminatorName = "patch70"
    channels: int = 64
    norm: NormName = "instance"
    spectral: bool = False
    dropout: float = 0.0
    layers: tuple[str, ...] = ("1_2", "2_2", "/3_3")
    width: int = 32
    size: DcganSize = 64


class FeatureDiscriminator(nn.Module):
    """The projected discriminator from pictures on: n x 3 x h x w to a map of logits for each head.

    The frozen features are held outside of the module tree: they belong to no state and to no optimiser.
    """

    def __init__(
        self, options: DiscriminatorOptions, spectral: bool = True, features: VggFeatures | None = None
    ) -> None:
        super().__init__()
        self.heads = ProjectedDiscriminator(options.layers, options.width, spectral)
        self.frozen_features = [
            features or VggFeatures("4_3" if any("4_" in name for name in options.layers) else "3_3")
        ]
        self.layers = options.layers

    def calibrate(self, x: Tensor) -> None:
        """Fix each head's scale by art n x 3 x h x w."""
        self.heads.calibrate(self.frozen_features[0], x[:, -3:])

    def forward(self, x: Tensor) -> list[Tensor]:
        """n x c x h x w, of which the last three channels are the picture, to logits."""
        return self.heads(extract_features(self.frozen_features[0], x[:, -3:], self.layers))


def make_patch_config(in_channels: int, halvings: int, options: DiscriminatorOptions) -> PatchConfig:
    """The patch discriminators' own settings."""
    return PatchConfig(in_channels, halvings, options.channels, options.norm, options.spectral, options.dropout)


def build_dcgan_discriminator(in_channels: int, options: DiscriminatorOptions) -> nn.Module:
    """DCGAN's discriminator."""
    return DcganDiscriminator(in_channels, options.size, options.channels, options.norm, options.spectral)


DISCRIMINATORS: dict[str, Callable[[int, DiscriminatorOptions], nn.Module]] = {
    "patch16": lambda inputs, options: PatchDiscriminator(make_patch_config(inputs, 1, options)),
    "patch70": lambda inputs, options: PatchDiscriminator(make_patch_config(inputs, 3, options)),
    "multi-scale": lambda inputs, options: MultiScaleDiscriminator(make_patch_config(inputs, 3, options)),
    "dcgan": build_dcgan_discriminator,
    "projected": lambda inputs, options: FeatureDiscriminator(options),
}


def build_generator(options: GeneratorOptions) -> AnyGenerator:
    """The generator that the options name."""
    return GENERATORS[options.network](options)


def build_discriminator(options: DiscriminatorOptions, in_channels: int = 3) -> nn.Module:
    """The discriminator that the options name: n x inputs x h x w to a list of logits."""
    return DISCRIMINATORS[options.network](in_channels, options)


def get_size_multiple(options: GeneratorOptions) -> int:
    """What the sides of a crop must be multiples of, without building the network."""
    known = {"unet": 2**options.depth, "dcgan": 1, "local": options.local.multiple}
    return known.get(cast(str, options.network), 4)
