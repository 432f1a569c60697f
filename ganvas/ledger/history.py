"""What somebody made: kept, found, starred, put into folders, deleted.

Each function takes a session of ``Database.write`` or ``read``. Blobs are held and let go after the commit (see
``ganvas.jobs.retention``), by another process where this one died in between.
"""

from dataclasses import dataclass

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from ganvas.errors import NotFound
from ganvas.ledger.models import FolderRow, JobRow, PartRow, PendingReleaseRow, PictureRow

PAGE_SIZE = 60
MAX_FOLDER_LENGTH = 120


@dataclass(frozen=True)
class PictureSearch:
    """What is looked for: ``words`` all in name, folder or style; ``style`` its name, or NAME@VERSION; None is any;
    ``before`` is the last id seen.
    """

    words: str = ""
    style: str = ""
    folder: str | None = None
    star: bool | None = None
    before: str = ""
    limit: int = PAGE_SIZE


def find_pictures(session: Session, owner: str, search: PictureSearch) -> list[PictureRow]:
    """An owner's pictures, the newest first."""
    query = select(PictureRow).where(PictureRow.owner == owner).order_by(PictureRow.id.desc()).limit(search.limit)
    for word in search.words.split()[:8]:
        near = f"%{escape_like(word.lower())}%"
        columns = (PictureRow.name, PictureRow.folder, PictureRow.style)
        query = query.where(or_(*(func.lower(column).like(near, escape="\\") for column in columns)))
    if search.style:
        version = PictureRow.style.like(f"{escape_like(search.style)}@%", escape="\\")
        query = query.where(or_(PictureRow.style == search.style, version))
    if search.folder is not None:
        query = query.where(PictureRow.folder == search.folder)
    if search.star is not None:
        query = query.where(PictureRow.star == search.star)
    if search.before:
        query = query.where(PictureRow.id < search.before)
    return list(session.scalars(query))


def escape_like(word: str) -> str:
    """A word for LIKE in which nothing stands for anything."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def count_pictures_by_folder(session: Session, owner: str) -> dict[str, int]:
    """The owner's folders by name with how many pictures are in each; those in none are under ''."""
    counts = dict.fromkeys(session.scalars(select(FolderRow.name).where(FolderRow.owner == owner)), 0)
    query = select(PictureRow.folder, func.count()).where(PictureRow.owner == owner).group_by(PictureRow.folder)
    counts |= {folder: int(count) for folder, count in session.execute(query)}
    return {name: counts[name] for name in sorted(counts)}


def add_folder(session: Session, owner: str, name: str) -> None:
    """Have a folder, which stays when nothing is in it; one that is there stays as it is."""
    session.merge(FolderRow(owner=owner, name=name))


def rename_folder(session: Session, owner: str, name: str, new_name: str) -> None:
    """Give a folder another name; where that is a folder already, the two become one. Raises NotFound."""
    delete_folder(session, owner, name, new_name)
    add_folder(session, owner, new_name)


def delete_folder(session: Session, owner: str, name: str, target: str = "") -> None:
    """Take a folder away; what lay in it stays, in no folder or in another. Raises NotFound."""
    if not name or name not in count_pictures_by_folder(session, owner):
        raise NotFound(
            f"You have no folder {name[:MAX_FOLDER_LENGTH]!r}.", "Its name is written exactly as in the list."
        )
    session.execute(delete(FolderRow).where(FolderRow.owner == owner, FolderRow.name == name))
    session.execute(
        update(PictureRow).where(PictureRow.owner == owner, PictureRow.folder == name).values(folder=target)
    )


def get_picture(session: Session, owner: str, id: str) -> PictureRow:
    """One picture of the owner. Raises NotFound, also for another's."""
    picture = session.get(PictureRow, id)
    if picture is None or picture.owner != owner:
        raise NotFound(f"There is no picture {id[:40]!r} in your history.", "It may have been deleted.")
    return picture


def owns_blob(session: Session, owner: str, key: str) -> bool:
    """Whether a blob is in an owner's history (picture, photo, mask, thumbnail) or in one of the owner's jobs."""
    if not (key.isascii() and key.isalnum()):
        return False
    columns = (PictureRow.key, PictureRow.photo, PictureRow.mask, PictureRow.thumbnail)
    pictures = select(PictureRow.id).where(PictureRow.owner == owner, or_(*(column == key for column in columns)))
    masks = select(JobRow.id).where(JobRow.owner == owner, JobRow.mask == key)
    photos = select(PartRow.id).join(JobRow).where(JobRow.owner == owner, PartRow.photo == key)
    return any(session.scalar(query.limit(1)) is not None for query in (pictures, masks, photos))


def name_picture_holder(picture: PictureRow) -> str:
    """The name under which a picture's blobs are held."""
    return f"picture:{picture.id}"


def delete_picture(session: Session, picture: PictureRow) -> None:
    """Delete the record, and note that its blobs are to be let go."""
    for key in list_blob_keys(picture):
        session.add(PendingReleaseRow(key=key, holder=name_picture_holder(picture)))
    session.execute(delete(PictureRow).where(PictureRow.id == picture.id))


def list_blob_keys(picture: PictureRow) -> set[str]:
    """The keys that a picture holds: itself, its photo, its mask, its thumbnail."""
    return {key for key in (picture.key, picture.photo, picture.mask, picture.thumbnail) if key}
