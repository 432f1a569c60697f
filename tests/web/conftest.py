"""What the web's tests share: an application over tiny styles, and photos. Knows no route from inside."""

import io
import threading
from contextlib import ExitStack
from dataclasses import dataclass, replace

import numpy as np
import pytest
from fastapi import FastAPI
from PIL import Image
from starlette.testclient import TestClient

from ganvas.engine.engine import Engine
from ganvas.settings import Settings
from ganvas.storage.blobs import Store
from ganvas.style.catalog import Catalog
from ganvas.style.file import load_style, rewrite_style
from ganvas.web.app import create_app
from tests.conftest import write_style


class QuickEngine(Engine):
    """The engine over networks that all give the negative."""

    def __init__(self, catalog: Catalog) -> None:
        super().__init__(catalog, lambda path: lambda x: -x)


class SlowEngine(QuickEngine):
    """An engine that says when it has begun, and goes on, tile by tile, until it may end."""

    def __init__(self, catalog: Catalog) -> None:
        super().__init__(catalog)
        self.started, self.may_end, self.tiles, self.stopped = (
            threading.Semaphore(0),
            threading.Event(),
            0,
            threading.Event(),
        )

    def apply(self, style, pixels, controls=None, on_progress=lambda share: None):
        self.started.release()
        try:
            while not self.may_end.wait(0.01):
                self.tiles += 1
                on_progress(0.5)
        except BaseException:
            self.stopped.set()
            raise
        return pixels


@dataclass
class AppUnderTest:
    """An application, a client that asks it as a browser on this machine would, and its parts."""

    app: FastAPI
    client: TestClient
    catalog: Catalog
    store: Store

    def post_photo(self, photo: bytes, **fields):
        """Ask for a picture."""
        files = {"photo": ("my secret name.jpg", photo, "image/jpeg")}
        if mask := fields.pop("mask", None):
            files["mask"] = ("mask.png", mask, "image/png")
        return self.client.post("/api/v1/pictures", data={"style": "inverting"} | fields, files=files)


@pytest.fixture(scope="session")
def tiny_catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Tiny styles, one of them with a preview."""
    folder = tmp_path_factory.mktemp("styles")
    for name in ("inverting", "copying"):
        write_style(folder, name)
    path = folder / "inverting.onnx"
    rewrite_style(path, replace(load_style(path), preview=draw_picture("webp", 32, 24)))
    return Catalog([folder])


@pytest.fixture(scope="session")
def open_app(tiny_catalog: Catalog, tmp_path_factory: pytest.TempPathFactory):
    """Makes an application over the tiny styles, with a folder of its ``own`` or none; the rest may differ."""
    with ExitStack() as open_clients:

        def build_app(engine: type[Engine] = QuickEngine, own: bool = False, **changes) -> AppUnderTest:
            settings = Settings(data=tmp_path_factory.mktemp("data"), workers=1, waiting=1, warm=False)
            store = Store(settings.data / "store")
            offered = Catalog([settings.data / "styles", *tiny_catalog.folders]) if own else tiny_catalog
            app = create_app(replace(settings, **changes), engine(offered), store, offered)
            here = ("127.0.0.1", 50000)
            client = TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False, client=here)
            open_clients.enter_context(client)
            return AppUnderTest(app, client, offered, store)

        yield build_app


@pytest.fixture(scope="session")
def default_app(open_app) -> AppUnderTest:
    """The application as it is by default; what a test makes stays for the next."""
    return open_app()


def draw_picture(format: str, width: int, height: int) -> bytes:
    """A picture file with something in every place."""
    rows, columns = np.mgrid[0:height, 0:width]
    channels = [rows % 256, columns % 256, (rows + columns) % 64 * 4]
    data = io.BytesIO()
    Image.fromarray(np.stack(channels, -1).astype(np.uint8)).save(data, format)
    return data.getvalue()


@pytest.fixture(scope="session")
def jpeg_photo() -> bytes:
    """A JPEG of 160 x 120."""
    return draw_picture("jpeg", 160, 120)


@pytest.fixture
def slow_engine() -> type[SlowEngine]:
    """An engine that goes on until it may end."""
    return SlowEngine
