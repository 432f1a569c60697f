"""Request and response bodies of pictures and styles."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar, cast

from fastapi import UploadFile
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ganvas.engine.crop import BOX_PATTERN, SIZE_PATTERN
from ganvas.errors import BadStyle
from ganvas.image import MetadataPolicy
from ganvas.style.file import Style as File

PictureFormat = Literal["jpeg", "png", "webp", "avif"]
EXAMPLE_KEY = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


WRONG = "holds a NUL or half a surrogate pair, which no text may"


class StrictModel(BaseModel):
    """A body: nothing unknown in it."""

    model_config = ConfigDict(extra="forbid")


class Asked(StrictModel):
    """A body that somebody sends: what is text in it can be kept. Databases take no NUL, UTF-8 no half pair."""

    @model_validator(mode="before")
    @classmethod
    def take_text_alone(cls, value: Any) -> Any:
        """Each string, however deep."""
        if not holds_text_alone(value):
            raise ValueError(WRONG)
        return value


def holds_text_alone(value: Any) -> bool:
    """Whether all strings in plain data can be written as UTF-8 and hold no NUL."""
    if isinstance(value, str):
        return not any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in value)
    if isinstance(value, Mapping):
        pairs = cast(Mapping[Any, Any], value)
        return all(map(holds_text_alone, (*pairs.keys(), *pairs.values())))
    return not isinstance(value, list) or all(map(holds_text_alone, cast(list[Any], value)))


class FieldProblem(StrictModel):
    """What is wrong with one field."""

    field: str = Field(examples=["strength"])
    what: str = Field(examples=["Input should be less than or equal to 1"])


class Problem(StrictModel):
    """A problem document (RFC 9457), with what would be right."""

    type: str = Field(examples=["/api/v1/docs#unknown-style"])
    title: str = Field(examples=["There is no such style"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no style named 'monnet'."])
    right: str = Field(default="", examples=["Did you mean monet?"])
    fields: list[FieldProblem] | None = None


class StyleDescription(StrictModel):
    """A style on offer."""

    name: str = Field(examples=["monet"])
    title: dict[str, str] = Field(examples=[{"en": "Monet", "zh": "莫奈"}])
    kind: str = Field(description="transfer (a photo to a picture) or sampler (a picture from nothing)")
    version: int
    method: str
    canvas: int = Field(description="long edge in pixels at which the strokes are as wide as the painter's")
    artist: str
    licence: str
    source: str
    scores: dict[str, Any]
    card: dict[str, dict[str, str]]
    sha256: str
    preview: str | None = Field(description="where its preview is", examples=["/api/v1/styles/monet/preview"])
    added: bool = Field(description="whether it was added here, and so can be removed; the others are built in")


class StyleCard(StyleDescription):
    """A style with all that its file says: how it was taught, and how near the file is to what was taught."""

    halo: int | None
    multiple: int
    grain: float
    parity: dict[str, float]
    recipe: dict[str, Any]
    made: dict[str, Any]


class Styles(StrictModel):
    """The styles on offer, in the caller's order."""

    styles: list[StyleDescription]


class StyleOrder(Asked):
    """In which order the caller has the styles; those that are not named come after them, by name."""

    names: Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=1000, examples=[["ukiyoe", "monet"]])]

    @field_validator("names")
    @classmethod
    def reject_duplicates(cls, value: list[str]) -> list[str]:
        """Each name has one place."""
        if len(set(value)) < len(value):
            raise ValueError("a name is there twice")
        return value


CropField = Annotated[
    str,
    Field(
        pattern=f"^({BOX_PATTERN})?$",
        description="LEFT,TOP,WIDTH,HEIGHT in pixels of the upright photo: the part of the picture that is kept",
        examples=["420,80,900,900"],
    ),
]
SizeField = Annotated[
    str,
    Field(
        pattern=f"^({SIZE_PATTERN})?$",
        description="WIDTHxHEIGHT: what is kept is brought to this size, never stretched: its middle has the shape",
        examples=["512x512"],
    ),
]


class PictureForm(Asked):
    """The form that asks for a picture."""

    photo: UploadFile = Field(description="JPEG, PNG, WebP, AVIF, TIFF or HEIC")
    style: Annotated[str, Field(max_length=60, description="name of a style, or NAME@VERSION", examples=["monet"])]
    strength: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, description="0 the photo, 1 the picture")] = 1.0
    stroke: Annotated[
        float, Field(ge=0.25, le=4, allow_inf_nan=False, description="width of the strokes, 1 as the painter would")
    ] = 1.0
    colour: Annotated[Literal["style", "photo"], Field(description="whose colours")] = "style"
    mask: Annotated[
        UploadFile | None,
        Field(description="a grey picture of any size: white where the style goes, black where the photo stays"),
    ] = None
    format: Annotated[PictureFormat, Field(description="file format of the picture")] = "jpeg"
    quality: Annotated[int, Field(ge=1, le=100, description="for jpeg, webp and avif")] = 90
    metadata: Annotated[
        MetadataPolicy, Field(description="what the picture says of its photo: nothing, all but the place, or all")
    ] = "none"
    cut: CropField = ""
    size: SizeField = ""
    long_edge: Annotated[
        int | None,
        Field(ge=16, le=16384, description="make a preview of at most this long edge, with strokes of the same scale"),
    ] = None

    @field_validator("mask", mode="before")
    @classmethod
    def drop_empty_mask(cls, value: Any) -> Any:
        """A browser sends an empty file for a field that was left empty."""
        return None if getattr(value, "size", None) == 0 else value


class Picture(StrictModel):
    """A picture that was made."""

    key: str = Field(description="SHA-256 of the file", examples=[EXAMPLE_KEY])
    url: str = Field(examples=[f"/api/v1/pictures/{EXAMPLE_KEY}"])
    style: str = Field(examples=["monet"])
    version: int = Field(
        description="of the style that made it: the newest where the one asked for is gone", examples=[4]
    )
    style_sha256: str = Field(description="of that style's file", examples=[EXAMPLE_KEY])
    media_type: str = Field(examples=["image/jpeg"])
    width: int = Field(examples=[4000])
    height: int = Field(examples=[3000])
    bytes: int = Field(examples=[3145728])
    seconds: float = Field(description="time of making, waiting apart", examples=[1.9])


class Square(StrictModel):
    """A square in pixels of the upright photo."""

    left: int
    top: int
    side: int


class Face(StrictModel):
    """A face in pixels of the upright photo, and the square around it that makes an avatar."""

    left: int
    top: int
    width: int
    height: int
    score: float = Field(description="how sure it is, 0 to 1", examples=[0.82])
    square: Square


class Faces(StrictModel):
    """The faces in a photo of this size, the largest first."""

    width: int
    height: int
    faces: list[Face]


class Login(Asked):
    """The token, to be exchanged for a cookie."""

    token: Annotated[str, Field(max_length=512)]


class Health(StrictModel):
    """How the server is."""

    status: Literal["ok", "ready"]


PICTURE_FORM_FIELDS = tuple(PictureForm.model_fields)


COMPUTED_FIELDS = {"preview", "added"}  # what is not in a style's file as it is said


Described = TypeVar("Described", bound=StyleDescription)


def describe_style(file: File, added: bool) -> StyleDescription:
    """What the gallery shows of a style. Raises BadStyle where that is impossible."""
    return describe_as(StyleDescription, file, added)


def describe_style_card(file: File, added: bool) -> StyleCard:
    """All that a style's file says. Raises BadStyle where that is impossible."""
    return describe_as(StyleCard, file, added)


def describe_as(shape: type[Described], file: File, added: bool) -> Described:
    """What a style's file says in a shape that is known to become JSON. Raises BadStyle where it cannot."""
    known = {name: getattr(file, name) for name in shape.model_fields if name not in COMPUTED_FIELDS}
    try:
        described = shape(**known, preview=build_preview_url(file), added=added)
        described.model_dump_json()
        return described
    except (ValueError, RecursionError) as error:
        raise BadStyle(f"{file.name} says of itself what cannot be sent.", "Store plain tables in it.") from error


def build_preview_url(file: File) -> str | None:
    """Where the preview is; another file has another address, so that caches may keep it."""
    return f"/api/v1/styles/{file.name}/preview?v={file.sha256[:16]}" if file.preview else None
