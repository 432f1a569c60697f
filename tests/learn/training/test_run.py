"""The folder of a run: whose it is, that it can be begun in again, and that a full disk spoils nothing."""

import errno
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from ganvas.errors import BadData, BadRun
from ganvas.learn.training import loop
from ganvas.learn.training.run import Run
from tests.learn.conftest import SUBPROCESS_ENVIRONMENT, make_tiny_recipe, write_pictures

Folders = tuple[Path, Path]
HOLDS = """
import sys
from pathlib import Path
from ganvas.learn.training.run import Run
with Run(Path(sys.argv[1])).claim():
    print("mine", flush=True)
    sys.stdin.read()
"""


def test_a_run_that_failed_before_its_first_step_does_not_block_the_next(domains: Folders, tmp_path: Path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadData, match=r"No pictures in"):
        loop.start_training(make_tiny_recipe("house", (tmp_path / "empty", domains[1]), 2), tmp_path / "run")
    assert not (tmp_path / "run").exists(), "nothing was done, so nothing is left"
    loop.start_training(make_tiny_recipe("house", domains, 2), tmp_path / "run")
    assert Run(tmp_path / "run").load_checkpoint()["step"] == 2


def test_a_folder_in_which_no_step_was_written_is_begun_in_again(domains: Folders, tmp_path: Path):
    Run(tmp_path / "run").create(make_tiny_recipe("house", domains, 99))
    loop.start_training(make_tiny_recipe("house", domains, 2), tmp_path / "run")
    assert Run(tmp_path / "run").load_recipe().schedule.steps == 2


def test_what_a_folder_held_before_stays(domains: Folders, tmp_path: Path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "notes.txt").write_text("mine")
    loop.start_training(make_tiny_recipe("house", domains, 2), tmp_path / "run")
    assert (tmp_path / "run" / "notes.txt").read_text() == "mine"


def test_a_run_with_a_step_in_its_log_is_not_begun_in_again(domains: Folders, tmp_path: Path):
    run = Run(tmp_path / "run")
    run.create(make_tiny_recipe("house", domains, 2))
    run.append_log({"step": 0})
    with pytest.raises(BadRun, match=r"holds a run already.*ganvas resume"):
        loop.start_training(make_tiny_recipe("house", domains, 2), tmp_path / "run")


def test_two_processes_do_not_train_in_one_folder(domains: Folders, tmp_path: Path):
    run = tmp_path / "run"
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(run)],
        env=SUBPROCESS_ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None and other.stdout.readline() == "mine\n"
    with pytest.raises(BadRun, match=r"Another process trains in .*run"):
        loop.start_training(make_tiny_recipe("house", domains, 2), run)
    other.send_signal(signal.SIGKILL)
    other.communicate()
    loop.start_training(make_tiny_recipe("house", domains, 2), run)


@pytest.fixture
def small_disk() -> Iterator[None]:
    """Files can grow to 64 KiB in this process and no further, as on a disk that is full."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)


def test_no_room_for_a_checkpoint_leaves_the_last_one_whole(tmp_path: Path, small_disk: None):
    run = Run(tmp_path)
    run.save_checkpoint({"step": 1, "weights": torch.ones(100)})
    with pytest.raises(OSError):
        run.save_checkpoint({"step": 2, "weights": torch.ones(1 << 20)})
    assert run.load_checkpoint()["step"] == 1 and [path.name for path in tmp_path.iterdir()] == ["checkpoint.pt"]


@pytest.mark.parametrize("place", ["save_checkpoint", "append_log"])
def test_a_full_disk_is_told_and_the_run_goes_on_when_there_is_room(
    place: str, domains: Folders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    whole = loop.start_training(make_tiny_recipe("house", domains, 7), tmp_path / "whole")
    kept, calls = getattr(Run, place), []

    def write(*words: object) -> None:
        calls.append(words)
        if len(calls) > 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        kept(*words)

    with monkeypatch.context() as full:
        full.setattr(Run, place, write)
        with pytest.raises(BadRun, match=r"No space left on device\. The last checkpoint is whole\. Make room.*resume"):
            loop.start_training(make_tiny_recipe("house", domains, 7), tmp_path / "run")
    resumed = loop.resume_training(tmp_path / "run")
    assert torch.equal(whole.generator_trainer.network.leave.weight, resumed.generator_trainer.network.leave.weight)  # pyright: ignore


def test_a_run_in_a_folder_that_may_not_be_written_is_told(domains: Folders, tmp_path: Path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(BadRun, match=r"file.run cannot be written: Not a directory"):
        loop.start_training(make_tiny_recipe("house", domains, 2), tmp_path / "file" / "run")


def test_one_picture_each_is_enough_to_begin(tmp_path: Path):
    folders = write_pictures(tmp_path / "a", 1, 1), write_pictures(tmp_path / "b", 1, 2)
    assert loop.start_training(make_tiny_recipe("house", folders, 2), tmp_path / "run")


def test_a_watcher_that_has_gone_is_not_taken_for_a_full_disk(domains: Folders, tmp_path: Path):
    def watch(progress: loop.TrainingProgress) -> None:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    with pytest.raises(BrokenPipeError):
        loop.start_training(make_tiny_recipe("house", domains, 2), tmp_path / "run", watch)
