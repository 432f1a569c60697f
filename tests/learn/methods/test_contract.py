"""What every method must do. Knows them by name only: a new line in METHODS is a new test."""

import math
import random
import re
import signal
import subprocess
import sys

import numpy as np
import pytest
import torch

from ganvas.engine import sampler, session
from ganvas.engine.engine import Engine
from ganvas.learn import recipe as recipes
from ganvas.learn.formats import onnx
from ganvas.learn.training import loop
from ganvas.learn.training.run import Run
from ganvas.style.catalog import Catalog
from tests.house import ROOT
from tests.learn.conftest import SUBPROCESS_ENVIRONMENT, make_tiny_recipe

KILLED_TRAINING_SCRIPT = """
import os, signal, sys
from pathlib import Path
from ganvas.learn import recipe
from ganvas.learn.training import loop
def watch(progress):
    if progress.step == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
loop.start_training(recipe.load_recipe(Path(sys.argv[1])), Path(sys.argv[2]), watch)
"""


def flatten_state(state, name: str = "") -> dict:
    """The leaves of nested dicts and lists, by their path."""
    if isinstance(state, dict | list | tuple):
        items = state.items() if isinstance(state, dict) else enumerate(state)
        return {path: leaf for key, value in items for path, leaf in flatten_state(value, f"{name}.{key}").items()}
    return {name: state}


def leaves_equal(one, other) -> bool:
    """Whether two leaves are equal to the last bit."""
    return torch.equal(one, other) if isinstance(one, torch.Tensor) else one == other


def test_stopping_and_resuming_changes_nothing(method, trained, domains, tmp_path):
    recipe = make_tiny_recipe(method, domains)
    recipes.save_recipe(recipe, tmp_path / "recipe.toml")
    whole = Run(trained).load_checkpoint()["method"]

    step = random.randint(1, recipe.schedule.steps - 1)
    killed = tmp_path / "killed"
    child = subprocess.run(
        [sys.executable, "-c", KILLED_TRAINING_SCRIPT, str(tmp_path / "recipe.toml"), str(killed), str(step)],
        env=SUBPROCESS_ENVIRONMENT,
        check=False,
        capture_output=True,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()
    loop.resume_training(killed)
    resumed = Run(killed).load_checkpoint()["method"]

    ours, theirs = flatten_state(whole), flatten_state(resumed)
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if not leaves_equal(ours[name], theirs[name])] == [], f"killed after step {step}"


def test_the_losses_are_finite_and_the_log_says_them(trained):
    lines = Run(trained).read_log()
    assert [line["step"] for line in lines] == [0, Run(trained).load_recipe().schedule.steps - 1]
    losses = {name: value for name, value in lines[-1].items() if name not in ("step", "seconds")}
    assert losses and all(math.isfinite(value) for value in losses.values())


def test_a_method_exports_what_it_trained_its_tiles_equal_the_whole_and_it_is_served(trained, tmp_path):
    recipe = Run(trained).load_recipe()
    for style in onnx.export_run(trained, tmp_path / "tiny.onnx"):
        path = tmp_path / f"{style.name}.onnx"
        assert path.exists() and style.method == recipe.method
        assert style.parity["fp32"] <= onnx.PARITY_TOLERANCE
        assert style.made["steps"] == recipe.schedule.steps
        assert style.recipe["data"]["source"] == "photos", "a path of this machine has no place in the file"
        assert serve_picture(Catalog([tmp_path]), style.name).shape[2] == 3
        if style.halo is not None:
            assert measure_tile_difference(path, -(-style.halo // style.multiple) * style.multiple) < 1e-5


def serve_picture(catalog: Catalog, name: str) -> np.ndarray:
    """A picture as people get it: of a photo, or out of noise."""
    if catalog.get(name).kind == "sampler":
        return sampler.sample_pictures(catalog, name, sampler.make_seed_codes([1]))[0]
    photo = np.random.default_rng(0).integers(0, 255, (70, 90, 3), np.uint8)
    picture = Engine(catalog).apply(name, photo)
    assert picture.shape == photo.shape
    return picture


def measure_tile_difference(path, halo: int) -> float:
    """The largest difference of a tile with its halo from the whole picture."""
    network = session.open_network(path, "fp32")
    size = 2 * halo + 96
    x = np.random.default_rng(0).uniform(-1, 1, (1, 3, size, size)).astype(np.float32)
    whole = network(x)[:, :, halo + 32 : halo + 64, halo + 32 : halo + 64]
    window = np.ascontiguousarray(x[:, :, 32 : 64 + 2 * halo, 32 : 64 + 2 * halo])
    tile = network(window)[:, :, halo : halo + 32, halo : halo + 32]
    return float(np.abs(whole - tile).max())


def test_minutes_become_a_fixed_number_of_steps_before_the_start(method, domains):
    recipe = recipes.override_settings(make_tiny_recipe(method, domains), ["schedule.steps=0", "schedule.minutes=0.02"])
    settled = loop.resolve_schedule(recipe)
    assert settled.schedule.steps >= 1
    assert loop.resolve_schedule(settled) == settled, "a second measurement must not change what was fixed"


def test_a_method_has_a_recipe_and_a_page_with_its_loss_and_its_source(method):
    pages = [path.read_text() for path in (ROOT / "docs" / "methods").glob("*.md")]
    (page,) = [page for page in pages if re.match(rf"# .*`{method}`", page)]
    assert re.search(r"^    L(_\w+)? = ", page, re.M) and "https://arxiv.org/abs/" in page
    found = [recipes.load_recipe(path).method for path in (ROOT / "recipes").rglob("*.toml")]
    assert method in found


def test_an_unknown_option_is_refused_by_naming_the_known_ones(method, domains):
    from ganvas.errors import BadRecipe

    with pytest.raises(BadRecipe, match=r"no setting 'speling'.*Known settings: "):
        recipes.override_settings(make_tiny_recipe(method, domains), ["options.speling=1"])
