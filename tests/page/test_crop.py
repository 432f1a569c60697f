"""A part of the picture at the size of an avatar, a phone or a desk, cut where a face is or where a person drags it."""

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.page.conftest import WIDTHS, Visit, stylize_on_page
from tests.page.fake_server import ServerScript
from tests.page.test_accessibility import AXE, VIEWER_CASES, assert_accessible

FACE_SQUARES = [(0.5, 0.1, 0.3), (0.05, 0.2, 0.1)]
SHAPE_LABELS = {"en": ("Size", "Avatar", "Phone", "Desktop"), "zh": ("尺寸", "头像", "手机", "桌面")}


def choose_shape(page: Page, shape: int, language: str = "en") -> Locator:
    """Choose a shape (1 to 3); the frame."""
    words = SHAPE_LABELS[language]
    page.get_by_role("radiogroup", name=words[0]).get_by_label(words[shape], exact=True).check(force=True)
    frame = page.locator(".stage .frame")
    frame.wait_for()
    return frame


def measure_frame(page: Page, frame: Locator) -> tuple[float, float, float]:
    """Left, top and width of the frame in shares of the photo's width, as it lies on the stage."""
    canvas, box = page.locator(".stage canvas").bounding_box(), frame.bounding_box()
    assert canvas and box
    scale = min((canvas["width"] - 48) / 1800, (canvas["height"] - 48) / 1200)
    left = canvas["x"] + (canvas["width"] - 1800 * scale) / 2
    top = canvas["y"] + (canvas["height"] - 1200 * scale) / 2
    across = 1800 * scale
    return (box["x"] - left) / across, (box["y"] - top) / across, box["width"] / across


def wait_for_frame(page: Page, frame: Locator, expected: tuple[float, float, float]) -> None:
    """Wait until the frame lies there."""
    for _ in range(100):
        if measure_frame(page, frame) == pytest.approx(expected, abs=0.01):
            return
        page.wait_for_timeout(50)
    assert measure_frame(page, frame) == pytest.approx(expected, abs=0.01)


def test_an_avatar_is_framed_around_the_face_at_one_click(visit: Visit, photo_file: Path, script: ServerScript) -> None:
    script.faces = FACE_SQUARES[:1]
    page = visit()
    stylize_on_page(page, photo_file)
    wait_for_frame(page, choose_shape(page, 1), FACE_SQUARES[0])


def test_the_next_face_is_framed_by_a_key_and_by_a_button(visit: Visit, photo_file: Path, script: ServerScript) -> None:
    script.faces = FACE_SQUARES
    page = visit()
    stylize_on_page(page, photo_file)
    frame = choose_shape(page, 1)
    wait_for_frame(page, frame, FACE_SQUARES[0])
    page.locator("h1").click()
    page.keyboard.press("f")
    wait_for_frame(page, frame, FACE_SQUARES[1])
    page.get_by_role("button", name="Next face").click()
    wait_for_frame(page, frame, FACE_SQUARES[0])


def test_a_frame_is_moved_by_dragging_and_by_keys_and_stays_inside(
    visit: Visit, photo_file: Path, script: ServerScript
) -> None:
    script.faces = FACE_SQUARES
    page = visit()
    stylize_on_page(page, photo_file)
    frame = choose_shape(page, 1)
    wait_for_frame(page, frame, FACE_SQUARES[0])
    box = frame.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 - 60, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    dragged = frame.bounding_box()
    assert dragged and dragged["x"] == pytest.approx(box["x"] - 60, abs=1)
    frame.press("ArrowRight")
    frame.press("+")
    pressed = frame.bounding_box()
    assert pressed and pressed["width"] > dragged["width"]
    for _ in range(60):
        frame.press("Shift+ArrowDown")
    _, top, width = measure_frame(page, frame)
    assert top + width == pytest.approx(1200 / 1800, abs=0.01)


@pytest.mark.parametrize("size", [128, 256, 400, 512, 1024])
def test_an_avatar_comes_at_the_chosen_size(visit: Visit, photo_file: Path, script: ServerScript, size: int) -> None:
    script.faces = FACE_SQUARES
    page = visit()
    stylize_on_page(page, photo_file)
    wait_for_frame(page, choose_shape(page, 1), FACE_SQUARES[0])
    page.get_by_label("Pixels").select_option(f"{size}x{size}")
    page.get_by_role("radio", name="PNG").check(force=True)
    with page.expect_download() as download:
        page.get_by_role("button", name=f"Download {size} × {size}").click()
    with Image.open(download.value.path()) as picture:
        assert (picture.format, picture.size) == ("PNG", (size, size))


@pytest.mark.parametrize(
    ("shape", "size"), [(2, (1080, 2340)), (2, (1170, 2532)), (3, (1920, 1080)), (3, (2560, 1440)), (3, (3840, 2160))]
)
def test_a_background_fills_the_screen_it_is_for(
    visit: Visit, photo_file: Path, shape: int, size: tuple[int, int]
) -> None:
    page = visit()
    stylize_on_page(page, photo_file)
    frame = choose_shape(page, shape)
    page.get_by_label("Pixels").select_option(f"{size[0]}x{size[1]}")
    box = frame.bounding_box()
    assert box and box["width"] / box["height"] == pytest.approx(size[0] / size[1], rel=0.02)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    with Image.open(download.value.path()) as picture:
        assert picture.size == size


READ_ROUND_PIXEL = """() => { const canvas = document.querySelector('.round canvas');
  return [...canvas.getContext('2d').getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data].slice(0, 3); }"""


def test_the_round_preview_shows_what_is_in_the_frame(visit: Visit, photo_file: Path, script: ServerScript) -> None:
    script.faces = FACE_SQUARES
    page = visit()
    stylize_on_page(page, photo_file, "negative")
    frame = choose_shape(page, 1)
    wait_for_frame(page, frame, FACE_SQUARES[0])
    first = page.evaluate(READ_ROUND_PIXEL)
    page.get_by_role("button", name="Next face").click()
    wait_for_frame(page, frame, FACE_SQUARES[1])
    assert page.evaluate(READ_ROUND_PIXEL) != first


@pytest.mark.skipif(not AXE.is_file(), reason="axe is not installed: npm ci in studio/")
@pytest.mark.parametrize(("width", "language", "light"), VIEWER_CASES)
def test_axe_finds_nothing_while_a_part_is_cut(
    visit: Visit, photo_file: Path, script: ServerScript, width: int, language: str, light: str
) -> None:
    script.faces = FACE_SQUARES
    page = visit(width=width, language=language, light=light)
    stylize_on_page(page, photo_file)
    for shape in (1, 2, 3):
        choose_shape(page, shape, language)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_phone_frames_a_face_too(visit: Visit, photo_file: Path, script: ServerScript) -> None:
    script.faces = FACE_SQUARES
    page = visit(width=min(WIDTHS))
    stylize_on_page(page, photo_file)
    frame = choose_shape(page, 1)
    expect(page.get_by_role("button", name="Next face")).to_be_visible()
    canvas, box = page.locator(".stage canvas").bounding_box(), frame.bounding_box()
    assert canvas and box and box["width"] == pytest.approx(canvas["width"] * 0.3, rel=0.1)
