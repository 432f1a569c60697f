"""A healthy run of each method on real pictures learns, and hears no alarm: one that rings then is switched off."""

from pathlib import Path
from typing import Any

import pytest

from ganvas.learn import recipe as recipes
from ganvas.learn.methods import METHODS
from ganvas.learn.training import loop
from ganvas.learn.training.run import Run

MAX_PICTURES = 40
COMPARED_LINES = 5  # lines of the log
STEPS_BY_RUN = {"house on Monet": 200}  # the warm start takes its part of them
PATCH_ADVERSARY = {"discriminator": {"network": "patch16", "channels": 8}}
LOCAL_SIZES = {"channels": [8, 16, 24], "blocks": 2}
# Method, folders of photos and of art, how crops are cut, and options that make the networks small.
RUNS: dict[str, tuple[str, str, str, dict[str, Any], dict[str, Any]]] = {
    "house on Monet": (
        "house", "photos", "monet", {"source_edge": 256, "target_edge": 256, "crop": 64, "batch": 2},
        {
            "generator": {"channels": [16, 32, 64], "blocks": 2}, "layers": ["/1_2", "/2_2"], "width": 8,
            "content_layers": ["/2_2"], "warm_steps": 60, "neighbours": 1.0, "content": 0.05,
        },
    ),
    "fastcut on prints": (
        "fastcut", "photos", "ukiyoe", {"source_edge": 160, "target_edge": 160, "crop": 64, "batch": 2},
        {"generator": {"network": "local", "local": LOCAL_SIZES}, "adversary": PATCH_ADVERSARY, "places": 64},
    ),
    "cut on Monet": (
        "cut", "photos", "monet", {"source_edge": 160, "target_edge": 160, "crop": 48, "batch": 2},
        {
            "generator": {"network": "local", "local": LOCAL_SIZES}, "adversary": PATCH_ADVERSARY, "places": 64,
            "descent": {"generator_rate": 4e-4},
        },
    ),
    "cyclegan on Van Gogh": (
        "cyclegan", "photos", "vangogh", {"source_edge": 160, "target_edge": 160, "crop": 48, "batch": 2},
        {
            "generator": {"network": "local", "local": LOCAL_SIZES}, "adversary": PATCH_ADVERSARY | {"pool": 8},
            "descent": {"generator_rate": 1e-3},
        },
    ),
    "house-pairs on figures": (
        "house-pairs", "openmoji/train/A", "openmoji/train/B",
        {"source_edge": 64, "target_edge": 64, "crop": 64, "batch": 4, "pairs": "names", "zoom": [1.0, 1.0]},
        {
            "generator": {"network": "local", "local": LOCAL_SIZES | {"skips": True, "far": 1}}, "like": ["/2_2"],
            "adversary": {"discriminator": {"network": "projected", "layers": ["/1_2"], "width": 8}},
        },
    ),
    "pix2pix on figures": (
        "pix2pix", "openmoji/train/A", "openmoji/train/B",
        {"source_edge": 64, "target_edge": 64, "crop": 64, "batch": 4, "pairs": "names", "zoom": [1.0, 1.0]},
        {"generator": {"depth": 5, "channels": 12}, "adversary": PATCH_ADVERSARY, "descent": {"generator_rate": 1e-3}},
    ),
    "dcgan on fruit": (
        "dcgan", "", "watercolor-usda", {"target_edge": 48, "crop": 28, "batch": 16, "zoom": [0.8, 1.0]},
        {
            "generator": {"channels": 16, "size": 28, "noise": 32},
            "adversary": {"discriminator": {"network": "dcgan", "channels": 16, "size": 28}},
            "descent": {"generator_rate": 1e-3, "discriminator_rate": 5e-4},
        },
    ),
}  # fmt: skip
# The loss that says whether it learns, and what it is at most at the end, of what it was at first.
FALLING_LOSSES = {
    "house on Monet": ("neighbours", 0.9),
    "fastcut on prints": ("contrast", 0.9),
    "cut on Monet": ("contrast", 0.9),
    "cyclegan on Van Gogh": ("cycle", 0.9),
    "house-pairs on figures": ("distance", 0.7),
    "pix2pix on figures": ("distance", 0.7),
    "dcgan on fruit": ("adversarial", 5.0),
}


def link_some_pictures(folder: Path, into: Path) -> str:
    """A folder with links to TAKEN pictures of another, evenly through its names, which stay."""
    into.mkdir(parents=True)
    paths = sorted(path for path in folder.iterdir() if path.suffix in {".jpg", ".png"})
    for path in paths[:: max(1, len(paths) // MAX_PICTURES)][:MAX_PICTURES]:
        (into / path.name).symlink_to(path.resolve())
    return str(into)


def train_and_read_log(name: str, steps: int, data_sets: Path, folder: Path) -> list[dict[str, Any]]:
    """The log of a run of so many steps."""
    method, photos, art, data, options = RUNS[name]
    folders = {"target": link_some_pictures(data_sets / art, folder / "art")}
    if photos:
        folders["source"] = link_some_pictures(data_sets / photos, folder / "photos")
    every = dict.fromkeys(("steps", "checkpoint_every", "sample_every"), steps) | {"threads": 1}
    every |= {"examine_every": steps // 5}
    plain = {"name": "healthy", "method": method, "data": {**folders, **data}, "schedule": every, "options": options}
    loop.start_training(recipes.build_recipe(plain), folder / "run")
    return Run(folder / "run").read_log()


def select_diagnoses(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the doctor said."""
    return [line for line in lines if "diagnosis" in line]


def measure_loss_ratio(lines: list[dict[str, Any]], loss: str) -> float:
    """A loss in the last lines of the log, of what it was in the first ones."""
    values = [line[loss] for line in lines if loss in line]
    return (sum(values[-COMPARED_LINES:]) / COMPARED_LINES) / (sum(values[:COMPARED_LINES]) / COMPARED_LINES)


@pytest.mark.parametrize("name", RUNS)
def test_a_healthy_run_on_real_pictures_learns_and_hears_no_alarm(name, data_sets, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "LOG_EVERY", 4)
    lines = train_and_read_log(name, STEPS_BY_RUN.get(name, 150), data_sets, tmp_path)
    assert select_diagnoses(lines) == []
    loss, most = FALLING_LOSSES[name]
    assert measure_loss_ratio(lines, loss) < most


def test_every_method_has_a_healthy_run():
    assert {run[0] for run in RUNS.values()} == set(METHODS) and RUNS.keys() == FALLING_LOSSES.keys()


@pytest.mark.soak
@pytest.mark.parametrize("name", RUNS)
def test_a_long_healthy_run_hears_no_alarm(name, data_sets, tmp_path):
    assert select_diagnoses(train_and_read_log(name, 2000, data_sets, tmp_path)) == []
