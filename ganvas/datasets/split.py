"""The split of a folder of pictures into train, validation and test.

The side of a picture is a hash of its *work*, so adding a picture moves no other. Pictures of one work fall on
one side: tiles of a painting, larger versions of it, near-duplicates. Works are found by the manifest (``crop of``
in its notes, author and title), by the name (``x_01.jpg`` is a tile where there is ``x.jpg``), and by the look of
the pictures. What this cannot hold: a new picture that resembles two works that were apart makes them one work.
"""

import csv
import hashlib
import io
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ganvas.errors import BadData
from ganvas.listing import PICTURE_ENDINGS, get_base_folder, list_pictures
from ganvas.text import decode_text

SIDE_SHARES = {"train": 0.70, "validation": 0.15, "test": 0.15}
TILE_NAME = re.compile(r"(.+)[_-]\d+")
LEAST = 0.25  # of the pictures on the side that is learnt from, or other sides are given up for it
HEIF = frozenset({".heic", ".heif"})
THUMBNAIL_SIDE = 32  # a print is made of a thumbnail of 32 x 32 ...
MAX_FREQUENCY = 9  # ... and of its frequencies under 9 cycles a side
MIN_LIKENESS = 0.5  # two versions of one motif agree above this; unlike landscapes stay under 0.48
MIN_LIKENESS_LEAD = (
    0.2  # ... and by this much more than with their CROWD-th neighbour, or all fruit on white paper are one work
)
CROWD_RANK = 8
CERTAIN_LIKENESS = 0.9

Fingerprints = NDArray[np.float32]


def split_folder(folder: Path, cache: Path | None = None) -> dict[str, list[Path]]:
    """The pictures under ``folder``, each on one side: ``train``, ``validation``, ``test`` (70, 15, 15 per cent).

    A small folder may leave a side empty, but never the one that is learnt from: where that would hold less than a
    quarter of the pictures, validation is learnt from, too, and if that is not enough, test. ``folder`` may be a single
    file. ``cache`` is a folder to keep prints in, for large sets.
    Raises BadData when there are no pictures.
    """
    paths = list_pictures(folder)
    if not paths:
        raise BadData(f"No pictures in {folder}.", f"Files ending in {', '.join(sorted(PICTURE_ENDINGS))} are read.")
    sides: dict[str, list[Path]] = {name: [] for name in SIDE_SHARES}
    for work, members in group_works(get_base_folder(folder), paths, cache).items():
        sides[assign_side(work)] += members
    for given_up in ("validation", "test"):
        if len(sides["train"]) < LEAST * len(paths):
            sides["train"] += sides[given_up]
            sides[given_up] = []
    return {name: sorted(members) for name, members in sides.items()}


def filter_pictures(paths: Sequence[Path], folder: Path, patterns: Sequence[str]) -> list[Path]:
    """The pictures whose place under ``folder`` matches one of the patterns (``tiles/ss074*``); all without patterns.

    Chosen after the split, so that choosing moves no work to another side.
    """
    if not patterns:
        return list(paths)
    places = [(path, path.relative_to(folder).as_posix()) for path in paths]
    return [path for path, place in places if any(fnmatchcase(place, pattern) for pattern in patterns)]


def assign_side(work: str) -> str:
    """The side that a work falls on, by its name alone."""
    place = int.from_bytes(hashlib.sha256(work.encode()).digest()[:8], "big") / 2**64
    for name, share in SIDE_SHARES.items():
        if place < share:
            return name
        place -= share
    return list(SIDE_SHARES)[-1]


def group_works(folder: Path, paths: Sequence[Path], cache: Path | None = None) -> dict[str, list[Path]]:
    """The pictures by work. A work is named after its first picture: the highest in the tree, then by name.

    So a version that is added below or beside it, under a longer name, does not rename the work.
    """
    places = [path.relative_to(folder).as_posix() for path in paths]
    said = list_work_names(folder, paths)
    parent = list(range(len(paths)))
    for a, b in [*pair_by_name(said), *pair_by_likeness(fingerprint_pictures(paths, cache))]:
        parent[find_root(parent, a)] = find_root(parent, b)
    groups: dict[int, list[int]] = defaultdict(list)
    for index in range(len(paths)):
        groups[find_root(parent, index)].append(index)
    found: dict[str, list[Path]] = defaultdict(list)
    for members in groups.values():
        first = min(members, key=lambda i: (places[i].count("/"), places[i]))
        found[said[first][0]] += [paths[i] for i in members]
    return dict(found)


def find_root(parent: list[int], index: int) -> int:
    """The index that stands for the group of ``index``; shortens the way to it."""
    while parent[index] != index:
        parent[index] = parent[parent[index]]
        index = parent[index]
    return index


def list_work_names(folder: Path, paths: Sequence[Path]) -> list[tuple[str, ...]]:
    """For each picture the names that its work goes by, the file's first."""
    home, rows = read_manifest(folder)
    stems = {path.stem for path in paths}
    return [name_work(path, rows.get(path.absolute().relative_to(home).as_posix(), {}), stems) for path in paths]


def name_work(path: Path, row: dict[str, str], stems: set[str]) -> tuple[str, ...]:
    """What a picture's work may be called, from its name and its row of the manifest."""
    stem, note, title = path.stem, row.get("note") or "", row.get("title") or ""
    tile = TILE_NAME.fullmatch(stem)
    if note.startswith("crop of "):
        stem = Path(note.removeprefix("crop of ")).stem
    elif tile and tile[1] in stems:
        stem = tile[1]
    return (stem, f"{row.get('author_or_credit')}: {title}") if title else (stem,)


def read_manifest(folder: Path) -> tuple[Path, dict[str, dict[str, str]]]:
    """The folder of the nearest ``manifest.csv`` at or above ``folder``, and its rows by file."""
    for home in (folder.absolute(), *list(folder.absolute().parents)[:2]):
        if (home / "manifest.csv").is_file():
            return home, read_rows(home / "manifest.csv")
    return folder.absolute(), {}


def read_rows(path: Path) -> dict[str, dict[str, str]]:
    """The rows of a manifest by file. Raises BadData for what is no text."""
    try:
        text = decode_text(path.read_bytes())
    except UnicodeDecodeError as error:
        raise BadData(f"{path} is neither UTF-8 nor UTF-16.", "Save it as UTF-8.") from error
    return {row.get("file") or "": row for row in csv.DictReader(io.StringIO(text, newline=""))}


def pair_by_name(names: Sequence[tuple[str, ...]]) -> Iterator[tuple[int, int]]:
    """Pairs of pictures that go by the same name."""
    first: dict[str, int] = {}
    for index, known in enumerate(names):
        for name in known:
            yield first.setdefault(name, index), index


def fingerprint_pictures(paths: Sequence[Path], cache: Path | None = None) -> Fingerprints:
    """What each picture looks like, whole and as its middle square: n x 2 x d, each row of length 1 (0 where flat).

    The phases of the low frequencies of the brightness, all equally strong: a recoloured, resized or recompressed
    version agrees, another landscape with the same horizon does not.
    """
    known = load_fingerprints(cache, paths)
    made = {stamp_file(path): known.get(stamp_file(path)) for path in paths}
    for path in paths:
        if made[stamp_file(path)] is None:
            made[stamp_file(path)] = fingerprint_picture(path)
    found = np.stack([row for path in paths if (row := made[stamp_file(path)]) is not None])
    if cache is not None and len(known) < len(made):
        save_fingerprints(cache, paths, found)
    return found.astype(np.float32)


def stamp_file(path: Path) -> str:
    """What changes when a file does: place, size and time."""
    about = path.stat()
    return f"{path.absolute()} {about.st_size} {about.st_mtime_ns}"


def locate_fingerprint_cache(cache: Path, paths: Sequence[Path]) -> Path:
    """The file that keeps the prints of a folder's pictures."""
    return cache / f"prints-{hashlib.sha256(str(paths[0].absolute().parent).encode()).hexdigest()[:16]}.npz"


def load_fingerprints(cache: Path | None, paths: Sequence[Path]) -> dict[str, NDArray[np.float16]]:
    """The prints that were kept, by the stamp of their picture."""
    if cache is None or not locate_fingerprint_cache(cache, paths).is_file():
        return {}
    with np.load(locate_fingerprint_cache(cache, paths), allow_pickle=False) as kept:
        return dict(zip(kept["stamps"].tolist(), kept["prints"], strict=True))


def save_fingerprints(cache: Path, paths: Sequence[Path], fingerprints: NDArray[np.float16]) -> None:
    """Keep the prints of these pictures, whole or not at all."""
    cache.mkdir(parents=True, exist_ok=True)
    half = locate_fingerprint_cache(cache, paths).with_suffix(".half.npz")
    np.savez(half, stamps=np.array([stamp_file(path) for path in paths]), prints=fingerprints)
    half.replace(locate_fingerprint_cache(cache, paths))


def fingerprint_picture(path: Path) -> NDArray[np.float16]:
    """The two prints of one picture; zeros when it cannot be read (whoever trains on it will say so)."""
    try:
        with open_picture(path) as picture:
            picture.draft("RGB", (4 * THUMBNAIL_SIDE, 4 * THUMBNAIL_SIDE))
            grey = picture.convert("L")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return np.zeros((2, compute_phases(np.zeros((THUMBNAIL_SIDE, THUMBNAIL_SIDE))).size), np.float16)
    width, height = grey.size
    short = min(width, height)
    middle = ((width - short) / 2, (height - short) / 2, (width + short) / 2, (height + short) / 2)
    boxes = ((0, 0, width, height), middle)
    looks = [grey.resize((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.BOX, box=box) for box in boxes]
    return np.stack([compute_phases(np.asarray(thumbnail, np.float64)) for thumbnail in looks]).astype(np.float16)


def open_picture(path: Path) -> Image.Image:
    """A picture by its header, HEIC too. Raises OSError and what else Pillow raises."""
    if path.suffix.lower() in HEIF:
        import pi_heif

        pi_heif.register_heif_opener(thumbnails=False)
    return Image.open(path)


def compute_phases(grey: NDArray[np.float64]) -> NDArray[np.float64]:
    """The whitened low frequencies of a SIDE x SIDE thumbnail as real numbers, of length 1 together."""
    frequency = np.fft.fftfreq(THUMBNAIL_SIDE) * THUMBNAIL_SIDE
    reach = np.hypot(frequency[:, None], frequency[None, :])
    low = np.fft.fft2(grey)[(reach < MAX_FREQUENCY) & (reach > 0)]
    strength = np.abs(low)
    flat = low / np.maximum(strength, 1e-9 + 0.1 * np.median(strength))
    length = float(np.linalg.norm(flat))
    return np.concatenate([flat.real, flat.imag]) / max(length, 1e-9)


def pair_by_likeness(fingerprints: Fingerprints) -> Iterator[tuple[int, int]]:
    """Pairs of pictures that look like one work."""
    for index in range(1, len(fingerprints)):
        likeness = np.max(fingerprints @ fingerprints[index].T, axis=(1, 2))  # n, over whole and middle of both
        likeness[index] = -1.0
        crowd = np.partition(likeness, -CROWD_RANK)[-CROWD_RANK] if len(likeness) > CROWD_RANK else -1.0
        for other in np.flatnonzero(
            (likeness >= MIN_LIKENESS) & ((likeness >= crowd + MIN_LIKENESS_LEAD) | (likeness >= CERTAIN_LIKENESS))
        ):
            yield int(other), index
