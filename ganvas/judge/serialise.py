"""Converts a judgement to plain data and back: JSON, style file, report."""

import json
import math
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ganvas import __version__
from ganvas.errors import BadData
from ganvas.judge import confidence, datasets, efficientnet, style_scores
from ganvas.judge.cache import PROTOCOL_VERSION, collect_versions
from ganvas.judge.confidence import Estimate
from ganvas.judge.datasets import EvaluationFolders
from ganvas.judge.judge import Judgement, ScoreGap, SubjectResult, compare_subjects

JSON_OPENING_TAG, JSON_CLOSING_TAG = '<script type="application/json" id="answer">', "</script>"
DECIMALS = 9
HASH_DIGITS_SHOWN = 16  # digits of a hash, as they are shown


def serialise_judgement(
    judgement: Judgement, subject_specs: Sequence[str], folders: EvaluationFolders, seconds: float
) -> dict[str, Any]:
    """All that was found out, and all that is needed to find it out again."""
    first = judgement.results[0]
    return {
        "protocol": PROTOCOL_VERSION,
        "ganvas": __version__,
        "network": f"{efficientnet.NETWORK_NAME} trained on ImageNet, weights of {efficientnet.WEIGHTS_PACKAGE}; "
        "not comparable with Inception",
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 1),
        "machine": describe_machine(),
        "versions": collect_versions(),
        "seeds": {"intervals": confidence.BOOTSTRAP_SEED, "true works": style_scores.SUBSAMPLE_SEED},
        "question": {
            "subjects": list(subject_specs),
            "photos": str(folders.photos),
            "art": str(folders.art),
            "side": folders.side,
            "every_photo": folders.every_photo,
            **({"trained": str(folders.trained)} if folders.trained else {}),
            "only": list(folders.only),
        },
        "sets": datasets.hash_sets(judgement.sets),
        "true_works": {name: serialise_estimate(figure) for name, figure in judgement.true_work_estimates.items()},
        "unseen_works": judgement.unseen_work_gaps,
        "subjects": [serialise_subject(judged) for judged in judgement.results],
        "against": [
            {
                "name": other.subject.name,
                "gaps": {name: serialise_gap(gap) for name, gap in compare_subjects(first, other).items()},
            }
            for other in judgement.results[1:]
        ],
    }


def serialise_subject(result: SubjectResult) -> dict[str, Any]:
    """One subject: what it is, its figures, and each photo's."""
    return {
        "name": result.subject.name,
        "kind": result.subject.kind,
        "about": result.subject.about,
        "scores": {name: serialise_estimate(figure) for name, figure in result.compute_estimates().items()},
        "each": {
            name: [round_finite(float(value)) for value in values] for name, values in result.per_photo_scores.items()
        },
        **result.extra_json,
    }


def serialise_estimate(estimate: Estimate) -> dict[str, float | None]:
    """A figure and its interval; None where too little was seen for one."""
    return {
        "value": round_finite(estimate.value),
        "low": round_finite(estimate.low),
        "high": round_finite(estimate.high),
    }


def serialise_gap(gap: ScoreGap) -> dict[str, Any]:
    """How far apart, and who won."""
    return {**serialise_estimate(gap.estimate), "verdict": gap.verdict}


def round_finite(value: float) -> float | None:
    """A number as JSON can carry it."""
    return round(value, DECIMALS) if math.isfinite(value) else None


def describe_machine() -> dict[str, Any]:
    """What the seconds were measured on."""
    return {
        "processor": read_processor_name(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
    }


def read_processor_name() -> str:
    """The processor's name, where the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def extract_style_scores(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The scores as they travel in the style file: the first subject's figures and what they were made on."""
    first = answer["subjects"][0]
    kept = {key: answer[key] for key in ("protocol", "ganvas", "network", "made")}
    counts = {name: len(files) for name, files in answer["sets"].items()}
    said = {"side": answer["question"]["side"], "sets": counts, "true_works": answer["true_works"]}
    served = {key: first[key] for key in ("frechet_of_true_works", "freedom", "serving") if key in first}
    return {**kept, **said, **served, **first["scores"]}


def load_judgement(report: Path) -> dict[str, Any]:
    """The answer inside a report, or in a file of JSON. Raises BadData when there is none."""
    wrong = BadData(f"{report} holds no judgement.", "Give what `ganvas judge --report` or `--json` wrote.")
    try:
        text = report.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise wrong from error
    _, opening, rest = text.partition(JSON_OPENING_TAG)
    try:
        answer: Any = json.loads(rest.partition(JSON_CLOSING_TAG)[0] if opening else text)
    except ValueError as error:
        raise wrong from error
    if not isinstance(answer, dict) or not {"question", "sets", "subjects"} <= set(answer):  # pyright: ignore
        raise wrong
    return answer  # pyright: ignore[reportUnknownVariableType]


def list_changed_scores(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Figures that came out otherwise than before, by more than a hundredth of their interval; and other files.

    Subjects are told by their order: a file or a folder may have another name by now.
    """
    found: list[dict[str, Any]] = []
    for before, now in zip(old["subjects"], new["subjects"], strict=True):
        name, files = before["name"], [subject["about"].get("sha256") for subject in (before, now)]
        if None not in files and files[0] != files[1]:
            told = [{"value": file[:HASH_DIGITS_SHOWN]} for file in files]
            found.append({"subject": name, "score": "sha256", "before": told[0], "now": told[1]})
        for score, figure in before["scores"].items():
            again = now["scores"].get(score)
            if again is None or abs(again["value"] - figure["value"]) > compute_tolerance(figure):
                found.append({"subject": name, "score": score, "before": figure, "now": again})
    return found


def compute_tolerance(estimate: Mapping[str, float | None]) -> float:
    """By how much a figure may differ on another machine: a hundredth of its interval."""
    low, high = estimate["low"], estimate["high"]
    return 1e-6 if low is None or high is None else 1e-6 + 0.01 * (high - low)
