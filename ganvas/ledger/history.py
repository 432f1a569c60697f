"""What somebody made: kept, found, starred, put into folders, deleted. Knows the table of pictures; asks no engine.

Each function takes a session of ``Database.write`` or ``read``. Blobs are held and let go after the commit (see
``ganvas.jobs.keep``), by another process where this one died in between.
"""

from dataclasses import dataclass

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from ganvas.errors import NotFound
from ganvas.ledger.models import Folder, Job, Part, Picture, Release

PAGE = 60
LONGEST_FOLDER = 120


@dataclass(frozen=True)
class Search:
    """What is looked for: ``words`` all in name, folder or style; ``style`` its name, or NAME@VERSION; None is any;
    ``before`` is the last id seen.
    """

    words: str = ""
    style: str = ""
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
    if search.style:
        version = Picture.style.like(f"{escape(search.style)}@%", escape="\\")
        query = query.where(or_(Picture.style == search.style, version))
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
    """The owner's folders by name with how many pictures are in each; those in none are under ''."""
    counts = dict.fromkeys(session.scalars(select(Folder.name).where(Folder.owner == owner)), 0)
    query = select(Picture.folder, func.count()).where(Picture.owner == owner).group_by(Picture.folder)
    counts |= {folder: int(count) for folder, count in session.execute(query)}
    return {name: counts[name] for name in sorted(counts)}


def make_folder(session: Session, owner: str, name: str) -> None:
    """Have a folder, which stays when nothing is in it; one that is there stays as it is."""
    session.merge(Folder(owner=owner, name=name))


def rename_folder(session: Session, owner: str, name: str, to: str) -> None:
    """Give a folder another name; where that is a folder already, the two become one. Raises NotFound."""
    remove_folder(session, owner, name, to)
    make_folder(session, owner, to)


def remove_folder(session: Session, owner: str, name: str, to: str = "") -> None:
    """Take a folder away; what lay in it stays, in no folder or in another. Raises NotFound."""
    if not name or name not in folders(session, owner):
        raise NotFound(f"You have no folder {name[:LONGEST_FOLDER]!r}.", "Its name is written exactly as in the list.")
    session.execute(delete(Folder).where(Folder.owner == owner, Folder.name == name))
    session.execute(update(Picture).where(Picture.owner == owner, Picture.folder == name).values(folder=to))


def get(session: Session, owner: str, id: str) -> Picture:
    """One picture of the owner. Raises NotFound, also for another's."""
    picture = session.get(Picture, id)
    if picture is None or picture.owner != owner:
        raise NotFound(f"There is no picture {id[:40]!r} in your history.", "It may have been deleted.")
    return picture


def owns_blob(session: Session, owner: str, key: str) -> bool:
    """Whether a blob is in an owner's history (picture, photo, mask, thumbnail) or in one of the owner's jobs."""
    if not (key.isascii() and key.isalnum()):
        return False
    columns = (Picture.key, Picture.photo, Picture.mask, Picture.thumbnail)
    pictures = select(Picture.id).where(Picture.owner == owner, or_(*(column == key for column in columns)))
    masks = select(Job.id).where(Job.owner == owner, Job.mask == key)
    photos = select(Part.id).join(Job).where(Job.owner == owner, Part.photo == key)
    return any(session.scalar(query.limit(1)) is not None for query in (pictures, masks, photos))


def holder(picture: Picture) -> str:
    """The name under which a picture's blobs are held."""
    return f"picture:{picture.id}"


def remove(session: Session, picture: Picture) -> None:
    """Delete the record, and note that its blobs are to be let go."""
    for key in blobs(picture):
        session.add(Release(key=key, holder=holder(picture)))
    session.execute(delete(Picture).where(Picture.id == picture.id))


def blobs(picture: Picture) -> set[str]:
    """The keys that a picture holds: itself, its photo, its mask, its thumbnail."""
    return {key for key in (picture.key, picture.photo, picture.mask, picture.thumbnail) if key}
