"""How much is read: bodies are counted and timed while they stream in, few at once. Knows no field of a form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import anyio
from fastapi import Response
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ganvas.errors import Busy, NoSpace
from ganvas.web.problems import build, explain, headers_of, respond
from ganvas.web.refusal import refuse

SMALL = 64 << 10
STALL = 30.0
LONGEST = 900.0


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

    def enter(self, size: int = 0) -> None:
        """Take a place for a body of this size, or of one that is not known (0). Raises Busy and NoSpace."""
        self.check()
        self.check_room(size)
        if self.reading >= self.most:
            raise Busy(f"{self.reading} bodies of this sort are being received.", "Try again in 2 s.", 2)
        self.reading += 1

    def leave(self) -> None:
        """One body less is being read."""
        self.reading -= 1


class Intake:
    """Limits the bodies of requests: ``doors`` has where large ones come in, by path; all others may have SMALL.

    A body that stops coming for STALL seconds, or takes LONGEST, is given up.
    """

    def __init__(self, app: ASGIApp, doors: Mapping[str, Door]) -> None:
        self.app = app
        self.doors = doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD"}:
            return await self.app(scope, receive, send)
        door = self.doors.get(scope["path"]) or Door(SMALL, 1)
        refusal = judge(Headers(scope=scope), door)
        if refusal:
            return await refuse(refusal, receive, send)
        body = Body(door.bytes, receive, send)
        body.on_end = door.leave
        try:
            await self.app(scope, body.receive, body.send)
        except ClientDisconnect:
            if not body.refused:
                raise
        finally:
            body.end()


def judge(headers: Headers, door: Door) -> Response | None:
    """The refusal of a request by its headers alone, and by how much is going on; without one it is inside."""
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > door.bytes:
        return too_large(door.bytes)
    try:
        door.enter(int(length))
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
        self.began = anyio.current_time()
        self.whole = self.answered = self.refused = False
        self.on_end: Callable[[], None] = lambda: None

    async def receive(self) -> Message:
        """The next piece."""
        if self.refused:
            return {"type": "http.disconnect"}
        if self.whole:
            return await self.inner()
        left = self.began + LONGEST - anyio.current_time()
        try:
            with anyio.fail_after(min(STALL, max(0.0, left))):
                message = await self.inner()
        except TimeoutError:
            return await self.refuse(respond(build("slow", "The body stopped coming, or took too long.")))
        self.size += len(message.get("body", b""))
        if self.size > self.limit:
            return await self.refuse(too_large(self.limit))
        if not message.get("more_body", False):
            self.end()
        return message

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
