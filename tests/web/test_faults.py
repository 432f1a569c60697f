"""What is wrong with text, disks, databases and thumbnails is said by name, and done once."""

import errno
import logging
import sqlite3
import threading

import pytest
from sqlalchemy.exc import OperationalError

from ganvas.errors import NoSpace, NotWritable
from ganvas.settings import Settings
from ganvas.storage.blobs import Store
from ganvas.web import thumbnails
from ganvas.web.faults import find_fault

FULL = OSError(errno.ENOSPC, "No space left on device")
CLOSED = OSError(errno.EROFS, "Read-only file system")


class Postgres(Exception):
    """An error of PostgreSQL's."""

    sqlstate = "53100"


def of_sqlite(code: int) -> OperationalError:
    """What SQLAlchemy raises for an error of SQLite's."""
    error = sqlite3.OperationalError("it failed")
    error.sqlite_errorcode = code
    return OperationalError("insert", {}, error)


@pytest.mark.parametrize(
    ("error", "means"),
    [
        (FULL, NoSpace),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), NoSpace),
        (of_sqlite(sqlite3.SQLITE_FULL), NoSpace),
        (OperationalError("insert", {}, Postgres()), NoSpace),
        (CLOSED, NotWritable),
        (of_sqlite(sqlite3.SQLITE_READONLY), NotWritable),
        (of_sqlite(sqlite3.SQLITE_BUSY), type(None)),
        (OSError(errno.EIO, "Input/output error"), type(None)),
    ],
)
def test_errors_of_disks_and_databases_have_a_meaning(error, means):
    assert isinstance(find_fault(error), means)


@pytest.mark.parametrize(("error", "status"), [(FULL, 507), (CLOSED, 503)])
def test_a_disk_that_fails_is_named_and_not_traced(open_app, jpeg_photo, monkeypatch, caplog, error, status):
    served = open_app()

    def fail(*args):
        raise error

    monkeypatch.setattr("ganvas.storage.blobs.write_synced", fail)
    files = [("photos", ("a.jpg", jpeg_photo, "image/jpeg"))]
    with caplog.at_level(logging.INFO):
        answers = [
            served.post_photo(jpeg_photo),
            served.client.post("/api/v1/jobs", data={"style": "inverting"}, files=files),
        ]
    assert [answer.status_code for answer in answers] == [status, status]
    assert all(answer.json()["title"] for answer in answers)
    assert not any(record.exc_info for record in caplog.records)
    served.app.state.services.job_runtime.close()


def test_a_form_that_finds_no_room_while_it_is_read_is_507(open_app, monkeypatch):
    served = open_app()

    async def fail(*args):
        raise FULL

    monkeypatch.setattr("starlette.datastructures.UploadFile.write", fail)
    assert served.post_photo(b"x").status_code == 507


def test_a_server_that_cannot_write_is_not_ready(open_app, monkeypatch):
    assert open_app().client.get("/readyz").status_code == 200
    full = open_app(free_bytes=1 << 60).client.get("/readyz")
    assert (full.status_code, full.json()["detail"]) == (503, "The server's disk is full, or nearly.")

    def fail(*args, **more):
        raise CLOSED

    monkeypatch.setattr("ganvas.web.api.health.TemporaryFile", fail)
    assert open_app().client.get("/readyz").status_code == 503


def test_a_store_that_cannot_be_written_is_said_in_one_line(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NotWritable, match="cannot be written"):
        Store(tmp_path / "file" / "store")


def test_a_database_that_cannot_be_written_is_said_in_one_line(tmp_path):
    from ganvas.ledger.database import Database

    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NotWritable, match="cannot be written"):
        Database(Settings(data=tmp_path / "file").database_url)
    with pytest.raises(NotWritable, match="cannot be used"):
        Database(f"sqlite:///{tmp_path}")


@pytest.mark.parametrize("letter", ["\\u0000", "\\ud800"])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/v1/history/folders", '{"name": "a%s"}'),
        ("PATCH", "/api/v1/history/nothing", '{"name": "a%s"}'),
        ("PATCH", "/api/v1/history/nothing", '{"folder": "a%s"}'),
        ("PUT", "/api/v1/styles/order", '{"names": ["a%s"]}'),
        ("POST", "/api/v1/login", '{"token": "a%s"}'),
    ],
)
def test_text_that_cannot_be_kept_is_refused_in_bodies(default_app, method, path, body, letter):
    answer = default_app.client.request(
        method, path, content=body % letter, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, "NUL" in answer.json()["detail"]) == (422, True)


@pytest.mark.parametrize("field", ["name", "style", "cut", "colour"])
def test_text_that_cannot_be_kept_is_refused_in_forms(default_app, jpeg_photo, field):
    files = [("photos", ("a.jpg", jpeg_photo, "image/jpeg"))]
    answer = default_app.client.post("/api/v1/jobs", data={"style": "inverting"} | {field: "a\0"}, files=files)
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/api/v1/history?q=%00", 422),
        ("/api/v1/history?folder=a%00", 422),
        ("/api/v1/history?before=%00", 422),
        ("/api/v1/jobs?before=%00", 422),
        ("/api/v1/history/%00", 404),
        ("/api/v1/history/%00/thumbnail", 404),
        ("/api/v1/jobs/%00", 404),
        ("/api/v1/jobs/%00/events", 404),
        ("/api/v1/styles/%00", 404),
        ("/%00", 404),
    ],
)
def test_addresses_with_a_nul_reach_no_database(default_app, target, status):
    assert default_app.client.get(target).status_code == status


@pytest.mark.parametrize("path", ["/" + "a" * 256, "/" + "a" * 256 + ".js", "/b/" + "a" * 300, "/_app/" + "a" * 256])
def test_a_part_of_a_path_that_is_too_long_for_a_file_is_not_found(open_app, tmp_path, path):
    from fastapi.testclient import TestClient

    from ganvas.web.static_files import StudioFiles

    (tmp_path / "index.html").write_text("<p>page</p>")
    (tmp_path / "404.html").write_text("<p>lost</p>")

    async def app(scope, receive, send):
        from starlette.exceptions import HTTPException
        from starlette.responses import Response

        try:
            await StudioFiles(tmp_path)(scope, receive, send)
        except HTTPException as error:
            await Response(status_code=error.status_code)(scope, receive, send)

    assert TestClient(app).get(path).status_code == 404


def test_a_thumbnail_that_many_ask_for_is_made_once(open_app, jpeg_photo, monkeypatch):
    served = open_app()
    served.post_photo(jpeg_photo)
    place = served.client.get("/api/v1/history").json()["pictures"][0]["thumbnail"]
    made, go, shrink = [], threading.Event(), thumbnails.encode_thumbnail

    def count(parts, key):
        made.append(key)
        go.wait(10)
        return shrink(parts, key)

    monkeypatch.setattr(thumbnails, "encode_thumbnail", count)
    answers = []
    callers = [threading.Thread(target=lambda: answers.append(served.client.get(place).status_code)) for _ in range(12)]
    for caller in callers:
        caller.start()
    assert served.client.get("/healthz").status_code == 200
    go.set()
    for caller in callers:
        caller.join()
    assert answers == [200] * 12
    assert len(made) == 1
    assert not served.app.state.services.thumbnails.locks
    served.app.state.services.job_runtime.close()
