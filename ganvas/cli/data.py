"""``ganvas data``: checks pictures before training, and mends a copy of them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ganvas.cli.optional import OptionalPackages
from ganvas.cli.terminal import print_json, show_status
from ganvas.errors import BadPhoto

if TYPE_CHECKING:
    from ganvas.learn.data.check import DatasetCheck

data_commands = typer.Typer(
    add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=True
)
MAX_LISTED_FILES = 5


@data_commands.callback()
def describe_group() -> None:
    """Look at pictures before learning from them: check folders, preview crops."""


@data_commands.command("check")
def check_folders(
    source: Annotated[Path, typer.Argument(help="A folder of photos.")],
    target: Annotated[Path, typer.Argument(help="A folder of art.")],
    fix: Annotated[Path | None, typer.Option(help="Write a mended copy into this new folder.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what is wrong with two folders of pictures, and mend it in a copy."""
    with OptionalPackages("learn"):
        from ganvas.learn.data import check as checks

    with show_status("looking at every picture"):
        found = {"source": checks.check_dataset(source, "source"), "target": checks.check_dataset(target, "target")}
    written = {role: checks.write_cleaned_copy(one, fix / role) for role, one in found.items()} if fix else {}
    if json:
        print_json({role: serialise_check(one) | {"written": written.get(role)} for role, one in found.items()})
        return
    for role, one in found.items():
        typer.echo(f"{role}: {one.count} pictures, short sides {one.sizes[0]} to {one.sizes[2]}, middle {one.sizes[1]}")
        for finding in one.findings:
            names = ", ".join(path.name for path in finding.paths[:MAX_LISTED_FILES])
            more = f" and {len(finding.paths) - MAX_LISTED_FILES} more" if len(finding.paths) > MAX_LISTED_FILES else ""
            typer.echo(
                f"  {finding.what}{f' (would {finding.would})' if finding.would else ''}: {names}{more}".rstrip(": ")
            )
    for role, count in written.items():
        typer.echo(f"{count} pictures in {fix / role if fix else role}")


def serialise_check(check: "DatasetCheck") -> dict[str, Any]:
    """A check as plain data."""
    findings = [
        {"kind": one.kind, "what": one.what, "would": one.would, "files": [str(path) for path in one.paths]}
        for one in check.findings
    ]
    return {"pictures": check.count, "short_sides": check.sizes, "findings": findings}


@data_commands.command("preview")
def preview_crops(
    recipe: Annotated[Path, typer.Argument(help="A .toml file.")],
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a setting; may be repeated.")
    ] = None,
    columns: Annotated[int, typer.Option(min=1, max=64, help="How many crops in a row.")] = 8,
    out: Annotated[Path, typer.Option("--out", "-o", help="The picture file to write.")] = Path("preview.jpg"),
) -> None:
    """Draw the crops that a recipe will learn from on one sheet."""
    from ganvas.cli.output_paths import FORMAT_BY_SUFFIX
    from ganvas.cli.stylize import write_atomically
    from ganvas.image import Photo, encode

    if out.suffix.lower() not in FORMAT_BY_SUFFIX:
        raise BadPhoto(f"{out.name} is no picture file.", f"Known endings: {', '.join(FORMAT_BY_SUFFIX)}.")
    with OptionalPackages("learn"):
        from ganvas.learn import recipe as recipes
        from ganvas.learn.training.preview import draw_batch_preview as drawn

    with show_status("cutting crops"):
        pixels = drawn(recipes.override_settings(recipes.load_recipe(recipe), settings or []), columns)
    write_atomically(encode(Photo(pixels), FORMAT_BY_SUFFIX[out.suffix.lower()], 92), out)
    typer.echo(str(out))
