"""Takes jobs, answers for them and changes their course. Knows the ledger and the line; makes no picture itself."""

import time
from contextlib import suppress
from dataclasses import dataclass, replace

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, selectinload

from ganvas.errors import BadControls, Busy
from ganvas.jobs import states
from ganvas.jobs.durable import Line
from ganvas.jobs.forecast import Forecast, Outlook
from ganvas.jobs.keep import Keep, note_release
from ganvas.jobs.order import LONGEST_NAME, Given, Most, Order, check_order, check_wish, results
from ganvas.jobs.record import count, events, follow, move, note, owned
from ganvas.jobs.turn import lock_line, write_ticket
from ganvas.ledger import history
from ganvas.ledger.ids import new_id
from ganvas.ledger.models import Event, Job, Part
from ganvas.style import Catalog

PAGE = 100
Stage = tuple[int, bool]  # the number of a job's last event, and whether the job is finished


@dataclass(frozen=True)
class Seen:
    """A job as it is shown: its row, how many parts are in each state, and what is to be expected of it."""

    job: Job
    counts: dict[str, int]
    forecast: Forecast


class Desk:
    """All that people may do with jobs. Every call is one transaction; safe for many threads and processes."""

    def __init__(self, keep: Keep, line: Line, catalog: Catalog, most: Most | None = None) -> None:
        self.keep = keep
        self.database = keep.database
        self.line = line
        self.catalog = catalog
        self.most = most or Most()

    def submit(self, owner: str, order: Order) -> str:
        """Take a job; its id. Its photos must be in the store, and are held from now on.

        Raises BadControls, UnknownStyle, TooLarge (the job is too long) and Busy (too much of this owner waits).
        """
        check_order(order, self.most)
        order = replace(order, styles=list(dict.fromkeys(self.pin(style) for style in order.styles)))
        with self.database.write() as session:
            self.check_owner(session, owner, len(order.photos) * len(order.styles))
            job = draft(owner, order)
            session.add(job)
            session.flush()
            note(session, job, "job", {"state": job.state, "counts": count(session, [job.id])[job.id]})
            for part in job.parts:
                if part.state == states.QUEUED:
                    self.line.enqueue(session, part.ticket)
            follow(session, job)
        with suppress(OSError):  # the job is taken; what cannot be held now is by whoever settles (``Keep.settle``)
            self.keep.hold_job(job.id)
        return job.id

    def check_wish(self, owner: str, order: Order) -> None:
        """Raise what ``submit`` would for an order whose photos have not come yet."""
        check_wish(order)
        for style in order.styles:
            self.pin(style)
        with self.database.read() as session:
            self.check_owner(session, owner, 1)

    def pin(self, style: str) -> str:
        """The style with its version. Raises UnknownStyle, and BadControls for one that takes no photo."""
        known = self.catalog.get_or_newest(style)
        if known.kind != "transfer":
            raise BadControls(f"{known.name} makes pictures from nothing and takes no photo.", "Choose another style.")
        return f"{known.name}@{known.version}"

    def check_owner(self, session: Session, owner: str, parts: int) -> None:
        """Raise Busy where an owner has too much in line."""
        mine = select(func.count()).where(Job.owner == owner, Job.state.in_(states.UNFINISHED))
        if (session.scalar(mine) or 0) >= self.most.jobs:
            raise Busy(f"You have {self.most.jobs} jobs that are not finished.", "Wait for one, or cancel one.", 30)
        query = select(func.count()).select_from(Part).join(Job)
        waiting = session.scalar(query.where(Job.owner == owner, Part.state.in_(states.UNFINISHED))) or 0
        if waiting + parts > self.most.waiting:
            what = f"{waiting} pictures of yours wait already, and at most {self.most.waiting} may."
            raise Busy(what, "Wait until some are made, or cancel a job.", 60)

    def jobs(self, owner: str, before: str = "", limit: int = PAGE) -> list[Seen]:
        """The owner's jobs, the newest first."""
        with self.database.read() as session:
            query = select(Job).where(Job.owner == owner).order_by(Job.id.desc()).limit(limit)
            jobs = list(session.scalars(query.where(Job.id < before) if before else query))
            counts = count(session, [job.id for job in jobs])
            outlook = Outlook(session)
            return [Seen(job, counts[job.id], outlook.forecast(job, counts[job.id])) for job in jobs]

    def show(self, owner: str, id: str) -> Seen:
        """One job with its parts and their pictures. Raises NotFound."""
        with self.database.read() as session:
            owned(session, owner, id)
            parts = selectinload(Job.parts).joinedload(Part.picture)
            job = session.scalars(select(Job).where(Job.id == id).options(parts)).one()
            counts = count(session, [id])[id]
            return Seen(job, counts, Outlook(session).forecast(job, counts))

    def glance(self, owner: str, id: str) -> Job:
        """One job's row alone. Raises NotFound."""
        with self.database.read() as session:
            return owned(session, owner, id)

    def newest(self, jobs: list[str]) -> dict[str, Stage]:
        """How far each of these jobs is; those that are no more are left out."""
        with self.database.read() as session:
            rows = session.execute(select(Job.id, Job.events, Job.state).where(Job.id.in_(jobs)))
            return {id: (int(number), state in states.FINISHED) for id, number, state in rows}

    def events(self, owner: str, id: str, after: int) -> list[Event]:
        """What happened to a job after an event's number, at most 500 at once. Raises NotFound."""
        with self.database.read() as session:
            owned(session, owner, id)
            return events(session, id, after)

    def cancel(self, owner: str, id: str) -> None:
        """Stop a job for good; what is made stays. Raises NotFound."""
        self.line.cancel(self.stop(owner, id, states.UNFINISHED, states.CANCELLED))

    def pause(self, owner: str, id: str) -> None:
        """Stop a job until it is resumed; a picture that was half made begins anew then. Raises NotFound."""
        self.line.cancel(self.stop(owner, id, states.OPEN, states.PAUSED))

    def stop(self, owner: str, id: str, which: tuple[str, ...], state: str) -> list[str]:
        """Bring the parts in some states into another; the tickets that they held."""
        with self.database.write() as session:
            lock_line(session)
            job = owned(session, owner, id, locked=True)
            parts = chosen(session, id, which)
            for part in parts:
                part.share = 0.0
                move(session, job, part, state)
            follow(session, job)
        return [part.ticket for part in parts]

    def resume(self, owner: str, id: str) -> None:
        """Go on with what is paused. Raises NotFound."""
        self.again(owner, id, (states.PAUSED,))

    def retry(self, owner: str, id: str) -> None:
        """Try again what failed, and of a cancelled job what was not made. Raises NotFound, and Busy as ``submit``."""
        self.again(owner, id, (states.FAILED, states.CANCELLED))

    def again(self, owner: str, id: str, which: tuple[str, ...]) -> None:
        """Put the parts in some states in line again, in a new round."""
        with self.database.write() as session:
            job = owned(session, owner, id, locked=True)
            parts = [part for part in chosen(session, id, which) if part.photo]  # of a photo that never came is none
            if which != (states.PAUSED,):
                self.check_owner(session, owner, len(parts))
            for part in parts:
                part.round, part.tries, part.share, part.error = part.round + 1, 0, 0.0, None
                part.ticket = write_ticket(part)
                move(session, job, part, states.QUEUED)
                self.line.enqueue(session, part.ticket)
            follow(session, job)

    def delete(self, owner: str, id: str, pictures: bool = False) -> None:
        """Stop a job and delete it with its photos, and its pictures too where that is asked. Raises NotFound."""
        self.cancel(owner, id)
        with self.database.write() as session:
            lock_line(session)
            owned(session, owner, id, locked=True)
            query = select(Part).where(Part.job_id == id).options(selectinload(Part.picture))
            parts = list(session.scalars(query))
            note_release(session, id)
            for part in parts:
                if pictures and part.picture:
                    history.remove(session, part.picture)
            session.execute(delete(Job).where(Job.id == id))
        self.line.forget(part.ticket for part in parts)
        self.keep.let_go()


def draft(owner: str, order: Order) -> Job:
    """The rows of a new job."""
    wanted = [(photo, style) for photo in order.photos for style in order.styles]
    names = results([photo.name for photo in order.photos], order.styles, order.wanted.format)
    return Job(
        id=new_id(),
        owner=owner,
        name=(order.name or order.photos[0].name)[:LONGEST_NAME],
        ask=order.wanted.plain(),
        mask=order.mask,
        styles=list(order.styles),
        priority=order.priority,
        state=states.QUEUED,
        events=0,
        made=time.time(),
        parts=[
            draft_part(number, *both, name) for number, (both, name) in enumerate(zip(wanted, names, strict=True), 1)
        ],
    )


def draft_part(number: int, photo: Given, style: str, name: str) -> Part:
    """The row of a new part, with its first ticket; ``name`` is what its picture will be called."""
    part = Part(id=new_id(), number=number, photo=photo.key, given=photo.name, result=name, style=style, round=0)
    part.state, part.ticket = states.FAILED if photo.error else states.QUEUED, write_ticket(part)
    part.error = photo.error
    return part


def chosen(session: Session, job: str, which: tuple[str, ...]) -> list[Part]:
    """The parts of a job that are in some states, in order."""
    query = select(Part).where(Part.job_id == job, Part.state.in_(which)).order_by(Part.number)
    return list(session.scalars(query))
