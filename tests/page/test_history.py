"""History and gallery: what was made comes back with all its settings; styles are found and explained."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.page.conftest import Visit, make


def keep(page: Page, photo: Path) -> None:
    """Make a picture of half strength and keep it."""
    make(page, photo)
    page.get_by_role("slider", name="Strength").press("Home")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_text("Kept in your history.")).to_be_visible()


def test_a_kept_picture_comes_back_with_all_its_settings(visit: Visit, photo: Path) -> None:
    page = visit()
    keep(page, photo)
    page.reload()
    page.get_by_role("link", name="History").click()
    expect(page.get_by_text("0% strength")).to_be_visible()
    page.get_by_role("button", name="Open by the sea.jpg in Poster again").click()
    expect(page.get_by_role("slider", name="Strength")).to_have_attribute("aria-valuenow", "0")
    expect(page.get_by_role("heading", level=1)).to_have_text("Poster")


def test_the_same_picture_is_kept_once(visit: Visit, photo: Path) -> None:
    page = visit()
    keep(page, photo)
    page.get_by_role("button", name="Keep", exact=True).click()
    page.get_by_role("link", name="History").click()
    expect(page.get_by_role("article")).to_have_count(1)


def test_starred_pictures_are_found_and_deleted_ones_are_gone(visit: Visit, photo: Path) -> None:
    page = visit()
    keep(page, photo)
    page.get_by_role("link", name="History").click()
    page.get_by_role("switch", name="Only starred").click()
    expect(page.get_by_text("No picture matches.")).to_be_visible()
    page.get_by_role("switch", name="Only starred").click()
    page.get_by_role("button", name="Star", exact=True).click()
    page.get_by_role("switch", name="Only starred").click()
    expect(page.get_by_role("article")).to_have_count(1)
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete").last.click()
    expect(page.get_by_role("article")).to_have_count(0)
    left = """() => new Promise((give) => {
      indexedDB.open('ganvas').onsuccess = (opened) => {
        const asked = opened.target.result.transaction('photos').objectStore('photos').count();
        asked.onsuccess = () => give(asked.result);
      };
    })"""
    assert page.evaluate(left) == 0


def test_a_style_is_found_by_a_word_and_shows_its_card(visit: Visit) -> None:
    page = visit("/styles/")
    expect(page.locator("main li")).to_have_count(3)
    page.get_by_role("searchbox").fill("draughts")
    expect(page.locator("main li")).to_have_count(1)
    page.locator("main li button").click()
    card = page.get_by_role("dialog", name="Pencil")
    expect(card).to_contain_text("Pencil, by a trick.")
    expect(card).to_contain_text("CC0-1.0")
    expect(card).to_contain_text("steps 1,780")
    expect(card).to_contain_text("138 (117 to 159)")
    card.get_by_role("button", name="Use this style").click()
    expect(page.locator(".wall li.chosen")).to_contain_text("Pencil")


def test_pictures_are_put_into_folders(visit: Visit, photo: Path) -> None:
    page = visit()
    keep(page, photo)
    page.get_by_role("link", name="History").click()
    page.get_by_role("button", name="Folder").click()
    page.get_by_label("Folder", exact=True).last.fill("Summer")
    page.get_by_role("button", name="Move").click()
    page.get_by_role("combobox", name="Folder").select_option("Summer")
    expect(page.get_by_role("article")).to_have_count(1)
