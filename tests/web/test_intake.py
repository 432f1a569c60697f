"""Bodies are counted while they stream in."""

import anyio
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from ganvas.errors import Busy
from ganvas.web import intake
from ganvas.web.intake import Door, Intake, anybody

LIMIT = 1000


async def count(scope, receive, send):
    """An application that reads all and says how much it was."""
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)))(scope, receive, send)


def ring(app=count, check=anybody, most=2) -> Intake:
    return Intake(app, {"/pictures": Door(LIMIT, most, check), "/jobs": Door(LIMIT, 1)})


def scope(path: str = "/pictures", length: int | None = None):
    headers = [] if length is None else [(b"content-length", str(length).encode())]
    return {"type": "http", "method": "POST", "path": path, "headers": headers}


class Wire:
    """A caller who sends pieces, and what came back."""

    def __init__(self, *pieces: bytes, stalls: bool = False) -> None:
        self.pieces = list(pieces)
        self.stalls = stalls
        self.read = 0
        self.sent: list[dict] = []

    async def receive(self):
        if self.pieces:
            piece = self.pieces.pop(0)
            self.read += len(piece)
            return {"type": "http.request", "body": piece, "more_body": bool(self.pieces) or self.stalls}
        await anyio.sleep(60)
        return {"type": "http.disconnect"}

    async def send(self, message):
        self.sent.append(message)

    @property
    def status(self) -> int:
        starts = [message["status"] for message in self.sent if message["type"] == "http.response.start"]
        assert len(starts) == 1
        return starts[0]


def test_a_body_within_the_limit_arrives_whole():
    assert TestClient(ring()).post("/pictures", content=b"x" * LIMIT).text == str(LIMIT)


def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_read():
    reached = []

    async def app(scope, receive, send):
        reached.append(scope)

    wire = Wire(b"x")
    anyio.run(ring(app), scope(length=LIMIT + 1), wire.receive, wire.send)
    assert wire.status == 413
    assert not reached


def test_a_body_that_does_not_say_is_stopped_as_soon_as_it_is_too_large():
    seen = []

    async def app(scope, receive, send):
        while (message := await receive())["type"] == "http.request":
            seen.append(len(message["body"]))
        await PlainTextResponse("too late")(scope, receive, send)

    wire = Wire(*[b"x" * 400] * 5)
    anyio.run(ring(app), scope(), wire.receive, wire.send)
    assert wire.status == 413
    assert sum(seen) <= LIMIT


def test_other_routes_take_small_bodies_only():
    client = TestClient(ring())
    assert client.post("/login", content=b"x" * intake.SMALL).status_code == 200
    assert client.post("/login", content=b"x" * (intake.SMALL + 1)).status_code == 413


def test_the_answer_goes_out_before_the_rest_is_thrown_away():
    wire = Wire(*[b"x" * 700] * 4)
    order = []

    async def receive():
        order.append("read")
        return await wire.receive()

    async def send(message):
        order.append(message["type"])
        await wire.send(message)

    anyio.run(ring(), scope(), receive, send)
    assert order == ["read", "read", "http.response.start", "http.response.body", "read", "read", "http.response.body"]
    assert wire.sent[-1]["more_body"] is False


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "999999999999999999999"])
def test_a_length_that_is_none_is_refused(length):
    wire = Wire(b"x")
    request = scope() | {"headers": [(b"content-length", length.encode())]}
    anyio.run(ring(), request, wire.receive, wire.send)
    assert wire.status == 413


def test_a_body_that_stops_coming_is_given_up(monkeypatch):
    monkeypatch.setattr(intake, "STALL", 0.05)
    monkeypatch.setattr("ganvas.web.refusal.PATIENCE", 0.05)
    wire = Wire(b"x", stalls=True)
    taker = ring()
    anyio.run(taker, scope(), wire.receive, wire.send)
    assert wire.status == 408
    assert taker.doors["/pictures"].reading == 0


def test_no_body_is_read_when_there_is_no_place():
    def check():
        raise Busy("All places are taken.", "Come back.", 7)

    answer = TestClient(ring(check=check)).post("/pictures", content=b"x")
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "7"
    assert TestClient(ring(check=check)).post("/login", content=b"x").status_code == 200


def test_few_large_bodies_are_read_at_once():
    taker = ring(most=1)
    taker.doors["/pictures"].reading = 1
    assert TestClient(taker).post("/pictures", content=b"x").status_code == 429


def test_each_door_counts_for_itself():
    taker = ring(most=1)
    taker.doors["/pictures"].reading = 1
    assert TestClient(taker).post("/jobs", content=b"x").status_code == 200
    assert taker.doors["/jobs"].reading == 0


def test_a_body_counts_as_being_read_until_its_end_only():
    taker = ring()
    inside = []

    async def app(scope, receive, send):
        inside.append(taker.doors["/pictures"].reading)
        await count(scope, receive, send)
        inside.append(taker.doors["/pictures"].reading)

    taker.app = app
    TestClient(taker).post("/pictures", content=b"xyz")
    assert inside == [1, 0]
