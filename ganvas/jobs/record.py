"""Changes to a job's rows, each with its event in the same transaction. Knows the ledger; knows no queue and no store.

Whoever changes a job locks its row first, so that events are numbered without a gap and in the order of their commits:
a reader who has seen number n has seen all before it.
"""

import time
from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ganvas.errors import NotFound
from ganvas.jobs import states
from ganvas.ledger.models import Event, Job, Part


def lock(session: Session, id: str) -> Job | None:
    """The job, for this transaction alone; None where it was deleted."""
    return session.scalar(select(Job).where(Job.id == id).with_for_update())


def owned(session: Session, owner: str, id: str, locked: bool = False) -> Job:
    """An owner's job. Raises NotFound, also for another's."""
    job = lock(session, id) if locked else session.get(Job, id)
    if job is None or job.owner != owner:
        raise NotFound(f"You have no job {id[:40]!r}.", "It may have been deleted; look at the list.")
    return job


def begun(session: Session, ticket: str) -> tuple[Job, Part] | None:
    """The part begun with a ticket, and its job, which is locked; None where it was deleted or put in line anew."""
    id = session.scalar(select(Part.job_id).where(Part.ticket == ticket))
    job = lock(session, id) if id else None
    row = session.scalar(select(Part).where(Part.ticket == ticket, Part.job_id == id)) if job else None
    return (job, row) if job and row else None


def note(session: Session, job: Job, kind: str, body: dict[str, Any]) -> None:
    """Write down the job's next event."""
    job.events += 1
    session.add(Event(job_id=job.id, number=job.events, kind=kind, body=body, at=time.time()))


def move(session: Session, job: Job, part: Part, state: str) -> None:
    """Bring a part into a state; the job follows with ``follow``."""
    part.state = state
    body: dict[str, Any] = {"number": part.number, "state": state, "share": part.share}
    if part.error:
        body["error"] = part.error
    if part.picture_id:
        body["picture"] = part.picture_id
    note(session, job, "part", body)


def follow(session: Session, job: Job) -> None:
    """Bring the job into the state that its parts' states mean."""
    session.flush()
    counts = count(session, [job.id])[job.id]
    state = states.of_job(counts)
    if state == job.state:
        return
    job.state = state
    if state == states.RUNNING and job.began is None:
        job.began = time.time()
    job.ended = time.time() if state in states.FINISHED else None
    note(session, job, "job", {"state": state, "counts": counts})


def count(session: Session, jobs: Iterable[str]) -> dict[str, dict[str, int]]:
    """How many parts of each job are in each state."""
    found: dict[str, dict[str, int]] = {id: {} for id in jobs}
    query = select(Part.job_id, Part.state, func.count()).where(Part.job_id.in_(found))
    for id, state, number in session.execute(query.group_by(Part.job_id, Part.state)):
        found[id][state] = number
    return found


def events(session: Session, job: str, after: int, most: int = 500) -> list[Event]:
    """The events after a number, in order."""
    query = select(Event).where(Event.job_id == job, Event.number > after).order_by(Event.number).limit(most)
    return list(session.scalars(query))
