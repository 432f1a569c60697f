"""Which photos become which files. Knows names and folders, and nothing of pixels.

Names and sub-folders are kept: ``trip/day1/sea.jpg`` of the folder ``trip`` becomes ``OUT/day1/sea.jpg``. Where two
photos would become the same file, the second gets a number: ``sea (2).jpg``.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from ganvas.cli.writing import Version, read_version
from ganvas.errors import BadControls, BadPhoto
from ganvas.listing import PICTURE_ENDINGS, list_pictures
from ganvas.names import FreeNames, fold_name

WRITTEN = {".jpg": "jpeg", ".jpeg": "jpeg", ".png": "png", ".webp": "webp", ".avif": "avif"}
SUFFIX = {"jpeg": ".jpg", "png": ".png", "webp": ".webp", "avif": ".avif"}
# A phone's photo stays small; whatever else cannot be written becomes PNG, which loses nothing.
INSTEAD = {".heic": "jpeg", ".heif": "jpeg"}
# Endings by which somebody means a file that is not written here; any other ending may be that of a folder.
NOT_WRITTEN = frozenset(
    (
        *(".apng", ".bmp", ".dng", ".eps", ".exr", ".gif", ".hdr", ".heic", ".heif", ".ico", ".jfif", ".jp2", ".jpe"),
        *(".jxl", ".mkv", ".mov", ".mp4", ".pdf", ".pgm", ".pnm", ".ppm", ".psd", ".svg", ".tga", ".tif", ".tiff"),
        *(".webm", ".zip"),
    )
)


@dataclass(frozen=True)
class Task:
    """One photo and the file that its picture goes to, in a format; ``earlier`` lay there when this was planned."""

    photo: Path
    picture: Path
    format: str
    earlier: Version | None = None


@dataclass(frozen=True)
class Place:
    """Where pictures go: ``out``, a folder or a file for a single photo; else beside the photos, named by style."""

    style: str
    out: Path | None = None
    format: str | None = None


def plan(given: Sequence[Path], place: Place) -> list[Task]:
    """What to make of files and folders, in their order; no two photos share a file.

    Raises:
        BadPhoto: something given does not exist, or a folder has no photos.
        BadControls: ``out`` names a file that cannot be, or its ending is not that of the format.
    """
    check_given(given, place.out)
    one = len(given) == 1
    names = FreeNames(same_file)
    tasks: list[Task] = []
    for each in given:
        for photo, picture in pictures(each, place, one, names):
            free = names.claim_file(picture)
            tasks.append(Task(photo, free, place.format or WRITTEN[free.suffix.lower()], read_version(free)))
    return tasks


def same_file(path: PurePath) -> str:
    """What is the same for all ways to write a path, with any case of letters."""
    return fold_name(os.path.abspath(path))


def check_given(given: Sequence[Path], out: Path | None) -> None:
    """Raise BadPhoto for what is not there, BadControls for a place where no picture can go."""
    for each in given:
        if not each.exists():
            raise BadPhoto(f"There is no {each}.", "Give files or folders of photos.")
    if out is None or out.is_dir():
        return
    ending = out.suffix.lower()
    endings = ", ".join(WRITTEN)
    if ending in WRITTEN and (len(given) > 1 or given[0].is_dir()):
        raise BadControls(f"{out} is a file, and more than one photo may be given.", "Name a folder with --out.")
    if ending in NOT_WRITTEN:
        raise BadControls(f"Pictures are not written as {ending}.", f"Name a folder, or a file that ends in {endings}.")
    if ending not in WRITTEN and out.exists():
        raise BadControls(f"{out} is a file, and no picture.", f"Name a folder, or a file that ends in {endings}.")


def pictures(given: Path, place: Place, one: bool, names: FreeNames) -> Iterator[tuple[Path, Path]]:
    """The photos of a file or folder, each with its picture's file; folders of one name stay apart."""
    if given.is_file():
        yield given, single(given, place, one)
        return
    folder = place.out or given.resolve().with_name(f"{given.resolve().name}-{place.style}")
    top = folder if one or place.out is None else folder / given.resolve().name
    top = top if one else names.claim_folder(top)
    photos = list_pictures(given)
    if folder.resolve() != given.resolve():  # what an earlier call made in there is no photo
        photos = [path for path in photos if not path.resolve().is_relative_to(folder.resolve())]
    if not photos:
        raise BadPhoto(f"{given} has no photos.", f"Known endings: {', '.join(sorted(PICTURE_ENDINGS))}.")
    for photo in photos:
        yield photo, top / renamed(photo, place).relative_to(given)


def single(photo: Path, place: Place, one: bool) -> Path:
    """The picture's file of one photo that was given by name."""
    if place.out is None:
        picture = renamed(photo, place)
        return picture.with_name(f"{picture.stem}-{place.style}{picture.suffix}")
    if one and place.out.suffix.lower() in WRITTEN and not place.out.is_dir():
        if place.format not in (None, WRITTEN[place.out.suffix.lower()]):
            raise BadControls(f"{place.out.name} cannot be a {place.format} file.", "Change --out or --format.")
        return place.out
    return place.out / renamed(photo, place).name


def renamed(photo: Path, place: Place) -> Path:
    """The photo's path with the ending of the format that is written; ``10.23.45`` at its end is no ending."""
    ending = photo.suffix.lower()
    if place.format is None and ending in WRITTEN:
        return photo
    new = SUFFIX[place.format or INSTEAD.get(ending, "png")]
    return photo.with_suffix(new) if ending in PICTURE_ENDINGS else photo.with_name(photo.name + new)
