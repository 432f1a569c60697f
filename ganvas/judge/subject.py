"""What is judged: a style, a style file, a folder of pictures made elsewhere, or the photos themselves.

Knows how each gets from a photo to a picture, and nothing of scores.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
from PIL import Image

from ganvas.engine.engine import Engine
from ganvas.errors import BadData, BadStyle
from ganvas.judge.cost import alone
from ganvas.judge.features import Pixels, fingerprint, load
from ganvas.split import pictures
from ganvas.style import Style, check

IDENTITY = "identity"
SKEW = 0.03  # how far the proportions of a picture from elsewhere may be from its photo's

Make = Callable[[Path, Pixels], Pixels]


@dataclass(frozen=True)
class Subject:
    """``make``: photo's path and pixels to the picture, of the photo's size; None for ``loose`` pictures of no photos.

    ``path`` and ``style`` are of a style's file. ``about`` is plain data: what exactly was judged.
    """

    name: str
    kind: str
    make: Make | None = None
    loose: Sequence[Path] = ()
    path: Path | None = None
    style: Style | None = None
    about: dict[str, Any] = field(default_factory=dict[str, Any])


def find(word: str, engine: Engine, photos: Sequence[Path], scratch: Path) -> Subject:
    """The subject that a word means: ``identity``, a folder, a style file, or the name of a style on offer.

    ``scratch`` is a folder that lives as long as the subject.

    Raises UnknownStyle, BadStyle (also for a sampler, which takes no photo), BadData (a folder that lacks pictures).
    """
    place = Path(word)
    if word == IDENTITY:
        return Subject(IDENTITY, IDENTITY, make=lambda path, pixels: pixels)
    if place.is_dir():
        return elsewhere(place, photos)
    if place.suffix == ".onnx":
        return filed(place, scratch)
    style = engine.catalog.get(word)
    return served(word, style, engine.catalog.path(f"{style.name}@{style.version}"), engine)


def filed(place: Path, scratch: Path) -> Subject:
    """A style file that is not on offer, checked and run by an engine of its own."""
    if not place.is_file():
        raise BadStyle(f"There is no {place}.", "Give a style file, a style's name, a folder or identity.")
    check(place)
    engine, style = alone(place, Path(mkdtemp(dir=scratch)))
    return served(place.name, style, place, engine)


def served(name: str, style: Style, path: Path, engine: Engine) -> Subject:
    """A style, run by the engine that serves it."""
    if style.kind != "transfer":
        raise BadStyle(f"{name} makes pictures from nothing.", "Judge a folder of pictures that it made.")
    about = {
        "version": style.version,
        "sha256": style.sha256,
        "method": style.method,
        "canvas": style.canvas,
        "made": {key: style.made[key] for key in ("steps", "best", "validation") if key in style.made},
    }
    return Subject(
        name, "style", make=lambda _, pixels: engine.apply(style.name, pixels), path=path, style=style, about=about
    )


def elsewhere(folder: Path, photos: Sequence[Path]) -> Subject:
    """A folder of pictures made elsewhere: one for each photo, under the photo's name; or of no photo at all."""
    found = pictures(folder)
    by_name = {path.stem: path for path in found}
    missing = [photo.stem for photo in photos if photo.stem not in by_name]
    if not found:
        raise BadData(f"No pictures in {folder}.", "Give one for each photo, under its name, as PNG.")
    if len(missing) == len(photos):
        return Subject(folder.name, "pictures", loose=found, about=described(found))
    if missing:
        some = ", ".join(missing[:3])
        raise BadData(f"{folder} lacks pictures of {len(missing)} photos ({some} ...).", "All or none must be there.")
    return Subject(
        folder.name,
        "folder",
        make=lambda path, pixels: fit(load(by_name[path.stem]), pixels, path),
        about=described([by_name[photo.stem] for photo in photos]),
    )


def described(paths: Sequence[Path]) -> dict[str, Any]:
    """What exactly is judged of a folder: how many files, of which formats, and a hash of what they hold."""
    formats = sorted({path.suffix.lower() for path in paths})
    return {"count": len(paths), "formats": formats, "sha256": fingerprint(paths)}


def fit(picture: Pixels, photo: Pixels, path: Path) -> Pixels:
    """A picture from elsewhere at its photo's size. Raises BadData when it has other proportions."""
    (height, width), (tall, wide) = photo.shape[:2], picture.shape[:2]
    if abs(np.log((width / height) / (wide / tall))) > SKEW:
        raise BadData(
            f"The picture of {path.name} is {wide} x {tall}, the photo {width} x {height}.",
            "Make it of the whole photo.",
        )
    if (tall, wide) == (height, width):
        return picture
    return np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.LANCZOS))
