"""Assembles the application from its parts. Knows every ring and route; does no work of its own."""

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
from ganvas.disk import check_space
from ganvas.engine.engine import Engine
from ganvas.errors import GanvasError
from ganvas.jobs.shop import Shop
from ganvas.settings import Settings
from ganvas.store import Store
from ganvas.style import Catalog
from ganvas.web import manual, problems, thumbnails
from ganvas.web.api import faces, health, history, jobs, login, pictures, styles
from ganvas.web.gate import Gate
from ganvas.web.grants import Grants
from ganvas.web.headers import CarefulHeaders
from ganvas.web.intake import Door, Intake
from ganvas.web.metrics import Metrics
from ganvas.web.page import BUILT, Page
from ganvas.web.parts import Parts
from ganvas.web.seal import Seal
from ganvas.web.single import Single
from ganvas.web.stream import Streams
from ganvas.web.turns import Turns
from ganvas.web.watch import Watch

LOG = logging.getLogger("ganvas.web")
ABOUT = (
    "Photos in, pictures out. Where the server has a token, send it as 'Authorization: Bearer TOKEN', "
    "or exchange it for a cookie at /api/v1/login."
)
SWEEP = 600.0
MARGIN = 1 << 20  # for the fields of a form beside its files
STYLES = 2  # style files that are received at a time: each is tried in a process of its own
WARMTH = 256  # pixels a side of what is painted beforehand
SILENT: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}


def create_app(
    settings: Settings, engine: Engine, store: Store, catalog: Catalog, page: Path = BUILT, works: bool = False
) -> FastAPI:
    """The application; it does jobs too where it ``works``. Raises Forbidden for a token that is too short."""
    metrics = Metrics()
    turns = Turns(settings.workers, settings.waiting, metrics.on_tile)
    seal = Seal(settings.token) if settings.token else None
    shop = Shop(settings, engine, store)
    streams = Streams(lambda: shop.desk, settings.streams)
    app = FastAPI(
        title="Ganvas",
        version=__version__,
        description=ABOUT,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=problems.ANY,
        lifespan=live,
        telemetry=SILENT,
        form_limits={"max_fields": 32, "max_files": 2, "max_part_size": 64 << 10},
    )
    grants = Grants(settings.data, settings.keep)
    app.state.parts = Parts(
        settings, engine, store, catalog, turns, metrics, seal, shop, streams, Single(thumbnails.AT_ONCE), grants
    )
    app.state.works = works
    problems.handle(app)
    for noun in (styles, pictures, faces, jobs, history, login, health, manual):
        app.include_router(noun.router)
    app.mount("/", Page(page))
    plain = app.openapi
    app.openapi = lambda: problems.describe_shapes(plain())
    surround(app, app.state.parts)
    return app


def surround(app: FastAPI, parts: Parts) -> None:
    """Put the rings around the routes, the innermost first."""
    settings = parts.settings
    app.add_middleware(Intake, doors=doors(parts))
    app.add_middleware(Gate, bound=settings.host, names=settings.hosts, seal=parts.seal)
    app.add_middleware(Watch, metrics=parts.metrics)
    app.add_middleware(CarefulHeaders)


def doors(parts: Parts) -> dict[str, Door]:
    """Where large bodies come in; only who waits for a picture is turned away when all places are taken."""
    settings, turns = parts.settings, parts.turns
    arriving = (settings.data, Path(gettempdir()))  # a body waits in the one and is kept in the other

    def check_room(size: int) -> None:
        check_space(arriving, settings.free_bytes, size)

    return {
        "/api/v1/pictures": Door(settings.max_bytes + MARGIN, 2 * turns.room, turns.check, check_room),
        "/api/v1/faces": Door(settings.max_bytes + MARGIN, 2 * turns.room, turns.check, check_room),
        "/api/v1/jobs": Door(settings.job_bytes + MARGIN, settings.uploads, check_room=check_room),
        "/api/v1/styles": Door(settings.max_style_bytes + MARGIN, STYLES, check_room=check_room),
    }


@asynccontextmanager
async def live(app: FastAPI) -> AsyncGenerator[None]:
    """Be ready before the first photo, delete what need not be kept; on the way out stop the work at its next tile."""
    parts: Parts = app.state.parts
    await anyio.to_thread.run_sync(image.start)
    if app.state.works:
        await anyio.to_thread.run_sync(parts.shop.begin, lambda: parts.turns.inside == 0)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(sweep, parts)
        tasks.start_soon(parts.streams.watch)
        if parts.settings.warm:
            tasks.start_soon(warm, parts)
        yield
        tasks.cancel_scope.cancel()
    await anyio.to_thread.run_sync(parts.turns.close)
    await anyio.to_thread.run_sync(parts.shop.end)
    await anyio.to_thread.run_sync(image.stop)


async def warm(parts: Parts) -> None:
    """Paint something in each style on offer, so that the first previews need not wait for networks to be opened."""
    for name in parts.catalog.names()[: parts.settings.networks]:
        try:
            await anyio.to_thread.run_sync(warm_style, parts, name)
        except GanvasError as error:
            LOG.warning("%s cannot be opened: %s", name, error)


def warm_style(parts: Parts, name: str) -> None:
    """Open one style's network, where it takes photos, and run it once: the first run takes three times as long."""
    if parts.catalog.get(name).kind == "transfer":
        parts.engine.apply(name, np.zeros((WARMTH, WARMTH, 3), np.uint8))


async def sweep(parts: Parts) -> None:
    """Delete, now and then, the pictures that nobody owns and that are old enough."""
    while True:
        try:
            await anyio.to_thread.run_sync(parts.store.sweep, parts.settings.keep)
            await anyio.to_thread.run_sync(parts.grants.sweep)
        except OSError as error:  # a disk that cannot be written now may be later
            LOG.warning("the store cannot be swept: %s", error.strerror)
        await anyio.sleep(min(SWEEP, parts.settings.keep))
