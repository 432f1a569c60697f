"""The parts that routes work with, made once by ``app``. Knows what they are, not how they work."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from ganvas.engine.engine import Engine
from ganvas.jobs.shop import Shop
from ganvas.settings import Settings
from ganvas.store import Store
from ganvas.style import Catalog
from ganvas.web.grants import Grants
from ganvas.web.metrics import Metrics
from ganvas.web.seal import Seal
from ganvas.web.single import Single
from ganvas.web.stream import Streams
from ganvas.web.turns import Turns


@dataclass(frozen=True)
class Parts:
    """One of each; ``seal`` is None where no token is set."""

    settings: Settings
    engine: Engine
    store: Store
    catalog: Catalog
    turns: Turns
    metrics: Metrics
    seal: Seal | None
    shop: Shop
    streams: Streams
    thumbnails: Single
    grants: Grants


def find_parts(request: Request) -> Parts:
    """The parts of the application that a request came to."""
    parts = request.app.state.parts
    assert isinstance(parts, Parts)
    return parts


Has = Annotated[Parts, Depends(find_parts)]
