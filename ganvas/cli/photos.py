"""Which photos become which files. Knows names and folders, and nothing of pixels.

Names and sub-folders are kept: ``trip/day1/sea.jpg`` of the folder ``trip`` becomes ``OUT/day1/sea.jpg``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ganvas.errors import BadControls, BadPhoto
from ganvas.listing import READ, list_pictures

WRITTEN = {".jpg": "jpeg", ".jpeg": "jpeg", ".png": "png", ".webp": "webp", ".avif": "avif"}
SUFFIX = {"jpeg": ".jpg", "png": ".png", "webp": ".webp", "avif": ".avif"}
# A phone's photo stays small; whatever else cannot be written becomes PNG, which loses nothing.
INSTEAD = {".heic": "jpeg", ".heif": "jpeg"}


@dataclass(frozen=True)
class Task:
    """One photo and the file that its picture goes to, in a format."""

    photo: Path
    picture: Path
    format: str


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
        BadControls: the ending of ``out`` is not that of the format.
    """
    one = len(given) == 1
    taken: set[Path] = set()
    tasks: list[Task] = []
    for each in given:
        if not each.exists():
            raise BadPhoto(f"There is no {each}.", "Give files or folders of photos.")
        for photo, picture in pictures(each, place, one):
            if picture in taken:
                # sea.heic beside sea.jpg: both become .jpg, so the second keeps its own ending before the new one.
                picture = picture.with_name(photo.name + picture.suffix)
            taken.add(picture)
            tasks.append(Task(photo, picture, place.format or WRITTEN[picture.suffix.lower()]))
    return tasks


def pictures(given: Path, place: Place, one: bool) -> Iterator[tuple[Path, Path]]:
    """The photos of a file or folder, each with its picture's file."""
    if given.is_file():
        yield given, single(given, place, one)
        return
    folder = place.out or given.resolve().with_name(f"{given.resolve().name}-{place.style}")
    top = folder if one or place.out is None else folder / given.resolve().name
    photos = list_pictures(given)
    if folder.resolve() != given.resolve():  # what an earlier call made in there is no photo
        photos = [path for path in photos if not path.resolve().is_relative_to(folder.resolve())]
    if not photos:
        raise BadPhoto(f"{given} has no photos.", f"Known endings: {', '.join(sorted(READ))}.")
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
    """The photo's path with the ending of the format that is written."""
    ending = photo.suffix.lower()
    if place.format is None and ending in WRITTEN:
        return photo
    return photo.with_suffix(SUFFIX[place.format or INSTEAD.get(ending, "png")])
