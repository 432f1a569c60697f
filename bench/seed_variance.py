"""How much scores differ from run to run.

``python -m bench.seed_variance ONE.onnx TWO.onnx THREE.onnx --photos P --art A``.

Give style files of one recipe that was trained with different seeds. What differs less than these do means nothing.
It knows the judge and a table, and nothing of training.
"""

import argparse
import statistics
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import markdown_report
from ganvas.cli.judge import judge_and_report
from ganvas.judge.datasets import EvaluationFolders
from ganvas.judge.scores import SCORES


def main() -> None:
    """Judge the files on the same photos and works, print the table, write it where that is wished."""
    parser = argparse.ArgumentParser(prog="python -m bench.seed_variance", description=__doc__)
    parser.add_argument("styles", nargs="+", help="style files of one recipe, one a seed")
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--art", type=Path, required=True)
    parser.add_argument("--write", action="store_true", help="into docs/benchmarks.md, in place of the last figures")
    asked = parser.parse_args()
    answer = judge_and_report(asked.styles, EvaluationFolders(asked.photos, asked.art), with_cost=False)
    head = ["score", *(subject["name"] for subject in answer["subjects"]), "deviation", "largest gap", "of which sure"]
    text = (
        f"{render_introduction(answer)}\n\n{markdown_report.format_markdown_table(head, list(make_score_rows(answer)))}"
    )
    print(text)
    if asked.write:
        markdown_report.write_section("Run to run", text)


INTRODUCTION = """\
One recipe, {seeds} seeds, judged on the same {photos} photos and {art} works
(`python -m bench.seed_variance`). *Deviation* is
over the seeds. *Of which sure* counts the gaps to the first that the judge calls won or lost: the photos decide those,
and yet they lie between runs of one recipe, so a claim for a method needs a gap well above the deviation. {machine}"""


def render_introduction(answer: Mapping[str, Any]) -> str:
    """What the table is of."""
    photos, art = (len(answer["sets"][name]) for name in ("photos", "art"))
    return INTRODUCTION.format(
        seeds=len(answer["subjects"]), photos=photos, art=art, machine=markdown_report.describe_machine()
    )


def make_score_rows(answer: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    """A row for each score: its value for each seed, and how far these are apart."""
    subjects = answer["subjects"]
    for name, about in SCORES.items():
        values = [subject["scores"][name]["value"] for subject in subjects]
        sure = sum(other["gaps"][name]["verdict"] != "undecided" for other in answer["against"])
        numbers = [*values, statistics.stdev(values), max(values) - min(values)]
        yield [f"{about.title} (`{name}`)", *(f"{value:.{about.decimals}f}" for value in numbers), str(sure)]


if __name__ == "__main__":
    main()
