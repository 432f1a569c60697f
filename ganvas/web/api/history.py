"""What somebody made: found again, starred, put into folders, deleted. Knows the history; makes no picture."""

import time
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse

from ganvas.errors import NotFound
from ganvas.jobs.order import clean, renamed
from ganvas.ledger import history
from ganvas.ledger.history import PAGE, Search
from ganvas.ledger.ids import new_id
from ganvas.ledger.models import Picture as Row
from ganvas.stylize import StylizedPicture
from ganvas.web.freshness import FOREVER, is_fresh, unchanged
from ganvas.web.owners import Owner
from ganvas.web.parts import Has, Parts
from ganvas.web.shapes import Problem, Wish
from ganvas.web.shapes_jobs import Change, Folder, Folders, History, Made, describe_made, said
from ganvas.web.thumbnails import find_thumbnail

router = APIRouter(prefix="/api/v1", tags=["history"])
NONE: dict[int | str, dict[str, Any]] = {404: {"model": Problem, "description": "Not in your history."}}
SMALL: dict[int | str, dict[str, Any]] = {200: {"content": {"image/webp": {}}, "description": "The thumbnail."}}


@router.get("/history", summary="What you made")
@router.head("/history", include_in_schema=False)
def list_history(
    parts: Has,
    owner: Owner,
    response: Response,
    q: Annotated[str, Query(max_length=200, description="words in name, folder or style")] = "",
    style: Annotated[str, Query(max_length=60, description="name of a style, or NAME@VERSION")] = "",
    folder: Annotated[str | None, Query(max_length=200, description="'' is no folder")] = None,
    star: bool | None = None,
    before: Annotated[str, Query(max_length=40, description="`next` of the page before")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = PAGE,
) -> History:
    """The newest first, with all settings."""
    response.headers["Cache-Control"] = "no-store"
    with parts.shop.desk.database.read() as session:
        found = history.find(session, owner, Search(q, style, folder, star, before, limit))
    return History(pictures=[describe_made(row) for row in found], next=found[-1].id if len(found) == limit else None)


@router.get("/history/folders", summary="Your folders")
@router.head("/history/folders", include_in_schema=False)
def list_folders(parts: Has, owner: Owner, response: Response) -> Folders:
    """Folders with how many pictures are in each."""
    response.headers["Cache-Control"] = "no-store"
    with parts.shop.desk.database.read() as session:
        return Folders(folders=history.folders(session, owner))


@router.post("/history/folders", status_code=201, summary="Make a folder")
def make_folder(folder: Folder, parts: Has, owner: Owner) -> Folders:
    """It stays when nothing is in it; one that is there stays as it is."""
    with parts.shop.desk.database.write() as session:
        history.make_folder(session, owner, folder.name)
        session.flush()
        return Folders(folders=history.folders(session, owner))


@router.patch("/history/folders", summary="Rename a folder", responses=NONE)
def rename_folder(name: Annotated[str, Query(max_length=200)], folder: Folder, parts: Has, owner: Owner) -> Folders:
    """Give it another name; where that is a folder already, the two become one."""
    with parts.shop.desk.database.write() as session:
        history.rename_folder(session, owner, name, folder.name)
        session.flush()
        return Folders(folders=history.folders(session, owner))


@router.delete("/history/folders", status_code=204, summary="Delete a folder", responses=NONE, response_class=Response)
def delete_folder(name: Annotated[str, Query(max_length=200)], parts: Has, owner: Owner) -> Response:
    """Take it away; what lay in it stays, in no folder."""
    with parts.shop.desk.database.write() as session:
        history.remove_folder(session, owner, name)
    return Response(status_code=204)


@router.get("/history/{id}", summary="One picture with its settings", responses=NONE)
@router.head("/history/{id}", include_in_schema=False)
def show_made(id: str, parts: Has, owner: Owner, response: Response) -> Made:
    """All that it takes to make it again."""
    response.headers["Cache-Control"] = "no-store"
    return describe_made(find_row(parts, owner, id))


@router.get("/history/{id}/thumbnail", summary="A picture made small", responses=NONE | SMALL, response_class=Response)
@router.head("/history/{id}/thumbnail", include_in_schema=False)
async def get_thumbnail(id: str, request: Request, parts: Has, owner: Owner) -> Response:
    """WebP with a long edge of 480 pixels; made when it is first asked for."""
    key = await find_thumbnail(parts, owner, id)
    headers = {"ETag": f'"{key}"', "Cache-Control": f"private, {FOREVER}"}
    if is_fresh(request, headers["ETag"]):
        return unchanged(headers)
    return FileResponse(parts.store.path(key), media_type="image/webp", headers=headers)


@router.get("/history/{id}/photo", summary="The photo of a picture", responses=NONE, response_class=Response)
@router.head("/history/{id}/photo", include_in_schema=False)
def get_photo(id: str, parts: Has, owner: Owner) -> Response:
    """The photo that the picture was made of, as it was sent, as a download."""
    return send_given(parts, find_row(parts, owner, id).photo)


@router.get("/history/{id}/mask", summary="The mask of a picture", responses=NONE, response_class=Response)
@router.head("/history/{id}/mask", include_in_schema=False)
def get_mask(id: str, parts: Has, owner: Owner) -> Response:
    """The mask that the picture was made with, as it was sent, as a download."""
    return send_given(parts, find_row(parts, owner, id).mask)


def find_row(parts: Parts, owner: str, id: str) -> Row:
    """The owner's picture. Raises NotFound."""
    with parts.shop.desk.database.read() as session:
        return history.get(session, owner, id)


def send_given(parts: Parts, key: str | None) -> Response:
    """A file that somebody gave, to be saved and not shown. Raises NotFound."""
    if key is None:
        raise NotFound("This picture has none.")
    headers = {"Cache-Control": f"private, {FOREVER}", "Content-Disposition": "attachment"}
    return FileResponse(parts.store.path(key), media_type="application/octet-stream", headers=headers)


@router.patch("/history/{id}", summary="Star, name, put into a folder", responses=NONE)
def change_made(id: str, change: Change, parts: Has, owner: Owner) -> Made:
    """Change what is given; what is left out stays."""
    with parts.shop.desk.database.write() as session:
        row = history.get(session, owner, id)
        for name, value in change.model_dump(exclude_none=True).items():
            setattr(row, name, value.strip() if isinstance(value, str) else value)
        return describe_made(row)


@router.delete("/history/{id}", status_code=204, summary="Delete a picture", responses=NONE, response_class=Response)
def delete_made(id: str, parts: Has, owner: Owner) -> Response:
    """Delete the picture, its photo and its record. The files go with the last that holds them."""
    desk = parts.shop.desk
    with desk.database.write() as session:
        history.remove(session, history.get(session, owner, id))
    desk.keep.let_go()
    return Response(status_code=204)


def remember(parts: Parts, owner: str, wish: Wish, made: StylizedPicture, seconds: float) -> None:
    """Put a picture that was waited for into its owner's history, with its photo. Runs in a thread."""
    wish.photo.file.seek(0)
    if wish.mask:
        wish.mask.file.seek(0)
    size = {name: getattr(made, name) for name in ("key", "media_type", "width", "height", "bytes", "style_sha256")}
    row = Row(
        id=new_id(),
        owner=owner,
        photo=parts.store.put(wish.photo.file.read()),
        mask=parts.store.put(wish.mask.file.read()) if wish.mask else None,
        name=renamed(clean(wish.photo.filename or "photo"), wish.format),
        style=made.pinned,
        ask=said(wish).plain(),
        made=time.time(),
        star=False,
        folder="",
        held=False,
        seconds=round(seconds, 3),
        **size,
    )
    desk = parts.shop.desk
    with desk.database.write() as session:
        session.add(row)
    desk.keep.hold_picture(row)
