"""Tiny pictures and recipes that train in a second. Knows the methods by their settings only."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from ganvas.learn import recipe as recipes
from ganvas.learn.methods import METHODS
from ganvas.learn.recipe import Recipe
from ganvas.learn.training import loop
from tests.house import ROOT

# A child process must find this Ganvas, installed or not, and leave the other processor alone.
SUBPROCESS_ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}

LOCAL_GENERATOR = {"network": "local", "local": {"channels": [4, 4, 8], "blocks": 1}}
PALETTE_GENERATOR = {"network": "local", "local": {"channels": [4, 4, 8], "blocks": 1, "far": 1, "palette": 6}}
RESNET_GENERATOR = {"network": "resnet6", "channels": 4}
SMALL_ADVERSARY = {"discriminator": {"network": "patch16", "channels": 4}}
# What makes each method small; a method that is not here is trained as it comes.
SMALL_OPTIONS: dict[str, dict[str, Any]] = {
    "house": {"generator": {"channels": [4, 4, 8], "blocks": 1}, "width": 4, "layers": ["1_2"], "warm_steps": 2},
    "house-pairs": {"generator": PALETTE_GENERATOR, "adversary": {"discriminator": {"width": 4, "layers": ["1_2"]}}},
    "dcgan": {
        "generator": {"channels": 8, "size": 28, "noise": 8},
        "adversary": {"discriminator": {"channels": 8, "size": 28}},
    },
    "pix2pix": {"generator": {"channels": 4, "depth": 5}, "adversary": SMALL_ADVERSARY},
    "cyclegan": {"generator": LOCAL_GENERATOR, "adversary": {**SMALL_ADVERSARY, "pool": 3}},
    "cut": {"generator": LOCAL_GENERATOR, "adversary": SMALL_ADVERSARY, "places": 16},
    "fastcut": {"generator": RESNET_GENERATOR, "adversary": SMALL_ADVERSARY, "places": 16},
}
# What differs in the data.
DATA_OVERRIDES: dict[str, dict[str, Any]] = {
    "house-pairs": {"pairs": "names"},
    "pix2pix": {"pairs": "names"},
    "dcgan": {"crop": 28},
}


def draw_random_picture(random: np.random.Generator, height: int, width: int, hue: int) -> np.ndarray:
    """A picture with flat areas, edges and a colour of its own: height x width x 3."""
    pixels = np.full((height, width, 3), random.integers(40, 200, 3), np.uint8)
    for _ in range(6):
        top, left = random.integers(height), random.integers(width)
        tall, wide = random.integers(4, 24, 2)
        pixels[top : top + tall, left : left + wide] = random.integers(0, 255, 3)
    pixels[..., hue] = 255 - pixels[..., hue] // 3
    return pixels


def write_pictures(folder: Path, count: int, seed: int, size: tuple[int, int] = (48, 60)) -> Path:
    """``count`` pictures in a folder."""
    folder.mkdir(parents=True)
    random = np.random.Generator(np.random.PCG64(seed))
    for index in range(count):
        Image.fromarray(draw_random_picture(random, *size, seed % 3)).save(folder / f"{index:02}.png")
    return folder


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    """Tiny networks are slower on many threads, and sums must not depend on how many there are."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def domains(tmp_path_factory) -> tuple[Path, Path]:
    """A folder of photos and a folder of art, the same names in both, so that they can be pairs."""
    root = tmp_path_factory.mktemp("domains")
    return write_pictures(root / "photos", 14, 1), write_pictures(root / "art", 14, 2)


def make_tiny_recipe(method: str, domains: tuple[Path, Path], steps: int = 7) -> Recipe:
    """A recipe of the method that is over in a second or two."""
    source, target = map(str, domains)
    data = {
        "source": source,
        "target": target,
        "crop": 32,
        "batch": 2,
        "everything": True,
        **DATA_OVERRIDES.get(method, {}),
    }
    schedule = {"steps": steps, "checkpoint_every": 3, "sample_every": 50, "threads": 1, "precision": "fp32"}
    about = {"canvas": 128}
    plain = {"name": "tiny", "method": method, "data": data, "schedule": schedule, "about": about}
    return recipes.build_recipe({**plain, "options": SMALL_OPTIONS.get(method, {})})


@pytest.fixture(params=list(METHODS))
def method(request) -> str:
    """Each method in turn: being listed is being tested."""
    return request.param


@pytest.fixture(scope="session")
def runs(tmp_path_factory) -> dict[str, Path]:
    """The finished runs by method, so that each is trained once."""
    return {"": tmp_path_factory.mktemp("runs")}


@pytest.fixture
def trained(method, runs, domains) -> Path:
    """The folder of a finished run of the method, not to be changed."""
    if method not in runs:
        loop.start_training(make_tiny_recipe(method, domains), runs[""] / method)
        runs[method] = runs[""] / method
    return runs[method]
