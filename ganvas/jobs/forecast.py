"""Estimates a job's place in line and the time that is left.

Owners take turns, picture by picture, so a job waits for what its owner asked for before it, and for as much of each
other owner.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ganvas.jobs import states
from ganvas.ledger.models import JobRow, PartRow, WorkerRow

RECENT_PARTS = 50  # parts whose times say how long the next will take


@dataclass(frozen=True)
class Forecast:
    """``position``: 1 is next, None when it has begun or will not. ``seconds``: until it is done, None when unknown."""

    position: int | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class QueuedJob:
    """An unfinished job in line: whose, how early in the owner's own line, how much of it is left."""

    id: str
    owner: str
    sort_key: tuple[int, str]
    parts_left: int


class QueueSnapshot:
    """The line as it stands in one moment, from which forecasts are made."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.queue = list_queued_jobs(session)
        self.slots = session.scalar(select(func.sum(WorkerRow.slots))) or 1

    def forecast_job(self, job: JobRow, counts: dict[str, int]) -> Forecast:
        """The forecast of one job, whose parts are so many in each state."""
        left = sum(counts.get(state, 0) for state in states.ACTIVE)
        if not left:
            return Forecast()
        ahead = [one for one in self.queue if one.owner == job.owner and one.sort_key < (job.priority, job.id)]
        position = compute_queue_position(self.queue, job, len(ahead)) if job.state == states.QUEUED else None
        each = estimate_part_seconds(self.session, job.id)
        if each is None:
            return Forecast(position)
        mine = left + sum(one.parts_left for one in ahead)
        others = sum(min(mine, theirs) for theirs in count_parts_of_other_owners(self.queue, job.owner))
        return Forecast(position, round((mine + others) * each / self.slots, 1))


def list_queued_jobs(session: Session) -> list[QueuedJob]:
    """All jobs that will go on by themselves."""
    query = select(JobRow.id, JobRow.owner, JobRow.priority, func.count()).join(PartRow)
    query = query.where(JobRow.state.in_(states.ACTIVE), PartRow.state.in_(states.ACTIVE))
    rows = session.execute(query.group_by(JobRow.id, JobRow.owner, JobRow.priority))
    return [QueuedJob(id, owner, (priority, id), left) for id, owner, priority, left in rows]


def compute_queue_position(queue: Sequence[QueuedJob], job: JobRow, own_jobs_ahead: int) -> int:
    """The job's place: after its owner's earlier ones, and after as many of each other owner (one more where that one
    was earlier)."""
    place = 1 + own_jobs_ahead
    for owner in {one.owner for one in queue} - {job.owner}:
        theirs = sorted(one.sort_key[1] for one in queue if one.owner == owner)
        place += min(len(theirs), own_jobs_ahead + (theirs[0] < job.id))
    return place


def count_parts_of_other_owners(queue: Sequence[QueuedJob], owner: str) -> list[int]:
    """How many parts are left of each other owner."""
    sums: dict[str, int] = {}
    for one in queue:
        sums[one.owner] = sums.get(one.owner, 0) + one.parts_left
    sums.pop(owner, None)
    return list(sums.values())


def estimate_part_seconds(session: Session, job: str) -> float | None:
    """How long a part takes: the mean of this job's, or else of the last ones of any job; None where none was made."""
    own = session.scalar(select(func.avg(PartRow.seconds)).where(PartRow.job_id == job))
    if own is not None:
        return float(own)
    recent = (
        select(PartRow.seconds)
        .where(PartRow.seconds.is_not(None))
        .order_by(PartRow.id.desc())
        .limit(RECENT_PARTS)
        .subquery()
    )
    mean = session.scalar(select(func.avg(recent.c.seconds)))
    return None if mean is None else float(mean)
