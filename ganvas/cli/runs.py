"""``ganvas resume`` and ``ganvas export``: goes on with a run, and makes a style of it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ganvas.cli.optional import OptionalPackages
from ganvas.cli.progress import TrainingProgressCallback, format_scores, show_training
from ganvas.cli.terminal import print_json, print_message, show_status
from ganvas.errors import BadRecipe

if TYPE_CHECKING:
    from ganvas.style.catalog import Catalog
    from ganvas.style.file import Style

INTERRUPTED_EXIT_CODE = 130
AsJson = Annotated[bool, typer.Option("--json", help="Print progress and the result as lines of JSON.")]


def resume_run(
    run: Annotated[Path, typer.Argument(help="The folder of a run that was stopped.")], json: AsJson = False
) -> None:
    """Go on with a run where it stopped, and put its style on offer."""
    with OptionalPackages("learn"):
        from ganvas.cli.validation import open_validation_scorer
        from ganvas.learn.training import loop
        from ganvas.learn.training.run import Run

    judge = open_validation_scorer(Run(run).load_recipe())
    train_and_publish(lambda watch: loop.resume_training(run, watch, judge, print_message), run, json)


def export_run(
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
        publish_run(run, json, checkpoint)
        return
    for path, style in export_styles(run, out, checkpoint):
        print_style(style, path, json)


def train_and_publish(train: Callable[[TrainingProgressCallback], Any], run: Path, json: bool) -> None:
    """Train under a watcher, then put the style on offer; an interrupted run says how to go on."""
    try:
        with show_training(run, json) as watch:
            train(watch)
    except KeyboardInterrupt:
        print_message(f"Stopped. Go on with: ganvas resume {run}")
        raise typer.Exit(INTERRUPTED_EXIT_CODE) from None
    publish_run(run, json)


def publish_run(run: Path, json: bool, checkpoint: str = "best") -> None:
    """Export a run and put its style on offer under its name, as the next version of it."""
    with TemporaryDirectory(prefix="ganvas-") as folder:
        for path, made in export_styles(run, Path(folder) / "style.onnx", checkpoint):
            publish_style_file(path, made, json)


def publish_style_file(path: Path, style: "Style", json: bool) -> None:
    """Put a style file on offer as the next version of its name, and say so."""
    from ganvas.cli.compose import load_settings, open_catalog
    from ganvas.style.file import rewrite_style

    catalog = open_catalog(load_settings())
    rewrite_style(path, replace(style, version=get_next_version(catalog, style.name)))
    style = catalog.publish(path)
    print_style(style, catalog.path(f"{style.name}@{style.version}"), json)


def export_styles(run: Path, path: Path, checkpoint: str) -> list[tuple[Path, "Style"]]:
    """The style files of a state of a run, each checked against the network: ``path``, and others beside it."""
    with OptionalPackages("learn"):
        from ganvas.learn.formats.onnx import export_run
        from ganvas.learn.training.run import Run

    name = Run(run).load_recipe().name
    with show_status("writing the style file and comparing it with the network"):
        styles = export_run(run, path, checkpoint)
    return [(path.with_stem(path.stem + style.name.removeprefix(name)), style) for style in styles]


def get_next_version(catalog: "Catalog", name: str) -> int:
    """1, or one more than what is on offer under the name."""
    return catalog.get(name).version + 1 if name in catalog.names() else 1


def check_style_name(name: str) -> None:
    """Say so before the training, not after it.

    Raises:
        BadRecipe: no style can have this name.
    """
    from ganvas.style.file import NAME_PATTERN

    if not NAME_PATTERN.fullmatch(name):
        raise BadRecipe(f"{name!r} cannot be a style's name.", "Use a-z, 0-9 and -, at most 48.")


def print_style(style: "Style", path: Path, json: bool) -> None:
    """Say where the style is, and what to do with it."""
    if json:
        made = {key: style.made[key] for key in ("steps", "best", "validation") if key in style.made}
        about = {"style": style.name, "version": style.version, "file": str(path), "parity": dict(style.parity)}
        print_json({**about, **made})
    else:
        use = f"sample {style.name}" if style.kind == "sampler" else f"stylize PHOTO --style {style.name}"
        for line in describe_selection(style.made):
            print_message(line)
        print_message(f"{style.name} version {style.version}: try it with: ganvas {use}")
        typer.echo(str(path))


def describe_selection(training: Mapping[str, Any]) -> Iterator[str]:
    """Of which step a style is, where there was a choice, and how each of the candidates did."""
    if "validation" not in training:
        return
    candidates = len(training["validation"])
    yield f"The style is that of step {training['steps']}; of {candidates} candidates {training['best']} is best:"
    for step, found in training["validation"].items():
        yield f"  step {step}: {format_scores(found)}"
