"""Does the parts of jobs: photo to picture to record. Knows the spine and the ledger; the line is ``durable``'s.

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
from ganvas.image import FORMATS, Limits, decode_mask
from ganvas.jobs import states
from ganvas.jobs.durable import Line, Outcome
from ganvas.jobs.keep import Keep
from ganvas.jobs.order import Wanted
from ganvas.jobs.record import begun, follow, lock, move, note
from ganvas.jobs.turn import take_turn, write_ticket
from ganvas.ledger.models import Job, Part, Picture
from ganvas.stylize import StylizedPicture, stylize

LOG = logging.getLogger("ganvas.jobs")
LOOK = 0.25  # seconds between two looks whether the part is still wanted
SAY = 1.0  # seconds between two notes of progress
GIVE_WAY = 5.0  # seconds that a tile waits at most for pictures that somebody waits for
STOPPED = "stopped"
Idle = Callable[[], bool]


@dataclass(frozen=True)
class Task:
    """What there is to do for a part."""

    ticket: str
    job: str
    photo: str
    mask: str | None
    style: str
    wanted: Wanted


class Worker:
    """Makes pictures for ``durable``. ``idle()`` says whether nobody waits for a picture in this process."""

    def __init__(
        self, engine: Engine, keep: Keep, line: Line, limits: Limits | None = None, idle: Idle = lambda: True
    ) -> None:
        self.engine = engine
        self.keep = keep
        self.line = line
        self.database = keep.database
        self.limits = limits or Limits()
        self.idle = idle
        self.tries = 8  # how often a part may be begun: one that kills its worker each time must end
        self.stopping = threading.Event()

    def make(self, ticket: str) -> Outcome:
        """Make the picture whose turn it is and put it into the store, or say why not. A recorded step."""
        if self.stopping.is_set():
            return {STOPPED: True}
        task = self.begin(ticket)
        if task is None:
            return {}
        began = time.monotonic()
        try:
            picture = self.paint(task)
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

    def begin(self, ticket: str) -> Task | None:
        """Note that a part runs; None where the ticket is worth nothing any more, or it has killed too many workers."""
        with self.database.write() as session:
            found = take_turn(session, ticket)
            if found is None:
                return None
            job, row = found
            row.tries += 1
            if row.tries > self.tries:
                what = f"The worker died {self.tries} times while it made this picture."
                row.error = {"what": what, "right": "Try a smaller photo."}
                move(session, job, row, states.FAILED)
                follow(session, job)
                return None
            if row.state == states.QUEUED:
                move(session, job, row, states.RUNNING)
                follow(session, job)
            return Task(ticket, job.id, row.photo, job.mask, row.style, Wanted(**job.ask))

    def paint(self, task: Task) -> StylizedPicture:
        """Photo to picture. Raises what the spine raises, and Cancelled where it is not wanted any more."""
        mask = self.read_mask(task.mask) if task.mask else None
        ask = task.wanted.ask(task.style, mask)
        photo = self.keep.store.get(task.photo)
        return stylize(self.engine, self.keep.store, photo, ask, self.progress(task), self.limits)

    def read_mask(self, key: str) -> NDArray[np.uint8]:
        """The mask from its picture, h x w."""
        return decode_mask(self.keep.store.get(key), self.limits)

    def progress(self, task: Task) -> Callable[[float], None]:
        """What is called at each tile, and within a tile that takes long: looks whether the part is wanted, also while
        it gives way, and notes how far it is."""
        looked = said = time.monotonic()

        def look(share: float) -> None:
            nonlocal looked, said
            now = time.monotonic()
            if self.stopping.is_set():
                raise Cancelled("The worker stops.")
            if now - looked < LOOK:
                return
            looked = now
            if not self.report(task, share if now - said >= SAY else None):
                raise Cancelled("The picture is not wanted any more.")
            said = now if now - said >= SAY else said

        def on_tile(share: float) -> None:
            self.give_way(lambda: look(share))
            look(share)

        return on_tile

    def give_way(self, look: Callable[[], None] = lambda: None) -> None:
        """Wait while somebody waits for a picture; ``look`` is called meanwhile, and may raise."""
        until = time.monotonic() + GIVE_WAY
        while not self.idle() and not self.stopping.is_set() and time.monotonic() < until:
            time.sleep(0.02)
            look()

    def report(self, task: Task, share: float | None) -> bool:
        """Whether the part is still wanted; notes its share where one is given."""
        if share is None:
            with self.database.read() as session:
                return session.scalar(select(Part.state).where(Part.ticket == task.ticket)) in states.OPEN
        with self.database.write() as session:
            found = begun(session, task.ticket)
            if found is None or found[1].state not in states.OPEN:
                return False
            job, row = found
            row.share = share
            note(session, job, "progress", {"number": row.number, "share": round(share, 4)})
            return True

    def settle(self, ticket: str, outcome: Outcome) -> bool:
        """Record what came of a part, and hold its picture. A recorded step; False where the picture is lost."""
        if not outcome:
            return True
        picture = self.record(ticket, outcome)
        return picture is None or self.keep.hold_picture(picture) or self.discard(picture)

    def record(self, ticket: str, outcome: Outcome) -> Picture | None:
        """Write the outcome down, once; the picture where there is one to be held."""
        with self.database.write() as session:
            found = begun(session, ticket)
            if found is None:
                return None
            job, row = found
            if row.state not in states.OPEN:
                return row.picture
            if STOPPED in outcome:
                self.hand_back(session, job, row)
            elif "error" in outcome:
                row.error = outcome["error"]
                move(session, job, row, states.FAILED)
            else:
                row.picture = picture_of(job, row, outcome)
                session.flush()
                row.seconds, row.share = outcome["seconds"], 1.0
                move(session, job, row, states.DONE)
            follow(session, job)
            return row.picture

    def hand_back(self, session: Session, job: Job, part: Part) -> None:
        """Put a part that was not finished in line again: this worker stops."""
        part.round, part.tries, part.share = part.round + 1, max(0, part.tries - 1), 0.0
        part.ticket = write_ticket(part)
        move(session, job, part, states.QUEUED)
        self.line.enqueue(session, part.ticket)

    def discard(self, picture: Picture) -> bool:
        """Take back the record of a picture that is not in the store any more; always False."""
        with self.database.write() as session:
            part = session.scalar(select(Part).where(Part.picture_id == picture.id))
            job = lock(session, part.job_id) if part else None
            if part and job:
                session.execute(delete(Picture).where(Picture.id == picture.id))
                part.picture_id = None
                move(session, job, part, states.QUEUED)
                follow(session, job)
        return False

    def fail(self, ticket: str, error: Exception) -> Outcome:
        """The outcome of an error that nobody foresaw; the log has it whole."""
        LOG.error("the part with the ticket %s failed", ticket, exc_info=error)
        return {"error": {"what": "The worker met an error that it did not expect.", "right": "Its log says more."}}


def picture_of(job: Job, part: Part, outcome: Outcome) -> Picture:
    """The row of a picture that was made; its id is the part's, so that there is never a second one."""
    size = {name: int(outcome[name]) for name in ("width", "height", "bytes")}
    return Picture(
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
