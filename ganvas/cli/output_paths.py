"""Plans which photo becomes which file.

Names and sub-folders are kept: ``trip/day1/sea.jpg`` of the folder ``trip`` becomes ``OUT/day1/sea.jpg``. Where two
photos would become the same file, the second gets a number: ``sea (2).jpg``.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from ganvas.cli.writing import Version, read_version
from ganvas.errors import BadControls, BadPhoto
from ganvas.filenames import FreeNames, fold_name
from ganvas.listing import PICTURE_ENDINGS, list_pictures

FORMAT_BY_SUFFIX = {".jpg": "jpeg", ".jpeg": "jpeg", ".png": "png", ".webp": "webp", ".avif": "avif"}
SUFFIX_BY_FORMAT = {"jpeg": ".jpg", "png": ".png", "webp": ".webp", "avif": ".avif"}
# A phone's photo stays small; whatever else cannot be written becomes PNG, which loses nothing.
REPLACEMENT_FORMATS = {".heic": "jpeg", ".heif": "jpeg"}
# Endings by which somebody means a file that is not written here; any other ending may be that of a folder.
NOT_WRITTEN = frozenset(
    (
        *(".apng", ".bmp", ".dng", ".eps", ".exr", ".gif", ".hdr", ".heic", ".heif", ".ico", ".jfif", ".jp2", ".jpe"),
        *(".jxl", ".mkv", ".mov", ".mp4", ".pdf", ".pgm", ".pnm", ".ppm", ".psd", ".svg", ".tga", ".tif", ".tiff"),
        *(".webm", ".zip"),
    )
)


@dataclass(frozen=True)
class StylizeTask:
    """One photo and the file that its picture goes to, in a format; ``earlier`` lay there when this was planned."""

    photo: Path
    output: Path
    format: str
    earlier: Version | None = None


@dataclass(frozen=True)
class OutputRule:
    """Where pictures go: ``out``, a folder or a file for a single photo; else beside the photos, named by style."""

    style: str
    out: Path | None = None
    format: str | None = None


def plan_tasks(paths: Sequence[Path], rule: OutputRule) -> list[StylizeTask]:
    """What to make of files and folders, in their order; no two photos share a file.

    Raises:
        BadPhoto: something given does not exist, or a folder has no photos.
        BadControls: ``out`` names a file that cannot be, or its ending is not that of the format.
    """
    check_given(paths, rule.out)
    one = len(paths) == 1
    names = FreeNames(same_file)
    tasks: list[StylizeTask] = []
    for each in paths:
        for photo, picture in pair_photos_with_outputs(each, rule, one, names):
            free = names.claim_file(picture)
            tasks.append(
                StylizeTask(photo, free, rule.format or FORMAT_BY_SUFFIX[free.suffix.lower()], read_version(free))
            )
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
    endings = ", ".join(FORMAT_BY_SUFFIX)
    if ending in FORMAT_BY_SUFFIX and (len(given) > 1 or given[0].is_dir()):
        raise BadControls(f"{out} is a file, and more than one photo may be given.", "Name a folder with --out.")
    if ending in NOT_WRITTEN:
        raise BadControls(f"Pictures are not written as {ending}.", f"Name a folder, or a file that ends in {endings}.")
    if ending not in FORMAT_BY_SUFFIX and out.exists():
        raise BadControls(f"{out} is a file, and no picture.", f"Name a folder, or a file that ends in {endings}.")


def pair_photos_with_outputs(
    path: Path, rule: OutputRule, is_single: bool, names: FreeNames
) -> Iterator[tuple[Path, Path]]:
    """The photos of a file or folder, each with its picture's file; folders of one name stay apart."""
    if path.is_file():
        yield path, choose_single_output(path, rule, is_single)
        return
    folder = rule.out or path.resolve().with_name(f"{path.resolve().name}-{rule.style}")
    top = folder if is_single or rule.out is None else folder / path.resolve().name
    top = top if is_single else names.claim_folder(top)
    photos = list_pictures(path)
    if folder.resolve() != path.resolve():  # what an earlier call made in there is no photo
        photos = [path for path in photos if not path.resolve().is_relative_to(folder.resolve())]
    if not photos:
        raise BadPhoto(f"{path} has no photos.", f"Known endings: {', '.join(sorted(PICTURE_ENDINGS))}.")
    for photo in photos:
        yield photo, top / replace_suffix(photo, rule).relative_to(path)


def choose_single_output(photo: Path, rule: OutputRule, is_single: bool) -> Path:
    """The picture's file of one photo that was given by name."""
    if rule.out is None:
        picture = replace_suffix(photo, rule)
        return picture.with_name(f"{picture.stem}-{rule.style}{picture.suffix}")
    if is_single and rule.out.suffix.lower() in FORMAT_BY_SUFFIX and not rule.out.is_dir():
        if rule.format not in (None, FORMAT_BY_SUFFIX[rule.out.suffix.lower()]):
            raise BadControls(f"{rule.out.name} cannot be a {rule.format} file.", "Change --out or --format.")
        return rule.out
    return rule.out / replace_suffix(photo, rule).name


def replace_suffix(photo: Path, rule: OutputRule) -> Path:
    """The photo's path with the ending of the format that is written; ``10.23.45`` at its end is no ending."""
    ending = photo.suffix.lower()
    if rule.format is None and ending in FORMAT_BY_SUFFIX:
        return photo
    new = SUFFIX_BY_FORMAT[rule.format or REPLACEMENT_FORMATS.get(ending, "png")]
    return photo.with_suffix(new) if ending in PICTURE_ENDINGS else photo.with_name(photo.name + new)
