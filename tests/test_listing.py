"""Which files of a folder are pictures: the same everywhere."""

import io
import os
import zipfile
from pathlib import Path

import pytest

from ganvas.cli.output_paths import OutputRule, plan_tasks
from ganvas.errors import BadData
from ganvas.jobs.archive import ZipLimits, unpack_zip
from ganvas.learn.data.domains import list_split_paths
from ganvas.listing import is_system_file, list_pictures, list_unread
from tests.learn.conftest import write_pictures

LEFT_BY_SYSTEMS = (
    "._00.png",
    ".hidden/00.png",
    ".Trash/00.png",
    ".Trash-1000/files/00.png",
    ".thumbnails/00.png",
    "@eaDir/00.png",
    "deep/@eaDir/00.png",
    "#recycle/00.png",
    "__MACOSX/00.png",
    "__MACOSX/deep/._00.png",
    "$RECYCLE.BIN/00.png",
    "Thumbs.db",
    "deep/desktop.ini",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four pictures, a folder of two more, and all that systems leave beside them."""
    top = write_pictures(tmp_path / "photos", 4, 1)
    write_pictures(top / "deep", 2, 2)
    for name in LEFT_BY_SYSTEMS:
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes((top / "00.png").read_bytes())
    return top


MINE = ["00.png", "01.png", "02.png", "03.png", "deep/00.png", "deep/01.png"]


def test_what_systems_put_there_is_skipped_alike_by_commands_learning_and_judging(folder: Path, tmp_path: Path):
    ways = {
        "listing": list_pictures(folder),
        "judging": list_pictures(folder),
        "learning": list_split_paths(folder, None),
        "stylize": [task.photo for task in plan_tasks([folder], OutputRule("monet", tmp_path / "out"))],
    }
    for way, found in ways.items():
        assert [path.relative_to(folder).as_posix() for path in found] == MINE, way


def test_a_zip_is_read_by_the_same_rule(folder: Path):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
    assert sorted(name for name, _ in unpack_zip(data, ZipLimits(100, 1 << 24, 1 << 20))) == MINE


@pytest.mark.parametrize("name", ["sea.jpg", "a.b/sea.jpg", "trip/@home/sea.jpg", "thumbs/sea.jpg"])
def test_what_people_name_alike_is_kept(name: str):
    assert not is_system_file(name)


def test_a_linked_folder_is_followed_once_and_a_circle_ends(tmp_path: Path):
    top = write_pictures(tmp_path / "photos", 2, 1)
    other = write_pictures(tmp_path / "elsewhere", 2, 2)
    (top / "linked").symlink_to(other)
    (top / "linked again").symlink_to(other)
    (other / "up").symlink_to(top)
    (top / "nowhere").symlink_to(tmp_path / "gone")
    found = [path.relative_to(top).as_posix() for path in list_pictures(top)]
    assert found == ["00.png", "01.png", "linked/00.png", "linked/01.png"]


def test_a_linked_folder_within_is_listed_at_its_own_place(tmp_path: Path):
    top = write_pictures(tmp_path / "photos", 1, 1)
    write_pictures(top / "z", 1, 2)
    (top / "a").symlink_to(top / "z")
    assert [path.relative_to(top).as_posix() for path in list_pictures(top)] == ["00.png", "z/00.png"]


def test_a_hidden_folder_that_is_given_is_meant(tmp_path: Path):
    top = write_pictures(tmp_path / ".photos", 2, 1)
    assert len(list_pictures(top)) == 2


def test_a_file_is_a_folder_of_one(tmp_path: Path):
    top = write_pictures(tmp_path / "art", 2, 1)
    assert list_pictures(top / "01.png") == [top / "01.png"]


def test_kinds_that_are_not_read_are_found_so_that_they_can_be_told(tmp_path: Path):
    for name in ("a.bmp", "b.CR2", "c.txt", "._d.gif", "e.jpg"):
        (tmp_path / name).write_bytes(b"")
    assert [path.name for path in list_unread(tmp_path)] == ["a.bmp", "b.CR2"]


def test_a_folder_that_may_not_be_looked_into_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    top = write_pictures(tmp_path / "photos", 1, 1)
    locked = write_pictures(top / "locked", 1, 2)
    found = os.scandir

    def scan(folder: Path) -> object:
        if folder == locked:
            raise PermissionError(13, "Permission denied")
        return found(folder)

    monkeypatch.setattr(os, "scandir", scan)
    with pytest.raises(BadData, match=r"locked cannot be looked into: Permission denied"):
        list_pictures(top)
