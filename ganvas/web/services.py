"""The services that routes work with, built once by ``app``."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from ganvas.engine.engine import Engine
from ganvas.jobs.runtime import JobRuntime
from ganvas.settings import Settings
from ganvas.storage.blobs import Store
from ganvas.style.catalog import Catalog
from ganvas.web.events import EventStreams
from ganvas.web.grants import Grants
from ganvas.web.guards.concurrency import PictureQueue
from ganvas.web.guards.tokens import TokenAuth
from ganvas.web.metrics import Metrics
from ganvas.web.single import Single


@dataclass(frozen=True)
class Services:
    """One of each; ``seal`` is None where no token is set."""

    settings: Settings
    engine: Engine
    store: Store
    catalog: Catalog
    picture_queue: PictureQueue
    metrics: Metrics
    auth: TokenAuth | None
    job_runtime: JobRuntime
    event_streams: EventStreams
    thumbnails: Single
    grants: Grants


def get_services(request: Request) -> Services:
    """The parts of the application that a request came to."""
    parts = request.app.state.services
    assert isinstance(parts, Services)
    return parts


ServicesDep = Annotated[Services, Depends(get_services)]
