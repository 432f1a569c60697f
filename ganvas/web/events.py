"""Server-sent events of jobs: one reader a job hands on to all who listen.

One look at the database serves all who listen: it asks how far each job is that is listened to. What is new of a job is
read once and handed on to all who listen to it, and so is what a listener missed while away (``Last-Event-ID``), which
comes first. Reading takes few threads, whoever listens.
"""

import json
import logging
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import islice
from typing import TypeVar

import anyio
import anyio.to_thread
from fastapi import Request

from ganvas.errors import NotFound, Overloaded
from ganvas.jobs.service import JobService, Stage
from ganvas.ledger.models import EventRow

LOG = logging.getLogger("ganvas.web")
T = TypeVar("T")
Sent = tuple[int, str]
POLL_SECONDS = 0.25
RECENT = 4000  # events of a job that are kept while somebody listens
THREADS = 4
KEEPALIVE_SECONDS = (
    15.0  # seconds of silence after which a line is sent, so that nobody on the way closes the connection
)
MAX_STREAM_SECONDS = 900.0  # seconds; the browser then comes back and misses nothing


class Feed:
    """What happened to one job, read once for all who listen to it.

    ``number`` is its last event's, ``finished`` whether none will follow for now; ``there`` is false once it is
    deleted. Events are kept as they go over the wire, each with its number.
    """

    def __init__(self, read: Callable[[int], Awaitable[list[EventRow]]]) -> None:
        self.read = read
        self.number = 0
        self.finished = False
        self.there = True
        self.listeners = 0
        self.recent: deque[Sent] = deque(maxlen=RECENT)
        self.lock = anyio.Lock()
        self.news = anyio.Event()

    def note(self, stage: Stage | None) -> None:
        """How far the job is now; None where it is no more. Wakes all where that is new."""
        before = (self.number, self.finished, self.there)
        self.number, self.finished = stage or (self.number, self.finished)
        self.there = stage is not None
        if (self.number, self.finished, self.there) != before:
            self.wake()

    def wake(self) -> None:
        """Wake all who listen."""
        self.news.set()
        self.news = anyio.Event()

    async def get_after(self, number: int) -> list[Sent]:
        """The events after a number that are there, some hundreds at most."""
        if number >= self.number:
            return []
        async with self.lock:
            return self.find_recent(number) or await self.read_more(number)

    def find_recent(self, number: int) -> list[Sent]:
        """Those that were read already."""
        if not self.recent or not self.recent[0][0] - 1 <= number < self.recent[-1][0]:
            return []
        return list(islice(self.recent, number + 1 - self.recent[0][0], None))

    async def read_more(self, number: int) -> list[Sent]:
        """Those that nobody has read, kept for the others unless newer ones are kept."""
        events = [(event.number, format_event(event)) for event in await self.read(number)]
        if events and self.recent and events[0][0] != self.recent[-1][0] + 1:
            if events[0][0] < self.recent[0][0]:
                return events
            self.recent.clear()
        self.recent.extend(events)
        return events


class EventStreams:
    """The connections on which somebody listens, and the look at the database that they share."""

    def __init__(self, get_service: Callable[[], JobService], max_listeners: int = 500) -> None:
        self.get_service = get_service
        self.max_listeners = max_listeners
        self.feeds: dict[str, Feed] = {}
        self.closed = False
        self.threads = anyio.CapacityLimiter(THREADS)

    async def ask(self, question: Callable[[], T]) -> T:
        """Ask the database in one of the few threads that streams have."""
        return await anyio.to_thread.run_sync(question, limiter=self.threads)

    async def check_capacity(self, owner: str, job: str) -> None:
        """Raise Busy when nobody more may listen, and NotFound for a job that the owner has not."""
        if sum(feed.listeners for feed in self.feeds.values()) >= self.max_listeners:
            raise Overloaded(
                f"{self.max_listeners} connections listen for events already.",
                "Ask for the job itself now and then.",
                5,
            )
        await self.ask(lambda: self.get_service().get_job_row(owner, job))

    @asynccontextmanager
    async def join(self, owner: str, job: str) -> AsyncGenerator[Feed]:
        """Listen to a job, whose owner was checked."""
        feed = self.feeds.setdefault(job, self.open_feed(owner, job))
        feed.listeners += 1
        try:
            async with feed.lock:
                if feed.number == 0 and feed.there:
                    feed.note((await self.ask(lambda: self.get_service().get_last_event_numbers([job]))).get(job))
            yield feed
        finally:
            feed.listeners -= 1
            if not feed.listeners:
                self.feeds.pop(job, None)

    def open_feed(self, owner: str, job: str) -> Feed:
        """A feed to which nobody listens yet."""

        async def read(number: int) -> list[EventRow]:
            try:
                return await self.ask(lambda: self.get_service().list_events(owner, job, number))
            except NotFound:
                return []

        return Feed(read)

    async def watch(self) -> None:
        """Look again and again, without end, how far the jobs are that are listened to."""
        while True:
            await anyio.sleep(POLL_SECONDS)
            try:
                await self.poll_events()
            except Exception:  # the web's edge: the database may be back at the next look
                LOG.exception("the look at the jobs that are listened to failed")
                await anyio.sleep(KEEPALIVE_SECONDS)

    async def poll_events(self) -> None:
        """Ask the database once for all, and wake those for whom there is more."""
        if jobs := list(self.feeds):
            numbers = await self.ask(lambda: self.get_service().get_last_event_numbers(jobs))
            for job in jobs:
                if job in self.feeds:
                    self.feeds[job].note(numbers.get(job))

    def close(self) -> None:
        """Hang up on all who listen: the server stops. They come back to another and miss nothing."""
        self.closed = True
        for feed in self.feeds.values():
            feed.wake()


def read_last_event_id(request: Request, after: int) -> int:
    """The number of the last event that the caller has, by header or by query."""
    header = request.headers.get("last-event-id", "")
    return int(header) if header.isdecimal() and len(header) < 10 else after


async def stream_job_events(streams: EventStreams, owner: str, job: str, after: int) -> AsyncGenerator[str]:
    """The job's events after a number, as they come; ends when the job has, or after LONGEST seconds."""
    until = anyio.current_time() + MAX_STREAM_SECONDS
    yield "retry: 1000\n\n"
    async with streams.join(owner, job) as feed:
        while not streams.closed and anyio.current_time() < until:
            news = feed.news
            events = await feed.get_after(after)
            for number, text in events:
                yield text
                after = number
            if not events:
                if not feed.there:
                    yield "event: deleted\ndata: {}\n\n"
                    return
                if feed.finished and feed.number <= after:
                    yield f"event: end\nid: {after}\ndata: {{}}\n\n"
                    return
                yield ": still here\n\n"
                with anyio.move_on_after(KEEPALIVE_SECONDS):
                    await news.wait()


def format_event(event: EventRow) -> str:
    """One event on the wire, under its number."""
    return f"event: {event.kind}\nid: {event.number}\ndata: {json.dumps(event.body | {'at': event.at})}\n\n"
