"""The judge: photos, art and subjects in, figures with intervals out.

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
from ganvas.judge import confidence, cost, features, nearest_works, serving_artefacts, style_scores
from ganvas.judge.artefacts import ARTEFACT_SCORES, ArtefactView
from ganvas.judge.cache import FeatureCache, PictureScores
from ganvas.judge.confidence import Estimate
from ganvas.judge.content_scores import CONTENT_SCORES, ContentView
from ganvas.judge.datasets import EvaluationSets
from ganvas.judge.features import Pixels
from ganvas.judge.kernel_distance import Features, SetDistance
from ganvas.judge.nearest_works import PictureAndWork
from ganvas.judge.scores import SCORES
from ganvas.judge.style_scores import ReferenceFeatures, StyleScores, combine_style_and_content
from ganvas.judge.subjects import Subject, resolve_subject

MAX_SHOWN_PHOTOS = 8  # photos whose pictures a report shows
Values = NDArray[np.float64]
JudgeProgressCallback = Callable[[float, str], None]


def ignore_progress(fraction: float, what: str) -> None:
    """The progress that nobody watches."""


@dataclass(frozen=True)
class SubjectResult:
    """A subject and its scores: ``each`` by photo, ``apart`` as distances between sets, ``more`` as plain data."""

    subject: Subject
    per_photo_scores: dict[str, Values]
    set_distances: dict[str, SetDistance]
    extra_json: dict[str, Any]

    def compute_estimates(self) -> dict[str, Estimate]:
        """Every score that this subject has, in the order of SCORES."""
        made = {name: confidence.estimate_distance(found) for name, found in self.set_distances.items()}
        made |= {name: confidence.estimate_mean(values) for name, values in self.per_photo_scores.items()}
        return {name: made[name] for name in SCORES if name in made}


@dataclass(frozen=True)
class Judgement:
    """``judged``: the subjects, the asked one first. ``true``: what true works score. ``shown``: pictures.

    ``unseen``: how far unseen works are from trained ones. ``near``: by subject, the pictures nearest to a trained
    work; under "" the unseen work that is nearest.
    """

    sets: EvaluationSets
    results: Sequence[SubjectResult]
    true_work_estimates: dict[str, Estimate]
    sample_pictures: dict[str, list[Pixels]]
    unseen_work_gaps: dict[str, float]
    nearest_pairs: dict[str, list[PictureAndWork]]


@dataclass
class ScoreAccumulator:
    """What has been collected of one subject, photo by photo."""

    subject: Subject
    photo_scores: list[dict[str, float]] = field(default_factory=list[dict[str, float]])
    features: list[Features] = field(default_factory=list[Features])

    def add_picture(self, photo: tuple[ContentView, ArtefactView], picture: Pixels, cache: FeatureCache | None) -> None:
        """Take the scores of one picture against its photo; those of a style's are never kept."""
        if cache is None or self.subject.kind == "style":
            row, seen = score_picture(photo, picture)
        else:
            row, seen = cache.get_or_compute(photo[1].pixels, picture, lambda: score_picture(photo, picture))
        self.photo_scores.append(row)
        self.features.append(seen)


def score_picture(photo: tuple[ContentView, ArtefactView], picture: Pixels) -> PictureScores:
    """The scores of one picture against its photo, and what the network sees of it."""
    view, surface = ContentView(picture), ArtefactView(picture)
    row = {name: score(photo[0], view) for name, score in CONTENT_SCORES.items()}
    row |= {name: score(photo[1], surface) for name, score in ARTEFACT_SCORES.items()}
    return row, features.extract_features([features.take_crops(picture)])


@dataclass(frozen=True)
class JudgeOptions:
    """``cache`` keeps what was seen of art and of pictures that no style made. ``priced``: measure the cost, too.

    ``on_part`` hears the fraction done and what is being done, and may raise Cancelled.
    """

    cache_folder: Path | None = None
    with_cost: bool = True
    on_progress: JudgeProgressCallback = ignore_progress


DEFAULT_OPTIONS = JudgeOptions()


def judge_subjects(
    engine: Engine, subject_specs: Sequence[str], sets: EvaluationSets, options: JudgeOptions = DEFAULT_OPTIONS
) -> Judgement:
    """Judge the subjects that the words mean, all on the same photos and art; the first is the one asked about.

    Raises what ``subject.find`` raises, and Missing when the judge's network is not installed.
    """
    with TemporaryDirectory(prefix="ganvas-") as scratch:
        wanted = list(dict.fromkeys(subject_specs))
        subjects = [resolve_subject(word, engine, sets.photos, Path(scratch)) for word in wanted]
        return score_subjects(disambiguate_names(subjects, wanted), sets, options)


def disambiguate_names(subjects: Sequence[Subject], subject_specs: Sequence[str]) -> list[Subject]:
    """The subjects, those of one name under the words that they were asked for with."""
    names = [subject.name for subject in subjects]
    return [
        subject if names.count(subject.name) == 1 else replace(subject, name=word)
        for subject, word in zip(subjects, subject_specs, strict=True)
    ]


def score_subjects(subjects: Sequence[Subject], sets: EvaluationSets, options: JudgeOptions) -> Judgement:
    """Look at the art, paint, score, in this order."""
    options.on_progress(0.0, "art")
    truth = ReferenceFeatures(
        *(features.extract_file_features(some, options.cache_folder) for some in (sets.art, sets.trained))
    )
    tallies, shown, trial = generate_and_score_pictures(subjects, sets.photos, options)
    judged: list[SubjectResult] = []
    near = {"": nearest_works.make_unseen_pair(truth.unseen_nearest, sets.art, sets.trained)}
    for subject in subjects:
        options.on_progress(0.8 + 0.2 * len(judged) / len(subjects), f"scores of {subject.name}")
        found = score_style(tallies.get(subject.name, ScoreAccumulator(subject)), truth, options.cache_folder)
        judged.append(summarise_subject(tallies.get(subject.name, ScoreAccumulator(subject)), found, sets))
        judged[-1].extra_json.update(measure_serving(subject, trial, options.with_cost))
        near[subject.name] = nearest_works.make_nearest_pairs(subject, found.nearest_trained, sets.photos, sets.trained)
    options.on_progress(1.0, "done")
    true = score_true_works(sets, truth, options.cache_folder)
    return Judgement(sets, judged, true, shown, nearest_works.summarise_unseen_gaps(truth.unseen_nearest), near)


GeneratedPictures = tuple[dict[str, ScoreAccumulator], dict[str, list[Pixels]], list[Pixels]]


def generate_and_score_pictures(
    subjects: Sequence[Subject], photos: Sequence[Path], options: JudgeOptions
) -> GeneratedPictures:
    """Make and score every picture; what was collected, the pictures that are shown, and photos to try serving on."""
    shelf = FeatureCache(options.cache_folder) if options.cache_folder is not None else None
    tallies = {subject.name: ScoreAccumulator(subject) for subject in subjects if subject.make_picture is not None}
    shown: dict[str, list[Pixels]] = {name: [] for name in ("", *tallies)}
    trial: list[Pixels] = []
    chosen = {round(place) for place in np.linspace(0, len(photos) - 1, min(MAX_SHOWN_PHOTOS, len(photos)))}
    for index, path in enumerate(photos):
        options.on_progress(0.05 + 0.75 * index / len(photos), path.name)
        pixels = features.load_picture(path)
        photo = ContentView(pixels), ArtefactView(pixels)
        if len(trial) < serving_artefacts.MAX_TRIAL_PHOTOS:
            trial.append(pixels)
        if index in chosen:
            shown[""].append(pixels)
        for name, tally in tallies.items():
            assert tally.subject.make_picture is not None
            picture = tally.subject.make_picture(path, pixels)
            tally.add_picture(photo, picture, shelf)
            if index in chosen:
                shown[name].append(picture)
    return tallies, shown, trial


def score_style(accumulator: ScoreAccumulator, references: ReferenceFeatures, cache: Path | None) -> StyleScores:
    """The style scores of one subject."""
    loose = accumulator.subject.unpaired_pictures
    return style_scores.compute_style_scores(
        features.extract_file_features(loose, cache) if loose else np.concatenate(accumulator.features), references
    )


def summarise_subject(accumulator: ScoreAccumulator, style_scores: StyleScores, sets: EvaluationSets) -> SubjectResult:
    """All scores of one subject."""
    each = {
        name: np.array([row[name] for row in accumulator.photo_scores])
        for name in (*CONTENT_SCORES, *ARTEFACT_SCORES)
        if accumulator.photo_scores
    }
    each["remembered"] = style_scores.remembered
    distances = {
        "kernel": style_scores.kernel,
        "kernel_aware": style_scores.kernel_aware,
        "frechet": style_scores.frechet,
    }
    if accumulator.photo_scores:
        distances["both"] = combine_style_and_content(style_scores.frechet, style_scores.frechet_floor, each["content"])
    more = {
        "frechet_of_true_works": style_scores.frechet_floor,  # the bias of FID
        "freedom": style_scores.freedom,
        "nearest": nearest_works.list_nearest_pictures(
            style_scores.nearest_trained, accumulator.subject.unpaired_pictures or sets.photos, sets.trained
        ),
    }
    return SubjectResult(accumulator.subject, each, distances, more)


def measure_serving(subject: Subject, photos: Sequence[Pixels], with_cost: bool) -> dict[str, Any]:
    """Faults of serving and the cost, for what is a style."""
    if subject.path is None or subject.style is None:
        return {}
    price = {"cost": cost.measure_style_cost(subject.path)} if with_cost else {}
    return {"serving": serving_artefacts.measure_serving_artefacts(subject.path, subject.style, photos), **price}


def score_true_works(sets: EvaluationSets, references: ReferenceFeatures, cache: Path | None) -> dict[str, Estimate]:
    """What other works of the painter score: as good as it gets. Nothing where there are too few."""
    if len(sets.other) < style_scores.MIN_PICTURES:
        return {}
    found = style_scores.compute_style_scores(features.extract_file_features(sets.other, cache), references)
    return {name: confidence.estimate_distance(getattr(found, name)) for name in ("kernel", "kernel_aware", "frechet")}


@dataclass(frozen=True)
class ScoreGap:
    """How far the first subject is from another in one score, and who won by it."""

    estimate: Estimate
    verdict: str


def compare_subjects(one: SubjectResult, other: SubjectResult) -> dict[str, ScoreGap]:
    """The gaps in every score that both have; ``won`` means that the first is better beyond doubt (95 per cent)."""
    made: dict[str, ScoreGap] = {}
    for name, about in SCORES.items():
        if name in one.set_distances and name in other.set_distances:
            figure = confidence.estimate_gap(one.set_distances[name], other.set_distances[name])
        elif (
            name in one.per_photo_scores
            and name in other.per_photo_scores
            and not (one.subject.unpaired_pictures or other.subject.unpaired_pictures)
        ):
            figure = confidence.estimate_mean(one.per_photo_scores[name] - other.per_photo_scores[name])
        else:
            continue
        made[name] = ScoreGap(figure, confidence.decide_verdict(figure, about.better_direction))
    return made
