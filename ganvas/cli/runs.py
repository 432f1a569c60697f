"""``ganvas resume`` and ``ganvas export``: runs to styles. Knows folders and the catalogue; learning does the work."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ganvas.cli.extras import Extra
from ganvas.cli.terminal import say, say_json, waiting
from ganvas.cli.watch import Watch, scored, watching
from ganvas.errors import BadRecipe

if TYPE_CHECKING:
    from ganvas.style import Catalog, Style

STOPPED = 130
AsJson = Annotated[bool, typer.Option("--json", help="Print progress and the result as lines of JSON.")]


def resume(
    run: Annotated[Path, typer.Argument(help="The folder of a run that was stopped.")], json: AsJson = False
) -> None:
    """Go on with a run where it stopped, and put its style on offer."""
    with Extra("learn"):
        from ganvas.cli.choosing import critic
        from ganvas.learn import loop
        from ganvas.learn.run import Run

    judge = critic(Run(run).recipe())
    learn(lambda watch: loop.resume(run, watch, judge, say), run, json)


def export(
    run: Annotated[Path, typer.Argument(help="The folder of a run.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The style file to write, in place of putting it on offer.")
    ] = None,
    checkpoint: Annotated[
        str, typer.Option(metavar="last|best|STEP", help="Which state of the run: the best by its validation scores.")
    ] = "best",
    json: AsJson = False,
) -> None:
    """Make the style file of a run, and put it on offer."""
    if out is None:
        publish(run, json, checkpoint)
        return
    for path, style in exported(run, out, checkpoint):
        told(style, path, json)


def learn(train: Callable[[Watch], Any], run: Path, json: bool) -> None:
    """Train under a watcher, then put the style on offer; an interrupted run says how to go on."""
    try:
        with watching(run, json) as watch:
            train(watch)
    except KeyboardInterrupt:
        say(f"Stopped. Go on with: ganvas resume {run}")
        raise typer.Exit(STOPPED) from None
    publish(run, json)


def publish(run: Path, json: bool, checkpoint: str = "best") -> None:
    """Export a run and put its style on offer under its name, as the next version of it."""
    with TemporaryDirectory(prefix="ganvas-") as folder:
        for path, made in exported(run, Path(folder) / "style.onnx", checkpoint):
            offer(path, made, json)


def offer(path: Path, made: "Style", json: bool) -> None:
    """Put a style file on offer as the next version of its name, and say so."""
    from ganvas.cli.wiring import open_catalog, settled
    from ganvas.style import rewrite

    catalog = open_catalog(settled())
    rewrite(path, replace(made, version=next_version(catalog, made.name)))
    style = catalog.publish(path)
    told(style, catalog.path(f"{style.name}@{style.version}"), json)


def exported(run: Path, path: Path, checkpoint: str) -> list[tuple[Path, "Style"]]:
    """The style files of a state of a run, each checked against the network: ``path``, and others beside it."""
    with Extra("learn"):
        from ganvas.learn.export import export
        from ganvas.learn.run import Run

    name = Run(run).recipe().name
    with waiting("writing the style file and comparing it with the network"):
        styles = export(run, path, checkpoint)
    return [(path.with_stem(path.stem + style.name.removeprefix(name)), style) for style in styles]


def next_version(catalog: "Catalog", name: str) -> int:
    """1, or one more than what is on offer under the name."""
    return catalog.get(name).version + 1 if name in catalog.names() else 1


def refuse_bad_name(name: str) -> None:
    """Say so before the training, not after it.

    Raises:
        BadRecipe: no style can have this name.
    """
    from ganvas.style import NAME

    if not NAME.fullmatch(name):
        raise BadRecipe(f"{name!r} cannot be a style's name.", "Use a-z, 0-9 and -, at most 48.")


def told(style: "Style", path: Path, json: bool) -> None:
    """Say where the style is, and what to do with it."""
    if json:
        made = {key: style.made[key] for key in ("steps", "best", "validation") if key in style.made}
        about = {"style": style.name, "version": style.version, "file": str(path), "parity": dict(style.parity)}
        say_json({**about, **made})
    else:
        use = f"sample {style.name}" if style.kind == "sampler" else f"stylize PHOTO --style {style.name}"
        for line in which(style.made):
            say(line)
        say(f"{style.name} version {style.version}: try it with: ganvas {use}")
        typer.echo(str(path))


def which(made: Mapping[str, Any]) -> Iterator[str]:
    """Of which step a style is, where there was a choice, and how each of the candidates did."""
    if "validation" not in made:
        return
    yield f"The style is that of step {made['steps']}; of {len(made['validation'])} candidates {made['best']} is best:"
    for step, found in made["validation"].items():
        yield f"  step {step}: {scored(found)}"
