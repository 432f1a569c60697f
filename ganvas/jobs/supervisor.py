"""Supervises workers: heartbeat, take-over from dead ones, clean-up.

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

from ganvas.jobs import queue, states
from ganvas.jobs.retention import BlobReferences, execute_update
from ganvas.jobs.scheduling import remove_idle_owners
from ganvas.jobs.transitions import lock_part_by_ticket, set_part_state, update_job_state
from ganvas.ledger.ids import new_id
from ganvas.ledger.models import WorkerRow

LOG = logging.getLogger("ganvas.jobs")
HEARTBEAT_SECONDS = 2.0
CLEANUP_SECONDS = 60.0
SWEEP_SECONDS = 600.0
GIVEN_UP_ERROR = {"what": "The worker met an error that it did not expect.", "right": "Its log says more; try again."}


class Supervisor:
    """A thread beside a worker. ``folder`` holds the lock files; ``keep_seconds`` as ``Settings.keep``."""

    def __init__(self, references: BlobReferences, folder: Path, slots: int, keep_seconds: float = 86400.0) -> None:
        self.id = new_id()
        self.references = references
        self.database = references.database
        self.folder = folder
        self.slots = slots
        self.keep_seconds = keep_seconds
        self.silence_seconds = 15.0
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run_duties, name="supervisor", daemon=True)
        self.lock_file: BinaryIO | None = None

    def register(self) -> None:
        """Be known as a worker, before any work is taken."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.lock_file = try_lock_file(self.folder / self.id, create_file=True)
        with self.database.open_write_session() as session:
            session.add(WorkerRow(id=self.id, slots=self.slots, beat=self.database.read_clock(session)))

    def start(self) -> None:
        """Begin to look after things; the worker takes work already."""
        self.thread.start()

    def stop(self) -> None:
        """Stop; the row goes with the last of the work, or is left to others."""
        self.stopping.set()
        if self.thread.is_alive():
            self.thread.join()

    def unregister(self) -> None:
        """Be known no more: all work is done or handed back."""
        with self.database.open_write_session() as session:
            session.execute(delete(WorkerRow).where(WorkerRow.id == self.id))
        (self.folder / self.id).unlink(missing_ok=True)
        if self.lock_file:
            self.lock_file.close()

    def run_duties(self) -> None:
        """Beat until the end, and do each duty in its time."""
        duties: list[tuple[float, Callable[[], object]]] = [
            (HEARTBEAT_SECONDS, self.send_heartbeat),
            (HEARTBEAT_SECONDS, self.take_over_dead),
            (CLEANUP_SECONDS, self.clean_up),
            (SWEEP_SECONDS, self.sweep_blobs),
        ]
        due = [time.monotonic()] * len(duties)
        while True:
            for number, (every, duty) in enumerate(duties):
                if due[number] <= time.monotonic():
                    run_duty(duty)
                    due[number] = time.monotonic() + every
            if self.stopping.wait(max(0.05, min(due) - time.monotonic())):
                return

    def send_heartbeat(self) -> None:
        """Say that this worker lives."""
        with self.database.open_write_session() as session:
            session.execute(
                update(WorkerRow).where(WorkerRow.id == self.id).values(beat=self.database.read_clock(session))
            )

    def take_over_dead(self) -> int:
        """Take over from the workers that died; says how many pictures that were."""
        with self.database.open_read_session() as session:
            now = self.database.read_clock(session)
            others = list(session.scalars(select(WorkerRow).where(WorkerRow.id != self.id)))
        return sum(
            self.take_over_worker(other)
            for other in others
            if self.is_dead(other, now) and self.claim_dead_worker(other)
        )

    def is_dead(self, other: WorkerRow, now: float) -> bool:
        """Whether a worker's lock is free, or it is silent."""
        path = self.folder / other.id
        if path.exists() and (lock := try_lock_file(path)):
            lock.close()
            return True
        return now - other.beat > self.silence_seconds

    def claim_dead_worker(self, other: WorkerRow) -> bool:
        """Be the one that takes over: whoever sees the row as it was may change it, once."""
        with self.database.open_write_session() as session:
            mine = update(WorkerRow).where(WorkerRow.id == other.id, WorkerRow.beat == other.beat)
            return execute_update(session, mine.values(beat=self.database.read_clock(session), slots=0))

    def take_over_worker(self, other: WorkerRow) -> int:
        """Put a dead worker's work back in line and forget the worker."""
        found = queue.requeue_executor_tickets(other.id)
        with self.database.open_write_session() as session:
            session.execute(delete(WorkerRow).where(WorkerRow.id == other.id))
        (self.folder / other.id).unlink(missing_ok=True)
        LOG.warning("worker %s is gone; %d pictures that it was making are in line again", other.id, found)
        return found

    def clean_up(self) -> None:
        """Finish what others began: holds and releases, parts that the queue gave up, old records of it."""
        self.references.apply_pending()
        for ticket in queue.list_failed_tickets():
            self.mark_ticket_failed(ticket)
        queue.purge_finished_tickets(self.keep_seconds)
        with self.database.open_write_session() as session:
            remove_idle_owners(session)

    def mark_ticket_failed(self, ticket: str) -> None:
        """Note that a part failed whose ticket did."""
        with self.database.open_write_session() as session:
            found = lock_part_by_ticket(session, ticket)
            if found and found[1].state in states.ACTIVE:
                job, row = found
                row.error = GIVEN_UP_ERROR
                set_part_state(session, job, row, states.FAILED)
                update_job_state(session, job)

    def sweep_blobs(self) -> None:
        """Delete from the store what nobody holds."""
        self.references.store.sweep(self.keep_seconds)


def run_duty(duty: Callable[[], object]) -> None:
    """Do a duty; what goes wrong is logged, and the duty comes again in its time."""
    try:
        duty()
    except Exception:
        LOG.exception("a duty of the supervisor failed")


def try_lock_file(path: Path, create_file: bool = False) -> BinaryIO | None:
    """The file, locked until it is closed or this process ends; None where another holds it."""
    file = path.open("ab" if create_file else "rb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file
