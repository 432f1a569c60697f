"""Jobs: asked for, watched, stopped, tried again, taken home. Knows forms and streams; the desk does what is asked."""

from collections.abc import AsyncGenerator, Callable, Iterator
from typing import Annotated, Any, BinaryIO

import anyio.to_thread
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from ganvas.errors import NotFound
from ganvas.jobs.archive import Room, pack
from ganvas.jobs.desk import PAGE, Desk, Seen
from ganvas.jobs.order import Given, Order, clean
from ganvas.settings import Settings
from ganvas.store import Store
from ganvas.web import extent
from ganvas.web.incoming import FORM, Arrivals, describe_wish, read_form, read_wish, take_in
from ganvas.web.owners import Owner
from ganvas.web.parts import Has, Parts
from ganvas.web.shapes import Problem, Wish
from ganvas.web.shapes_jobs import Job, Jobs, describe_job, said
from ganvas.web.stream import follow, last_seen

router = APIRouter(prefix="/api/v1", tags=["jobs"])
NONE: dict[int | str, dict[str, Any]] = {404: {"model": Problem, "description": "You have no such job."}}
REFUSED: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "No such style."},
    413: {"model": Problem, "description": "The job is too long, or a ZIP unpacks to too much."},
    422: {"model": Problem, "description": "A field is wrong, or a ZIP plays tricks."},
    429: {"model": Problem, "description": "Too much of yours waits; `Retry-After` says when to come back."},
}
EVENTS = "text/event-stream"
STREAMED = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
STREAM: dict[int | str, dict[str, Any]] = {
    200: {"content": {EVENTS: {}}, "description": "Events `job`, `part`, `progress`, `end` and `deleted`."}
}
PACKED = {"Content-Disposition": 'attachment; filename="pictures.zip"', "Cache-Control": "no-store"}
ZIP: dict[int | str, dict[str, Any]] = {200: {"content": {"application/zip": {}}, "description": "The pictures."}}


@router.post("/jobs", status_code=202, summary="Ask for many pictures", responses=REFUSED, openapi_extra=FORM)
async def ask_for_job(request: Request, parts: Has, owner: Owner, response: Response) -> Job:
    """Every photo in every style, made one after another however long it takes; a bad photo fails alone."""
    desk = await anyio.to_thread.run_sync(lambda: parts.shop.desk)
    async with read_form(request, desk.most) as form:
        wish = read_wish(form)

        def submit() -> Job:
            order = describe_wish(wish)
            desk.check_wish(owner, order)
            most = max(1, desk.most.parts // len(order.styles))
            room = Room(most, parts.settings.job_bytes, parts.settings.max_bytes)
            with Arrivals(parts.store) as arrivals:
                id = desk.submit(owner, take_in(form, order, arrivals, room))
            return describe_job(desk.show(owner, id))

        job = await anyio.to_thread.run_sync(submit)
    response.headers["Location"] = f"/api/v1/jobs/{job.id}"
    return job


def is_long(wish: Wish, request: Request, settings: Settings) -> bool:
    """Whether a picture is made as a job: the caller will not wait (RFC 7240), or would have to for long."""
    if wish.long_edge is not None:
        return False
    if "respond-async" in request.headers.get("prefer", "").lower():
        return True
    size, pixels = wish.photo.size or 0, extent.count(wish.photo.file)
    if size > settings.max_bytes or pixels > settings.max_pixels:
        return False  # it is refused at once, and not in a job
    return size > settings.wait_bytes or pixels > settings.wait_pixels


def postpone(parts: Parts, wish: Wish, owner: str, cookies: Response) -> Response:
    """The answer to a picture that becomes a job. Runs in a thread."""
    desk = parts.shop.desk
    with Arrivals(parts.store) as arrivals:
        mask = arrivals.put(wish.mask.file.read()) if wish.mask else None
        photo = Given(clean(wish.photo.filename or "photo"), arrivals.put(wish.photo.file.read()))
        id = desk.submit(owner, Order([photo], [wish.style], said(wish), mask, priority=1))
    body = describe_job(desk.show(owner, id)).model_dump_json().encode()
    headers = {"Location": f"/api/v1/jobs/{id}", "Preference-Applied": "respond-async"}
    answer = Response(body, 202, headers, media_type="application/json")
    answer.raw_headers += [(name, value) for name, value in cookies.raw_headers if name == b"set-cookie"]
    return answer


@router.get("/jobs", summary="Your jobs")
@router.head("/jobs", include_in_schema=False)
def list_jobs(
    parts: Has,
    owner: Owner,
    response: Response,
    before: Annotated[str, Query(max_length=40, description="`next` of the page before")] = "",
    limit: Annotated[int, Query(ge=1, le=PAGE)] = 30,
) -> Jobs:
    """The newest first."""
    response.headers["Cache-Control"] = "no-store"
    seen = parts.shop.desk.jobs(owner, before, limit)
    return Jobs(jobs=[describe_job(one) for one in seen], next=seen[-1].job.id if len(seen) == limit else None)


@router.get("/jobs/{id}", summary="One job with its parts", responses=NONE)
@router.head("/jobs/{id}", include_in_schema=False)
def show_job(id: str, parts: Has, owner: Owner, response: Response) -> Job:
    """Its progress, its place in line, the time that is left, and each part."""
    response.headers["Cache-Control"] = "no-store"
    return describe_job(parts.shop.desk.show(owner, id), parts=True)


@router.get(
    "/jobs/{id}/events",
    summary="What happens to a job, as it happens",
    responses=NONE | STREAM,
    response_class=Response,
)
async def stream_events(
    id: str, request: Request, parts: Has, owner: Owner, after: Annotated[int, Query(ge=0)] = 0
) -> StreamingResponse:
    """Server-sent events, numbered from 1 without a gap: `Last-Event-ID`, or `after`, says which you have."""
    await parts.streams.check(owner, id)
    events: AsyncGenerator[str] = follow(parts.streams, owner, id, last_seen(request, after))
    return StreamingResponse(events, media_type=EVENTS, headers=STREAMED)


@router.head("/jobs/{id}/events", include_in_schema=False)
def head_events(id: str, parts: Has, owner: Owner) -> Response:
    """What a stream begins with."""
    parts.shop.desk.glance(owner, id)
    return Response(media_type=EVENTS, headers=STREAMED)


ACTIONS: dict[str, Callable[[Desk, str, str], None]] = {
    "cancel": Desk.cancel,
    "pause": Desk.pause,
    "resume": Desk.resume,
    "retry": Desk.retry,
}


def change_job(id: str, parts: Has, owner: Owner, request: Request) -> Job:
    """The job after the change; a change that does not fit its state changes nothing."""
    desk = parts.shop.desk
    ACTIONS[request.url.path.rpartition("/")[2]](desk, owner, id)
    return describe_job(desk.show(owner, id), parts=True)


for action, says in {
    "cancel": "Stop a job for good; what is made stays",
    "pause": "Stop a job until it is resumed",
    "resume": "Go on with a paused job",
    "retry": "Try again what failed or was cancelled, and that alone",
}.items():
    router.post(f"/jobs/{{id}}/{action}", summary=says, responses=NONE, name=f"{action}_job")(change_job)


@router.delete("/jobs/{id}", status_code=204, summary="Delete a job", responses=NONE, response_class=Response)
def delete_job(
    id: str,
    parts: Has,
    owner: Owner,
    pictures: Annotated[bool, Query(description="delete its pictures from your history too")] = False,
) -> Response:
    """Stop it, and delete it with its photos; its pictures stay in your history unless you say otherwise."""
    parts.shop.desk.delete(owner, id, pictures)
    return Response(status_code=204)


def find_job(id: str, parts: Has, owner: Owner) -> Seen:
    """The owner's job with its parts. Raises NotFound."""
    return parts.shop.desk.show(owner, id)


@router.get("/jobs/{id}/pictures.zip", summary="All pictures of a job", responses=NONE | ZIP, response_class=Response)
def get_pictures(seen: Annotated[Seen, Depends(find_job)], parts: Has) -> StreamingResponse:
    """The pictures with their own names and folders, and a list of what failed; streamed as it is packed."""
    names = made(seen)
    failed = [f"{part.given}: {part.error['what']}" for part in seen.job.parts if part.error]
    texts = [("failed.txt", "\n".join(failed) + "\n")] if failed else []
    return StreamingResponse(pack(opened(parts.store, names), texts), media_type="application/zip", headers=PACKED)


@router.head("/jobs/{id}/pictures.zip", include_in_schema=False)
def head_pictures(seen: Annotated[Seen, Depends(find_job)]) -> Response:
    """Whether there are pictures to be had."""
    made(seen)
    return Response(media_type="application/zip", headers=PACKED)


def made(seen: Seen) -> list[tuple[str, str]]:
    """The names and keys of a job's pictures. Raises NotFound where there is none."""
    names = [(part.result, part.picture.key) for part in seen.job.parts if part.picture]
    if not names:
        raise NotFound("The job has no pictures yet.", "Come back when some are made.")
    return names


def opened(store: Store, names: list[tuple[str, str]]) -> Iterator[tuple[str, BinaryIO]]:
    """The files, each opened when its turn comes; one that was deleted meanwhile is left out."""
    for name, key in names:
        try:
            file = store.open(key)
        except NotFound:
            continue
        yield name, file
