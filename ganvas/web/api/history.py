"""Routes: the history: found, starred, put into folders, deleted."""

import time
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse

from ganvas.errors import NotFound
from ganvas.jobs.request import replace_suffix, sanitise_upload_name
from ganvas.ledger import history
from ganvas.ledger.history import PAGE_SIZE, PictureSearch
from ganvas.ledger.ids import new_id
from ganvas.ledger.models import PictureRow as Row
from ganvas.stylize import StylizedPicture
from ganvas.web.etags import CACHE_FOREVER, build_not_modified, matches_etag
from ganvas.web.identity import CurrentOwner
from ganvas.web.schemas.jobs import (
    Change,
    Folder,
    Folders,
    History,
    HistoryPicture,
    describe_history_picture,
    to_picture_settings,
)
from ganvas.web.schemas.pictures import PictureForm, Problem
from ganvas.web.services import Services, ServicesDep
from ganvas.web.thumbnails import get_or_create_thumbnail

router = APIRouter(prefix="/api/v1", tags=["history"])
NOT_IN_HISTORY: dict[int | str, dict[str, Any]] = {404: {"model": Problem, "description": "Not in your history."}}
THUMBNAIL_RESPONSE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/webp": {}}, "description": "The thumbnail."}
}


@router.get("/history", summary="What you made")
@router.head("/history", include_in_schema=False)
def list_history(
    services: ServicesDep,
    owner: CurrentOwner,
    response: Response,
    q: Annotated[str, Query(max_length=200, description="words in name, folder or style")] = "",
    style: Annotated[str, Query(max_length=60, description="name of a style, or NAME@VERSION")] = "",
    folder: Annotated[str | None, Query(max_length=200, description="'' is no folder")] = None,
    star: bool | None = None,
    before: Annotated[str, Query(max_length=40, description="`next` of the page before")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = PAGE_SIZE,
) -> History:
    """The newest first, with all settings."""
    response.headers["Cache-Control"] = "no-store"
    with services.job_runtime.service.database.open_read_session() as session:
        found = history.find_pictures(session, owner, PictureSearch(q, style, folder, star, before, limit))
    return History(
        pictures=[describe_history_picture(row) for row in found], next=found[-1].id if len(found) == limit else None
    )


@router.get("/history/folders", summary="Your folders")
@router.head("/history/folders", include_in_schema=False)
def list_folders(services: ServicesDep, owner: CurrentOwner, response: Response) -> Folders:
    """Folders with how many pictures are in each."""
    response.headers["Cache-Control"] = "no-store"
    with services.job_runtime.service.database.open_read_session() as session:
        return Folders(folders=history.count_pictures_by_folder(session, owner))


@router.post("/history/folders", status_code=201, summary="Make a folder")
def make_folder(folder: Folder, services: ServicesDep, owner: CurrentOwner) -> Folders:
    """It stays when nothing is in it; one that is there stays as it is."""
    with services.job_runtime.service.database.open_write_session() as session:
        history.add_folder(session, owner, folder.name)
        session.flush()
        return Folders(folders=history.count_pictures_by_folder(session, owner))


@router.patch("/history/folders", summary="Rename a folder", responses=NOT_IN_HISTORY)
def rename_folder(
    name: Annotated[str, Query(max_length=200)], folder: Folder, services: ServicesDep, owner: CurrentOwner
) -> Folders:
    """Give it another name; where that is a folder already, the two become one."""
    with services.job_runtime.service.database.open_write_session() as session:
        history.rename_folder(session, owner, name, folder.name)
        session.flush()
        return Folders(folders=history.count_pictures_by_folder(session, owner))


@router.delete(
    "/history/folders", status_code=204, summary="Delete a folder", responses=NOT_IN_HISTORY, response_class=Response
)
def delete_folder(name: Annotated[str, Query(max_length=200)], services: ServicesDep, owner: CurrentOwner) -> Response:
    """Take it away; what lay in it stays, in no folder."""
    with services.job_runtime.service.database.open_write_session() as session:
        history.delete_folder(session, owner, name)
    return Response(status_code=204)


@router.get("/history/{id}", summary="One picture with its settings", responses=NOT_IN_HISTORY)
@router.head("/history/{id}", include_in_schema=False)
def show_made(id: str, services: ServicesDep, owner: CurrentOwner, response: Response) -> HistoryPicture:
    """All that it takes to make it again."""
    response.headers["Cache-Control"] = "no-store"
    return describe_history_picture(get_history_row(services, owner, id))


@router.get(
    "/history/{id}/thumbnail",
    summary="A picture made small",
    responses=NOT_IN_HISTORY | THUMBNAIL_RESPONSE,
    response_class=Response,
)
@router.head("/history/{id}/thumbnail", include_in_schema=False)
async def get_thumbnail(id: str, request: Request, services: ServicesDep, owner: CurrentOwner) -> Response:
    """WebP with a long edge of 480 pixels; made when it is first asked for."""
    key = await get_or_create_thumbnail(services, owner, id)
    headers = {"ETag": f'"{key}"', "Cache-Control": f"private, {CACHE_FOREVER}"}
    if matches_etag(request, headers["ETag"]):
        return build_not_modified(headers)
    return FileResponse(services.store.path(key), media_type="image/webp", headers=headers)


@router.get("/history/{id}/photo", summary="The photo of a picture", responses=NOT_IN_HISTORY, response_class=Response)
@router.head("/history/{id}/photo", include_in_schema=False)
def get_photo(id: str, services: ServicesDep, owner: CurrentOwner) -> Response:
    """The photo that the picture was made of, as it was sent, as a download."""
    return send_stored_file(services, get_history_row(services, owner, id).photo)


@router.get("/history/{id}/mask", summary="The mask of a picture", responses=NOT_IN_HISTORY, response_class=Response)
@router.head("/history/{id}/mask", include_in_schema=False)
def get_mask(id: str, services: ServicesDep, owner: CurrentOwner) -> Response:
    """The mask that the picture was made with, as it was sent, as a download."""
    return send_stored_file(services, get_history_row(services, owner, id).mask)


def get_history_row(services: Services, owner: str, id: str) -> Row:
    """The owner's picture. Raises NotFound."""
    with services.job_runtime.service.database.open_read_session() as session:
        return history.get_picture(session, owner, id)


def send_stored_file(services: Services, key: str | None) -> Response:
    """A file that somebody gave, to be saved and not shown. Raises NotFound."""
    if key is None:
        raise NotFound("This picture has none.")
    headers = {"Cache-Control": f"private, {CACHE_FOREVER}", "Content-Disposition": "attachment"}
    return FileResponse(services.store.path(key), media_type="application/octet-stream", headers=headers)


@router.patch("/history/{id}", summary="Star, name, put into a folder", responses=NOT_IN_HISTORY)
def change_made(id: str, change: Change, services: ServicesDep, owner: CurrentOwner) -> HistoryPicture:
    """Change what is given; what is left out stays."""
    with services.job_runtime.service.database.open_write_session() as session:
        row = history.get_picture(session, owner, id)
        for name, value in change.model_dump(exclude_none=True).items():
            setattr(row, name, value.strip() if isinstance(value, str) else value)
        return describe_history_picture(row)


@router.delete(
    "/history/{id}", status_code=204, summary="Delete a picture", responses=NOT_IN_HISTORY, response_class=Response
)
def delete_made(id: str, services: ServicesDep, owner: CurrentOwner) -> Response:
    """Delete the picture, its photo and its record. The files go with the last that holds them."""
    service = services.job_runtime.service
    with service.database.open_write_session() as session:
        history.delete_picture(session, history.get_picture(session, owner, id))
    service.references.apply_releases()
    return Response(status_code=204)


def add_to_history(services: Services, owner: str, form: PictureForm, picture: StylizedPicture, seconds: float) -> None:
    """Put a picture that was waited for into its owner's history, with its photo. Runs in a thread."""
    form.photo.file.seek(0)
    if form.mask:
        form.mask.file.seek(0)
    size = {name: getattr(picture, name) for name in ("key", "media_type", "width", "height", "bytes", "style_sha256")}
    row = Row(
        id=new_id(),
        owner=owner,
        photo=services.store.put(form.photo.file.read()),
        mask=services.store.put(form.mask.file.read()) if form.mask else None,
        name=replace_suffix(sanitise_upload_name(form.photo.filename or "photo"), form.format),
        style=picture.pinned,
        ask=to_picture_settings(form).to_dict(),
        made=time.time(),
        star=False,
        folder="",
        held=False,
        seconds=round(seconds, 3),
        **size,
    )
    service = services.job_runtime.service
    with service.database.open_write_session() as session:
        session.add(row)
    service.references.hold_picture(row)
