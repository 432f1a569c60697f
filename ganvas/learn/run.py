"""Run: the folder that a training writes. Knows files, and nothing of networks or losses.

recipe.toml        every setting, steps and threads resolved
log.jsonl          a line a logged step
checkpoint.pt      the state after some step: all that resuming needs
candidates/        the networks of steps that were scored on validation photos
samples/           sheets of fixed photos, one each so many steps
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from ganvas.errors import BadRun
from ganvas.learn import recipe as recipes
from ganvas.learn.recipe import Recipe


def candidate(step: int) -> str:
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
    def samples(self) -> Path:
        """Where the sheets are."""
        return self.folder / "samples"

    def start(self, recipe: Recipe) -> None:
        """Make the folder and write the recipe.

        Raises:
            BadRun: the folder holds a run already.
        """
        if self.recipe_path.exists():
            raise BadRun(f"{self.folder} holds a run already.", f"Go on with: ganvas resume {self.folder}")
        self.samples.mkdir(parents=True, exist_ok=True)
        recipes.save(recipe, self.folder / "recipe.new")
        os.replace(self.folder / "recipe.new", self.recipe_path)

    def recipe(self) -> Recipe:
        """The resolved recipe; a run from before there was a choice of precision was begun in bf16.

        Raises:
            BadRun: the folder holds no run.
        """
        if not self.recipe_path.exists():
            raise BadRun(f"{self.folder} holds no run.", "Give the folder that ganvas train wrote.")
        recipe = recipes.load(self.recipe_path)
        if recipe.schedule.precision == "auto":
            recipe = replace(recipe, schedule=replace(recipe.schedule, precision="bf16"))
        return recipe

    def save(self, state: Mapping[str, Any], name: str = "checkpoint.pt") -> None:
        """Write a checkpoint whole or not at all: to a new file, flushed to disk, renamed into place."""
        new = self.folder / f"{name}.new"
        new.parent.mkdir(exist_ok=True)
        with new.open("wb") as file:
            torch.save(dict(state), file)  # pyright: ignore[reportUnknownMemberType]
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, self.folder / name)

    def load(self, name: str = "checkpoint.pt") -> dict[str, Any]:
        """A checkpoint; tensors and plain data only, never code.

        Raises:
            BadRun: there is none.
        """
        path = self.folder / name
        if not path.exists():
            raise BadRun(f"{self.folder} has no {name} yet.", "Train until the first checkpoint is written.")
        return torch.load(path, weights_only=True, map_location="cpu")

    def trials(self) -> dict[int, dict[str, float]]:
        """The scores of each candidate, by the steps that it had learnt."""
        return {line["step"] + 1: line["trial"] for line in self.lines() if "trial" in line}

    def best(self) -> int | None:
        """The steps of the candidate that is best so far; None where there is none."""
        found = [line["best"] for line in self.lines() if "trial" in line]
        return found[-1] if found else None

    def step_of(self, checkpoint: str) -> int | None:
        """The steps of the candidate that ``best``, ``last`` or a number means; None means the newest checkpoint.

        Raises:
            BadRun: there is no candidate of that step.
        """
        if checkpoint == "last":
            return None
        if checkpoint == "best":
            return self.best()
        kept = sorted(self.trials())
        if checkpoint.isdecimal() and int(checkpoint) in kept:
            return int(checkpoint)
        right = f"Choose best, last{''.join(f', {step}' for step in kept)}."
        raise BadRun(f"{self.folder} has no candidate {checkpoint}.", right)

    def log(self, line: Mapping[str, Any]) -> None:
        """Append a line to the log."""
        with self.log_path.open("a") as file:
            file.write(json.dumps(line) + "\n")

    def lines(self) -> list[dict[str, Any]]:
        """The log's lines so far; one that is being written is left out."""
        if not self.log_path.exists():
            return []
        return [json.loads(line) for line in self.log_path.read_text().splitlines(True) if line.endswith("}\n")]

    def forget_after(self, step: int) -> None:
        """Drop the log's lines of steps that will be done again, half-written ones among them."""
        if not self.log_path.exists():
            return
        kept = [line for line in self.lines() if line["step"] < step]
        new = self.folder / "log.new"
        new.write_text("".join(json.dumps(line) + "\n" for line in kept))
        os.replace(new, self.log_path)
