"""Many photos at once, and work that survives: the page with the real server, a tiny style and a real worker."""

import re
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from ganvas.engine.controls import DEFAULT_CONTROLS, Controls
from ganvas.engine.engine import Engine
from ganvas.engine.tiling import Pixels, ignore_progress
from ganvas.errors import Cancelled
from ganvas.jobs.worker import CHECK_SECONDS
from ganvas.settings import Settings
from ganvas.storage.blobs import Store
from ganvas.style.catalog import Catalog
from ganvas.web.app import create_app
from tests.conftest import write_style
from tests.page.conftest import WIDTHS, Visit
from tests.page.fake_server import draw_sample_photo, encode_image, serve_app
from tests.page.test_accessibility import assert_accessible
from tests.page.test_make_picture import TRANSLATIONS

CHECK_PAUSE_SECONDS = CHECK_SECONDS + 0.05  # after which a worker looks whether a picture is still wanted


class GatedEngine(Engine):
    """Gives the negative; while it is held, every picture waits at its first tile until it is let go."""

    def __init__(self, catalog: Catalog) -> None:
        super().__init__(catalog, lambda path: lambda x: -x)
        self.open_gate = threading.Event()
        self.open_gate.set()
        self.permits = threading.Semaphore(0)

    def hold(self) -> None:
        """From now on nobody goes on without leave."""
        self.open_gate.clear()

    def release(self, pictures: int) -> None:
        """So many may go on."""
        for _ in range(pictures):
            self.permits.release()

    def pass_gate(self, on_tile: Callable[[float], None]) -> None:
        """Take a leave, or give it back where the picture is not wanted any more."""
        try:
            self.open_gate.wait(CHECK_PAUSE_SECONDS)
            on_tile(0.6)
        except Cancelled:
            self.permits.release()
            raise

    def apply(
        self,
        style: str,
        pixels: Pixels,
        controls: Controls = DEFAULT_CONTROLS,
        on_tile: Callable[[float], None] = ignore_progress,
    ) -> Pixels:
        """The negative, in its time. Raises what ``on_tile`` raises."""
        while not self.open_gate.is_set():
            if self.permits.acquire(timeout=0.02):
                self.pass_gate(on_tile)
                break
            self.open_gate.wait(CHECK_PAUSE_SECONDS)
            on_tile(0.4)
        return 255 - pixels


@pytest.fixture
def gated_engine(tmp_path: Path) -> GatedEngine:
    """Two styles, which both give the negative."""
    for name in ("inverting", "copying"):
        write_style(tmp_path / "styles", name)
    return GatedEngine(Catalog([tmp_path / "styles"]))


@pytest.fixture
def address(gated_engine: GatedEngine, tmp_path: Path, static: Path) -> Iterator[str]:
    """Ganvas with a worker; a photo of more than a megapixel is not waited for."""
    settings = Settings(data=tmp_path / "data", wait_pixels=1_000_000)
    app = create_app(
        settings, gated_engine, Store(settings.data / "store"), gated_engine.catalog, static, with_worker=True
    )
    with serve_app(app, "on") as address:
        yield address
        gated_engine.open_gate.set()


@pytest.fixture
def photo_folder(tmp_path: Path) -> Path:
    """A folder with folders: three photos, one file that only says that it is one, and one that is none."""
    folder = tmp_path / "trip"
    (folder / "day 2").mkdir(parents=True)
    for name, width in (("harbour.jpg", 300), ("bay.jpg", 240), ("day 2/hills.png", 200)):
        kind = "png" if name.endswith("png") else "jpeg"
        (folder / name).write_bytes(encode_image(draw_sample_photo(width, 160), kind, 90))
    (folder / "torn.jpg").write_bytes(b"no photo at all")
    (folder / "notes.txt").write_text("bread, milk")
    return folder


def upload_files(page: Page, files: list[Path] | Path, button: int = 0) -> None:
    """Choose these photos, or this folder with the second button."""
    page.locator(".wall .tile").first.wait_for()
    with page.expect_file_chooser() as chooser:
        page.locator(".bring .ways button").nth(button).click()
    chooser.value.set_files(files)
    page.locator(".wall .photo").wait_for()


def submit_all(page: Page, styles: int = 1) -> Locator:
    """All photos that lie ready, in so many styles; the job's card."""
    page.locator("header .ways .primary").click()
    for number in range(styles):
        page.locator(".batch input[type=checkbox]").nth(number).check(force=True)
    page.locator(".batch .foot button").click()
    page.wait_for_url("**/jobs/")
    return page.locator("[data-job]").first


def download_zip(page: Page, card: Locator, label: str) -> dict[str, bytes]:
    """What is in the ZIP that the card gives."""
    with page.expect_download() as download:
        card.get_by_role("button", name=re.compile(label)).click()
    with zipfile.ZipFile(download.value.path()) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_batch_is_made_and_its_bad_photo_fails_alone(
    visit: Visit, photo_folder: Path, language: str, width: int
) -> None:
    words = TRANSLATIONS[language]
    page = visit(width=width, language=language, light="dark" if language == "zh" else "light")
    upload_files(page, [photo_folder / name for name in ("bay.jpg", "harbour.jpg", "torn.jpg", "notes.txt")])
    expect(page.locator(".refused li")).to_contain_text(f"notes.txt {words['rejected.kind']}")
    card = submit_all(page)
    expect(card.locator(".state")).to_have_text(words["jobs.done"])
    expect(card.locator("li button img")).to_have_count(2)
    failed = card.locator(".failed li")
    expect(failed).to_contain_text("torn.jpg")
    said = "The file is no picture of a known kind. Send a JPEG, PNG"
    expect(failed).to_contain_text(words["reason.kind"] if language == "zh" else said)
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    names = download_zip(page, card, re.escape(words["jobs.zip"].format(count=2)))
    assert set(names) == {"bay.jpg", "harbour.jpg", "failed.txt"}
    card.locator("li button").first.click()
    expect(page.get_by_role("dialog").locator("img")).to_be_visible()
    assert_accessible(page)
    with page.expect_download() as download:
        page.get_by_role("dialog").get_by_role("link").click()
    with Image.open(download.value.path()) as picture:
        assert picture.size == (240, 160)


def test_a_folder_keeps_its_folders_and_each_style_has_its_own(visit: Visit, photo_folder: Path) -> None:
    (photo_folder / "torn.jpg").unlink()
    page = visit()
    upload_files(page, photo_folder, button=1)
    expect(page.get_by_role("list", name="Photos").get_by_role("img")).to_have_count(3)
    page.keyboard.press("m")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Name of the job")).to_have_value("trip")
    assert_accessible(page)
    dialog.get_by_role("button", name="Choose all").click()
    dialog.get_by_role("button", name="Make 6 pictures").click()
    card = page.get_by_role("article", name="trip")
    expect(card.locator(".facts")).to_contain_text("6 made")
    names = download_zip(page, card, "Download 6")
    pictures = {"trip/bay.jpg", "trip/harbour.jpg", "trip/day 2/hills.jpg"}
    assert set(names) == {f"{style}/{name}" for style in ("inverting", "copying") for name in pictures}


def test_a_dropped_folder_is_opened_and_a_zip_is_taken(visit: Visit, photo_folder: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "more.zip", "w") as archive:
        archive.write(photo_folder / "bay.jpg", "old/bay.jpg")
    page = visit()
    page.locator(".wall .tile").first.wait_for()
    hands = page.context.new_cdp_session(page)
    given = {"items": [], "files": [str(photo_folder), str(tmp_path / "more.zip")], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        hands.send("Input.dispatchDragEvent", {"type": kind, "x": 600, "y": 300, "data": given})
    expect(page.locator(".refused li")).to_contain_text("trip/notes.txt")
    page.locator(".wall .photo").wait_for()
    expect(page.locator("button.zip")).to_contain_text("more.zip")
    card = submit_all(page)
    expect(card.locator(".facts")).to_contain_text("4 of 5")
    assert {"old/bay.jpg", "trip/bay.jpg", "trip/day 2/hills.jpg"} < set(download_zip(page, card, "Download 4"))


def test_a_tab_closed_in_the_middle_shows_the_batch_where_it_is(
    visit: Visit, photo_folder: Path, gated_engine: GatedEngine
) -> None:
    page = visit()
    upload_files(page, [photo_folder / "bay.jpg", photo_folder / "harbour.jpg", photo_folder / "day 2" / "hills.png"])
    expect(page.locator(".wall .tile img.come")).to_have_count(2)
    gated_engine.hold()
    card = submit_all(page)
    gated_engine.release(1)
    expect(card.locator("li button img")).to_have_count(1)
    expect(card.locator(".facts")).to_contain_text("1 of 3")
    expect(page.locator("nav .count")).to_have_text("1")
    page.close()
    gated_engine.release(1)
    again = page.context.new_page()
    again.goto(page.url)
    card = again.locator("[data-job]").first
    expect(card.locator(".state")).to_have_text("Being made")
    expect(card.locator("li button img")).to_have_count(2)
    gated_engine.release(1)
    expect(card.locator(".state")).to_have_text("Done")
    expect(card.locator("li button img")).to_have_count(3)
    expect(again.locator("nav .count")).to_have_count(0)


def test_a_job_is_paused_cancelled_and_tried_again_by_clicking(
    visit: Visit, photo_folder: Path, gated_engine: GatedEngine
) -> None:
    page = visit()
    upload_files(page, [photo_folder / "bay.jpg", photo_folder / "harbour.jpg"])
    expect(page.locator(".wall .tile img.come")).to_have_count(2)
    gated_engine.hold()
    card = submit_all(page)
    state = card.locator(".state")
    expect(state).to_have_text("Being made")
    card.get_by_role("button", name="Pause").click()
    expect(state).to_have_text("Paused")
    card.get_by_role("button", name="Go on").click()
    expect(state).to_have_text("Being made")
    gated_engine.release(1)
    expect(card.locator(".facts")).to_contain_text("1 of 2")
    card.get_by_role("button", name="Cancel").click()
    expect(state).to_have_text("Cancelled")
    gated_engine.open_gate.set()
    card.get_by_role("button", name="Make the rest (1)").click()
    expect(state).to_have_text("Done")
    expect(card.locator("li button img")).to_have_count(2)
    card.get_by_role("button", name="Delete bay and 1 more").click()
    card.get_by_role("button", name="Delete the job").click()
    expect(page.get_by_text("Nothing runs, and nothing waits.")).to_be_visible()


def test_jobs_are_walked_through_and_changed_by_keys(
    visit: Visit, photo_folder: Path, gated_engine: GatedEngine
) -> None:
    page = visit()
    upload_files(page, [photo_folder / "bay.jpg", photo_folder / "torn.jpg"])
    expect(page.locator(".wall .tile img.come")).to_have_count(2)
    gated_engine.hold()
    card = submit_all(page)
    expect(card.locator(".state")).to_have_text("Being made")
    page.keyboard.press("n")
    expect(card).to_be_focused()
    page.keyboard.press("h")
    expect(card.locator(".state")).to_have_text("Paused")
    page.keyboard.press("h")
    expect(card.locator(".state")).to_have_text("Being made")
    gated_engine.release(1)
    expect(card.locator(".state")).to_have_text("Done")
    page.keyboard.press("r")
    expect(card.locator(".failed li")).to_have_count(1)
    with page.expect_download() as download:
        page.keyboard.press("d")
    assert zipfile.is_zipfile(download.value.path())
    page.keyboard.press("Delete")
    expect(card.get_by_text("Delete this job and its photos?")).to_be_visible()
    assert_accessible(page)


def test_a_picture_too_large_to_wait_for_comes_into_its_place(
    visit: Visit, photo_file: Path, gated_engine: GatedEngine
) -> None:
    page = visit()
    upload_files(page, photo_file)
    page.locator(".wall .tile").first.click()
    page.locator(".grip").wait_for()
    page.locator(".running").wait_for(state="detached")
    gated_engine.hold()
    page.get_by_role("button", name="Download 1800").click()
    slow = page.locator(".slow")
    expect(slow).to_contain_text("Making a large picture")
    assert_accessible(page)
    slow.get_by_role("button", name="Cancel").click()
    expect(page.locator(".toast")).to_contain_text("Cancelled.")
    expect(slow).to_have_count(0)
    gated_engine.open_gate.set()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download 1800").click()
    with Image.open(download.value.path()) as picture:
        assert picture.size == (1800, 1200)
    page.get_by_role("link", name="Jobs").click()
    expect(page.locator("[data-job] .state")).to_have_text(["Done", "Cancelled"])


def fail_post(route: Route) -> None:
    """The server breaks at a job that is sent."""
    route.fulfill(status=500) if route.request.method == "POST" else route.fallback()


def test_what_cannot_be_sent_says_why_and_can_be_sent_again(visit: Visit, photo_folder: Path) -> None:
    page = visit()
    upload_files(page, [photo_folder / "bay.jpg", photo_folder / "harbour.jpg"])
    page.route("**/api/v1/jobs", fail_post)
    page.locator("header .ways .primary").click()
    page.locator(".batch input[type=checkbox]").first.check(force=True)
    page.locator(".batch .foot button").click()
    expect(page.get_by_role("alert")).to_contain_text("The server failed at this.")
    page.unroute("**/api/v1/jobs")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("[data-job] .state")).to_have_text("Done")
