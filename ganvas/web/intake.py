"""How much is read: bodies are counted and timed while they stream in, few at once. Knows no field of a form."""

from collections.abc import Callable, Mapping

import anyio
from fastapi import Response
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ganvas.errors import Busy
from ganvas.web.problems import build, explain, headers_of, respond
from ganvas.web.refusal import refuse

SMALL = 64 << 10
STALL = 30.0
LONGEST = 900.0


class Intake:
    """Limits the bodies of requests: ``larger`` has the bytes allowed by path, all others may have SMALL.

    A large body is taken only if ``check`` finds a place for the work (it raises Busy), and at most ``most`` are
    read at once. A body that stops coming for STALL seconds, or takes LONGEST, is given up.
    """

    def __init__(self, app: ASGIApp, larger: Mapping[str, int], check: Callable[[], None], most: int) -> None:
        self.app = app
        self.larger = larger
        self.check = check
        self.most = most
        self.reading = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD"}:
            return await self.app(scope, receive, send)
        large = scope["path"] in self.larger
        limit = self.larger.get(scope["path"], SMALL)
        refusal = self.judge(Headers(scope=scope), limit, large)
        if refusal:
            return await refuse(refusal, receive, send)
        self.reading += large
        body = Body(limit, receive, send)
        body.on_end = lambda: self.end(large)
        try:
            await self.app(scope, body.receive, body.send)
        except ClientDisconnect:
            if not body.refused:
                raise
        finally:
            body.end()

    def judge(self, headers: Headers, limit: int, large: bool) -> Response | None:
        """The refusal of a request by its headers alone, and by how much is going on."""
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > limit:
            return too_large(limit)
        try:
            if large:
                self.check()
                self.check_reading()
        except Busy as error:
            return respond(explain(error), headers_of(error))
        return None

    def check_reading(self) -> None:
        """Raise Busy if too many large bodies are being read."""
        if self.reading >= self.most:
            raise Busy(f"{self.reading} photos are being received.", "Try again in 2 s.", 2)

    def end(self, large: bool) -> None:
        """One body less is being read."""
        self.reading -= large


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
    return respond(build("too-large", "The body is too large.", f"It may have {size}, photo and mask together."))
