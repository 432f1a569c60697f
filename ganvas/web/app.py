"""Assembles the application from its parts. Knows every ring and route; does no work of its own."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio.to_thread
from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig

from ganvas import __version__, image
from ganvas.engine.engine import Engine
from ganvas.jobs.shop import Shop
from ganvas.settings import Settings
from ganvas.store import Store
from ganvas.style import Catalog
from ganvas.web import manual, problems
from ganvas.web.api import health, history, jobs, login, pictures, styles
from ganvas.web.gate import Gate
from ganvas.web.headers import CarefulHeaders
from ganvas.web.incoming import most_bytes
from ganvas.web.intake import Intake
from ganvas.web.metrics import Metrics
from ganvas.web.page import BUILT, Page
from ganvas.web.parts import Parts
from ganvas.web.seal import Seal
from ganvas.web.stream import Streams
from ganvas.web.turns import Turns
from ganvas.web.watch import Watch

ABOUT = (
    "Photos in, pictures out. Where the server has a token, send it as 'Authorization: Bearer TOKEN', "
    "or exchange it for a cookie at /api/v1/login."
)
SWEEP = 600.0
MARGIN = 1 << 20  # for the fields of a form beside photo and mask
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
    streams = Streams(lambda ids: shop.desk.newest(ids))
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
    app.state.parts = Parts(settings, engine, store, catalog, turns, metrics, seal, shop, streams)
    app.state.works = works
    problems.handle(app)
    for noun in (styles, pictures, jobs, history, login, health, manual):
        app.include_router(noun.router)
    app.mount("/", Page(page))
    plain = app.openapi
    app.openapi = lambda: problems.describe_shapes(plain())
    surround(app, app.state.parts)
    return app


def surround(app: FastAPI, parts: Parts) -> None:
    """Put the rings around the routes, the innermost first."""
    settings, turns = parts.settings, parts.turns
    larger = {"/api/v1/pictures": settings.max_bytes + MARGIN, "/api/v1/jobs": most_bytes(settings) + MARGIN}
    app.add_middleware(Intake, larger=larger, check=turns.check, most=2 * turns.room)
    app.add_middleware(Gate, bound=settings.host, names=settings.hosts, seal=parts.seal)
    app.add_middleware(Watch, metrics=parts.metrics)
    app.add_middleware(CarefulHeaders)


@asynccontextmanager
async def live(app: FastAPI) -> AsyncGenerator[None]:
    """Be ready before the first photo, delete what need not be kept; on the way out stop the work at its next tile."""
    parts: Parts = app.state.parts
    await anyio.to_thread.run_sync(image.start)
    if app.state.works:
        await anyio.to_thread.run_sync(parts.shop.begin, lambda: parts.turns.inside == 0)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(sweep, parts)
        yield
        tasks.cancel_scope.cancel()
    await anyio.to_thread.run_sync(parts.turns.close)
    await anyio.to_thread.run_sync(parts.shop.end)
    await anyio.to_thread.run_sync(image.stop)


async def sweep(parts: Parts) -> None:
    """Delete, now and then, the pictures that nobody owns and that are old enough."""
    while True:
        await anyio.to_thread.run_sync(parts.store.sweep, parts.settings.keep)
        await anyio.sleep(min(SWEEP, parts.settings.keep))
