"""Jobs over HTTP: forms and ZIPs in, progress and ZIPs out, nobody else's to see."""

import io
import json
import time
import zipfile
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from ganvas.errors import Busy
from ganvas.settings import Settings
from ganvas.web.app import MARGIN, doors
from tests.web.conftest import draw

URL = "/api/v1/jobs"


@pytest.fixture(scope="module")
def shop(serve):
    """An application whose worker works."""
    served = serve()
    parts = served.app.state.parts
    parts.shop.begin()
    yield served
    parts.shop.end()


def picture(number: int = 0) -> bytes:
    return draw("png", 40 + number, 30)


def packed(**files: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def ask(served, *photos: tuple[str, bytes], **fields):
    files = [("photos", (name, data, "application/octet-stream")) for name, data in photos]
    return served.client.post(URL, data={"style": "inverting"} | fields, files=files)


def finished(served, id: str) -> dict:
    end = time.monotonic() + 120
    while (job := served.client.get(f"{URL}/{id}").json())["state"] not in {"done", "failed", "cancelled"}:
        assert time.monotonic() < end
        time.sleep(0.05)
    return job


def test_photos_and_zips_become_pictures_with_their_names_and_folders(shop):
    archive = packed(
        **{"a/sea.png": picture(1), "__MACOSX/a/._sea.png": b"x", "b/no.bmp": b"text", "b/no.txt": b"text"}
    )
    answer = ask(shop, ("trip/me.png", picture()), ("all.zip", archive), style=["inverting", "copying"], format="png")
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"{URL}/{answer.json()['id']}"
    job = finished(shop, answer.json()["id"])
    assert job["counts"] == {"done": 4, "failed": 2} and job["pictures"] == 6
    bad = [part for part in job["parts"] if part["state"] == "failed"]
    assert {part["photo"] for part in bad} == {"b/no.bmp"} and all(part["error"]["right"] for part in bad)
    got = shop.client.get(f"{URL}/{job['id']}/pictures.zip")
    with zipfile.ZipFile(io.BytesIO(got.content)) as archive:
        assert archive.testzip() is None
        made = {f"{style}/{name}" for style in ("inverting", "copying") for name in ("trip/me.png", "a/sea.png")}
        assert set(archive.namelist()) == made | {"failed.txt"}
        good = next(part for part in job["parts"] if part["name"] == "inverting/a/sea.png")
        assert archive.read("inverting/a/sea.png") == shop.client.get(good["url"]).content


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
def test_what_is_wrong_is_said(shop, fields, status):
    answer = ask(shop, ("a.png", picture()), **fields)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_a_job_without_photos_is_refused(shop):
    assert ask(shop).status_code == 422


def test_a_zip_that_plays_tricks_is_refused(shop):
    answer = ask(shop, ("bad.zip", packed(**{"../../etc/passwd": b"x"})))
    assert answer.status_code == 422
    assert "leads out" in answer.json()["detail"]
    bomb = ask(shop, ("bomb.zip", packed(**{f"{number}.tif": bytes(60 << 20) for number in range(5)})))
    assert bomb.status_code == 413


def test_a_film_in_a_zip_fails_alone(shop):
    archive = packed(**{"film.mov": bytes(65 << 20), "sea.png": picture()})
    job = finished(shop, ask(shop, ("all.zip", archive)).json()["id"])
    assert job["state"] == "done"
    failed, made = job["parts"]
    assert (failed["photo"], failed["state"], made["photo"], made["state"]) == ("film.mov", "failed", "sea.png", "done")
    assert failed["error"]["what"] == "'film.mov' is over 64 MiB."
    assert shop.client.post(f"{URL}/{job['id']}/retry").status_code == 200
    assert finished(shop, job["id"])["counts"] == {"done": 1, "failed": 1}
    with zipfile.ZipFile(io.BytesIO(shop.client.get(f"{URL}/{job['id']}/pictures.zip").content)) as archive:
        assert b"film.mov" in archive.read("failed.txt")


def test_a_job_that_is_refused_leaves_nothing_behind(serve):
    served = serve(job_bytes=3 << 20)
    good, large = packed(**{"sea.png": picture()}), packed(**{"wide.tif": bytes(4 << 20)})
    assert ask(served, ("me.png", picture(1)), ("good.zip", good), ("large.zip", large)).status_code == 413
    assert list(served.store.keys()) == []
    assert ask(served, ("me.png", picture(1)), style="nothing").status_code == 404
    assert list(served.store.keys()) == []
    served.app.state.parts.shop.end()


def test_a_refused_job_takes_nothing_from_one_that_was_taken(serve):
    served = serve()
    id = ask(served, ("me.png", picture())).json()["id"]
    assert ask(served, ("me.png", picture()), ("bad.zip", b"PK\x03\x04")).status_code == 422
    assert len(list(served.store.keys())) == 1
    assert served.client.delete(f"{URL}/{id}").status_code == 204
    assert list(served.store.keys()) == []
    served.app.state.parts.shop.end()


def test_the_zips_of_a_body_have_one_allowance_together(serve):
    served = serve(job_bytes=5 << 20)
    zips = [(f"{number}.zip", packed(**{f"{number}.tif": bytes(2 << 20)})) for number in range(3)]
    assert ask(served, *zips[:2]).status_code == 202
    refused = ask(served, *zips)
    assert (refused.status_code, refused.json()["detail"]) == (
        413,
        "2.zip: The ZIP unpacks to more than is taken at once.",
    )
    served.app.state.parts.shop.end()


def test_unknown_styles_are_refused_before_a_photo_is_kept(serve, monkeypatch):
    served = serve()
    kept = []
    monkeypatch.setattr(served.store, "put", lambda *args, **more: kept.append(args) or "0" * 64)
    assert ask(served, ("me.png", picture()), style="nothing").status_code == 404
    assert not kept
    served.app.state.parts.shop.end()


def test_a_photo_that_is_too_large_is_not_read(serve, monkeypatch):
    served = serve(max_bytes=1 << 20)
    large = ("film.jpg", bytes(2 << 20))
    job = ask(served, large, ("me.png", picture())).json()
    failed = served.client.get(f"{URL}/{job['id']}").json()["parts"][0]
    assert (failed["state"], failed["error"]["what"]) == ("failed", "'film.jpg' is over 1 MiB.")
    assert ask(served, large).status_code == 413
    files = [("photos", ("me.png", picture(), "image/png")), ("mask", ("mask.png", large[1], "image/png"))]
    assert served.client.post(URL, data={"style": "inverting"}, files=files).status_code == 413
    assert [len(served.store.get(key)) for key in list(served.store.keys())] == [len(picture())]
    served.app.state.parts.shop.end()


def test_a_disk_that_is_nearly_full_takes_nothing_in(serve, photo):
    served = serve(free_bytes=1 << 60)
    for answer in (ask(served, ("me.png", picture())), served.post(photo)):
        assert (answer.status_code, answer.json()["title"]) == (507, "The server's disk is full")
    assert list(served.store.keys()) == []
    served.app.state.parts.shop.end()


def read_events(served, id: str, after: int = 0, most: int = 10**6) -> list[tuple[int, str, dict]]:
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
                if len(events) >= most:
                    break
    return events


def test_dropped_streams_lose_no_event(shop):
    id = ask(shop, *[(f"{number}.png", picture(number)) for number in range(12)]).json()["id"]
    finished(shop, id)
    whole = read_events(shop, id)
    assert [number for number, _, _ in whole] == list(range(1, len(whole) + 1))
    pieces: list[tuple[int, str, dict]] = []
    while len(pieces) < len(whole):
        pieces += read_events(shop, id, after=len(pieces), most=1)
    assert pieces == whole
    assert {(event["number"], event["state"]) for _, kind, event in whole if kind == "part"} >= {
        (number, "done") for number in range(1, 13)
    }


def test_a_stream_tells_what_happens_while_it_is_open(shop):
    id = ask(shop, *[(f"{number}.png", picture(number)) for number in range(6)]).json()["id"]
    events = read_events(shop, id)
    assert events[-1][2]["state"] == "done"
    assert shop.client.get(f"{URL}/{id}").json()["event"] == events[-1][0]


def test_browsers_have_owners_of_their_own(shop):
    def browser() -> TestClient:
        headers = {"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:8000"}
        return TestClient(shop.app, base_url="http://127.0.0.1:8000", headers=headers)

    one, other = browser(), browser()
    answer = one.post(URL, data={"style": "inverting"}, files=[("photos", ("a.png", picture(), "image/png"))])
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
        shop.app, base_url="http://127.0.0.1:8000", cookies={name: value[:-1] + "0"[value[-1] == "0" :]}
    )
    assert forged.get(f"{URL}/{id}").status_code == 404 or value.endswith("0")


@pytest.mark.parametrize("most", [{"wait_bytes": 100}, {"wait_pixels": 160 * 120 - 1}])
def test_a_picture_that_takes_long_becomes_a_job(serve, photo, most):
    served = serve(**most)
    answer = served.post(photo)
    assert answer.status_code == 202
    assert answer.headers["location"] == f"{URL}/{answer.json()['id']}"
    assert served.client.get(answer.headers["location"]).json()["priority"] == 1
    assert served.post(photo, long_edge="32").status_code == 201
    served.app.state.parts.shop.end()


def test_a_job_is_taken_when_all_places_for_pictures_are(serve, photo):
    served = serve()
    turns = served.app.state.parts.turns
    turns.inside = turns.room
    assert served.post(photo).status_code == 429
    assert ask(served, ("a.png", picture())).status_code == 202
    turns.inside = 0
    served.app.state.parts.shop.end()


def test_jobs_that_are_received_have_a_limit_of_their_own(served):
    entrance = doors(replace(served.app.state.parts, settings=Settings(uploads=3, job_bytes=1000)))["/api/v1/jobs"]
    assert entrance.bytes == 1000 + MARGIN
    for _ in range(3):
        entrance.enter()
    with pytest.raises(Busy) as refused:
        entrance.enter()
    assert refused.value.retry_after >= 1


def test_the_limits_of_jobs_are_the_settings(serve):
    served = serve(job_pictures=1, owner_jobs=1)
    assert ask(served, ("a.png", picture(1)), ("b.png", picture(2))).status_code == 413
    assert ask(served, ("a.png", picture(1))).status_code == 202
    busy = ask(served, ("a.png", picture(1)))
    assert busy.status_code == 429 and int(busy.headers["retry-after"]) >= 1
    served.app.state.parts.shop.end()


def test_every_get_has_a_head(shop):
    id = ask(shop, ("a.png", picture())).json()["id"]
    finished(shop, id)
    for path in ("", f"/{id}", f"/{id}/events", f"/{id}/pictures.zip"):
        head = shop.client.head(f"{URL}{path}")
        assert (head.status_code, head.content) == (200, b"")
    assert shop.client.head(f"{URL}/nothing/events").status_code == 404


def test_who_will_not_wait_need_not(shop, photo):
    files = {"photo": ("a.jpg", photo, "image/jpeg")}
    headers = {"Prefer": "respond-async"}
    answer = shop.client.post("/api/v1/pictures", data={"style": "inverting"}, files=files, headers=headers)
    assert answer.status_code == 202 and answer.headers["preference-applied"] == "respond-async"


def test_jobs_are_stopped_and_deleted(serve):
    idle = serve()
    id = ask(idle, ("a.png", picture())).json()["id"]
    states = [idle.client.post(f"{URL}/{id}/{act}").json()["state"] for act in ("pause", "resume", "cancel", "retry")]
    assert states == ["paused", "queued", "cancelled", "queued"]
    assert idle.client.get(URL).json()["jobs"][0]["position"] == 1
    assert idle.client.get(f"{URL}/{id}/pictures.zip").status_code == 404
    assert idle.client.delete(f"{URL}/{id}").status_code == 204
    assert idle.client.get(f"{URL}/{id}").status_code == 404
    assert idle.client.get(URL).json() == {"jobs": [], "next": None}
    assert list(idle.store.keys()) == []
    idle.app.state.parts.shop.end()


def test_what_was_made_is_in_the_history_until_it_is_deleted(serve, photo):
    served = serve()
    made = served.post(photo, strength="0.5").json()
    served.post(photo, long_edge="32")
    entry, *more = served.client.get("/api/v1/history").json()["pictures"]
    assert not more, "previews are nobody's history"
    assert entry["settings"]["strength"] == 0.5 and entry["style"] == "inverting@1"
    assert served.client.get(entry["url"]).content == served.store.get(made["key"])
    assert served.client.get(entry["photo"]).content == photo
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
    served.app.state.parts.shop.end()
