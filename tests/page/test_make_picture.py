"""Making a picture on the page, as a person does it."""

import json
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.page.conftest import WIDTHS, Visit, hold_requests, stylize_on_page, upload_photo
from tests.page.fake_server import ServerScript

MESSAGES_FOLDER = Path(__file__).resolve().parents[2] / "studio" / "src" / "lib" / "messages"
TRANSLATIONS: dict[str, dict[str, str]] = {
    name: json.loads((MESSAGES_FOLDER / f"{name}.json").read_text()) for name in ("en", "zh")
}


@pytest.mark.parametrize("language", TRANSLATIONS)
@pytest.mark.parametrize("width", WIDTHS)
def test_a_photo_becomes_a_picture_and_is_taken_home(visit: Visit, photo_file: Path, language: str, width: int) -> None:
    words = TRANSLATIONS[language]
    page = visit(width=width, language=language)
    expect(page.get_by_role("heading", level=1)).to_have_text(words["add.title"])
    stylize_on_page(page, photo_file)
    expect(page.get_by_role("heading", level=1)).to_have_text({"en": "Poster", "zh": "海报"}[language])
    page.get_by_role("radio", name="PNG").check(force=True)
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile(words["export.save"])).click()
    assert download.value.suggested_filename == "by the sea-poster.png"
    with Image.open(download.value.path()) as picture:
        assert (picture.format, picture.size) == ("PNG", (1800, 1200))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["/", "/styles/", "/history/", "/jobs/"])
def test_nothing_is_wider_than_the_screen(visit: Visit, width: int, path: str) -> None:
    page = visit(path, width=width)
    page.locator("h1").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_stage_is_no_wider_than_a_phone(visit: Visit, photo_file: Path) -> None:
    page = visit(width=360)
    stylize_on_page(page, photo_file)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_wall_shows_every_style_on_the_photo_from_small_files(
    visit: Visit, photo_file: Path, script: ServerScript
) -> None:
    upload_photo(visit(), photo_file)
    assert {wish["style"] for wish in script.requests} == {"negative", "poster", "pencil"}
    assert all(wish["long_edge"] == "640" and wish["bytes"] < photo_file.stat().st_size for wish in script.requests)


def test_a_photo_that_comes_before_the_styles_is_shown_in_each(visit: Visit, photo_file: Path) -> None:
    page = visit()
    waiting = hold_requests(page, "**/api/v1/styles")
    with page.expect_file_chooser() as chooser:
        page.locator(".bring button").first.click()
    chooser.value.set_files(photo_file)
    waiting[0].continue_()
    page.locator(".wall .photo").wait_for()
    expect(page.locator(".wall .tile img")).to_have_count(3)


def test_a_style_that_is_chosen_first_is_the_one_that_is_shown(visit: Visit, photo_file: Path) -> None:
    page = visit()
    page.locator(".wall .tile").nth(2).click()
    with page.expect_file_chooser() as chooser:
        page.locator(".bring button").first.click()
    chooser.value.set_files(photo_file)
    expect(page.get_by_role("heading", level=1)).to_have_text("Pencil")


DISPATCH_FILE = """([bytes, type]) => {
  const given = new DataTransfer();
  given.items.add(new File([new Uint8Array(bytes)], 'given.png', { type: 'image/png' }));
  const event = type === 'paste' ? new ClipboardEvent(type, { clipboardData: given, bubbles: true, cancelable: true })
    : new DragEvent(type, { dataTransfer: given, bubbles: true, cancelable: true });
  document.body.dispatchEvent(event);
}"""


@pytest.mark.parametrize("way", ["drop", "paste"])
@pytest.mark.parametrize("path", ["/", "/history/"])
def test_a_photo_is_dropped_or_pasted_on_any_page(visit: Visit, small_png: bytes, way: str, path: str) -> None:
    page = visit(path)
    page.locator(".wall .tile img, main .none").first.wait_for()
    page.evaluate(DISPATCH_FILE, [list(small_png), way])
    expect(page.locator(".wall .photo img")).to_be_visible()
    expect(page.get_by_text("300 × 200")).to_be_visible()


def test_what_was_set_is_what_is_asked_for(visit: Visit, photo_file: Path, script: ServerScript) -> None:
    page = visit()
    stylize_on_page(page, photo_file)
    page.get_by_role("slider", name="Strength").press("Home")
    page.get_by_role("slider", name="Stroke width").press("End")
    page.get_by_role("radiogroup", name="Colours").get_by_label("Photo").check(force=True)
    page.get_by_role("radio", name="WebP").check(force=True)
    page.get_by_role("radiogroup", name="What it says of the photo").get_by_label("No place").check(force=True)
    with page.expect_download():
        page.get_by_role("button", name="Download").click()
    (wish,) = [asked for asked in script.requests if "long_edge" not in asked]
    assert (wish["strength"], wish["stroke"], wish["colour"]) == ("0", "2", "photo")
    assert (wish["format"], wish["metadata"], wish["filename"]) == ("webp", "without-place", "by the sea.jpg")
    assert wish["bytes"] == photo_file.stat().st_size


def test_changes_are_undone_and_done_again(visit: Visit, photo_file: Path) -> None:
    page = visit()
    stylize_on_page(page, photo_file)
    strength = page.get_by_role("slider", name="Strength")
    strength.press("Home")
    page.get_by_role("radiogroup", name="Colours").get_by_label("Photo").check(force=True)
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(strength).to_have_attribute("aria-valuenow", "100")
    page.keyboard.press("Control+Shift+z")
    expect(strength).to_have_attribute("aria-valuenow", "0")
    page.get_by_role("button", name="Back to the style").click()
    expect(strength).to_have_attribute("aria-valuenow", "100")


def test_the_brush_makes_a_mask_and_its_strokes_are_undone(
    visit: Visit, photo_file: Path, script: ServerScript
) -> None:
    page = visit()
    stylize_on_page(page, photo_file)
    page.keyboard.press("b")
    box = page.locator(".stage canvas").bounding_box()
    assert box
    with page.expect_response(lambda response: response.url.endswith("/pictures")):
        page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.5)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.5, steps=5)
        page.mouse.up()
    assert 0.02 < script.requests[-1]["mask"] < 0.3
    page.keyboard.press("Control+z")
    expect(page.get_by_text("On the whole photo")).to_be_visible()


def test_the_brush_is_moved_by_keys(visit: Visit, photo_file: Path, script: ServerScript) -> None:
    page = visit()
    stylize_on_page(page, photo_file)
    page.keyboard.press("b")
    page.keyboard.press("x")
    page.get_by_role("group", name=re.compile("by the sea")).focus()
    page.keyboard.press("ArrowRight")
    with page.expect_response(lambda response: response.url.endswith("/pictures")):
        page.keyboard.press(" ")
    assert 0.9 < script.requests[-1]["mask"] < 1


READ_PIXEL = """([x, y]) => {
  const canvas = document.querySelector('.stage canvas');
  const at = [Math.round(canvas.width * x), Math.round(canvas.height * y)];
  return [...canvas.getContext('2d').getImageData(...at, 1, 1).data].slice(0, 3);
}"""


def read_colour(page: Page, x: float) -> list[int]:
    """The colour in the middle of the stage, so far from its left."""
    return page.evaluate(READ_PIXEL, [x, 0.5])


def wait_for_colour(page: Page, x: float, colour: list[int]) -> None:
    """Wait until the stage has this colour there."""
    for _ in range(100):
        if read_colour(page, x) == colour:
            return
        page.wait_for_timeout(50)
    assert read_colour(page, x) == colour


def test_photo_and_picture_are_compared_by_slider_beside_and_by_a_held_key(visit: Visit, photo_file: Path) -> None:
    page = visit()
    stylize_on_page(page, photo_file, "negative")
    page.locator(".grip").press("Home")
    picture = read_colour(page, 0.3)
    page.locator(".grip").press("End")
    wait_for_colour(page, 0.9, read_colour(page, 0.9))
    before = read_colour(page, 0.3)
    assert before != picture
    page.locator(".grip").press("Home")
    wait_for_colour(page, 0.3, picture)
    page.keyboard.down("o")
    wait_for_colour(page, 0.3, before)
    page.keyboard.up("o")
    wait_for_colour(page, 0.3, picture)
    page.keyboard.press("v")
    page.get_by_role("radio", name="Photo and picture side by side").wait_for(state="attached")
    expect(page.locator(".grip")).to_have_count(0)


def test_zooming_to_the_pixel_brings_every_pixel(visit: Visit, photo_file: Path, script: ServerScript) -> None:
    page = visit()
    stylize_on_page(page, photo_file)
    with page.expect_response(lambda response: response.url.endswith("/pictures")):
        page.keyboard.press("1")
    expect(page.get_by_text("100%").first).to_be_visible()
    assert photo_file.stat().st_size in [wish["bytes"] for wish in script.requests]
    page.keyboard.press("0")
    expect(page.get_by_text("100%", exact=True)).to_have_count(1)


def test_the_picture_is_copied_and_its_address_too(visit: Visit, photo_file: Path) -> None:
    page = visit()
    stylize_on_page(page, photo_file)
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_text("The picture is copied.")).to_be_visible()
    kinds = page.evaluate("navigator.clipboard.read().then((items) => items[0].types)")
    assert kinds == ["image/png"]
    page.get_by_role("button", name="Link").click()
    expect(page.get_by_text("The picture’s address is copied.")).to_be_visible()
    assert "/api/v1/pictures/" in page.evaluate("navigator.clipboard.readText()")


def test_several_photos_lie_ready_and_keep_the_look(
    visit: Visit, photo_file: Path, small_png: bytes, tmp_path: Path
) -> None:
    other = tmp_path / "hills.png"
    other.write_bytes(small_png)
    page = visit()
    page.locator(".wall .tile").first.wait_for()
    with page.expect_file_chooser() as chooser:
        page.locator(".bring button").first.click()
    chooser.value.set_files([photo_file, other])
    page.locator(".wall .photo").wait_for()
    expect(page.get_by_role("list", name="Photos").get_by_role("img")).to_have_count(2)
    page.locator(".wall .tile").nth(1).click()
    page.get_by_role("slider", name="Strength").press("Home")
    page.get_by_role("button", name="Next photo").click()
    expect(page.get_by_role("button", name="Download 300 × 200")).to_be_visible()
    expect(page.get_by_role("slider", name="Strength")).to_have_attribute("aria-valuenow", "0")
    page.keyboard.press("w")
    page.get_by_role("button", name="Put hills.png away").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Every style on your photo")
    expect(page.get_by_text("1800 × 1200")).to_be_visible()


def test_one_bad_file_among_photos_fails_alone(visit: Visit, photo_file: Path, tmp_path: Path) -> None:
    words = tmp_path / "letter.jpg"
    words.write_text("no photo")
    page = visit()
    page.locator(".wall .tile").first.wait_for()
    with page.expect_file_chooser() as chooser:
        page.locator(".bring button").first.click()
    chooser.value.set_files([words, photo_file])
    page.locator(".wall .photo").wait_for()
    expect(page.locator(".toast")).to_contain_text("The photo cannot be read.")


def test_an_avatar_is_cut_out_where_the_frame_is(visit: Visit, photo_file: Path, script: ServerScript) -> None:
    page = visit()
    stylize_on_page(page, photo_file, "negative")
    page.get_by_role("radiogroup", name="Size").get_by_label("Avatar").check(force=True)
    expect(page.get_by_text("No face is found.")).to_be_visible()
    frame = page.get_by_role("group", name="Frame: arrow keys")
    before = frame.bounding_box()
    page.get_by_role("slider", name="Frame").press("Home")
    frame.press("ArrowLeft")
    after = frame.bounding_box()
    assert before and after
    assert after["width"] < before["width"] / 3
    page.get_by_role("radio", name="AVIF").check(force=True)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download 512 × 512").click()
    assert download.value.suggested_filename == "by the sea-negative-avatar.avif"
    with Image.open(download.value.path()) as picture:
        assert (picture.format, picture.size) == ("AVIF", (512, 512))
    [wish] = [wish for wish in script.requests if "long_edge" not in wish]
    assert (wish["strength"], wish["size"]) == ("1", "512x512")
    left, top, width, height = map(int, wish["cut"].split(","))
    assert width == height == pytest.approx(1200 * 0.05, abs=1)
    assert 0 <= left <= 1800 - width and 0 <= top <= 1200 - height
