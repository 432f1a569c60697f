"""The page for everybody: axe finds nothing, keys reach everything, language and light are the person's."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.page.conftest import ROOT, Visit, stylize_on_page, upload_photo

VIEWER_CASES = [(360, "en", "light"), (360, "zh", "dark"), (1440, "en", "dark"), (1440, "zh", "light")]
AXE = ROOT / "studio" / "node_modules" / "axe-core" / "axe.min.js"
RUN_AXE = """() => axe.run(document, { resultTypes: ['violations'] }).then((found) => found.violations.map(
  (one) => `${one.id}: ${one.nodes.map((node) => node.target + ' ' + node.failureSummary).join(' | ')}`))"""


def assert_accessible(page: Page) -> None:
    """axe finds no violation in what is shown now."""
    page.evaluate(AXE.read_text())
    page.wait_for_timeout(350)
    assert page.evaluate(RUN_AXE) == []


@pytest.fixture(autouse=True)
def _require_axe() -> None:
    if not AXE.is_file():
        pytest.skip("axe is not installed: npm ci in studio/")


@pytest.mark.parametrize(("width", "language", "light"), VIEWER_CASES)
def test_axe_finds_nothing_on_the_way_to_a_picture(
    visit: Visit, photo_file: Path, width: int, language: str, light: str
) -> None:
    page = visit(width=width, language=language, light=light)
    page.locator(".wall .tile img").first.wait_for()
    assert_accessible(page)
    upload_photo(page, photo_file)
    assert_accessible(page)
    page.locator(".wall .tile").nth(1).click()
    page.locator(".grip").wait_for()
    assert_accessible(page)
    page.keyboard.press("b")
    page.locator(".brush").wait_for()
    assert_accessible(page)
    page.keyboard.press("b")
    page.keyboard.press("k")
    page.locator(".toast").wait_for()
    assert_accessible(page)


@pytest.mark.parametrize(("width", "language", "light"), VIEWER_CASES)
def test_axe_finds_nothing_elsewhere(visit: Visit, photo_file: Path, width: int, language: str, light: str) -> None:
    page = visit("/styles/", width=width, language=language, light=light)
    page.locator("main li").first.wait_for()
    assert_accessible(page)
    page.locator("main li .tile").first.click()
    page.get_by_role("dialog").locator("dl").first.wait_for()
    assert_accessible(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.get_by_role("dialog").locator("kbd").first.wait_for()
    assert_accessible(page)
    page.keyboard.press("Escape")
    page.locator("nav a[href$='/history/']").click()
    page.locator(".none").wait_for()
    assert_accessible(page)
    page.locator("nav a").first.click()
    stylize_on_page(page, photo_file)
    page.locator(".choices input[value=avatar]").focus()
    page.keyboard.press(" ")
    page.locator(".frame.round").wait_for()
    assert_accessible(page)


def test_everything_is_reached_by_keys_alone(visit: Visit, photo_file: Path) -> None:
    page = visit()
    page.locator(".wall .tile img").first.wait_for()
    with page.expect_file_chooser() as chooser:
        page.wait_for_timeout(500)  # the browser is told in passing that a chooser is awaited
        page.keyboard.press("Control+o")
    chooser.value.set_files(photo_file)
    page.locator(".wall .photo").wait_for()
    page.keyboard.press(".")
    page.locator(".grip").wait_for()
    page.keyboard.press("a")
    expect(page.get_by_role("slider", name="Strength")).to_have_attribute("aria-valuenow", "90")
    page.locator(".grip").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".grip")).to_have_attribute("aria-valuenow", "48")
    with page.expect_download():
        page.keyboard.press("Control+s")
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", level=1)).to_have_text("Every style on your photo")


PRESS_ESCAPE_AND_HELP = """async () => {
  const press = (key) => {
    const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
    document.activeElement.dispatchEvent(event);
  };
  press('Escape');
  await Promise.resolve();
  press('?');
}"""


def test_a_key_counts_while_a_sheet_is_on_its_way_out(visit: Visit) -> None:
    page = visit("/styles/")
    page.locator("main li .tile").first.click()
    card = page.get_by_role("dialog")
    card.locator("dl").first.wait_for()
    page.evaluate(PRESS_ESCAPE_AND_HELP)
    expect(card.locator("kbd").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)


def test_letters_alone_can_be_switched_off(visit: Visit, photo_file: Path) -> None:
    page = visit()
    stylize_on_page(page, photo_file)
    page.keyboard.press("?")
    page.get_by_role("switch", name="Keys without Ctrl or ⌘").click()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    page.keyboard.press("w")
    expect(page.locator(".grip")).to_be_visible()


def test_language_and_light_are_chosen_and_kept(visit: Visit) -> None:
    page = visit()
    page.get_by_role("button", name="中文").click()
    page.get_by_role("button", name="深色页面").click()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("放照片进来")
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dataset.light]") == [
        "zh-Hans",
        "dark",
    ]
