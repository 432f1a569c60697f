"""Jobs over HTTP: forms and ZIPs in, progress and ZIPs out, nobody else's to see."""

import io
import json
import time
import zipfile
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from ganvas.errors import Overloaded
from ganvas.settings import Settings
from ganvas.web.app import FORM_OVERHEAD_BYTES, build_body_limits
from tests.web.conftest import draw_picture

URL = "/api/v1/jobs"


@pytest.fixture(scope="module")
def worker_app(open_app):
    """An application whose worker works."""
    served = open_app()
    parts = served.app.state.services
    parts.job_runtime.start_worker()
    yield served
    parts.job_runtime.close()


def draw_small_png(number: int = 0) -> bytes:
    return draw_picture("png", 40 + number, 30)


def build_named_zip(**files: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def submit_photos(served, *photos: tuple[str, bytes], **fields):
    files = [("photos", (name, data, "application/octet-stream")) for name, data in photos]
    return served.client.post(URL, data={"style": "inverting"} | fields, files=files)


def wait_for_job(served, id: str) -> dict:
    end = time.monotonic() + 120
    while (job := served.client.get(f"{URL}/{id}").json())["state"] not in {"done", "failed", "cancelled"}:
        assert time.monotonic() < end
        time.sleep(0.05)
    return job


def test_photos_and_zips_become_pictures_with_their_names_and_folders(worker_app):
    archive = build_named_zip(
        **{"a/sea.png": draw_small_png(1), "__MACOSX/a/._sea.png": b"x", "b/no.bmp": b"text", "b/no.txt": b"text"}
    )
    answer = submit_photos(
        worker_app,
        ("trip/me.png", draw_small_png()),
        ("all.zip", archive),
        style=["inverting", "copying"],
        format="png",
    )
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"{URL}/{answer.json()['id']}"
    job = wait_for_job(worker_app, answer.json()["id"])
    assert job["counts"] == {"done": 4, "failed": 2} and job["pictures"] == 6
    bad = [part for part in job["parts"] if part["state"] == "failed"]
    assert {part["photo"] for part in bad} == {"b/no.bmp"} and all(part["error"]["right"] for part in bad)
    got = worker_app.client.get(f"{URL}/{job['id']}/pictures.zip")
    with zipfile.ZipFile(io.BytesIO(got.content)) as archive:
        assert archive.testzip() is None
        made = {f"{style}/{name}" for style in ("inverting", "copying") for name in ("trip/me.png", "a/sea.png")}
        assert set(archive.namelist()) == made | {"failed.txt"}
        good = next(part for part in job["parts"] if part["name"] == "inverting/a/sea.png")
        assert archive.read("inverting/a/sea.png") == worker_app.client.get(good["url"]).content


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"style": "nothing"}, 404),
        ({"strength": "3"}, 422),
        ({"colours": "red"}, 422),
        ({"priority": "0"}, 422),
        ({"format": "gif"}, 422),
    ],
)
def test_what_is_wrong_is_said(worker_app, fields, status):
    answer = submit_photos(worker_app, ("a.png", draw_small_png()), **fields)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_a_job_without_photos_is_refused(worker_app):
    assert submit_photos(worker_app).status_code == 422


def test_a_zip_that_plays_tricks_is_refused(worker_app):
    answer = submit_photos(worker_app, ("bad.zip", build_named_zip(**{"../../etc/passwd": b"x"})))
    assert answer.status_code == 422
    assert "leads out" in answer.json()["detail"]
    bomb = submit_photos(
        worker_app, ("bomb.zip", build_named_zip(**{f"{number}.tif": bytes(60 << 20) for number in range(5)}))
    )
    assert bomb.status_code == 413


def test_a_film_in_a_zip_fails_alone(worker_app):
    archive = build_named_zip(**{"film.mov": bytes(65 << 20), "sea.png": draw_small_png()})
    job = wait_for_job(worker_app, submit_photos(worker_app, ("all.zip", archive)).json()["id"])
    assert job["state"] == "done"
    failed, made = job["parts"]
    assert (failed["photo"], failed["state"], made["photo"], made["state"]) == ("film.mov", "failed", "sea.png", "done")
    assert failed["error"]["what"] == "'film.mov' is over 64 MiB."
    assert worker_app.client.post(f"{URL}/{job['id']}/retry").status_code == 200
    assert wait_for_job(worker_app, job["id"])["counts"] == {"done": 1, "failed": 1}
    with zipfile.ZipFile(io.BytesIO(worker_app.client.get(f"{URL}/{job['id']}/pictures.zip").content)) as archive:
        assert b"film.mov" in archive.read("failed.txt")


def test_a_job_that_is_refused_leaves_nothing_behind(open_app):
    served = open_app(job_bytes=3 << 20)
    good, large = build_named_zip(**{"sea.png": draw_small_png()}), build_named_zip(**{"wide.tif": bytes(4 << 20)})
    assert (
        submit_photos(served, ("me.png", draw_small_png(1)), ("good.zip", good), ("large.zip", large)).status_code
        == 413
    )
    assert list(served.store.keys()) == []
    assert submit_photos(served, ("me.png", draw_small_png(1)), style="nothing").status_code == 404
    assert list(served.store.keys()) == []
    served.app.state.services.job_runtime.close()


def test_a_refused_job_takes_nothing_from_one_that_was_taken(open_app):
    served = open_app()
    id = submit_photos(served, ("me.png", draw_small_png())).json()["id"]
    assert submit_photos(served, ("me.png", draw_small_png()), ("bad.zip", b"PK\x03\x04")).status_code == 422
    assert len(list(served.store.keys())) == 1
    assert served.client.delete(f"{URL}/{id}").status_code == 204
    assert list(served.store.keys()) == []
    served.app.state.services.job_runtime.close()


def test_the_zips_of_a_body_have_one_allowance_together(open_app):
    served = open_app(job_bytes=5 << 20)
    zips = [(f"{number}.zip", build_named_zip(**{f"{number}.tif": bytes(2 << 20)})) for number in range(3)]
    assert submit_photos(served, *zips[:2]).status_code == 202
    refused = submit_photos(served, *zips)
    assert (refused.status_code, refused.json()["detail"]) == (
        413,
        "2.zip: The ZIP unpacks to more than is taken at once.",
    )
    served.app.state.services.job_runtime.close()


def test_unknown_styles_are_refused_before_a_photo_is_kept(open_app, monkeypatch):
    served = open_app()
    kept = []
    monkeypatch.setattr(served.store, "put", lambda *args, **more: kept.append(args) or "0" * 64)
    assert submit_photos(served, ("me.png", draw_small_png()), style="nothing").status_code == 404
    assert not kept
    served.app.state.services.job_runtime.close()


def test_a_photo_that_is_too_large_is_not_read(open_app, monkeypatch):
    served = open_app(max_bytes=1 << 20)
    large = ("film.jpg", bytes(2 << 20))
    job = submit_photos(served, large, ("me.png", draw_small_png())).json()
    failed = served.client.get(f"{URL}/{job['id']}").json()["parts"][0]
    assert (failed["state"], failed["error"]["what"]) == ("failed", "'film.jpg' is over 1 MiB.")
    assert submit_photos(served, large).status_code == 413
    files = [("photos", ("me.png", draw_small_png(), "image/png")), ("mask", ("mask.png", large[1], "image/png"))]
    assert served.client.post(URL, data={"style": "inverting"}, files=files).status_code == 413
    assert [len(served.store.get(key)) for key in list(served.store.keys())] == [len(draw_small_png())]
    served.app.state.services.job_runtime.close()


def test_a_disk_that_is_nearly_full_takes_nothing_in(open_app, jpeg_photo):
    served = open_app(free_bytes=1 << 60)
    for answer in (submit_photos(served, ("me.png", draw_small_png())), served.post_photo(jpeg_photo)):
        assert (answer.status_code, answer.json()["title"]) == (507, "The server's disk is full")
    assert list(served.store.keys()) == []
    served.app.state.services.job_runtime.close()


def read_events(served, id: str, after: int = 0, limit: int = 10**6) -> list[tuple[int, str, dict]]:
    """The events of a stream until it ends, or until the connection is dropped after so many."""
    events: list[tuple[int, str, dict]] = []
    with served.client.stream("GET", f"{URL}/{id}/events", headers={"Last-Event-ID": str(after)}) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        number, kind = 0, ""
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "id":
                number = int(value)
            elif name == "data" and kind in {"job", "part", "progress"}:
                events.append((number, kind, json.loads(value)))
                if len(events) >= limit:
                    break
    return events


def test_dropped_streams_lose_no_event(worker_app):
    id = submit_photos(worker_app, *[(f"{number}.png", draw_small_png(number)) for number in range(12)]).json()["id"]
    wait_for_job(worker_app, id)
    whole = read_events(worker_app, id)
    assert [number for number, _, _ in whole] == list(range(1, len(whole) + 1))
    pieces: list[tuple[int, str, dict]] = []
    while len(pieces) < len(whole):
        pieces += read_events(worker_app, id, after=len(pieces), limit=1)
    assert pieces == whole
    assert {(event["number"], event["state"]) for _, kind, event in whole if kind == "part"} >= {
        (number, "done") for number in range(1, 13)
    }


def test_a_stream_tells_what_happens_while_it_is_open(worker_app):
    id = submit_photos(worker_app, *[(f"{number}.png", draw_small_png(number)) for number in range(6)]).json()["id"]
    events = read_events(worker_app, id)
    assert events[-1][2]["state"] == "done"
    assert worker_app.client.get(f"{URL}/{id}").json()["event"] == events[-1][0]


def test_browsers_have_owners_of_their_own(worker_app):
    def browser() -> TestClient:
        headers = {"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:8000"}
        return TestClient(worker_app.app, base_url="http://127.0.0.1:8000", headers=headers)

    one, other = browser(), browser()
    answer = one.post(URL, data={"style": "inverting"}, files=[("photos", ("a.png", draw_small_png(), "image/png"))])
    assert answer.status_code == 202
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie
    id = answer.json()["id"]
    assert one.get(f"{URL}/{id}").status_code == 200
    for path in ("", "/events", "/pictures.zip"):
        assert other.get(f"{URL}/{id}{path}").status_code == 404
    assert other.post(f"{URL}/{id}/cancel").status_code == 404
    name, _, value = cookie.partition(";")[0].partition("=")
    forged = TestClient(
        worker_app.app, base_url="http://127.0.0.1:8000", cookies={name: value[:-1] + "0"[value[-1] == "0" :]}
    )
    assert forged.get(f"{URL}/{id}").status_code == 404 or value.endswith("0")


@pytest.mark.parametrize("most", [{"wait_bytes": 100}, {"wait_pixels": 160 * 120 - 1}])
def test_a_picture_that_takes_long_becomes_a_job(open_app, jpeg_photo, most):
    served = open_app(**most)
    answer = served.post_photo(jpeg_photo)
    assert answer.status_code == 202
    assert answer.headers["location"] == f"{URL}/{answer.json()['id']}"
    assert served.client.get(answer.headers["location"]).json()["priority"] == 1
    assert served.post_photo(jpeg_photo, long_edge="32").status_code == 201
    served.app.state.services.job_runtime.close()


def test_a_job_is_taken_when_all_places_for_pictures_are(open_app, jpeg_photo):
    served = open_app()
    turns = served.app.state.services.picture_queue
    turns.occupied = turns.capacity
    assert served.post_photo(jpeg_photo).status_code == 429
    assert submit_photos(served, ("a.png", draw_small_png())).status_code == 202
    turns.occupied = 0
    served.app.state.services.job_runtime.close()


def test_jobs_that_are_received_have_a_limit_of_their_own(default_app):
    entrance = build_body_limits(replace(default_app.app.state.services, settings=Settings(uploads=3, job_bytes=1000)))[
        "/api/v1/jobs"
    ]
    assert entrance.max_bytes == 1000 + FORM_OVERHEAD_BYTES
    for _ in range(3):
        entrance.acquire()
    with pytest.raises(Overloaded) as refused:
        entrance.acquire()
    assert refused.value.retry_after >= 1


def test_the_limits_of_jobs_are_the_settings(open_app):
    served = open_app(job_pictures=1, owner_jobs=1)
    assert submit_photos(served, ("a.png", draw_small_png(1)), ("b.png", draw_small_png(2))).status_code == 413
    assert submit_photos(served, ("a.png", draw_small_png(1))).status_code == 202
    busy = submit_photos(served, ("a.png", draw_small_png(1)))
    assert busy.status_code == 429 and int(busy.headers["retry-after"]) >= 1
    served.app.state.services.job_runtime.close()


def test_every_get_of_jobs_has_a_head(worker_app):
    id = submit_photos(worker_app, ("a.png", draw_small_png())).json()["id"]
    wait_for_job(worker_app, id)
    for path in ("", f"/{id}", f"/{id}/events", f"/{id}/pictures.zip"):
        head = worker_app.client.head(f"{URL}{path}")
        assert (head.status_code, head.content) == (200, b"")
    assert worker_app.client.head(f"{URL}/nothing/events").status_code == 404


def test_who_will_not_wait_need_not(worker_app, jpeg_photo):
    files = {"photo": ("a.jpg", jpeg_photo, "image/jpeg")}
    headers = {"Prefer": "respond-async"}
    answer = worker_app.client.post("/api/v1/pictures", data={"style": "inverting"}, files=files, headers=headers)
    assert answer.status_code == 202 and answer.headers["preference-applied"] == "respond-async"


def test_jobs_are_stopped_and_deleted(open_app):
    idle = open_app()
    id = submit_photos(idle, ("a.png", draw_small_png())).json()["id"]
    states = [idle.client.post(f"{URL}/{id}/{act}").json()["state"] for act in ("pause", "resume", "cancel", "retry")]
    assert states == ["paused", "queued", "cancelled", "queued"]
    assert idle.client.get(URL).json()["jobs"][0]["position"] == 1
    assert idle.client.get(f"{URL}/{id}/pictures.zip").status_code == 404
    assert idle.client.delete(f"{URL}/{id}").status_code == 204
    assert idle.client.get(f"{URL}/{id}").status_code == 404
    assert idle.client.get(URL).json() == {"jobs": [], "next": None}
    assert list(idle.store.keys()) == []
    idle.app.state.services.job_runtime.close()


def test_what_was_made_is_in_the_history_until_it_is_deleted(open_app, jpeg_photo):
    served = open_app()
    made = served.post_photo(jpeg_photo, strength="0.5").json()
    served.post_photo(jpeg_photo, long_edge="32")
    entry, *more = served.client.get("/api/v1/history").json()["pictures"]
    assert not more, "previews are nobody's history"
    assert entry["settings"]["strength"] == 0.5 and entry["style"] == "inverting@1"
    assert served.client.get(entry["url"]).content == served.store.get(made["key"])
    assert served.client.get(entry["photo"]).content == jpeg_photo
    path = f"/api/v1/history/{entry['id']}"
    changed = served.client.patch(path, json={"star": True, "folder": " Trip ", "name": "sea.jpg"}).json()
    assert (changed["star"], changed["folder"], changed["name"]) == (True, "Trip", "sea.jpg")
    assert served.client.get("/api/v1/history/folders").json() == {"folders": {"Trip": 1}}
    found = [
        len(served.client.get("/api/v1/history", params=params).json()["pictures"])
        for params in ({"q": "SEA trip"}, {"q": "100%"}, {"folder": "Trip", "star": True}, {"folder": ""})
    ]
    assert found == [1, 0, 1, 0]
    assert served.client.delete(path).status_code == 204
    assert served.client.get(path).status_code == 404
    assert made["key"] not in set(served.store.keys())
    served.app.state.services.job_runtime.close()
