"""Keeps the blobs that the ledger names, and releases the others.

The ledger is written first, the store after that commit; whoever dies in between leaves a row that says what is still
to be done (``held`` false, or a release), and any later call of ``settle`` does it. All of it may be done twice.
"""

from collections.abc import Iterable

from sqlalchemy import Update, delete, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from ganvas.errors import NotFound
from ganvas.ledger.database import Database
from ganvas.ledger.history import list_blob_keys, name_picture_holder
from ganvas.ledger.models import JobRow, PartRow, PendingReleaseRow, PictureRow
from ganvas.storage.blobs import Store

BATCH_ROWS = 1000  # rows in one go


class BlobReferences:
    """One ledger and one store that are to agree."""

    def __init__(self, database: Database, store: Store) -> None:
        self.database = database
        self.store = store

    def apply_pending(self) -> None:
        """Hold and let go all that is still to be."""
        with self.database.open_read_session() as session:
            pictures = list(session.scalars(select(PictureRow).where(PictureRow.held.is_(False)).limit(BATCH_ROWS)))
            jobs = list(session.scalars(select(JobRow.id).where(JobRow.held.is_(False)).limit(BATCH_ROWS)))
        for picture in pictures:
            self.hold_picture(picture)
        for job in jobs:
            self.hold_job(job)
        self.apply_releases()

    def hold_picture(self, picture: PictureRow) -> bool:
        """Hold a picture with its photo and mask; says whether the picture itself is there."""
        there = self.hold_blobs([picture.key], name_picture_holder(picture))
        self.hold_blobs(list_blob_keys(picture) - {picture.key}, name_picture_holder(picture))
        if not self.update_row(update(PictureRow).where(PictureRow.id == picture.id).values(held=True)):
            self.release_blobs(list_blob_keys(picture), name_picture_holder(picture))  # it was deleted meanwhile
        return there

    def hold_job(self, id: str) -> None:
        """Hold the photos of a job and its mask."""
        with self.database.open_read_session() as session:
            keys = list_input_keys(session, id)
        self.hold_blobs(keys, f"job:{id}")
        if not self.update_row(update(JobRow).where(JobRow.id == id).values(held=True)):
            self.release_blobs(keys, f"job:{id}")

    def hold_blobs(self, keys: Iterable[str], holder_name: str) -> bool:
        """Hold blobs; says whether all are there. What is gone already is not waited for."""
        there = True
        for key in keys:
            try:
                self.store.hold(key, holder_name)
            except NotFound:
                there = False
        return there

    def release_blobs(self, keys: Iterable[str], holder_name: str) -> None:
        """Let blobs go."""
        for key in keys:
            self.store.release(key, holder_name)

    def update_row(self, change: Update) -> bool:
        """Make a change to one row; says whether the row was there."""
        with self.database.open_write_session() as session:
            return execute_update(session, change)

    def apply_releases(self) -> None:
        """Do the releases that are noted."""
        with self.database.open_read_session() as session:
            releases = list(session.scalars(select(PendingReleaseRow).limit(BATCH_ROWS)))
        if not releases:
            return
        for release in releases:
            self.store.release(release.key, release.holder)
        with self.database.open_write_session() as session:
            session.execute(
                delete(PendingReleaseRow).where(PendingReleaseRow.id.in_([release.id for release in releases]))
            )


def execute_update(session: Session, change: Update) -> bool:
    """Make a change; says whether a row was there for it."""
    result = session.execute(change)
    assert isinstance(result, CursorResult)
    return result.rowcount > 0


def list_input_keys(session: Session, job: str) -> set[str]:
    """The keys that a job holds: its photos and its mask."""
    keys = set(session.scalars(select(PartRow.photo).where(PartRow.job_id == job, PartRow.photo != "")))
    mask = session.scalar(select(JobRow.mask).where(JobRow.id == job))
    return keys | {mask} if mask else keys


def schedule_release(session: Session, job: str) -> None:
    """Note that a job's photos and mask are to be let go."""
    for key in list_input_keys(session, job):
        session.add(PendingReleaseRow(key=key, holder=f"job:{job}"))
