"""What tests of the judge share: a few photos and works at a small size, and ways to spoil a picture in known doses."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from ganvas.grain import grain
from ganvas.judge import features
from ganvas.judge.features import Pixels
from ganvas.split import split

Spoil = Callable[[Pixels, float], Pixels]


def some(folder: Path, side: str, count: int) -> list[Path]:
    """Some pictures of a side, spread over it."""
    paths = split(folder)[side]
    return [paths[round(place)] for place in np.linspace(0, len(paths) - 1, count)]


@pytest.fixture(scope="session")
def photos(data_sets: Path) -> list[Path]:
    """Unseen photos."""
    return some(data_sets / "photos", "test", 16)


@pytest.fixture(scope="session")
def prints(data_sets: Path) -> list[Path]:
    """Unseen prints."""
    return some(data_sets / "ukiyoe", "test", 20)


@pytest.fixture(scope="session")
def other_prints(data_sets: Path) -> list[Path]:
    """More unseen prints."""
    return some(data_sets / "ukiyoe", "validation", 16)


@pytest.fixture(scope="session")
def photo_pixels(photos: list[Path]) -> list[Pixels]:
    """A few photos, small."""
    return [shrunk(features.load(path)) for path in photos[::4]]


def shrunk(pixels: Pixels) -> Pixels:
    """A picture within 320 px."""
    picture = Image.fromarray(pixels)
    picture.thumbnail((320, 320))
    return np.asarray(picture)


def leave(pixels: Pixels, amount: float) -> Pixels:
    """The photo as it is."""
    return pixels


def blur(pixels: Pixels, amount: float) -> Pixels:
    """A Gaussian of so many pixels."""
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(amount)))


def add(pixels: Pixels, change: np.ndarray) -> Pixels:
    """The sum, within 0..255."""
    return np.clip(np.rint(pixels + change), 0, 255).astype(np.uint8)


def noise(pixels: Pixels, amount: float) -> Pixels:
    """White noise of so many levels."""
    return add(pixels, np.random.default_rng(1).normal(0, amount, pixels.shape))


def speckle(pixels: Pixels, amount: float) -> Pixels:
    """The engine's fixed grain, so many levels."""
    return add(pixels, amount * grain(0, 0, *pixels.shape[:2]).transpose(1, 2, 0))


def shift(pixels: Pixels, amount: float) -> Pixels:
    """The picture moved by so many pixels, down and right."""
    return np.roll(pixels, (int(amount), int(amount)), (0, 1))


def chequer(pixels: Pixels, amount: float) -> Pixels:
    """A checkerboard of squares of two pixels, so many levels up and down."""
    rows, columns = np.mgrid[: pixels.shape[0], : pixels.shape[1]]
    return add(pixels, amount * np.where((rows // 2 + columns // 2) % 2, 1, -1)[..., None])


def stain(pixels: Pixels, amount: float) -> Pixels:
    """Broad spots of red and green, so many levels up and down."""
    spots = np.random.default_rng(2).normal(0, 1, (8, 10))
    sheet = Image.fromarray(spots.astype(np.float32)).resize(pixels.shape[1::-1], Image.Resampling.BICUBIC)
    return add(pixels, amount * np.asarray(sheet)[..., None] * np.array([1, -1, 0]))


def frame(pixels: Pixels, amount: float) -> Pixels:
    """A frame of four pixels, so many levels brighter."""
    around = np.ones(pixels.shape[:2])
    around[4:-4, 4:-4] = 0
    return add(pixels, amount * around[..., None])


def tint(pixels: Pixels, amount: float) -> Pixels:
    """Warmer by so many levels."""
    return add(pixels, np.broadcast_to(np.array([amount, 0, -amount]), pixels.shape))
