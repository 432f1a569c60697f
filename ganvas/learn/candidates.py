"""Candidates: states of a run that may become its style, each scored as it is reached. Knows when, and what is kept.

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

from ganvas.learn.method import Method, Product
from ganvas.learn.recipe import Schedule
from ganvas.learn.run import Run, candidate

Trials = Mapping[int, Mapping[str, float]]
DIGITS = 4


class Critic(Protocol):
    """Scores a network on what it was not trained on, less being better, and says which of several steps is best."""

    def scores(self, product: Product) -> Mapping[str, float]:
        """The scores by name."""
        ...

    def best(self, trials: Trials) -> int:
        """The best step, by the scores of each."""
        ...


@dataclass(frozen=True)
class Choice:
    """The candidates so far: the scores of each step, and the best step; None while there are none."""

    trials: Trials = field(default_factory=dict[int, Mapping[str, float]])
    best: int | None = None


UNCHOSEN = Choice()


def due(schedule: Schedule, done: int) -> bool:
    """Whether there is a candidate after ``done`` steps: each ``judge_every`` of the second half, and the last."""
    every = schedule.judge_every
    return every > 0 and (done == schedule.steps or (done % every == 0 and 2 * done > schedule.steps))


def consider(run: Run, critic: Critic, method: Method, done: int, seconds: float) -> Choice:
    """Score the method's first network and keep all of them; nothing of the method, or of chance, is changed.

    A sampler takes no photos, so none of its states is a candidate.
    """
    products = method.products()
    if products[0].kind != "transfer":
        return UNCHOSEN
    begun = time.perf_counter()
    with resting(products):
        found = {name: round(float(value), DIGITS) for name, value in critic.scores(products[0]).items()}
    weights = [product.generator.state_dict() for product in products]
    run.save({"step": done, "seconds": seconds, "products": weights}, candidate(done))
    trials = {**run.trials(), done: found}
    choice = Choice(trials, critic.best(trials))
    run.log({"step": done - 1, "trial": found, "best": choice.best, "took": round(time.perf_counter() - begun, 2)})
    return choice


@contextmanager
def resting(products: Sequence[Product]) -> Generator[None]:
    """The networks as they are used and not taught, and chance as it was, within; then as before."""
    parts = [part for product in products for part in product.generator.modules()]
    teaching = [part for part in parts if part.training]
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        for part in teaching:
            part.training = False
        try:
            yield
        finally:
            for part in teaching:
                part.training = True


def load(run: Run, method: Method, checkpoint: str) -> dict[str, Any]:
    """Put a state of the run into the method's networks: ``best``, ``last`` or a step; what was kept beside them.

    Without candidates the last state is the best that is known.

    Raises:
        BadRun: nothing was kept of that step.
    """
    step = run.step_of(checkpoint)
    if step is None:
        state = run.load()
        method.load_state_dict(state["method"])
        return state
    state = run.load(candidate(step))
    for product, weights in zip(method.products(), state["products"], strict=True):
        product.generator.load_state_dict(weights)
    return state
