import json
import math
import os
import signal
import subprocess
import sys
import time
from itertools import pairwise

import pytest
import torch

from ganvas.errors import BadRun, GanvasError
from ganvas.learn import recipe as recipes
from ganvas.learn.methods import METHODS
from ganvas.learn.methods.house import HouseMethod
from ganvas.learn.training import loop
from ganvas.learn.training.run import Run
from tests.learn.conftest import SUBPROCESS_ENVIRONMENT, make_tiny_recipe

GANVAS_SCRIPT = "from ganvas.cli import main; main()"


def test_a_killed_ganvas_train_goes_on_with_its_log_whole(domains, tmp_path):
    recipes.save_recipe(make_tiny_recipe("house", domains, 100_000), tmp_path / "recipe.toml")
    run = tmp_path / "run"
    child = subprocess.Popen(
        [sys.executable, "-c", GANVAS_SCRIPT, "train", str(tmp_path / "recipe.toml"), "--run", str(run)],
        env=SUBPROCESS_ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not (run / "checkpoint.pt").exists() and child.poll() is None:
        time.sleep(0.02)
    time.sleep(0.2)
    os.kill(child.pid, signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    with (run / "log.jsonl").open("a") as log:
        log.write('{"step": 99, "half-wri')

    done = Run(run).load_checkpoint()["step"]
    assert done >= 3
    text = (run / "recipe.toml").read_text()
    (run / "recipe.toml").write_text(text.replace("steps = 100000", f"steps = {done + 25}"))
    loop.resume_training(run)
    steps = [line["step"] for line in Run(run).read_log()]
    assert steps == sorted(set(steps)) and steps[-1] == done + 24


def test_the_run_says_all_that_decided_it(domains, tmp_path):
    recipe = recipes.override_settings(make_tiny_recipe("house", domains, 2), ["schedule.threads=0"])
    loop.start_training(recipe, tmp_path / "run")
    written = Run(tmp_path / "run").load_recipe()
    assert written.schedule.threads > 0 and written.options.generator_rate > 0


def test_a_run_does_not_start_on_top_of_another(domains, tmp_path):
    loop.start_training(make_tiny_recipe("house", domains, 2), tmp_path / "run")
    with pytest.raises(BadRun, match=r"holds a run already.*ganvas resume"):
        loop.start_training(make_tiny_recipe("house", domains, 2), tmp_path / "run")


def test_resuming_what_is_no_run_says_so(tmp_path):
    with pytest.raises(BadRun, match=r"holds no run"):
        loop.resume_training(tmp_path)


def test_resuming_a_finished_run_changes_nothing(domains, tmp_path):
    first = loop.start_training(make_tiny_recipe("house", domains, 3), tmp_path / "run")
    again = loop.resume_training(tmp_path / "run")
    assert torch.equal(first.generator_trainer.network.leave.weight, again.generator_trainer.network.leave.weight)
    assert len(Run(tmp_path / "run").read_log()) == 2


class DivergingHouse(HouseMethod):
    """The house method, but its content loss overflows."""

    def train_step(self, batch, rate):
        return {**super().train_step(batch, rate), "content": torch.tensor(math.inf)}


def test_a_loss_that_is_not_finite_stops_the_run_with_advice(domains, tmp_path, monkeypatch):
    recipe = make_tiny_recipe("house", domains, 3)
    monkeypatch.setitem(METHODS, "house", DivergingHouse)
    with pytest.raises(GanvasError, match=r"loss is (nan|inf).*Lower the learning rates"):
        loop.start_training(recipe, tmp_path / "run")


def test_the_rate_is_full_then_falls_to_nothing():
    rates = [loop.compute_rate_factor(step, 100, 0.5) for step in range(101)]
    assert rates[:51] == [1.0] * 51 and rates[100] == pytest.approx(0)
    assert all(later <= earlier for earlier, later in pairwise(rates))


def test_a_watcher_hears_every_step_and_of_the_sheet(domains, tmp_path):
    heard = []
    loop.start_training(
        recipes.override_settings(make_tiny_recipe("house", domains, 4), ["schedule.sample_every=2"]),
        tmp_path / "run",
        heard.append,
    )
    assert [progress.step for progress in heard] == [1, 2, 3, 4]
    assert heard[-1].sheet == tmp_path / "run" / "samples" / "step-000004.jpg" and heard[-1].sheet.exists()
    assert json.dumps(heard[-1].losses)
