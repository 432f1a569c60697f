"""Decodes every training picture before the first step, so that a bad file stops no run hours in.

What cannot be read is left out and told. Knows folders and pictures, no networks. The files are decoded where hostile
ones do no harm, and what was decoded is what is learnt from, so that looking first costs nothing twice.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ganvas.errors import BadData
from ganvas.learn.data.batches import DataOptions, PictureDataset
from ganvas.learn.data.domains import describe_sides, load_domains, load_unpaired
from ganvas.listing import list_pictures, list_unread

WORKERS = min(4, os.cpu_count() or 1)
NAMED = 10  # files that are told by name

Stamps = tuple[tuple[Path, int, int], ...]


@dataclass(frozen=True)
class Readable:
    """The pictures of both sides, and those beside them; ``notes`` in sentences: what was left out, and what is odd."""

    source: PictureDataset
    target: PictureDataset
    beside: tuple[PictureDataset, PictureDataset] | None
    notes: tuple[str, ...]


def open_pictures(data: DataOptions) -> Readable:
    """All that a recipe learns from. Done once for folders that stay as they are.

    Raises:
        BadData: a folder without pictures, or of whose pictures none can be read.
    """
    return decode_all(data, tuple(stamps(data)))


def stamps(data: DataOptions) -> Iterator[tuple[Path, int, int]]:
    """What changes when a file of the folders does."""
    for folder in folders(data):
        for path in list_pictures(folder):
            about = path.stat()
            yield path, about.st_size, about.st_mtime_ns


def folders(data: DataOptions) -> list[Path]:
    """The folders that the data names, each once."""
    return [Path(name) for name in dict.fromkeys((data.source, data.target, data.unpaired.source)) if name]


@lru_cache(1)
def decode_all(data: DataOptions, stamped: Stamps) -> Readable:
    """The pictures of folders as they are now."""
    source, target = load_domains(data, None if data.everything else "train")
    more = load_unpaired(data)
    left: dict[Path, str] = {}
    for some in (*group_pictures(data, source, target), *((one,) for one in more or ())):
        found = leave_out(*some)
        refuse_nothing(some[0], found)
        left |= found
    kinds = [path for folder in folders(data) for path in list_unread(folder)]
    left |= dict.fromkeys(kinds, "pictures of this kind are not read")
    return Readable(source, target, more, (*describe_sides(data), *describe_left_out(left)))


def open_kept(data: DataOptions) -> tuple[PictureDataset, PictureDataset]:
    """The validation side of source and target, without what cannot be read; either may be empty."""
    source, target = load_domains(data, "validation")
    for some in group_pictures(data, source, target):
        leave_out(*some)
    return source, target


def group_pictures(
    data: DataOptions, source: PictureDataset, target: PictureDataset
) -> list[tuple[PictureDataset, ...]]:
    """Source and target together where they are pairs, else each by itself."""
    return [(source,), (target,)] if data.pairs == "none" else [(source, target)]


def refuse_nothing(pictures: PictureDataset, left: dict[Path, str]) -> None:
    """Raise BadData where all pictures were left out."""
    if left and not len(pictures):
        what = f"None of the pictures that would be learnt from can be read; of {len(left)} the first: "
        raise BadData(what + next(iter(left.values())), "Give JPEG, PNG, WebP, AVIF, TIFF or HEIC files that open.")


def leave_out(*together: PictureDataset) -> dict[Path, str]:
    """Decode all pictures; take those that cannot be read out, and of others what belongs to them; the files, and why.

    ``together``: the sides of pairs, which have as many pictures in one order.
    """
    left = [attempt_all(pictures) for pictures in together]
    told = {one.paths[index]: why for one, found in zip(together, left, strict=True) for index, why in found.items()}
    bad = {index for found in left for index in found}
    for pictures in together:
        pictures.drop(bad)
    return told


def attempt_all(pictures: PictureDataset) -> dict[int, str]:
    """Decode all pictures and keep what there is room for; those that cannot be read by their index, and why."""

    def attempt(index: int) -> str:
        try:
            pictures.keep(index, pictures.read(index))
        except BadData as error:
            return error.what
        return ""

    with ThreadPoolExecutor(WORKERS) as pool:
        told = list(pool.map(attempt, range(len(pictures))))
    return {index: why for index, why in enumerate(told) if why}


def describe_left_out(left: dict[Path, str]) -> Sequence[str]:
    """What was left out, in sentences; beyond a few files only how many."""
    told = [f"Left out: {path}: {why.removeprefix(f'{path} cannot be trained on: ')}" for path, why in left.items()]
    more = [f"Left out: {len(told) - NAMED} more; ganvas data check names all."] if len(told) > NAMED else []
    return [*told[:NAMED], *more]
