"""Request and response bodies of jobs and of the history."""

from typing import Annotated, Any, Literal
from urllib.parse import quote

from pydantic import Field, field_validator

from ganvas.image import MetadataPolicy
from ganvas.jobs.request import DEFAULT_PRIORITY, HIGHEST_PRIORITY, LOWEST_PRIORITY, MAX_NAME_LENGTH, PictureSettings
from ganvas.jobs.service import JobView
from ganvas.ledger.history import MAX_FOLDER_LENGTH
from ganvas.ledger.models import PartRow as PartRow
from ganvas.ledger.models import PictureRow as PictureRow
from ganvas.web.schemas.pictures import Asked, PictureForm, PictureFormat, SizeField, StrictModel
from ganvas.web.schemas.pictures import CropField as Cut

JobState = Literal["queued", "running", "paused", "done", "failed", "cancelled"]


class JobForm(Asked):
    """The form's fields beside its files: ``photos`` (photos and ZIPs, as many as wanted) and ``mask``."""

    style: Annotated[list[str], Field(min_length=1, max_length=100, description="one or several", examples=[["monet"]])]
    strength: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 1.0
    stroke: Annotated[float, Field(ge=0.25, le=4, allow_inf_nan=False)] = 1.0
    colour: Literal["style", "photo"] = "style"
    format: PictureFormat = "jpeg"
    quality: Annotated[int, Field(ge=1, le=100)] = 90
    metadata: MetadataPolicy = "none"
    cut: Cut = ""
    size: SizeField = ""
    name: Annotated[str, Field(max_length=MAX_NAME_LENGTH, description="what the job is called")] = ""
    priority: Annotated[
        int, Field(ge=HIGHEST_PRIORITY, le=LOWEST_PRIORITY, description="among your own jobs: 1 first, 9 last")
    ] = DEFAULT_PRIORITY


def to_picture_settings(form: PictureForm | JobForm) -> PictureSettings:
    """How the pictures are to be, of a form for one or for many."""
    return PictureSettings(**{name: getattr(form, name) for name in PictureSettings.__dataclass_fields__})


class Reason(StrictModel):
    """Why a picture was not made."""

    what: str
    right: str = ""


class Part(StrictModel):
    """One photo in one style."""

    number: int
    photo: str = Field(description="the photo's name, with folders")
    name: str = Field(description="the picture's name in the ZIP", examples=["trip/day 1/sea.jpg"])
    style: str
    made_in: str | None = Field(default=None, description="the style that made the picture, where `style` was gone")
    state: JobState
    share: float = Field(description="how much is done, 0 to 1")
    error: Reason | None = None
    picture: str | None = Field(default=None, description="its id in the history")
    url: str | None = None


class Job(StrictModel):
    """A job, and what is to be expected of it."""

    id: str
    name: str
    state: JobState
    styles: list[str]
    priority: int
    settings: dict[str, Any]
    pictures: int = Field(description="how many are asked for")
    counts: dict[str, int] = Field(description="how many are in each state")
    made: float = Field(description="when it was asked for, in seconds since 1970")
    began: float | None
    ended: float | None
    position: int | None = Field(description="place in line, 1 is next; none when it has begun")
    seconds_left: float | None
    event: int = Field(description="number of its last event; events after it come from `events`")
    parts: list[Part] | None = None


class Jobs(StrictModel):
    """Jobs, the newest first; ``next`` is where the list goes on."""

    jobs: list[Job]
    next: str | None = None


class Limits(StrictModel):
    """How much is taken at once."""

    photo_bytes: int = Field(examples=[67108864])
    photo_pixels: int = Field(examples=[100_000_000])
    job_bytes: int = Field(description="of a job's body", examples=[2147483648])
    job_pictures: int = Field(description="that a job makes", examples=[2000])


class HistoryPicture(StrictModel):
    """A picture in the history, with all that it takes to make it again."""

    id: str
    url: str
    thumbnail: str = Field(description="where it is as a small WebP")
    photo: str | None = Field(description="where its photo is")
    mask: str | None = Field(description="where its mask is")
    name: str
    style: str = Field(examples=["monet@1"])
    style_sha256: str | None = Field(description="of the style's file")
    settings: dict[str, Any]
    media_type: str
    width: int
    height: int
    bytes: int
    seconds: float
    made: float
    star: bool
    folder: str


class History(StrictModel):
    """Pictures, the newest first; ``next`` is where the list goes on."""

    pictures: list[HistoryPicture]
    next: str | None = None


class Folders(StrictModel):
    """Folders with how many pictures are in each; '' are those in none."""

    folders: dict[str, int]


class Folder(Asked):
    """A folder's name."""

    name: Annotated[str, Field(min_length=1, max_length=MAX_FOLDER_LENGTH, examples=["Trip"])]

    @field_validator("name")
    @classmethod
    def strip_name(cls, value: str) -> str:
        """Without spaces around it."""
        if not value.strip():
            raise ValueError("a folder needs a name")
        return value.strip()


class Change(Asked):
    """What may be changed of a picture in the history; what is left out stays."""

    star: bool | None = None
    folder: Annotated[str | None, Field(max_length=MAX_FOLDER_LENGTH)] = None
    name: Annotated[str | None, Field(min_length=1, max_length=MAX_NAME_LENGTH)] = None


def describe_job(view: JobView, with_parts: bool = False) -> Job:
    """What is shown of a job, with its parts where they were loaded and are wanted."""
    job = view.job
    return Job(
        id=job.id,
        name=job.name,
        state=job.state,  # pyright: ignore[reportArgumentType]  pydantic checks it
        styles=job.styles,
        priority=job.priority,
        settings=job.ask,
        pictures=sum(view.counts.values()),
        counts=view.counts,
        made=job.made,
        began=job.began,
        ended=job.ended,
        position=view.forecast.position,
        seconds_left=view.forecast.seconds,
        event=job.events,
        parts=[describe_part(part) for part in job.parts] if with_parts else None,
    )


def describe_part(part: PartRow) -> Part:
    """What is shown of a part."""
    return Part(
        number=part.number,
        photo=part.given,
        name=part.result,
        style=part.style,
        made_in=part.picture.style if part.picture and part.picture.style != part.style else None,
        state=part.state,  # pyright: ignore[reportArgumentType]
        share=part.share,
        error=Reason(**part.error) if part.error else None,
        picture=part.picture_id,
        url=build_picture_url(part.picture) if part.picture else None,
    )


def describe_history_picture(row: PictureRow) -> HistoryPicture:
    """What is shown of a picture in the history."""
    apart = {"url", "thumbnail", "photo", "mask", "settings"}
    known = {name: getattr(row, name) for name in HistoryPicture.model_fields if name not in apart}
    place = f"/api/v1/history/{row.id}"
    return HistoryPicture(
        **known,
        url=build_picture_url(row),
        thumbnail=f"{place}/thumbnail",
        photo=f"{place}/photo" if row.photo else None,
        mask=f"{place}/mask" if row.mask else None,
        settings=row.ask,
    )


def build_picture_url(row: PictureRow) -> str:
    """Where the picture's file is, as a download of its name."""
    return f"/api/v1/pictures/{row.key}?name={quote(row.name.rpartition('/')[2], safe='')}"
