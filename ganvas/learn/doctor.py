"""The doctor: says in plain words what goes wrong in a run while it goes wrong. Knows signs, and nothing of the loop.

An alarm that rings in healthy runs is switched off, so each limit is far outside of what healthy runs show, and most
must be passed twice in a row. ``act`` changes only what cannot do harm: the learning rate and the weights of losses
downwards, the strength of DiffAugment upwards; what it did stands in the log.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import torch

from ganvas.learn import signs
from ganvas.learn.data import alone, batches
from ganvas.learn.method import Batch, Method
from ganvas.learn.readable import open_kept, open_pictures
from ganvas.learn.recipe import Recipe

REMEMBERED = 10  # logged steps
TWICE = 2
PATIENCE = 2  # examinations that pass before anything is suspected
PROBE = 8
GOING_BACK = 3  # times


@dataclass(frozen=True)
class Diagnosis:
    """What goes wrong, the figures that show it, and what to change; ``done`` is what the doctor changed by itself."""

    name: str
    what: str
    evidence: Mapping[str, float]
    change: str
    done: str = ""

    def line(self) -> dict[str, Any]:
        """For the log."""
        rounded = {name: round(value, 3) for name, value in self.evidence.items()}
        return {"diagnosis": self.name, **asdict(self), "evidence": rounded}


class Doctor:
    """Looks at one run. ``rate`` multiplies the learning rates; 1 until something had to be done."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.acts = recipe.schedule.doctor == "act"
        self.rate = 1.0
        self.weights: dict[str, float] = {}
        self.went_back = 0
        self.seen: list[dict[str, float]] = []
        self.suspected: dict[str, int] = {}
        self.told: list[str] = []
        self.learnt, self.unseen = probes(recipe)

    def hear(self, losses: Mapping[str, float]) -> None:
        """Take the losses of a logged step in."""
        self.seen = [*self.seen[1 - REMEMBERED :], dict(losses)]

    def examine(self, method: Method, step: int) -> list[Diagnosis]:
        """What goes wrong now and was not told before; with ``act`` what can be done is done."""
        method_is_warm = (
            step >= getattr(self.recipe.options, "warm_steps", 0) + PATIENCE * self.recipe.schedule.examine_every
        )
        found = {one.name: one for one in self.look(method)} if method_is_warm else {}
        self.suspected = {name: self.suspected.get(name, 0) + 1 for name in found}
        new = [found[name] for name, times in self.suspected.items() if times >= TWICE and name not in self.told]
        self.told += [one.name for one in new]
        return [self.treat(one, method) for one in new]

    def look(self, method: Method) -> Iterator[Diagnosis]:
        """All that the signs say now."""
        yield from of_losses(self.seen, objective_of(self.recipe))
        sampler = method.products()[0].kind == "sampler"
        with torch.no_grad():
            picture = method.picture(self.learnt).float()
        if sampler:
            yield from of_samples(picture, self.learnt.target)
        else:
            yield from of_pictures(picture, self.learnt.source, self.recipe.data.pairs != "none")
        if not self.recipe.data.everything:
            yield from of_scores(method, self.learnt, self.unseen)

    def treat(self, found: Diagnosis, method: Method) -> Diagnosis:
        """Do what cannot do harm, where the doctor may act."""
        treatment = TREATMENTS.get(found.name)
        done = treatment(self, method) if self.acts and treatment else ""
        return Diagnosis(found.name, found.what, found.evidence, found.change, done)

    def weigh(self, method: Method, weights: Mapping[str, float]) -> None:
        """Give the method other weights of its losses."""
        self.weights = dict(weights)
        if self.weights:
            method.weights = self.weights  # pyright: ignore[reportAttributeAccessIssue]

    def may_go_back(self) -> bool:
        """Whether to go back to the last good checkpoint instead of giving up."""
        self.went_back += 1
        return self.acts and self.went_back <= GOING_BACK

    def exploded(self, step: int) -> Diagnosis:
        """A loss or a weight that is no number any more, and what was done."""
        self.rate *= 0.5
        what = f"A loss or a weight stopped being finite before step {step}"
        done = f"went back to the last good checkpoint; learning rates times {self.rate:g} from there"
        return Diagnosis("not finite", what, {"step": float(step)}, "Lower the learning rates.", done)

    def state_dict(self) -> dict[str, Any]:
        """What a resumed run must know."""
        about = {"rate": self.rate, "seen": self.seen, "suspected": self.suspected, "told": self.told}
        return {**about, "weights": self.weights}

    def load_state_dict(self, state: Mapping[str, Any], method: Method) -> None:
        """The inverse of ``state_dict``, done to the method, too; a run from before there was a doctor has none."""
        self.weigh(method, state.get("weights") or {})
        self.rate, self.seen = state.get("rate", 1.0), list(state.get("seen", []))
        self.suspected, self.told = dict(state.get("suspected", {})), list(state.get("told", []))


def probes(recipe: Recipe) -> tuple[Batch, Batch]:
    """Crops that stay the same: of pictures that are learnt from, and of kept ones where there are any.

    Of what the discriminator is shown, which beside pairs are the photos that have no true picture.
    """
    data = alone(recipe.data) if recipe.data.unpaired.source else recipe.data
    data = replace(data, batch=PROBE)
    seed = recipe.seed + 1_000_003
    found = open_pictures(recipe.data)
    learnt, kept = found.beside or (found.source, found.target), open_kept(data)
    unseen = kept if len(kept[0]) and len(kept[1]) else learnt
    return batches(*learnt, data, seed)(0), batches(*unseen, data, seed)(0)


def objective_of(recipe: Recipe) -> str:
    """The adversarial objective of the recipe's method."""
    options = recipe.options
    return getattr(options, "objective", "") or getattr(getattr(options, "adversary", None), "objective", "")


def of_losses(seen: Sequence[Mapping[str, float]], objective: str) -> Iterator[Diagnosis]:
    """What the last logged losses tell."""
    if len(seen) < REMEMBERED:
        return
    if signs.sure(objective, seen):
        yield Diagnosis(
            "discriminator won",
            "The discriminator tells every picture from art; the generator learns nothing from it any more.",
            {"real": seen[-1]["real"], "fake": seen[-1]["fake"]},
            "Lower discriminator_rate to a quarter, or set adversary.r1 = 1 or adversary.changes.",
        )
    jump = signs.jumps(seen)
    if jump > 8:
        yield Diagnosis(
            "learning rate too high",
            "A loss jumps: the networks overshoot.",
            {"largest over median": jump},
            "Halve generator_rate and discriminator_rate.",
        )


def of_pictures(picture: torch.Tensor, photo: torch.Tensor, pairs: bool) -> Iterator[Diagnosis]:
    """What pictures tell beside their photos; where pairs say what is right, doing little or much may be."""
    moved, agreement, grid = signs.moved(picture, photo), signs.agreement(picture, photo), signs.grid(picture)
    if moved < 0.025 and not pairs:
        yield Diagnosis(
            "does nothing",
            "The generator gives the photo back.",
            {"mean difference": moved},
            "Halve identity, content, contrast or cycle, or give adversarial twice its weight.",
        )
    if agreement < -0.3 and not pairs:
        yield Diagnosis(
            "colours inverted",
            "Light has become dark and dark light.",
            {"agreement of brightness": agreement},
            "Raise identity, content or colour: something must hold the colours.",
        )
    if grid > 60 and grid > 10 * signs.grid(photo):
        yield Diagnosis(
            "grid",
            "A regular grid lies over the pictures.",
            {"above neighbours": grid},
            'Set generator.up = "resize" or use the local generator; lower the weight of adversarial.',
        )
    if (share := signs.blotches(picture, photo)) > 0.03 and not pairs:
        yield Diagnosis(
            "blotches",
            "Single spots are far from the photo while the rest is near it.",
            {"share of cells": share},
            "Use the norm pixel or group in place of instance, or lower the learning rates.",
        )
    if len(photo) > 1 and signs.spread(picture) < 0.1 * signs.spread(photo):
        yield collapse(signs.spread(picture), signs.spread(photo))


def of_samples(picture: torch.Tensor, art: torch.Tensor) -> Iterator[Diagnosis]:
    """What a sampler's pictures tell beside art."""
    if signs.spread(picture) < 0.15 * signs.spread(art):
        yield collapse(signs.spread(picture), signs.spread(art))


def collapse(found: float, wanted: float) -> Diagnosis:
    """All pictures are alike."""
    return Diagnosis(
        "collapse",
        "All pictures look alike, whatever they are made of.",
        {"spread of pictures": found, "spread wanted": wanted},
        "Lower generator_rate, set adversary.r1 = 1, or use spectral norm.",
    )


def of_scores(method: Method, learnt: Batch, unseen: Batch) -> Iterator[Diagnosis]:
    """What the discriminator thinks of art that it never saw, where the method can tell."""
    score: Callable[[Batch], Mapping[str, float]] | None = getattr(method, "score", None)
    if score is None or unseen is learnt:
        return
    known, kept = score(learnt), score(unseen)
    rote = signs.rote(known["real"], kept["real"], known["fake"])
    if rote > 0.6:
        yield Diagnosis(
            "learnt by heart",
            "The discriminator knows its art by heart: it scores unseen art like pictures.",
            {"by heart": rote, "art": known["real"], "unseen art": kept["real"], "pictures": known["fake"]},
            'Set adversary.changes = ["colour", "translation", "cutout"], or give it more art.',
        )


def slow_down(doctor: Doctor, method: Method) -> str:
    """Half the learning rates."""
    doctor.rate *= 0.5
    return f"learning rates times {doctor.rate:g}"


def loosen(doctor: Doctor, method: Method) -> str:
    """Half the weights that hold the picture to the photo."""
    weights: dict[str, float] = dict(getattr(method, "weights", {}))
    held = [name for name in ("identity", "contrast", "cycle", "content") if weights.get(name)]
    if not held:
        return ""
    doctor.weigh(method, weights | {name: weights[name] / 2 for name in held})
    return f"half the weight of {', '.join(held)}"


def vary_more(doctor: Doctor, method: Method) -> str:
    """More of DiffAugment, where it is in use."""
    adversary: Any = getattr(method, "adversary", None)
    if adversary is None or not adversary.options.changes:
        return ""
    adversary.strength = min(0.8, adversary.strength + 0.2)
    return f"strength of DiffAugment {adversary.strength:.1f}"


TREATMENTS: dict[str, Callable[[Doctor, Method], str]] = {
    "learning rate too high": slow_down,
    "does nothing": loosen,
    "learnt by heart": vary_more,
}
