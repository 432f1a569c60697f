"""What somebody made: found again, starred, put into folders, deleted. Knows the history; makes no picture."""

import time
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import FileResponse

from ganvas.errors import NotFound
from ganvas.jobs.order import Wanted, clean, renamed
from ganvas.ledger import history
from ganvas.ledger.history import PAGE, Search
from ganvas.ledger.ids import new_id
from ganvas.ledger.models import Picture as Row
from ganvas.web.freshness import FOREVER
from ganvas.web.owners import Owner
from ganvas.web.parts import Has, Parts
from ganvas.web.shapes import Picture, Problem, Wish
from ganvas.web.shapes_jobs import Change, Folders, History, Made, describe_made

router = APIRouter(prefix="/api/v1", tags=["history"])
NONE: dict[int | str, dict[str, Any]] = {404: {"model": Problem, "description": "Not in your history."}}


@router.get("/history", summary="What you made")
def list_history(
    parts: Has,
    owner: Owner,
    response: Response,
    q: Annotated[str, Query(max_length=200, description="words in name, folder or style")] = "",
    folder: Annotated[str | None, Query(max_length=200, description="'' is no folder")] = None,
    star: bool | None = None,
    before: Annotated[str, Query(max_length=40, description="`next` of the page before")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = PAGE,
) -> History:
    """The newest first, with all settings."""
    response.headers["Cache-Control"] = "no-store"
    with parts.shop.desk.database.read() as session:
        found = history.find(session, owner, Search(q, folder, star, before, limit))
    return History(pictures=[describe_made(row) for row in found], next=found[-1].id if len(found) == limit else None)


@router.get("/history/folders", summary="Your folders")
def list_folders(parts: Has, owner: Owner, response: Response) -> Folders:
    """Folders with how many pictures are in each."""
    response.headers["Cache-Control"] = "no-store"
    with parts.shop.desk.database.read() as session:
        return Folders(folders=history.folders(session, owner))


@router.get("/history/{id}", summary="One picture with its settings", responses=NONE)
def show_made(id: str, parts: Has, owner: Owner, response: Response) -> Made:
    """All that it takes to make it again."""
    response.headers["Cache-Control"] = "no-store"
    with parts.shop.desk.database.read() as session:
        return describe_made(history.get(session, owner, id))


@router.get(
    "/history/{id}/photo", summary="The photo that a picture was made of", responses=NONE, response_class=Response
)
def get_photo(id: str, parts: Has, owner: Owner) -> Response:
    """The photo as it was sent, as a download."""
    with parts.shop.desk.database.read() as session:
        row = history.get(session, owner, id)
    if row.photo is None:
        raise NotFound("The photo of this picture was not kept.")
    headers = {"Cache-Control": f"private, {FOREVER}", "Content-Disposition": "attachment"}
    return FileResponse(parts.store.path(row.photo), media_type="application/octet-stream", headers=headers)


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


def remember(parts: Parts, owner: str, wish: Wish, made: Picture) -> None:
    """Put a picture that was waited for into its owner's history, with its photo. Runs in a thread."""
    wish.photo.file.seek(0)
    if wish.mask:
        wish.mask.file.seek(0)
    wanted = Wanted(wish.strength, wish.stroke, wish.colour, wish.format, wish.quality, wish.metadata)
    style = parts.catalog.get(wish.style)
    size = {name: getattr(made, name) for name in ("key", "media_type", "width", "height", "bytes", "seconds")}
    row = Row(
        id=new_id(),
        owner=owner,
        photo=parts.store.put(wish.photo.file.read()),
        mask=parts.store.put(wish.mask.file.read()) if wish.mask else None,
        name=renamed(clean(wish.photo.filename or "photo"), wish.format),
        style=f"{style.name}@{style.version}",
        ask=wanted.plain(),
        made=time.time(),
        star=False,
        folder="",
        held=False,
        **size,
    )
    desk = parts.shop.desk
    with desk.database.write() as session:
        session.add(row)
    desk.keep.hold_picture(row)
