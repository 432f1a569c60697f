"""What a lost owner had can be given to another, and an owner can be forgotten."""

import time

import pytest
from typer.testing import CliRunner

from ganvas.cli.owners import owners
from ganvas.ledger.database import Database
from ganvas.ledger.ids import new_id
from ganvas.ledger.models import FolderRow, PictureRow
from ganvas.storage.blobs import Store


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("GANVAS_DATA", str(tmp_path))
    key = Store(tmp_path / "store").put(b"a picture")
    database = Database(f"sqlite:///{tmp_path / 'ganvas.db'}")
    size = {"media_type": "image/png", "width": 1, "height": 1, "bytes": 1, "seconds": 1.0}
    row = PictureRow(id=new_id(), owner="lost", key=key, name="a", style="monet@1", ask={}, made=time.time(), **size)
    with database.open_write_session() as session:
        session.add_all([row, FolderRow(owner="lost", name="sea"), FolderRow(owner="found", name="sea")])
    database.close()

    def invoke(*words: str) -> str:
        result = CliRunner().invoke(owners, words, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    return invoke


def test_what_a_lost_owner_had_is_given_to_another(run):
    assert "lost" in run("list")
    run("move", "lost", "found")
    assert "found" in run("list")
    assert "lost" not in run("list")


def test_of_a_deleted_owner_nothing_is_left(run):
    run("delete", "lost", "--yes")
    assert "Nobody" in run("list")
