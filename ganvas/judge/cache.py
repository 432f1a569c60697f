"""Caches features and scores of pictures on disk.

Knows bytes and files, and no score by name. What is kept is of this picture, of this photo, in this edition of the
judge: another protocol, or another version of what figures depend on, looks again.
"""

import hashlib
import json
import platform
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from tempfile import NamedTemporaryFile

import numpy as np

from ganvas.judge.features import Pixels
from ganvas.judge.kernel_distance import Features

PROTOCOL_VERSION = 1  # goes up when a figure would come out otherwise
VERSIONED_PACKAGES = ("numpy", "scipy", "pillow", "onnx", "onnxruntime", "openvino")

PictureScores = tuple[dict[str, float], Features]


def collect_versions() -> dict[str, str]:
    """The versions of what figures depend on."""
    found = {"python": platform.python_version()}
    for package in VERSIONED_PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


class FeatureCache:
    """Scores by name, and features (1 x c x d), of pictures against their photos."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "looked"
        self.edition = json.dumps([PROTOCOL_VERSION, collect_versions()], sort_keys=True).encode()

    def get_or_compute(self, photo: Pixels, picture: Pixels, compute: Callable[[], PictureScores]) -> PictureScores:
        """What was seen of the picture before; else what is seen now, which is kept."""
        place = self.folder / f"{self.compute_key(photo, picture)}.npz"
        if place.is_file():
            return load_entry(place)
        looked = compute()
        save_entry(looked, place)
        return looked

    def compute_key(self, photo: Pixels, picture: Pixels) -> str:
        """A hash of both, and of the edition."""
        whole = hashlib.sha256(self.edition)
        for pixels in (photo, picture):
            whole.update(f"{pixels.shape}".encode())
            whole.update(pixels.tobytes())
        return whole.hexdigest()[:40]


def load_entry(path: Path) -> PictureScores:
    """What was kept."""
    with np.load(path, allow_pickle=False) as found:
        return dict(zip(found["names"].tolist(), found["values"].tolist(), strict=True)), found["seen"]


def save_entry(entry: PictureScores, path: Path) -> None:
    """Keep it, whole or not at all."""
    scores, seen = entry
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        np.savez(file, names=np.array(list(scores)), values=np.array(list(scores.values())), seen=seen)
    Path(file.name).replace(path)
