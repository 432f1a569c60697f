"""Samples: a sheet of fixed photos as the generator sees them now. Knows pixels, and nothing of losses or time."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ganvas.errors import BadData
from ganvas.grain import grain
from ganvas.image import Photo, encode
from ganvas.learn.domains import for_samples
from ganvas.learn.method import Batch, Method, Product
from ganvas.learn.recipe import Recipe

Pixels = NDArray[np.uint8]
COUNT = 6
EDGE = 384
SAMPLED = 8


class Sheet:
    """Validation photos above what the generator makes of them; of a sampler, pictures from fixed noise."""

    def __init__(self, recipe: Recipe, folder: Path) -> None:
        pictures = for_samples(recipe.data)
        chosen = np.linspace(0, len(pictures) - 1, min(COUNT, len(pictures))).astype(int)
        self.photos = [pictures[int(index)] for index in chosen]
        self.folder = folder
        if not self.photos:
            raise BadData(f"{recipe.data.source} has no pictures.", "Give a folder of photos.")

    def draw(self, method: Method, step: int) -> Path:
        """Write samples/step-000500.jpg: photos in the upper row, pictures in the lower."""
        product = method.products()[0]
        rows = sampled(product) if product.kind == "sampler" else self.transferred(method, product.multiple, step)
        path = self.folder / f"step-{step:06d}.jpg"
        self.folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode(Photo(np.concatenate([np.concatenate(row, 1) for row in rows], 0)), "jpeg", 90))
        return path

    def transferred(self, method: Method, multiple: int, step: int) -> list[list[Pixels]]:
        """The photos, and what is made of them, in squares that the network can take."""
        edge = min(EDGE, max(min(photo.shape[:2]) for photo in self.photos))
        photos = [square(photo, -(-edge // multiple) * multiple) for photo in self.photos]
        return [photos, [self.picture(method, photo, step) for photo in photos]]

    def picture(self, method: Method, photo: Pixels, step: int) -> Pixels:
        """A square photo as the style would make it."""
        x = torch.from_numpy(photo).permute(2, 0, 1)[None].float() / 127.5 - 1
        noise = torch.from_numpy(grain(0, 0, *photo.shape[:2]))[None]
        return to_pixels(method.picture(Batch(step, x, x, noise)))[0]


@torch.no_grad()
def sampled(product: Product) -> list[list[Pixels]]:
    """SAMPLED rows of as many pictures each, from noise that is the same each time and takes no chance from others."""
    chance = torch.Generator().manual_seed(1)
    z = torch.randn(SAMPLED * SAMPLED, product.inputs, generator=chance)
    pictures = to_pixels(product.generator(z))
    return [pictures[row * SAMPLED : (row + 1) * SAMPLED] for row in range(SAMPLED)]


def to_pixels(y: Tensor) -> list[Pixels]:
    """n x 3 x h x w in -1..1 to n of h x w x 3."""
    levels = ((y.float().clamp(-1, 1) + 1) * 127.5).round().byte()
    return list(levels.permute(0, 2, 3, 1).numpy())


def square(pixels: Pixels, edge: int) -> Pixels:
    """The middle edge x edge x 3 of the pixels, mirrored outwards where they are smaller."""
    missing = [max(0, edge - side) for side in pixels.shape[:2]]
    padded = np.pad(pixels, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="symmetric")
    top, left = ((side - edge) // 2 for side in padded.shape[:2])
    return padded[top : top + edge, left : left + edge]
