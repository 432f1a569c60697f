"""Data check: what is wrong with a folder of pictures, and a better copy of it. Knows pixels and files, no networks.

Each finding says what it would do. Nothing is changed in place: ``mend`` writes a new folder.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ganvas.errors import BadData
from ganvas.image import Photo, encode
from ganvas.learn.augment import TO_YIQ
from ganvas.learn.data import Pixels, opened
from ganvas.listing import get_base_folder, list_unread
from ganvas.split import pictures, prints

SMALL = 64  # pixels of the short side, under which nothing can be cut
FEW = {"source": 100, "target": 40}
SAME = 0.9  # agreement of prints above which two pictures are one
FLAT = 3.0  # deviation of a line of pixels, of 255, under which it belongs to a frame
WIDEST = 0.2  # of a side: what is wider is not a frame but a motif
STRANGE = 4.0  # times the middle deviation of the folder's tints
CASTS = {"source": "bring their mean tint to the others'", "target": "leave it: it may be the art"}
SIDES = ("train", "val", "test")

Box = tuple[int, int, int, int]
Shift = NDArray[np.float32]


@dataclass(frozen=True)
class Finding:
    """Something that is wrong: ``what`` in words, the files, and what would be done (nothing where it is empty)."""

    kind: str
    what: str
    would: str = ""
    paths: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Check:
    """All that is known of a folder.

    ``boxes``: top, left, bottom, right of what is within the frames. ``shifts``: what is to be added to each channel
    of pictures with a colour cast.
    """

    folder: Path
    count: int
    sizes: tuple[int, int, int]
    findings: tuple[Finding, ...]
    drop: frozenset[Path] = frozenset()
    boxes: Mapping[Path, Box] = field(default_factory=dict[Path, Box])
    shifts: Mapping[Path, Shift] = field(default_factory=dict[Path, Shift])


@dataclass(frozen=True)
class Look:
    """What one readable picture looks like: its size, its mean tint in two numbers of 255, what is within its frame."""

    size: tuple[int, int]
    tint: NDArray[np.float32]
    box: Box


def check(folder: Path, role: str) -> Check:
    """Look at every picture of a folder; ``role`` is source or target.

    Raises:
        BadData: there are no pictures.
    """
    paths = pictures(folder)
    if not paths:
        raise BadData(f"No pictures in {folder}.", "Give a folder of pictures.")
    looks, broken = look_at(paths)
    found: list[Finding] = [*broken_ones([*broken, *list_unread(folder)]), *small_ones(looks), *few(len(looks), role)]
    shifts = casts(looks)
    if shifts:
        what = f"{len(shifts)} pictures have a colour cast that the others have not"
        found.append(Finding("cast", what, CASTS[role], tuple(shifts)))
    twins = [*same_ones(list(looks))]
    found += twins_found(twins, looks)
    found += framed(looks)
    found += leaks(folder, twins)
    drop = {path for finding in found if finding.would.startswith("leave out") for path in finding.paths}
    edges = sorted(min(look.size) for look in looks.values()) or [0]
    sizes = (edges[0], edges[len(edges) // 2], edges[-1])
    boxes = {path: look.box for path, look in looks.items() if look.box != (0, 0, *look.size)}
    return Check(folder, len(paths), sizes, tuple(found), frozenset(drop), boxes, shifts if role == "source" else {})


def look_at(paths: Sequence[Path]) -> tuple[dict[Path, Look], list[Path]]:
    """The looks of those that can be read, and those that cannot."""
    looks: dict[Path, Look] = {}
    broken: list[Path] = []
    for path in paths:
        try:
            pixels = opened(path)
        except BadData:
            broken.append(path)
            continue
        tint = (pixels[:: max(1, len(pixels) // 64)].reshape(-1, 3).mean(0) @ TO_YIQ.T)[1:]
        looks[path] = Look((pixels.shape[0], pixels.shape[1]), tint.astype(np.float32), within(pixels))
    return looks, broken


def within(pixels: Pixels) -> Box:
    """Top, left, bottom, right of h x w x 3 without flat borders; the whole where a border is no frame."""
    height, width = pixels.shape[:2]
    grey = pixels.mean(2)
    top, bottom = flat_ends(grey)
    left, right = flat_ends(grey.T)
    frames = (top > 0) + (bottom > 0) + (left > 0) + (right > 0)
    if frames < 2:  # one flat side is a sky or a table
        return 0, 0, height, width
    return top, left, height - bottom, width - right


def flat_ends(grey: NDArray[np.float32]) -> tuple[int, int]:
    """How many lines at both ends are flat and of one level; 0 when they are wider than a frame."""
    flat = grey.std(1) < FLAT
    ends: list[int] = []
    for lines, order in ((flat, grey), (flat[::-1], grey[::-1])):
        level = order[0].mean()
        same = lines & (np.abs(order.mean(1) - level) < 2 * FLAT)
        count = int(np.argmin(same)) if not same.all() else 0
        ends.append(count if 2 <= count <= WIDEST * len(grey) else 0)
    return ends[0], ends[1]


def broken_ones(broken: Sequence[Path]) -> Iterator[Finding]:
    """Files that cannot be read."""
    if broken:
        yield Finding("broken", f"{len(broken)} files cannot be read", "leave out", tuple(broken))


def small_ones(looks: Mapping[Path, Look]) -> Iterator[Finding]:
    """Pictures too small to cut from."""
    small = tuple(path for path, look in looks.items() if min(look.size) < SMALL)
    if small:
        yield Finding("small", f"{len(small)} pictures have a side under {SMALL} pixels", "leave out", small)


def few(count: int, role: str) -> Iterator[Finding]:
    """Too few pictures."""
    if count < FEW[role]:
        right = "strong augmentation helps: see ganvas advise"
        yield Finding("few", f"{count} pictures are few for a {role} (from {FEW[role]} on it is comfortable); {right}")


def casts(looks: Mapping[Path, Look]) -> dict[Path, Shift]:
    """Pictures whose mean tint lies far from the others', and what brings it there, to be added to R, G and B."""
    if len(looks) < 8:
        return {}
    tints = np.stack([look.tint for look in looks.values()])
    middle = np.median(tints, 0)
    away = np.linalg.norm(tints - middle, axis=1)
    limit = max(STRANGE * float(np.median(away)), 24.0)
    to_rgb = np.linalg.inv(TO_YIQ)[:, 1:]  # of the tint alone: brightness stays
    return {
        path: (to_rgb @ (middle - look.tint)).astype(np.float32)
        for (path, look), far in zip(looks.items(), away, strict=True)
        if far > limit
    }


def same_ones(paths: Sequence[Path]) -> Iterator[tuple[Path, Path]]:
    """Pairs that show the same, by their prints."""
    if len(paths) < 2:
        return
    found = prints(paths)[:, 0]  # whole pictures: n x d
    alike = np.triu(found @ found.T >= SAME, 1)
    for first, second in zip(*np.nonzero(alike), strict=True):
        yield paths[first], paths[second]


def twins_found(twins: Sequence[tuple[Path, Path]], looks: Mapping[Path, Look]) -> Iterator[Finding]:
    """Of two that are the same the smaller goes."""
    spare = {min(pair, key=lambda path: (looks[path].size[0] * looks[path].size[1], str(path))) for pair in twins}
    if spare:
        yield Finding("same", f"{len(spare)} pictures show the same as another", "leave out", tuple(sorted(spare)))


def framed(looks: Mapping[Path, Look]) -> Iterator[Finding]:
    """Pictures with a frame."""
    frames = tuple(path for path, look in looks.items() if look.box != (0, 0, *look.size))
    if frames:
        yield Finding("frame", f"{len(frames)} pictures have a frame or a flat border", "cut it off", frames)


def leaks(folder: Path, twins: Sequence[tuple[Path, Path]]) -> Iterator[Finding]:
    """Pictures that stand on two sides of a split that the folder's own sub-folders make."""

    def side(path: Path) -> str:
        parts = [part.lower() for part in path.relative_to(folder).parts[:-1]]
        return next((name for name in SIDES for part in parts if part.startswith(name)), "")

    leaked = [pair for pair in twins if side(pair[0]) and side(pair[1]) and side(pair[0]) != side(pair[1])]
    learnt = tuple(sorted({path for pair in leaked for path in pair if side(path) == "train"}))
    if leaked:
        what = f"{len(leaked)} pictures of one side of the split are on another, too"
        yield Finding("leak", what, "leave out of train", learnt)


def mend(found: Check, to: Path) -> int:
    """Write a copy of the folder without what is left out, without frames and casts; how many pictures it has.

    Raises:
        BadData: ``to`` is there and not empty.
    """
    if to.exists() and any(to.iterdir()):
        raise BadData(f"{to} is not empty.", "Give a new folder.")
    kept = [path for path in pictures(found.folder) if path not in found.drop]
    for path in kept:
        place = to / path.relative_to(get_base_folder(found.folder))
        place.parent.mkdir(parents=True, exist_ok=True)
        if path in found.boxes or path in found.shifts:
            place.with_suffix(".png").write_bytes(encode(Photo(mended(path, found)), "png"))
        else:
            shutil.copyfile(path, place)
    return len(kept)


def mended(path: Path, found: Check) -> Pixels:
    """A picture without its frame, and without its colour cast."""
    pixels = opened(path)
    if path in found.boxes:
        top, left, bottom, right = found.boxes[path]
        pixels = np.ascontiguousarray(pixels[top:bottom, left:right])
    if path in found.shifts:
        pixels = (pixels + found.shifts[path]).clip(0, 255).round().astype(np.uint8)
    return pixels
