"""A sheet of fixed photos as the generator makes them now."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ganvas.errors import BadData
from ganvas.image import Photo, encode
from ganvas.learn.data.batches import PictureDataset, scale_picture
from ganvas.learn.data.domains import load_sample_photos
from ganvas.learn.data.readable import leave_out, open_pictures
from ganvas.learn.methods.protocol import Method, TrainedGenerator, TrainingBatch
from ganvas.learn.recipe import Recipe
from ganvas.style.noise import make_noise_window

Pixels = NDArray[np.uint8]
SAMPLE_PHOTOS = 6
SAMPLE_EDGE = 384
SAMPLER_GRID = 8


class SampleSheet:
    """Validation photos above what the generator makes of them; of a sampler, pictures from fixed noise."""

    def __init__(self, recipe: Recipe, folder: Path) -> None:
        self.photos = choose_photos(load_sample_photos(recipe.data)) or choose_photos(open_pictures(recipe.data).source)
        self.folder = folder
        if not self.photos:
            raise BadData(f"{recipe.data.source} has no pictures.", "Give a folder of photos.")

    def write_sheet(self, method: Method, step: int) -> Path:
        """Write samples/step-000500.jpg: photos in the upper row, pictures in the lower."""
        product = method.list_generators()[0]
        rows = (
            make_sampler_rows(product)
            if product.kind == "sampler"
            else self.make_photo_rows(method, product.multiple, step)
        )
        path = self.folder / f"step-{step:06d}.jpg"
        self.folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode(Photo(np.concatenate([np.concatenate(row, 1) for row in rows], 0)), "jpeg", 90))
        return path

    def make_photo_rows(self, method: Method, multiple: int, step: int) -> list[list[Pixels]]:
        """The photos, and what is made of them, in squares that the network can take, all on cells of one size."""
        photos = [crop_centre_square(photo, SAMPLE_EDGE, multiple) for photo in self.photos]
        edge = max(len(photo) for photo in photos)
        rows = (photos, [self.stylise_photo(method, photo, step) for photo in photos])
        return [[pad_to_square(pixels, edge) for pixels in row] for row in rows]

    def stylise_photo(self, method: Method, photo: Pixels, step: int) -> Pixels:
        """A square photo as the style would make it."""
        x = torch.from_numpy(photo).permute(2, 0, 1)[None].float() / 127.5 - 1
        noise = torch.from_numpy(make_noise_window(0, 0, *photo.shape[:2]))[None]
        return tensor_to_pixels(method.generate(TrainingBatch(step, x, x, noise)))[0]


def choose_photos(pictures: PictureDataset) -> list[Pixels]:
    """At most COUNT of the pictures, from the first to the last, without those that cannot be read."""
    chosen = np.linspace(0, len(pictures) - 1, min(SAMPLE_PHOTOS, len(pictures))).astype(int)
    shown = PictureDataset([pictures.paths[int(index)] for index in chosen], pictures.edge, pictures.box)
    leave_out(shown)
    return [shown[index] for index in range(len(shown))]


@torch.no_grad()
def make_sampler_rows(generator: TrainedGenerator) -> list[list[Pixels]]:
    """SAMPLED rows of as many pictures each, from noise that is the same each time and takes no chance from others."""
    chance = torch.Generator().manual_seed(1)
    z = torch.randn(SAMPLER_GRID * SAMPLER_GRID, generator.latent_size, generator=chance)
    pictures = tensor_to_pixels(generator.generator(z))
    return [pictures[row * SAMPLER_GRID : (row + 1) * SAMPLER_GRID] for row in range(SAMPLER_GRID)]


def tensor_to_pixels(y: Tensor) -> list[Pixels]:
    """n x 3 x h x w in -1..1 to n of h x w x 3."""
    levels = ((y.float().clamp(-1, 1) + 1) * 127.5).round().byte()
    return list(levels.permute(0, 2, 3, 1).numpy())


def crop_centre_square(pixels: Pixels, edge: int, multiple: int) -> Pixels:
    """The largest square in the middle of h x w x 3 with a side of at most ``edge`` that is a multiple.

    Nothing is added at the sides: a picture that is smaller than one multiple is enlarged to it.
    """
    short = min(pixels.shape[:2])
    if short < multiple:
        pixels, short = scale_picture(pixels, multiple / short), multiple
    side = max(1, min(edge, short) // multiple) * multiple
    top, left = ((length - side) // 2 for length in pixels.shape[:2])
    return pixels[top : top + side, left : left + side]


def pad_to_square(pixels: Pixels, edge: int) -> Pixels:
    """A square in the middle of a white one of edge x edge."""
    before = (edge - len(pixels)) // 2
    after = edge - len(pixels) - before
    return np.pad(pixels, ((before, after), (before, after), (0, 0)), constant_values=255)
