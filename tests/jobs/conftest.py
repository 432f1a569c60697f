"""What the tests of jobs share: a runtime over tiny styles, photos, and waiting for a state."""

import io
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PIL import Image

from ganvas import image
from ganvas.engine.engine import Engine
from ganvas.jobs.request import InputPhoto, JobRequest
from ganvas.jobs.runtime import JobRuntime
from ganvas.jobs.service import JobService, JobView
from ganvas.jobs.states import FINISHED
from ganvas.settings import Settings
from ganvas.storage.blobs import Store
from ganvas.style.catalog import Catalog
from tests.conftest import write_style

WAIT_SECONDS = 120.0
OWNER, OTHER_OWNER = "browser-me", "browser-you"


def draw_png(number: int = 0, width: int = 64, height: int = 48) -> bytes:
    """A PNG; each number is another."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).point(lambda grey: grey // 2 + number).save(out, "png")
    return out.getvalue()


def wait_until(condition: Callable[[], object]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)


@dataclass
class Installation:
    """An installation in a folder of its own."""

    runtime: JobRuntime
    store: Store
    settings: Settings

    @property
    def service(self) -> JobService:
        return self.runtime.service

    def build_request(self, *photos: bytes, **changes) -> JobRequest:
        """An order of these photos, in one style unless it is said otherwise."""
        given = [InputPhoto(f"trip/{number}.png", self.store.put(photo)) for number, photo in enumerate(photos)]
        return replace(JobRequest(given, ["inverting"]), **changes)

    def wait_for_job(self, id: str, owner: str = OWNER) -> JobView:
        """The job, once it is finished."""
        wait_until(lambda: self.service.get_job_row(owner, id).state in FINISHED)
        return self.service.get_job(owner, id)


@pytest.fixture(scope="session")
def styles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two tiny styles."""
    folder = tmp_path_factory.mktemp("styles")
    for name in ("inverting", "copying"):
        write_style(folder, name)
    return folder


def open_installation(folder: Path, styles: Path, engine: type[Engine] = Engine, **changes) -> Installation:
    """An installation whose networks all give the negative."""
    settings = Settings(data=folder, **changes)
    store = Store(folder / "store")
    runtime = JobRuntime(settings, engine(Catalog([styles]), lambda path: lambda x: -x), store)
    return Installation(runtime, store, settings)


@pytest.fixture
def installation(tmp_path: Path, styles: Path):
    """An installation where nobody works."""
    made = open_installation(tmp_path / "data", styles)
    yield made
    made.runtime.close()


@pytest.fixture(scope="module")
def working_installation(tmp_path_factory: pytest.TempPathFactory, styles: Path):
    """An installation where a worker works; all tests of a module share it."""
    made = open_installation(tmp_path_factory.mktemp("data"), styles)
    made.runtime.start_worker()
    yield made
    made.runtime.close()
    image.stop_decoders()
