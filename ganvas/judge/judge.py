"""The judge: photos, art and subjects in, figures with intervals out. Knows every family of scores, and no pages.

What is measured is what is served: a style's pictures are made by the engine, at the photos' own size, and compared
as pixels, never through a lossy file.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganvas.engine.engine import Engine
from ganvas.judge import cost, features, interval, nearest, serving, style
from ganvas.judge.content import CONTENT, View
from ganvas.judge.distance import Distance, Features
from ganvas.judge.faults import FAULTS, Surface
from ganvas.judge.features import Pixels
from ganvas.judge.interval import Figure
from ganvas.judge.kept import Looked, Shelf
from ganvas.judge.nearest import Pair
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
    """``judged``: the subjects, the asked one first. ``true``: what true works score. ``shown``: pictures.

    ``unseen``: how far unseen works are from trained ones. ``near``: by subject, the pictures nearest to a trained
    work; under "" the unseen work that is nearest.
    """

    sets: Sets
    judged: Sequence[Judged]
    true: dict[str, Figure]
    shown: dict[str, list[Pixels]]
    unseen: dict[str, float]
    near: dict[str, list[Pair]]


@dataclass
class Tally:
    """What has been collected of one subject, photo by photo."""

    subject: Subject
    rows: list[dict[str, float]] = field(default_factory=list[dict[str, float]])
    seen: list[Features] = field(default_factory=list[Features])

    def add(self, photo: tuple[View, Surface], picture: Pixels, shelf: Shelf | None) -> None:
        """Take the scores of one picture against its photo; those of a style's are never kept."""
        if shelf is None or self.subject.kind == "style":
            row, seen = look(photo, picture)
        else:
            row, seen = shelf.find(photo[1].pixels, picture, lambda: look(photo, picture))
        self.rows.append(row)
        self.seen.append(seen)


def look(photo: tuple[View, Surface], picture: Pixels) -> Looked:
    """The scores of one picture against its photo, and what the network sees of it."""
    view, surface = View(picture), Surface(picture)
    row = {name: score(photo[0], view) for name, score in CONTENT.items()}
    row |= {name: score(photo[1], surface) for name, score in FAULTS.items()}
    return row, features.see([features.crops(picture)])


@dataclass(frozen=True)
class Terms:
    """``cache`` keeps what was seen of art and of pictures that no style made. ``priced``: measure the cost, too.

    ``on_part`` hears the fraction done and what is being done, and may raise Cancelled.
    """

    cache: Path | None = None
    priced: bool = True
    on_part: Watch = ignore


PLAIN = Terms()


def judge(engine: Engine, words: Sequence[str], sets: Sets, terms: Terms = PLAIN) -> Judgement:
    """Judge the subjects that the words mean, all on the same photos and art; the first is the one asked about.

    Raises what ``subject.find`` raises, and Missing when the judge's network is not installed.
    """
    with TemporaryDirectory(prefix="ganvas-") as scratch:
        wanted = list(dict.fromkeys(words))
        subjects = [find(word, engine, sets.photos, Path(scratch)) for word in wanted]
        return measure(apart(subjects, wanted), sets, terms)


def apart(subjects: Sequence[Subject], words: Sequence[str]) -> list[Subject]:
    """The subjects, those of one name under the words that they were asked for with."""
    names = [subject.name for subject in subjects]
    return [
        subject if names.count(subject.name) == 1 else replace(subject, name=word)
        for subject, word in zip(subjects, words, strict=True)
    ]


def measure(subjects: Sequence[Subject], sets: Sets, terms: Terms) -> Judgement:
    """Look at the art, paint, score, in this order."""
    terms.on_part(0.0, "art")
    truth = Truth(*(features.describe(some, terms.cache) for some in (sets.art, sets.trained)))
    tallies, shown, trial = paint(subjects, sets.photos, terms)
    judged: list[Judged] = []
    near = {"": nearest.true(truth.memory, sets.art, sets.trained)}
    for subject in subjects:
        terms.on_part(0.8 + 0.2 * len(judged) / len(subjects), f"scores of {subject.name}")
        found = scored(tallies.get(subject.name, Tally(subject)), truth, terms.cache)
        judged.append(conclude(tallies.get(subject.name, Tally(subject)), found, sets))
        judged[-1].more.update(served(subject, trial, terms.priced))
        near[subject.name] = nearest.shown(subject, found.nearest, sets.photos, sets.trained)
    terms.on_part(1.0, "done")
    true = true_works(sets, truth, terms.cache)
    return Judgement(sets, judged, true, shown, nearest.usual(truth.memory), near)


Painted = tuple[dict[str, Tally], dict[str, list[Pixels]], list[Pixels]]


def paint(subjects: Sequence[Subject], photos: Sequence[Path], terms: Terms) -> Painted:
    """Make and score every picture; what was collected, the pictures that are shown, and photos to try serving on."""
    shelf = Shelf(terms.cache) if terms.cache is not None else None
    tallies = {subject.name: Tally(subject) for subject in subjects if subject.make is not None}
    shown: dict[str, list[Pixels]] = {name: [] for name in ("", *tallies)}
    trial: list[Pixels] = []
    chosen = {round(place) for place in np.linspace(0, len(photos) - 1, min(SHOWN, len(photos)))}
    for index, path in enumerate(photos):
        terms.on_part(0.05 + 0.75 * index / len(photos), path.name)
        pixels = features.load(path)
        photo = View(pixels), Surface(pixels)
        if len(trial) < serving.TRIALS:
            trial.append(pixels)
        if index in chosen:
            shown[""].append(pixels)
        for name, tally in tallies.items():
            assert tally.subject.make is not None
            picture = tally.subject.make(path, pixels)
            tally.add(photo, picture, shelf)
            if index in chosen:
                shown[name].append(picture)
    return tallies, shown, trial


def scored(tally: Tally, truth: Truth, cache: Path | None) -> StyleScores:
    """The style scores of one subject."""
    loose = tally.subject.loose
    return style.score(features.describe(loose, cache) if loose else np.concatenate(tally.seen), truth)


def conclude(tally: Tally, found: StyleScores, sets: Sets) -> Judged:
    """All scores of one subject."""
    each = {name: np.array([row[name] for row in tally.rows]) for name in (*CONTENT, *FAULTS) if tally.rows}
    each["remembered"] = found.remembered
    distances = {"kernel": found.kernel, "kernel_aware": found.kernel_aware, "frechet": found.frechet}
    if tally.rows:
        distances["both"] = style.both(found.frechet, found.frechet_floor, each["content"])
    more = {
        "frechet_of_true_works": found.frechet_floor,  # the bias of FID
        "freedom": found.freedom,
        "nearest": nearest.named(found.nearest, tally.subject.loose or sets.photos, sets.trained),
    }
    return Judged(tally.subject, each, distances, more)


def served(subject: Subject, trial: Sequence[Pixels], priced: bool) -> dict[str, Any]:
    """Faults of serving and the cost, for what is a style."""
    if subject.path is None or subject.style is None:
        return {}
    price = {"cost": cost.cost(subject.path)} if priced else {}
    return {"serving": serving.trials(subject.path, subject.style, trial), **price}


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
