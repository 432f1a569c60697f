"""Owners as the whole ledger knows them: lists them, and moves rows from one to another. Knows no cookie."""

from dataclasses import dataclass

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from ganvas.errors import NotFound
from ganvas.ledger.models import Folder, Job, Picture, Shelf, Turn


@dataclass(frozen=True)
class OwnerSummary:
    """How much an owner has, and when the last of it was made or asked for (seconds since 1970)."""

    owner: str
    pictures: int
    jobs: int
    last: float


def list_owners(session: Session) -> list[OwnerSummary]:
    """Who has pictures or jobs, the latest first."""
    found: dict[str, OwnerSummary] = {}
    for owner, count, last in session.execute(count_rows(Picture)):
        found[owner] = OwnerSummary(owner, count, 0, last)
    for owner, count, last in session.execute(count_rows(Job)):
        other = found.get(owner, OwnerSummary(owner, 0, 0, 0.0))
        found[owner] = OwnerSummary(owner, other.pictures, count, max(last, other.last))
    return sorted(found.values(), key=lambda one: -one.last)


def count_rows(table: type[Picture] | type[Job]) -> Select[tuple[str, int, float]]:
    """The query of how many rows each owner has, and when the last was made."""
    return select(table.owner, func.count(), func.max(table.made)).group_by(table.owner)


def move_owner(session: Session, owner: str, to: str) -> None:
    """Give all that an owner has to another; folders of one name become one. Raises NotFound for who has nothing."""
    if owner not in {one.owner for one in list_owners(session)}:
        raise NotFound(f"Nobody is called {owner[:60]!r} here.", "`ganvas owners list` shows who has what.")
    if owner == to:
        return
    for name in list(session.scalars(select(Folder.name).where(Folder.owner == owner))):
        session.merge(Folder(owner=to, name=name))
    if (shelf := session.get(Shelf, owner)) and session.get(Shelf, to) is None:
        session.add(Shelf(owner=to, styles=shelf.styles))
    session.execute(update(Picture).where(Picture.owner == owner).values(owner=to))
    session.execute(update(Job).where(Job.owner == owner).values(owner=to))
    forget_owner(session, owner)


def forget_owner(session: Session, owner: str) -> None:
    """Delete what is left of an owner beside pictures and jobs: folders, order of styles, turn."""
    session.flush()
    for table in (Folder, Shelf, Turn):
        session.execute(delete(table).where(table.owner == owner))
