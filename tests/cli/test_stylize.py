"""``ganvas stylize`` as a person and a script use it."""

import json
import os
from pathlib import Path

from PIL import Image

from tests.cli.conftest import RunCommand, read_mean_grey, write_grey_photo
from tests.engine.test_faces import PORTRAIT
from tests.image.builders import photo_with_a_place


def read_format_and_size(path: str) -> tuple[str | None, tuple[int, int]]:
    """A picture's format and its width and height."""
    with Image.open(path) as picture:
        return picture.format, picture.size


def test_a_photo_becomes_a_picture_of_its_size_beside_it(run_command: RunCommand):
    photo = write_grey_photo(Path("sea.png"), 100)
    answer = run_command("stylize", photo, "--style", "inverting")
    assert (answer.code, answer.out) == (0, "sea-inverting.png\n")
    assert abs(read_mean_grey(Path("sea-inverting.png")) - 155) <= 1
    assert read_format_and_size("sea-inverting.png") == ("PNG", (48, 32))
    assert read_mean_grey(photo) == 100


def test_a_folder_keeps_its_names(run_command: RunCommand):
    write_grey_photo(Path("trip/day1/sea.jpg"), 30)
    write_grey_photo(Path("trip/hill.png"), 200)
    assert run_command("stylize", "trip", "--style", "inverting", "--out", "out").code == 0
    assert abs(read_mean_grey(Path("out/day1/sea.jpg")) - 225) <= 1
    assert abs(read_mean_grey(Path("out/hill.png")) - 55) <= 1


def test_a_bad_photo_fails_alone_with_its_reason(run_command: RunCommand):
    Path("trip").mkdir()
    Path("trip/broken.jpg").write_bytes(b"not a picture")
    write_grey_photo(Path("trip/good.jpg"))
    answer = run_command("stylize", "trip", "--style", "copying", "--out", "out")
    assert answer.code == 1
    assert Path("out/good.jpg").exists()
    assert not Path("out/broken.jpg").exists()
    assert answer.err.startswith("ganvas: trip/broken.jpg: ")
    assert answer.err.count("\n") == 1


def test_no_photo_that_was_given_is_overwritten(run_command: RunCommand):
    photo = write_grey_photo(Path("trip/sea.png"), 100)
    Path("other").symlink_to("trip")
    for out in ("trip", "other"):
        answer = run_command("stylize", "trip", "--style", "inverting", "--out", out)
        assert answer.code == 1
        assert "was given" in answer.err
    os.link(photo, "hard.png")
    assert run_command("stylize", photo, "--style", "inverting", "--out", "hard.png").code == 1
    assert read_mean_grey(photo) == 100


def test_json_says_what_became_of_each_photo(run_command: RunCommand):
    write_grey_photo(Path("trip/a.png"))
    Path("trip/b.png").write_bytes(b"")
    answer = run_command("stylize", "trip", "--style", "copying", "--out", "out", "--json")
    first, second = json.loads(answer.out)
    assert first["picture"] == "out/a.png"
    assert first["style"] == "copying"
    assert len(first["key"]) == 64
    assert second["photo"] == "trip/b.png"
    assert second["error"]
    assert answer.code == 1


def test_strength_and_format_do_what_they_say(run_command: RunCommand):
    photo = write_grey_photo(Path("sea.png"), 100)
    run_command("stylize", photo, "--style", "inverting", "--strength", 0, "--out", "none.png")
    assert read_mean_grey(Path("none.png")) == 100
    run_command("stylize", photo, "--style", "inverting", "--format", "webp", "--out", "out")
    assert read_format_and_size("out/sea.webp") == ("WEBP", (48, 32))


def test_the_place_stays_behind_unless_all_is_asked_for(run_command: RunCommand):
    Path("sea.jpg").write_bytes(photo_with_a_place())
    for keep, kept in (("none", (False, False)), ("without-place", (True, False)), ("all", (True, True))):
        assert run_command("stylize", "sea.jpg", "--style", "copying", "--metadata", keep, "--out", "out.jpg").code == 0
        made = Path("out.jpg").read_bytes()
        assert (b"Maker" in made, b"HERE" in made) == kept
    assert run_command("stylize", "sea.jpg", "--style", "copying", "--metadata", "some").code == 2


def test_an_avatar_is_square_and_a_photo_without_a_face_fails_alone(run_command: RunCommand):
    Path("trip").mkdir()
    Path("trip/me.jpg").write_bytes(PORTRAIT.read_bytes())
    write_grey_photo(Path("trip/sea.jpg"), 100)
    answer = run_command("stylize", "trip", "--style", "copying", "--crop", "avatar", "--out", "out")
    assert answer.code == 1
    assert "sea.jpg: No face is found" in answer.err
    width, height = read_format_and_size("out/me.jpg")[1]
    assert width == height < 342


def test_a_mask_keeps_the_photo_where_it_is_black(run_command: RunCommand):
    photo, mask = write_grey_photo(Path("sea.png"), 100), write_grey_photo(Path("mask.png"), 0, (10, 10))
    assert run_command("stylize", photo, "--style", "inverting", "--mask", mask, "--out", "out.png").code == 0
    assert read_mean_grey(Path("out.png")) == 100


def test_an_unknown_style_is_one_line_that_names_a_near_one(run_command: RunCommand):
    answer = run_command("stylize", write_grey_photo(Path("sea.png")), "--style", "invertin")
    assert answer.code == 2
    assert answer.err.count("\n") == 1
    assert "inverting" in answer.err


def test_a_strength_out_of_range_is_refused_before_any_work(run_command: RunCommand):
    answer = run_command(
        "stylize", write_grey_photo(Path("sea.png")), "--style", "copying", "--strength", 2, "--out", "out.png"
    )
    assert answer.code == 2
    assert not Path("out.png").exists()


def test_photos_of_one_name_become_as_many_pictures(run_command: RunCommand):
    photos = [
        write_grey_photo(Path(folder) / "IMG_1.png", value)
        for folder, value in zip("abcd", (10, 60, 110, 160), strict=True)
    ]
    answer = run_command("stylize", *photos, "--style", "inverting", "--out", "prints")
    assert answer.code == 0
    names = ["prints/IMG_1.png", *(f"prints/IMG_1 ({number}).png" for number in (2, 3, 4))]
    assert answer.out.splitlines() == names
    assert [abs(read_mean_grey(Path(name)) - grey) <= 1 for name, grey in zip(names, (245, 195, 145, 95), strict=True)]


def test_a_second_call_replaces_the_pictures_of_the_first(run_command: RunCommand):
    photo = write_grey_photo(Path("sea.png"), 100)
    for _ in range(2):
        assert run_command("stylize", photo, "--style", "inverting", "--out", "prints").out == "prints/sea.png\n"
    assert os.listdir("prints") == ["sea.png"]


def test_a_name_that_is_no_utf_8_is_read_written_and_shown_safely(run_command: RunCommand):
    photo = Path(os.fsdecode(b"b\xc4\xe3.png"))
    write_grey_photo(Path("sea.png")).rename(photo)
    bad = Path(os.fsdecode(b"\x1b[31mc\xc4.png"))
    bad.write_bytes(b"not a picture")
    answer = run_command("stylize", photo, bad, write_grey_photo(Path("z.png")), "--style", "copying", "--out", "out")
    assert answer.code == 1
    assert answer.out == "out/b\\xc4\\xe3.png\nout/z.png\n"
    assert answer.err.startswith("ganvas: \\x1b[31mc\\xc4.png: ")
    assert sorted(os.listdir(b"out")) == [b"b\xc4\xe3.png", b"z.png"]
    (made,) = json.loads(run_command("stylize", photo, "--style", "copying", "--out", "out", "--json").out)
    assert os.fsencode(made["picture"]) == b"out/b\xc4\xe3.png", "a script gets the name itself"


def test_an_ending_that_is_not_written_is_one_line(run_command: RunCommand):
    answer = run_command("stylize", write_grey_photo(Path("sea.png")), "--style", "copying", "--out", "x.gif")
    assert answer.code == 2
    assert answer.err == (
        "ganvas: Pictures are not written as .gif. Name a folder, or a file that ends in "
        ".jpg, .jpeg, .png, .webp, .avif.\n"
    )
    assert not Path("x.gif").exists()
