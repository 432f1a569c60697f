"""``ganvas judge``: how good a style is. Knows settings, files and words; the judge measures."""

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ganvas.cli.extras import Extra
from ganvas.cli.terminal import progress, say, say_json, say_table
from ganvas.errors import BadData, BadStyle

if TYPE_CHECKING:
    from ganvas.judge.judge import Judgement
    from ganvas.judge.sets import Folders, Sets

DIFFERENT = 1


def judge(
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
    with Extra("judge"):
        from ganvas.judge import answer as answers
        from ganvas.judge.sets import Folders

    old = answers.read(again) if again is not None else None
    if old is not None:
        asked = old["question"]
        folders = Folders(
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
        folders, words = Folders(photos, art, side, every_photo, tuple(only or ())), [subject, *(against or [])]
    if write:
        refuse_published(words[0])
    answer = run(words, folders, old, report)
    if write:
        keep(Path(words[0]), answer)
    if old is not None:
        answer["changes"] = answers.changes(old, answer)
    show(answer, json)
    if old is not None:
        tell(answer["changes"], quiet=json)


def run(
    words: list[str],
    folders: "Folders",
    old: dict[str, Any] | None = None,
    report: Path | None = None,
    priced: bool = True,
) -> dict[str, Any]:
    """Judge under a bar, write the report; the answer. What is judged again is looked at again, all of it."""
    from ganvas.cli.stylize import write as write_file
    from ganvas.judge import answer as answers
    from ganvas.judge import report as reports
    from ganvas.judge import sets

    cache, begun = cache_folder(), time.perf_counter()
    chosen = sets.choose(folders, cache) if old is None else sets.recall(folders, old["sets"])
    found = measure(words, chosen, cache if old is None else None, priced)
    answer = answers.plain(found, words, folders, time.perf_counter() - begun)
    if report is not None:
        write_file(reports.page(answer, found).encode(), report)
    return answer


def measure(words: list[str], chosen: "Sets", cache: Path | None, priced: bool) -> "Judgement":
    """The judge's work, with a bar."""
    from ganvas.cli.wiring import open_engine, settled
    from ganvas.judge.judge import Terms, judge

    with progress() as bar:
        task = bar.add_task("judging", total=1.0)

        def on_part(fraction: float, what: str) -> None:
            bar.update(task, completed=fraction, description=f"judging: {what}")

        return judge(open_engine(settled()), words, chosen, Terms(cache, priced, on_part))


def cache_folder() -> Path:
    """Where what the judge saw of art is kept."""
    from ganvas.cli.wiring import settled

    return settled().data / "features"


def refuse_published(word: str) -> None:
    """Raise BadStyle for what no scores can be written into: they come before publishing and never change after."""
    path = Path(word)
    if path.suffix != ".onnx" or not path.is_file():
        raise BadStyle(f"{word} is not a style file.", "Scores are written into NAME.onnx before it is published.")
    if not path.stat().st_mode & 0o200:
        raise BadStyle(f"{word} is published, and a published version never changes.", "Save a new version.")


def keep(path: Path, answer: dict[str, Any]) -> None:
    """Put the scores into an unpublished style file."""
    from ganvas.judge.answer import for_style
    from ganvas.style import load, rewrite

    rewrite(path, replace(load(path), scores=for_style(answer)))


def show(answer: dict[str, Any], json: bool) -> None:
    """Print the figures: a row a score, a column a subject, with what each lost or won."""
    if json:
        say_json(answer)
        return
    from ganvas.judge.scores import SCORES

    subjects = answer["subjects"]
    rows = [("SCORE", *(subject["name"] for subject in subjects), "TRUE WORKS")]
    gaps: list[dict[str, Any]] = [{}, *(other["gaps"] for other in answer["against"])]
    for name, about in SCORES.items():
        said = [gap[name]["verdict"] if name in gap and about.better else "" for gap in gaps]
        found = [subject["scores"].get(name) for subject in subjects]
        cells = [figure(score, about.digits, verdict) for score, verdict in zip(found, said, strict=True)]
        rows.append((name, *cells, figure(answer["true_works"].get(name), about.digits, "")))
    say_table(rows)


def figure(found: dict[str, Any] | None, digits: int, verdict: str) -> str:
    """A figure with its interval and who won."""
    if found is None:
        return "-"
    low, high = found["low"], found["high"]
    reach = "" if low is None else f" [{low:.{digits}f} {high:.{digits}f}]"
    return f"{found['value']:.{digits}f}{reach} {verdict}".rstrip()


def tell(changes: list[dict[str, Any]], quiet: bool) -> None:
    """Say what came out otherwise than in the report; exit code 1 where something did."""
    if not quiet:
        for change in changes:
            now = change["now"]["value"] if change["now"] else "nothing"
            say(f"{change['subject']}: {change['score']} was {change['before']['value']} and is {now}")
        say(f"{len(changes)} figures came out otherwise." if changes else "All figures came out as before.")
    if changes:
        raise typer.Exit(DIFFERENT)
