"""The judge: photos, art and subjects in, figures with intervals out. Knows every family of scores, and no pages.

What is measured is what is served: a style's pictures are made by the engine, at the photos' own size, and compared
as pixels, never through a lossy file.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganvas.engine.engine import Engine
from ganvas.judge import cost, features, interval, serving, style
from ganvas.judge.content import CONTENT, View
from ganvas.judge.distance import Distance, Features
from ganvas.judge.faults import FAULTS, Surface
from ganvas.judge.features import Pixels
from ganvas.judge.interval import Figure
from ganvas.judge.scores import SCORES
from ganvas.judge.sets import Sets
from ganvas.judge.style import StyleScores, Truth
from ganvas.judge.subject import Subject, find

SHOWN = 8  # photos whose pictures a report shows
Values = NDArray[np.float64]
Watch = Callable[[float, str], None]


def ignore(fraction: float, what: str) -> None:
    """The progress that nobody watches."""


@dataclass(frozen=True)
class Judged:
    """A subject and its scores: ``each`` by photo, ``apart`` as distances between sets, ``more`` as plain data."""

    subject: Subject
    each: dict[str, Values]
    apart: dict[str, Distance]
    more: dict[str, Any]

    def figures(self) -> dict[str, Figure]:
        """Every score that this subject has, in the order of SCORES."""
        made = {name: interval.of_distance(found) for name, found in self.apart.items()}
        made |= {name: interval.of_mean(values) for name, values in self.each.items()}
        return {name: made[name] for name in SCORES if name in made}


@dataclass(frozen=True)
class Judgement:
    """``judged``: the subjects, the asked one first. ``true``: what true works score. ``shown``: pictures."""

    sets: Sets
    judged: Sequence[Judged]
    true: dict[str, Figure]
    shown: dict[str, list[Pixels]]


@dataclass
class Tally:
    """What has been collected of one subject, photo by photo."""

    subject: Subject
    rows: list[dict[str, float]] = field(default_factory=list[dict[str, float]])
    seen: list[Features] = field(default_factory=list[Features])

    def add(self, photo: tuple[View, Surface], picture: Pixels) -> None:
        """Take the scores of one picture against its photo."""
        view, surface = View(picture), Surface(picture)
        row = {name: score(photo[0], view) for name, score in CONTENT.items()}
        row |= {name: score(photo[1], surface) for name, score in FAULTS.items()}
        self.rows.append(row)
        self.seen.append(features.see([features.crops(picture)]))


def judge(
    engine: Engine, words: Sequence[str], sets: Sets, cache: Path | None = None, on_part: Watch = ignore
) -> Judgement:
    """Judge the subjects that the words mean, all on the same photos and art; the first is the one asked about.

    ``cache`` keeps what the network saw of art. ``on_part`` hears the fraction done and what is being done, and may
    raise Cancelled. Raises what ``subject.find`` raises, and Missing when the judge's network is not installed.
    """
    with TemporaryDirectory(prefix="ganvas-") as scratch:
        subjects = [find(word, engine, sets.photos, Path(scratch)) for word in dict.fromkeys(words)]
        return measure(subjects, sets, cache, on_part)


def measure(subjects: Sequence[Subject], sets: Sets, cache: Path | None, on_part: Watch) -> Judgement:
    """Look at the art, paint, score, in this order."""
    on_part(0.0, "art")
    truth = Truth(features.describe(sets.art, cache), features.describe(sets.trained, cache))
    tallies, shown, trial = paint(subjects, sets.photos, on_part)
    judged: list[Judged] = []
    for subject in subjects:
        on_part(0.8 + 0.2 * len(judged) / len(subjects), f"scores of {subject.name}")
        judged.append(conclude(tallies.get(subject.name, Tally(subject)), truth, sets, cache))
        judged[-1].more.update(served(subject, trial))
    on_part(1.0, "done")
    return Judgement(sets, judged, true_works(sets, truth, cache), shown)


Painted = tuple[dict[str, Tally], dict[str, list[Pixels]], list[Pixels]]


def paint(subjects: Sequence[Subject], photos: Sequence[Path], on_part: Watch) -> Painted:
    """Make and score every picture; what was collected, the pictures that are shown, and photos to try serving on."""
    tallies = {subject.name: Tally(subject) for subject in subjects if subject.make is not None}
    shown: dict[str, list[Pixels]] = {name: [] for name in ("", *tallies)}
    trial: list[Pixels] = []
    chosen = {round(place) for place in np.linspace(0, len(photos) - 1, min(SHOWN, len(photos)))}
    for index, path in enumerate(photos):
        on_part(0.05 + 0.75 * index / len(photos), path.name)
        pixels = features.load(path)
        photo = View(pixels), Surface(pixels)
        if len(trial) < serving.TRIALS:
            trial.append(pixels)
        if index in chosen:
            shown[""].append(pixels)
        for name, tally in tallies.items():
            assert tally.subject.make is not None
            picture = tally.subject.make(path, pixels)
            tally.add(photo, picture)
            if index in chosen:
                shown[name].append(picture)
    return tallies, shown, trial


def conclude(tally: Tally, truth: Truth, sets: Sets, cache: Path | None) -> Judged:
    """All scores of one subject."""
    loose = tally.subject.loose
    made = features.describe(loose, cache) if loose else np.concatenate(tally.seen)
    found = style.score(made, truth)
    each = {name: np.array([row[name] for row in tally.rows]) for name in (*CONTENT, *FAULTS) if tally.rows}
    each["remembered"] = found.remembered
    apart = {"kernel": found.kernel, "kernel_aware": found.kernel_aware, "frechet": found.frechet}
    if tally.rows:
        apart["both"] = style.both(found.frechet, found.frechet_floor, each["content"])
    names = [path.name for path in (loose or sets.photos)]
    return Judged(tally.subject, each, apart, remark(found, names, [path.name for path in sets.trained]))


def remark(found: StyleScores, names: Sequence[str], works: Sequence[str]) -> dict[str, Any]:
    """What else a reader should know of the style scores: the bias of FID, and the nearest trained works."""
    order: list[int] = np.argsort(found.nearest.gap)[:5].tolist()
    work: list[int] = found.nearest.nearest.tolist()
    nearest = [{"picture": names[i], "work": works[work[i]], "gap": float(found.nearest.gap[i])} for i in order]
    return {"frechet_of_true_works": found.frechet_floor, "freedom": found.freedom, "nearest": nearest}


def served(subject: Subject, trial: Sequence[Pixels]) -> dict[str, Any]:
    """Faults of serving and the cost, for what is a style."""
    if subject.path is None or subject.style is None:
        return {}
    return {"serving": serving.trials(subject.path, subject.style, trial), "cost": cost.cost(subject.path)}


def true_works(sets: Sets, truth: Truth, cache: Path | None) -> dict[str, Figure]:
    """What other works of the painter score: as good as it gets. Nothing where there are too few."""
    if len(sets.other) < style.FEWEST:
        return {}
    found = style.score(features.describe(sets.other, cache), truth)
    return {name: interval.of_distance(getattr(found, name)) for name in ("kernel", "kernel_aware", "frechet")}


@dataclass(frozen=True)
class Gap:
    """How far the first subject is from another in one score, and who won by it."""

    figure: Figure
    verdict: str


def compare(one: Judged, other: Judged) -> dict[str, Gap]:
    """The gaps in every score that both have; ``won`` means that the first is better beyond doubt (95 per cent)."""
    made: dict[str, Gap] = {}
    for name, about in SCORES.items():
        if name in one.apart and name in other.apart:
            figure = interval.of_gap(one.apart[name], other.apart[name])
        elif name in one.each and name in other.each and not (one.subject.loose or other.subject.loose):
            figure = interval.of_mean(one.each[name] - other.each[name])
        else:
            continue
        made[name] = Gap(figure, interval.decide(figure, about.better))
    return made
