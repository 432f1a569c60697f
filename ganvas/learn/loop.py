"""The loop: owns time. Knows steps, checkpoints, samples and the log, and nothing of losses or networks."""

import dataclasses
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ganvas.errors import GanvasError
from ganvas.learn.candidates import UNCHOSEN, Choice, Critic, consider, due
from ganvas.learn.data import Ahead, batches
from ganvas.learn.doctor import Doctor
from ganvas.learn.method import Batch, Method
from ganvas.learn.methods import METHODS
from ganvas.learn.pace import Chosen, Stopwatch, choose_precision
from ganvas.learn.readable import open_pictures
from ganvas.learn.recipe import Recipe
from ganvas.learn.run import Run
from ganvas.learn.samples import Sheet

LOG_EVERY = 20
MEASURED = 8
CANDIDATES = 8  # an eighth of the steps lies between two; those of the first half are none


@dataclass(frozen=True)
class Progress:
    """What a watcher is told after a step; losses are those of the last logged step."""

    step: int
    steps: int
    losses: dict[str, float]
    pictures_per_second: float
    seconds_left: float
    sheet: Path | None = None
    diagnoses: tuple[str, ...] = ()
    choice: Choice = UNCHOSEN


Watch = Callable[[Progress], None]
Tell = Callable[[str], None]


def ignore(progress: Progress) -> None:
    """Watch nothing."""


def tell_nobody(text: str) -> None:
    """Say nothing."""


def train(
    recipe: Recipe, run: Path, on_step: Watch = ignore, critic: Critic | None = None, tell: Tell = tell_nobody
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
        recipe = announce(recipe, tell)
        folder.start(recipe)
        return advance(recipe, folder, on_step, critic)


def resume(run: Path, on_step: Watch = ignore, critic: Critic | None = None, tell: Tell = tell_nobody) -> Method:
    """Go on with a run from its newest checkpoint, bit for bit as if it had never stopped.

    Raises:
        BadRun: the folder holds no run.
    """
    folder, recipe = Run(run), Run(run).recipe()
    with folder.claim():
        return advance(announce(recipe, tell), folder, on_step, critic)


def announce(recipe: Recipe, tell: Tell) -> Recipe:
    """The settled recipe, after all of its pictures were looked at; what was chosen and left out is told."""
    recipe = settled(recipe, tell)
    for note in open_pictures(recipe.data).notes:
        tell(note)
    return recipe


def settled(recipe: Recipe, tell: Tell = tell_nobody) -> Recipe:
    """The recipe with its precision chosen, and threads, steps and candidates as numbers.

    A short measurement says which precision is quicker, where the processor leaves a choice, and turns minutes into
    steps.
    """
    recipe = threaded(recipe)
    stopwatch, schedule = make_stopwatch(recipe), recipe.schedule
    chosen = find_precision(recipe, stopwatch)
    tell(str(chosen))
    steps = schedule.steps or max(1, round(schedule.minutes * 60 / stopwatch.seconds(chosen.precision)))
    every = schedule.judge_every if schedule.judge_every >= 0 else max(1, steps // CANDIDATES)
    schedule = dataclasses.replace(schedule, steps=steps, judge_every=every, precision=chosen.precision)
    return dataclasses.replace(recipe, schedule=schedule)


def threaded(recipe: Recipe) -> Recipe:
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

    def build() -> tuple[Method, Callable[[int], Batch]]:
        torch.set_num_threads(recipe.schedule.threads)
        batch_at = pictured(recipe)
        return fresh(recipe, batch_at), batch_at

    return Stopwatch(build)


def pictured(recipe: Recipe) -> Callable[[int], Batch]:
    """The function from a step to its batch, over the training part of both folders, without what cannot be read."""
    found = open_pictures(recipe.data)
    return batches(found.source, found.target, recipe.data, recipe.seed, found.beside)


def fresh(recipe: Recipe, batch_at: Callable[[int], Batch]) -> Method:
    """The method as it is before the first step."""
    torch.manual_seed(recipe.seed)
    method = METHODS[recipe.method](recipe.options)  # pyright: ignore
    method.precision = "bf16" if recipe.schedule.precision == "bf16" else "fp32"
    method.begin([batch_at(step) for step in range(MEASURED)])
    return method


def rate_at(step: int, steps: int, decay_from: float) -> float:
    """What the learning rates are multiplied by: 1, then from ``decay_from`` of the way a half cosine to 0."""
    begin = decay_from * steps
    if step <= begin:
        return 1.0
    return 0.5 * (1 + math.cos(math.pi * (step - begin) / max(steps - begin, 1)))


def advance(recipe: Recipe, run: Run, on_step: Watch, critic: Critic | None) -> Method:
    """From the newest checkpoint, or the beginning, to the last step."""
    schedule = recipe.schedule
    torch.set_num_threads(schedule.threads)
    batch_at = pictured(recipe)
    method, doctor = fresh(recipe, batch_at), Doctor(recipe)
    step, spent = restored(method, doctor, run)
    ahead, sheet, clock = Ahead(batch_at), Sheet(recipe, run.samples), Clock(recipe, spent)
    clock.choice = Choice(run.trials(), run.best())
    while step < schedule.steps:
        # Whatever a method draws by chance depends on the step alone, as the batch does.
        torch.manual_seed(recipe.seed * 1_000_003 + step)
        losses = method.step(ahead(step), rate_at(step, schedule.steps, schedule.decay_from) * doctor.rate)

        # The log, now and then, and always at the end: turning losses into numbers waits for them.
        done = step + 1
        logging, saving = step % LOG_EVERY == 0, done % schedule.checkpoint_every == 0 or done == schedule.steps
        judging = critic is not None and due(schedule, done)
        try:
            clock.losses = finite(losses, method, step) if logging or saving or judging else clock.losses
        except GanvasError:
            if not doctor.may_go_back():
                raise
            method = fresh(recipe, batch_at)
            step = gone_back(method, doctor, run, step)
            continue

        # The doctor looks before the checkpoint is written, so that a resumed run knows what was done.
        if logging or done == schedule.steps:
            doctor.hear(clock.losses)
            run.log({"step": step, **clock.losses, "seconds": round(clock.seconds(), 2)})
        if schedule.doctor != "off" and done % schedule.examine_every == 0:
            for diagnosis in doctor.examine(method, step):
                run.log({"step": step, **diagnosis.line()})
                clock.diagnoses = (*clock.diagnoses, diagnosis.what)
        if done % schedule.sample_every == 0 or done == schedule.steps:
            clock.sheet = sheet.draw(method, done)

        # A candidate is kept before the checkpoint is: what is done after a checkpoint is done again by a resumed run.
        if critic is not None and judging:
            clock.choice = consider(run, critic, method, done, clock.seconds())
        if saving:
            state = {"method": method.state_dict(), "doctor": doctor.state_dict()}
            run.save({"step": done, "seconds": clock.seconds(), **state})
        step = done
        on_step(clock.progress(done))
    return method


def restored(method: Method, doctor: Doctor, run: Run) -> tuple[int, float]:
    """Load the newest checkpoint into the method; the step to go on with and the seconds spent until then."""
    state: dict[str, Any] = run.load() if run.checkpoint_path.exists() else {"step": 0, "seconds": 0.0}
    if "method" in state:
        method.load_state_dict(state["method"])
        doctor.load_state_dict(state.get("doctor", {}), method)
    run.forget_after(state["step"])
    return state["step"], state["seconds"]


def gone_back(method: Method, doctor: Doctor, run: Run, step: int) -> int:
    """Put the fresh method where the last checkpoint was, slower from there; the step to go on with."""
    diagnosis, rate = doctor.exploded(step), doctor.rate
    first, _ = restored(method, doctor, run)
    doctor.rate = rate
    run.log({"step": max(first - 1, 0), **diagnosis.line()})
    return first


def finite(losses: dict[str, torch.Tensor], method: Method, step: int) -> dict[str, float]:
    """The losses as numbers.

    Raises:
        GanvasError: one, or a weight, is not finite; the last checkpoint is from before.
    """
    numbers = {name: round(float(value), 6) for name, value in losses.items()}
    for name, value in numbers.items():
        if not math.isfinite(value):
            raise GanvasError(f"The {name} loss is {value} at step {step}.", "Lower the learning rates and resume.")
    weights = [weight for product in method.products() for weight in product.generator.parameters()]
    if not all(bool(weight.isfinite().all()) for weight in weights):
        raise GanvasError(f"A weight is not finite at step {step}.", "Lower the learning rates and resume.")
    return numbers


class Clock:
    """Turns steps into pictures per second and time left."""

    def __init__(self, recipe: Recipe, spent: float) -> None:
        self.batch, self.steps = recipe.data.batch, recipe.schedule.steps
        self.begun = time.perf_counter() - spent
        self.recent: list[tuple[int, float]] = []
        self.losses: dict[str, float] = {}
        self.sheet: Path | None = None
        self.diagnoses: tuple[str, ...] = ()
        self.choice = UNCHOSEN

    def seconds(self) -> float:
        """Spent on the run so far, time between kill and resume left out."""
        return time.perf_counter() - self.begun

    def progress(self, done: int) -> Progress:
        """After ``done`` steps; the speed is that of the last hundred."""
        self.recent = [*self.recent[-99:], (done, time.perf_counter())]
        (first, before), (last, now) = self.recent[0], self.recent[-1]
        a_second = (last - first) / (now - before) if now > before else 0.0
        left = (self.steps - done) / a_second if a_second else math.nan
        told = self.losses, a_second * self.batch, left, self.sheet, self.diagnoses, self.choice
        return Progress(done, self.steps, *told)
