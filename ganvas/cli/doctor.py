"""``ganvas doctor`` and ``ganvas report``: diagnoses a run, and writes its report."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ganvas.cli.optional import OptionalPackages
from ganvas.cli.terminal import print_json


def diagnose_run(
    run: Annotated[Path, typer.Argument(help="The folder of a run, going on or over.")],
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what the doctor saw in a run, with the figures, and what to change."""
    with OptionalPackages("learn"):
        from ganvas.learn.training.run import Run

    folder = Run(run)
    folder.load_recipe()
    found = [line for line in folder.read_log() if "diagnosis" in line]
    if json:
        print_json(found)
    elif found:
        typer.echo("\n".join(map(format_diagnosis, found)))
    else:
        typer.echo("No alarm.")


def format_diagnosis(line: dict[str, Any]) -> str:
    """One diagnosis in lines for a person."""
    evidence = ", ".join(f"{name} {value:g}" for name, value in line["evidence"].items())
    done = f"\n  done: {line['done']}" if line["done"] else ""
    return f"step {line['step']}: {line['what']}\n  {evidence}\n  {line['change']}{done}"


def write_run_report(
    run: Annotated[Path, typer.Argument(help="The folder of a run, going on or over.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The HTML file; by default report.html in the run.")
    ] = None,
    tensorboard: Annotated[
        Path | None, typer.Option(help="Write TensorBoard's files into this folder, in place of the HTML file.")
    ] = None,
) -> None:
    """Write curves, samples and diagnoses of a run into one HTML file."""
    with OptionalPackages("learn"):
        from ganvas.learn.training import report as reports
        from ganvas.learn.training.run import Run

    if tensorboard is not None:
        typer.echo(f"{reports.write_tensorboard(Run(run), tensorboard)} values in {tensorboard}")
        return
    path = out or run / "report.html"
    path.write_text(reports.render_run_report(Run(run)))
    typer.echo(str(path))
