"""``ganvas advise``: which method and settings for these pictures, with reasons."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ganvas.cli.optional import OptionalPackages
from ganvas.cli.terminal import print_json, print_message, show_status

if TYPE_CHECKING:
    from ganvas.advise.advice import Pace, RecipeAdvice


def advise_recipe(
    target: Annotated[Path, typer.Option(help="A folder of art, or one picture.")],
    source: Annotated[Path | None, typer.Option(help="A folder of photos; none: new pictures out of noise.")] = None,
    minutes: Annotated[float, typer.Option(min=0.1, help="How long it may learn.")] = 25.0,
    device: Annotated[Literal["cpu", "cuda"], typer.Option(help="What it is to learn on.")] = "cpu",
    wish: Annotated[Literal["quality", "speed", "stability"], typer.Option(help="What matters most.")] = "quality",
    use: Annotated[Literal["photos", "film"], typer.Option(help="What the style is for.")] = "photos",
    name: Annotated[str, typer.Option(help="The style's name.")] = "mine",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the recipe to this file.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what to train with, why, and how far the minutes go on this machine."""
    from ganvas.advise.advice import recommend_recipe as advised
    from ganvas.advise.facts import gather_facts
    from ganvas.advise.rules import TrainingGoal

    folders = {"target": target} | ({"source": source} if source else {})
    with show_status("looking at the pictures and measuring a few steps"):
        facts = gather_facts(source, target)
        advice = advised(facts, TrainingGoal(minutes, device, wish, use), folders, name, measure_seconds_per_step)
    if json:
        about = {"recipe": advice.recipe, "reasons": advice.reasons, "warnings": advice.warnings}
        about |= {"steps": advice.steps, "seconds_a_step": round(advice.seconds_per_step, 4)}
        about |= {"precision": advice.pace.precision}
        print_json({**about, "beside_defaults": advice.versus_defaults})
    else:
        print_advice(advice)
    if out is not None:
        import tomli_w

        out.write_text(tomli_w.dumps(advice.recipe))
        print_message(f"Train it with: ganvas train {out}")


def measure_seconds_per_step(recipe_table: dict[str, Any]) -> "Pace":
    """The seconds of a learning step of the recipe on this machine, and what it computes in."""
    with OptionalPackages("learn"):
        from ganvas.learn import recipe as recipes
        from ganvas.learn.training import loop

    from ganvas.advise.advice import Pace

    seconds, chosen = loop.measure_pace(loop.resolve_threads(recipes.build_recipe(recipe_table)))
    return Pace(seconds, chosen.precision, str(chosen))


def print_advice(advice: "RecipeAdvice") -> None:
    """The recipe with its reasons, for a person."""
    import tomli_w

    for rule, reason in advice.reasons.items():
        typer.echo(f"# {rule}: {reason}")
    for warning in advice.warnings:
        typer.echo(f"# beware: {warning}")
    typer.echo(f"# beside the defaults: {advice.versus_defaults}")
    typer.echo(f"# {advice.pace.why}")
    minutes = advice.steps * advice.seconds_per_step / 60
    typer.echo(
        f"# {advice.steps} steps in {minutes:.0f} minutes, {advice.seconds_per_step:.2f} s each on this machine\n"
    )
    typer.echo(tomli_w.dumps(advice.recipe), nl=False)
