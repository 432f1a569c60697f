"""The folder of a training run: recipe, log, checkpoints, samples.

recipe.toml        every setting, steps and threads resolved
log.jsonl          a line a logged step
checkpoint.pt      the state after some step: all that resuming needs
candidates/        the networks of steps that were scored on validation photos
samples/           sheets of fixed photos, one each so many steps
"""

import errno
import fcntl
import json
import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import torch

from ganvas.errors import BadRun
from ganvas.learn import recipe as recipes
from ganvas.learn.recipe import Recipe


@contextmanager
def lock(folder: Path) -> Generator[None]:
    """Hold a folder against other processes; released when this one ends, however it ends. Raises BadRun."""
    place = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(place)
        raise BadRun(f"Another process trains in {folder}.", "Wait for it, or stop it first.") from None
    except OSError:
        pass  # a file system without locks
    try:
        yield
    finally:
        os.close(place)


def write_state(state: Mapping[str, Any], file: BinaryIO) -> None:
    """A checkpoint into an open file. Raises OSError where it cannot be written."""
    try:
        torch.save(dict(state), file)  # pyright: ignore[reportUnknownMemberType]
    except RuntimeError as error:  # torch's own writer tells a full disk so
        raise OSError(errno.EIO, "the checkpoint was not taken, most often for want of room") from error


def flush_names(folder: Path) -> None:
    """Have the new name of a file on the disk, too."""
    place = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)


def format_candidate_path(step: int) -> str:
    """Where, within a run, the networks of a step are kept that may become the style."""
    return f"candidates/step-{step:06d}.pt"


@dataclass(frozen=True)
class Run:
    """One training's folder."""

    folder: Path

    @property
    def recipe_path(self) -> Path:
        """Where the resolved recipe is."""
        return self.folder / "recipe.toml"

    @property
    def log_path(self) -> Path:
        """Where the log is."""
        return self.folder / "log.jsonl"

    @property
    def checkpoint_path(self) -> Path:
        """Where the newest checkpoint is."""
        return self.folder / "checkpoint.pt"

    @property
    def samples_folder(self) -> Path:
        """Where the sheets are."""
        return self.folder / "samples"

    @property
    def begun(self) -> bool:
        """Whether a step was written: a folder in which none was may be begun in again."""
        kept = [*self.folder.glob("candidates/*"), *self.samples_folder.glob("*")]
        return self.checkpoint_path.exists() or bool(kept) or bool(self.read_log())

    def refuse_begun(self) -> None:
        """Raise BadRun where the folder holds a run already."""
        if self.begun:
            raise BadRun(f"{self.folder} holds a run already.", f"Go on with: ganvas resume {self.folder}")

    @contextmanager
    def claim(self) -> Generator[None]:
        """Have the folder to oneself within; one that is still empty behind it goes again.

        Raises:
            BadRun: another process trains in it, or it cannot be written: a full disk, most often.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with lock(self.folder):
                yield
        except BrokenPipeError:  # who watches has gone: that is not the disk
            raise
        except OSError as error:
            what = f"{self.folder} cannot be written: {error.strerror or error}."
            kept = " The last checkpoint is whole." if self.checkpoint_path.exists() else ""
            right = f"Make room, or give a folder that may be written; then go on with: ganvas resume {self.folder}"
            raise BadRun(what + kept, right) from error
        finally:
            with suppress(OSError):
                self.folder.rmdir()

    def create(self, recipe: Recipe) -> None:
        """Write the recipe.

        Raises:
            BadRun: the folder holds a run already.
        """
        self.refuse_begun()
        self.samples_folder.mkdir(parents=True, exist_ok=True)
        recipes.save_recipe(recipe, self.folder / "recipe.new")
        os.replace(self.folder / "recipe.new", self.recipe_path)

    def load_recipe(self) -> Recipe:
        """The resolved recipe; a run from before there was a choice of precision was begun in bf16.

        Raises:
            BadRun: the folder holds no run.
        """
        if not self.recipe_path.exists():
            raise BadRun(f"{self.folder} holds no run.", "Give the folder that ganvas train wrote.")
        recipe = recipes.load_recipe(self.recipe_path)
        if recipe.schedule.precision == "auto":
            recipe = replace(recipe, schedule=replace(recipe.schedule, precision="bf16"))
        return recipe

    def save_checkpoint(self, state: Mapping[str, Any], name: str = "checkpoint.pt") -> None:
        """Write a checkpoint whole or not at all: to a new file, flushed to disk, renamed into place.

        Raises OSError where there is no room; the one from before is whole then, and nothing half-written stays.
        """
        new = self.folder / f"{name}.new"
        new.parent.mkdir(exist_ok=True)
        try:
            with new.open("wb") as file:
                write_state(state, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(new, self.folder / name)
            flush_names(new.parent)
        finally:
            new.unlink(missing_ok=True)

    def load_checkpoint(self, name: str = "checkpoint.pt") -> dict[str, Any]:
        """A checkpoint; tensors and plain data only, never code.

        Raises:
            BadRun: there is none.
        """
        path = self.folder / name
        if not path.exists():
            raise BadRun(f"{self.folder} has no {name} yet.", "Train until the first checkpoint is written.")
        return torch.load(path, weights_only=True, map_location="cpu")

    def read_candidate_scores(self) -> dict[int, dict[str, float]]:
        """The scores of each candidate, by the steps that it had learnt."""
        return {line["step"] + 1: line["trial"] for line in self.read_log() if "trial" in line}

    def find_best_step(self) -> int | None:
        """The steps of the candidate that is best so far; None where there is none."""
        found = [line["best"] for line in self.read_log() if "trial" in line]
        return found[-1] if found else None

    def resolve_checkpoint(self, checkpoint: str) -> int | None:
        """The steps of the candidate that ``best``, ``last`` or a number means; None means the newest checkpoint.

        Raises:
            BadRun: there is no candidate of that step.
        """
        if checkpoint == "last":
            return None
        if checkpoint == "best":
            return self.find_best_step()
        kept = sorted(self.read_candidate_scores())
        if checkpoint.isdecimal() and int(checkpoint) in kept:
            return int(checkpoint)
        right = f"Choose best, last{''.join(f', {step}' for step in kept)}."
        raise BadRun(f"{self.folder} has no candidate {checkpoint}.", right)

    def append_log(self, line: Mapping[str, Any]) -> None:
        """Append a line to the log."""
        with self.log_path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def read_log(self) -> list[dict[str, Any]]:
        """The log's lines so far; one that is being written is left out."""
        if not self.log_path.exists():
            return []
        return [json.loads(line) for line in self.log_path.read_text().splitlines(True) if line.endswith("}\n")]

    def truncate_log(self, step: int) -> None:
        """Drop the log's lines of steps that will be done again, half-written ones among them."""
        if not self.log_path.exists():
            return
        kept = [line for line in self.read_log() if line["step"] < step]
        new = self.folder / "log.new"
        new.write_text("".join(json.dumps(line) + "\n" for line in kept))
        os.replace(new, self.log_path)
