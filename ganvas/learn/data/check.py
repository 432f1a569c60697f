"""Data check: what is wrong with a folder of pictures, and a better copy of it.

Each finding says what it would do. Nothing is changed in place: ``mend`` writes a new folder.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ganvas.datasets.split import fingerprint_pictures
from ganvas.errors import BadData
from ganvas.image import Photo, encode
from ganvas.learn.data.augment import TO_YIQ
from ganvas.learn.data.batches import Pixels, load_picture
from ganvas.listing import get_base_folder, list_pictures, list_unread

MIN_SIDE = 64  # pixels of the short side, under which nothing can be cut
RECOMMENDED_COUNTS = {"source": 100, "target": 40}
DUPLICATE_SIMILARITY = 0.9  # agreement of prints above which two pictures are one
FRAME_DEVIATION = 3.0  # deviation of a line of pixels, of 255, under which it belongs to a frame
MAX_FRAME_SHARE = 0.2  # of a side: what is wider is not a frame but a motif
CAST_FACTOR = 4.0  # times the middle deviation of the folder's tints
CAST_ADVICE = {"source": "bring their mean tint to the others'", "target": "leave it: it may be the art"}
SPLIT_FOLDERS = ("train", "val", "test")

FrameBox = tuple[int, int, int, int]
ColourShift = NDArray[np.float32]


@dataclass(frozen=True)
class DatasetFinding:
    """Something that is wrong: ``what`` in words, the files, and what would be done (nothing where it is empty)."""

    kind: str
    what: str
    would: str = ""
    paths: tuple[Path, ...] = ()


@dataclass(frozen=True)
class DatasetCheck:
    """All that is known of a folder.

    ``boxes``: top, left, bottom, right of what is within the frames. ``shifts``: what is to be added to each channel
    of pictures with a colour cast.
    """

    folder: Path
    count: int
    sizes: tuple[int, int, int]
    findings: tuple[DatasetFinding, ...]
    drop: frozenset[Path] = frozenset()
    boxes: Mapping[Path, FrameBox] = field(default_factory=dict[Path, FrameBox])
    shifts: Mapping[Path, ColourShift] = field(default_factory=dict[Path, ColourShift])


@dataclass(frozen=True)
class PictureStatistics:
    """What one readable picture looks like: its size, its mean tint in two numbers of 255, what is within its frame."""

    size: tuple[int, int]
    tint: NDArray[np.float32]
    box: FrameBox


def check_dataset(folder: Path, role: str) -> DatasetCheck:
    """Look at every picture of a folder; ``role`` is source or target.

    Raises:
        BadData: there are no pictures.
    """
    paths = list_pictures(folder)
    if not paths:
        raise BadData(f"No pictures in {folder}.", "Give a folder of pictures.")
    looks, broken = inspect_pictures(paths)
    found: list[DatasetFinding] = [
        *report_unreadable([*broken, *list_unread(folder)]),
        *report_small(looks),
        *report_too_few(len(looks), role),
    ]
    shifts = find_colour_casts(looks)
    if shifts:
        what = f"{len(shifts)} pictures have a colour cast that the others have not"
        found.append(DatasetFinding("cast", what, CAST_ADVICE[role], tuple(shifts)))
    twins = [*find_duplicates(list(looks))]
    found += report_duplicates(twins, looks)
    found += report_frames(looks)
    found += report_split_leaks(folder, twins)
    drop = {path for finding in found if finding.would.startswith("leave out") for path in finding.paths}
    edges = sorted(min(look.size) for look in looks.values()) or [0]
    sizes = (edges[0], edges[len(edges) // 2], edges[-1])
    boxes = {path: look.box for path, look in looks.items() if look.box != (0, 0, *look.size)}
    return DatasetCheck(
        folder, len(paths), sizes, tuple(found), frozenset(drop), boxes, shifts if role == "source" else {}
    )


def inspect_pictures(paths: Sequence[Path]) -> tuple[dict[Path, PictureStatistics], list[Path]]:
    """The looks of those that can be read, and those that cannot."""
    looks: dict[Path, PictureStatistics] = {}
    broken: list[Path] = []
    for path in paths:
        try:
            pixels = load_picture(path)
        except BadData:
            broken.append(path)
            continue
        tint = (pixels[:: max(1, len(pixels) // 64)].reshape(-1, 3).mean(0) @ TO_YIQ.T)[1:]
        looks[path] = PictureStatistics((pixels.shape[0], pixels.shape[1]), tint.astype(np.float32), find_frame(pixels))
    return looks, broken


def find_frame(pixels: Pixels) -> FrameBox:
    """Top, left, bottom, right of h x w x 3 without flat borders; the whole where a border is no frame."""
    height, width = pixels.shape[:2]
    grey = pixels.mean(2)
    top, bottom = count_flat_lines(grey)
    left, right = count_flat_lines(grey.T)
    frames = (top > 0) + (bottom > 0) + (left > 0) + (right > 0)
    if frames < 2:  # one flat side is a sky or a table
        return 0, 0, height, width
    return top, left, height - bottom, width - right


def count_flat_lines(grey: NDArray[np.float32]) -> tuple[int, int]:
    """How many lines at both ends are flat and of one level; 0 when they are wider than a frame."""
    flat = grey.std(1) < FRAME_DEVIATION
    ends: list[int] = []
    for lines, order in ((flat, grey), (flat[::-1], grey[::-1])):
        level = order[0].mean()
        same = lines & (np.abs(order.mean(1) - level) < 2 * FRAME_DEVIATION)
        count = int(np.argmin(same)) if not same.all() else 0
        ends.append(count if 2 <= count <= MAX_FRAME_SHARE * len(grey) else 0)
    return ends[0], ends[1]


def report_unreadable(broken: Sequence[Path]) -> Iterator[DatasetFinding]:
    """Files that cannot be read."""
    if broken:
        yield DatasetFinding("broken", f"{len(broken)} files cannot be read", "leave out", tuple(broken))


def report_small(statistics: Mapping[Path, PictureStatistics]) -> Iterator[DatasetFinding]:
    """Pictures too small to cut from."""
    small = tuple(path for path, look in statistics.items() if min(look.size) < MIN_SIDE)
    if small:
        yield DatasetFinding("small", f"{len(small)} pictures have a side under {MIN_SIDE} pixels", "leave out", small)


def report_too_few(count: int, role: str) -> Iterator[DatasetFinding]:
    """Too few pictures."""
    if count < RECOMMENDED_COUNTS[role]:
        right = "strong augmentation helps: see ganvas advise"
        yield DatasetFinding(
            "few",
            f"{count} pictures are few for a {role} (from {RECOMMENDED_COUNTS[role]} on it is comfortable); {right}",
        )


def find_colour_casts(statistics: Mapping[Path, PictureStatistics]) -> dict[Path, ColourShift]:
    """Pictures whose mean tint lies far from the others', and what brings it there, to be added to R, G and B."""
    if len(statistics) < 8:
        return {}
    tints = np.stack([look.tint for look in statistics.values()])
    middle = np.median(tints, 0)
    away = np.linalg.norm(tints - middle, axis=1)
    limit = max(CAST_FACTOR * float(np.median(away)), 24.0)
    to_rgb = np.linalg.inv(TO_YIQ)[:, 1:]  # of the tint alone: brightness stays
    return {
        path: (to_rgb @ (middle - look.tint)).astype(np.float32)
        for (path, look), far in zip(statistics.items(), away, strict=True)
        if far > limit
    }


def find_duplicates(paths: Sequence[Path]) -> Iterator[tuple[Path, Path]]:
    """Pairs that show the same, by their prints."""
    if len(paths) < 2:
        return
    found = fingerprint_pictures(paths)[:, 0]  # whole pictures: n x d
    alike = np.triu(found @ found.T >= DUPLICATE_SIMILARITY, 1)
    for first, second in zip(*np.nonzero(alike), strict=True):
        yield paths[first], paths[second]


def report_duplicates(
    duplicates: Sequence[tuple[Path, Path]], statistics: Mapping[Path, PictureStatistics]
) -> Iterator[DatasetFinding]:
    """Of two that are the same the smaller goes."""
    spare = {
        min(pair, key=lambda path: (statistics[path].size[0] * statistics[path].size[1], str(path)))
        for pair in duplicates
    }
    if spare:
        yield DatasetFinding(
            "same", f"{len(spare)} pictures show the same as another", "leave out", tuple(sorted(spare))
        )


def report_frames(statistics: Mapping[Path, PictureStatistics]) -> Iterator[DatasetFinding]:
    """Pictures with a frame."""
    frames = tuple(path for path, look in statistics.items() if look.box != (0, 0, *look.size))
    if frames:
        yield DatasetFinding("frame", f"{len(frames)} pictures have a frame or a flat border", "cut it off", frames)


def report_split_leaks(folder: Path, duplicates: Sequence[tuple[Path, Path]]) -> Iterator[DatasetFinding]:
    """Pictures that stand on two sides of a split that the folder's own sub-folders make."""

    def find_split_side(path: Path) -> str:
        parts = [part.lower() for part in path.relative_to(folder).parts[:-1]]
        return next((name for name in SPLIT_FOLDERS for part in parts if part.startswith(name)), "")

    leaked = [
        pair
        for pair in duplicates
        if find_split_side(pair[0])
        and find_split_side(pair[1])
        and find_split_side(pair[0]) != find_split_side(pair[1])
    ]
    learnt = tuple(sorted({path for pair in leaked for path in pair if find_split_side(path) == "train"}))
    if leaked:
        what = f"{len(leaked)} pictures of one side of the split are on another, too"
        yield DatasetFinding("leak", what, "leave out of train", learnt)


def write_cleaned_copy(check: DatasetCheck, to: Path) -> int:
    """Write a copy of the folder without what is left out, without frames and casts; how many pictures it has.

    Raises:
        BadData: ``to`` is there and not empty.
    """
    if to.exists() and any(to.iterdir()):
        raise BadData(f"{to} is not empty.", "Give a new folder.")
    kept = [path for path in list_pictures(check.folder) if path not in check.drop]
    for path in kept:
        place = to / path.relative_to(get_base_folder(check.folder))
        place.parent.mkdir(parents=True, exist_ok=True)
        if path in check.boxes or path in check.shifts:
            place.with_suffix(".png").write_bytes(encode(Photo(clean_picture(path, check)), "png"))
        else:
            shutil.copyfile(path, place)
    return len(kept)


def clean_picture(path: Path, check: DatasetCheck) -> Pixels:
    """A picture without its frame, and without its colour cast."""
    pixels = load_picture(path)
    if path in check.boxes:
        top, left, bottom, right = check.boxes[path]
        pixels = np.ascontiguousarray(pixels[top:bottom, left:right])
    if path in check.shifts:
        pixels = (pixels + check.shifts[path]).clip(0, 255).round().astype(np.uint8)
    return pixels
