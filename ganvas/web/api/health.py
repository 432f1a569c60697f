"""Routes: health, readiness and metrics."""

from pathlib import Path
from tempfile import TemporaryFile, gettempdir

from fastapi import APIRouter, Response

from ganvas.errors import NoSpace
from ganvas.storage.disk import check_space, find_disk_fault
from ganvas.web.metrics import MEDIA_TYPE
from ganvas.web.problems import build_problem, describe_problem_responses, respond_with_problem
from ganvas.web.schemas.jobs import Limits
from ganvas.web.schemas.pictures import Health
from ganvas.web.services import Services, ServicesDep

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="Is the server alive?")
@router.head("/healthz", include_in_schema=False)
async def show_health() -> Health:
    """Answers as long as the process can answer at all."""
    return Health(status="ok")


@router.get(
    "/readyz", summary="Can it make pictures?", responses=describe_problem_responses("not-ready"), response_model=Health
)
@router.head("/readyz", include_in_schema=False, response_model=None)
def show_readiness(services: ServicesDep) -> Health | Response:
    """Ready when there is a style to make pictures with and room on the disk to keep them in."""
    lack = find_readiness_problem(services)
    return respond_with_problem(build_problem("not-ready", lack)) if lack else Health(status="ready")


def find_readiness_problem(services: Services) -> str:
    """What is missing for making pictures, or nothing."""
    if not services.catalog.names():
        return "No style is installed."
    arriving = (services.settings.data, Path(gettempdir()))
    try:
        check_space(arriving, services.settings.free_bytes)
        for folder in arriving:
            with TemporaryFile(dir=folder) as file:
                file.write(b"ganvas")
    except NoSpace as error:
        return error.what
    except OSError as error:
        found = find_disk_fault(error)
        return found.what if isinstance(found, NoSpace) else "The data folder or TMPDIR cannot be written."
    return ""


@router.get("/api/v1/limits", summary="How much is taken at once?")
@router.head("/api/v1/limits", include_in_schema=False)
def show_limits(services: ServicesDep) -> Limits:
    """What a photo and a job may have, so that nobody sends what would be refused."""
    settings = services.settings
    return Limits(
        photo_bytes=settings.max_bytes,
        photo_pixels=settings.max_pixels,
        job_bytes=settings.job_bytes,
        job_pictures=settings.job_pictures,
    )


@router.get("/metrics", summary="Figures for Prometheus", response_class=Response)
@router.head("/metrics", include_in_schema=False)
def show_metrics(services: ServicesDep) -> Response:
    """Requests, seconds, pictures, tiles, bytes, and how busy it is, in Prometheus' text format."""
    services.metrics.busy.set(services.picture_queue.running)
    services.metrics.waiting.set(services.picture_queue.waiting)
    return Response(services.metrics.render_text(), media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})
