"""What the judge sees in pictures: crops of them as EfficientNet-Lite0 describes them.

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
from ganvas.judge.efficientnet import FEATURE_COUNT, NETWORK_NAME, open_feature_network

CROP_SIZE = 224  # pixels, the size that the network was trained at
SHORT_SIDE = 256  # pixels that the short side of a picture is brought to before crops are taken
CROPS_PER_PICTURE = 3  # crops a picture
BATCH_SIZE = 8  # pictures at a time

Pixels = NDArray[np.uint8]
Features = NDArray[np.float64]


def extract_file_features(paths: Sequence[Path], cache: Path | None = None) -> Features:
    """What the network says of each picture file: n x SIGHTS x WIDTH. ``cache`` keeps it by the files' content."""
    if cache is None:
        return extract_features(take_crops(load_picture(path)) for path in paths)
    shelf = cache / f"features-{hash_files(paths)}.npy"
    if not shelf.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        half = shelf.with_suffix(".half.npy")
        np.save(half, extract_features(take_crops(load_picture(path)) for path in paths).astype(np.float32))
        half.replace(shelf)
    return np.load(shelf, allow_pickle=False).astype(np.float64)


def hash_files(paths: Sequence[Path]) -> str:
    """A hash of what the files hold and of how they are looked at."""
    whole = hashlib.sha256(f"{NETWORK_NAME} {SHORT_SIDE} {CROP_SIZE} {CROPS_PER_PICTURE}".encode())
    for path in paths:
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()[:32]


def load_picture(path: Path) -> Pixels:
    """The pixels of a picture file as a server would read them, on white where it is transparent. Raises BadData."""
    try:
        photo = decode(path.read_bytes())
    except (OSError, BadPhoto, TooLarge) as error:
        raise BadData(f"{path} is not a picture that can be read: {error}", "Take it out of the folder.") from error
    if photo.alpha is None:
        return photo.pixels
    cover = photo.alpha[..., None] / np.float32(255)
    return np.rint(photo.pixels * cover + 255 * (1 - cover)).astype(np.uint8)


def take_crops(pixels: Pixels) -> Pixels:
    """SIGHTS crops of CROP x CROP at the start, middle and end of the picture, its short side brought to SHORT."""
    picture = Image.fromarray(pixels)
    scale = SHORT_SIDE / min(picture.size)
    width, height = (max(SHORT_SIDE, round(side * scale)) for side in picture.size)
    small = np.asarray(picture.resize((width, height), Image.Resampling.LANCZOS))
    at = [
        (round((height - CROP_SIZE) * t), round((width - CROP_SIZE) * t)) for t in np.linspace(0, 1, CROPS_PER_PICTURE)
    ]
    return np.stack([small[top : top + CROP_SIZE, left : left + CROP_SIZE] for top, left in at])


def extract_features(crop_stacks: Iterable[Pixels]) -> Features:
    """The network over the crops of each picture, a batch at a time: n x SIGHTS x WIDTH."""
    rows: list[NDArray[np.float32]] = []
    for some in iterate_batches(crop_stacks, BATCH_SIZE):
        rows.append(
            open_feature_network()(prepare_network_input(np.concatenate(some))).reshape(len(some), -1, FEATURE_COUNT)
        )
    return np.concatenate(rows).astype(np.float64)


def prepare_network_input(pixels: Pixels) -> NDArray[np.float32]:
    """n x h x w x 3 in 0..255 to n x 3 x h x w in -1..1."""
    return np.ascontiguousarray(pixels.transpose(0, 3, 1, 2), np.float32) / np.float32(127.5) - np.float32(1)


def iterate_batches(pictures: Iterable[Pixels], size: int) -> Iterator[list[Pixels]]:
    """Lists of up to ``size`` pictures, so that only these are in memory."""
    taken = iter(pictures)
    while some := list(islice(taken, size)):
        yield some
