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
from ganvas.judge.cost import open_single_style_engine
from ganvas.judge.features import Pixels, hash_files, load_picture
from ganvas.listing import list_pictures
from ganvas.style.file import Style, check_style

IDENTITY = "identity"
MAX_LOG_ASPECT_DIFFERENCE = 0.03  # how far the proportions of a picture from elsewhere may be from its photo's

MakePicture = Callable[[Path, Pixels], Pixels]


@dataclass(frozen=True)
class Subject:
    """``make``: photo's path and pixels to the picture, of the photo's size; None for ``loose`` pictures of no photos.

    ``path`` and ``style`` are of a style's file. ``about`` is plain data: what exactly was judged.
    """

    name: str
    kind: str
    make_picture: MakePicture | None = None
    unpaired_pictures: Sequence[Path] = ()
    path: Path | None = None
    style: Style | None = None
    about: dict[str, Any] = field(default_factory=dict[str, Any])


def resolve_subject(spec: str, engine: Engine, photos: Sequence[Path], temporary_folder: Path) -> Subject:
    """The subject that a word means: ``identity``, a folder, a style file, or the name of a style on offer.

    ``scratch`` is a folder that lives as long as the subject.

    Raises UnknownStyle, BadStyle (also for a sampler, which takes no photo), BadData (a folder that lacks pictures).
    """
    place = Path(spec)
    if spec == IDENTITY:
        return Subject(IDENTITY, IDENTITY, make_picture=lambda path, pixels: pixels)
    if place.is_dir():
        return build_folder_subject(place, photos)
    if place.suffix == ".onnx":
        return build_file_subject(place, temporary_folder)
    style = engine.catalog.get(spec)
    return build_catalog_subject(spec, style, engine.catalog.path(f"{style.name}@{style.version}"), engine)


def build_file_subject(path: Path, temporary_folder: Path) -> Subject:
    """A style file that is not on offer, checked and run by an engine of its own."""
    if not path.is_file():
        raise BadStyle(f"There is no {path}.", "Give a style file, a style's name, a folder or identity.")
    check_style(path)
    engine, style = open_single_style_engine(path, Path(mkdtemp(dir=temporary_folder)))
    return build_catalog_subject(path.name, style, path, engine)


def build_catalog_subject(name: str, style: Style, path: Path, engine: Engine) -> Subject:
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
        name,
        "style",
        make_picture=lambda _, pixels: engine.apply(style.name, pixels),
        path=path,
        style=style,
        about=about,
    )


def build_folder_subject(folder: Path, photos: Sequence[Path]) -> Subject:
    """A folder of pictures made elsewhere: one for each photo, under the photo's name; or of no photo at all."""
    found = list_pictures(folder)
    by_name = {path.stem: path for path in found}
    missing = [photo.stem for photo in photos if photo.stem not in by_name]
    if not found:
        raise BadData(f"No pictures in {folder}.", "Give one for each photo, under its name, as PNG.")
    if len(missing) == len(photos):
        return Subject(folder.name, "pictures", unpaired_pictures=found, about=describe_files(found))
    if missing:
        some = ", ".join(missing[:3])
        raise BadData(f"{folder} lacks pictures of {len(missing)} photos ({some} ...).", "All or none must be there.")
    return Subject(
        folder.name,
        "folder",
        make_picture=lambda path, pixels: resize_to_photo(load_picture(by_name[path.stem]), pixels, path),
        about=describe_files([by_name[photo.stem] for photo in photos]),
    )


def describe_files(paths: Sequence[Path]) -> dict[str, Any]:
    """What exactly is judged of a folder: how many files, of which formats, and a hash of what they hold."""
    formats = sorted({path.suffix.lower() for path in paths})
    return {"count": len(paths), "formats": formats, "sha256": hash_files(paths)}


def resize_to_photo(picture: Pixels, photo: Pixels, path: Path) -> Pixels:
    """A picture from elsewhere at its photo's size. Raises BadData when it has other proportions."""
    (height, width), (tall, wide) = photo.shape[:2], picture.shape[:2]
    if abs(np.log((width / height) / (wide / tall))) > MAX_LOG_ASPECT_DIFFERENCE:
        raise BadData(
            f"The picture of {path.name} is {wide} x {tall}, the photo {width} x {height}.",
            "Make it of the whole photo.",
        )
    if (tall, wide) == (height, width):
        return picture
    return np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.LANCZOS))
