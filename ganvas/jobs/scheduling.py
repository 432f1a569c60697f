"""Schedules pictures fairly between owners.

The queue says that something is to be made, and survives; the ledger says what. Each part that waits holds a ticket,
which is one workflow of the queue. A ticket that comes up is not necessarily its holder's turn: the part whose turn it
is takes it over and gives its own in exchange, so that each part that waits holds one ticket at all times.

Owners take turns, whoever was served longest ago first; a new owner begins at the end of that round. An owner's own
jobs go by priority, then by age, and the parts of a job by number.
"""

from sqlalchemy import delete, exists, insert, literal, select
from sqlalchemy.orm import Session

from ganvas.jobs import states
from ganvas.jobs.transitions import lock_job
from ganvas.ledger.models import JobRow, OwnerTurnRow, PartRow

ALL_OWNERS = ""  # whose row counts the turns of all
HAS_QUEUED_PART = exists().where(PartRow.job_id == JobRow.id, PartRow.state == states.QUEUED)


def format_ticket(part: PartRow) -> str:
    """The ticket of a part for the round that it is in; none is written twice."""
    return f"{part.id}-{part.round}"


def lock_turn_counter(session: Session) -> OwnerTurnRow:
    """The count of turns, for this transaction alone. Whoever gives a turn or stops parts locks it before any job."""
    return session.scalars(select(OwnerTurnRow).where(OwnerTurnRow.owner == ALL_OWNERS).with_for_update()).one()


def claim_next_part(session: Session, ticket: str) -> tuple[JobRow, PartRow] | None:
    """The part to be made for a ticket, with its job, which is locked; None where nobody holds the ticket any more.

    Where the ticket's part runs already, its worker died before it said so: the same part comes again.
    """
    count = lock_turn_counter(session)
    holder = session.scalar(select(PartRow).where(PartRow.ticket == ticket))
    if holder is None or holder.state not in states.ACTIVE:
        return None
    part = holder if holder.state == states.RUNNING else swap_tickets(holder, select_next_part(session, count))
    job = lock_job(session, part.job_id)
    return (job, part) if job else None


def swap_tickets(holder: PartRow, part: PartRow) -> PartRow:
    """The part, which holds the holder's ticket now, as the holder holds the part's."""
    holder.ticket, part.ticket = part.ticket, holder.ticket
    return part


def select_next_part(session: Session, counter: OwnerTurnRow) -> PartRow:
    """The part whose turn it is; its owner has had its turn with that. There must be one that waits."""
    add_new_owners(session, counter)
    query = (
        select(JobRow, OwnerTurnRow)
        .join(OwnerTurnRow, OwnerTurnRow.owner == JobRow.owner)
        .where(JobRow.state.in_(states.ACTIVE), HAS_QUEUED_PART)
    )
    job, turn = session.execute(
        query.order_by(OwnerTurnRow.number, JobRow.owner, JobRow.priority, JobRow.id).limit(1)
    ).one()
    counter.number += 1
    turn.number = counter.number
    parts = select(PartRow).where(PartRow.job_id == job.id, PartRow.state == states.QUEUED)
    return session.scalars(parts.order_by(PartRow.number).limit(1)).one()


def add_new_owners(session: Session, counter: OwnerTurnRow) -> None:
    """Let new owners into the round, at its end: as if they had just been served."""
    known = exists().where(OwnerTurnRow.owner == JobRow.owner)
    new = select(JobRow.owner, literal(counter.number)).where(JobRow.state.in_(states.ACTIVE), ~known).distinct()
    session.execute(insert(OwnerTurnRow).from_select(["owner", "number"], new))


def remove_idle_owners(session: Session) -> None:
    """Forget the turns of owners who have no work left; they come back as new ones."""
    lock_turn_counter(session)
    busy = select(JobRow.owner).where(JobRow.state.in_(states.UNFINISHED))
    session.execute(delete(OwnerTurnRow).where(OwnerTurnRow.owner != ALL_OWNERS, OwnerTurnRow.owner.not_in(busy)))
