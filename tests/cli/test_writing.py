"""A picture is put into its file whole, and over nothing but the picture of an earlier call."""

import os
import threading
from pathlib import Path

import pytest

from ganvas.cli.writing import read_version, write_picture


def test_a_picture_of_an_earlier_call_is_replaced(tmp_path: Path):
    path = tmp_path / "prints" / "sea.jpg"
    assert write_picture(b"1", path, None) == path
    assert write_picture(b"2", path, read_version(path)) == path
    assert path.read_bytes() == b"2"
    assert os.listdir(path.parent) == ["sea.jpg"], "nothing else is left"


def test_what_came_meanwhile_stays(tmp_path: Path):
    path = tmp_path / "sea.jpg"
    path.write_bytes(b"theirs")
    assert write_picture(b"ours", path, None) == tmp_path / "sea (2).jpg"
    earlier = read_version(path)
    path.unlink()
    path.write_bytes(b"theirs, another")
    assert write_picture(b"ours", path, earlier) == tmp_path / "sea (3).jpg"
    assert path.read_bytes() == b"theirs, another"


def test_two_at_once_lose_nothing(tmp_path: Path):
    start = threading.Barrier(16)
    written: list[Path] = []

    def write(number: int) -> None:
        start.wait()
        written.append(write_picture(b"%d" % number, tmp_path / "sea.jpg", None))

    writers = [threading.Thread(target=write, args=(number,)) for number in range(16)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert {path.read_bytes() for path in written} == {b"%d" % number for number in range(16)}


def test_a_file_system_without_links_loses_nothing_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise PermissionError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    assert [write_picture(b"%d" % n, tmp_path / "a.jpg", None).name for n in (1, 2)] == ["a.jpg", "a (2).jpg"]
    assert sorted(path.read_bytes() for path in tmp_path.iterdir()) == [b"1", b"2"]


def test_a_name_as_long_as_may_be_is_written(tmp_path: Path):
    path = tmp_path / ("x" * 251 + ".jpg")
    assert write_picture(b"1", path, None) == path
