"""Which pictures are source and which are target: two folders, pairs by name, or halves."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from ganvas.datasets.split import filter_pictures, split_folder
from ganvas.errors import BadData
from ganvas.learn.data.batches import CropBox, DataOptions, PictureDataset, make_unpaired_only
from ganvas.listing import get_base_folder, list_pictures

LEFT_HALF: CropBox = (0.0, 0.0, 0.5, 1.0)
RIGHT_HALF: CropBox = (0.5, 0.0, 1.0, 1.0)


def load_domains(data: DataOptions, side: str | None = "train") -> tuple[PictureDataset, PictureDataset]:
    """Source and target of one side of the split (``train``, ``validation``, ``test``), or of all; pairs in one order.

    Where there is no source (a sampler learns from art alone) the target is both.

    Raises:
        BadData: an empty folder, or pairs of which some have no partner.
    """
    target = data.target or data.source
    source = data.source or data.target
    if data.pairs == "none":
        art = list_split_paths(Path(target), side, data.target_only)
        shown = PictureDataset(art, data.target_edge, data.target_part, data.target_enlarge)
        return load_split_side(source, side, data.source_edge), shown
    paths = list_split_paths(Path(source), side)
    if data.pairs == "names":
        partners = find_partners(paths, Path(source), Path(target))
        return PictureDataset(paths, data.source_edge), PictureDataset(partners, data.target_edge)
    first, second = assign_halves(data)
    return PictureDataset(paths, data.source_edge, first), PictureDataset(paths, data.target_edge, second)


def load_unpaired(data: DataOptions) -> tuple[PictureDataset, PictureDataset] | None:
    """The unpaired photos and the art that is learnt from with them, both of the training side; none without a folder.

    Raises:
        BadData: an empty folder.
    """
    return load_domains(make_unpaired_only(data)) if data.unpaired.source else None


def assign_halves(data: DataOptions) -> tuple[CropBox, CropBox]:
    """Which half is the photo and which the art."""
    return (LEFT_HALF, RIGHT_HALF) if data.pairs == "halves" else (RIGHT_HALF, LEFT_HALF)


def load_split_side(folder: str, side: str | None, edge: int) -> PictureDataset:
    """The pictures of one side of a folder."""
    return PictureDataset(list_split_paths(Path(folder), side), edge)


def list_split_paths(folder: Path, side: str | None, patterns: Sequence[str] = ()) -> list[Path]:
    """The pictures of one side of a folder, or all, sorted; of these the ones that a pattern of ``only`` matches.

    A single picture in the folder's place stands on every side: a look of one work has no other.

    Raises:
        BadData: the patterns match nothing, or nothing that may be learnt from.
    """
    if folder.is_file():
        return [folder]
    parts, home = sides_now(folder), get_base_folder(folder)
    found = sorted(path for name, paths in parts.items() if side in (None, name) for path in paths)
    if not (kept := filter_pictures(found, home, patterns)) and found and side in (None, "train"):
        named = ", ".join(patterns[:3])
        if aside := filter_pictures([path for paths in parts.values() for path in paths], home, patterns):
            what = f"The {len(aside)} pictures in {folder} that match {named} are kept for choosing and judging."
            raise BadData(what, "Match more works, or learn from all with data.everything=true.")
        raise BadData(f"No picture in {folder} matches {named}.", "Patterns look like tiles/ss074*.")
    return kept


def sides_now(folder: Path) -> dict[str, list[Path]]:
    """The split of a folder as it is now."""
    return split_folder_cached(folder, tuple((path, path.stat().st_mtime_ns) for path in list_pictures(folder)))


def describe_sides(data: DataOptions) -> list[str]:
    """In sentences, of which folders no picture is kept for choosing or for judging, since there are too few works."""
    if data.everything:
        return []
    named = [data.source or data.target, *([data.target] if data.pairs == "none" else []), data.unpaired.source]
    told: list[str] = []
    for folder in dict.fromkeys(filter(None, named)):
        parts = sides_now(Path(folder))
        lacking = [use for name, use in (("validation", "choosing"), ("test", "judging")) if not parts[name]]
        if lacking:
            count = f"{len(parts['train'])} of {sum(map(len, parts.values()))} pictures are learnt from"
            told.append(f"{folder}: {count}; too few works to keep any for {' or for '.join(lacking)}.")
    return told


@lru_cache(8)
def split_folder_cached(folder: Path, modified_times: tuple[tuple[Path, int], ...]) -> dict[str, list[Path]]:
    """The split of a folder as it is now; looking at every picture is done once."""
    return split_folder(folder)


def find_partners(paths: list[Path], source: Path, target: Path) -> list[Path]:
    """For each picture of the source the one of the target at the same place, whatever its ending.

    Raises:
        BadData: one has no partner; the message names the first few.
    """
    there, here = get_base_folder(target), get_base_folder(source)
    found = {path.relative_to(there).with_suffix(""): path for path in reversed(list_pictures(target))}
    wanted = [path.relative_to(here).with_suffix("") for path in paths]
    alone = [str(name) for name in wanted if name not in found]
    if alone:
        first = ", ".join(alone[:3])
        raise BadData(f"{len(alone)} pictures of {source} have no partner in {target}: {first}.", "Name pairs alike.")
    return [found[name] for name in wanted]


def load_sample_photos(data: DataOptions) -> PictureDataset:
    """A few photos that were not learnt from, where the split leaves any."""
    seen, _ = load_domains(data, "validation")
    return seen if len(seen) else load_domains(data)[0]
