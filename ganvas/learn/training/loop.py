"""The training loop: steps, checkpoints, samples and the log."""

import dataclasses
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ganvas.errors import GanvasError
from ganvas.learn.data.batches import BatchPrefetcher, make_batch_sampler
from ganvas.learn.data.readable import open_pictures
from ganvas.learn.methods import METHODS
from ganvas.learn.methods.protocol import Method, TrainingBatch
from ganvas.learn.recipe import Recipe
from ganvas.learn.training.checkpoints import (
    NO_SELECTION,
    CheckpointScorer,
    CheckpointSelection,
    is_candidate_due,
    score_candidate,
)
from ganvas.learn.training.diagnosis import RunDoctor
from ganvas.learn.training.pace import Chosen, Stopwatch, choose_precision
from ganvas.learn.training.run import Run
from ganvas.learn.training.samples import SampleSheet

LOG_EVERY = 20
CALIBRATION_BATCHES = 8
CANDIDATE_INTERVALS = 8  # an eighth of the steps lies between two; those of the first half are none


@dataclass(frozen=True)
class TrainingProgress:
    """What a watcher is told after a step; losses are those of the last logged step."""

    step: int
    steps: int
    losses: dict[str, float]
    pictures_per_second: float
    seconds_left: float
    sheet: Path | None = None
    diagnoses: tuple[str, ...] = ()
    choice: CheckpointSelection = NO_SELECTION


ProgressCallback = Callable[[TrainingProgress], None]
Tell = Callable[[str], None]


def ignore_progress(progress: TrainingProgress) -> None:
    """Watch nothing."""


def tell_nobody(text: str) -> None:
    """Say nothing."""


def start_training(
    recipe: Recipe,
    run: Path,
    on_step: ProgressCallback = ignore_progress,
    scorer: CheckpointScorer | None = None,
    tell: Tell = tell_nobody,
) -> Method:
    """Train by the recipe into a new run folder and return the method at the end; ``critic`` scores candidates.

    ``tell`` is told in sentences, before the first step, what was chosen and what was left out.

    Raises:
        BadRun: the folder holds a run already, another process trains in it, or it cannot be written.
        BadData: a folder of pictures cannot be used; nothing was written then.
    """
    folder = Run(run)
    with folder.claim():
        folder.refuse_begun()
        recipe = announce_precision(recipe, tell)
        folder.create(recipe)
        return run_training(recipe, folder, on_step, scorer)


def resume_training(
    run: Path,
    on_step: ProgressCallback = ignore_progress,
    scorer: CheckpointScorer | None = None,
    tell: Tell = tell_nobody,
) -> Method:
    """Go on with a run from its newest checkpoint, bit for bit as if it had never stopped.

    Raises:
        BadRun: the folder holds no run.
    """
    folder, recipe = Run(run), Run(run).load_recipe()
    with folder.claim():
        return run_training(announce_precision(recipe, tell), folder, on_step, scorer)


def announce_precision(recipe: Recipe, tell: Tell) -> Recipe:
    """The settled recipe, after all of its pictures were looked at; what was chosen and left out is told."""
    recipe = resolve_schedule(recipe, tell)
    for note in open_pictures(recipe.data).notes:
        tell(note)
    return recipe


def resolve_schedule(recipe: Recipe, tell: Tell = tell_nobody) -> Recipe:
    """The recipe with its precision chosen, and threads, steps and candidates as numbers.

    A short measurement says which precision is quicker, where the processor leaves a choice, and turns minutes into
    steps.
    """
    recipe = resolve_threads(recipe)
    stopwatch, schedule = make_stopwatch(recipe), recipe.schedule
    chosen = find_precision(recipe, stopwatch)
    tell(str(chosen))
    steps = schedule.steps or max(1, round(schedule.minutes * 60 / stopwatch.seconds(chosen.precision)))
    every = schedule.judge_every if schedule.judge_every >= 0 else max(1, steps // CANDIDATE_INTERVALS)
    schedule = dataclasses.replace(schedule, steps=steps, judge_every=every, precision=chosen.precision)
    return dataclasses.replace(recipe, schedule=schedule)


def resolve_threads(recipe: Recipe) -> Recipe:
    """The recipe with its threads as a number."""
    schedule = recipe.schedule
    schedule = dataclasses.replace(schedule, threads=schedule.threads or torch.get_num_threads())
    return dataclasses.replace(recipe, schedule=schedule)


def measure_pace(recipe: Recipe) -> tuple[float, Chosen]:
    """The seconds of a learning step on this machine, measured on throw-away networks; the precision, and why."""
    stopwatch = make_stopwatch(recipe)
    chosen = find_precision(recipe, stopwatch)
    return stopwatch.seconds(chosen.precision), chosen


def find_precision(recipe: Recipe, stopwatch: Stopwatch) -> Chosen:
    """What the recipe's steps are to compute in."""
    descent = getattr(recipe.options, "descent", None)
    return choose_precision(recipe.schedule.precision, getattr(descent, "bf16", True), stopwatch)


def make_stopwatch(recipe: Recipe) -> Stopwatch:
    """Times steps of the recipe."""

    def build() -> tuple[Method, Callable[[int], TrainingBatch]]:
        torch.set_num_threads(recipe.schedule.threads)
        batch_at = make_batch_function(recipe)
        return create_method(recipe, batch_at), batch_at

    return Stopwatch(build)


def make_batch_function(recipe: Recipe) -> Callable[[int], TrainingBatch]:
    """The function from a step to its batch, over the training part of both folders, without what cannot be read."""
    found = open_pictures(recipe.data)
    return make_batch_sampler(found.source, found.target, recipe.data, recipe.seed, found.beside)


def create_method(recipe: Recipe, batch_at: Callable[[int], TrainingBatch]) -> Method:
    """The method as it is before the first step."""
    torch.manual_seed(recipe.seed)
    method = METHODS[recipe.method](recipe.options)  # pyright: ignore
    method.precision = "bf16" if recipe.schedule.precision == "bf16" else "fp32"
    method.calibrate([batch_at(step) for step in range(CALIBRATION_BATCHES)])
    return method


def compute_rate_factor(step: int, steps: int, decay_from: float) -> float:
    """What the learning rates are multiplied by: 1, then from ``decay_from`` of the way a half cosine to 0."""
    begin = decay_from * steps
    if step <= begin:
        return 1.0
    return 0.5 * (1 + math.cos(math.pi * (step - begin) / max(steps - begin, 1)))


def run_training(recipe: Recipe, run: Run, on_step: ProgressCallback, scorer: CheckpointScorer | None) -> Method:
    """From the newest checkpoint, or the beginning, to the last step."""
    schedule = recipe.schedule
    torch.set_num_threads(schedule.threads)
    batch_at = make_batch_function(recipe)
    method, doctor = create_method(recipe, batch_at), RunDoctor(recipe)
    step, spent = restore_checkpoint(method, doctor, run)
    ahead, sheet, clock = (
        BatchPrefetcher(batch_at),
        SampleSheet(recipe, run.samples_folder),
        ProgressTracker(recipe, spent),
    )
    clock.selection = CheckpointSelection(run.read_candidate_scores(), run.find_best_step())
    while step < schedule.steps:
        # Whatever a method draws by chance depends on the step alone, as the batch does.
        torch.manual_seed(recipe.seed * 1_000_003 + step)
        losses = method.train_step(
            ahead(step), compute_rate_factor(step, schedule.steps, schedule.decay_from) * doctor.rate_factor
        )

        # The log, now and then, and always at the end: turning losses into numbers waits for them.
        done = step + 1
        logging, saving = step % LOG_EVERY == 0, done % schedule.checkpoint_every == 0 or done == schedule.steps
        judging = scorer is not None and is_candidate_due(schedule, done)
        try:
            clock.losses = check_finite_losses(losses, method, step) if logging or saving or judging else clock.losses
        except GanvasError:
            if not doctor.request_rollback():
                raise
            method = create_method(recipe, batch_at)
            step = roll_back_to_checkpoint(method, doctor, run, step)
            continue

        # The doctor looks before the checkpoint is written, so that a resumed run knows what was done.
        if logging or done == schedule.steps:
            doctor.record_losses(clock.losses)
            run.append_log({"step": step, **clock.losses, "seconds": round(clock.measure_elapsed(), 2)})
        if schedule.doctor != "off" and done % schedule.examine_every == 0:
            for diagnosis in doctor.examine(method, step):
                run.append_log({"step": step, **diagnosis.to_log_entry()})
                clock.diagnoses = (*clock.diagnoses, diagnosis.what)
        if done % schedule.sample_every == 0 or done == schedule.steps:
            clock.sheet = sheet.write_sheet(method, done)

        # A candidate is kept before the checkpoint is: what is done after a checkpoint is done again by a resumed run.
        if scorer is not None and judging:
            clock.selection = score_candidate(run, scorer, method, done, clock.measure_elapsed())
        if saving:
            state = {"method": method.state_dict(), "doctor": doctor.state_dict()}
            run.save_checkpoint({"step": done, "seconds": clock.measure_elapsed(), **state})
        step = done
        on_step(clock.report_progress(done))
    return method


def restore_checkpoint(method: Method, doctor: RunDoctor, run: Run) -> tuple[int, float]:
    """Load the newest checkpoint into the method; the step to go on with and the seconds spent until then."""
    state: dict[str, Any] = run.load_checkpoint() if run.checkpoint_path.exists() else {"step": 0, "seconds": 0.0}
    if "method" in state:
        method.load_state_dict(state["method"])
        doctor.load_state_dict(state.get("doctor", {}), method)
    run.truncate_log(state["step"])
    return state["step"], state["seconds"]


def roll_back_to_checkpoint(method: Method, doctor: RunDoctor, run: Run, step: int) -> int:
    """Put the fresh method where the last checkpoint was, slower from there; the step to go on with."""
    diagnosis, rate = doctor.diagnose_divergence(step), doctor.rate_factor
    first, _ = restore_checkpoint(method, doctor, run)
    doctor.rate_factor = rate
    run.append_log({"step": max(first - 1, 0), **diagnosis.to_log_entry()})
    return first


def check_finite_losses(losses: dict[str, torch.Tensor], method: Method, step: int) -> dict[str, float]:
    """The losses as numbers.

    Raises:
        GanvasError: one, or a weight, is not finite; the last checkpoint is from before.
    """
    numbers = {name: round(float(value), 6) for name, value in losses.items()}
    for name, value in numbers.items():
        if not math.isfinite(value):
            raise GanvasError(f"The {name} loss is {value} at step {step}.", "Lower the learning rates and resume.")
    weights = [weight for product in method.list_generators() for weight in product.generator.parameters()]
    if not all(bool(weight.isfinite().all()) for weight in weights):
        raise GanvasError(f"A weight is not finite at step {step}.", "Lower the learning rates and resume.")
    return numbers


class ProgressTracker:
    """Turns steps into pictures per second and time left."""

    def __init__(self, recipe: Recipe, elapsed: float) -> None:
        self.batch_size, self.steps = recipe.data.batch, recipe.schedule.steps
        self.start_time = time.perf_counter() - elapsed
        self.recent_steps: list[tuple[int, float]] = []
        self.losses: dict[str, float] = {}
        self.sheet: Path | None = None
        self.diagnoses: tuple[str, ...] = ()
        self.selection = NO_SELECTION

    def measure_elapsed(self) -> float:
        """Spent on the run so far, time between kill and resume left out."""
        return time.perf_counter() - self.start_time

    def report_progress(self, done: int) -> TrainingProgress:
        """After ``done`` steps; the speed is that of the last hundred."""
        self.recent_steps = [*self.recent_steps[-99:], (done, time.perf_counter())]
        (first, before), (last, now) = self.recent_steps[0], self.recent_steps[-1]
        a_second = (last - first) / (now - before) if now > before else 0.0
        left = (self.steps - done) / a_second if a_second else math.nan
        told = self.losses, a_second * self.batch_size, left, self.sheet, self.diagnoses, self.selection
        return TrainingProgress(done, self.steps, *told)
