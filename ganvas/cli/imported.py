"""``ganvas import``: a generator of the common CycleGAN or pix2pix code to a style. Knows options, no weights."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ganvas.cli.extras import Extra
from ganvas.cli.terminal import waiting

if TYPE_CHECKING:
    from ganvas.style import Style

Network = Literal["resnet6", "resnet9", "unet"]
Padding = Literal["reflect", "replicate", "zeros"]


def imported(
    file: Annotated[Path, typer.Argument(help="A checkpoint of a generator, .pth or .pt.")],
    network: Annotated[Network, typer.Option(help="What it is of.")] = "resnet9",
    name: Annotated[str | None, typer.Option(help="The style's name; by default the file's.")] = None,
    artist: Annotated[str, typer.Option(help="Whose art it learnt from.")] = "",
    licence: Annotated[str, typer.Option(help="Under which licence the weights are.")] = "",
    canvas: Annotated[int, typer.Option(min=128, max=4096, help="Long edge that it works at, in pixels.")] = 768,
    padding: Annotated[Padding, typer.Option(help="What a ResNet's blocks see beyond the border.")] = "reflect",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The style file to write, in place of putting it on offer.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Make a style of a generator that the common CycleGAN or pix2pix code has trained."""
    from ganvas.cli.runs import offer, refuse_bad_name, told
    from ganvas.style import Style

    name = name or file.stem.lower().replace("_", "-")
    refuse_bad_name(name)
    about = Style(name, {"en": name}, method=f"imported {network}", canvas=canvas, artist=artist, licence=licence)
    if out is not None:
        told(converted(file, network, padding, about, out), out, json)
        return
    with TemporaryDirectory(prefix="ganvas-") as folder:
        path = Path(folder) / "style.onnx"
        offer(path, converted(file, network, padding, about, path), json)


def converted(file: Path, network: Network, padding: Padding, about: "Style", path: Path) -> "Style":
    """The style file of a checkpoint, compared with the checkpoint's network."""
    with Extra("learn"):
        from ganvas.learn.export import write
        from ganvas.learn.interchange import Claim, adopt, read
        from ganvas.learn.method import Product

    with waiting("reading the checkpoint, writing the style file and comparing the two"):
        generator = adopt(read(file), Claim(network, padding))
        about = replace(about, halo=generator.halo, fixed_halo=generator.fixed_halo, multiple=generator.multiple)
        return write(Product(generator, halo=about.halo, multiple=about.multiple), about, path)
