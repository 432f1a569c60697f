"""Ganvas itself under the page, with tiny styles and networks that cost nothing. Knows the ledger; knows no page."""

import json
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from playwright.sync_api import Page

from ganvas.engine.engine import Engine
from ganvas.settings import Settings
from ganvas.storage.blobs import Store
from ganvas.style.catalog import Catalog
from ganvas.style.file import load_style, rewrite_style
from ganvas.web.app import create_app
from tests.conftest import write_style
from tests.page.fake_server import draw_sample_photo, encode_image, serve_app

ARTISTS = {"inverting": "Ana Albers (1899-1994)", "copying": "Bo Berg (1901-1980)", "blurring": "Bo Berg (1901-1980)"}


@dataclass
class RealServer:
    """A Ganvas that is served."""

    address: str
    app: FastAPI
    styles: Path

    def list_history(self, page: Page) -> list[dict[str, Any]]:
        """The history of whoever this page belongs to, as the server has it."""
        return page.request.get(f"{self.address}/api/v1/history").json()["pictures"]

    def create_picture(self, page: Page, name: str = "by the sea.jpg", **fields: Any) -> dict[str, Any]:
        """A picture made at once, past the page."""
        form: dict[str, Any] = {
            "photo": {
                "name": name,
                "mimeType": "image/jpeg",
                "buffer": encode_image(draw_sample_photo(96, 64), "jpeg", 90),
            },
            "style": "inverting",
        }
        answer = page.request.post(f"{self.address}/api/v1/pictures", multipart=form | fields)
        assert answer.status == 201, answer.text()
        return answer.json()

    def update_picture(self, page: Page, id: str, **changes: Any) -> None:
        """A picture starred, named or put into a folder, past the page."""
        headers = {"content-type": "application/json"}
        answer = page.request.patch(f"{self.address}/api/v1/history/{id}", data=json.dumps(changes), headers=headers)
        assert answer.ok, answer.text()


@contextmanager
def serve_ganvas(folder: Path, static: Path) -> Generator[RealServer]:
    """Ganvas over three styles that are built in, each with a preview, and a folder of its own to add to."""
    built_in = folder / "built-in"
    for name, artist in ARTISTS.items():
        write_style(built_in, name)
        about = replace(
            load_style(built_in / f"{name}.onnx"),
            preview=encode_image(draw_sample_photo(96, 64), "webp", 90),
            artist=artist,
        )
        rewrite_style(built_in / f"{name}.onnx", replace(about, card={"en": {"intended use": f"{name} things."}}))
    catalog = Catalog([folder / "own", built_in])
    settings = Settings(data=folder / "data")
    engine = Engine(catalog, lambda path: lambda x: -x)
    app = create_app(settings, engine, Store(settings.data / "store"), catalog, static)
    with serve_app(app, "on") as address:
        yield RealServer(address, app, folder)


def wait_for_server(page: Page, condition: Any) -> None:
    """Give the page up to ten seconds to bring something about on the server."""
    end = time.monotonic() + 10
    while not condition() and time.monotonic() < end:
        page.wait_for_timeout(50)
    assert condition()
