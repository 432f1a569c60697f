"""The tables of the ledger. Times are seconds since 1970 (UTC)."""

from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

NAMING_CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
JsonObject = dict[str, Any]  # what JSON can say


class LedgerBase(DeclarativeBase):
    """A row of the ledger."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map = {JsonObject: JSON(none_as_null=True), list[str]: JSON}  # noqa: RUF012  read once by SQLAlchemy


class JobRow(LedgerBase):
    """Work that was asked for once and is done in parts. ``state`` as in ``ganvas.jobs.states``.

    ``ask`` is all that was asked but photo and style, ``mask`` the key of a mask. ``events`` counts the job's events,
    and is their last number. ``photos`` are the keys of photos that are held for it until it is deleted.
    """

    __tablename__ = "jobs"

    id: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    ask: Mapped[JsonObject]
    mask: Mapped[str | None]
    styles: Mapped[list[str]]
    priority: Mapped[int]
    state: Mapped[str] = mapped_column(index=True)
    events: Mapped[int] = mapped_column(default=0)
    held: Mapped[bool] = mapped_column(default=False, index=True)
    made: Mapped[float]
    began: Mapped[float | None]
    ended: Mapped[float | None]
    parts: Mapped[list["PartRow"]] = relationship(
        back_populates="job", order_by="PartRow.number", cascade="all, delete-orphan", passive_deletes=True
    )


class PartRow(LedgerBase):
    """One photo in one style. ``round`` counts how often it was put in line, ``tries`` how often that was begun.

    ``ticket`` is the place in line by which it is done, or was; tickets are exchanged (see ``ganvas.jobs.scheduling``).
    ``photo`` is the photo's key, ``given`` its name with folders, ``result`` the picture's; ``share`` is done, 0 to 1.
    """

    __tablename__ = "parts"
    __table_args__ = (
        Index("ix_parts_job_number", "job_id", "number", unique=True),
        Index("ix_parts_job_state", "job_id", "state", "number"),  # which part of a job is next
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    number: Mapped[int]
    photo: Mapped[str]
    given: Mapped[str]
    result: Mapped[str]
    style: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    round: Mapped[int] = mapped_column(default=0)
    ticket: Mapped[str] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column(default=0)
    share: Mapped[float] = mapped_column(default=0.0)
    error: Mapped[JsonObject | None]
    seconds: Mapped[float | None]
    picture_id: Mapped[str | None] = mapped_column(ForeignKey("pictures.id", ondelete="SET NULL"), index=True)
    job: Mapped[JobRow] = relationship(back_populates="parts")
    picture: Mapped["PictureRow | None"] = relationship()


class EventRow(LedgerBase):
    """Something that happened to a job; ``number`` counts from 1 without a gap."""

    __tablename__ = "events"

    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    body: Mapped[JsonObject]
    at: Mapped[float]


class PictureRow(LedgerBase):
    """A picture that somebody made, with all that it takes to make it again.

    ``key``, ``photo``, ``mask`` and ``thumbnail`` (made when it is first looked at) are keys in the store, held as
    ``picture:ID``; ``held`` says that this was done. ``style_sha256`` is the style file's, None before it was noted.
    """

    __tablename__ = "pictures"
    __table_args__ = (Index("ix_pictures_owner_id", "owner", "id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]
    key: Mapped[str]
    photo: Mapped[str | None]
    mask: Mapped[str | None]
    name: Mapped[str]
    style: Mapped[str]
    ask: Mapped[JsonObject]
    media_type: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    bytes: Mapped[int] = mapped_column(BigInteger)
    seconds: Mapped[float]
    made: Mapped[float]
    star: Mapped[bool] = mapped_column(default=False)
    folder: Mapped[str] = mapped_column(default="")
    held: Mapped[bool] = mapped_column(default=False, index=True)
    style_sha256: Mapped[str | None]
    thumbnail: Mapped[str | None]


class FolderRow(LedgerBase):
    """A folder of somebody's pictures that stays when nothing is in it."""

    __tablename__ = "folders"

    owner: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)


class StyleOrderRow(LedgerBase):
    """In which order somebody has the styles: their names."""

    __tablename__ = "shelves"

    owner: Mapped[str] = mapped_column(primary_key=True)
    styles: Mapped[list[str]]


class WorkerRow(LedgerBase):
    """A process that works on jobs; ``beat`` is when it last said that it lives, by the database's clock."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(primary_key=True)
    slots: Mapped[int]
    beat: Mapped[float]


class OwnerTurnRow(LedgerBase):
    """When an owner had its last turn, as the turn's number. The row of nobody ("") counts the turns of all."""

    __tablename__ = "turns"

    owner: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)


class PendingReleaseRow(LedgerBase):
    """A blob that is to be let go: written with what deletes it, done after that is safe."""

    __tablename__ = "releases"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    key: Mapped[str]
    holder: Mapped[str]
