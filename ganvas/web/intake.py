"""How much is read: bodies are counted and timed while they stream in, few at once. Knows no field of a form."""

import ipaddress
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import anyio
from fastapi import Response
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ganvas.errors import Busy, NoSpace
from ganvas.web.gate import is_address
from ganvas.web.problems import build, explain, headers_of, respond
from ganvas.web.refusal import refuse

SMALL = 64 << 10
SLICE = 30.0  # seconds of waiting over which the rate of a body is taken
LEAST = 4 << 10  # bytes a second
SHARE = 4  # a caller may have one in so many of the places, and two at least


def anybody() -> None:
    """There is always a place."""


def anything(size: int) -> None:
    """There is always room."""


@dataclass
class Door:
    """Where one sort of large body comes in: at most ``bytes`` each, at most ``most`` at once.

    ``check`` finds a place for the work that follows, and raises Busy where there is none; ``check_room`` raises
    NoSpace where the disk has no room for so many bytes.
    """

    bytes: int
    most: int
    check: Callable[[], None] = anybody
    check_room: Callable[[int], None] = anything
    reading: int = 0
    callers: Counter[str] = field(default_factory=Counter[str])

    def enter(self, size: int = 0, caller: str = "") -> None:
        """Take a place for a body of this size, or of one that is not known (0). Raises Busy and NoSpace.

        A ``caller`` who is named may have a share of the places only.
        """
        self.check()
        self.check_room(size)
        if caller and self.callers[caller] >= max(2, self.most // SHARE):
            raise Busy(f"{self.callers[caller]} bodies of yours are being received.", "Try again in 2 s.", 2)
        if self.reading >= self.most:
            raise Busy(f"{self.reading} bodies of this sort are being received.", "Try again in 2 s.", 2)
        self.reading += 1
        self.callers[caller] += 1

    def leave(self, caller: str = "") -> None:
        """One body less is being read."""
        self.reading -= 1
        self.callers[caller] -= 1
        if not self.callers[caller]:
            del self.callers[caller]


class Intake:
    """Limits the bodies of requests: ``doors`` has where large ones come in, by path; all others may have SMALL.

    A body may take as long as it needs, at LEAST bytes a second over each SLICE of the time that it is waited for.
    """

    def __init__(self, app: ASGIApp, doors: Mapping[str, Door]) -> None:
        self.app = app
        self.doors = doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD"}:
            return await self.app(scope, receive, send)
        door = self.doors.get(scope["path"]) or Door(SMALL, 1)
        caller = find_caller(scope)
        refusal = judge(Headers(scope=scope), door, caller)
        if refusal:
            return await refuse(refusal, receive, send)
        body = Body(door.bytes, receive, send)
        body.on_end = partial(door.leave, caller)
        try:
            await self.app(scope, body.receive, body.send)
        except ClientDisconnect:
            if not body.refused:
                raise
        finally:
            body.end()


def find_caller(scope: Scope) -> str:
    """The address that a request comes from: the peer's, or what a proxy in this network says of its own peer.

    A proxy writes that last in X-Forwarded-For; from the open internet nobody is believed.
    """
    peer = str((scope.get("client") or ("",))[0])
    forwarded = Headers(scope=scope).getlist("x-forwarded-for")
    if not forwarded or not is_address(peer) or ipaddress.ip_address(peer).is_global:
        return peer
    said = forwarded[-1].rpartition(",")[2].strip()
    return said if is_address(said) else peer


def judge(headers: Headers, door: Door, caller: str = "") -> Response | None:
    """The refusal of a request by its headers alone, and by how much is going on; without one it is inside."""
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > door.bytes:
        return too_large(door.bytes)
    try:
        door.enter(int(length), caller)
    except (Busy, NoSpace) as error:
        return respond(explain(error), headers_of(error))
    return None


class Body:
    """One request's body on its way in; refused half way, it looks to the route as if the caller had gone."""

    def __init__(self, limit: int, receive: Receive, send: Send) -> None:
        self.limit = limit
        self.inner = receive
        self.outer = send
        self.size = 0
        self.waited = 0.0
        self.fresh = 0  # bytes of this slice
        self.whole = self.answered = self.refused = False
        self.on_end: Callable[[], None] = lambda: None

    async def receive(self) -> Message:
        """The next piece."""
        if self.refused:
            return {"type": "http.disconnect"}
        if self.whole:
            return await self.inner()
        message = await self.wait()
        if message is None:
            return await self.refuse(respond(build("slow", "The body came too slowly.", f"Send {LEAST >> 10} KiB/s.")))
        size = len(message.get("body", b""))
        self.size, self.fresh = self.size + size, self.fresh + size
        if self.size > self.limit:
            return await self.refuse(too_large(self.limit))
        if not message.get("more_body", False):
            self.end()
        return message

    async def wait(self) -> Message | None:
        """The next message; None where too little came in a whole slice. Only waiting counts, not the route's work."""
        while True:
            began = anyio.current_time()
            with anyio.move_on_after(max(0.0, SLICE - self.waited)):
                message = await self.inner()
                self.waited += anyio.current_time() - began
                return message
            if self.fresh < LEAST * SLICE:
                return None
            self.waited, self.fresh = 0.0, 0

    async def send(self, message: Message) -> None:
        """What the route answers, unless the answer was given already."""
        if not self.refused:
            self.answered = True
            await self.outer(message)

    async def refuse(self, response: Response) -> Message:
        """Answer in the route's place and tell the route that the caller has gone."""
        self.end()
        self.refused = True
        if not self.answered:
            await refuse(response, self.inner, self.outer)
        return {"type": "http.disconnect"}

    def end(self) -> None:
        """No more of it is read."""
        if not self.whole:
            self.whole = True
            self.on_end()


def too_large(limit: int) -> Response:
    """The answer to a body over its limit."""
    size = f"{limit >> 20} MiB" if limit >> 20 else f"{limit >> 10} KiB"
    return respond(build("too-large", "The body is too large.", f"All of it together may have {size}."))
