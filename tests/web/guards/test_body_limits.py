"""Bodies are counted while they stream in."""

import anyio
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from ganvas.errors import Overloaded
from ganvas.web.guards import body_limits
from ganvas.web.guards.body_limits import BodyLimit, BodyLimitMiddleware, allow_always, find_caller

LIMIT = 1000


async def count_body(scope, receive, send):
    """An application that reads all and says how much it was."""
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)))(scope, receive, send)


def wrap_in_limits(app=count_body, check=allow_always, max_concurrent=2) -> BodyLimitMiddleware:
    return BodyLimitMiddleware(
        app, {"/pictures": BodyLimit(LIMIT, max_concurrent, check), "/jobs": BodyLimit(LIMIT, 1)}
    )


def build_body_scope(path: str = "/pictures", length: int | None = None):
    headers = [] if length is None else [(b"content-length", str(length).encode())]
    return {"type": "http", "method": "POST", "path": path, "headers": headers}


class FakeConnection:
    """A caller who sends pieces, and what came back."""

    def __init__(self, *pieces: bytes, stalls: bool = False) -> None:
        self.chunks = list(pieces)
        self.stalls = stalls
        self.read = 0
        self.sent: list[dict] = []

    async def receive(self):
        if self.chunks:
            piece = self.chunks.pop(0)
            self.read += len(piece)
            return {"type": "http.request", "body": piece, "more_body": bool(self.chunks) or self.stalls}
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
    assert TestClient(wrap_in_limits()).post("/pictures", content=b"x" * LIMIT).text == str(LIMIT)


def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_read():
    reached = []

    async def app(scope, receive, send):
        reached.append(scope)

    wire = FakeConnection(b"x")
    anyio.run(wrap_in_limits(app), build_body_scope(length=LIMIT + 1), wire.receive, wire.send)
    assert wire.status == 413
    assert not reached


def test_a_body_that_does_not_say_is_stopped_as_soon_as_it_is_too_large():
    seen = []

    async def app(scope, receive, send):
        while (message := await receive())["type"] == "http.request":
            seen.append(len(message["body"]))
        await PlainTextResponse("too late")(scope, receive, send)

    wire = FakeConnection(*[b"x" * 400] * 5)
    anyio.run(wrap_in_limits(app), build_body_scope(), wire.receive, wire.send)
    assert wire.status == 413
    assert sum(seen) <= LIMIT


def test_other_routes_take_small_bodies_only():
    client = TestClient(wrap_in_limits())
    assert client.post("/login", content=b"x" * body_limits.DEFAULT_MAX_BYTES).status_code == 200
    assert client.post("/login", content=b"x" * (body_limits.DEFAULT_MAX_BYTES + 1)).status_code == 413


def test_the_answer_goes_out_before_the_rest_is_thrown_away():
    wire = FakeConnection(*[b"x" * 700] * 4)
    order = []

    async def receive():
        order.append("read")
        return await wire.receive()

    async def send(message):
        order.append(message["type"])
        await wire.send(message)

    anyio.run(wrap_in_limits(), build_body_scope(), receive, send)
    assert order == ["read", "read", "http.response.start", "http.response.body", "read", "read", "http.response.body"]
    assert wire.sent[-1]["more_body"] is False


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "999999999999999999999"])
def test_a_length_that_is_none_is_refused(length):
    wire = FakeConnection(b"x")
    request = build_body_scope() | {"headers": [(b"content-length", length.encode())]}
    anyio.run(wrap_in_limits(), request, wire.receive, wire.send)
    assert wire.status == 413


def test_a_body_that_stops_coming_is_given_up(monkeypatch):
    monkeypatch.setattr(body_limits, "SLICE", 0.05)
    monkeypatch.setattr("ganvas.web.guards.early_response.DRAIN_SECONDS", 0.05)
    wire = FakeConnection(b"x", stalls=True)
    taker = wrap_in_limits()
    anyio.run(taker, build_body_scope(), wire.receive, wire.send)
    assert wire.status == 408
    assert taker.limits["/pictures"].active == 0


def test_no_body_is_read_when_there_is_no_place():
    def check():
        raise Overloaded("All places are taken.", "Come back.", 7)

    answer = TestClient(wrap_in_limits(check=check)).post("/pictures", content=b"x")
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "7"
    assert TestClient(wrap_in_limits(check=check)).post("/login", content=b"x").status_code == 200


def test_few_large_bodies_are_read_at_once():
    taker = wrap_in_limits(max_concurrent=1)
    taker.limits["/pictures"].active = 1
    assert TestClient(taker).post("/pictures", content=b"x").status_code == 429


def test_each_door_counts_for_itself():
    taker = wrap_in_limits(max_concurrent=1)
    taker.limits["/pictures"].active = 1
    assert TestClient(taker).post("/jobs", content=b"x").status_code == 200
    assert taker.limits["/jobs"].active == 0


def test_a_body_counts_as_being_read_until_its_end_only():
    taker = wrap_in_limits()
    inside = []

    async def app(scope, receive, send):
        inside.append(taker.limits["/pictures"].active)
        await count_body(scope, receive, send)
        inside.append(taker.limits["/pictures"].active)

    taker.app = app
    TestClient(taker).post("/pictures", content=b"xyz")
    assert inside == [1, 0]


class Dripping(FakeConnection):
    """A caller whose pieces come one in so many seconds."""

    def __init__(self, seconds: float, *pieces: bytes) -> None:
        super().__init__(*pieces)
        self.seconds = seconds

    async def receive(self):
        await anyio.sleep(self.seconds if self.chunks else 0)
        return await super().receive()


def test_a_body_that_drips_is_given_up(monkeypatch):
    monkeypatch.setattr(body_limits, "SLICE", 0.2)
    monkeypatch.setattr("ganvas.web.guards.early_response.DRAIN_SECONDS", 0.05)
    wire = Dripping(0.02, *[b"x"] * 500)
    taker = wrap_in_limits()
    anyio.run(taker, build_body_scope(), wire.receive, wire.send)
    assert wire.status == 408
    assert wire.read < 100
    assert taker.limits["/pictures"].active == 0


def test_a_body_that_keeps_the_least_rate_may_take_any_number_of_slices(monkeypatch):
    monkeypatch.setattr(body_limits, "SLICE", 0.1)
    monkeypatch.setattr(body_limits, "LEAST", 100)
    wire = Dripping(0.03, *[b"x" * 20] * 30)
    anyio.run(wrap_in_limits(), build_body_scope(), wire.receive, wire.send)
    assert wire.status == 200
    assert wire.read == 600


def test_the_time_that_a_route_takes_is_not_its_caller_s(monkeypatch):
    monkeypatch.setattr(body_limits, "SLICE", 0.2)

    async def app(scope, receive, send):
        while (await receive()).get("more_body"):
            await anyio.sleep(0.3)
        await PlainTextResponse("all")(scope, receive, send)

    wire = FakeConnection(b"x", b"x", b"x")
    anyio.run(wrap_in_limits(app), build_body_scope(), wire.receive, wire.send)
    assert wire.status == 200


def test_one_caller_has_a_share_of_the_places_only():
    entrance = BodyLimit(LIMIT, 8)
    for _ in range(2):
        entrance.acquire(caller="192.0.2.1")
    with pytest.raises(Overloaded, match="of yours"):
        entrance.acquire(caller="192.0.2.1")
    entrance.acquire(caller="192.0.2.2")
    entrance.release("192.0.2.1")
    entrance.acquire(caller="192.0.2.1")
    for caller in ("192.0.2.1", "192.0.2.1", "192.0.2.2"):
        entrance.release(caller)
    assert (entrance.active, dict(entrance.callers)) == (0, {})


def test_bodies_that_hang_leave_places_for_other_callers():
    taker = BodyLimitMiddleware(count_body, {"/jobs": BodyLimit(LIMIT, 4)})

    async def hang(address: str) -> int:
        wire = FakeConnection(b"x", stalls=True)
        with anyio.move_on_after(0.2):
            await taker(build_body_scope("/jobs") | {"client": (address, 1)}, wire.receive, wire.send)
        return next((message["status"] for message in wire.sent if message["type"] == "http.response.start"), 0)

    async def use() -> list[int]:
        found = []

        async def note(address: str) -> None:
            found.append(await hang(address))

        async with anyio.create_task_group() as tasks:
            for address in ["203.0.113.9"] * 4 + ["203.0.113.10"]:
                tasks.start_soon(note, address)
        return found

    statuses = anyio.run(use)
    assert sorted(statuses) == [0, 0, 0, 429, 429]
    assert taker.limits["/jobs"].active == 0


@pytest.mark.parametrize(
    ("peer", "forwarded", "caller"),
    [
        ("198.51.100.7", [], "198.51.100.7"),
        ("8.8.8.8", ["1.2.3.4"], "8.8.8.8"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["1.2.3.4"], "1.2.3.4"),
        ("172.18.0.2", ["forged, 1.2.3.4"], "1.2.3.4"),
        ("10.0.0.2", ["forged", "2001:db8::1"], "2001:db8::1"),
        ("127.0.0.1", ["no address"], "127.0.0.1"),
        ("testclient", ["1.2.3.4"], "testclient"),
    ],
)
def test_the_caller_is_who_a_proxy_of_this_network_says(peer, forwarded, caller):
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    assert find_caller({"type": "http", "client": (peer, 1), "headers": headers}) == caller
