"""A judgement as plain data, for JSON, the style file, the report, and for judging again. Knows no scores by name."""

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
from ganvas.judge import interval, sets, sight, style
from ganvas.judge.interval import Figure
from ganvas.judge.judge import Gap, Judged, Judgement, compare
from ganvas.judge.kept import PROTOCOL, versions
from ganvas.judge.sets import Folders

OPENING, CLOSING = '<script type="application/json" id="answer">', "</script>"
DIGITS = 9
SHORT = 16  # digits of a hash, as they are shown


def plain(found: Judgement, words: Sequence[str], folders: Folders, seconds: float) -> dict[str, Any]:
    """All that was found out, and all that is needed to find it out again."""
    first = found.judged[0]
    return {
        "protocol": PROTOCOL,
        "ganvas": __version__,
        "network": f"{sight.NAME} trained on ImageNet, weights of {sight.PACKAGE}; not comparable with Inception",
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 1),
        "machine": machine(),
        "versions": versions(),
        "seeds": {"intervals": interval.SEED, "true works": style.SEED},
        "question": {
            "subjects": list(words),
            "photos": str(folders.photos),
            "art": str(folders.art),
            "side": folders.side,
            "every_photo": folders.every_photo,
            **({"trained": str(folders.trained)} if folders.trained else {}),
            "only": list(folders.only),
        },
        "sets": sets.describe(found.sets),
        "true_works": {name: spread(figure) for name, figure in found.true.items()},
        "unseen_works": found.unseen,
        "subjects": [subject(judged) for judged in found.judged],
        "against": [
            {"name": other.subject.name, "gaps": {name: verdict(gap) for name, gap in compare(first, other).items()}}
            for other in found.judged[1:]
        ],
    }


def subject(judged: Judged) -> dict[str, Any]:
    """One subject: what it is, its figures, and each photo's."""
    return {
        "name": judged.subject.name,
        "kind": judged.subject.kind,
        "about": judged.subject.about,
        "scores": {name: spread(figure) for name, figure in judged.figures().items()},
        "each": {name: [tidy(float(value)) for value in values] for name, values in judged.each.items()},
        **judged.more,
    }


def spread(figure: Figure) -> dict[str, float | None]:
    """A figure and its interval; None where too little was seen for one."""
    return {"value": tidy(figure.value), "low": tidy(figure.low), "high": tidy(figure.high)}


def verdict(gap: Gap) -> dict[str, Any]:
    """How far apart, and who won."""
    return {**spread(gap.figure), "verdict": gap.verdict}


def tidy(value: float) -> float | None:
    """A number as JSON can carry it."""
    return round(value, DIGITS) if math.isfinite(value) else None


def machine() -> dict[str, Any]:
    """What the seconds were measured on."""
    return {
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
    }


def processor() -> str:
    """The processor's name, where the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def for_style(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The scores as they travel in the style file: the first subject's figures and what they were made on."""
    first = answer["subjects"][0]
    kept = {key: answer[key] for key in ("protocol", "ganvas", "network", "made")}
    counts = {name: len(files) for name, files in answer["sets"].items()}
    said = {"side": answer["question"]["side"], "sets": counts, "true_works": answer["true_works"]}
    served = {key: first[key] for key in ("frechet_of_true_works", "freedom", "serving") if key in first}
    return {**kept, **said, **served, **first["scores"]}


def read(report: Path) -> dict[str, Any]:
    """The answer inside a report, or in a file of JSON. Raises BadData when there is none."""
    wrong = BadData(f"{report} holds no judgement.", "Give what `ganvas judge --report` or `--json` wrote.")
    try:
        text = report.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise wrong from error
    _, opening, rest = text.partition(OPENING)
    try:
        answer: Any = json.loads(rest.partition(CLOSING)[0] if opening else text)
    except ValueError as error:
        raise wrong from error
    if not isinstance(answer, dict) or not {"question", "sets", "subjects"} <= set(answer):  # pyright: ignore
        raise wrong
    return answer  # pyright: ignore[reportUnknownVariableType]


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Figures that came out otherwise than before, by more than a hundredth of their interval; and other files.

    Subjects are told by their order: a file or a folder may have another name by now.
    """
    found: list[dict[str, Any]] = []
    for before, now in zip(old["subjects"], new["subjects"], strict=True):
        name, files = before["name"], [subject["about"].get("sha256") for subject in (before, now)]
        if None not in files and files[0] != files[1]:
            told = [{"value": file[:SHORT]} for file in files]
            found.append({"subject": name, "score": "sha256", "before": told[0], "now": told[1]})
        for score, figure in before["scores"].items():
            again = now["scores"].get(score)
            if again is None or abs(again["value"] - figure["value"]) > allowed(figure):
                found.append({"subject": name, "score": score, "before": figure, "now": again})
    return found


def allowed(figure: Mapping[str, float | None]) -> float:
    """By how much a figure may differ on another machine: a hundredth of its interval."""
    low, high = figure["low"], figure["high"]
    return 1e-6 if low is None or high is None else 1e-6 + 0.01 * (high - low)
