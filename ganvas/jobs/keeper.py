"""Looks after the work: says that this worker lives, takes over from the dead, tidies up. Knows workers, no picture.

A worker is dead when the lock that it held on its file is free (its process is gone, which the system knows at once),
or when it has not been heard of for ``silence`` seconds (its machine is gone, or it hangs). Who takes over marks the
dead one's row first, so that only one does; should that one die as well, the row falls silent again and the next does.
"""

import fcntl
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import delete, select, update

from ganvas.jobs import durable, states
from ganvas.jobs.keep import Keep, matched
from ganvas.jobs.record import begun, follow, move
from ganvas.jobs.turn import dismiss
from ganvas.ledger.ids import new_id
from ganvas.ledger.models import Worker

LOG = logging.getLogger("ganvas.jobs")
BEAT = 2.0
TIDY = 60.0
SWEEP = 600.0
GIVEN_UP = {"what": "The worker met an error that it did not expect.", "right": "Its log says more; try again."}


class Keeper:
    """A thread beside a worker. ``folder`` holds the lock files; ``keep_seconds`` as ``Settings.keep``."""

    def __init__(self, keep: Keep, folder: Path, slots: int, keep_seconds: float = 86400.0) -> None:
        self.id = new_id()
        self.keep = keep
        self.database = keep.database
        self.folder = folder
        self.slots = slots
        self.keep_seconds = keep_seconds
        self.silence = 15.0
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.run, name="keeper", daemon=True)
        self.lock: BinaryIO | None = None

    def register(self) -> None:
        """Be known as a worker, before any work is taken."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.lock = grip(self.folder / self.id, create=True)
        with self.database.write() as session:
            session.add(Worker(id=self.id, slots=self.slots, beat=self.database.now(session)))

    def start(self) -> None:
        """Begin to look after things; the worker takes work already."""
        self.thread.start()

    def end(self) -> None:
        """Stop; the row goes with the last of the work, or is left to others."""
        self.ending.set()
        if self.thread.is_alive():
            self.thread.join()

    def leave(self) -> None:
        """Be known no more: all work is done or handed back."""
        with self.database.write() as session:
            session.execute(delete(Worker).where(Worker.id == self.id))
        (self.folder / self.id).unlink(missing_ok=True)
        if self.lock:
            self.lock.close()

    def run(self) -> None:
        """Beat until the end, and do each duty in its time."""
        duties: list[tuple[float, Callable[[], object]]] = [
            (BEAT, self.beat),
            (BEAT, self.relieve),
            (TIDY, self.tidy),
            (SWEEP, self.sweep),
        ]
        due = [time.monotonic()] * len(duties)
        while True:
            for number, (every, duty) in enumerate(duties):
                if due[number] <= time.monotonic():
                    attempt(duty)
                    due[number] = time.monotonic() + every
            if self.ending.wait(max(0.05, min(due) - time.monotonic())):
                return

    def beat(self) -> None:
        """Say that this worker lives."""
        with self.database.write() as session:
            session.execute(update(Worker).where(Worker.id == self.id).values(beat=self.database.now(session)))

    def relieve(self) -> int:
        """Take over from the workers that died; says how many pictures that were."""
        with self.database.read() as session:
            now = self.database.now(session)
            others = list(session.scalars(select(Worker).where(Worker.id != self.id)))
        return sum(self.take_over(other) for other in others if self.is_dead(other, now) and self.claim(other))

    def is_dead(self, other: Worker, now: float) -> bool:
        """Whether a worker's lock is free, or it is silent."""
        path = self.folder / other.id
        if path.exists() and (lock := grip(path)):
            lock.close()
            return True
        return now - other.beat > self.silence

    def claim(self, other: Worker) -> bool:
        """Be the one that takes over: whoever sees the row as it was may change it, once."""
        with self.database.write() as session:
            mine = update(Worker).where(Worker.id == other.id, Worker.beat == other.beat)
            return matched(session, mine.values(beat=self.database.now(session), slots=0))

    def take_over(self, other: Worker) -> int:
        """Put a dead worker's work back in line and forget the worker."""
        found = durable.take_over(other.id)
        with self.database.write() as session:
            session.execute(delete(Worker).where(Worker.id == other.id))
        (self.folder / other.id).unlink(missing_ok=True)
        LOG.warning("worker %s is gone; %d pictures that it was making are in line again", other.id, found)
        return found

    def tidy(self) -> None:
        """Finish what others began: holds and releases, parts that the queue gave up, old records of it."""
        self.keep.settle()
        for ticket in durable.stranded():
            self.give_up(ticket)
        durable.purge(self.keep_seconds)
        with self.database.write() as session:
            dismiss(session)

    def give_up(self, ticket: str) -> None:
        """Note that a part failed whose ticket did."""
        with self.database.write() as session:
            found = begun(session, ticket)
            if found and found[1].state in states.OPEN:
                job, row = found
                row.error = GIVEN_UP
                move(session, job, row, states.FAILED)
                follow(session, job)

    def sweep(self) -> None:
        """Delete from the store what nobody holds."""
        self.keep.store.sweep(self.keep_seconds)


def attempt(duty: Callable[[], object]) -> None:
    """Do a duty; what goes wrong is logged, and the duty comes again in its time."""
    try:
        duty()
    except Exception:
        LOG.exception("a duty of the keeper failed")


def grip(path: Path, create: bool = False) -> BinaryIO | None:
    """The file, locked until it is closed or this process ends; None where another holds it."""
    file = path.open("ab" if create else "rb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file
