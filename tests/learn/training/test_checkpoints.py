"""Candidates: which steps are tried, what is kept of them, and that a killed run chooses as a whole one does."""

import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch

from ganvas.engine import session
from ganvas.errors import BadRun
from ganvas.learn import recipe as recipes
from ganvas.learn.formats.onnx import export_run
from ganvas.learn.methods.protocol import TrainedGenerator
from ganvas.learn.recipe import Recipe, TrainingSchedule
from ganvas.learn.training import loop
from ganvas.learn.training.checkpoints import is_candidate_due
from ganvas.learn.training.report import render_run_report
from ganvas.learn.training.run import Run
from tests.learn.conftest import SUBPROCESS_ENVIRONMENT, make_tiny_recipe
from tests.learn.methods.test_contract import flatten_state, leaves_equal

STEPS = 8
KILLED_TRAINING_SCRIPT = """
import os, signal, sys
from pathlib import Path
from ganvas.learn import recipe
from ganvas.learn.training import loop
from tests.learn.training.test_checkpoints import BrightnessScorer
def watch(progress):
    if progress.step == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
loop.start_training(recipe.load_recipe(Path(sys.argv[1])), Path(sys.argv[2]), watch, BrightnessScorer())
"""


class BrightnessScorer:
    """Scores a network by what it makes of grey, drawing by chance as it goes; the middle one of its likes is best."""

    def score_generator(self, generator: TrainedGenerator) -> Mapping[str, float]:
        torch.rand(3)
        assert not generator.generator.training
        y = generator.generator(torch.zeros(1, 3, 32, 32))
        return {"style": float(y.mean()) * 100, "content": float(y.std())}

    def choose_best_step(self, scores: Mapping[int, Mapping[str, float]]) -> int:
        return sorted(scores, key=lambda step: scores[step]["style"])[len(scores) // 2]


def make_scored_recipe(domains: tuple[Path, Path], method: str = "house") -> Recipe:
    """A recipe whose second half is judged every step."""
    return recipes.override_settings(make_tiny_recipe(method, domains, STEPS), ["schedule.judge_every=1"])


@pytest.fixture(scope="module")
def run(domains: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A finished run with four candidates."""
    folder = tmp_path_factory.mktemp("judged") / "run"
    loop.start_training(make_scored_recipe(domains), folder, scorer=BrightnessScorer())
    return Run(folder)


@pytest.mark.parametrize(
    ("steps", "every", "tried"),
    [(80, 10, [50, 60, 70, 80]), (80, 30, [60, 80]), (3, 1, [2, 3]), (80, 100, [80]), (80, 0, [])],
)
def test_the_second_half_is_tried_and_always_the_last(steps: int, every: int, tried: list[int]):
    schedule = TrainingSchedule(steps=steps, judge_every=every)
    assert [done for done in range(1, steps + 1) if is_candidate_due(schedule, done)] == tried


def test_by_default_there_are_four_and_the_run_says_how_often(domains: tuple[Path, Path]):
    schedule = loop.resolve_schedule(make_tiny_recipe("house", domains, 4000)).schedule
    assert schedule.judge_every == 500
    assert sum(is_candidate_due(schedule, done) for done in range(4001)) == 4


def test_trying_changes_nothing_of_what_is_trained(run: Run, domains: tuple[Path, Path], tmp_path: Path):
    loop.start_training(make_scored_recipe(domains), tmp_path / "unjudged")
    ours, theirs = (
        flatten_state(run.load_checkpoint()["method"]),
        flatten_state(Run(tmp_path / "unjudged").load_checkpoint()["method"]),
    )
    assert [name for name in ours if not leaves_equal(ours[name], theirs[name])] == []
    assert Run(tmp_path / "unjudged").find_best_step() is None


@pytest.mark.parametrize("step", [5, 6, 7])
def test_a_killed_run_chooses_as_a_whole_one(run: Run, domains: tuple[Path, Path], tmp_path: Path, step: int):
    recipes.save_recipe(make_scored_recipe(domains), tmp_path / "recipe.toml")
    child = subprocess.run(
        [sys.executable, "-c", KILLED_TRAINING_SCRIPT, str(tmp_path / "recipe.toml"), str(tmp_path / "run"), str(step)],
        env=SUBPROCESS_ENVIRONMENT,
        check=False,
        capture_output=True,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()
    killed = Run(tmp_path / "run")
    loop.resume_training(killed.folder, scorer=BrightnessScorer())

    assert killed.read_candidate_scores() == run.read_candidate_scores() and list(killed.read_candidate_scores()) == [
        5,
        6,
        7,
        8,
    ]
    assert killed.find_best_step() == run.find_best_step()
    for name in ("checkpoint.pt", *(f"candidates/step-{kept:06d}.pt" for kept in run.read_candidate_scores())):
        ours, theirs = (flatten_state({**it.load_checkpoint(name), "seconds": 0}) for it in (run, killed))
        assert ours.keys() == theirs.keys()
        assert [leaf for leaf in ours if not leaves_equal(ours[leaf], theirs[leaf])] == [], name


def test_only_what_is_exported_is_kept(run: Run):
    whole, kept = (run.folder / name for name in ("checkpoint.pt", "candidates/step-000005.pt"))
    assert kept.stat().st_size < whole.stat().st_size / 2
    assert not list(run.folder.rglob("*.new"))


def stylise_grey(path: Path) -> np.ndarray:
    """What a style file makes of grey."""
    return session.open_network(path, "fp32")(np.zeros((1, 3, 64, 64), np.float32))


def test_the_best_is_exported_unless_another_is_asked_for(run: Run, tmp_path: Path):
    paths = {name: tmp_path / f"{name}.onnx" for name in ("best", "last", "5")}
    made = {name: export_run(run.folder, path, name)[0].made for name, path in paths.items()}
    best = run.find_best_step()
    assert best not in (5, STEPS)
    assert {name: about["steps"] for name, about in made.items()} == {"best": best, "last": STEPS, "5": 5}
    assert all(about["best"] == best and list(about["validation"]) == ["5", "6", "7", "8"] for about in made.values())
    assert made["best"]["pictures"] == 2 * best
    assert np.abs(stylise_grey(paths["best"]) - stylise_grey(paths["last"])).max() > 0


def test_of_a_run_that_was_not_judged_the_last_is_exported(run: Run, domains: tuple[Path, Path], tmp_path: Path):
    loop.start_training(make_tiny_recipe("house", domains, 2), tmp_path / "run")
    made = export_run(tmp_path / "run", tmp_path / "tiny.onnx")[0].made
    assert made["steps"] == 2 and "validation" not in made


@pytest.mark.parametrize("checkpoint", ["4", "first", "-1"])
def test_a_step_that_was_not_kept_is_refused_by_naming_those_that_were(run: Run, tmp_path: Path, checkpoint: str):
    with pytest.raises(BadRun, match=r"Choose best, last, 5, 6, 7, 8"):
        export_run(run.folder, tmp_path / "no.onnx", checkpoint)


def test_both_networks_of_a_method_are_kept_and_exported(domains: tuple[Path, Path], tmp_path: Path):
    loop.start_training(make_scored_recipe(domains, "cyclegan"), tmp_path / "run", scorer=BrightnessScorer())
    styles = export_run(tmp_path / "run", tmp_path / "tiny.onnx", "6")
    assert [style.name for style in styles] == ["tiny", "tiny-reverse"]
    assert {style.made["steps"] for style in styles} == {6}


def test_a_sampler_takes_no_photos_so_it_is_not_tried(domains: tuple[Path, Path], tmp_path: Path):
    loop.start_training(make_scored_recipe(domains, "dcgan"), tmp_path / "run", scorer=BrightnessScorer())
    assert Run(tmp_path / "run").read_candidate_scores() == {}


def test_the_report_names_the_best_and_the_last(run: Run):
    page = render_run_report(run)
    assert ">best<" in page and ">last<" in page and "smallest sum of ranks" in page
    assert page.count("<tr><td>") == 4
    assert "<polyline" in page


def test_a_watcher_hears_of_candidates(domains: tuple[Path, Path], tmp_path: Path):
    heard: list[loop.TrainingProgress] = []
    loop.start_training(make_scored_recipe(domains), tmp_path / "run", heard.append, BrightnessScorer())
    assert [len(progress.choice.trials) for progress in heard] == [0, 0, 0, 0, 1, 2, 3, 4]
    assert heard[-1].choice.best == Run(tmp_path / "run").find_best_step()
