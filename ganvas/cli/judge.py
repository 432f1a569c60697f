"""``ganvas judge``: scores styles, prints the figures and writes the report."""

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ganvas.cli.optional import OptionalPackages
from ganvas.cli.terminal import create_progress, print_json, print_message, print_table
from ganvas.errors import BadData, BadStyle

if TYPE_CHECKING:
    from ganvas.judge.datasets import EvaluationFolders, EvaluationSets
    from ganvas.judge.judge import Judgement

CHANGED_EXIT_CODE = 1


def judge_styles(
    subject: Annotated[
        str | None, typer.Argument(metavar="STYLE", help="A style, a style file, a folder of pictures, or identity.")
    ] = None,
    photos: Annotated[Path | None, typer.Option(help="A folder of photos; its unseen side is used.")] = None,
    art: Annotated[Path | None, typer.Option(help="A folder of the painter's works; its unseen side is used.")] = None,
    against: Annotated[
        list[str] | None, typer.Option("--against", metavar="OTHER", help="What to compare with; may be repeated.")
    ] = None,
    side: Annotated[Literal["test", "validation"], typer.Option(help="Validation while still choosing.")] = "test",
    every_photo: Annotated[
        bool, typer.Option("--every-photo", help="Use all photos: no style was trained on them.")
    ] = False,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="PATTERN", help="A part of the art, as tiles/ss074*.")
    ] = None,
    report: Annotated[Path | None, typer.Option(metavar="FILE.html", help="Write a report with pictures.")] = None,
    again: Annotated[
        Path | None, typer.Option(metavar="REPORT", help="Judge as this report did, and say what came out otherwise.")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Write the scores into the style file STYLE.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Tell the truth about a style: how near to the painter, how true to the photo, what is wrong, what it costs."""
    with OptionalPackages("judge"):
        from ganvas.judge import serialise as answers
        from ganvas.judge.datasets import EvaluationFolders

    old = answers.load_judgement(again) if again is not None else None
    if old is not None:
        asked = old["question"]
        folders = EvaluationFolders(
            photos or Path(asked["photos"]),
            art or Path(asked["art"]),
            asked["side"],
            asked["every_photo"],
            tuple(asked.get("only", ())),
            Path(asked["trained"]) if "trained" in asked else None,
        )
        words = [subject or asked["subjects"][0], *(against or asked["subjects"][1:])]
        if len(words) != len(asked["subjects"]):
            raise BadData(f"{again} compared {len(asked['subjects'])} subjects.", "Give as many, in the same order.")
    elif subject is None or photos is None or art is None:
        raise BadData("There is nothing to judge by.", "Give STYLE, --photos and --art, or --again REPORT.")
    else:
        folders, words = (
            EvaluationFolders(photos, art, side, every_photo, tuple(only or ())),
            [subject, *(against or [])],
        )
    if write:
        check_writable_style(words[0])
    answer = judge_and_report(words, folders, old, report)
    if write:
        write_scores(Path(words[0]), answer)
    if old is not None:
        answer["changes"] = answers.list_changed_scores(old, answer)
    print_judgement(answer, json)
    if old is not None:
        print_changes(answer["changes"], quiet=json)


def judge_and_report(
    subject_specs: list[str],
    folders: "EvaluationFolders",
    previous: dict[str, Any] | None = None,
    report: Path | None = None,
    with_cost: bool = True,
) -> dict[str, Any]:
    """Judge under a bar, write the report; the answer. What is judged again is looked at again, all of it."""
    from ganvas.cli.stylize import write_atomically as write_file
    from ganvas.judge import datasets
    from ganvas.judge import report as reports
    from ganvas.judge import serialise as answers

    cache, begun = get_feature_cache_folder(), time.perf_counter()
    chosen = (
        datasets.select_sets(folders, cache)
        if previous is None
        else datasets.find_recorded_sets(folders, previous["sets"])
    )
    found = judge_with_progress(subject_specs, chosen, cache if previous is None else None, with_cost)
    answer = answers.serialise_judgement(found, subject_specs, folders, time.perf_counter() - begun)
    if report is not None:
        write_file(reports.render_page(answer, found).encode(), report)
    return answer


def judge_with_progress(
    subject_specs: list[str], sets: "EvaluationSets", cache: Path | None, with_cost: bool
) -> "Judgement":
    """The judge's work, with a bar."""
    from ganvas.cli.compose import load_settings, open_engine
    from ganvas.judge.judge import JudgeOptions, judge_subjects

    with create_progress() as bar:
        task = bar.add_task("judging", total=1.0)

        def on_progress(fraction: float, what: str) -> None:
            bar.update(task, completed=fraction, description=f"judging: {what}")

        return judge_subjects(
            open_engine(load_settings()), subject_specs, sets, JudgeOptions(cache, with_cost, on_progress)
        )


def get_feature_cache_folder() -> Path:
    """Where what the judge saw of art is kept."""
    from ganvas.cli.compose import load_settings

    return load_settings().data / "features"


def check_writable_style(spec: str) -> None:
    """Raise BadStyle for what no scores can be written into: they come before publishing and never change after."""
    path = Path(spec)
    if path.suffix != ".onnx" or not path.is_file():
        raise BadStyle(f"{spec} is not a style file.", "Scores are written into NAME.onnx before it is published.")
    if not path.stat().st_mode & 0o200:
        raise BadStyle(f"{spec} is published, and a published version never changes.", "Save a new version.")


def write_scores(path: Path, judgement: dict[str, Any]) -> None:
    """Put the scores into an unpublished style file."""
    from ganvas.judge.serialise import extract_style_scores
    from ganvas.style.file import load_style, rewrite_style

    rewrite_style(path, replace(load_style(path), scores=extract_style_scores(judgement)))


def print_judgement(judgement: dict[str, Any], json: bool) -> None:
    """Print the figures: a row a score, a column a subject, with what each lost or won."""
    if json:
        print_json(judgement)
        return
    from ganvas.judge.scores import SCORES

    subjects = judgement["subjects"]
    rows = [("SCORE", *(subject["name"] for subject in subjects), "TRUE WORKS")]
    gaps: list[dict[str, Any]] = [{}, *(other["gaps"] for other in judgement["against"])]
    for name, about in SCORES.items():
        said = [gap[name]["verdict"] if name in gap and about.better_direction else "" for gap in gaps]
        found = [subject["scores"].get(name) for subject in subjects]
        cells = [format_estimate(score, about.decimals, verdict) for score, verdict in zip(found, said, strict=True)]
        rows.append((name, *cells, format_estimate(judgement["true_works"].get(name), about.decimals, "")))
    print_table(rows)


def format_estimate(estimate: dict[str, Any] | None, digits: int, verdict: str) -> str:
    """A figure with its interval and who won."""
    if estimate is None:
        return "-"
    low, high = estimate["low"], estimate["high"]
    reach = "" if low is None else f" [{low:.{digits}f} {high:.{digits}f}]"
    return f"{estimate['value']:.{digits}f}{reach} {verdict}".rstrip()


def print_changes(changes: list[dict[str, Any]], quiet: bool) -> None:
    """Say what came out otherwise than in the report; exit code 1 where something did."""
    if not quiet:
        for change in changes:
            now = change["now"]["value"] if change["now"] else "nothing"
            print_message(f"{change['subject']}: {change['score']} was {change['before']['value']} and is {now}")
        print_message(f"{len(changes)} figures came out otherwise." if changes else "All figures came out as before.")
    if changes:
        raise typer.Exit(CHANGED_EXIT_CODE)
