"""``ganvas data``: look at pictures before learning from them. Knows files and tables; learning looks."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ganvas.cli.extras import Extra
from ganvas.cli.terminal import say_json, waiting
from ganvas.errors import BadPhoto

if TYPE_CHECKING:
    from ganvas.learn.check import Check

data = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=True)
SHOWN = 5


@data.callback()
def group() -> None:
    """Look at pictures before learning from them: check folders, preview crops."""


@data.command()
def check(
    source: Annotated[Path, typer.Argument(help="A folder of photos.")],
    target: Annotated[Path, typer.Argument(help="A folder of art.")],
    fix: Annotated[Path | None, typer.Option(help="Write a mended copy into this new folder.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what is wrong with two folders of pictures, and mend it in a copy."""
    with Extra("learn"):
        from ganvas.learn import check as checks

    with waiting("looking at every picture"):
        found = {"source": checks.check(source, "source"), "target": checks.check(target, "target")}
    written = {role: checks.mend(one, fix / role) for role, one in found.items()} if fix else {}
    if json:
        say_json({role: plain(one) | {"written": written.get(role)} for role, one in found.items()})
        return
    for role, one in found.items():
        typer.echo(f"{role}: {one.count} pictures, short sides {one.sizes[0]} to {one.sizes[2]}, middle {one.sizes[1]}")
        for finding in one.findings:
            names = ", ".join(path.name for path in finding.paths[:SHOWN])
            more = f" and {len(finding.paths) - SHOWN} more" if len(finding.paths) > SHOWN else ""
            typer.echo(
                f"  {finding.what}{f' (would {finding.would})' if finding.would else ''}: {names}{more}".rstrip(": ")
            )
    for role, count in written.items():
        typer.echo(f"{count} pictures in {fix / role if fix else role}")


def plain(found: "Check") -> dict[str, Any]:
    """A check as plain data."""
    findings = [
        {"kind": one.kind, "what": one.what, "would": one.would, "files": [str(path) for path in one.paths]}
        for one in found.findings
    ]
    return {"pictures": found.count, "short_sides": found.sizes, "findings": findings}


@data.command()
def preview(
    recipe: Annotated[Path, typer.Argument(help="A .toml file.")],
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a setting; may be repeated.")
    ] = None,
    columns: Annotated[int, typer.Option(min=1, max=64, help="How many crops in a row.")] = 8,
    out: Annotated[Path, typer.Option("--out", "-o", help="The picture file to write.")] = Path("preview.jpg"),
) -> None:
    """Draw the crops that a recipe will learn from on one sheet."""
    from ganvas.cli.photos import WRITTEN
    from ganvas.cli.stylize import write
    from ganvas.image import Photo, encode

    if out.suffix.lower() not in WRITTEN:
        raise BadPhoto(f"{out.name} is no picture file.", f"Known endings: {', '.join(WRITTEN)}.")
    with Extra("learn"):
        from ganvas.learn import recipe as recipes
        from ganvas.learn.preview import preview as drawn

    with waiting("cutting crops"):
        pixels = drawn(recipes.change(recipes.load(recipe), settings or []), columns)
    write(encode(Photo(pixels), WRITTEN[out.suffix.lower()], 92), out)
    typer.echo(str(out))
