"""Refuses settings that do not go together, before anything is trained."""

from collections.abc import Iterator
from dataclasses import astuple
from typing import Any

from ganvas.errors import BadRecipe
from ganvas.learn.data.batches import WHOLE_PICTURE, DataOptions
from ganvas.learn.methods.discriminator import AdversarialOptions, RegularisationOptions
from ganvas.learn.nets.factory import GeneratorOptions, get_size_multiple
from ganvas.learn.nets.features import VGG_LAYERS, split_view_prefix
from ganvas.learn.nets.local import LocalOptions
from ganvas.style.stroke_settings import StrokeSettings, find_stroke_faults

# Why a network is not among those of a method; what is not here was not tried and is refused as such.
INCOMPATIBILITY_REASONS = {
    ("generator", "dcgan"): "it takes noise, and this method gives it photos",
    ("discriminator", "dcgan"): "it judges a whole picture of one size, and photos come in any",
    ("cut", "unet"): "its skips carry the picture past the encoder, so there is nothing to contrast",
    ("dcgan", "resnet9"): "it takes photos, and this method gives it noise",
    ("dcgan", "resnet6"): "it takes photos, and this method gives it noise",
    ("dcgan", "unet"): "it takes photos, and this method gives it noise",
    ("dcgan", "local"): "it takes photos, and this method gives it noise",
    ("dcgan", "patch70"): "its patches are larger than the pictures",
    ("dcgan", "multi-scale"): "its patches are larger than the pictures",
}


def refuse_conflicts(name: str, method: Any, options: Any, data: DataOptions) -> None:
    """Raise BadRecipe with the first thing that does not fit.

    ``method``: the class; one that declares nothing is taken to fit with any option of its own.
    """
    for what, right in find_conflicts(name, method, options, data):
        raise BadRecipe(what, right)


def find_conflicts(name: str, method: Any, options: Any, data: DataOptions) -> Iterator[tuple[str, str]]:
    """What is wrong and what would be right, one after the other."""
    yield from find_data_conflicts(name, getattr(method, "required_data", "both"), data)
    generator: GeneratorOptions | None = getattr(options, "generator", None)
    adversary: RegularisationOptions | None = getattr(options, "adversary", None)
    if isinstance(generator, GeneratorOptions):
        yield from find_network_conflicts(name, "generator", generator.network, method.supported_generators)
    if local := get_local_options(getattr(options, "generator", None)):
        yield from find_local_conflicts(local, bool(getattr(options, "texture", False)))
    if isinstance(adversary, AdversarialOptions):
        yield from find_network_conflicts(
            name, "discriminator", adversary.discriminator.network, method.supported_discriminators
        )
        yield from find_penalty_conflicts(adversary)
        if isinstance(generator, GeneratorOptions):
            yield from find_size_conflicts(name, generator, adversary, data.crop)
            if data.unpaired.source:
                yield from find_size_conflicts(name, generator, adversary, data.unpaired.crop)
    if adversary is not None:
        yield from find_regularisation_conflicts(
            getattr(options, "objective", "") or get_objective(adversary), adversary
        )
    yield from find_replay_conflicts(options, adversary)
    yield from misfits_of_strokes(getattr(options, "strokes", None), getattr(options, "generator", None))
    yield from find_layer_conflicts(options)
    if not 0 <= getattr(options, "even", 0.0) <= 1:
        yield "How even colours weigh goes from 0 to 1.", "Use even = 0.5."
    accumulate: int = getattr(getattr(options, "descent", options), "accumulate", 1)
    for batch in (data.batch, *([data.unpaired.batch] if data.unpaired.source else [])):
        if accumulate < 1 or batch % accumulate:
            yield (
                f"A batch of {batch} cannot be taken in {accumulate} equal parts.",
                "Choose accumulate among the divisors of data.batch.",
            )


def get_local_options(generator: Any) -> LocalOptions | None:
    """The settings of a local generator, where it is one."""
    if isinstance(generator, GeneratorOptions):
        return generator.local if generator.network == "local" else None
    return generator if isinstance(generator, LocalOptions) else None


def find_local_conflicts(local: LocalOptions, texture: bool) -> Iterator[tuple[str, str]]:
    """The local generator's settings against each other."""
    if local.cells and local.skips:
        yield "Cells have no way up that skips could go to.", "Set generator.cells or generator.skips, not both."
    if local.cells and texture:
        yield "Cells have no way up on which a texture could be laid.", "Set generator.cells or texture, not both."
    if local.cells and local.fine:
        yield (
            "Cells have no way up on which fine blocks could stand.",
            "Set generator.cells or generator.fine, not both.",
        )
    if local.spread and not local.blocks:
        yield "What spreads over a region is used by the block after it.", "Set generator.local.blocks to 1 or more."


def misfits_of_strokes(strokes: StrokeSettings | None, generator: Any) -> Iterator[tuple[str, str]]:
    """Strokes by themselves, and against what the generator cannot do beside them."""
    if strokes is None:
        return
    for what in find_stroke_faults(strokes):
        yield what[0].upper() + what[1:] + ".", "See ganvas train --dry-run for the settings as they are."
    if strokes.layers and isinstance(generator, LocalOptions):
        plain = LocalOptions(generator.channels, generator.blocks, soft=generator.soft, fine=generator.fine)
        if generator != plain:
            yield (
                "With strokes the generator has no skips, cells, far blocks, spread, headroom or palette.",
                "Leave them out, or leave strokes out.",
            )


def find_replay_conflicts(options: Any, adversary: RegularisationOptions | None) -> Iterator[tuple[str, str]]:
    """What is judged again is what features saw, so pictures must be judged as they are."""
    again: int = getattr(options, "rehearse", 0)
    if again < 0 or getattr(options, "rehearsed", 1) < 1:
        yield "Of the last crops, one or more, none or some are judged again.", "Use rehearse = 9 and rehearsed = 48."
    if again and adversary and (adversary.changes or adversary.pool):
        yield (
            "What is changed by chance or comes from a pool cannot be rehearsed.",
            "Leave out changes and pool, or rehearse.",
        )


def find_layer_conflicts(options: Any) -> Iterator[tuple[str, str]]:
    """Layers of the frozen features by their names, and what is kept of the art's."""
    for part in ("layers", "content_layers", "neighbour_layers"):
        for name in getattr(options, part, ()):
            if split_view_prefix(name)[1] not in VGG_LAYERS:
                known = (
                    f'Use {", ".join(VGG_LAYERS)}, with a leading "/" at half size, with "@" the middle at full size.'
                )
                yield f"The features have no layer {name!r}, which {part} names.", known
    if getattr(options, "neighbours", 0.0) < 0 or getattr(options, "bank", 1) < 1:
        yield "The weight of neighbours is at least 0, and a bank keeps at least one place of art.", "Use 1 and 8192."


def get_objective(adversary: RegularisationOptions) -> str:
    """What a discriminator learns, where its options say so."""
    return adversary.objective if isinstance(adversary, AdversarialOptions) else ""


def find_data_conflicts(name: str, required_data: str, data: DataOptions) -> Iterator[tuple[str, str]]:
    """Folders and pairs."""
    if not (data.target or data.pairs in ("halves", "halves-reversed")):
        yield f"{name} needs a folder of art.", "Set data.target."
    if not data.source and required_data != "target":
        yield f"{name} needs a folder of photos.", "Set data.source."
    if required_data == "pairs" and data.pairs == "none":
        yield f"{name} learns from pairs.", "Set data.pairs to names (the same in both folders) or to halves."
    if required_data != "pairs" and data.pairs != "none":
        yield f"{name} does not use that pictures are pairs.", "Set data.pairs to none, or use house-pairs or pix2pix."
    left, upper, right, lower = data.target_part
    if not (0 <= left < right <= 1 and 0 <= upper < lower <= 1):
        yield "A part of the art has edges from 0 to 1: left, upper, right, lower.", "Use [0.0, 0.0, 1.0, 1.0] for all."
    if data.pairs != "none" and data.target_part != WHOLE_PICTURE:
        yield "Of pairs the whole is learnt, or a half; target_part is not for them.", "Leave data.target_part out."
    if data.pairs != "none" and (data.target_only or data.target_enlarge != 1):
        yield (
            "Of pairs all are learnt, at the size of both sides.",
            "Leave data.target_only and data.target_enlarge out.",
        )
    shares = astuple(data.hints)
    if any(shares) and data.pairs == "none":
        yield "Hints are colours of a drawing's true picture, and there are no pairs.", "Leave data.hints out."
    if not (all(0 <= share <= 1 for share in shares) and data.hints.dabs + data.hints.painted <= 1):
        yield "Hints are shares from 0 to 1, dabs and painted at most 1 together.", "Use dabs = 0.25 and painted = 0.4."
    if data.unpaired.source and data.pairs == "none":
        yield "Unpaired photos stand beside pairs, and there are none.", "Set data.source and leave data.unpaired out."
    if data.crop < 16 or data.batch < 1:
        yield f"A crop of {data.crop} pixels and a batch of {data.batch} cannot be learnt from.", "Use 128 and 4."


def find_network_conflicts(name: str, role: str, network: str, supported: Any) -> Iterator[tuple[str, str]]:
    """A network that the method does not go with."""
    if network not in supported:
        family = "cut" if name == "fastcut" else name
        reason = (
            INCOMPATIBILITY_REASONS.get((family, network))
            or INCOMPATIBILITY_REASONS.get((role, network))
            or "they were never tried together"
        )
        yield f"{name} does not go with the {role} {network}: {reason}.", f"Use {', '.join(supported)}."


def find_size_conflicts(
    name: str, generator: GeneratorOptions, adversary: AdversarialOptions | None, crop: int
) -> Iterator[tuple[str, str]]:
    """The crop against what the networks can take."""
    multiple = get_size_multiple(generator)
    if crop % multiple:
        steps = f" of {generator.depth} steps" if generator.network == "unet" else ""
        right = f"Set data.crop to a multiple of {multiple}"
        right += " or generator.depth to less." if steps else "."
        yield f"A crop of {crop} pixels does not fit the {generator.network}{steps}.", right
    if generator.network == "dcgan" and crop != generator.size:
        yield f"{name} makes pictures of {generator.size} pixels, the crop has {crop}.", "Set both alike."
    judge = adversary.discriminator if adversary else None
    if judge and judge.network == "dcgan" and judge.size != crop:
        yield f"The discriminator judges {judge.size} pixels, the crop has {crop}.", "Set both alike."
    if judge and judge.network in ("patch70", "multi-scale") and crop < (32, 128)[judge.network == "multi-scale"]:
        yield f"A crop of {crop} pixels is too small for {judge.network}.", "Use patch16, or a larger crop."


def find_penalty_conflicts(adversary: AdversarialOptions) -> Iterator[tuple[str, str]]:
    """WGAN's penalty against the discriminator."""
    judge = adversary.discriminator
    if adversary.objective == "wgan-gp" and judge.norm == "batch" and judge.network != "projected":
        yield (
            "WGAN's penalty is for each picture by itself, and batch norm mixes them (Gulrajani 2017, section 4).",
            "Set the discriminator's norm to instance, group or none.",
        )


def find_regularisation_conflicts(objective: str, regularisation: RegularisationOptions) -> Iterator[tuple[str, str]]:
    """The objective against the stabilisers, and these against each other."""
    if regularisation.smoothing and objective in ("hinge", "wgan-gp"):
        yield f"{objective} has no labels that could be smoothed.", "Set smoothing to 0."
    if not 0 <= regularisation.smoothing < 0.5 or not 0 <= regularisation.strength <= 1:
        yield "Smoothing goes from 0 to below 0.5, strength from 0 to 1.", "Use 0.1 and 1."
    if regularisation.aim and not regularisation.changes:
        yield (
            "There is nothing to steer: no changes are named.",
            'Set adversary.changes, as in ["colour", "translation"].',
        )
