"""The rules of the field, one a line, in the order in which they are applied.

A rule that applies sets settings and says why; a later one may set them again. docs/handbook/advice.md shows them as a
table, and a test holds the two together.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ganvas.advise.facts import TrainingFacts

MIN_WORKS_FOR_NEAREST = 20  # works of art: fewer have too little to be near to
MIN_WORKS_FOR_MMD = 100  # works of art that say together what is usual among them
Aim = Literal["quality", "speed", "stability"]


@dataclass(frozen=True)
class TrainingGoal:
    """What is wanted: how many minutes, on what, what matters most, and what for."""

    minutes: float = 25.0
    device: Literal["cpu", "cuda"] = "cpu"
    aim: Aim = "quality"
    use: Literal["photos", "film"] = "photos"


@dataclass(frozen=True)
class AdviceRule:
    """``applies`` to facts and a wish; ``settings`` by key with dots; ``reason`` in a sentence."""

    name: str
    applies: Callable[[TrainingFacts, TrainingGoal], bool]
    settings: Mapping[str, Any]
    reason: str


def has_photos(facts: TrainingFacts, goal: TrainingGoal) -> bool:
    """Whether photos are to become pictures."""
    return facts.photos > 0


def is_paired(facts: TrainingFacts, goal: TrainingGoal) -> bool:
    """Whether nearly all photos have a partner."""
    return facts.paired_share > 0.9


def is_unpaired(facts: TrainingFacts, goal: TrainingGoal) -> bool:
    """Whether photos and art have nothing to do with each other."""
    return facts.photos > 0 and not is_paired(facts, goal)


ADVICE_RULES: tuple[AdviceRule, ...] = (
    AdviceRule(
        "art alone",
        lambda facts, wish: facts.photos == 0,
        {"method": "dcgan", "data.crop": 64, "data.batch": 32, "options.descent.half_life": 5000.0},
        "There are no photos, so new pictures are made of noise; an average over 5,000 pictures calms them.",
    ),
    AdviceRule(
        "unpaired",
        is_unpaired,
        {"method": "house", "data.crop": 128, "data.batch": 4},
        "Photos and art are not pairs; one small local generator learns in minutes on a processor and takes any size.",
    ),
    AdviceRule(
        "nearest art",
        lambda facts, wish: is_unpaired(facts, wish) and facts.art >= MIN_WORKS_FOR_NEAREST,
        {"options.neighbours": 1.0, "options.content": 0.05, "options.warm_steps": 200, "data.batch": 3},
        "Each place is held to the art that looks most like it, and little to the photo: paint in half the steps.",
    ),
    AdviceRule(
        "texture",
        is_unpaired,
        {"options.texture": True},
        "Noise that is laid on the way up gives paper, canvas and brush, which nothing else in the generator can make.",
    ),
    AdviceRule(
        "as a set",
        lambda facts, wish: is_unpaired(facts, wish) and facts.art >= MIN_WORKS_FOR_MMD,
        {"options.together": 5.0},
        "Works enough say how many calm and how many busy places the art has, and pictures are held to that.",
    ),
    AdviceRule(
        "pairs",
        is_paired,
        {"method": "house-pairs", "data.pairs": "names", "data.crop": 96, "data.batch": 8},
        "Each photo has its picture, which says more than any discriminator can.",
    ),
    AdviceRule(
        "pairs on a graphics card",
        lambda facts, wish: is_paired(facts, wish) and wish.device == "cuda" and wish.use == "photos",
        {"method": "pix2pix", "data.crop": 256, "data.batch": 4},
        "A U-Net sees the whole picture, which helps where colours depend on what a thing is; it wants a fast machine.",
    ),
    AdviceRule(
        "small pairs",
        lambda facts, wish: is_paired(facts, wish) and facts.median_short_side <= 300 and wish.device == "cpu",
        {"data.source_edge": 112, "data.target_edge": 112, "data.zoom": [0.86, 1.1]},
        "A crop that shows nearly all of a picture tells what it is of; twenty of these are seen in a second.",
    ),
    AdviceRule(
        "few pictures of art",
        lambda facts, wish: is_unpaired(facts, wish) and facts.art < 100,
        {"data.zoom": [0.5, 1.2]},
        "With few pictures of art more scales show it in more ways.",
    ),
    AdviceRule(
        "few pictures for noise",
        lambda facts, wish: facts.photos == 0 and facts.art < 5000,
        {"options.adversary.changes": ["colour", "translation"], "options.adversary.strength": 0.3},
        "Under some thousand pictures a discriminator learns them by heart; DiffAugment holds it off.",
    ),
    AdviceRule(
        "small pictures",
        lambda facts, wish: is_unpaired(facts, wish) and facts.median_short_side < 160,
        {"data.crop": 96, "data.zoom": [0.8, 1.2]},
        "The art is small: smaller crops, less reduced, keep its marks at their size.",
    ),
    AdviceRule(
        "large pictures",
        lambda facts, wish: is_unpaired(facts, wish) and facts.median_short_side > 900,
        {"data.target_edge": 768},
        "Art of high resolution shows finer marks when it is reduced less.",
    ),
    AdviceRule(
        "short of time",
        lambda facts, wish: is_unpaired(facts, wish) and wish.minutes < 10,
        {"options.warm_steps": 100, "data.batch": 3},
        "A warm start of 500 steps is half of a few minutes; smaller batches make more steps of the rest.",
    ),
    AdviceRule(
        "speed",
        lambda facts, wish: is_unpaired(facts, wish) and wish.aim == "speed",
        {"options.generator.channels": [12, 24, 48], "options.generator.blocks": 4},
        "A narrower, shallower generator draws a photo in about half the time.",
    ),
    AdviceRule(
        "quality with time",
        lambda facts, wish: is_unpaired(facts, wish) and wish.aim == "quality" and wish.minutes >= 60,
        {"data.crop": 160},
        "With an hour or more, larger crops teach how marks go together.",
    ),
    AdviceRule(
        "stability",
        lambda facts, wish: not has_photos(facts, wish) and wish.aim == "stability",
        {
            "options.adversary.r1": 1.0,
            "options.adversary.discriminator.spectral": True,
            "options.adversary.discriminator.norm": "none",
        },
        "Spectral norm and R1 hold the discriminator's slope, for a somewhat duller picture.",
    ),
    AdviceRule(
        "stability of transfer",
        lambda facts, wish: is_unpaired(facts, wish) and wish.aim == "stability",
        {"options.discriminator_rate": 2e-4, "options.generator_rate": 2e-4},
        "Lower rates overshoot less, and take longer.",
    ),
    AdviceRule(
        "film",
        lambda facts, wish: has_photos(facts, wish) and wish.use == "film",
        {"options.grain": 0.0, "options.texture": False},
        "In film a grain or a texture that stands still over moving things is seen as dirt.",
    ),
)
