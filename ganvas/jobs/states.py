"""The states of jobs and parts, and how a job's state follows from its parts."""

from collections.abc import Iterable
from typing import Final

QUEUED: Final = "queued"
RUNNING: Final = "running"
PAUSED: Final = "paused"
DONE: Final = "done"
FAILED: Final = "failed"
CANCELLED: Final = "cancelled"

ACTIVE = (QUEUED, RUNNING)  # will go on by itself
UNFINISHED = (QUEUED, RUNNING, PAUSED)
FINISHED = (DONE, FAILED, CANCELLED)


def derive_job_state(part_states: Iterable[str]) -> str:
    """The state of a job whose parts have these: done as soon as one picture was made and nothing is left to do."""
    states = set(part_states)
    if RUNNING in states or (QUEUED in states and states & {DONE, FAILED}):
        return RUNNING
    order = (QUEUED, PAUSED, CANCELLED, DONE, FAILED)
    return next((state for state in order if state in states), FAILED)
