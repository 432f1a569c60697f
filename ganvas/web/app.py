"""Assembles the application: services, middleware and routes."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import gettempdir

import anyio.to_thread
import numpy as np
from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig

from ganvas import __version__, image
from ganvas.engine.engine import Engine
from ganvas.errors import GanvasError
from ganvas.jobs.runtime import JobRuntime
from ganvas.settings import Settings
from ganvas.storage.blobs import Store
from ganvas.storage.disk import check_space
from ganvas.style.catalog import Catalog
from ganvas.web import api_docs, problems, thumbnails
from ganvas.web.api import faces, health, history, jobs, login, pictures, styles
from ganvas.web.events import EventStreams
from ganvas.web.grants import Grants
from ganvas.web.guards.access import AccessMiddleware
from ganvas.web.guards.body_limits import BodyLimit, BodyLimitMiddleware
from ganvas.web.guards.concurrency import PictureQueue
from ganvas.web.guards.headers import SecurityHeadersMiddleware
from ganvas.web.guards.tokens import TokenAuth
from ganvas.web.metrics import Metrics
from ganvas.web.request_log import RequestLogMiddleware
from ganvas.web.services import Services
from ganvas.web.single import Single
from ganvas.web.static_files import STATIC_FOLDER, StudioFiles

LOG = logging.getLogger("ganvas.web")
API_DESCRIPTION = (
    "Photos in, pictures out. Where the server has a token, send it as 'Authorization: Bearer TOKEN', "
    "or exchange it for a cookie at /api/v1/login."
)
SWEEP_SECONDS = 600.0
FORM_OVERHEAD_BYTES = 1 << 20  # for the fields of a form beside its files
MAX_STYLE_UPLOADS = 2  # style files that are received at a time: each is tried in a process of its own
WARM_UP_EDGE = 256  # pixels a side of what is painted beforehand
NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}


def create_app(
    settings: Settings,
    engine: Engine,
    store: Store,
    catalog: Catalog,
    static_folder: Path = STATIC_FOLDER,
    with_worker: bool = False,
) -> FastAPI:
    """The application; it does jobs too where it ``works``. Raises Forbidden for a token that is too short."""
    metrics = Metrics()
    turns = PictureQueue(settings.workers, settings.waiting, metrics.count_tile)
    seal = TokenAuth(settings.token) if settings.token else None
    runtime = JobRuntime(settings, engine, store)
    streams = EventStreams(lambda: runtime.service, settings.streams)
    app = FastAPI(
        title="Ganvas",
        version=__version__,
        description=API_DESCRIPTION,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=problems.DEFAULT_RESPONSE,
        lifespan=run_lifespan,
        telemetry=NO_TELEMETRY,
        form_limits={"max_fields": 32, "max_files": 2, "max_part_size": 64 << 10},
    )
    grants = Grants(settings.data, settings.keep)
    app.state.services = Services(
        settings,
        engine,
        store,
        catalog,
        turns,
        metrics,
        seal,
        runtime,
        streams,
        Single(thumbnails.MAX_CONCURRENT),
        grants,
    )
    app.state.works = with_worker
    problems.add_exception_handlers(app)
    for noun in (styles, pictures, faces, jobs, history, login, health, api_docs):
        app.include_router(noun.router)
    app.mount("/", StudioFiles(static_folder))
    plain = app.openapi
    app.openapi = lambda: problems.add_problem_schema(plain())
    add_middleware_stack(app, app.state.services)
    return app


def add_middleware_stack(app: FastAPI, services: Services) -> None:
    """Put the rings around the routes, the innermost first."""
    settings = services.settings
    app.add_middleware(BodyLimitMiddleware, limits=build_body_limits(services))
    app.add_middleware(AccessMiddleware, bind_host=settings.host, allowed_hosts=settings.hosts, auth=services.auth)
    app.add_middleware(RequestLogMiddleware, metrics=services.metrics)
    app.add_middleware(SecurityHeadersMiddleware)


def build_body_limits(services: Services) -> dict[str, BodyLimit]:
    """Where large bodies come in; only who waits for a picture is turned away when all places are taken."""
    settings, turns = services.settings, services.picture_queue
    arriving = (settings.data, Path(gettempdir()))  # a body waits in the one and is kept in the other

    def check_room(size: int) -> None:
        check_space(arriving, settings.free_bytes, size)

    return {
        "/api/v1/pictures": BodyLimit(
            settings.max_bytes + FORM_OVERHEAD_BYTES, 2 * turns.capacity, turns.check_capacity, check_room
        ),
        "/api/v1/faces": BodyLimit(
            settings.max_bytes + FORM_OVERHEAD_BYTES, 2 * turns.capacity, turns.check_capacity, check_room
        ),
        "/api/v1/jobs": BodyLimit(settings.job_bytes + FORM_OVERHEAD_BYTES, settings.uploads, check_room=check_room),
        "/api/v1/styles": BodyLimit(
            settings.max_style_bytes + FORM_OVERHEAD_BYTES, MAX_STYLE_UPLOADS, check_room=check_room
        ),
    }


@asynccontextmanager
async def run_lifespan(app: FastAPI) -> AsyncGenerator[None]:
    """Be ready before the first photo, delete what need not be kept; on the way out stop the work at its next tile."""
    parts: Services = app.state.services
    await anyio.to_thread.run_sync(image.start_decoders)
    if app.state.works:
        await anyio.to_thread.run_sync(parts.job_runtime.start_worker, lambda: parts.picture_queue.occupied == 0)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(sweep_unowned_pictures, parts)
        tasks.start_soon(parts.event_streams.watch)
        if parts.settings.warm:
            tasks.start_soon(warm_up_styles, parts)
        yield
        tasks.cancel_scope.cancel()
    await anyio.to_thread.run_sync(parts.picture_queue.close)
    await anyio.to_thread.run_sync(parts.job_runtime.close)
    await anyio.to_thread.run_sync(image.stop_decoders)


async def warm_up_styles(services: Services) -> None:
    """Paint something in each style on offer, so that the first previews need not wait for networks to be opened."""
    for name in services.catalog.names()[: services.settings.networks]:
        try:
            await anyio.to_thread.run_sync(warm_up_style, services, name)
        except GanvasError as error:
            LOG.warning("%s cannot be opened: %s", name, error)


def warm_up_style(services: Services, name: str) -> None:
    """Open one style's network, where it takes photos, and run it once: the first run takes three times as long."""
    if services.catalog.get(name).kind == "transfer":
        services.engine.apply(name, np.zeros((WARM_UP_EDGE, WARM_UP_EDGE, 3), np.uint8))


async def sweep_unowned_pictures(services: Services) -> None:
    """Delete, now and then, the pictures that nobody owns and that are old enough."""
    while True:
        try:
            await anyio.to_thread.run_sync(services.store.sweep, services.settings.keep)
            await anyio.to_thread.run_sync(services.grants.sweep)
        except OSError as error:  # a disk that cannot be written now may be later
            LOG.warning("the store cannot be swept: %s", error.strerror)
        await anyio.sleep(min(SWEEP_SECONDS, services.settings.keep))
