"""Chromium, the built page and a server for it. Knows how a person gets to a page; knows no page's contents."""

import io
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Route, expect, sync_playwright

from tests.page.fake_server import FakeServer, ServerScript, draw_sample_photo, encode_image, serve_app
from tests.page.real_server import RealServer, serve_ganvas

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "ganvas" / "web" / "static"
CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Refusals that a test asked for, and what chromium says of tests that look at single pixels.
EXPECTED_MESSAGES = re.compile("responded with a status of|willReadFrequently")
WIDTHS = {360: 780, 1440: 900}
LOCALES = {"en": "en-GB", "zh": "zh-CN"}


@pytest.fixture(scope="session")
def static() -> Path:
    """The built page; built now where Node is there and nobody built it before."""
    if not (STATIC / "index.html").is_file():
        if shutil.which("npm") is None:
            pytest.skip("the page is not built, and there is no npm to build it: see studio/")
        for command in (["npm", "ci"], ["npm", "run", "build"]):
            subprocess.run(command, cwd=ROOT / "studio", check=True, capture_output=True)
    return STATIC


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's chromium. Closed with each module, since its event loop would be in the way of other tests."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing: apt-get install chromium")
    with sync_playwright() as playwright:
        expect.set_options(timeout=30_000)
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)


@pytest.fixture
def script() -> ServerScript:
    """What the server of this test is to do."""
    return ServerScript()


@pytest.fixture(scope="module")
def real_server(tmp_path_factory: pytest.TempPathFactory, static: Path) -> Iterator[RealServer]:
    """Ganvas itself, one for all tests of a module; each visitor is somebody else."""
    with serve_ganvas(tmp_path_factory.mktemp("ganvas"), static) as real:
        yield real


@pytest.fixture
def address(request: pytest.FixtureRequest, static: Path) -> Iterator[str]:
    """The address of a server that follows the script, or of Ganvas itself where a test is marked ``real``."""
    if request.node.get_closest_marker("real"):
        yield request.getfixturevalue("real_server").address
        return
    with serve_app(FakeServer(request.getfixturevalue("script"), static).app) as address:
        yield address


@dataclass
class PageMonitor:
    """What the browser complained of, and whom it asked."""

    problems: list[str] = field(default_factory=list[str])
    foreign_requests: list[str] = field(default_factory=list[str])

    def attach(self, page: Page, address: str) -> None:
        """Listen to all that goes wrong on this page."""

        def on_console(message: ConsoleMessage) -> None:
            if message.type in {"error", "warning"} and not EXPECTED_MESSAGES.search(message.text):
                self.problems.append(message.text)

        def on_request(request: Request) -> None:
            if not request.url.startswith((address, "blob:", "data:")):
                self.foreign_requests.append(request.url)

        page.on("console", on_console)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("request", on_request)


Visit = Callable[..., Page]


def hold_requests(page: Page, address: str) -> list[Route]:
    """Requests to such addresses, which get no answer until they are told to go on; from the next loading on."""
    waiting: list[Route] = []
    page.route(address, lambda route: waiting.append(route))
    page.reload()
    return waiting


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    """Opens the page as somebody with this width, language and light; in the end nothing may have gone wrong."""
    watched, contexts = PageMonitor(), []

    def open_page(path: str = "/", width: int = 1440, language: str = "en", light: str = "light") -> Page:
        phone: dict[str, Any] = {"is_mobile": True, "has_touch": True} if width < 600 else {}
        context = browser.new_context(
            viewport={"width": width, "height": WIDTHS.get(width, 900)},
            locale=LOCALES[language],
            color_scheme="dark" if light == "dark" else "light",
            permissions=["clipboard-read", "clipboard-write"],
            **phone,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        watched.attach(page, address)
        page.goto(address + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not watched.problems
    assert not watched.foreign_requests


@pytest.fixture(scope="package")
def photo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo of 1800 x 1200, larger than a proof, as a JPEG with notes of its own."""
    path = tmp_path_factory.mktemp("photos") / "by the sea.jpg"
    path.write_bytes(encode_image(draw_sample_photo(1800, 1200), "jpeg", 92))
    return path


@pytest.fixture(scope="package")
def small_png() -> bytes:
    """A photo of 300 x 200, as it lies in a clipboard."""
    out = io.BytesIO()
    draw_sample_photo(300, 200).save(out, "png")
    return out.getvalue()


def upload_photo(page: Page, photo: Path) -> None:
    """Choose this photo, and wait until every style is shown on it."""
    with page.expect_file_chooser() as chooser:
        page.locator(".bring button").first.click()
    chooser.value.set_files(photo)
    page.locator(".wall .photo").wait_for()
    expect(page.locator(".wall .tile img")).to_have_count(3)


def stylize_on_page(page: Page, photo: Path, style: str = "poster") -> None:
    """Bring the photo, choose the style, and wait for its picture on the stage."""
    upload_photo(page, photo)
    page.locator(".wall .tile").nth(["negative", "poster", "pencil"].index(style)).click()
    page.locator(".grip").wait_for()
