"""Takes the pictures of batches and jobs that the documents show, with the real server at work. Knows no tests.

Run by hand: ``python -m tests.page.screenshots_jobs docs/pictures PHOTO [PHOTO...]``, with photos that may be shown.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from ganvas.engine.engine import Engine
from ganvas.settings import Settings
from ganvas.storage.blobs import Store
from ganvas.style.catalog import Catalog
from ganvas.web.app import create_app
from tests.page.conftest import CHROMIUM, CHROMIUM_ARGUMENTS, ROOT
from tests.page.fake_server import serve_app
from tests.page.screenshots import open_page

VIEWS = (
    ("desk", "en", "light", (1440, 900)),
    ("desk-dark", "zh", "dark", (1440, 900)),
    ("phone", "zh", "light", (360, 780)),
    ("phone-dark", "en", "dark", (360, 780)),
)


def write_photo_folder(folder: Path, photos: list[Path]) -> None:
    """The photos in a folder with folders, and one that is none among them."""
    for number, photo in enumerate(photos):
        day = folder / f"Day {number * 2 // len(photos) + 1}"
        day.mkdir(parents=True, exist_ok=True)
        shutil.copy(photo, day / photo.name)
    (folder / "Day 2" / "IMG_2041.jpg").write_bytes(b"torn in the middle of the copying")
    (folder / "Day 2" / "packing list.txt").write_text("boots, map, thermos")


def upload_folder(page: Page, folder: Path) -> None:
    """Bring the folder, and wait until its first photo is shown in every style."""
    with page.expect_file_chooser() as chooser:
        page.locator(".bring .folder").click()
    chooser.value.set_files(folder)
    page.locator(".wall .photo").wait_for()
    page.locator(".wall .tile img.come").nth(2).wait_for()
    page.wait_for_timeout(1500)


def choose_batch_styles(page: Page, styles: list[int]) -> None:
    """Ask for all that lies ready in these styles."""
    page.keyboard.press("m")
    boxes = page.locator(".batch input[type=checkbox]")
    for number in range(boxes.count()):
        boxes.nth(number).set_checked(number in styles, force=True)
    page.wait_for_timeout(500)


def submit_batch(page: Page) -> None:
    """Send what is asked for."""
    page.locator(".batch .foot button").click()
    page.wait_for_url("**/jobs/")
    page.locator("[data-job]").first.wait_for()


def submit_two_jobs(page: Page, pictures: Path, folder: Path, single: Path) -> None:
    """One small job, which is made, and a large one, which is being made; the sheet and the tray on the way."""
    with page.expect_file_chooser() as chooser:
        page.locator(".bring button").first.click()
    chooser.value.set_files(single)
    page.locator(".wall .photo").wait_for()
    choose_batch_styles(page, [0, 1, 2])
    submit_batch(page)
    page.locator("[data-job] li button img").nth(2).wait_for()
    page.goto(page.url.replace("/jobs/", "/"))
    page.locator(".wall .tile img").last.wait_for()
    upload_folder(page, folder)
    page.screenshot(path=pictures / "studio-jobs-tray.png")
    choose_batch_styles(page, [0, 1])
    page.screenshot(path=pictures / "studio-jobs-batch.png")
    submit_batch(page)


def capture_jobs_view(page: Page, pictures: Path, name: str, min_pictures: int) -> None:
    """The page of jobs, when so many pictures of the newest are made."""
    page.locator("nav a[href$='/jobs/']").click()
    page.locator("[data-job]").first.locator("li button img").nth(min_pictures - 1).wait_for()
    page.wait_for_timeout(1200)
    page.screenshot(path=pictures / f"studio-jobs-{name}.png")


def capture_phone_batch(page: Page, pictures: Path, photos: list[Path]) -> None:
    """The sheet on a phone."""
    page.locator("nav a").first.click()
    with page.expect_file_chooser() as chooser:
        page.locator(".bring button").first.click()
    chooser.value.set_files(photos)
    page.locator(".wall .photo").wait_for()
    choose_batch_styles(page, [0])
    page.screenshot(path=pictures / "studio-jobs-phone-batch.png")


def capture_jobs_everywhere(browser: Browser, address: str, pictures: Path, photos: list[Path]) -> None:
    """Jobs of one and the same person, in each of the HOMES; in the end with the reason of what failed."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "Coast walk"
        write_photo_folder(folder, photos)
        first = open_page(browser, address, "en", "light", (1440, 900))
        submit_two_jobs(first, pictures, folder, photos[0])
        for name, language, light, size in VIEWS:
            page = open_page(browser, address, language, light, size)
            page.context.add_cookies(first.context.cookies())  # pyright: ignore[reportArgumentType]  what was got is set
            capture_jobs_view(page, pictures, name, 5)
            if name == "phone-dark":
                capture_phone_batch(page, pictures, photos[:3])
        first.locator("[data-job] .failed").wait_for()
        first.screenshot(path=pictures / "studio-jobs-failed.png", full_page=True)


def capture_jobs(pictures: Path, photos: list[Path]) -> None:
    """All pictures, into the folder."""
    catalog = Catalog([ROOT / "styles"])
    with tempfile.TemporaryDirectory() as data:
        settings = Settings(data=Path(data))
        app = create_app(settings, Engine(catalog), Store(settings.data / "store"), catalog, with_worker=True)
        with serve_app(app, "on") as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
            capture_jobs_everywhere(browser, address, pictures, photos)


if __name__ == "__main__":
    capture_jobs(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
