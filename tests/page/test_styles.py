"""The gallery on the page of Ganvas itself: styles are sifted, explained, put in order, added and removed."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ganvas.style.file import load_style, rewrite_style
from tests.conftest import write_style
from tests.page.conftest import Visit
from tests.page.test_accessibility import AXE, assert_accessible

DROP_FILE = """({ data, name }) => {
  const given = new DataTransfer();
  given.items.add(new File([new Uint8Array(data)], name));
  window.dispatchEvent(new DragEvent('drop', { dataTransfer: given, bubbles: true, cancelable: true }));
}"""

pytestmark = pytest.mark.real


def open_gallery(visit: Visit, **person: object) -> Page:
    """The gallery, with the styles that are built in."""
    page = visit("/styles/", **person)
    expect(page.locator(".gallery li").nth(2)).to_be_visible()
    return page


def list_titles(page: Page, place: str = ".gallery") -> list[str]:
    """The styles in the order in which they stand."""
    return page.locator(f"{place} li .title").all_text_contents()


def write_new_style(folder: Path, name: str) -> Path:
    """A style file that the server does not have."""
    write_style(folder, "copying")
    path = folder / "copying.onnx"
    rewrite_style(path, replace(load_style(path), name=name, title={"en": name.capitalize(), "zh": f"新{name}"}))
    return path


def test_styles_are_sifted_by_word_and_by_what_they_are(visit: Visit) -> None:
    page = open_gallery(visit)
    page.get_by_role("searchbox").fill("albers")
    expect(page.locator(".gallery li")).to_have_count(1)
    page.get_by_role("searchbox").fill("")
    page.get_by_role("combobox", name="Artist").select_option("Bo Berg")
    expect(page.locator(".gallery li")).to_have_count(2)
    page.get_by_role("searchbox").fill("nothing of the kind")
    page.get_by_role("button", name="Show all styles").click()
    expect(page.locator(".gallery li")).to_have_count(3)


@pytest.mark.parametrize(("width", "language", "use"), [(1440, "en", "Use this style"), (360, "zh", "使用这种风格")])
def test_a_card_explains_its_style_and_puts_it_to_use(visit: Visit, width: int, language: str, use: str) -> None:
    page = open_gallery(visit, width=width, language=language)
    page.locator("[data-style=inverting] .tile").click()
    card = page.get_by_role("dialog")
    for words in ("inverting things.", "CC0-1.0", "Ana Albers", "test"):
        expect(card).to_contain_text(words)
    card.get_by_role("button", name=use).click()
    expect(page.locator(".wall li.chosen")).to_have_count(1)


def test_styles_are_put_in_order_by_hand_and_by_key_for_the_wall_too(visit: Visit) -> None:
    page = open_gallery(visit)
    assert list_titles(page) == ["Blurring", "Copying", "Inverting"]
    page.locator("[data-style=inverting]").drag_to(page.locator("[data-style=blurring]"))
    assert list_titles(page) == ["Inverting", "Blurring", "Copying"]
    page.locator("[data-style=blurring] .tile").focus()
    with page.expect_response(lambda answer: answer.url.endswith("/styles/order")):
        page.keyboard.press("Control+ArrowRight")
    assert list_titles(page) == ["Inverting", "Copying", "Blurring"]
    expect(page.locator("[data-style=blurring] .tile")).to_be_focused()
    with page.expect_response(lambda answer: answer.url.endswith("/styles/order")):
        page.keyboard.press("Control+z")
    page.get_by_role("button", name="More for Copying").click()
    with page.expect_response(lambda answer: answer.url.endswith("/styles/order")):
        page.get_by_role("menuitem", name="Move earlier").click()
    page.goto(page.url.replace("/styles/", "/"))
    page.locator(".wall li").nth(2).wait_for()
    assert list_titles(page, ".wall") == ["Inverting", "Copying", "Blurring"]


def test_a_style_file_is_added_and_removed_again(visit: Visit, tmp_path: Path) -> None:
    page = open_gallery(visit)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose style files").click()
    chooser.value.set_files(write_new_style(tmp_path, "marble"))
    expect(page.locator("[data-style=marble]")).to_be_visible()
    page.get_by_role("button", name="More for Marble").click()
    page.get_by_role("menuitem", name="Remove").click()
    page.get_by_role("dialog", name="Remove Marble from this server?").get_by_role("button", name="Remove").click()
    expect(page.locator("[data-style=marble]")).to_have_count(0)
    expect(page.get_by_text("Marble is removed.")).to_be_visible()


def test_what_is_no_style_is_refused_with_what_would_be_right(visit: Visit, tmp_path: Path) -> None:
    page = visit()
    page.locator(".wall .tile").first.wait_for()
    page.evaluate(DROP_FILE, {"data": list(b"nothing"), "name": "letter.onnx"})
    refusal = page.get_by_role("alert")
    expect(refusal).to_contain_text("letter.onnx")
    expect(refusal).to_contain_text("A style is one .onnx file.")
    page.get_by_role("button", name="Close").click()
    expect(refusal).to_have_count(0)
    page.evaluate(DROP_FILE, {"data": list(write_new_style(tmp_path, "inverting").read_bytes()), "name": "mine.onnx"})
    expect(refusal).to_contain_text("Export it under another name.")


def test_what_is_built_in_stays(visit: Visit) -> None:
    page = open_gallery(visit)
    page.get_by_role("button", name="More for Copying").click()
    expect(page.get_by_role("menuitem", name="Built in")).to_be_disabled()
    page.keyboard.press("Escape")
    page.locator("[data-style=copying] .tile").focus()
    page.keyboard.press("Delete")
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.skipif(not AXE.is_file(), reason="axe is not installed: npm ci in studio/")
@pytest.mark.parametrize(("width", "language", "light"), [(360, "zh", "light"), (1440, "en", "dark")])
def test_axe_finds_nothing_in_the_gallery(visit: Visit, width: int, language: str, light: str) -> None:
    page = open_gallery(visit, width=width, language=language, light=light)
    page.evaluate(DROP_FILE, {"data": list(b"nothing"), "name": "letter.onnx"})
    page.get_by_role("alert").wait_for()
    assert_accessible(page)
    page.locator(".menu-opener").first.click()
    page.get_by_role("menu").wait_for()
    assert_accessible(page)
