"""What the judge sees in pictures: crops of them as EfficientNet-Lite0 describes them. Knows files, nothing of scores.

No training here uses this network. Scores on its features compare with each other, and with nothing that was made
on Inception features.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ganvas.errors import BadData, BadPhoto, TooLarge
from ganvas.image import decode
from ganvas.judge.sight import NAME, WIDTH, describer

CROP = 224  # pixels, the size that the network was trained at
SHORT = 256  # pixels that the short side of a picture is brought to before crops are taken
SIGHTS = 3  # crops a picture
BATCH = 8  # pictures at a time

Pixels = NDArray[np.uint8]
Features = NDArray[np.float64]


def describe(paths: Sequence[Path], cache: Path | None = None) -> Features:
    """What the network says of each picture file: n x SIGHTS x WIDTH. ``cache`` keeps it by the files' content."""
    if cache is None:
        return see(crops(load(path)) for path in paths)
    shelf = cache / f"features-{fingerprint(paths)}.npy"
    if not shelf.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        half = shelf.with_suffix(".half.npy")
        np.save(half, see(crops(load(path)) for path in paths).astype(np.float32))
        half.replace(shelf)
    return np.load(shelf, allow_pickle=False).astype(np.float64)


def fingerprint(paths: Sequence[Path]) -> str:
    """A hash of what the files hold and of how they are looked at."""
    whole = hashlib.sha256(f"{NAME} {SHORT} {CROP} {SIGHTS}".encode())
    for path in paths:
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()[:32]


def load(path: Path) -> Pixels:
    """The pixels of a picture file as a server would read them, on white where it is transparent. Raises BadData."""
    try:
        photo = decode(path.read_bytes())
    except (OSError, BadPhoto, TooLarge) as error:
        raise BadData(f"{path} is not a picture that can be read: {error}", "Take it out of the folder.") from error
    if photo.alpha is None:
        return photo.pixels
    cover = photo.alpha[..., None] / np.float32(255)
    return np.rint(photo.pixels * cover + 255 * (1 - cover)).astype(np.uint8)


def crops(pixels: Pixels) -> Pixels:
    """SIGHTS crops of CROP x CROP at the start, middle and end of the picture, its short side brought to SHORT."""
    picture = Image.fromarray(pixels)
    scale = SHORT / min(picture.size)
    width, height = (max(SHORT, round(side * scale)) for side in picture.size)
    small = np.asarray(picture.resize((width, height), Image.Resampling.LANCZOS))
    at = [(round((height - CROP) * t), round((width - CROP) * t)) for t in np.linspace(0, 1, SIGHTS)]
    return np.stack([small[top : top + CROP, left : left + CROP] for top, left in at])


def see(pictures: Iterable[Pixels]) -> Features:
    """The network over the crops of each picture, a batch at a time: n x SIGHTS x WIDTH."""
    rows: list[NDArray[np.float32]] = []
    for some in batched(pictures, BATCH):
        rows.append(describer()(to_batch(np.concatenate(some))).reshape(len(some), -1, WIDTH))
    return np.concatenate(rows).astype(np.float64)


def to_batch(pixels: Pixels) -> NDArray[np.float32]:
    """n x h x w x 3 in 0..255 to n x 3 x h x w in -1..1."""
    return np.ascontiguousarray(pixels.transpose(0, 3, 1, 2), np.float32) / np.float32(127.5) - np.float32(1)


def batched(pictures: Iterable[Pixels], size: int) -> Iterator[list[Pixels]]:
    """Lists of up to ``size`` pictures, so that only these are in memory."""
    taken = iter(pictures)
    while some := list(islice(taken, size)):
        yield some
