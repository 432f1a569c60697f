"""The application as a whole: what it says of itself, what it is made of, and how it stops."""

import asyncio
import subprocess
import sys
import time

import pytest

from ganvas.errors import Forbidden
from ganvas.web.problems import PROBLEM_KINDS

FORM_START = (
    b"--x\r\nContent-Disposition: form-data; name=style\r\n\r\ninverting\r\n"
    b'--x\r\nContent-Disposition: form-data; name=photo; filename="a.jpg"\r\n\r\n'
)


def test_importing_the_web_loads_no_torch():
    code = "import sys, ganvas.web.app, ganvas.web.server; print('torch' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_every_route_describes_itself_with_an_example_or_a_type(default_app):
    api = default_app.client.get("/api/v1/openapi.json").json()
    assert {"/api/v1/styles", "/api/v1/pictures", "/api/v1/pictures/{key}", "/healthz", "/metrics"} <= set(api["paths"])
    for methods in api["paths"].values():
        for route in methods.values():
            assert route["summary"]
            assert route["description"]
    picture = api["components"]["schemas"]["Picture"]["properties"]
    assert all("examples" in field for field in picture.values())
    wish = api["components"]["schemas"]["PictureForm"]
    assert wish["required"] == ["photo", "style"]
    assert wish["additionalProperties"] is False


def test_problems_are_described_as_what_they_are(default_app):
    api = default_app.client.get("/api/v1/openapi.json").json()
    refused = api["paths"]["/api/v1/pictures"]["post"]["responses"]["429"]["content"]["application/problem+json"]
    assert refused["examples"]["busy"]["value"]["status"] == 429
    assert refused["schema"] == {"$ref": "#/components/schemas/Problem"}
    assert "right" in api["components"]["schemas"]["Problem"]["properties"]
    assert "HTTPValidationError" not in api["components"]["schemas"]


def test_the_description_for_people_needs_no_script_and_nothing_from_elsewhere(default_app):
    answer = default_app.client.get("/api/v1/docs")
    assert answer.status_code == 200
    assert "<script" not in answer.text
    assert "http://" not in answer.text
    assert "https://" not in answer.text
    assert "sha256-" in answer.headers["content-security-policy"]
    assert "/api/v1/pictures/{key}" in answer.text
    assert all(f"<tr id={kind}>" in answer.text for kind in PROBLEM_KINDS)


def test_a_route_that_is_not_there_is_a_problem(default_app):
    for method, path, status in (("GET", "/api/v1/nothing", 404), ("DELETE", "/api/v1/styles", 405)):
        answer = default_app.client.request(method, path)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"


def test_the_rings_are_around_everything(default_app):
    assert default_app.client.get("/api/v1/styles", headers={"Host": "evil.example"}).status_code == 421
    assert default_app.client.post("/api/v1/pictures", headers={"Origin": "http://evil.example"}).status_code == 403
    refused = default_app.client.get("/", headers={"Host": "evil.example"})
    assert refused.headers["x-content-type-options"] == "nosniff"
    assert (
        "access-control-allow-origin"
        not in default_app.client.get("/api/v1/styles", headers={"Origin": "http://a"}).headers
    )


def test_a_token_that_can_be_guessed_is_refused(open_app):
    with pytest.raises(Forbidden, match="16"):
        open_app(token="short")


def build_scope(app) -> dict:
    """A request for a picture as a server hands it to the application."""
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/api/v1/pictures",
        "raw_path": b"/api/v1/pictures",
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"localhost"), (b"content-type", b"multipart/form-data; boundary=x")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
        "app": app,
    }


def test_who_goes_away_stops_the_work(open_app, slow_engine, jpeg_photo):
    busy = open_app(slow_engine)
    parts = busy.app.state.services
    sent = []

    async def scene():
        gone = asyncio.Event()
        body = iter([{"type": "http.request", "body": FORM_START + jpeg_photo + b"\r\n--x--\r\n", "more_body": False}])

        async def receive():
            if message := next(body, None):
                return message
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message):
            sent.append(message)

        asked = asyncio.create_task(busy.app(build_scope(busy.app), receive, send))
        assert await asyncio.to_thread(parts.engine.started.acquire, timeout=20)
        gone.set()
        await asyncio.wait_for(asked, 20)

    asyncio.run(scene())
    assert parts.engine.stopped.wait(20)
    assert parts.engine.tiles > 0
    assert sent[0]["status"] == 499
    assert parts.picture_queue.occupied == 0


def test_stopping_the_server_stops_the_work(open_app, slow_engine):
    busy = open_app(slow_engine)
    parts = busy.app.state.services

    def work(on_tile):
        parts.engine.apply("inverting", None, None, on_progress=on_tile)

    async def scene():
        async with busy.app.router.lifespan_context(busy.app):
            running = asyncio.create_task(parts.picture_queue.run(work, asyncio.Event().wait))
            assert await asyncio.to_thread(parts.engine.started.acquire, timeout=20)
        assert await asyncio.gather(running, return_exceptions=True)

    asyncio.run(scene())
    assert parts.engine.stopped.is_set()


def test_networks_are_open_before_somebody_asks_for_them(open_app):
    warm = open_app(warm=True).app.state.services.engine
    until = time.monotonic() + 60
    while len(warm.slots) < 2 or not all(slot.session for slot in warm.slots.values()):
        assert time.monotonic() < until
        time.sleep(0.01)
    assert not open_app().app.state.services.engine.slots
