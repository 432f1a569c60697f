"""Samples: a sheet of fixed photos as the generator sees them now. Knows pixels, and nothing of losses or time."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ganvas.errors import BadData
from ganvas.grain import grain
from ganvas.image import Photo, encode
from ganvas.learn.data import opened, reduced
from ganvas.learn.method import Batch, Method
from ganvas.learn.recipe import Recipe
from ganvas.split import split

Pixels = NDArray[np.uint8]
COUNT = 6
EDGE = 384


class Sheet:
    """Photos of the validation part, above what the generator makes of them; drawn now and then."""

    def __init__(self, recipe: Recipe, folder: Path) -> None:
        parts = split(Path(recipe.data.source))
        paths = sorted(parts["validation"] or parts["train"])
        chosen = [paths[index] for index in np.linspace(0, len(paths) - 1, min(COUNT, len(paths))).astype(int)]
        self.photos = [square(reduced(opened(path), 640)) for path in chosen]
        self.folder = folder
        if not self.photos:
            raise BadData(f"{recipe.data.source} has no pictures.", "Give a folder of photos.")

    def draw(self, method: Method, step: int) -> Path:
        """Write samples/step-000500.jpg: photos in the upper row, pictures in the lower."""
        pictures = [self.picture(method, photo, step) for photo in self.photos]
        rows = [np.concatenate(row, 1) for row in (self.photos, pictures)]
        path = self.folder / f"step-{step:06d}.jpg"
        self.folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode(Photo(np.concatenate(rows, 0), None, {}), "jpeg", 90))
        return path

    def picture(self, method: Method, photo: Pixels, step: int) -> Pixels:
        """EDGE x EDGE x 3, the photo as the style would make it."""
        x = torch.from_numpy(photo).permute(2, 0, 1)[None].float() / 127.5 - 1
        noise = torch.from_numpy(grain(0, 0, EDGE, EDGE))[None]
        y = method.picture(Batch(step, x, x, noise))[0].float()
        return ((y.clamp(-1, 1) + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()


def square(pixels: Pixels) -> Pixels:
    """The middle EDGE x EDGE x 3 of the pixels, mirrored outwards where they are smaller."""
    missing = [max(0, EDGE - side) for side in pixels.shape[:2]]
    padded = np.pad(pixels, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="symmetric")
    top, left = ((side - EDGE) // 2 for side in padded.shape[:2])
    return padded[top : top + EDGE, left : left + EDGE]
