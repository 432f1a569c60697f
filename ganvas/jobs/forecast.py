"""What is to be expected of a job: its place in line and the time that is left. Knows the ledger; promises nothing.

Owners take turns, picture by picture, so a job waits for what its owner asked for before it, and for as much of each
other owner.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ganvas.jobs import states
from ganvas.ledger.models import Job, Part, Worker

RECENT = 50  # parts whose times say how long the next will take


@dataclass(frozen=True)
class Forecast:
    """``position``: 1 is next, None when it has begun or will not. ``seconds``: until it is done, None when unknown."""

    position: int | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class Standing:
    """An unfinished job in line: whose, how early in the owner's own line, how much of it is left."""

    id: str
    owner: str
    place: tuple[int, str]
    left: int


class Outlook:
    """The line as it stands in one moment, from which forecasts are made."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.line = standings(session)
        self.slots = session.scalar(select(func.sum(Worker.slots))) or 1

    def forecast(self, job: Job, counts: dict[str, int]) -> Forecast:
        """The forecast of one job, whose parts are so many in each state."""
        left = sum(counts.get(state, 0) for state in states.OPEN)
        if not left:
            return Forecast()
        ahead = [one for one in self.line if one.owner == job.owner and one.place < (job.priority, job.id)]
        position = place_in_line(self.line, job, len(ahead)) if job.state == states.QUEUED else None
        each = mean_seconds(self.session, job.id)
        if each is None:
            return Forecast(position)
        mine = left + sum(one.left for one in ahead)
        others = sum(min(mine, theirs) for theirs in lefts(self.line, job.owner))
        return Forecast(position, round((mine + others) * each / self.slots, 1))


def standings(session: Session) -> list[Standing]:
    """All jobs that will go on by themselves."""
    query = select(Job.id, Job.owner, Job.priority, func.count()).join(Part)
    query = query.where(Job.state.in_(states.OPEN), Part.state.in_(states.OPEN))
    rows = session.execute(query.group_by(Job.id, Job.owner, Job.priority))
    return [Standing(id, owner, (priority, id), left) for id, owner, priority, left in rows]


def place_in_line(line: Sequence[Standing], job: Job, ahead: int) -> int:
    """The job's place: after its owner's earlier ones, and after as many of each other owner (one more where that one
    was earlier)."""
    place = 1 + ahead
    for owner in {one.owner for one in line} - {job.owner}:
        theirs = sorted(one.place[1] for one in line if one.owner == owner)
        place += min(len(theirs), ahead + (theirs[0] < job.id))
    return place


def lefts(line: Sequence[Standing], owner: str) -> list[int]:
    """How many parts are left of each other owner."""
    sums: dict[str, int] = {}
    for one in line:
        sums[one.owner] = sums.get(one.owner, 0) + one.left
    sums.pop(owner, None)
    return list(sums.values())


def mean_seconds(session: Session, job: str) -> float | None:
    """How long a part takes: the mean of this job's, or else of the last ones of any job; None where none was made."""
    own = session.scalar(select(func.avg(Part.seconds)).where(Part.job_id == job))
    if own is not None:
        return float(own)
    recent = select(Part.seconds).where(Part.seconds.is_not(None)).order_by(Part.id.desc()).limit(RECENT).subquery()
    mean = session.scalar(select(func.avg(recent.c.seconds)))
    return None if mean is None else float(mean)
