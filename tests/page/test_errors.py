"""What the page does when something is in the way: it says so plainly, and goes on."""

from pathlib import Path

from playwright.sync_api import expect

from tests.page.conftest import Visit, stylize_on_page, upload_photo
from tests.page.fake_server import ServerScript


def test_a_busy_server_is_asked_again_when_it_says(visit: Visit, photo_file: Path, script: ServerScript) -> None:
    page = visit()
    upload_photo(page, photo_file)
    script.busy_answers = 1
    page.locator(".wall .tile").nth(0).click()
    expect(page.get_by_text("The server is busy. Trying again in 1 s.")).to_be_visible()
    page.locator(".grip").wait_for()
    assert [wish["style"] for wish in script.requests[-2:]] == ["negative", "negative"]


def test_a_refusal_says_what_was_wrong_and_what_would_be_right(
    visit: Visit, photo_file: Path, script: ServerScript
) -> None:
    page = visit()
    stylize_on_page(page, photo_file)
    script.status, script.detail = 413, "the photo has 200 megapixels"
    page.get_by_role("slider", name="Strength").press("Home")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("The photo has 200 megapixels. Try another.")
    script.status = 0
    alert.get_by_role("button", name="Try again").click()
    expect(alert).to_have_count(0)


def test_refusals_are_chinese_on_a_chinese_page(visit: Visit, photo_file: Path, script: ServerScript) -> None:
    page = visit(language="zh")
    stylize_on_page(page, photo_file)
    script.status, script.detail = 413, "the photo has 200 megapixels"
    page.get_by_role("slider", name="强度").press("Home")
    expect(page.get_by_role("alert")).to_contain_text("照片超过了服务器的上限")


def test_a_file_that_is_no_photo_is_refused_in_one_sentence(visit: Visit, tmp_path: Path) -> None:
    page = visit()
    page.locator(".wall .tile").first.wait_for()
    words = tmp_path / "letter.jpg"
    words.write_text("no photo")
    with page.expect_file_chooser() as chooser:
        page.locator(".bring button").first.click()
    chooser.value.set_files(words)
    expect(page.get_by_role("alert")).to_contain_text("The photo cannot be read. Try another.")


def test_a_style_that_fails_on_the_wall_is_tried_again(visit: Visit, photo_file: Path, script: ServerScript) -> None:
    page = visit()
    script.status, script.detail = 500, "it broke"
    with page.expect_file_chooser() as chooser:
        page.locator(".bring button").first.click()
    chooser.value.set_files(photo_file)
    failed = page.locator(".wall .failed")
    expect(failed).to_have_count(3)
    script.status = 0
    failed.first.get_by_role("button").click()
    expect(page.locator(".wall .tile img")).to_have_count(1)


def test_a_server_that_wants_its_token_is_given_it(visit: Visit, script: ServerScript) -> None:
    script.token = "open sesame, please"
    page = visit()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("Whoever runs the server").fill("wrong")
    sheet.get_by_role("button", name="Go on").click()
    expect(sheet.get_by_role("alert")).to_be_visible()
    sheet.get_by_label("Whoever runs the server").fill(script.token)
    sheet.get_by_role("button", name="Go on").click()
    expect(page.locator(".wall .tile")).to_have_count(3)


def test_an_address_that_is_none_says_so(visit: Visit) -> None:
    page = visit("/nowhere/")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such page.")
