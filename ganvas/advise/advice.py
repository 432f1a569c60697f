"""Advice: the rules that apply, a recipe ready to run, and how long it takes. Knows plain data and no networks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from ganvas.advise.facts import Facts
from ganvas.advise.rules import RULES, Wish

ENOUGH = {"house": 1500, "house-pairs": 2500, "pix2pix": 10_000, "dcgan": 4000}
# What came of training the advice and the defaults for the same minutes: docs/handbook/advice.md.
MEASURED = {
    "house": "On Monet, prints and Van Gogh, twelve minutes each, it keeps more of the photo; whether it is nearer to "
    "the art could not be told. With two or three minutes the defaults are nearer."
}
UNMEASURED = "Whether it beats the defaults was not measured."


class Pace(NamedTuple):
    """The seconds of a learning step on this machine; the precision that it computes in, and a sentence why."""

    seconds: float
    precision: str
    why: str


@dataclass(frozen=True)
class Advice:
    """A recipe as plain data, the reasons by rule, warnings, and the steps that the minutes allow on this machine.

    ``beside_defaults``: what is known of it against the default recipe within the same minutes.
    """

    recipe: dict[str, Any]
    reasons: dict[str, str]
    warnings: tuple[str, ...]
    steps: int
    pace: Pace
    beside_defaults: str

    @property
    def seconds_a_step(self) -> float:
        """How long a step takes."""
        return self.pace.seconds


def advise(
    facts: Facts, wish: Wish, folders: Mapping[str, Path], name: str, measure: Callable[[dict[str, Any]], Pace]
) -> Advice:
    """What to use for these pictures on this machine.

    ``folders``: source and target. ``measure``: how long a learning step of a recipe, in plain data, takes.
    """
    recipe: dict[str, Any] = {"name": name, "schedule": {"minutes": wish.minutes}}
    for key, folder in folders.items():
        put(recipe, f"data.{key}", str(folder))
    reasons: dict[str, str] = {}
    for rule in RULES:
        if rule.applies(facts, wish):
            reasons[rule.name] = rule.reason
            for key, value in rule.settings.items():
                put(recipe, key, value)
    settle(recipe)
    pace = measure(recipe)
    steps = int(wish.minutes * 60 / pace.seconds)
    method = recipe["method"]
    known = MEASURED.get(method, UNMEASURED)
    return Advice(recipe, reasons, tuple(warn(facts, wish, method, steps)), steps, pace, known)


def put(recipe: dict[str, Any], key: str, value: Any) -> None:
    """Set the value at a path of keys with dots between them."""
    *path, last = key.split(".")
    place = recipe
    for part in path:
        place = place.setdefault(part, {})
    place[last] = value


def settle(recipe: dict[str, Any]) -> None:
    """Make settings of several rules agree: what the chosen method has not is left out, sizes are set alike."""
    options = recipe.get("options", {})
    if recipe["method"] != "house":
        for name in ("grain", "texture"):
            options.pop(name, None)
    if recipe["method"] == "pix2pix":
        put(recipe, "options.generator.depth", (recipe["data"]["crop"] & -recipe["data"]["crop"]).bit_length() - 1)
    if recipe["method"] == "dcgan":
        put(recipe, "options.generator.size", recipe["data"]["crop"])
        put(recipe, "options.adversary.discriminator.size", recipe["data"]["crop"])
    if not recipe.get("options"):
        recipe.pop("options", None)


def warn(facts: Facts, wish: Wish, method: str, steps: int) -> list[str]:
    """What may disappoint."""
    warnings: list[str] = []
    if steps < ENOUGH[method]:
        wanted = ENOUGH[method] * wish.minutes / max(steps, 1)
        warnings.append(f"{steps} steps are few for {method}: about {wanted:.0f} minutes would be enough.")
    if facts.art < 30:
        warnings.append(f"{facts.art} pictures of art are very few: expect their motifs along with their marks.")
    if 0.1 < facts.pairs <= 0.9:
        warnings.append(f"{facts.pairs:.0%} of the photos have a partner by name: are these pairs with some missing?")
    if wish.device == "cpu" and not facts.bf16:
        warnings.append(
            "This processor does not multiply in bf16: learning takes about twice as long as on one with it."
        )
    if wish.device == "cuda":
        warnings.append("Ganvas trains on processors; the advice is for a card, the estimate is of this machine.")
    return warnings
