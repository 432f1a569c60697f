"""Which files of a folder are pictures that somebody put there."""

import os
from pathlib import Path

import pytest

from ganvas.listing import is_sidecar, is_system_file, list_pictures


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def listed(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in list_pictures(folder)]


def test_what_systems_put_into_folders_is_left_out(tmp_path: Path):
    touch(tmp_path, "sea.jpg", "day 1/hill.HEIC", ".Trash/a.jpg", ".Trash-1000/files/a.jpg", "day 1/@eaDir/a/b.jpg")
    touch(tmp_path, ".thumbnails/a.jpg", "._sea.jpg", "#recycle/a.png", "$RECYCLE.BIN/a.png", "lost+found/a.jpg")
    touch(tmp_path, "__MACOSX/._sea.jpg", "notes.txt", "sea.xmp", "Thumbs.db")
    assert listed(tmp_path) == ["day 1/hill.HEIC", "sea.jpg"]


def test_a_folder_that_is_hidden_itself_is_read_when_it_is_given(tmp_path: Path):
    touch(tmp_path, ".private/sea.jpg")
    assert listed(tmp_path / ".private") == ["sea.jpg"]


def test_linked_folders_are_followed_once_and_circles_end(tmp_path: Path):
    touch(tmp_path, "trip/z/sea.jpg", "elsewhere/hill.jpg", "elsewhere/deep/wood.jpg")
    trip = tmp_path / "trip"
    (trip / "a").symlink_to(trip / "z")  # there itself: taken from where it is
    (trip / "b").symlink_to(tmp_path / "elsewhere")
    (trip / "c").symlink_to(tmp_path / "elsewhere")
    (trip / "z" / "up").symlink_to(trip)
    (tmp_path / "elsewhere" / "deep" / "round").symlink_to(tmp_path / "elsewhere")
    (trip / "nowhere").symlink_to(tmp_path / "nothing")
    (trip / "linked.jpg").symlink_to(tmp_path / "elsewhere" / "hill.jpg")
    assert listed(trip) == ["b/deep/wood.jpg", "b/hill.jpg", "linked.jpg", "z/sea.jpg"]


def test_names_that_are_no_utf_8_are_listed(tmp_path: Path):
    name = os.fsdecode(b"b\xc4\xe3.jpg")
    touch(tmp_path, name)
    assert [path.name for path in list_pictures(tmp_path)] == [name]


@pytest.mark.parametrize(
    "name", [".DS_Store", "trip/._sea.jpg", "TRIP/thumbs.DB", "a\\@eaDir\\b.jpg", "__MACOSX/a.jpg"]
)
def test_a_systems_files_are_known(name: str):
    assert is_system_file(name)


@pytest.mark.parametrize("name", ["./sea.jpg", "../sea.jpg", "trip.d/sea.jpg", "my thumbs.db.jpg", "…/sea.jpg"])
def test_other_files_are_somebodys(name: str):
    assert not is_system_file(name)


def test_sidecars_are_known_by_their_ending():
    assert all(map(is_sidecar, ["a/IMG_1.AAE", "IMG_1.xmp", "IMG_1.jpg.json", "readme.txt"]))
    assert not any(map(is_sidecar, ["IMG_1.jpg", "xmp", "a.json/b.png"]))
