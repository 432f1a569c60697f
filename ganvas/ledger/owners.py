"""Owners as the whole ledger knows them: lists them, and moves rows from one to another."""

from dataclasses import dataclass

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from ganvas.errors import NotFound
from ganvas.ledger.models import FolderRow, JobRow, OwnerTurnRow, PictureRow, StyleOrderRow


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
    for row in session.execute(count_rows(PictureRow)):
        owner, count, last = row.owner, row.rows, row.last
        found[owner] = OwnerSummary(owner, count, 0, last)
    for row in session.execute(count_rows(JobRow)):
        owner, count, last = row.owner, row.rows, row.last
        other = found.get(owner, OwnerSummary(owner, 0, 0, 0.0))
        found[owner] = OwnerSummary(owner, other.pictures, count, max(last, other.last))
    return sorted(found.values(), key=lambda one: -one.last)


def count_rows(table: type[PictureRow] | type[JobRow]) -> "Select[str, int, float]":
    """The query of how many rows each owner has, and when the last was made."""
    return select(table.owner, func.count().label("rows"), func.max(table.made).label("last")).group_by(table.owner)


def move_owner(session: Session, owner: str, to: str) -> None:
    """Give all that an owner has to another; folders of one name become one. Raises NotFound for who has nothing."""
    if owner not in {one.owner for one in list_owners(session)}:
        raise NotFound(f"Nobody is called {owner[:60]!r} here.", "`ganvas owners list` shows who has what.")
    if owner == to:
        return
    for name in list(session.scalars(select(FolderRow.name).where(FolderRow.owner == owner))):
        session.merge(FolderRow(owner=to, name=name))
    if (shelf := session.get(StyleOrderRow, owner)) and session.get(StyleOrderRow, to) is None:
        session.add(StyleOrderRow(owner=to, styles=shelf.styles))
    session.execute(update(PictureRow).where(PictureRow.owner == owner).values(owner=to))
    session.execute(update(JobRow).where(JobRow.owner == owner).values(owner=to))
    forget_owner(session, owner)


def forget_owner(session: Session, owner: str) -> None:
    """Delete what is left of an owner beside pictures and jobs: folders, order of styles, turn."""
    session.flush()
    for table in (FolderRow, StyleOrderRow, OwnerTurnRow):
        session.execute(delete(table).where(table.owner == owner))
