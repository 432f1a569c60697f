"""Which photo becomes which file."""

from pathlib import Path

import pytest

from ganvas.cli.output_paths import OutputRule, plan_tasks
from ganvas.errors import BadControls, BadPhoto


def create_empty_files(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def plan_outputs(given: list[Path], place: OutputRule) -> list[tuple[str, str]]:
    return [(str(task.output), task.format) for task in plan_tasks(given, place)]


def test_without_out_a_picture_lies_beside_its_photo(tmp_path: Path):
    create_empty_files(tmp_path / "sea.JPG")
    assert plan_outputs([tmp_path / "sea.JPG"], OutputRule("monet")) == [(str(tmp_path / "sea-monet.JPG"), "jpeg")]


def test_without_out_a_folder_gets_a_folder_beside_it(tmp_path: Path):
    create_empty_files(tmp_path / "trip" / "day1" / "sea.jpg")
    assert plan_outputs([tmp_path / "trip"], OutputRule("monet")) == [
        (str(tmp_path / "trip-monet" / "day1" / "sea.jpg"), "jpeg")
    ]


def test_names_and_sub_folders_are_kept(tmp_path: Path):
    create_empty_files(
        tmp_path / "trip" / "day1" / "sea.jpg", tmp_path / "trip" / "notes.txt", tmp_path / "trip" / "hill.png"
    )
    out = tmp_path / "out"
    assert plan_outputs([tmp_path / "trip"], OutputRule("monet", out)) == [
        (str(out / "day1" / "sea.jpg"), "jpeg"),
        (str(out / "hill.png"), "png"),
    ]


def test_folders_that_hold_the_same_names_stay_apart(tmp_path: Path):
    create_empty_files(tmp_path / "a" / "1.jpg", tmp_path / "b" / "1.jpg")
    out = tmp_path / "out"
    pictures = [picture for picture, _ in plan_outputs([tmp_path / "a", tmp_path / "b"], OutputRule("monet", out))]
    assert pictures == [str(out / "a" / "1.jpg"), str(out / "b" / "1.jpg")]


def test_photos_that_would_share_a_name_do_not(tmp_path: Path):
    create_empty_files(tmp_path / "in" / "sea.heic", tmp_path / "in" / "sea.jpg")
    pictures = [
        Path(picture).name for picture, _ in plan_outputs([tmp_path / "in"], OutputRule("monet", tmp_path / "out"))
    ]
    assert pictures == ["sea.jpg", "sea (2).jpg"]


def test_a_single_photo_can_name_its_file(tmp_path: Path):
    create_empty_files(tmp_path / "sea.heic")
    out = tmp_path / "painted.webp"
    assert plan_outputs([tmp_path / "sea.heic"], OutputRule("monet", out)) == [(str(out), "webp")]


def test_a_file_named_against_its_format_is_refused(tmp_path: Path):
    create_empty_files(tmp_path / "sea.jpg")
    with pytest.raises(BadControls):
        plan_tasks([tmp_path / "sea.jpg"], OutputRule("monet", tmp_path / "sea.webp", "png"))


@pytest.mark.parametrize(("name", "format"), [("a.heic", "jpeg"), ("a.tiff", "png"), ("a.avif", "avif")])
def test_what_cannot_be_written_becomes_something_that_can(tmp_path: Path, name: str, format: str):
    create_empty_files(tmp_path / name)
    assert plan_outputs([tmp_path / name], OutputRule("monet", tmp_path / "out"))[0][1] == format


def test_a_format_that_was_asked_for_is_kept_to(tmp_path: Path):
    create_empty_files(tmp_path / "sea.jpg")
    out = tmp_path / "out"
    assert plan_outputs([tmp_path / "sea.jpg"], OutputRule("monet", out, "webp")) == [(str(out / "sea.webp"), "webp")]


def test_pictures_of_an_earlier_call_are_not_photos(tmp_path: Path):
    create_empty_files(tmp_path / "sea.jpg", tmp_path / "out" / "sea.jpg")
    assert len(plan_tasks([tmp_path], OutputRule("monet", tmp_path / "out"))) == 1


def test_what_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(BadPhoto, match=r"nothing\.jpg"):
        plan_tasks([tmp_path / "nothing.jpg"], OutputRule("monet"))
    with pytest.raises(BadPhoto, match="no photos"):
        plan_tasks([tmp_path], OutputRule("monet"))


def planned_names(given: list[Path], place: OutputRule) -> list[str]:
    return [str(task.output.relative_to(place.out or Path())) for task in plan_tasks(given, place)]


def test_four_photos_of_one_name_become_four_files_whatever_the_case_of_letters(tmp_path: Path):
    photos = [tmp_path / "a" / "IMG_1.jpg", tmp_path / "b" / "IMG_1.jpg", tmp_path / "c" / "img_1.JPG"]
    photos.append(tmp_path / "d" / "IMG_1 (2).jpg")
    create_empty_files(*photos)
    place = OutputRule("monet", tmp_path / "out")
    names = ["IMG_1.jpg", "IMG_1 (2).jpg", "img_1 (3).JPG", "IMG_1 (2) (2).jpg"]
    assert planned_names(photos, place) == names
    assert planned_names(photos, place) == names, "the same call gives the same names"


def test_folders_of_one_name_stay_apart_as_a_whole(tmp_path: Path):
    create_empty_files(
        tmp_path / "a" / "trip" / "1.jpg", tmp_path / "b" / "trip" / "1.jpg", tmp_path / "b" / "trip" / "2.jpg"
    )
    given = [tmp_path / "a" / "trip", tmp_path / "b" / "trip"]
    place = OutputRule("monet", tmp_path / "out")
    assert planned_names(given, place) == ["trip/1.jpg", "trip (2)/1.jpg", "trip (2)/2.jpg"]


def test_a_file_and_a_folder_never_want_one_place(tmp_path: Path):
    create_empty_files(tmp_path / "a" / "sea.jpg", tmp_path / "b" / "sea.jpg" / "1.jpg")
    place = OutputRule("monet", tmp_path / "out")
    given = [tmp_path / "a" / "sea.jpg", tmp_path / "b" / "sea.jpg"]
    assert planned_names(given, place) == ["sea.jpg", "sea (2).jpg/1.jpg"]
    assert planned_names(given[::-1], place) == ["sea.jpg/1.jpg", "sea (2).jpg"]


def test_digits_behind_a_point_are_no_ending(tmp_path: Path):
    photos = [tmp_path / "at 10.23.45", tmp_path / "at 10.23.59"]
    create_empty_files(*photos)
    place = OutputRule("monet", tmp_path / "out", "jpeg")
    assert planned_names(photos, place) == ["at 10.23.45.jpg", "at 10.23.59.jpg"]


@pytest.mark.parametrize("out", ["x.gif", "x.BMP", "x.tiff", "x.heic", "x.pdf"])
def test_an_ending_that_is_not_written_is_refused_and_no_folder_is_made(tmp_path: Path, out: str):
    create_empty_files(tmp_path / "sea.jpg")
    with pytest.raises(BadControls, match=r"\.jpg, \.jpeg, \.png, \.webp, \.avif"):
        plan_tasks([tmp_path / "sea.jpg"], OutputRule("monet", tmp_path / out))
    (tmp_path / out).mkdir()
    assert planned_names([tmp_path / "sea.jpg"], OutputRule("monet", tmp_path / out)) == ["sea.jpg"], (
        "a folder that is there"
    )


def test_several_photos_do_not_go_into_one_file(tmp_path: Path):
    create_empty_files(tmp_path / "trip" / "sea.jpg", tmp_path / "notes")
    for given in ([tmp_path / "trip"], [tmp_path / "trip" / "sea.jpg"] * 2):
        with pytest.raises(BadControls, match="more than one photo"):
            plan_tasks(given, OutputRule("monet", tmp_path / "all.jpg"))
    with pytest.raises(BadControls, match="no picture"):
        plan_tasks([tmp_path / "trip"], OutputRule("monet", tmp_path / "notes"))
    assert planned_names([tmp_path / "trip"], OutputRule("monet", tmp_path / "prints.v2")) == ["sea.jpg"]
