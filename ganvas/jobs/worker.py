"""The worker: makes the pictures of jobs and records them.

A picture is put into the store before it is recorded, and both may be done twice: the same picture has the same key,
and a record that is there is left as it is.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ganvas.engine.engine import Engine
from ganvas.errors import Cancelled, GanvasError
from ganvas.image import FORMATS, DecodeLimits, decode_mask
from ganvas.jobs import states
from ganvas.jobs.queue import Outcome, QueueClient
from ganvas.jobs.request import PictureSettings
from ganvas.jobs.retention import BlobReferences
from ganvas.jobs.scheduling import claim_next_part, format_ticket
from ganvas.jobs.transitions import append_event, lock_job, lock_part_by_ticket, set_part_state, update_job_state
from ganvas.ledger.models import JobRow, PartRow, PictureRow
from ganvas.stylize import StylizedPicture, stylize

LOG = logging.getLogger("ganvas.jobs")
CHECK_SECONDS = 0.25  # seconds between two looks whether the part is still wanted
PROGRESS_SECONDS = 1.0  # seconds between two notes of progress
MAX_YIELD_SECONDS = 5.0  # seconds that a tile waits at most for pictures that somebody waits for
STOPPED = "stopped"
IsIdle = Callable[[], bool]


@dataclass(frozen=True)
class PartTask:
    """What there is to do for a part."""

    ticket: str
    job_id: str
    photo_key: str
    mask_key: str | None
    style: str
    settings: PictureSettings


class Worker:
    """Makes pictures for ``durable``. ``idle()`` says whether nobody waits for a picture in this process."""

    def __init__(
        self,
        engine: Engine,
        references: BlobReferences,
        queue: QueueClient,
        limits: DecodeLimits | None = None,
        is_idle: IsIdle = lambda: True,
    ) -> None:
        self.engine = engine
        self.references = references
        self.queue = queue
        self.database = references.database
        self.limits = limits or DecodeLimits()
        self.is_idle = is_idle
        self.max_tries = 8  # how often a part may be begun: one that kills its worker each time must end
        self.stopping = threading.Event()

    def make_picture(self, ticket: str) -> Outcome:
        """Make the picture whose turn it is and put it into the store, or say why not. A recorded step."""
        if self.stopping.is_set():
            return {STOPPED: True}
        task = self.start_part(ticket)
        if task is None:
            return {}
        began = time.monotonic()
        try:
            picture = self.stylize_photo(task)
        except Cancelled:
            return {STOPPED: True} if self.stopping.is_set() else {}
        except GanvasError as error:
            return {"error": {"what": error.what, "right": error.right}}
        if picture.pinned != task.style:
            LOG.warning("%s is not there any more; %s made the picture", task.style, picture.pinned)
        seconds = time.monotonic() - began
        size = {"width": picture.width, "height": picture.height, "bytes": picture.bytes}
        style = {"style": picture.pinned, "style_sha256": picture.style_sha256}
        return {"key": picture.key, **size, "seconds": seconds, **style}

    def start_part(self, ticket: str) -> PartTask | None:
        """Note that a part runs; None where the ticket is worth nothing any more, or it has killed too many workers."""
        with self.database.open_write_session() as session:
            found = claim_next_part(session, ticket)
            if found is None:
                return None
            job, row = found
            row.tries += 1
            if row.tries > self.max_tries:
                what = f"The worker died {self.max_tries} times while it made this picture."
                row.error = {"what": what, "right": "Try a smaller photo."}
                set_part_state(session, job, row, states.FAILED)
                update_job_state(session, job)
                return None
            if row.state == states.QUEUED:
                set_part_state(session, job, row, states.RUNNING)
                update_job_state(session, job)
            return PartTask(ticket, job.id, row.photo, job.mask, row.style, PictureSettings(**job.ask))

    def stylize_photo(self, task: PartTask) -> StylizedPicture:
        """Photo to picture. Raises what the spine raises, and Cancelled where it is not wanted any more."""
        mask = self.read_mask(task.mask_key) if task.mask_key else None
        ask = task.settings.build_ask(task.style, mask)
        photo = self.references.store.get(task.photo_key)
        return stylize(self.engine, self.references.store, photo, ask, self.make_tile_callback(task), self.limits)

    def read_mask(self, key: str) -> NDArray[np.uint8]:
        """The mask from its picture, h x w."""
        return decode_mask(self.references.store.get(key), self.limits)

    def make_tile_callback(self, task: PartTask) -> Callable[[float], None]:
        """What is called at each tile, and within a tile that takes long: looks whether the part is wanted, also while
        it gives way, and notes how far it is."""
        looked = said = time.monotonic()

        def stop_if_unwanted(share: float) -> None:
            nonlocal looked, said
            now = time.monotonic()
            if self.stopping.is_set():
                raise Cancelled("The worker stops.")
            if now - looked < CHECK_SECONDS:
                return
            looked = now
            if not self.report_progress(task, share if now - said >= PROGRESS_SECONDS else None):
                raise Cancelled("The picture is not wanted any more.")
            said = now if now - said >= PROGRESS_SECONDS else said

        def on_tile(share: float) -> None:
            self.yield_to_interactive(lambda: stop_if_unwanted(share))
            stop_if_unwanted(share)

        return on_tile

    def yield_to_interactive(self, check: Callable[[], None] = lambda: None) -> None:
        """Wait while somebody waits for a picture; ``look`` is called meanwhile, and may raise."""
        until = time.monotonic() + MAX_YIELD_SECONDS
        while not self.is_idle() and not self.stopping.is_set() and time.monotonic() < until:
            time.sleep(0.02)
            check()

    def report_progress(self, task: PartTask, share: float | None) -> bool:
        """Whether the part is still wanted; notes its share where one is given."""
        if share is None:
            with self.database.open_read_session() as session:
                return session.scalar(select(PartRow.state).where(PartRow.ticket == task.ticket)) in states.ACTIVE
        with self.database.open_write_session() as session:
            found = lock_part_by_ticket(session, task.ticket)
            if found is None or found[1].state not in states.ACTIVE:
                return False
            job, row = found
            row.share = share
            append_event(session, job, "progress", {"number": row.number, "share": round(share, 4)})
            return True

    def record_outcome(self, ticket: str, outcome: Outcome) -> bool:
        """Record what came of a part, and hold its picture. A recorded step; False where the picture is lost."""
        if not outcome:
            return True
        picture = self.write_outcome(ticket, outcome)
        return picture is None or self.references.hold_picture(picture) or self.revert_outcome(picture)

    def write_outcome(self, ticket: str, outcome: Outcome) -> PictureRow | None:
        """Write the outcome down, once; the picture where there is one to be held."""
        with self.database.open_write_session() as session:
            found = lock_part_by_ticket(session, ticket)
            if found is None:
                return None
            job, row = found
            if row.state not in states.ACTIVE:
                return row.picture
            if STOPPED in outcome:
                self.requeue_part(session, job, row)
            elif "error" in outcome:
                row.error = outcome["error"]
                set_part_state(session, job, row, states.FAILED)
            else:
                row.picture = build_picture_row(job, row, outcome)
                session.flush()
                row.seconds, row.share = outcome["seconds"], 1.0
                set_part_state(session, job, row, states.DONE)
            update_job_state(session, job)
            return row.picture

    def requeue_part(self, session: Session, job: JobRow, part: PartRow) -> None:
        """Put a part that was not finished in line again: this worker stops."""
        part.round, part.tries, part.share = part.round + 1, max(0, part.tries - 1), 0.0
        part.ticket = format_ticket(part)
        set_part_state(session, job, part, states.QUEUED)
        self.queue.enqueue(session, part.ticket)

    def revert_outcome(self, picture: PictureRow) -> bool:
        """Take back the record of a picture that is not in the store any more; always False."""
        with self.database.open_write_session() as session:
            part = session.scalar(select(PartRow).where(PartRow.picture_id == picture.id))
            job = lock_job(session, part.job_id) if part else None
            if part and job:
                session.execute(delete(PictureRow).where(PictureRow.id == picture.id))
                part.picture_id = None
                set_part_state(session, job, part, states.QUEUED)
                update_job_state(session, job)
        return False

    def build_error_outcome(self, ticket: str, error: Exception) -> Outcome:
        """The outcome of an error that nobody foresaw; the log has it whole."""
        LOG.error("the part with the ticket %s failed", ticket, exc_info=error)
        return {"error": {"what": "The worker met an error that it did not expect.", "right": "Its log says more."}}


def build_picture_row(job: JobRow, part: PartRow, outcome: Outcome) -> PictureRow:
    """The row of a picture that was made; its id is the part's, so that there is never a second one."""
    size = {name: int(outcome[name]) for name in ("width", "height", "bytes")}
    return PictureRow(
        id=part.id,
        owner=job.owner,
        key=outcome["key"],
        photo=part.photo,
        mask=job.mask,
        name=part.result,
        style=outcome.get("style", part.style),
        ask=job.ask,
        media_type=FORMATS[job.ask["format"]],
        seconds=outcome["seconds"],
        made=time.time(),
        style_sha256=outcome.get("style_sha256"),
        **size,
    )
