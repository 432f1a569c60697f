"""Pictures: made from photos, and got again by their key. Knows forms, headers and turns; the spine makes them."""

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
from ganvas.image import Limits, decode_mask, media_type
from ganvas.ledger.history import owns_blob
from ganvas.stylize import StylizedPicture, stylize
from ganvas.web.api.history import remember
from ganvas.web.api.jobs import is_long, postpone
from ganvas.web.freshness import FOREVER, is_fresh, unchanged
from ganvas.web.owners import Owner
from ganvas.web.parts import Has, Parts
from ganvas.web.problems import describe_answers
from ganvas.web.shapes import Picture, Wish
from ganvas.web.shapes_jobs import Job, said
from ganvas.web.turns import OnTile

router = APIRouter(prefix="/api/v1", tags=["pictures"])
HEAD = 4096  # bytes that tell what kind of file it is
SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/avif": ".avif"}
NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f-\x9f"*:<>?|\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]')
LONGEST_NAME = 120
KNOWN = {".jpg", ".jpeg", ".png", ".webp", ".avif", ".heic", ".heif", ".tif", ".tiff"}
REFUSED = describe_answers("unknown-style", "too-large", "bad-photo", "bad-fields", "bad-controls", "busy")
GOT: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {} for kind in SUFFIXES}, "description": "The picture."},
    206: {"description": "The part that `Range` asked for."},
    304: {"description": "The caller has it already."},
    **describe_answers("not-found"),
}


@router.post(
    "/pictures",
    status_code=201,
    summary="Make a picture of a photo",
    response_model=Picture,
    responses=REFUSED | {202: {"model": Job, "description": "It takes long, so it became a job: see `Location`."}},
)
async def make_picture(
    wish: Annotated[Wish, Form(media_type="multipart/form-data")],
    request: Request,
    parts: Has,
    owner: Owner,
    response: Response,
) -> Picture | Response:
    """The photo in a style, at its own size. If the caller goes away, the work stops.

    A photo of many bytes or pixels (see the settings), or any with `Prefer: respond-async`, becomes a job.
    """
    if is_long(wish, request, parts.settings):
        return await anyio.to_thread.run_sync(postpone, parts, wish, owner, response)
    turn = parts.turns.run(lambda on_tile: paint(parts, wish, on_tile), lambda: departure(request.receive))
    made, seconds = await turn
    if wish.long_edge is None:
        await anyio.to_thread.run_sync(remember, parts, owner, wish, made, seconds)
    else:
        await anyio.to_thread.run_sync(parts.grants.give, owner, made.key)
    picture = describe_picture(made, seconds)
    response.headers["Location"] = picture.url
    return picture


async def departure(receive: Receive) -> None:
    """Comes back when the caller has gone away; the body must have been read."""
    while (await receive())["type"] != "http.disconnect":
        pass


def paint(parts: Parts, wish: Wish, on_tile: OnTile) -> tuple[StylizedPicture, float]:
    """Make and keep the picture; with the seconds that it took.

    Runs in a thread, and reads the photo only there: few lie in memory.
    """
    began = time.perf_counter()
    limits = Limits(bytes=parts.settings.max_bytes, pixels=parts.settings.max_pixels)
    mask = read_mask(wish.mask, limits) if wish.mask else None
    ask = replace(said(wish).ask(wish.style, mask), long_edge=wish.long_edge)
    made = stylize(parts.engine, parts.store, wish.photo.file.read(), ask, on_tile, limits)
    seconds = time.perf_counter() - began
    parts.turns.learn(seconds)
    parts.metrics.pictures.labels(made.style).observe(seconds)
    return made, seconds


def read_mask(mask: UploadFile, limits: Limits) -> NDArray[np.uint8]:
    """A mask from a picture of any kind, uint8 h x w."""
    return decode_mask(mask.file.read(), limits)


def describe_picture(made: StylizedPicture, seconds: float) -> Picture:
    """What is said of a picture that was made."""
    same = ("key", "style", "version", "style_sha256", "media_type", "width", "height", "bytes")
    known = {name: getattr(made, name) for name in same}
    return Picture(**known, url=f"/api/v1/pictures/{made.key}", seconds=round(seconds, 3))


@router.get("/pictures/{key}", summary="A picture", responses=GOT, response_class=Response)
@router.head("/pictures/{key}", include_in_schema=False)
def get_picture(key: str, request: Request, parts: Has, owner: Owner, name: str = "") -> Response:
    """Your picture's file, which never changes. With ``name`` it is a download of that name."""
    check_access(parts, owner, key)
    path = parts.store.path(key)
    kind = read_kind(path)
    headers = {"ETag": f'"{key}"', "Cache-Control": f"private, {FOREVER}"}
    if is_fresh(request, headers["ETag"]):
        return unchanged(headers)
    disposition = name_file(name, SUFFIXES.get(kind, ""))
    return FileResponse(path, media_type=kind, headers=headers | {"Content-Disposition": disposition})


def check_access(parts: Parts, owner: str, key: str) -> None:
    """Raise NotFound, as for a key under which nothing is kept, where it is in nothing that the owner has."""
    if parts.grants.covers(owner, key):
        return
    with parts.shop.desk.database.read() as session:
        if not owns_blob(session, owner, key):
            raise NotFound("There is no such picture.", "It may have been deleted, or be somebody else's.")


def read_kind(path: Path) -> str:
    """The media type of a file, told by its first bytes."""
    with path.open("rb") as file:
        return media_type(file.read(HEAD))


def name_file(name: str, suffix: str) -> str:
    """The Content-Disposition (RFC 6266) of a download of this name, without folders and with the true suffix."""
    plain = PurePosixPath(NOT_IN_NAMES.sub("", name).replace("\\", "/")).name.strip(". ")
    if not plain:
        return "inline"
    stem = (PurePosixPath(plain).stem if PurePosixPath(plain).suffix.lower() in KNOWN else plain)[:LONGEST_NAME]
    return f"attachment; filename=\"picture{suffix}\"; filename*=UTF-8''{quote(stem + suffix, safe='')}"
