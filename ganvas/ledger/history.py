"""What somebody made: kept, found, starred, put into folders, deleted. Knows the table of pictures; asks no engine.

Each function takes a session of ``Database.write`` or ``read``. Blobs are held and let go after the commit (see
``ganvas.jobs.keep``), by another process where this one died in between.
"""

from dataclasses import dataclass

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from ganvas.errors import NotFound
from ganvas.ledger.models import Picture, Release

PAGE = 60
LONGEST_FOLDER = 120


@dataclass(frozen=True)
class Search:
    """What is looked for: ``words`` all in name, folder or style; None is any; ``before`` is the last id seen."""

    words: str = ""
    folder: str | None = None
    star: bool | None = None
    before: str = ""
    limit: int = PAGE


def find(session: Session, owner: str, search: Search) -> list[Picture]:
    """An owner's pictures, the newest first."""
    query = select(Picture).where(Picture.owner == owner).order_by(Picture.id.desc()).limit(search.limit)
    for word in search.words.split()[:8]:
        near = f"%{escape(word.lower())}%"
        columns = (Picture.name, Picture.folder, Picture.style)
        query = query.where(or_(*(func.lower(column).like(near, escape="\\") for column in columns)))
    if search.folder is not None:
        query = query.where(Picture.folder == search.folder)
    if search.star is not None:
        query = query.where(Picture.star == search.star)
    if search.before:
        query = query.where(Picture.id < search.before)
    return list(session.scalars(query))


def escape(word: str) -> str:
    """A word for LIKE in which nothing stands for anything."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def folders(session: Session, owner: str) -> dict[str, int]:
    """The owner's folders with how many pictures are in each; those in none are under ''."""
    query = select(Picture.folder, func.count()).where(Picture.owner == owner).group_by(Picture.folder)
    return {folder: int(count) for folder, count in session.execute(query.order_by(Picture.folder))}


def get(session: Session, owner: str, id: str) -> Picture:
    """One picture of the owner. Raises NotFound, also for another's."""
    picture = session.get(Picture, id)
    if picture is None or picture.owner != owner:
        raise NotFound(f"There is no picture {id[:40]!r} in your history.", "It may have been deleted.")
    return picture


def holder(picture: Picture) -> str:
    """The name under which a picture's blobs are held."""
    return f"picture:{picture.id}"


def remove(session: Session, picture: Picture) -> None:
    """Delete the record, and note that its blobs are to be let go."""
    for key in blobs(picture):
        session.add(Release(key=key, holder=holder(picture)))
    session.execute(delete(Picture).where(Picture.id == picture.id))


def blobs(picture: Picture) -> set[str]:
    """The keys that a picture holds: itself, its photo, its mask."""
    return {key for key in (picture.key, picture.photo, picture.mask) if key}
