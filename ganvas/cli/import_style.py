"""``ganvas import``: converts a generator of the common CycleGAN or pix2pix code to a style."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ganvas.cli.optional import OptionalPackages
from ganvas.cli.terminal import show_status

if TYPE_CHECKING:
    from ganvas.style.file import Style

GeneratorKind = Literal["resnet6", "resnet9", "unet"]
PaddingMode = Literal["reflect", "replicate", "zeros"]


def import_style(
    file: Annotated[Path, typer.Argument(help="A checkpoint of a generator, .pth or .pt.")],
    network: Annotated[GeneratorKind, typer.Option(help="What it is of.")] = "resnet9",
    name: Annotated[str | None, typer.Option(help="The style's name; by default the file's.")] = None,
    artist: Annotated[str, typer.Option(help="Whose art it learnt from.")] = "",
    licence: Annotated[str, typer.Option(help="Under which licence the weights are.")] = "",
    canvas: Annotated[int, typer.Option(min=128, max=4096, help="Long edge that it works at, in pixels.")] = 768,
    padding: Annotated[PaddingMode, typer.Option(help="What a ResNet's blocks see beyond the border.")] = "reflect",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The style file to write, in place of putting it on offer.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Make a style of a generator that the common CycleGAN or pix2pix code has trained."""
    from ganvas.cli.runs import check_style_name, print_style, publish_style_file
    from ganvas.style.file import Style

    name = name or file.stem.lower().replace("_", "-")
    check_style_name(name)
    about = Style(name, {"en": name}, method=f"imported {network}", canvas=canvas, artist=artist, licence=licence)
    if out is not None:
        print_style(convert_checkpoint(file, network, padding, about, out), out, json)
        return
    with TemporaryDirectory(prefix="ganvas-") as folder:
        path = Path(folder) / "style.onnx"
        publish_style_file(path, convert_checkpoint(file, network, padding, about, path), json)


def convert_checkpoint(file: Path, network: GeneratorKind, padding: PaddingMode, style: "Style", path: Path) -> "Style":
    """The style file of a checkpoint, compared with the checkpoint's network."""
    with OptionalPackages("learn"):
        from ganvas.learn.formats.onnx import write_style
        from ganvas.learn.formats.pytorch import ClaimedArchitecture, convert_checkpoint, read_checkpoint
        from ganvas.learn.methods.protocol import TrainedGenerator

    with show_status("reading the checkpoint, writing the style file and comparing the two"):
        generator = convert_checkpoint(read_checkpoint(file), ClaimedArchitecture(network, padding))
        style = replace(style, halo=generator.halo, fixed_halo=generator.fixed_halo, multiple=generator.multiple)
        return write_style(TrainedGenerator(generator, halo=style.halo, multiple=style.multiple), style, path)
