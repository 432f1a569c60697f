"""Limits the size, the rate and the number of request bodies while they stream in."""

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

from ganvas.errors import NoSpace, Overloaded
from ganvas.web.guards.access import is_ip_address
from ganvas.web.guards.early_response import respond_early
from ganvas.web.problems import build_problem, build_retry_headers, problem_from_error, respond_with_problem

DEFAULT_MAX_BYTES = 64 << 10
SLICE = 30.0  # seconds of waiting over which the rate of a body is taken
LEAST = 4 << 10  # bytes a second
SHARE = 4  # a caller may have one in so many of the places, and two at least


def allow_always() -> None:
    """There is always a place."""


def anything(size: int) -> None:
    """There is always room."""


@dataclass
class BodyLimit:
    """Where one sort of large body comes in: at most ``bytes`` each, at most ``most`` at once.

    ``check`` finds a place for the work that follows, and raises Busy where there is none; ``check_room`` raises
    NoSpace where the disk has no room for so many bytes.
    """

    max_bytes: int
    max_concurrent: int
    check_capacity: Callable[[], None] = allow_always
    check_room: Callable[[int], None] = anything
    active: int = 0
    callers: Counter[str] = field(default_factory=Counter[str])

    def acquire(self, size: int = 0, caller: str = "") -> None:
        """Take a place for a body of this size, or of one that is not known (0). Raises Busy and NoSpace.

        A ``caller`` who is named may have a share of the places only.
        """
        self.check_capacity()
        self.check_room(size)
        if caller and self.callers[caller] >= max(2, self.max_concurrent // SHARE):
            raise Overloaded(f"{self.callers[caller]} bodies of yours are being received.", "Try again in 2 s.", 2)
        if self.active >= self.max_concurrent:
            raise Overloaded(f"{self.active} bodies of this sort are being received.", "Try again in 2 s.", 2)
        self.active += 1
        self.callers[caller] += 1

    def release(self, caller: str = "") -> None:
        """One body less is being read."""
        self.active -= 1
        self.callers[caller] -= 1
        if not self.callers[caller]:
            del self.callers[caller]


class BodyLimitMiddleware:
    """Limits the bodies of requests: ``doors`` has where large ones come in, by path; all others may have SMALL.

    A body may take as long as it needs, at LEAST bytes a second over each SLICE of the time that it is waited for.
    """

    def __init__(self, app: ASGIApp, limits: Mapping[str, BodyLimit]) -> None:
        self.app = app
        self.limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD"}:
            return await self.app(scope, receive, send)
        door = self.limits.get(scope["path"]) or BodyLimit(DEFAULT_MAX_BYTES, 1)
        caller = find_caller(scope)
        refusal = find_refusal(Headers(scope=scope), door, caller)
        if refusal:
            return await respond_early(refusal, receive, send)
        body = LimitedBody(door.max_bytes, receive, send)
        body.on_end = partial(door.release, caller)
        try:
            await self.app(scope, body.receive, body.send)
        except ClientDisconnect:
            if not body.refused:
                raise
        finally:
            body.finish()


def find_caller(scope: Scope) -> str:
    """The address that a request comes from: the peer's, or what a proxy in this network says of its own peer.

    A proxy writes that last in X-Forwarded-For; from the open internet nobody is believed.
    """
    peer = str((scope.get("client") or ("",))[0])
    forwarded = Headers(scope=scope).getlist("x-forwarded-for")
    if not forwarded or not is_ip_address(peer) or ipaddress.ip_address(peer).is_global:
        return peer
    said = forwarded[-1].rpartition(",")[2].strip()
    return said if is_ip_address(said) else peer


def find_refusal(headers: Headers, limit: BodyLimit, caller: str = "") -> Response | None:
    """The refusal of a request by its headers alone, and by how much is going on; without one it is inside."""
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > limit.max_bytes:
        return build_too_large_response(limit.max_bytes)
    try:
        limit.acquire(int(length), caller)
    except (Overloaded, NoSpace) as error:
        return respond_with_problem(problem_from_error(error), build_retry_headers(error))
    return None


class LimitedBody:
    """One request's body on its way in; refused half way, it looks to the route as if the caller had gone."""

    def __init__(self, max_bytes: int, receive: Receive, send: Send) -> None:
        self.max_bytes = max_bytes
        self.receive_inner = receive
        self.send_outer = send
        self.size = 0
        self.waited = 0.0
        self.fresh = 0  # bytes of this slice
        self.finished = self.answered = self.refused = False
        self.on_end: Callable[[], None] = lambda: None

    async def receive(self) -> Message:
        """The next piece."""
        if self.refused:
            return {"type": "http.disconnect"}
        if self.finished:
            return await self.receive_inner()
        message = await self.wait()
        if message is None:
            return await self.send_refusal(
                respond_with_problem(build_problem("slow", "The body came too slowly.", f"Send {LEAST >> 10} KiB/s."))
            )
        size = len(message.get("body", b""))
        self.size, self.fresh = self.size + size, self.fresh + size
        if self.size > self.max_bytes:
            return await self.send_refusal(build_too_large_response(self.max_bytes))
        if not message.get("more_body", False):
            self.finish()
        return message

    async def wait(self) -> Message | None:
        """The next message; None where too little came in a whole slice. Only waiting counts, not the route's work."""
        while True:
            began = anyio.current_time()
            with anyio.move_on_after(max(0.0, SLICE - self.waited)):
                message = await self.receive_inner()
                self.waited += anyio.current_time() - began
                return message
            if self.fresh < LEAST * SLICE:
                return None
            self.waited, self.fresh = 0.0, 0

    async def send(self, message: Message) -> None:
        """What the route answers, unless the answer was given already."""
        if not self.refused:
            self.answered = True
            await self.send_outer(message)

    async def send_refusal(self, response: Response) -> Message:
        """Answer in the route's place and tell the route that the caller has gone."""
        self.finish()
        self.refused = True
        if not self.answered:
            await respond_early(response, self.receive_inner, self.send_outer)
        return {"type": "http.disconnect"}

    def finish(self) -> None:
        """No more of it is read."""
        if not self.finished:
            self.finished = True
            self.on_end()


def build_too_large_response(max_bytes: int) -> Response:
    """The answer to a body over its limit."""
    size = f"{max_bytes >> 20} MiB" if max_bytes >> 20 else f"{max_bytes >> 10} KiB"
    return respond_with_problem(
        build_problem("too-large", "The body is too large.", f"All of it together may have {size}.")
    )
