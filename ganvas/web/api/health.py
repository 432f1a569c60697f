"""Is it alive, can it work, how much does it take and do. Knows what readiness needs; changes nothing."""

from pathlib import Path
from tempfile import TemporaryFile, gettempdir

from fastapi import APIRouter, Response

from ganvas.disk import check_space, find_disk_fault
from ganvas.errors import NoSpace
from ganvas.web.metrics import MEDIA_TYPE
from ganvas.web.parts import Has, Parts
from ganvas.web.problems import build, describe_answers, respond
from ganvas.web.shapes import Health
from ganvas.web.shapes_jobs import Limits

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="Is the server alive?")
@router.head("/healthz", include_in_schema=False)
async def show_health() -> Health:
    """Answers as long as the process can answer at all."""
    return Health(status="ok")


@router.get("/readyz", summary="Can it make pictures?", responses=describe_answers("not-ready"), response_model=Health)
@router.head("/readyz", include_in_schema=False, response_model=None)
def show_readiness(parts: Has) -> Health | Response:
    """Ready when there is a style to make pictures with and room on the disk to keep them in."""
    lack = find_lack(parts)
    return respond(build("not-ready", lack)) if lack else Health(status="ready")


def find_lack(parts: Parts) -> str:
    """What is missing for making pictures, or nothing."""
    if not parts.catalog.names():
        return "No style is installed."
    arriving = (parts.settings.data, Path(gettempdir()))
    try:
        check_space(arriving, parts.settings.free_bytes)
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
def show_limits(parts: Has) -> Limits:
    """What a photo and a job may have, so that nobody sends what would be refused."""
    settings = parts.settings
    return Limits(
        photo_bytes=settings.max_bytes,
        photo_pixels=settings.max_pixels,
        job_bytes=settings.job_bytes,
        job_pictures=settings.job_pictures,
    )


@router.get("/metrics", summary="Figures for Prometheus", response_class=Response)
@router.head("/metrics", include_in_schema=False)
def show_metrics(parts: Has) -> Response:
    """Requests, seconds, pictures, tiles, bytes, and how busy it is, in Prometheus' text format."""
    parts.metrics.busy.set(parts.turns.busy)
    parts.metrics.waiting.set(parts.turns.waiting)
    return Response(parts.metrics.text(), media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})
