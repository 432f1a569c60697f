"""``ganvas train``: a recipe, or two folders and a name, to a style on offer. Knows settings; the loop trains."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ganvas.cli.extras import Extra
from ganvas.cli.terminal import say, say_json, waiting
from ganvas.errors import BadRecipe

if TYPE_CHECKING:
    from ganvas.learn.recipe import Recipe


def train(
    recipe: Annotated[Path | None, typer.Argument(metavar="[RECIPE]", help="A .toml file; see recipes/.")] = None,
    source: Annotated[Path | None, typer.Option(help="A folder of photos, or one.")] = None,
    target: Annotated[Path | None, typer.Option(help="A folder of art, or one picture.")] = None,
    name: Annotated[str | None, typer.Option(help="The style's name: a-z, 0-9 and -.")] = None,
    minutes: Annotated[float | None, typer.Option(min=0.01, help="How long; turned into steps at the start.")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="How many steps, in place of minutes.")] = None,
    doctor: Annotated[
        Literal["off", "watch", "act"] | None,
        typer.Option(help="Whether somebody looks after the run, and may change what is safe; by default watch."),
    ] = None,
    precision: Annotated[
        Literal["auto", "fp32", "bf16"] | None,
        typer.Option(help="What networks compute in; auto, the default, is what this processor is quicker in."),
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a setting; may be repeated.")
    ] = None,
    run: Annotated[Path | None, typer.Option(help="The run's folder; by default a new one in runs/.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check, measure, print the recipe, and stop.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print progress and the result as lines of JSON.")] = False,
) -> None:
    """Teach a style from a recipe, or from two folders: --source, --target and --name."""
    with Extra("learn"):
        from ganvas.cli.choosing import critic
        from ganvas.cli.runs import learn, refuse_bad_name
        from ganvas.learn import loop

    given = {"data.source": source, "data.target": target, "name": name}
    given |= {"schedule.minutes": minutes, "schedule.steps": steps if minutes is None or steps else 0}
    given |= {"schedule.doctor": doctor, "schedule.precision": precision}
    wanted = located(changed(started(recipe, source, target, name), given, settings or []))
    refuse_bad_name(wanted.name)
    if dry_run:
        show(wanted, json)
        return
    folder = run or unused(Path("runs") / wanted.name)
    judge = critic(wanted)
    learn(lambda watch: loop.train(wanted, folder, watch, judge, say), folder, json)


def started(recipe: Path | None, source: Path | None, target: Path | None, name: str | None) -> "Recipe":
    """The recipe of the file, or the default one for two folders.

    Raises:
        BadRecipe: neither a recipe nor two folders and a name.
    """
    from ganvas.learn import recipe as recipes

    if recipe is not None:
        return recipes.load(recipe)
    if source is None or target is None or name is None:
        raise BadRecipe("There is nothing to learn from.", "Give a recipe, or --source, --target and --name.")
    return recipes.build({"name": name, "data": {"source": str(source), "target": str(target)}})


def changed(recipe: "Recipe", given: dict[str, Any], settings: list[str]) -> "Recipe":
    """The recipe with what the options say, then with what ``--set`` says."""
    from ganvas.learn import recipe as recipes

    return recipes.change(recipe, [*options(given), *settings])


def located(recipe: "Recipe") -> "Recipe":
    """The recipe with folders that are not here looked up where the data sets lie (``GANVAS_DATA_SETS``)."""
    import os
    from dataclasses import replace

    from ganvas.settings import Settings

    root, data = Settings.from_environment(os.environ).data_sets, recipe.data

    def place(folder: str) -> str:
        return str((root / folder).absolute()) if folder and not Path(folder).exists() else folder

    beside = replace(data.unpaired, source=place(data.unpaired.source))
    data = replace(data, source=place(data.source), target=place(data.target), unpaired=beside)
    return replace(recipe, data=data)


def options(given: dict[str, Any]) -> Iterator[str]:
    """Options that were given, as ``key=value``; text is quoted, so that a name like 1912 stays one."""
    for key, value in given.items():
        if value is not None:
            quoted = isinstance(value, str | Path)
            yield f"{key}={quote(str(value))}" if quoted else f"{key}={value}"


def quote(text: str) -> str:
    """Text as TOML writes it."""
    import json

    return json.dumps(text, ensure_ascii=False)


def unused(folder: Path) -> Path:
    """The folder, or the first of ``folder-2``, ``folder-3`` ... that holds no run."""
    place, number = folder, 1
    while place.exists():
        number += 1
        place = folder.with_name(f"{folder.name}-{number}")
    return place


def show(recipe: "Recipe", json: bool) -> None:
    """Print the recipe as it would be run: minutes turned into steps, threads fixed."""
    import tomli_w

    from ganvas.learn import loop
    from ganvas.learn import recipe as recipes

    with waiting("reading pictures and measuring the speed of a step"):
        settled = recipes.plain(loop.settled(recipe, say))
    if json:
        say_json(settled)
    else:
        typer.echo(tomli_w.dumps(settled), nl=False)
