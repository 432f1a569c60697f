"""Measures how long a step takes on this machine, and in which precision it is quicker.

bf16 halves the work of a processor that has instructions for it, and multiplies that of one that has not by ten, since
there each product is made of many. So what a processor has decides, then a measurement.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from statistics import median
from typing import NamedTuple

from ganvas.learn.methods.protocol import Method, TrainingBatch
from ganvas.learn.training.precision import Precision, Wanted, has_bf16

BatchAt = Callable[[int], TrainingBatch]
TRIES = 5  # timed steps, after one that is not
LATE = 1_000_000  # a step number beyond any warm start
HOPELESS = 3.0  # times as long in its first step: no more of it is tried


class Chosen(NamedTuple):
    """The precision of a run, and why."""

    precision: Precision
    why: str

    def __str__(self) -> str:
        return f"Computing in {self.precision}: {self.why}."


class Stopwatch:
    """Times steps of a throw-away method, which ``build`` makes when the first is asked for."""

    def __init__(self, build: Callable[[], tuple[Method, BatchAt]]) -> None:
        self.build = build
        self.clock: Callable[[], float] = time.perf_counter
        self.step = 0

    @cached_property
    def built(self) -> tuple[Method, BatchAt]:
        """The method and its batches."""
        return self.build()

    def time_step(self, precision: Precision) -> float:
        """The seconds of one step."""
        method, batch_at = self.built
        method.precision = precision
        batch = replace(batch_at(self.step), step=LATE)
        self.step += 1
        begun = self.clock()
        method.train_step(batch, 1.0)
        return self.clock() - begun

    def seconds(self, precision: Precision, tries: int = TRIES) -> float:
        """The median of a few steps, after a first one that is not counted."""
        self.time_step(precision)
        return median(self.time_step(precision) for _ in range(tries))


def choose_precision(wanted: Wanted, allowed: bool, stopwatch: Stopwatch) -> Chosen:
    """What is wanted, or for ``auto`` the quicker one; fp32 where a method's options do not allow bf16."""
    if not allowed:
        return Chosen("fp32", "options.descent.bf16 is false")
    if wanted != "auto":
        return Chosen(wanted, "the recipe says so")
    able = has_bf16()
    if able is False:
        return Chosen("fp32", "this processor does not multiply in bf16")
    return compare(stopwatch.time_step)


def compare(time_step: Callable[[Precision], float]) -> Chosen:
    """The precision whose steps are shorter, in turns, so that both meet the same machine; bf16 where it is even."""
    first = {precision: time_step(precision) for precision in ("fp32", "bf16")}
    if first["bf16"] > HOPELESS * first["fp32"]:
        return Chosen("fp32", f"a step takes {first['fp32']:.2f} s, in bf16 {first['bf16']:.2f} s")
    turns = [(time_step("fp32"), time_step("bf16")) for _ in range(TRIES)]
    slow, fast = (median(times) for times in zip(*turns, strict=True))
    if fast > slow:
        return Chosen("fp32", f"a step takes {slow:.2f} s, in bf16 {fast:.2f} s")
    return Chosen("bf16", f"a step takes {fast:.2f} s, in fp32 {slow:.2f} s")
