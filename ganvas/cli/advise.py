"""``ganvas advise``: which method and settings for these pictures, with reasons. Knows options; the rules decide."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ganvas.cli.extras import Extra
from ganvas.cli.terminal import say, say_json, waiting

if TYPE_CHECKING:
    from ganvas.advise.advice import Advice, Pace


def advise(
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
    from ganvas.advise.advice import advise as advised
    from ganvas.advise.facts import gather
    from ganvas.advise.rules import Wish

    folders = {"target": target} | ({"source": source} if source else {})
    with waiting("looking at the pictures and measuring a few steps"):
        facts = gather(source, target)
        advice = advised(facts, Wish(minutes, device, wish, use), folders, name, measured)
    if json:
        about = {"recipe": advice.recipe, "reasons": advice.reasons, "warnings": advice.warnings}
        about |= {"steps": advice.steps, "seconds_a_step": round(advice.seconds_a_step, 4)}
        about |= {"precision": advice.pace.precision}
        say_json({**about, "beside_defaults": advice.beside_defaults})
    else:
        tell(advice)
    if out is not None:
        import tomli_w

        out.write_text(tomli_w.dumps(advice.recipe))
        say(f"Train it with: ganvas train {out}")


def measured(plain: dict[str, Any]) -> "Pace":
    """The seconds of a learning step of the recipe on this machine, and what it computes in."""
    with Extra("learn"):
        from ganvas.learn import loop
        from ganvas.learn import recipe as recipes

    from ganvas.advise.advice import Pace

    seconds, chosen = loop.measure_pace(loop.threaded(recipes.build(plain)))
    return Pace(seconds, chosen.precision, str(chosen))


def tell(advice: "Advice") -> None:
    """The recipe with its reasons, for a person."""
    import tomli_w

    for rule, reason in advice.reasons.items():
        typer.echo(f"# {rule}: {reason}")
    for warning in advice.warnings:
        typer.echo(f"# beware: {warning}")
    typer.echo(f"# beside the defaults: {advice.beside_defaults}")
    typer.echo(f"# {advice.pace.why}")
    minutes = advice.steps * advice.seconds_a_step / 60
    typer.echo(f"# {advice.steps} steps in {minutes:.0f} minutes, {advice.seconds_a_step:.2f} s each on this machine\n")
    typer.echo(tomli_w.dumps(advice.recipe), nl=False)
