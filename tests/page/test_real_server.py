"""The page as Ganvas itself serves it: real routes, real headers, a tiny style, from a photo to a file on the disk."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from ganvas.engine.engine import Engine
from ganvas.settings import Settings
from ganvas.storage.blobs import Store
from ganvas.style.catalog import Catalog
from ganvas.style.file import load_style, rewrite_style
from ganvas.web.app import create_app
from tests.conftest import write_style
from tests.image.builders import photo_with_a_place
from tests.page.conftest import Visit
from tests.page.fake_server import draw_sample_photo, encode_image, serve_app


@pytest.fixture
def address(tmp_path: Path, static: Path) -> Iterator[str]:
    """Ganvas with one style, the negative, in place of the fake."""
    folder = tmp_path / "styles"
    write_style(folder, "inverting")
    preview = encode_image(draw_sample_photo(360, 240), "webp", 90)
    rewrite_style(folder / "inverting.onnx", replace(load_style(folder / "inverting.onnx"), preview=preview))
    catalog = Catalog([folder])
    settings = Settings(data=tmp_path / "data")
    app = create_app(settings, Engine(catalog), Store(settings.data / "store"), catalog, static)
    with serve_app(app, "on") as address:
        yield address


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_photo_becomes_its_negative_at_its_own_size(visit: Visit, photo_file: Path, language: str) -> None:
    page = visit(language=language)
    page.locator(".wall .tile img").wait_for()
    with page.expect_file_chooser() as chooser:
        page.locator(".bring button").first.click()
    chooser.value.set_files(photo_file)
    page.locator(".wall .photo").wait_for()
    expect(page.locator(".wall .tile img.come")).to_have_count(1)
    page.locator(".wall .tile").click()
    page.locator(".grip").wait_for()
    page.get_by_role("radio", name="PNG").check(force=True)
    with page.expect_download() as download:
        page.locator(".save").click()
    with Image.open(download.value.path()) as picture, Image.open(photo_file) as given:
        assert picture.size == given.size
        apart = np.asarray(picture, np.int16) + np.asarray(given, np.int16) - 255
    assert np.abs(apart).mean() < 3


@pytest.mark.parametrize(("notes", "told"), [("Nothing", (False, False)), ("All", (True, True))])
def test_an_avatar_says_of_its_photo_what_was_chosen(
    visit: Visit, tmp_path: Path, notes: str, told: tuple[bool, bool]
) -> None:
    path = tmp_path / "somewhere.jpg"
    path.write_bytes(photo_with_a_place())
    page = visit()
    page.locator(".wall .tile img").wait_for()
    with page.expect_file_chooser() as chooser:
        page.locator(".bring button").first.click()
    chooser.value.set_files(path)
    page.locator(".wall .photo").wait_for()
    page.locator(".wall .tile").click()
    page.locator(".grip").wait_for()
    page.get_by_role("radiogroup", name="Size").get_by_label("Avatar", exact=True).check(force=True)
    page.get_by_role("radio", name=notes, exact=True).check(force=True)
    with page.expect_download() as download:
        page.locator(".save").click()
    data = Path(download.value.path()).read_bytes()
    with Image.open(download.value.path()) as picture:
        assert picture.size == (512, 512)
    assert (b"Maker" in data, b"HERE" in data) == told


def test_the_page_comes_with_a_policy_that_holds(visit: Visit) -> None:
    page = visit("/styles/")
    page.locator("main li").wait_for()
    with page.expect_response(lambda answer: answer.url.endswith("/styles/")) as answer:
        page.reload()
    policy = answer.value.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
