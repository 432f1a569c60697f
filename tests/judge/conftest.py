"""What tests of the judge share: a few photos and works at a small size, and ways to spoil a picture in known doses."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from ganvas.datasets.split import split_folder
from ganvas.judge import features
from ganvas.judge.features import Pixels
from ganvas.style.noise import make_noise_window

Distortion = Callable[[Pixels, float], Pixels]


def pick_pictures(folder: Path, side: str, count: int) -> list[Path]:
    """Some pictures of a side, spread over it."""
    paths = split_folder(folder)[side]
    return [paths[round(place)] for place in np.linspace(0, len(paths) - 1, count)]


@pytest.fixture(scope="session")
def photos(data_sets: Path) -> list[Path]:
    """Unseen photos."""
    return pick_pictures(data_sets / "photos", "test", 16)


@pytest.fixture(scope="session")
def unseen_prints(data_sets: Path) -> list[Path]:
    """Unseen prints."""
    return pick_pictures(data_sets / "ukiyoe", "test", 20)


@pytest.fixture(scope="session")
def other_prints(data_sets: Path) -> list[Path]:
    """More unseen prints."""
    return pick_pictures(data_sets / "ukiyoe", "validation", 16)


@pytest.fixture(scope="session")
def photo_pixels(photos: list[Path]) -> list[Pixels]:
    """A few photos, small."""
    return [reduce_picture(features.load_picture(path)) for path in photos[::4]]


def reduce_picture(pixels: Pixels) -> Pixels:
    """A picture within 320 px."""
    picture = Image.fromarray(pixels)
    picture.thumbnail((320, 320))
    return np.asarray(picture)


def keep_unchanged(pixels: Pixels, amount: float) -> Pixels:
    """The photo as it is."""
    return pixels


def blur_picture(pixels: Pixels, amount: float) -> Pixels:
    """A Gaussian of so many pixels."""
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(amount)))


def add_clipped(pixels: Pixels, change: np.ndarray) -> Pixels:
    """The sum, within 0..255."""
    return np.clip(np.rint(pixels + change), 0, 255).astype(np.uint8)


def add_noise(pixels: Pixels, amount: float) -> Pixels:
    """White noise of so many levels."""
    return add_clipped(pixels, np.random.default_rng(1).normal(0, amount, pixels.shape))


def add_grain(pixels: Pixels, amount: float) -> Pixels:
    """The engine's fixed grain, so many levels."""
    return add_clipped(pixels, amount * make_noise_window(0, 0, *pixels.shape[:2]).transpose(1, 2, 0))


def shift_picture(pixels: Pixels, amount: float) -> Pixels:
    """The picture moved by so many pixels, down and right."""
    return np.roll(pixels, (int(amount), int(amount)), (0, 1))


def add_checkerboard(pixels: Pixels, amount: float) -> Pixels:
    """A checkerboard of squares of two pixels, so many levels up and down."""
    rows, columns = np.mgrid[: pixels.shape[0], : pixels.shape[1]]
    return add_clipped(pixels, amount * np.where((rows // 2 + columns // 2) % 2, 1, -1)[..., None])


def add_stains(pixels: Pixels, amount: float) -> Pixels:
    """Broad spots of red and green, so many levels up and down."""
    spots = np.random.default_rng(2).normal(0, 1, (8, 10))
    sheet = Image.fromarray(spots.astype(np.float32)).resize(pixels.shape[1::-1], Image.Resampling.BICUBIC)
    return add_clipped(pixels, amount * np.asarray(sheet)[..., None] * np.array([1, -1, 0]))


def add_frame(pixels: Pixels, amount: float) -> Pixels:
    """A frame of four pixels, so many levels brighter."""
    around = np.ones(pixels.shape[:2])
    around[4:-4, 4:-4] = 0
    return add_clipped(pixels, amount * around[..., None])


def add_tint(pixels: Pixels, amount: float) -> Pixels:
    """Warmer by so many levels."""
    return add_clipped(pixels, np.broadcast_to(np.array([amount, 0, -amount]), pixels.shape))
