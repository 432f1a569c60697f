"""Which photos and works the judge uses, and whether they are the same as before."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganvas.datasets.split import filter_pictures as part
from ganvas.datasets.split import split_folder
from ganvas.errors import BadData
from ganvas.listing import list_pictures

MIN_SET_SIZE = 3
OTHER_SIDE = {"test": "validation", "validation": "test"}


@dataclass(frozen=True)
class EvaluationSets:
    """``photos`` to make pictures of; ``art``: works that no style has seen; ``trained``: those it may have;

    ``other``: more works that none has seen, to show what true works score.
    """

    photos: Sequence[Path]
    art: Sequence[Path]
    trained: Sequence[Path]
    other: Sequence[Path]


@dataclass(frozen=True)
class EvaluationFolders:
    """Where the sets are. ``side``: test, or validation while a style is still being chosen.

    ``every_photo``: take all photos, for a folder that no style was trained on. ``only``: patterns of places under
    ``art``, where a part of it is meant, as in a recipe's ``data.target_only``. ``trained``: the folder that was learnt
    from, where none of ``art`` was.
    """

    photos: Path
    art: Path
    side: str = "test"
    every_photo: bool = False
    only: tuple[str, ...] = ()
    trained: Path | None = None


def select_sets(folders: EvaluationFolders, cache: Path | None = None) -> EvaluationSets:
    """The sets by the fixed split. Raises BadData when a side has too few pictures to say anything."""
    if folders.side not in OTHER_SIDE:
        raise BadData(f"There is no side {folders.side!r} to judge on.", "Choose test or validation.")
    art = {side: part(paths, folders.art, folders.only) for side, paths in split_folder(folders.art, cache).items()}
    photos = list_pictures(folders.photos) if folders.every_photo else split_folder(folders.photos, cache)[folders.side]
    learnt, unseen = art["train"], art[folders.side]
    if folders.trained:
        learnt, unseen = list_pictures(folders.trained), sorted([*art["train"], *art[folders.side]])
    chosen = EvaluationSets(photos, unseen, learnt, art[OTHER_SIDE[folders.side]])
    where = {"photos": folders.photos, "art": folders.art, "trained": folders.trained or folders.art}
    for name, folder in where.items():
        found: Sequence[Path] = getattr(chosen, name)
        if len(found) < MIN_SET_SIZE:
            side = "train" if name == "trained" else folders.side
            raise BadData(
                f"The {side} side of {folder} has {len(found)} pictures.",
                f"At least {MIN_SET_SIZE} are needed; fifty say something. A side is about a sixth of a folder.",
            )
    return chosen


def hash_sets(sets: EvaluationSets) -> dict[str, dict[str, str]]:
    """Each set as plain data: file name (with its folders, where there are several) to the hash of what it holds."""
    return {
        name: dict(zip(list_relative_names(found), map(hash_file, found), strict=True))
        for name, found in vars(sets).items()
    }


def list_relative_names(paths: Sequence[Path]) -> list[str]:
    """The files by their names, below the folder that holds all of them."""
    folder = os.path.commonpath([path.parent for path in paths]) if paths else ""
    return [path.relative_to(folder).as_posix() for path in paths]


def hash_file(path: Path) -> str:
    """The hash of a file's contents, its first 16 digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def find_recorded_sets(folders: EvaluationFolders, hashed_sets: Mapping[str, Mapping[str, Any]]) -> EvaluationSets:
    """The same pictures as in an earlier judgement, wherever the folders are now. Raises BadData where some lack."""
    works = [*list_pictures(folders.art), *(list_pictures(folders.trained) if folders.trained else [])]
    by_hash = {
        name: {hash_file(path): path for path in paths}
        for name, paths in (("photos", list_pictures(folders.photos)), ("art", works))
    }
    found: dict[str, list[Path]] = {}
    for name, files in hashed_sets.items():
        known = by_hash["photos" if name == "photos" else "art"]
        missing = [file for file, key in files.items() if key not in known]
        if missing:
            raise BadData(
                f"{len(missing)} of the {name} that were judged with are not there ({', '.join(missing[:3])} ...).",
                "Give the folders as they were, with --photos and --art.",
            )
        found[name] = [known[key] for key in files.values()]
    return EvaluationSets(**found)
