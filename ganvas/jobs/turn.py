"""Whose turn it is: which part is made next. Knows the ledger; knows no queue, and not how a part is made.

The queue says that something is to be made, and survives; the ledger says what. Each part that waits holds a ticket,
which is one workflow of the queue. A ticket that comes up is not necessarily its holder's turn: the part whose turn it
is takes it over and gives its own in exchange, so that each part that waits holds one ticket at all times.

Owners take turns, whoever was served longest ago first; a new owner begins at the end of that round. An owner's own
jobs go by priority, then by age, and the parts of a job by number.
"""

from sqlalchemy import delete, exists, insert, literal, select
from sqlalchemy.orm import Session

from ganvas.jobs import states
from ganvas.jobs.record import lock
from ganvas.ledger.models import Job, Part, Turn

NOBODY = ""  # whose row counts the turns of all
WAITS = exists().where(Part.job_id == Job.id, Part.state == states.QUEUED)


def write_ticket(part: Part) -> str:
    """The ticket of a part for the round that it is in; none is written twice."""
    return f"{part.id}-{part.round}"


def lock_line(session: Session) -> Turn:
    """The count of turns, for this transaction alone. Whoever gives a turn or stops parts locks it before any job."""
    return session.scalars(select(Turn).where(Turn.owner == NOBODY).with_for_update()).one()


def take_turn(session: Session, ticket: str) -> tuple[Job, Part] | None:
    """The part to be made for a ticket, with its job, which is locked; None where nobody holds the ticket any more.

    Where the ticket's part runs already, its worker died before it said so: the same part comes again.
    """
    count = lock_line(session)
    holder = session.scalar(select(Part).where(Part.ticket == ticket))
    if holder is None or holder.state not in states.OPEN:
        return None
    part = holder if holder.state == states.RUNNING else exchange(holder, next_part(session, count))
    job = lock(session, part.job_id)
    return (job, part) if job else None


def exchange(holder: Part, part: Part) -> Part:
    """The part, which holds the holder's ticket now, as the holder holds the part's."""
    holder.ticket, part.ticket = part.ticket, holder.ticket
    return part


def next_part(session: Session, count: Turn) -> Part:
    """The part whose turn it is; its owner has had its turn with that. There must be one that waits."""
    admit(session, count)
    query = select(Job, Turn).join(Turn, Turn.owner == Job.owner).where(Job.state.in_(states.OPEN), WAITS)
    job, turn = session.execute(query.order_by(Turn.number, Job.owner, Job.priority, Job.id).limit(1)).one()
    count.number += 1
    turn.number = count.number
    parts = select(Part).where(Part.job_id == job.id, Part.state == states.QUEUED)
    return session.scalars(parts.order_by(Part.number).limit(1)).one()


def admit(session: Session, count: Turn) -> None:
    """Let new owners into the round, at its end: as if they had just been served."""
    known = exists().where(Turn.owner == Job.owner)
    new = select(Job.owner, literal(count.number)).where(Job.state.in_(states.OPEN), ~known).distinct()
    session.execute(insert(Turn).from_select(["owner", "number"], new))


def dismiss(session: Session) -> None:
    """Forget the turns of owners who have no work left; they come back as new ones."""
    lock_line(session)
    busy = select(Job.owner).where(Job.state.in_(states.UNFINISHED))
    session.execute(delete(Turn).where(Turn.owner != NOBODY, Turn.owner.not_in(busy)))
