"""``ganvas train``: from a recipe, or two folders and a name, to a published style."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ganvas.cli.optional import OptionalPackages
from ganvas.cli.terminal import print_json, print_message, show_status
from ganvas.errors import BadRecipe

if TYPE_CHECKING:
    from ganvas.learn.recipe import Recipe


def train_style(
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
    with OptionalPackages("learn"):
        from ganvas.cli.runs import check_style_name, train_and_publish
        from ganvas.cli.validation import open_validation_scorer
        from ganvas.learn.training import loop

    given = {"data.source": source, "data.target": target, "name": name}
    given |= {"schedule.minutes": minutes, "schedule.steps": steps if minutes is None or steps else 0}
    given |= {"schedule.doctor": doctor, "schedule.precision": precision}
    wanted = resolve_data_folders(
        apply_options(load_or_build_recipe(recipe, source, target, name), given, settings or [])
    )
    check_style_name(wanted.name)
    if dry_run:
        print_recipe(wanted, json)
        return
    folder = run or find_unused_folder(Path("runs") / wanted.name)
    judge = open_validation_scorer(wanted)
    train_and_publish(lambda watch: loop.start_training(wanted, folder, watch, judge, print_message), folder, json)


def load_or_build_recipe(recipe: Path | None, source: Path | None, target: Path | None, name: str | None) -> "Recipe":
    """The recipe of the file, or the default one for two folders.

    Raises:
        BadRecipe: neither a recipe nor two folders and a name.
    """
    from ganvas.learn import recipe as recipes

    if recipe is not None:
        return recipes.load_recipe(recipe)
    if source is None or target is None or name is None:
        raise BadRecipe("There is nothing to learn from.", "Give a recipe, or --source, --target and --name.")
    return recipes.build_recipe({"name": name, "data": {"source": str(source), "target": str(target)}})


def apply_options(recipe: "Recipe", option_values: dict[str, Any], settings: list[str]) -> "Recipe":
    """The recipe with what the options say, then with what ``--set`` says."""
    from ganvas.learn import recipe as recipes

    return recipes.override_settings(recipe, [*format_assignments(option_values), *settings])


def resolve_data_folders(recipe: "Recipe") -> "Recipe":
    """The recipe with folders that are not here looked up where the data sets lie (``GANVAS_DATA_SETS``)."""
    import os
    from dataclasses import replace

    from ganvas.settings import Settings

    root, data = Settings.from_environment(os.environ).data_sets, recipe.data

    def resolve_folder(folder: str) -> str:
        return str((root / folder).absolute()) if folder and not Path(folder).exists() else folder

    beside = replace(data.unpaired, source=resolve_folder(data.unpaired.source))
    data = replace(data, source=resolve_folder(data.source), target=resolve_folder(data.target), unpaired=beside)
    return replace(recipe, data=data)


def format_assignments(option_values: dict[str, Any]) -> Iterator[str]:
    """Options that were given, as ``key=value``; text is quoted, so that a name like 1912 stays one."""
    for key, value in option_values.items():
        if value is not None:
            quoted = isinstance(value, str | Path)
            yield f"{key}={quote_toml(str(value))}" if quoted else f"{key}={value}"


def quote_toml(text: str) -> str:
    """Text as TOML writes it."""
    import json

    return json.dumps(text, ensure_ascii=False)


def find_unused_folder(folder: Path) -> Path:
    """The folder, or the first of ``folder-2``, ``folder-3`` ... that holds no run."""
    place, number = folder, 1
    while place.exists():
        number += 1
        place = folder.with_name(f"{folder.name}-{number}")
    return place


def print_recipe(recipe: "Recipe", json: bool) -> None:
    """Print the recipe as it would be run: minutes turned into steps, threads fixed."""
    import tomli_w

    from ganvas.learn import recipe as recipes
    from ganvas.learn.training import loop

    with show_status("reading pictures and measuring the speed of a step"):
        settled = recipes.serialise_recipe(loop.resolve_schedule(recipe, print_message))
    if json:
        print_json(settled)
    else:
        typer.echo(tomli_w.dumps(settled), nl=False)
