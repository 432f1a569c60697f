"""``ganvas doctor`` and ``ganvas report``: what went on in a run. Knows files and lines; the run's log says it."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ganvas.cli.extras import Extra
from ganvas.cli.terminal import say_json


def doctor(
    run: Annotated[Path, typer.Argument(help="The folder of a run, going on or over.")],
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what the doctor saw in a run, with the figures, and what to change."""
    with Extra("learn"):
        from ganvas.learn.run import Run

    folder = Run(run)
    folder.recipe()
    found = [line for line in folder.lines() if "diagnosis" in line]
    if json:
        say_json(found)
    elif found:
        typer.echo("\n".join(map(told, found)))
    else:
        typer.echo("No alarm.")


def told(line: dict[str, Any]) -> str:
    """One diagnosis in lines for a person."""
    evidence = ", ".join(f"{name} {value:g}" for name, value in line["evidence"].items())
    done = f"\n  done: {line['done']}" if line["done"] else ""
    return f"step {line['step']}: {line['what']}\n  {evidence}\n  {line['change']}{done}"


def report(
    run: Annotated[Path, typer.Argument(help="The folder of a run, going on or over.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The HTML file; by default report.html in the run.")
    ] = None,
    tensorboard: Annotated[
        Path | None, typer.Option(help="Write TensorBoard's files into this folder, in place of the HTML file.")
    ] = None,
) -> None:
    """Write curves, samples and diagnoses of a run into one HTML file."""
    with Extra("learn"):
        from ganvas.learn import report as reports
        from ganvas.learn.run import Run

    if tensorboard is not None:
        typer.echo(f"{reports.write_tensorboard(Run(run), tensorboard)} values in {tensorboard}")
        return
    path = out or run / "report.html"
    path.write_text(reports.report(Run(run)))
    typer.echo(str(path))
