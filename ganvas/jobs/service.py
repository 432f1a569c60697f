"""The job service: submits, lists, pauses, cancels, retries and deletes jobs."""

import time
from contextlib import suppress
from dataclasses import dataclass, replace

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, selectinload

from ganvas.errors import BadControls, Overloaded
from ganvas.jobs import states
from ganvas.jobs.forecast import Forecast, QueueSnapshot
from ganvas.jobs.queue import QueueClient
from ganvas.jobs.request import (
    MAX_NAME_LENGTH,
    InputPhoto,
    JobLimits,
    JobRequest,
    build_result_names,
    check_job_request,
    check_wish,
)
from ganvas.jobs.retention import BlobReferences, schedule_release
from ganvas.jobs.scheduling import format_ticket, lock_turn_counter
from ganvas.jobs.transitions import (
    append_event,
    count_part_states,
    get_owned_job,
    select_events_after,
    set_part_state,
    update_job_state,
)
from ganvas.ledger import history
from ganvas.ledger.ids import new_id
from ganvas.ledger.models import EventRow, JobRow, PartRow
from ganvas.style.catalog import Catalog

PAGE_SIZE = 100
Stage = tuple[int, bool]  # the number of a job's last event, and whether the job is finished


@dataclass(frozen=True)
class JobView:
    """A job as it is shown: its row, how many parts are in each state, and what is to be expected of it."""

    job: JobRow
    counts: dict[str, int]
    forecast: Forecast


class JobService:
    """All that people may do with jobs. Every call is one transaction; safe for many threads and processes."""

    def __init__(
        self, references: BlobReferences, queue: QueueClient, catalog: Catalog, limits: JobLimits | None = None
    ) -> None:
        self.references = references
        self.database = references.database
        self.queue = queue
        self.catalog = catalog
        self.limits = limits or JobLimits()

    def submit(self, owner: str, request: JobRequest) -> str:
        """Take a job; its id. Its photos must be in the store, and are held from now on.

        Raises BadControls, UnknownStyle, TooLarge (the job is too long) and Busy (too much of this owner waits).
        """
        check_job_request(request, self.limits)
        request = replace(request, styles=list(dict.fromkeys(self.resolve_style(style) for style in request.styles)))
        with self.database.open_write_session() as session:
            self.check_owner_quota(session, owner, len(request.photos) * len(request.styles))
            job = build_job_row(owner, request)
            session.add(job)
            session.flush()
            append_event(
                session, job, "job", {"state": job.state, "counts": count_part_states(session, [job.id])[job.id]}
            )
            for part in job.parts:
                if part.state == states.QUEUED:
                    self.queue.enqueue(session, part.ticket)
            update_job_state(session, job)
        with suppress(OSError):  # the job is taken; what cannot be held now is by whoever settles (``Keep.settle``)
            self.references.hold_job(job.id)
        return job.id

    def check_wish(self, owner: str, order: JobRequest) -> None:
        """Raise what ``submit`` would for an order whose photos have not come yet."""
        check_wish(order)
        for style in order.styles:
            self.resolve_style(style)
        with self.database.open_read_session() as session:
            self.check_owner_quota(session, owner, 1)

    def resolve_style(self, style: str) -> str:
        """The style with its version. Raises UnknownStyle, and BadControls for one that takes no photo."""
        known = self.catalog.get_or_newest(style)
        if known.kind != "transfer":
            raise BadControls(f"{known.name} makes pictures from nothing and takes no photo.", "Choose another style.")
        return f"{known.name}@{known.version}"

    def check_owner_quota(self, session: Session, owner: str, new_parts: int) -> None:
        """Raise Busy where an owner has too much in line."""
        mine = select(func.count()).where(JobRow.owner == owner, JobRow.state.in_(states.UNFINISHED))
        if (session.scalar(mine) or 0) >= self.limits.owner_jobs:
            raise Overloaded(
                f"You have {self.limits.owner_jobs} jobs that are not finished.", "Wait for one, or cancel one.", 30
            )
        query = select(func.count()).select_from(PartRow).join(JobRow)
        waiting = session.scalar(query.where(JobRow.owner == owner, PartRow.state.in_(states.UNFINISHED))) or 0
        if waiting + new_parts > self.limits.owner_pictures:
            what = f"{waiting} pictures of yours wait already, and at most {self.limits.owner_pictures} may."
            raise Overloaded(what, "Wait until some are made, or cancel a job.", 60)

    def list_jobs(self, owner: str, before: str = "", limit: int = PAGE_SIZE) -> list[JobView]:
        """The owner's jobs, the newest first."""
        with self.database.open_read_session() as session:
            query = select(JobRow).where(JobRow.owner == owner).order_by(JobRow.id.desc()).limit(limit)
            jobs = list(session.scalars(query.where(JobRow.id < before) if before else query))
            counts = count_part_states(session, [job.id for job in jobs])
            outlook = QueueSnapshot(session)
            return [JobView(job, counts[job.id], outlook.forecast_job(job, counts[job.id])) for job in jobs]

    def get_job(self, owner: str, id: str) -> JobView:
        """One job with its parts and their pictures. Raises NotFound."""
        with self.database.open_read_session() as session:
            get_owned_job(session, owner, id)
            parts = selectinload(JobRow.parts).joinedload(PartRow.picture)
            job = session.scalars(select(JobRow).where(JobRow.id == id).options(parts)).one()
            counts = count_part_states(session, [id])[id]
            return JobView(job, counts, QueueSnapshot(session).forecast_job(job, counts))

    def get_job_row(self, owner: str, id: str) -> JobRow:
        """One job's row alone. Raises NotFound."""
        with self.database.open_read_session() as session:
            return get_owned_job(session, owner, id)

    def get_last_event_numbers(self, job_ids: list[str]) -> dict[str, Stage]:
        """How far each of these jobs is; those that are no more are left out."""
        with self.database.open_read_session() as session:
            rows = session.execute(select(JobRow.id, JobRow.events, JobRow.state).where(JobRow.id.in_(job_ids)))
            return {id: (int(number), state in states.FINISHED) for id, number, state in rows}

    def list_events(self, owner: str, id: str, after: int) -> list[EventRow]:
        """What happened to a job after an event's number, at most 500 at once. Raises NotFound."""
        with self.database.open_read_session() as session:
            get_owned_job(session, owner, id)
            return select_events_after(session, id, after)

    def cancel(self, owner: str, id: str) -> None:
        """Stop a job for good; what is made stays. Raises NotFound."""
        self.queue.cancel(self.stop_parts(owner, id, states.UNFINISHED, states.CANCELLED))

    def pause(self, owner: str, id: str) -> None:
        """Stop a job until it is resumed; a picture that was half made begins anew then. Raises NotFound."""
        self.queue.cancel(self.stop_parts(owner, id, states.ACTIVE, states.PAUSED))

    def stop_parts(self, owner: str, id: str, from_states: tuple[str, ...], to_state: str) -> list[str]:
        """Bring the parts in some states into another; the tickets that they held."""
        with self.database.open_write_session() as session:
            lock_turn_counter(session)
            job = get_owned_job(session, owner, id, for_update=True)
            parts = select_parts(session, id, from_states)
            for part in parts:
                part.share = 0.0
                set_part_state(session, job, part, to_state)
            update_job_state(session, job)
        return [part.ticket for part in parts]

    def resume(self, owner: str, id: str) -> None:
        """Go on with what is paused. Raises NotFound."""
        self.requeue_parts(owner, id, (states.PAUSED,))

    def retry(self, owner: str, id: str) -> None:
        """Try again what failed, and of a cancelled job what was not made. Raises NotFound, and Busy as ``submit``."""
        self.requeue_parts(owner, id, (states.FAILED, states.CANCELLED))

    def requeue_parts(self, owner: str, id: str, from_states: tuple[str, ...]) -> None:
        """Put the parts in some states in line again, in a new round."""
        with self.database.open_write_session() as session:
            job = get_owned_job(session, owner, id, for_update=True)
            parts = [
                part for part in select_parts(session, id, from_states) if part.photo
            ]  # of a photo that never came is none
            if from_states != (states.PAUSED,):
                self.check_owner_quota(session, owner, len(parts))
            for part in parts:
                part.round, part.tries, part.share, part.error = part.round + 1, 0, 0.0, None
                part.ticket = format_ticket(part)
                set_part_state(session, job, part, states.QUEUED)
                self.queue.enqueue(session, part.ticket)
            update_job_state(session, job)

    def delete(self, owner: str, id: str, with_pictures: bool = False) -> None:
        """Stop a job and delete it with its photos, and its pictures too where that is asked. Raises NotFound."""
        self.cancel(owner, id)
        with self.database.open_write_session() as session:
            lock_turn_counter(session)
            get_owned_job(session, owner, id, for_update=True)
            query = select(PartRow).where(PartRow.job_id == id).options(selectinload(PartRow.picture))
            parts = list(session.scalars(query))
            schedule_release(session, id)
            for part in parts:
                if with_pictures and part.picture:
                    history.delete_picture(session, part.picture)
            session.execute(delete(JobRow).where(JobRow.id == id))
        self.queue.delete(part.ticket for part in parts)
        self.references.apply_releases()


def build_job_row(owner: str, request: JobRequest) -> JobRow:
    """The rows of a new job."""
    wanted = [(photo, style) for photo in request.photos for style in request.styles]
    names = build_result_names([photo.name for photo in request.photos], request.styles, request.settings.format)
    return JobRow(
        id=new_id(),
        owner=owner,
        name=(request.name or request.photos[0].name)[:MAX_NAME_LENGTH],
        ask=request.settings.to_dict(),
        mask=request.mask,
        styles=list(request.styles),
        priority=request.priority,
        state=states.QUEUED,
        events=0,
        made=time.time(),
        parts=[
            build_part_row(number, *both, name)
            for number, (both, name) in enumerate(zip(wanted, names, strict=True), 1)
        ],
    )


def build_part_row(number: int, photo: InputPhoto, style: str, result_name: str) -> PartRow:
    """The row of a new part, with its first ticket; ``name`` is what its picture will be called."""
    part = PartRow(
        id=new_id(), number=number, photo=photo.key, given=photo.name, result=result_name, style=style, round=0
    )
    part.state, part.ticket = states.FAILED if photo.error else states.QUEUED, format_ticket(part)
    part.error = photo.error
    return part


def select_parts(session: Session, job: str, in_states: tuple[str, ...]) -> list[PartRow]:
    """The parts of a job that are in some states, in order."""
    query = select(PartRow).where(PartRow.job_id == job, PartRow.state.in_(in_states)).order_by(PartRow.number)
    return list(session.scalars(query))
