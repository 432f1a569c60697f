"""What the tests of jobs share: a shop over tiny styles, photos, and waiting for a state. Knows no part from inside."""

import io
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PIL import Image

from ganvas import image
from ganvas.engine.engine import Engine
from ganvas.jobs.desk import Desk, Seen
from ganvas.jobs.order import Given, Order
from ganvas.jobs.shop import Shop
from ganvas.jobs.states import FINISHED
from ganvas.settings import Settings
from ganvas.store import Store
from ganvas.style import Catalog
from tests.conftest import write_style

PATIENCE = 120.0
ME, YOU = "browser-me", "browser-you"


def draw(number: int = 0, width: int = 64, height: int = 48) -> bytes:
    """A PNG; each number is another."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).point(lambda grey: grey // 2 + number).save(out, "png")
    return out.getvalue()


def until(true: Callable[[], object]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)


@dataclass
class Place:
    """An installation in a folder of its own."""

    shop: Shop
    store: Store
    settings: Settings

    @property
    def desk(self) -> Desk:
        return self.shop.desk

    def order(self, *photos: bytes, **said) -> Order:
        """An order of these photos, in one style unless it is said otherwise."""
        given = [Given(f"trip/{number}.png", self.store.put(photo)) for number, photo in enumerate(photos)]
        return replace(Order(given, ["inverting"]), **said)

    def finished(self, id: str, owner: str = ME) -> Seen:
        """The job, once it is finished."""
        until(lambda: self.desk.glance(owner, id).state in FINISHED)
        return self.desk.show(owner, id)


@pytest.fixture(scope="session")
def styles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two tiny styles."""
    folder = tmp_path_factory.mktemp("styles")
    for name in ("inverting", "copying"):
        write_style(folder, name)
    return folder


def open_place(folder: Path, styles: Path, engine: type[Engine] = Engine, **said) -> Place:
    """An installation whose networks all give the negative."""
    settings = Settings(data=folder, **said)
    store = Store(folder / "store")
    shop = Shop(settings, engine(Catalog([styles]), lambda path: lambda x: -x), store)
    return Place(shop, store, settings)


@pytest.fixture
def place(tmp_path: Path, styles: Path):
    """An installation where nobody works."""
    made = open_place(tmp_path / "data", styles)
    yield made
    made.shop.end()


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory, styles: Path):
    """An installation where a worker works; all tests of a module share it."""
    made = open_place(tmp_path_factory.mktemp("data"), styles)
    made.shop.begin()
    yield made
    made.shop.end()
    image.stop()
