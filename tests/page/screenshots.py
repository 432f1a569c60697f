"""Takes the pictures of the page that the documents show, with the real server and its styles. Knows no tests.

Run by hand: ``python -m tests.page.screenshots docs/pictures PHOTO [PHOTO...]``; the photos
must be ones that may be shown.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from ganvas.engine.engine import Engine
from ganvas.settings import Settings
from ganvas.storage.blobs import Store
from ganvas.style.catalog import Catalog
from ganvas.web.app import create_app
from tests.page.conftest import CHROMIUM, CHROMIUM_ARGUMENTS, LOCALES, ROOT
from tests.page.fake_server import serve_app

TIMEOUT_MS = 240_000
DECODE_VISIBLE_IMAGES = """() => Promise.all([...document.images]
  .filter((image) => image.getBoundingClientRect().y < innerHeight)
  .map((image) => image.decode()))"""
JSON_HEADERS = {"content-type": "application/json"}
VIEWS = [
    ("desk", "en", "light", (1440, 900)),
    ("dark", "zh", "dark", (1440, 900)),
    ("phone", "zh", "light", (360, 780)),
]


def open_page(browser: Browser, address: str, language: str, light: str, size: tuple[int, int]) -> Page:
    """The page in this language and light; a narrow one is a phone's."""
    phone = size[0] < 600
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale=LOCALES[language],
        color_scheme="dark" if light == "dark" else "light",
        device_scale_factor=2 if phone else 1,
        is_mobile=phone,
        has_touch=phone,
    )
    page = context.new_page()
    page.set_default_timeout(TIMEOUT_MS)
    page.goto(address)
    page.locator(".wall .tile img").last.wait_for()
    return page


def upload_photos(page: Page, photos: list[Path]) -> None:
    """Bring the photos, and wait until every style is shown on the first."""
    tiles = page.locator(".wall .tile").count()
    with page.expect_file_chooser() as chooser:
        page.locator(".bring button").first.click()
    chooser.value.set_files(photos)
    page.locator(".wall .photo").wait_for()
    page.locator(".wall .tile img.come").nth(tiles - 1).wait_for()
    wait_until_idle(page)


def wait_until_idle(page: Page) -> None:
    """Wait until nothing is being made and nothing moves."""
    page.locator(".running").wait_for(state="detached")
    page.wait_for_timeout(700)


def choose_style(page: Page, style: str) -> None:
    """This style's picture on the stage."""
    page.locator(".wall .tile", has_text=style).click()
    page.locator(".grip").wait_for()
    wait_until_idle(page)


def capture_desktop(page: Page, folder: Path, photos: list[Path]) -> None:
    """The pages as they are on a desk, in English and light."""
    page.screenshot(path=folder / "studio-begin.png")
    upload_photos(page, photos)
    page.screenshot(path=folder / "studio-wall.png")
    choose_style(page, "Ukiyo-e")
    page.screenshot(path=folder / "studio-stage.png")


def fill_history(page: Page, address: str, photos: list[Path]) -> None:
    """A history as a person has it after a day: several photos in several styles, some starred, some in folders."""
    styles = [style["name"] for style in page.request.get(f"{address}/api/v1/styles").json()["styles"]]
    for number, photo in enumerate(reversed(photos)):
        for turn, style in enumerate(styles[: 2 + number % 2]):
            given = {"name": photo.name, "mimeType": "image/jpeg", "buffer": photo.read_bytes()}
            wish: dict[str, Any] = {
                "photo": given,
                "style": style,
                "strength": "0.8" if (number + turn) % 3 == 0 else "1",
            }
            page.request.post(f"{address}/api/v1/pictures", multipart=wish, timeout=TIMEOUT_MS)
    made = page.request.get(f"{address}/api/v1/history").json()["pictures"]
    for number, picture in enumerate(made):
        change = {"star": number in (1, 4, 7), "folder": ("", "Coast", "Autumn cards", "")[number % 4]}
        page.request.patch(f"{address}/api/v1/history/{picture['id']}", data=json.dumps(change), headers=JSON_HEADERS)


def open_view(page: Page, path: str) -> None:
    """Go there, and wait until all pictures in sight are."""
    page.locator(f"nav a[href$='{path}']").click()
    page.locator("main li img").first.wait_for()
    page.evaluate(DECODE_VISIBLE_IMAGES)
    wait_until_idle(page)


def capture_history(page: Page, folder: Path, name: str) -> None:
    """The history, as it is and with some pictures chosen."""
    open_view(page, "/history/")
    page.screenshot(path=folder / f"studio-history-{name}.png")
    for index in (0, 2, 3):
        page.locator("article .tick").nth(index).click()
    page.mouse.move(0, 0)
    page.get_by_role("toolbar").wait_for()
    wait_until_idle(page)
    page.screenshot(path=folder / f"studio-history-{name}-chosen.png")
    page.keyboard.press("Escape")


def capture_gallery(page: Page, folder: Path, name: str) -> None:
    """The styles, and the card of one."""
    open_view(page, "/styles/")
    page.screenshot(path=folder / f"studio-styles-{name}.png")
    page.locator(".gallery .tile").first.click()
    page.get_by_role("dialog").locator("img").wait_for()
    wait_until_idle(page)
    page.screenshot(path=folder / f"studio-styles-{name}-card.png")
    page.keyboard.press("Escape")


def capture_dark_theme(page: Page, folder: Path, photos: list[Path]) -> None:
    """Comparing and brushing, in Chinese and dark."""
    upload_photos(page, photos)
    choose_style(page, "浮世绘")
    page.keyboard.press("v")
    wait_until_idle(page)
    page.screenshot(path=folder / "studio-beside.png")
    page.keyboard.press("v")
    page.keyboard.press("b")
    box = page.locator(".stage canvas").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.15, box["y"] + box["height"] * 0.7)
    page.mouse.down()
    for share in (0.25, 0.4, 0.55, 0.7, 0.85):
        page.mouse.move(
            box["x"] + box["width"] * share, box["y"] + box["height"] * (0.62 + 0.1 * (share > 0.5)), steps=6
        )
    page.mouse.up()
    wait_until_idle(page)
    page.screenshot(path=folder / "studio-brush.png")
    page.keyboard.press("b")
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()
    wait_until_idle(page)
    page.screenshot(path=folder / "studio-keys.png")


def capture_phone(page: Page, folder: Path, photos: list[Path]) -> None:
    """The same on a phone, in Chinese."""
    upload_photos(page, photos)
    page.screenshot(path=folder / "studio-phone-wall.png")
    choose_style(page, "浮世绘")
    page.screenshot(path=folder / "studio-phone-stage.png")


def capture_gallery_and_history(browser: Browser, address: str, folder: Path, photos: list[Path]) -> None:
    """Gallery and history of one and the same person, in each of the HOMES."""
    first = open_page(browser, address, "en", "light", (1440, 900))
    fill_history(first, address, photos)
    for name, language, light, size in VIEWS:
        page = open_page(browser, address, language, light, size)
        page.context.add_cookies(first.context.cookies())
        capture_gallery(page, folder, name)
        capture_history(page, folder, name)


def capture_studio(folder: Path, photos: list[Path]) -> None:
    """All pictures, into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    catalog = Catalog([ROOT / "styles"])
    with tempfile.TemporaryDirectory() as data:
        settings = Settings(data=Path(data))
        app = create_app(settings, Engine(catalog), Store(settings.data / "store"), catalog)
        with serve_app(app, "on") as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
            capture_desktop(open_page(browser, address, "en", "light", (1440, 900)), folder, photos)
            capture_dark_theme(open_page(browser, address, "zh", "dark", (1440, 900)), folder, photos[:1])
            capture_phone(open_page(browser, address, "zh", "light", (360, 780)), folder, photos[:1])
            capture_gallery_and_history(browser, address, folder, photos)


if __name__ == "__main__":
    capture_studio(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
