"""``ganvas styles``: the catalogue as a person and a script see it."""

import json
from pathlib import Path

import onnx
from PIL import Image

from ganvas.style.file import load_style, save_style
from tests.cli.conftest import RunCommand, write_grey_photo
from tests.conftest import NETWORKS, blurring, write_style


def test_all_styles_are_listed(run_command: RunCommand):
    answer = run_command("styles")
    assert answer == run_command("styles", "list")
    assert all(f"\n{name} " in answer.out for name in NETWORKS)
    assert {style["name"] for style in json.loads(run_command("styles", "list", "--json").out)} >= set(NETWORKS)


def test_a_style_says_all_of_itself(run_command: RunCommand, data_folder: Path):
    about = json.loads(run_command("styles", "show", "inverting", "--json").out)
    assert about["licence"] == "CC0-1.0"
    assert about["title"]["en"] == "Inverting"
    assert Path(about["file"]).parent == data_folder / "styles"
    assert "title.zh: 试验 inverting" in run_command("styles", "show", "inverting").out


def test_a_style_is_added_used_and_removed(run_command: RunCommand, tmp_path: Path):
    write_style(tmp_path / "theirs", "blurring")
    path = tmp_path / "theirs" / "soft.onnx"
    style = load_style(tmp_path / "theirs" / "blurring.onnx")
    renamed = type(style)(**{**style.to_metadata(), "name": "soft"})
    save_style(blurring(), renamed, path)
    assert run_command("styles", "add", path).code == 0
    assert run_command("stylize", write_grey_photo(Path("sea.png")), "--style", "soft").code == 0
    assert run_command("styles", "remove", "soft").code == 0
    assert run_command("styles", "show", "soft").code == 2


def test_a_file_that_is_no_style_is_refused(run_command: RunCommand, tmp_path: Path):
    (tmp_path / "text.onnx").write_text("hello")
    onnx.save(blurring(), str(tmp_path / "plain.onnx"))
    for name in ("text.onnx", "plain.onnx", "nothing.onnx"):
        answer = run_command("styles", "add", tmp_path / name)
        assert answer.code == 2
        assert answer.err.count("\n") == 1


def test_a_sheet_shows_photos_in_styles(run_command: RunCommand):
    write_grey_photo(Path("trip/a.png"), 60, (200, 100))
    write_grey_photo(Path("trip/b.jpg"), 90, (100, 200))
    answer = run_command("styles", "sheet", "trip", "--style", "copying", "--style", "inverting", "--edge", 100)
    assert (answer.code, answer.out) == (0, "sheet.jpg\n")
    with Image.open("sheet.jpg") as sheet:
        assert sheet.width == 8 + 3 * 108
        first, third = sheet.getpixel((20, 50)), sheet.getpixel((20 + 2 * 108, 50))
    assert abs(first[0] - 60) <= 2
    assert abs(third[0] - 195) <= 2


def test_a_sheet_of_controls_goes_from_the_photo_to_the_picture(run_command: RunCommand):
    photo = write_grey_photo(Path("sea.png"), 200)
    answer = run_command(
        "styles", "sheet", photo, "--controls", "--style", "inverting", "--edge", 100, "--out", "sheet.png"
    )
    assert (answer.code, answer.out) == (0, "sheet.png\n")
    with Image.open("sheet.png") as sheet:
        greys = [sheet.convert("L").getpixel((8 + column * 56 + 24, 50)) for column in range(5)]
    none, half, whole, own, _ = greys
    assert abs(none - 200) <= 2 and abs(whole - 55) <= 2 and whole < half < none
    assert own > whole + 50  # as light as the photo


def test_a_sheet_must_be_a_picture(run_command: RunCommand):
    assert run_command("styles", "sheet", write_grey_photo(Path("a.png")), "--out", "sheet.pdf").code == 2
