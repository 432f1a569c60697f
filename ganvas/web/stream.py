"""Events as they happen, over one connection (server-sent events). Knows numbers of events; knows no job's work.

One look at the database serves all who listen: it asks for the last event's number of each job that is listened to,
and wakes those for whom there is more. What a listener missed while away comes first, by ``Last-Event-ID``.
"""

import json
from collections.abc import AsyncGenerator, Callable

import anyio
import anyio.to_thread
from fastapi import Request

from ganvas.errors import Busy, NotFound
from ganvas.jobs.desk import Desk
from ganvas.jobs.states import FINISHED
from ganvas.ledger.models import Event

LOOK = 0.25
SIGN = 15.0  # seconds of silence after which a line is sent, so that nobody on the way closes the connection
LONGEST = 900.0  # seconds; the browser then comes back and misses nothing


class Streams:
    """The connections on which somebody listens, and the look at the database that they share."""

    def __init__(self, newest: Callable[[list[str]], dict[str, int]], most: int = 500) -> None:
        self.newest = newest
        self.most = most
        self.listening: dict[str, set[anyio.Event]] = {}
        self.known: dict[str, int] = {}
        self.looking = False
        self.closed = False

    def check(self) -> None:
        """Raise Busy when nobody more may listen."""
        if sum(map(len, self.listening.values())) >= self.most:
            raise Busy(f"{self.most} connections listen for events already.", "Ask for the job itself now and then.", 5)

    async def wait(self, job: str, after: int) -> None:
        """Come back when the job has an event after this number, or after LOOK seconds where this is who looks."""
        wake = anyio.Event()
        self.listening.setdefault(job, set()).add(wake)
        try:
            with anyio.move_on_after(SIGN):
                while not wake.is_set() and self.known.get(job, 0) <= after:
                    if self.looking:
                        with anyio.move_on_after(LOOK):
                            await wake.wait()
                    else:
                        await self.look()
        finally:
            self.forget(job, wake)

    async def look(self) -> None:
        """Ask the database once for all, and wake those for whom there is more."""
        self.looking = True
        try:
            await anyio.sleep(LOOK)
            newest = await anyio.to_thread.run_sync(self.newest, list(self.listening))
        finally:
            self.looking = False
        for job, number in newest.items():
            if number > self.known.get(job, 0):
                self.known[job] = number
                for wake in self.listening.get(job, ()):
                    wake.set()

    def close(self) -> None:
        """Hang up on all who listen: the server stops. They come back to another and miss nothing."""
        self.closed = True
        for wakes in self.listening.values():
            for wake in wakes:
                wake.set()

    def forget(self, job: str, wake: anyio.Event) -> None:
        """Nobody waits on this any more."""
        self.listening[job].discard(wake)
        if not self.listening[job]:
            del self.listening[job]
            self.known.pop(job, None)


def last_seen(request: Request, after: int) -> int:
    """The number of the last event that the caller has, by header or by query."""
    header = request.headers.get("last-event-id", "")
    return int(header) if header.isdecimal() and len(header) < 10 else after


async def follow(streams: Streams, desk: Desk, owner: str, job: str, after: int) -> AsyncGenerator[str]:
    """The job's events after a number, as they come; ends when the job has, or after LONGEST seconds."""
    until = anyio.current_time() + LONGEST
    yield "retry: 1000\n\n"
    while not streams.closed and anyio.current_time() < until:
        try:
            events = await anyio.to_thread.run_sync(desk.events, owner, job, after)
        except NotFound:
            yield "event: deleted\ndata: {}\n\n"
            return
        for event in events:
            yield write(event)
            after = event.number
        if not events:
            if await anyio.to_thread.run_sync(ended, desk, owner, job, after):
                yield f"event: end\nid: {after}\ndata: {{}}\n\n"
                return
            yield ": still here\n\n"
            await streams.wait(job, after)


def ended(desk: Desk, owner: str, job: str, after: int) -> bool:
    """Whether the job is finished and the caller has seen all of it."""
    try:
        seen = desk.glance(owner, job)
    except NotFound:
        return False
    return seen.state in FINISHED and seen.events <= after


def write(event: Event) -> str:
    """One event on the wire, under its number."""
    return f"event: {event.kind}\nid: {event.number}\ndata: {json.dumps(event.body | {'at': event.at})}\n\n"
