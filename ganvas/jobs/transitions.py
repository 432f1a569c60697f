"""State changes of a job's rows, each with its event in the same transaction.

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
from ganvas.ledger.models import EventRow, JobRow, PartRow


def lock_job(session: Session, id: str) -> JobRow | None:
    """The job, for this transaction alone; None where it was deleted."""
    return session.scalar(select(JobRow).where(JobRow.id == id).with_for_update())


def get_owned_job(session: Session, owner: str, id: str, for_update: bool = False) -> JobRow:
    """An owner's job. Raises NotFound, also for another's."""
    job = lock_job(session, id) if for_update else session.get(JobRow, id)
    if job is None or job.owner != owner:
        raise NotFound(f"You have no job {id[:40]!r}.", "It may have been deleted; look at the list.")
    return job


def lock_part_by_ticket(session: Session, ticket: str) -> tuple[JobRow, PartRow] | None:
    """The part begun with a ticket, and its job, which is locked; None where it was deleted or put in line anew."""
    id = session.scalar(select(PartRow.job_id).where(PartRow.ticket == ticket))
    job = lock_job(session, id) if id else None
    row = session.scalar(select(PartRow).where(PartRow.ticket == ticket, PartRow.job_id == id)) if job else None
    return (job, row) if job and row else None


def append_event(session: Session, job: JobRow, kind: str, body: dict[str, Any]) -> None:
    """Write down the job's next event."""
    job.events += 1
    session.add(EventRow(job_id=job.id, number=job.events, kind=kind, body=body, at=time.time()))


def set_part_state(session: Session, job: JobRow, part: PartRow, state: str) -> None:
    """Bring a part into a state; the job follows with ``follow``."""
    part.state = state
    body: dict[str, Any] = {"number": part.number, "state": state, "share": part.share}
    if part.error:
        body["error"] = part.error
    if part.picture_id:
        body["picture"] = part.picture_id
    append_event(session, job, "part", body)


def update_job_state(session: Session, job: JobRow) -> None:
    """Bring the job into the state that its parts' states mean."""
    session.flush()
    counts = count_part_states(session, [job.id])[job.id]
    state = states.derive_job_state(counts)
    if state == job.state:
        return
    job.state = state
    if state == states.RUNNING and job.began is None:
        job.began = time.time()
    job.ended = time.time() if state in states.FINISHED else None
    append_event(session, job, "job", {"state": state, "counts": counts})


def count_part_states(session: Session, jobs: Iterable[str]) -> dict[str, dict[str, int]]:
    """How many parts of each job are in each state."""
    found: dict[str, dict[str, int]] = {id: {} for id in jobs}
    query = select(PartRow.job_id, PartRow.state, func.count()).where(PartRow.job_id.in_(found))
    for id, state, number in session.execute(query.group_by(PartRow.job_id, PartRow.state)):
        found[id][state] = number
    return found


def select_events_after(session: Session, job: str, after: int, limit: int = 500) -> list[EventRow]:
    """The events after a number, in order."""
    query = (
        select(EventRow).where(EventRow.job_id == job, EventRow.number > after).order_by(EventRow.number).limit(limit)
    )
    return list(session.scalars(query))
