"""Diagnoses a run in plain words while it trains, and may change its settings.

An alarm that rings in healthy runs is switched off, so each limit is far outside of what healthy runs show, and most
must be passed twice in a row. ``act`` changes only what cannot do harm: the learning rate and the weights of losses
downwards, the strength of DiffAugment upwards; what it did stands in the log.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import torch

from ganvas.learn.data.batches import make_batch_sampler, make_unpaired_only
from ganvas.learn.data.readable import open_kept, open_pictures
from ganvas.learn.methods.protocol import Method, TrainingBatch
from ganvas.learn.recipe import Recipe
from ganvas.learn.training import health

LOSS_HISTORY = 10  # logged steps
REQUIRED_SUSPICIONS = 2
IGNORED_EXAMINATIONS = 2  # examinations that pass before anything is suspected
PROBE_BATCH_SIZE = 8
MAX_ROLLBACKS = 3  # times


@dataclass(frozen=True)
class Diagnosis:
    """What goes wrong, the figures that show it, and what to change; ``done`` is what the doctor changed by itself."""

    name: str
    what: str
    evidence: Mapping[str, float]
    change: str
    done: str = ""

    def to_log_entry(self) -> dict[str, Any]:
        """For the log."""
        rounded = {name: round(value, 3) for name, value in self.evidence.items()}
        return {"diagnosis": self.name, **asdict(self), "evidence": rounded}


class RunDoctor:
    """Looks at one run. ``rate`` multiplies the learning rates; 1 until something had to be done."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.may_act = recipe.schedule.doctor == "act"
        self.rate_factor = 1.0
        self.loss_weights: dict[str, float] = {}
        self.rollbacks = 0
        self.loss_history: list[dict[str, float]] = []
        self.suspicions: dict[str, int] = {}
        self.reported: list[str] = []
        self.train_probe, self.validation_probe = make_probe_batches(recipe)

    def record_losses(self, losses: Mapping[str, float]) -> None:
        """Take the losses of a logged step in."""
        self.loss_history = [*self.loss_history[1 - LOSS_HISTORY :], dict(losses)]

    def examine(self, method: Method, step: int) -> list[Diagnosis]:
        """What goes wrong now and was not told before; with ``act`` what can be done is done."""
        method_is_warm = (
            step
            >= getattr(self.recipe.options, "warm_steps", 0) + IGNORED_EXAMINATIONS * self.recipe.schedule.examine_every
        )
        found = {one.name: one for one in self.find_problems(method)} if method_is_warm else {}
        self.suspicions = {name: self.suspicions.get(name, 0) + 1 for name in found}
        new = [
            found[name]
            for name, times in self.suspicions.items()
            if times >= REQUIRED_SUSPICIONS and name not in self.reported
        ]
        self.reported += [one.name for one in new]
        return [self.apply_treatment(one, method) for one in new]

    def find_problems(self, method: Method) -> Iterator[Diagnosis]:
        """All that the signs say now."""
        yield from diagnose_losses(self.loss_history, get_recipe_objective(self.recipe))
        sampler = method.list_generators()[0].kind == "sampler"
        with torch.no_grad():
            picture = method.generate(self.train_probe).float()
        if sampler:
            yield from diagnose_samples(picture, self.train_probe.target)
        else:
            yield from diagnose_pictures(picture, self.train_probe.source, self.recipe.data.pairs != "none")
        if not self.recipe.data.everything:
            yield from diagnose_memorisation(method, self.train_probe, self.validation_probe)

    def apply_treatment(self, diagnosis: Diagnosis, method: Method) -> Diagnosis:
        """Do what cannot do harm, where the doctor may act."""
        treatment = TREATMENTS.get(diagnosis.name)
        done = treatment(self, method) if self.may_act and treatment else ""
        return Diagnosis(diagnosis.name, diagnosis.what, diagnosis.evidence, diagnosis.change, done)

    def set_loss_weights(self, method: Method, weights: Mapping[str, float]) -> None:
        """Give the method other weights of its losses."""
        self.loss_weights = dict(weights)
        if self.loss_weights:
            method.loss_weights = self.loss_weights  # pyright: ignore[reportAttributeAccessIssue]

    def request_rollback(self) -> bool:
        """Whether to go back to the last good checkpoint instead of giving up."""
        self.rollbacks += 1
        return self.may_act and self.rollbacks <= MAX_ROLLBACKS

    def diagnose_divergence(self, step: int) -> Diagnosis:
        """A loss or a weight that is no number any more, and what was done."""
        self.rate_factor *= 0.5
        what = f"A loss or a weight stopped being finite before step {step}"
        done = f"went back to the last good checkpoint; learning rates times {self.rate_factor:g} from there"
        return Diagnosis("not finite", what, {"step": float(step)}, "Lower the learning rates.", done)

    def state_dict(self) -> dict[str, Any]:
        """What a resumed run must know."""
        about = {
            "rate": self.rate_factor,
            "seen": self.loss_history,
            "suspected": self.suspicions,
            "told": self.reported,
        }
        return {**about, "weights": self.loss_weights}

    def load_state_dict(self, state: Mapping[str, Any], method: Method) -> None:
        """The inverse of ``state_dict``, done to the method, too; a run from before there was a doctor has none."""
        self.set_loss_weights(method, state.get("weights") or {})
        self.rate_factor, self.loss_history = state.get("rate", 1.0), list(state.get("seen", []))
        self.suspicions, self.reported = dict(state.get("suspected", {})), list(state.get("told", []))


def make_probe_batches(recipe: Recipe) -> tuple[TrainingBatch, TrainingBatch]:
    """Crops that stay the same: of pictures that are learnt from, and of kept ones where there are any.

    Of what the discriminator is shown, which beside pairs are the photos that have no true picture.
    """
    data = make_unpaired_only(recipe.data) if recipe.data.unpaired.source else recipe.data
    data = replace(data, batch=PROBE_BATCH_SIZE)
    seed = recipe.seed + 1_000_003
    found = open_pictures(recipe.data)
    learnt, kept = found.beside or (found.source, found.target), open_kept(data)
    unseen = kept if len(kept[0]) and len(kept[1]) else learnt
    return make_batch_sampler(*learnt, data, seed)(0), make_batch_sampler(*unseen, data, seed)(0)


def get_recipe_objective(recipe: Recipe) -> str:
    """The adversarial objective of the recipe's method."""
    options = recipe.options
    return getattr(options, "objective", "") or getattr(getattr(options, "adversary", None), "objective", "")


def diagnose_losses(history: Sequence[Mapping[str, float]], objective: str) -> Iterator[Diagnosis]:
    """What the last logged losses tell."""
    if len(history) < LOSS_HISTORY:
        return
    if health.is_discriminator_winning(objective, history):
        yield Diagnosis(
            "discriminator won",
            "The discriminator tells every picture from art; the generator learns nothing from it any more.",
            {"real": history[-1]["real"], "fake": history[-1]["fake"]},
            "Lower discriminator_rate to a quarter, or set adversary.r1 = 1 or adversary.changes.",
        )
    jump = health.measure_loss_spikes(history)
    if jump > 8:
        yield Diagnosis(
            "learning rate too high",
            "A loss jumps: the networks overshoot.",
            {"largest over median": jump},
            "Halve generator_rate and discriminator_rate.",
        )


def diagnose_pictures(picture: torch.Tensor, photo: torch.Tensor, paired: bool) -> Iterator[Diagnosis]:
    """What pictures tell beside their photos; where pairs say what is right, doing little or much may be."""
    moved, agreement, grid = (
        health.measure_change(picture, photo),
        health.correlate_brightness(picture, photo),
        health.measure_grid_artefacts(picture),
    )
    if moved < 0.025 and not paired:
        yield Diagnosis(
            "does nothing",
            "The generator gives the photo back.",
            {"mean difference": moved},
            "Halve identity, content, contrast or cycle, or give adversarial twice its weight.",
        )
    if agreement < -0.3 and not paired:
        yield Diagnosis(
            "colours inverted",
            "Light has become dark and dark light.",
            {"agreement of brightness": agreement},
            "Raise identity, content or colour: something must hold the colours.",
        )
    if grid > 60 and grid > 10 * health.measure_grid_artefacts(photo):
        yield Diagnosis(
            "grid",
            "A regular grid lies over the pictures.",
            {"above neighbours": grid},
            'Set generator.up = "resize" or use the local generator; lower the weight of adversarial.',
        )
    if (share := health.measure_blotches(picture, photo)) > 0.03 and not paired:
        yield Diagnosis(
            "blotches",
            "Single spots are far from the photo while the rest is near it.",
            {"share of cells": share},
            "Use the norm pixel or group in place of instance, or lower the learning rates.",
        )
    if len(photo) > 1 and health.measure_diversity(picture) < 0.1 * health.measure_diversity(photo):
        yield diagnose_collapse(health.measure_diversity(picture), health.measure_diversity(photo))


def diagnose_samples(picture: torch.Tensor, art: torch.Tensor) -> Iterator[Diagnosis]:
    """What a sampler's pictures tell beside art."""
    if health.measure_diversity(picture) < 0.15 * health.measure_diversity(art):
        yield diagnose_collapse(health.measure_diversity(picture), health.measure_diversity(art))


def diagnose_collapse(diversity: float, reference_diversity: float) -> Diagnosis:
    """All pictures are alike."""
    return Diagnosis(
        "collapse",
        "All pictures look alike, whatever they are made of.",
        {"spread of pictures": diversity, "spread wanted": reference_diversity},
        "Lower generator_rate, set adversary.r1 = 1, or use spectral norm.",
    )


def diagnose_memorisation(
    method: Method, train_batch: TrainingBatch, validation_batch: TrainingBatch
) -> Iterator[Diagnosis]:
    """What the discriminator thinks of art that it never saw, where the method can tell."""
    score: Callable[[TrainingBatch], Mapping[str, float]] | None = getattr(method, "compute_mean_logits", None)
    if score is None or validation_batch is train_batch:
        return
    known, kept = score(train_batch), score(validation_batch)
    rote = health.measure_memorisation(known["real"], kept["real"], known["fake"])
    if rote > 0.6:
        yield Diagnosis(
            "learnt by heart",
            "The discriminator knows its art by heart: it scores unseen art like pictures.",
            {"by heart": rote, "art": known["real"], "unseen art": kept["real"], "pictures": known["fake"]},
            'Set adversary.changes = ["colour", "translation", "cutout"], or give it more art.',
        )


def halve_learning_rates(doctor: RunDoctor, method: Method) -> str:
    """Half the learning rates."""
    doctor.rate_factor *= 0.5
    return f"learning rates times {doctor.rate_factor:g}"


def halve_content_weights(doctor: RunDoctor, method: Method) -> str:
    """Half the weights that hold the picture to the photo."""
    weights: dict[str, float] = dict(getattr(method, "loss_weights", {}))
    held = [name for name in ("identity", "contrast", "cycle", "content") if weights.get(name)]
    if not held:
        return ""
    doctor.set_loss_weights(method, weights | {name: weights[name] / 2 for name in held})
    return f"half the weight of {', '.join(held)}"


def strengthen_augmentation(doctor: RunDoctor, method: Method) -> str:
    """More of DiffAugment, where it is in use."""
    adversary: Any = getattr(method, "discriminator_trainer", None)
    if adversary is None or not adversary.options.changes:
        return ""
    adversary.augmentation_strength = min(0.8, adversary.augmentation_strength + 0.2)
    return f"strength of DiffAugment {adversary.augmentation_strength:.1f}"


TREATMENTS: dict[str, Callable[[RunDoctor, Method], str]] = {
    "learning rate too high": halve_learning_rates,
    "does nothing": halve_content_weights,
    "learnt by heart": strengthen_augmentation,
}
