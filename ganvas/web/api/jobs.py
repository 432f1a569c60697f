"""Routes: jobs: submitted, followed, changed, downloaded."""

from collections.abc import AsyncGenerator, Callable, Iterator
from typing import Annotated, Any, BinaryIO

import anyio.to_thread
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from ganvas.errors import NotFound
from ganvas.image import dimensions
from ganvas.jobs.archive import ZipLimits, pack_zip
from ganvas.jobs.request import InputPhoto, JobRequest, sanitise_upload_name
from ganvas.jobs.service import PAGE_SIZE, JobService, JobView
from ganvas.settings import Settings
from ganvas.storage.blobs import Store
from ganvas.web.events import read_last_event_id, stream_job_events
from ganvas.web.identity import CurrentOwner
from ganvas.web.job_form import (
    JOB_FORM_SCHEMA,
    Arrivals,
    build_job_request,
    describe_wish,
    open_job_form,
    parse_job_form,
)
from ganvas.web.schemas.jobs import Job, Jobs, describe_job, to_picture_settings
from ganvas.web.schemas.pictures import PictureForm, Problem
from ganvas.web.services import Services, ServicesDep

router = APIRouter(prefix="/api/v1", tags=["jobs"])
JOB_NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"model": Problem, "description": "You have no such job."}}
REFUSAL_RESPONSES: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "No such style."},
    413: {"model": Problem, "description": "The job is too long, or a ZIP unpacks to too much."},
    422: {"model": Problem, "description": "A field is wrong, or a ZIP plays tricks."},
    429: {"model": Problem, "description": "Too much of yours waits; `Retry-After` says when to come back."},
}
EVENT_STREAM_TYPE = "text/event-stream"
STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
STREAM_RESPONSE: dict[int | str, dict[str, Any]] = {
    200: {"content": {EVENT_STREAM_TYPE: {}}, "description": "Events `job`, `part`, `progress`, `end` and `deleted`."}
}
ZIP_HEADERS = {"Content-Disposition": 'attachment; filename="pictures.zip"', "Cache-Control": "no-store"}
ZIP_RESPONSE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/zip": {}}, "description": "The pictures."}
}


@router.post(
    "/jobs",
    status_code=202,
    summary="Ask for many pictures",
    responses=REFUSAL_RESPONSES,
    openapi_extra=JOB_FORM_SCHEMA,
)
async def ask_for_job(request: Request, services: ServicesDep, owner: CurrentOwner, response: Response) -> Job:
    """Every photo in every style, made one after another however long it takes; a bad photo fails alone."""
    service = await anyio.to_thread.run_sync(lambda: services.job_runtime.service)
    async with open_job_form(request, service.limits) as form:
        wish = parse_job_form(form)

        def submit() -> Job:
            order = describe_wish(wish)
            service.check_wish(owner, order)
            most = max(1, service.limits.job_pictures // len(order.styles))
            room = ZipLimits(most, services.settings.job_bytes, services.settings.max_bytes)
            with Arrivals(services.store) as arrivals:
                id = service.submit(owner, build_job_request(form, order, arrivals, room))
            return describe_job(service.get_job(owner, id))

        job = await anyio.to_thread.run_sync(submit)
    response.headers["Location"] = f"/api/v1/jobs/{job.id}"
    return job


def needs_job(form: PictureForm, request: Request, settings: Settings) -> bool:
    """Whether a picture is made as a job: the caller will not wait (RFC 7240), or would have to for long."""
    if form.long_edge is not None:
        return False
    if "respond-async" in request.headers.get("prefer", "").lower():
        return True
    size, pixels = form.photo.size or 0, dimensions.count_pixels(form.photo.file)
    if size > settings.max_bytes or pixels > settings.max_pixels:
        return False  # it is refused at once, and not in a job
    return size > settings.wait_bytes or pixels > settings.wait_pixels


def submit_as_job(services: Services, form: PictureForm, owner: str, cookie_response: Response) -> Response:
    """The answer to a picture that becomes a job. Runs in a thread."""
    service = services.job_runtime.service
    with Arrivals(services.store) as arrivals:
        mask = arrivals.put(form.mask.file.read()) if form.mask else None
        photo = InputPhoto(sanitise_upload_name(form.photo.filename or "photo"), arrivals.put(form.photo.file.read()))
        id = service.submit(owner, JobRequest([photo], [form.style], to_picture_settings(form), mask, priority=1))
    body = describe_job(service.get_job(owner, id)).model_dump_json().encode()
    headers = {"Location": f"/api/v1/jobs/{id}", "Preference-Applied": "respond-async"}
    answer = Response(body, 202, headers, media_type="application/json")
    answer.raw_headers += [(name, value) for name, value in cookie_response.raw_headers if name == b"set-cookie"]
    return answer


@router.get("/jobs", summary="Your jobs")
@router.head("/jobs", include_in_schema=False)
def list_jobs(
    services: ServicesDep,
    owner: CurrentOwner,
    response: Response,
    before: Annotated[str, Query(max_length=40, description="`next` of the page before")] = "",
    limit: Annotated[int, Query(ge=1, le=PAGE_SIZE)] = 30,
) -> Jobs:
    """The newest first."""
    response.headers["Cache-Control"] = "no-store"
    seen = services.job_runtime.service.list_jobs(owner, before, limit)
    return Jobs(jobs=[describe_job(one) for one in seen], next=seen[-1].job.id if len(seen) == limit else None)


@router.get("/jobs/{id}", summary="One job with its parts", responses=JOB_NOT_FOUND)
@router.head("/jobs/{id}", include_in_schema=False)
def show_job(id: str, services: ServicesDep, owner: CurrentOwner, response: Response) -> Job:
    """Its progress, its place in line, the time that is left, and each part."""
    response.headers["Cache-Control"] = "no-store"
    return describe_job(services.job_runtime.service.get_job(owner, id), with_parts=True)


@router.get(
    "/jobs/{id}/events",
    summary="What happens to a job, as it happens",
    responses=JOB_NOT_FOUND | STREAM_RESPONSE,
    response_class=Response,
)
async def stream_events(
    id: str, request: Request, services: ServicesDep, owner: CurrentOwner, after: Annotated[int, Query(ge=0)] = 0
) -> StreamingResponse:
    """Server-sent events, numbered from 1 without a gap: `Last-Event-ID`, or `after`, says which you have."""
    await services.event_streams.check_capacity(owner, id)
    events: AsyncGenerator[str] = stream_job_events(
        services.event_streams, owner, id, read_last_event_id(request, after)
    )
    return StreamingResponse(events, media_type=EVENT_STREAM_TYPE, headers=STREAM_HEADERS)


@router.head("/jobs/{id}/events", include_in_schema=False)
def head_events(id: str, services: ServicesDep, owner: CurrentOwner) -> Response:
    """What a stream begins with."""
    services.job_runtime.service.get_job_row(owner, id)
    return Response(media_type=EVENT_STREAM_TYPE, headers=STREAM_HEADERS)


ACTIONS: dict[str, Callable[[JobService, str, str], None]] = {
    "cancel": JobService.cancel,
    "pause": JobService.pause,
    "resume": JobService.resume,
    "retry": JobService.retry,
}


def change_job(id: str, services: ServicesDep, owner: CurrentOwner, request: Request) -> Job:
    """The job after the change; a change that does not fit its state changes nothing."""
    service = services.job_runtime.service
    ACTIONS[request.url.path.rpartition("/")[2]](service, owner, id)
    return describe_job(service.get_job(owner, id), with_parts=True)


for action, says in {
    "cancel": "Stop a job for good; what is made stays",
    "pause": "Stop a job until it is resumed",
    "resume": "Go on with a paused job",
    "retry": "Try again what failed or was cancelled, and that alone",
}.items():
    router.post(f"/jobs/{{id}}/{action}", summary=says, responses=JOB_NOT_FOUND, name=f"{action}_job")(change_job)


@router.delete("/jobs/{id}", status_code=204, summary="Delete a job", responses=JOB_NOT_FOUND, response_class=Response)
def delete_job(
    id: str,
    services: ServicesDep,
    owner: CurrentOwner,
    pictures: Annotated[bool, Query(description="delete its pictures from your history too")] = False,
) -> Response:
    """Stop it, and delete it with its photos; its pictures stay in your history unless you say otherwise."""
    services.job_runtime.service.delete(owner, id, pictures)
    return Response(status_code=204)


def find_job_view(id: str, services: ServicesDep, owner: CurrentOwner) -> JobView:
    """The owner's job with its parts. Raises NotFound."""
    return services.job_runtime.service.get_job(owner, id)


@router.get(
    "/jobs/{id}/pictures.zip",
    summary="All pictures of a job",
    responses=JOB_NOT_FOUND | ZIP_RESPONSE,
    response_class=Response,
)
def get_pictures(view: Annotated[JobView, Depends(find_job_view)], services: ServicesDep) -> StreamingResponse:
    """The pictures with their own names and folders, and a list of what failed; streamed as it is packed."""
    names = list_made_pictures(view)
    failed = [f"{part.given}: {part.error['what']}" for part in view.job.parts if part.error]
    texts = [("failed.txt", "\n".join(failed) + "\n")] if failed else []
    return StreamingResponse(
        pack_zip(open_pictures(services.store, names), texts), media_type="application/zip", headers=ZIP_HEADERS
    )


@router.head("/jobs/{id}/pictures.zip", include_in_schema=False)
def head_pictures(view: Annotated[JobView, Depends(find_job_view)]) -> Response:
    """Whether there are pictures to be had."""
    list_made_pictures(view)
    return Response(media_type="application/zip", headers=ZIP_HEADERS)


def list_made_pictures(view: JobView) -> list[tuple[str, str]]:
    """The names and keys of a job's pictures. Raises NotFound where there is none."""
    names = [(part.result, part.picture.key) for part in view.job.parts if part.picture]
    if not names:
        raise NotFound("The job has no pictures yet.", "Come back when some are made.")
    return names


def open_pictures(store: Store, names_and_keys: list[tuple[str, str]]) -> Iterator[tuple[str, BinaryIO]]:
    """The files, each opened when its turn comes; one that was deleted meanwhile is left out."""
    for name, key in names_and_keys:
        try:
            file = store.open(key)
        except NotFound:
            continue
        yield name, file
