"""What the judge saw of a picture, kept on disk: photos themselves, and folders made elsewhere, come again and again.

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

from ganvas.judge.distance import Features
from ganvas.judge.features import Pixels

PROTOCOL = 1  # goes up when a figure would come out otherwise
PACKAGES = ("numpy", "scipy", "pillow", "onnx", "onnxruntime", "openvino")

Looked = tuple[dict[str, float], Features]


def versions() -> dict[str, str]:
    """The versions of what figures depend on."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


class Shelf:
    """Scores by name, and features (1 x c x d), of pictures against their photos."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "looked"
        self.edition = json.dumps([PROTOCOL, versions()], sort_keys=True).encode()

    def find(self, photo: Pixels, picture: Pixels, look: Callable[[], Looked]) -> Looked:
        """What was seen of the picture before; else what is seen now, which is kept."""
        place = self.folder / f"{self.key(photo, picture)}.npz"
        if place.is_file():
            return get(place)
        looked = look()
        put(looked, place)
        return looked

    def key(self, photo: Pixels, picture: Pixels) -> str:
        """A hash of both, and of the edition."""
        whole = hashlib.sha256(self.edition)
        for pixels in (photo, picture):
            whole.update(f"{pixels.shape}".encode())
            whole.update(pixels.tobytes())
        return whole.hexdigest()[:40]


def get(place: Path) -> Looked:
    """What was kept."""
    with np.load(place, allow_pickle=False) as found:
        return dict(zip(found["names"].tolist(), found["values"].tolist(), strict=True)), found["seen"]


def put(looked: Looked, place: Path) -> None:
    """Keep it, whole or not at all."""
    scores, seen = looked
    place.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=place.parent, suffix=".part", delete=False) as file:
        np.savez(file, names=np.array(list(scores)), values=np.array(list(scores.values())), seen=seen)
    Path(file.name).replace(place)
