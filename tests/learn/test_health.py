"""Four healthy runs on real pictures hear no alarm: an alarm that rings in healthy runs is switched off."""

from pathlib import Path
from typing import Any

import pytest

from ganvas.learn import loop
from ganvas.learn import recipe as recipes
from ganvas.learn.run import Run

TAKEN = 40
STEPS = {"house on Monet": 200}  # the warm start takes its part of them
PATCHES = {"discriminator": {"network": "patch16", "channels": 8}}
LOCAL = {"channels": [8, 16, 24], "blocks": 2}
# Method, folders of photos and of art, how crops are cut, and options that make the networks small.
RUNS: dict[str, tuple[str, str, str, dict[str, Any], dict[str, Any]]] = {
    "house on Monet": (
        "house", "photos", "monet", {"source_edge": 256, "target_edge": 256, "crop": 64, "batch": 2},
        {
            "generator": {"channels": [16, 32, 64], "blocks": 2}, "layers": ["/1_2", "/2_2"], "width": 8,
            "content_layers": ["/2_2"], "warm_steps": 60,
        },
    ),
    "fastcut on prints": (
        "fastcut", "photos", "ukiyoe", {"source_edge": 160, "target_edge": 160, "crop": 64, "batch": 2},
        {"generator": {"network": "local", "local": LOCAL}, "adversary": PATCHES, "places": 64},
    ),
    "pix2pix on figures": (
        "pix2pix", "openmoji/train/A", "openmoji/train/B",
        {"source_edge": 64, "target_edge": 64, "crop": 64, "batch": 4, "pairs": "names", "zoom": [1.0, 1.0]},
        {"generator": {"depth": 5, "channels": 12}, "adversary": PATCHES, "descent": {"generator_rate": 1e-3}},
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


def some(folder: Path, into: Path) -> str:
    """A folder with links to TAKEN pictures of another, evenly through its names, which stay."""
    into.mkdir(parents=True)
    paths = sorted(path for path in folder.iterdir() if path.suffix in {".jpg", ".png"})
    for path in paths[:: max(1, len(paths) // TAKEN)][:TAKEN]:
        (into / path.name).symlink_to(path.resolve())
    return str(into)


def alarms(name: str, steps: int, data_sets: Path, folder: Path) -> list[dict[str, Any]]:
    """What the doctor says of a run of so many steps."""
    method, photos, art, data, options = RUNS[name]
    folders = {"target": some(data_sets / art, folder / "art")}
    if photos:
        folders["source"] = some(data_sets / photos, folder / "photos")
    every = dict.fromkeys(("steps", "checkpoint_every", "sample_every"), steps) | {"threads": 1}
    every |= {"examine_every": steps // 5}
    plain = {"name": "healthy", "method": method, "data": {**folders, **data}, "schedule": every, "options": options}
    loop.train(recipes.build(plain), folder / "run")
    return [line for line in Run(folder / "run").lines() if "diagnosis" in line]


@pytest.mark.parametrize("name", RUNS)
def test_a_healthy_run_on_real_pictures_hears_no_alarm(name, data_sets, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "LOG_EVERY", 4)
    assert alarms(name, STEPS.get(name, 150), data_sets, tmp_path) == []


@pytest.mark.soak
@pytest.mark.parametrize("name", RUNS)
def test_a_long_healthy_run_hears_no_alarm(name, data_sets, tmp_path):
    assert alarms(name, 2000, data_sets, tmp_path) == []
