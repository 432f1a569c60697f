"""``ganvas styles``: the catalogue."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ganvas.cli.terminal import create_progress, print_json, print_table, show_status
from ganvas.errors import BadPhoto, BadStyle

if TYPE_CHECKING:
    from ganvas.style.catalog import Catalog
    from ganvas.style.file import Style

styles_commands = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@styles_commands.callback(invoke_without_command=True)
def list_styles_by_default(context: typer.Context) -> None:
    """The styles on offer: list, show, add, remove, and a sheet of all of them."""
    if context.invoked_subcommand is None:
        list_styles()


@styles_commands.command("list")
def list_styles(json: AsJson = False) -> None:
    """All styles on offer."""
    catalog = open_configured_catalog()
    found = [catalog.get(name) for name in catalog.names()]
    if json:
        print_json([collect_style_details(catalog, style) for style in found])
    elif found:
        print_table([("NAME", "TITLE", "ARTIST", "FROM"), *(format_style_row(catalog, style) for style in found)])
    else:
        typer.echo("No style is on offer: train one, or add one with `ganvas styles add FILE`.")


@styles_commands.command("show")
def show_style(name: Annotated[str, typer.Argument(help="A name, or NAME@VERSION.")], json: AsJson = False) -> None:
    """All that a style says of itself."""
    catalog = open_configured_catalog()
    about = collect_style_details(catalog, catalog.get(name))
    if json:
        print_json(about)
    else:
        for key, line in flatten_tables(about):
            typer.echo(f"{key}: {line}")


@styles_commands.command("add")
def add_style(file: Annotated[Path, typer.Argument(help="A style file, NAME.onnx.")], json: AsJson = False) -> None:
    """Check a style file and put it on offer."""
    from ganvas.engine.tile_trial import try_served_tile
    from ganvas.style.file import check_style

    if not file.is_file():
        raise BadStyle(f"There is no {file}.", "Give a style file.")
    catalog = open_configured_catalog()
    with show_status(f"checking {file.name}"):
        check_style(file)
        try_served_tile(file)
        style = catalog.publish(file)
    if json:
        print_json(collect_style_details(catalog, style))
    else:
        typer.echo(f"{style.name} version {style.version} is on offer.")


@styles_commands.command("remove")
def remove_style(name: Annotated[str, typer.Argument(help="A style that was added; built-in ones stay.")]) -> None:
    """Take a style off, all its versions."""
    open_configured_catalog().remove(name)
    typer.echo(f"{name} was removed.")


@styles_commands.command("sheet")
def make_contact_sheet(
    photos: Annotated[list[Path], typer.Argument(metavar="PHOTO...", help="Photos, or folders of them.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The picture file to write.")] = Path("sheet.jpg"),
    style: Annotated[list[str] | None, typer.Option("--style", "-s", help="Only these; may be repeated.")] = None,
    edge: Annotated[int, typer.Option(min=64, max=2048, help="Long edge of each picture on it, in pixels.")] = 384,
    controls: Annotated[bool, typer.Option("--controls", help="Strengths and colours in columns instead.")] = False,
) -> None:
    """A contact sheet: photos in rows, styles in columns."""
    from ganvas.cli.compose import load_settings, open_engine
    from ganvas.cli.contact_sheet import draw_control_sheet, draw_style_sheet
    from ganvas.cli.output_paths import FORMAT_BY_SUFFIX, OutputRule, plan_tasks
    from ganvas.cli.stylize import write_atomically
    from ganvas.image import Photo, encode

    if out.suffix.lower() not in FORMAT_BY_SUFFIX:
        raise BadPhoto(f"{out.name} is no picture file.", f"Known endings: {', '.join(FORMAT_BY_SUFFIX)}.")
    engine = open_engine(load_settings())
    chosen = [engine.catalog.get(name) for name in style or list_transfer_styles(engine.catalog)]
    tasks = plan_tasks(photos, OutputRule("sheet"))
    with create_progress() as bar:
        task = bar.add_task("sheet", total=1.0)
        drawn = draw_control_sheet if controls else draw_style_sheet
        pixels = drawn(
            engine, chosen, [task.photo for task in tasks], edge, lambda done: bar.update(task, completed=done)
        )
    write_atomically(encode(Photo(pixels, None, {}), FORMAT_BY_SUFFIX[out.suffix.lower()], 92), out)
    typer.echo(str(out))


def open_configured_catalog() -> "Catalog":
    """The catalogue that the settings name."""
    from ganvas.cli.compose import load_settings, open_catalog

    return open_catalog(load_settings())


def list_transfer_styles(catalog: "Catalog") -> list[str]:
    """The names of the styles that take a photo."""
    return [name for name in catalog.names() if catalog.get(name).kind == "transfer"]


def collect_style_details(catalog: "Catalog", style: "Style") -> dict[str, Any]:
    """All that a style says of itself, and where its file is, as plain data."""
    path = catalog.path(f"{style.name}@{style.version}")
    about: dict[str, Any] = {
        **style.to_metadata(),
        "sha256": style.sha256,
        "file": str(path),
        "bytes": path.stat().st_size,
    }
    return {key: dict(value) if isinstance(value, Mapping) else value for key, value in about.items()}


def format_style_row(catalog: "Catalog", style: "Style") -> Sequence[str]:
    """A style's line in the list."""
    where = catalog.path(f"{style.name}@{style.version}").parent
    origin = "built in" if where == catalog.folders[-1] else str(where)
    return style.name, " / ".join(style.title.values()), style.artist, origin


def flatten_tables(value: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The leaves of nested tables with dotted names; empty ones are left out."""
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from flatten_tables(inner, f"{prefix}{key}.")  # pyright: ignore[reportUnknownArgumentType]
        elif inner not in ("", None):
            yield f"{prefix}{key}", inner
