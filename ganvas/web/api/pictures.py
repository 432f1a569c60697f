"""Routes: makes a picture from a photo, and serves it by its key."""

import re
import time
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Annotated, Any
from urllib.parse import quote

import anyio.to_thread
import numpy as np
from fastapi import APIRouter, Form, Request, Response, UploadFile
from fastapi.responses import FileResponse
from numpy.typing import NDArray
from starlette.types import Receive

from ganvas.errors import NotFound
from ganvas.image import DecodeLimits, decode_mask, detect_media_type
from ganvas.ledger.history import owns_blob
from ganvas.stylize import StylizedPicture, stylize
from ganvas.web.api.history import add_to_history
from ganvas.web.api.jobs import needs_job, submit_as_job
from ganvas.web.etags import CACHE_FOREVER, build_not_modified, matches_etag
from ganvas.web.guards.concurrency import OnTile
from ganvas.web.identity import CurrentOwner
from ganvas.web.problems import describe_problem_responses
from ganvas.web.schemas.jobs import Job, to_picture_settings
from ganvas.web.schemas.pictures import Picture, PictureForm
from ganvas.web.services import Services, ServicesDep

router = APIRouter(prefix="/api/v1", tags=["pictures"])
HEADER_BYTES = 4096  # bytes that tell what kind of file it is
MEDIA_TYPE_SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/avif": ".avif"}
UNSAFE_CHARACTERS = re.compile(r'[\x00-\x1f\x7f-\x9f"*:<>?|\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]')
MAX_NAME_LENGTH = 120
IMAGE_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".avif", ".heic", ".heif", ".tif", ".tiff"}
REFUSAL_RESPONSES = describe_problem_responses(
    "unknown-style", "too-large", "bad-photo", "bad-fields", "bad-controls", "busy"
)
PICTURE_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {} for kind in MEDIA_TYPE_SUFFIXES}, "description": "The picture."},
    206: {"description": "The part that `Range` asked for."},
    304: {"description": "The caller has it already."},
    **describe_problem_responses("not-found"),
}


@router.post(
    "/pictures",
    status_code=201,
    summary="Make a picture of a photo",
    response_model=Picture,
    responses=REFUSAL_RESPONSES
    | {202: {"model": Job, "description": "It takes long, so it became a job: see `Location`."}},
)
async def make_picture(
    form: Annotated[PictureForm, Form(media_type="multipart/form-data")],
    request: Request,
    services: ServicesDep,
    owner: CurrentOwner,
    response: Response,
) -> Picture | Response:
    """The photo in a style, at its own size. If the caller goes away, the work stops.

    A photo of many bytes or pixels (see the settings), or any with `Prefer: respond-async`, becomes a job.
    """
    if needs_job(form, request, services.settings):
        return await anyio.to_thread.run_sync(submit_as_job, services, form, owner, response)
    turn = services.picture_queue.run(
        lambda on_tile: stylize_upload(services, form, on_tile), lambda: wait_for_disconnect(request.receive)
    )
    made, seconds = await turn
    if form.long_edge is None:
        await anyio.to_thread.run_sync(add_to_history, services, owner, form, made, seconds)
    else:
        await anyio.to_thread.run_sync(services.grants.give, owner, made.key)
    picture = describe_picture(made, seconds)
    response.headers["Location"] = picture.url
    return picture


async def wait_for_disconnect(receive: Receive) -> None:
    """Comes back when the caller has gone away; the body must have been read."""
    while (await receive())["type"] != "http.disconnect":
        pass


def stylize_upload(services: Services, form: PictureForm, on_tile: OnTile) -> tuple[StylizedPicture, float]:
    """Make and keep the picture; with the seconds that it took.

    Runs in a thread, and reads the photo only there: few lie in memory.
    """
    began = time.perf_counter()
    limits = DecodeLimits(bytes=services.settings.max_bytes, pixels=services.settings.max_pixels)
    mask = read_mask(form.mask, limits) if form.mask else None
    ask = replace(to_picture_settings(form).build_ask(form.style, mask), long_edge=form.long_edge)
    made = stylize(services.engine, services.store, form.photo.file.read(), ask, on_tile, limits)
    seconds = time.perf_counter() - began
    services.picture_queue.record_duration(seconds)
    services.metrics.pictures.labels(made.style).observe(seconds)
    return made, seconds


def read_mask(mask: UploadFile, limits: DecodeLimits) -> NDArray[np.uint8]:
    """A mask from a picture of any kind, uint8 h x w."""
    return decode_mask(mask.file.read(), limits)


def describe_picture(made: StylizedPicture, seconds: float) -> Picture:
    """What is said of a picture that was made."""
    same = ("key", "style", "version", "style_sha256", "media_type", "width", "height", "bytes")
    known = {name: getattr(made, name) for name in same}
    return Picture(**known, url=f"/api/v1/pictures/{made.key}", seconds=round(seconds, 3))


@router.get("/pictures/{key}", summary="A picture", responses=PICTURE_RESPONSES, response_class=Response)
@router.head("/pictures/{key}", include_in_schema=False)
def get_picture(key: str, request: Request, services: ServicesDep, owner: CurrentOwner, name: str = "") -> Response:
    """Your picture's file, which never changes. With ``name`` it is a download of that name."""
    check_access(services, owner, key)
    path = services.store.path(key)
    kind = read_media_type(path)
    headers = {"ETag": f'"{key}"', "Cache-Control": f"private, {CACHE_FOREVER}"}
    if matches_etag(request, headers["ETag"]):
        return build_not_modified(headers)
    disposition = build_content_disposition(name, MEDIA_TYPE_SUFFIXES.get(kind, ""))
    return FileResponse(path, media_type=kind, headers=headers | {"Content-Disposition": disposition})


def check_access(parts: Services, owner: str, key: str) -> None:
    """Raise NotFound, as for a key under which nothing is kept, where it is in nothing that the owner has."""
    if parts.grants.covers(owner, key):
        return
    with parts.job_runtime.service.database.open_read_session() as session:
        if not owns_blob(session, owner, key):
            raise NotFound("There is no such picture.", "It may have been deleted, or be somebody else's.")


def read_media_type(path: Path) -> str:
    """The media type of a file, told by its first bytes."""
    with path.open("rb") as file:
        return detect_media_type(file.read(HEADER_BYTES))


def build_content_disposition(name: str, suffix: str) -> str:
    """The Content-Disposition (RFC 6266) of a download of this name, without folders and with the true suffix."""
    plain = PurePosixPath(UNSAFE_CHARACTERS.sub("", name).replace("\\", "/")).name.strip(". ")
    if not plain:
        return "inline"
    stem = (PurePosixPath(plain).stem if PurePosixPath(plain).suffix.lower() in IMAGE_SUFFIXES else plain)[
        :MAX_NAME_LENGTH
    ]
    return f"attachment; filename=\"picture{suffix}\"; filename*=UTF-8''{quote(stem + suffix, safe='')}"
