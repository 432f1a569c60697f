"""Advice: the rules that apply, a recipe ready to run, and how long it takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from ganvas.advise.facts import TrainingFacts
from ganvas.advise.rules import ADVICE_RULES, TrainingGoal

MIN_STEPS_BY_METHOD = {"house": 1500, "house-pairs": 2500, "pix2pix": 10_000, "dcgan": 4000}
# What came of training the advice and the defaults for the same minutes: docs/handbook/advice.md.
MEASURED_OUTCOMES = {
    "house": "On Monet, prints and Van Gogh, twelve minutes each, it keeps more of the photo; whether it is nearer to "
    "the art could not be told. With two or three minutes the defaults are nearer."
}
UNMEASURED_OUTCOME = "Whether it beats the defaults was not measured."


class Pace(NamedTuple):
    """The seconds of a learning step on this machine; the precision that it computes in, and a sentence why."""

    seconds: float
    precision: str
    why: str


@dataclass(frozen=True)
class RecipeAdvice:
    """A recipe as plain data, the reasons by rule, warnings, and the steps that the minutes allow on this machine.

    ``beside_defaults``: what is known of it against the default recipe within the same minutes.
    """

    recipe: dict[str, Any]
    reasons: dict[str, str]
    warnings: tuple[str, ...]
    steps: int
    pace: Pace
    versus_defaults: str

    @property
    def seconds_per_step(self) -> float:
        """How long a step takes."""
        return self.pace.seconds


def recommend_recipe(
    facts: TrainingFacts,
    goal: TrainingGoal,
    folders: Mapping[str, Path],
    name: str,
    measure_step: Callable[[dict[str, Any]], Pace],
) -> RecipeAdvice:
    """What to use for these pictures on this machine.

    ``folders``: source and target. ``measure``: how long a learning step of a recipe, in plain data, takes.
    """
    recipe: dict[str, Any] = {"name": name, "schedule": {"minutes": goal.minutes}}
    for key, folder in folders.items():
        set_nested_value(recipe, f"data.{key}", str(folder))
    reasons: dict[str, str] = {}
    for rule in ADVICE_RULES:
        if rule.applies(facts, goal):
            reasons[rule.name] = rule.reason
            for key, value in rule.settings.items():
                set_nested_value(recipe, key, value)
    reconcile_settings(recipe)
    pace = measure_step(recipe)
    steps = int(goal.minutes * 60 / pace.seconds)
    method = recipe["method"]
    known = MEASURED_OUTCOMES.get(method, UNMEASURED_OUTCOME)
    return RecipeAdvice(recipe, reasons, tuple(list_warnings(facts, goal, method, steps)), steps, pace, known)


def set_nested_value(recipe: dict[str, Any], key: str, value: Any) -> None:
    """Set the value at a path of keys with dots between them."""
    *path, last = key.split(".")
    place = recipe
    for part in path:
        place = place.setdefault(part, {})
    place[last] = value


def reconcile_settings(recipe: dict[str, Any]) -> None:
    """Make settings of several rules agree: what the chosen method has not is left out, sizes are set alike."""
    options = recipe.get("options", {})
    if recipe["method"] != "house":
        for name in ("grain", "texture"):
            options.pop(name, None)
    if recipe["method"] == "pix2pix":
        set_nested_value(
            recipe, "options.generator.depth", (recipe["data"]["crop"] & -recipe["data"]["crop"]).bit_length() - 1
        )
    if recipe["method"] == "dcgan":
        set_nested_value(recipe, "options.generator.size", recipe["data"]["crop"])
        set_nested_value(recipe, "options.adversary.discriminator.size", recipe["data"]["crop"])
    if not recipe.get("options"):
        recipe.pop("options", None)


def list_warnings(facts: TrainingFacts, goal: TrainingGoal, method: str, steps: int) -> list[str]:
    """What may disappoint."""
    warnings: list[str] = []
    if steps < MIN_STEPS_BY_METHOD[method]:
        wanted = MIN_STEPS_BY_METHOD[method] * goal.minutes / max(steps, 1)
        warnings.append(f"{steps} steps are few for {method}: about {wanted:.0f} minutes would be enough.")
    if facts.art < 30:
        warnings.append(f"{facts.art} pictures of art are very few: expect their motifs along with their marks.")
    if 0.1 < facts.paired_share <= 0.9:
        warnings.append(
            f"{facts.paired_share:.0%} of the photos have a partner by name: are these pairs with some missing?"
        )
    if goal.device == "cpu" and not facts.supports_bf16:
        warnings.append(
            "This processor does not multiply in bf16: learning takes about twice as long as on one with it."
        )
    if goal.device == "cuda":
        warnings.append("Ganvas trains on processors; the advice is for a card, the estimate is of this machine.")
    return warnings
