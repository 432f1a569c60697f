"""``ganvas sample``: draws new pictures from noise, in a style of the kind ``sampler``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ganvas.cli.terminal import print_json
from ganvas.errors import BadPhoto

if TYPE_CHECKING:
    from ganvas.image import Pixels


def sample_pictures(
    style: Annotated[str, typer.Argument(help="A style that makes pictures from noise, see ganvas styles.")],
    count: Annotated[int, typer.Option(min=1, max=4096, help="How many pictures.")] = 16,
    seed: Annotated[int, typer.Option(min=0, help="The first picture's seed; the next ones follow.")] = 1,
    to: Annotated[int | None, typer.Option(min=0, help="Go from --seed to this seed in --count steps.")] = None,
    grid: Annotated[Path | None, typer.Option(help="Write all on one sheet, to this file.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="A folder for the pictures; by default the style's.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the files as JSON.")] = False,
) -> None:
    """Make new pictures from noise; a seed always gives the same picture."""
    from ganvas.cli.compose import load_settings, open_catalog
    from ganvas.engine import sampler

    codes = (
        sampler.make_seed_codes(range(seed, seed + count)) if to is None else sampler.interpolate_codes(seed, to, count)
    )
    pictures = sampler.sample_pictures(open_catalog(load_settings()), style, codes)
    if grid is not None:
        files = {grid: sampler.arrange_grid(pictures)}
    else:
        folder = out or Path(style.partition("@")[0])
        names = range(seed, seed + count) if to is None else range(count)
        files = {folder / f"{name:06}.png": picture for name, picture in zip(names, pictures, strict=True)}
    write_pictures(files, json)


def write_pictures(files: "dict[Path, Pixels]", json: bool) -> None:
    """Write the pictures and say where they are.

    Raises:
        BadPhoto: a name whose ending is no picture's.
    """
    from ganvas.cli.output_paths import FORMAT_BY_SUFFIX
    from ganvas.cli.stylize import write_atomically
    from ganvas.image import Photo, encode

    for path, pixels in files.items():
        if path.suffix.lower() not in FORMAT_BY_SUFFIX:
            raise BadPhoto(f"{path.name} is no picture file.", f"Known endings: {', '.join(FORMAT_BY_SUFFIX)}.")
        write_atomically(encode(Photo(pixels), FORMAT_BY_SUFFIX[path.suffix.lower()], 92), path)
    if json:
        print_json([str(path) for path in files])
    else:
        typer.echo("\n".join(map(str, files)))
