"""However many listen to a job, the database is asked once."""

import anyio
import pytest

from ganvas.errors import NotFound, Overloaded
from ganvas.ledger.models import EventRow
from ganvas.web import events
from ganvas.web.events import EventStreams, stream_job_events


class CountingDesk:
    """A desk of one job with so many events, which counts what it is asked."""

    def __init__(self, events: int, finished: bool = True) -> None:
        self.number, self.finished, self.there = events, finished, True
        self.reads: list[int] = []
        self.looks = 0

    def get_job_row(self, owner: str, id: str) -> None:
        if owner != "me":
            raise NotFound("none")

    def get_last_event_numbers(self, jobs: list[str]) -> dict[str, tuple[int, bool]]:
        self.looks += 1
        return dict.fromkeys(jobs, (self.number, self.finished)) if self.there else {}

    def list_events(self, owner: str, id: str, after: int) -> list[EventRow]:
        self.reads.append(after)
        last = min(self.number, after + 500)
        return [
            EventRow(job_id=id, number=number, kind="part", body={}, at=0.0) for number in range(after + 1, last + 1)
        ]


async def listen(streams: EventStreams, after: int = 0) -> list[str]:
    """All that one who listens is told, but the signs of life."""
    return [
        text async for text in stream_job_events(streams, "me", "job", after) if not text.startswith((":", "retry"))
    ]


async def listen_together(streams: EventStreams, *after: int) -> list[list[str]]:
    """What each of many is told who listen at the same time, while somebody looks."""
    told: list[list[str]] = [[] for _ in after]

    async def note(place: int, number: int) -> None:
        told[place] = await listen(streams, number)

    async with anyio.create_task_group() as looking:
        looking.start_soon(streams.watch)
        async with anyio.create_task_group() as listeners:
            for place, number in enumerate(after):
                listeners.start_soon(note, place, number)
        looking.cancel_scope.cancel()
    return told


def numbers(told: list[str]) -> list[int]:
    """The numbers of the events."""
    return [int(text.partition("id: ")[2].split()[0]) for text in told]


def test_a_hundred_who_listen_cost_what_one_costs(monkeypatch):
    monkeypatch.setattr(events, "POLL_SECONDS", 3600)
    desk = CountingDesk(1200)
    told = anyio.run(lambda: listen_together(EventStreams(lambda: desk), *[0] * 100))
    assert all(numbers(each) == [*range(1, 1201), 1200] and each[-1].startswith("event: end") for each in told)
    assert desk.reads == [0, 500, 1000]
    assert desk.looks == 1


def test_who_comes_back_misses_nothing_whatever_the_others_have():
    desk = CountingDesk(3000)
    after = [0, 2990, 0, 1499, 3000, 700, 2990]
    told = anyio.run(lambda: listen_together(EventStreams(lambda: desk), *after))
    for number, each in zip(after, told, strict=True):
        assert numbers(each) == [*range(number + 1, 3001), 3000]


def test_what_happens_is_handed_on_to_all(monkeypatch):
    monkeypatch.setattr(events, "POLL_SECONDS", 0.02)
    desk = CountingDesk(3, finished=False)
    streams = EventStreams(lambda: desk)

    async def change() -> None:
        while sum(feed.listeners for feed in streams.feeds.values()) < 50:
            await anyio.sleep(0.01)
        for number in range(4, 9):
            desk.number = number
            await anyio.sleep(0.06)
        desk.finished = True

    async def both() -> list[list[str]]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(change)
            return await listen_together(streams, *[0] * 50)

    assert [numbers(each) for each in anyio.run(both)] == [[*range(1, 9), 8]] * 50
    assert len(desk.reads) <= 6
    assert not streams.feeds


def test_who_listens_is_told_of_the_end_of_a_job_that_is_deleted(monkeypatch):
    monkeypatch.setattr(events, "POLL_SECONDS", 0.02)
    desk = CountingDesk(0, finished=False)
    desk.there = False
    told = anyio.run(lambda: listen_together(EventStreams(lambda: desk), 0))
    assert told == [["event: deleted\ndata: {}\n\n"]]


def test_nobody_more_listens_than_may_and_nobody_to_another_s_job():
    desk = CountingDesk(1, finished=False)
    streams = EventStreams(lambda: desk, max_listeners=1)

    async def use() -> None:
        await streams.check_capacity("me", "job")
        with pytest.raises(NotFound):
            await streams.check_capacity("you", "job")
        async with streams.join("me", "job"):
            with pytest.raises(Overloaded):
                await streams.check_capacity("me", "job")

    anyio.run(use)
