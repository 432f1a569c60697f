"""Makes the store hold what the ledger says, and let go what it says no more. Knows both; decides neither.

The ledger is written first, the store after that commit; whoever dies in between leaves a row that says what is still
to be done (``held`` false, or a release), and any later call of ``settle`` does it. All of it may be done twice.
"""

from collections.abc import Iterable

from sqlalchemy import Update, delete, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from ganvas.errors import NotFound
from ganvas.ledger.database import Database
from ganvas.ledger.history import blobs, holder
from ganvas.ledger.models import Job, Part, Picture, Release
from ganvas.store import Store

MOST = 1000  # rows in one go


class Keep:
    """One ledger and one store that are to agree."""

    def __init__(self, database: Database, store: Store) -> None:
        self.database = database
        self.store = store

    def settle(self) -> None:
        """Hold and let go all that is still to be."""
        with self.database.read() as session:
            pictures = list(session.scalars(select(Picture).where(Picture.held.is_(False)).limit(MOST)))
            jobs = list(session.scalars(select(Job.id).where(Job.held.is_(False)).limit(MOST)))
        for picture in pictures:
            self.hold_picture(picture)
        for job in jobs:
            self.hold_job(job)
        self.let_go()

    def hold_picture(self, picture: Picture) -> bool:
        """Hold a picture with its photo and mask; says whether the picture itself is there."""
        there = self.hold([picture.key], holder(picture))
        self.hold(blobs(picture) - {picture.key}, holder(picture))
        if not self.mark(update(Picture).where(Picture.id == picture.id).values(held=True)):
            self.release(blobs(picture), holder(picture))  # it was deleted meanwhile
        return there

    def hold_job(self, id: str) -> None:
        """Hold the photos of a job and its mask."""
        with self.database.read() as session:
            keys = inputs(session, id)
        self.hold(keys, f"job:{id}")
        if not self.mark(update(Job).where(Job.id == id).values(held=True)):
            self.release(keys, f"job:{id}")

    def hold(self, keys: Iterable[str], name: str) -> bool:
        """Hold blobs; says whether all are there. What is gone already is not waited for."""
        there = True
        for key in keys:
            try:
                self.store.hold(key, name)
            except NotFound:
                there = False
        return there

    def release(self, keys: Iterable[str], name: str) -> None:
        """Let blobs go."""
        for key in keys:
            self.store.release(key, name)

    def mark(self, change: Update) -> bool:
        """Make a change to one row; says whether the row was there."""
        with self.database.write() as session:
            return matched(session, change)

    def let_go(self) -> None:
        """Do the releases that are noted."""
        with self.database.read() as session:
            releases = list(session.scalars(select(Release).limit(MOST)))
        if not releases:
            return
        for release in releases:
            self.store.release(release.key, release.holder)
        with self.database.write() as session:
            session.execute(delete(Release).where(Release.id.in_([release.id for release in releases])))


def matched(session: Session, change: Update) -> bool:
    """Make a change; says whether a row was there for it."""
    result = session.execute(change)
    assert isinstance(result, CursorResult)
    return result.rowcount > 0


def inputs(session: Session, job: str) -> set[str]:
    """The keys that a job holds: its photos and its mask."""
    keys = set(session.scalars(select(Part.photo).where(Part.job_id == job, Part.photo != "")))
    mask = session.scalar(select(Job.mask).where(Job.id == job))
    return keys | {mask} if mask else keys


def note_release(session: Session, job: str) -> None:
    """Note that a job's photos and mask are to be let go."""
    for key in inputs(session, job):
        session.add(Release(key=key, holder=f"job:{job}"))
