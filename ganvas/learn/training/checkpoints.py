"""Scores checkpoints during training, and keeps those that may become the style.

Who scores, and what of the scores is best, is handed in: learning knows no judge. Of each candidate the networks are
kept that would be exported, in the run's folder; its scores, and which is best so far, are a line of the log. So the
log alone says what is best, and a run that was killed and goes on says the same.
"""

import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch

from ganvas.learn.methods.protocol import Method, TrainedGenerator
from ganvas.learn.recipe import TrainingSchedule
from ganvas.learn.training.run import Run, format_candidate_path

ScoresByStep = Mapping[int, Mapping[str, float]]
SCORE_DIGITS = 4


class CheckpointScorer(Protocol):
    """Scores a network on what it was not trained on, less being better, and says which of several steps is best."""

    def score_generator(self, generator: TrainedGenerator) -> Mapping[str, float]:
        """The scores by name."""
        ...

    def choose_best_step(self, scores: ScoresByStep) -> int:
        """The best step, by the scores of each."""
        ...


@dataclass(frozen=True)
class CheckpointSelection:
    """The candidates so far: the scores of each step, and the best step; None while there are none."""

    trials: ScoresByStep = field(default_factory=dict[int, Mapping[str, float]])
    best: int | None = None


NO_SELECTION = CheckpointSelection()


def is_candidate_due(schedule: TrainingSchedule, done: int) -> bool:
    """Whether there is a candidate after ``done`` steps: each ``judge_every`` of the second half, and the last."""
    every = schedule.judge_every
    return every > 0 and (done == schedule.steps or (done % every == 0 and 2 * done > schedule.steps))


def score_candidate(
    run: Run, scorer: CheckpointScorer, method: Method, done: int, seconds: float
) -> CheckpointSelection:
    """Score the method's first network and keep all of them; nothing of the method, or of chance, is changed.

    A sampler takes no photos, so none of its states is a candidate.
    """
    products = method.list_generators()
    if products[0].kind != "transfer":
        return NO_SELECTION
    begun = time.perf_counter()
    with use_eval_mode(products):
        found = {name: round(float(value), SCORE_DIGITS) for name, value in scorer.score_generator(products[0]).items()}
    weights = [product.generator.state_dict() for product in products]
    run.save_checkpoint({"step": done, "seconds": seconds, "products": weights}, format_candidate_path(done))
    trials = {**run.read_candidate_scores(), done: found}
    choice = CheckpointSelection(trials, scorer.choose_best_step(trials))
    run.append_log(
        {"step": done - 1, "trial": found, "best": choice.best, "took": round(time.perf_counter() - begun, 2)}
    )
    return choice


@contextmanager
def use_eval_mode(generators: Sequence[TrainedGenerator]) -> Generator[None]:
    """The networks as they are used and not taught, and chance as it was, within; then as before."""
    parts = [part for product in generators for part in product.generator.modules()]
    teaching = [part for part in parts if part.training]
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        for part in teaching:
            part.training = False
        try:
            yield
        finally:
            for part in teaching:
                part.training = True


def load_selected_checkpoint(run: Run, method: Method, checkpoint: str) -> dict[str, Any]:
    """Put a state of the run into the method's networks: ``best``, ``last`` or a step; what was kept beside them.

    Without candidates the last state is the best that is known.

    Raises:
        BadRun: nothing was kept of that step.
    """
    step = run.resolve_checkpoint(checkpoint)
    if step is None:
        state = run.load_checkpoint()
        method.load_state_dict(state["method"])
        return state
    state = run.load_checkpoint(format_candidate_path(step))
    for product, weights in zip(method.list_generators(), state["products"], strict=True):
        product.generator.load_state_dict(weights)
    return state
