"""The history on the page of Ganvas itself: what was made comes back, is found, starred, put away and deleted."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.page.conftest import Visit, hold_requests
from tests.page.fake_server import draw_sample_photo, encode_image
from tests.page.real_server import RealServer, wait_for_server
from tests.page.test_accessibility import AXE, assert_accessible

OpenHistory = Callable[..., Page]
MASK = {"name": "mask.png", "mimeType": "image/png", "buffer": encode_image(Image.new("L", (96, 64), 255), "png", 90)}

pytestmark = pytest.mark.real


@pytest.fixture
def open_history(visit: Visit, real_server: RealServer) -> OpenHistory:
    """The history of somebody who made these pictures, each with its name and what else was asked."""

    def open_with_pictures(*pictures: dict[str, Any], **person: Any) -> Page:
        page = visit("/history/", **person)
        page.locator(".pictures .none").wait_for()
        for fields in pictures:
            real_server.create_picture(page, **fields)
        page.reload()
        expect(page.locator("article")).to_have_count(len(pictures))
        return page

    return open_with_pictures


def find_card(page: Page, name: str) -> Locator:
    """The picture of this name."""
    return page.locator("article", has_text=name)


@pytest.mark.parametrize(
    ("width", "language", "strength", "colours"), [(1440, "en", "Strength", "Colours"), (360, "zh", "强度", "色彩")]
)
def test_a_picture_comes_back_with_all_its_settings(
    open_history: OpenHistory, width: int, language: str, strength: str, colours: str
) -> None:
    wanted = {"strength": "0.4", "stroke": "2", "colour": "photo", "format": "webp", "mask": MASK}
    page = open_history({"name": "trip/sea.jpg", **wanted}, width=width, language=language)
    page.locator("article .open").click()
    expect(page.get_by_role("slider", name=strength)).to_have_attribute("aria-valuenow", "40")
    expect(page.get_by_role("radiogroup", name=colours).locator("input:checked")).to_have_value("photo")
    expect(page.locator("input[value=webp]")).to_be_checked()
    expect(page.locator(".controls")).to_contain_text({"en": "Where you painted", "zh": "涂抹过的地方"}[language])


def test_a_picture_comes_back_before_the_styles_are_known(open_history: OpenHistory) -> None:
    page = open_history({"name": "sea.jpg", "strength": "0.4"})
    waiting = hold_requests(page, "**/api/v1/styles")
    page.locator("article .open").click()
    waiting[0].continue_()
    expect(page.get_by_role("slider", name="Strength")).to_have_attribute("aria-valuenow", "40")


def test_an_avatar_comes_back_with_its_frame(open_history: OpenHistory) -> None:
    page = open_history({"name": "me.jpg", "cut": "30,10,40,40", "size": "256x256"})
    page.locator("article .open").click()
    frame, canvas = page.locator(".stage .frame"), page.locator(".stage canvas")
    frame.wait_for()
    expect(page.get_by_label("Pixels")).to_have_value("256x256")
    expect(page.get_by_role("button", name="Download 256 × 256")).to_be_visible()
    inside, whole = frame.bounding_box(), canvas.bounding_box()
    assert inside and whole
    scale = inside["width"] / 40  # the photo has 96 x 64 pixels, and lies in the middle
    assert inside["x"] - whole["x"] == pytest.approx((whole["width"] - 96 * scale) / 2 + 30 * scale, abs=2)


def test_what_is_kept_on_the_stage_is_in_the_history(visit: Visit, real_server: RealServer, photo_file: Path) -> None:
    page = visit()
    page.locator(".wall .tile").first.wait_for()
    with page.expect_file_chooser() as chooser:
        page.locator(".bring button").first.click()
    chooser.value.set_files(photo_file)
    page.locator(".wall .photo").wait_for()
    page.keyboard.press(".")
    page.locator(".grip").wait_for()
    page.keyboard.press("k")
    expect(page.get_by_text("Kept in your history.")).to_be_visible()
    page.get_by_role("link", name="History").click()
    expect(find_card(page, "by the sea.jpg")).to_have_count(1)
    assert len(real_server.list_history(page)) == 1


def test_pictures_are_read_on_as_one_scrolls(open_history: OpenHistory, real_server: RealServer) -> None:
    page = open_history({"name": "first.jpg"})
    for number in range(64):
        real_server.create_picture(page, f"{number}.jpg", strength="0")
    page.reload()
    expect(page.locator("article")).to_have_count(60)
    page.mouse.wheel(0, 20_000)
    expect(page.locator("article")).to_have_count(65)
    expect(find_card(page, "first.jpg")).to_have_count(1)


def test_pictures_are_found_by_word_style_and_star(open_history: OpenHistory) -> None:
    page = open_history({"name": "sea.jpg"}, {"name": "hill.jpg", "style": "copying"}, {"name": "wood.jpg"})
    page.get_by_role("searchbox").fill("hil")
    expect(page.locator("article")).to_have_count(1)
    page.get_by_role("searchbox").fill("")
    page.get_by_role("combobox", name="Style").select_option("inverting")
    expect(page.locator("article")).to_have_count(2)
    page.get_by_role("button", name="Starred").click()
    expect(page.get_by_text("No picture matches.")).to_be_visible()
    page.get_by_role("button", name="Starred").click()
    find_card(page, "wood.jpg").get_by_role("button", name="Star", exact=True).click()
    page.get_by_role("button", name="Starred").click()
    expect(page.locator("article")).to_have_count(1)


def test_folders_are_made_filled_renamed_and_dissolved(open_history: OpenHistory, real_server: RealServer) -> None:
    page = open_history({"name": "sea.jpg"}, {"name": "hill.jpg"})
    nav = page.get_by_role("navigation", name="Folders")
    nav.get_by_role("button", name="New folder").click()
    nav.get_by_role("textbox").fill("Summer")
    page.keyboard.press("Enter")
    find_card(page, "sea.jpg").drag_to(nav.get_by_role("button", name="Summer"))
    expect(nav.get_by_role("button", name="Summer 1")).to_be_visible()
    find_card(page, "hill.jpg").get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Move to folder").click()
    page.get_by_role("dialog").get_by_role("button", name="Summer").click()
    nav.get_by_role("button", name="Summer 2").click()
    nav.get_by_role("button", name="More for the folder").click()
    page.get_by_role("menuitem", name="Rename").click()
    nav.get_by_role("textbox").fill("Winter")
    page.keyboard.press("Enter")
    expect(nav.get_by_role("button", name="Winter 2")).to_be_visible()
    wait_for_server(page, lambda: {made["folder"] for made in real_server.list_history(page)} == {"Winter"})
    nav.get_by_role("button", name="More for the folder").click()
    page.get_by_role("menuitem", name="Remove folder").click()
    expect(nav.get_by_role("button", name="Winter")).to_have_count(0)
    wait_for_server(page, lambda: {made["folder"] for made in real_server.list_history(page)} == {""})
    expect(page.locator("article")).to_have_count(2)


def test_a_deletion_is_undone_or_is_for_good(open_history: OpenHistory, real_server: RealServer) -> None:
    page = open_history({"name": "sea.jpg"}, {"name": "hill.jpg"}, {"name": "wood.jpg"})
    find_card(page, "sea.jpg").get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(page.locator("article")).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("article")).to_have_count(3)
    find_card(page, "sea.jpg").get_by_role("checkbox").click()
    find_card(page, "wood.jpg").locator(".open").click(modifiers=["Shift"])
    page.get_by_role("toolbar", name="3 chosen").get_by_role("button", name="Delete").click()
    expect(page.locator("article")).to_have_count(0)
    assert len(real_server.list_history(page)) == 3
    page.goto("about:blank")
    wait_for_server(page, lambda: real_server.list_history(page) == [])


def test_the_history_is_walked_and_worked_by_keys_alone(open_history: OpenHistory, real_server: RealServer) -> None:
    page = open_history({"name": "sea.jpg"}, {"name": "hill.jpg"}, {"name": "wood.jpg"})
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(find_card(page, "hill.jpg").locator(".open")).to_be_focused()
    page.keyboard.press("f")
    wait_for_server(page, lambda: [made["star"] for made in real_server.list_history(page)] == [False, True, False])
    page.keyboard.press("Control+z")
    wait_for_server(page, lambda: not any(made["star"] for made in real_server.list_history(page)))
    page.keyboard.press("m")
    page.get_by_label("New folder").fill("Hills")
    page.keyboard.press("Enter")
    wait_for_server(page, lambda: real_server.list_history(page)[1]["folder"] == "Hills")
    page.get_by_role("dialog").wait_for(state="detached")
    page.keyboard.press("Control+a")
    expect(page.get_by_role("toolbar", name="3 chosen")).to_be_visible()
    page.keyboard.press("Escape")
    find_card(page, "hill.jpg").locator(".open").focus()
    page.keyboard.press("Delete")
    expect(page.locator("article")).to_have_count(2)
    expect(find_card(page, "sea.jpg").locator(".open")).to_be_focused()
    page.keyboard.press("Control+z")
    expect(page.locator("article")).to_have_count(3)


def test_a_picture_is_downloaded_again_in_any_format(open_history: OpenHistory, real_server: RealServer) -> None:
    page = open_history({"name": "sea.jpg"})
    for item, name, kind in (("Download JPEG", "sea.jpg", "JPEG"), ("Download PNG", "sea.png", "PNG")):
        page.locator("article").get_by_role("button", name="More").click()
        with page.expect_download() as download:
            page.get_by_role("menuitem", name=item).click()
        assert download.value.suggested_filename == name
        with Image.open(io.BytesIO(download.value.path().read_bytes())) as picture:
            assert (picture.format, picture.size) == (kind, (96, 64))


def test_what_an_older_page_kept_in_the_browser_is_brought_over(
    open_history: OpenHistory, real_server: RealServer
) -> None:
    page = open_history()
    photo = list(encode_image(draw_sample_photo(96, 64), "jpeg", 90))
    page.evaluate(
        """(photo) => new Promise((give) => {
          const asked = indexedDB.open('ganvas', 1);
          asked.onupgradeneeded = () => {
            asked.result.createObjectStore('entries', { keyPath: 'id' });
            asked.result.createObjectStore('photos');
          };
          asked.onsuccess = () => {
            const turn = asked.result.transaction(['entries', 'photos'], 'readwrite');
            turn.objectStore('photos').put(new Blob([new Uint8Array(photo)]), 'hash');
            const look = { style: 'inverting', strength: 0.5, stroke: 1, colour: 'photo', mask: [] };
            const output = { format: 'png', quality: 90, metadata: false };
            turn.objectStore('entries').put({ id: 'one', time: 1, name: 'old.jpg', width: 96, height: 64, look, output,
              url: null, star: true, folder: 'Old', photo: 'hash' });
            turn.oncomplete = () => { asked.result.close(); give(null); };
          };
        })""",
        photo,
    )
    page.reload()
    expect(page.get_by_text("1 of your pictures lie in this browser only")).to_be_visible()
    page.get_by_role("button", name="Bring them over").click()
    expect(find_card(page, "old.png")).to_be_visible()
    (made,) = real_server.list_history(page)
    assert (made["star"], made["folder"], made["settings"]["strength"]) == (True, "Old", 0.5)
    page.reload()
    expect(page.locator("article")).to_have_count(1)
    expect(page.get_by_role("button", name="Bring them over")).to_have_count(0)


@pytest.mark.skipif(not AXE.is_file(), reason="axe is not installed: npm ci in studio/")
@pytest.mark.parametrize(("width", "language", "light"), [(360, "zh", "dark"), (1440, "en", "light")])
def test_axe_finds_nothing_in_the_history(open_history: OpenHistory, width: int, language: str, light: str) -> None:
    page = open_history(
        {"name": "sea.jpg"}, {"name": "hill.jpg", "strength": "0.4"}, width=width, language=language, light=light
    )
    assert_accessible(page)
    page.locator("article .menu-opener").first.click()
    page.get_by_role("menu").wait_for()
    assert_accessible(page)
    page.keyboard.press("Escape")
    page.get_by_role("menu").wait_for(state="detached")
    page.locator("article .tick").first.click()
    page.get_by_role("toolbar").wait_for()
    assert_accessible(page)
    page.keyboard.press("m")
    page.get_by_role("dialog").wait_for()
    assert_accessible(page)
