"""``ganvas styles``: the catalogue. Knows how styles are listed and shown, and nothing of what is in their networks."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ganvas.cli.terminal import progress, say_json, say_table, waiting
from ganvas.errors import BadPhoto, BadStyle

if TYPE_CHECKING:
    from ganvas.style import Catalog, Style

styles = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@styles.callback(invoke_without_command=True)
def group(context: typer.Context) -> None:
    """The styles on offer: list, show, add, remove, and a sheet of all of them."""
    if context.invoked_subcommand is None:
        list_styles()


@styles.command("list")
def list_styles(json: AsJson = False) -> None:
    """All styles on offer."""
    catalog = offered()
    found = [catalog.get(name) for name in catalog.names()]
    if json:
        say_json([facts(catalog, style) for style in found])
    elif found:
        say_table([("NAME", "TITLE", "ARTIST", "FROM"), *(row(catalog, style) for style in found)])
    else:
        typer.echo("No style is on offer: train one, or add one with `ganvas styles add FILE`.")


@styles.command()
def show(name: Annotated[str, typer.Argument(help="A name, or NAME@VERSION.")], json: AsJson = False) -> None:
    """All that a style says of itself."""
    catalog = offered()
    about = facts(catalog, catalog.get(name))
    if json:
        say_json(about)
    else:
        for key, line in flat(about):
            typer.echo(f"{key}: {line}")


@styles.command()
def add(file: Annotated[Path, typer.Argument(help="A style file, NAME.onnx.")], json: AsJson = False) -> None:
    """Check a style file and put it on offer."""
    from ganvas.engine.tile_trial import try_served_tile
    from ganvas.style import check

    if not file.is_file():
        raise BadStyle(f"There is no {file}.", "Give a style file.")
    catalog = offered()
    with waiting(f"checking {file.name}"):
        check(file)
        try_served_tile(file)
        style = catalog.publish(file)
    if json:
        say_json(facts(catalog, style))
    else:
        typer.echo(f"{style.name} version {style.version} is on offer.")


@styles.command()
def remove(name: Annotated[str, typer.Argument(help="A style that was added; built-in ones stay.")]) -> None:
    """Take a style off, all its versions."""
    offered().remove(name)
    typer.echo(f"{name} was removed.")


@styles.command()
def sheet(
    photos: Annotated[list[Path], typer.Argument(metavar="PHOTO...", help="Photos, or folders of them.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The picture file to write.")] = Path("sheet.jpg"),
    style: Annotated[list[str] | None, typer.Option("--style", "-s", help="Only these; may be repeated.")] = None,
    edge: Annotated[int, typer.Option(min=64, max=2048, help="Long edge of each picture on it, in pixels.")] = 384,
    controls: Annotated[bool, typer.Option("--controls", help="Strengths and colours in columns instead.")] = False,
) -> None:
    """A contact sheet: photos in rows, styles in columns."""
    from ganvas.cli.photos import WRITTEN, Place, plan
    from ganvas.cli.sheet import draw, draw_controls
    from ganvas.cli.stylize import write
    from ganvas.cli.wiring import open_engine, settled
    from ganvas.image import Photo, encode

    if out.suffix.lower() not in WRITTEN:
        raise BadPhoto(f"{out.name} is no picture file.", f"Known endings: {', '.join(WRITTEN)}.")
    engine = open_engine(settled())
    chosen = [engine.catalog.get(name) for name in style or transfers(engine.catalog)]
    tasks = plan(photos, Place("sheet"))
    with progress() as bar:
        task = bar.add_task("sheet", total=1.0)
        drawn = draw_controls if controls else draw
        pixels = drawn(
            engine, chosen, [task.photo for task in tasks], edge, lambda done: bar.update(task, completed=done)
        )
    write(encode(Photo(pixels, None, {}), WRITTEN[out.suffix.lower()], 92), out)
    typer.echo(str(out))


def offered() -> "Catalog":
    """The catalogue that the settings name."""
    from ganvas.cli.wiring import open_catalog, settled

    return open_catalog(settled())


def transfers(catalog: "Catalog") -> list[str]:
    """The names of the styles that take a photo."""
    return [name for name in catalog.names() if catalog.get(name).kind == "transfer"]


def facts(catalog: "Catalog", style: "Style") -> dict[str, Any]:
    """All that a style says of itself, and where its file is, as plain data."""
    path = catalog.path(f"{style.name}@{style.version}")
    about: dict[str, Any] = {**style.about(), "sha256": style.sha256, "file": str(path), "bytes": path.stat().st_size}
    return {key: dict(value) if isinstance(value, Mapping) else value for key, value in about.items()}


def row(catalog: "Catalog", style: "Style") -> Sequence[str]:
    """A style's line in the list."""
    where = catalog.path(f"{style.name}@{style.version}").parent
    origin = "built in" if where == catalog.folders[-1] else str(where)
    return style.name, " / ".join(style.title.values()), style.artist, origin


def flat(value: dict[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """The leaves of nested tables with dotted names; empty ones are left out."""
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from flat(inner, f"{above}{key}.")  # pyright: ignore[reportUnknownArgumentType]
        elif inner not in ("", None):
            yield f"{above}{key}", inner
