"""So many at once, so many waiting, the rest refused."""

import asyncio
import threading

import pytest

from ganvas.errors import Busy, Cancelled
from ganvas.web.turns import Turns


@pytest.fixture
def turns():
    made = Turns(workers=1, waiting=1)
    yield made
    made.close()


async def never() -> None:
    await asyncio.Event().wait()


async def until(true) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.005)


def test_work_gives_its_result(turns):
    assert asyncio.run(turns.run(lambda on_tile: 42, never)) == 42
    assert turns.inside == 0


def test_an_error_of_the_work_comes_through(turns):
    def work(on_tile):
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        asyncio.run(turns.run(work, never))
    assert turns.inside == 0


def test_one_runs_one_waits_and_the_third_is_refused(turns):
    go = threading.Event()

    async def scene():
        first, second = (asyncio.ensure_future(turns.run(lambda on_tile: go.wait(10), never)) for _ in range(2))
        await until(lambda: turns.inside == 2)
        assert (turns.busy, turns.waiting) == (1, 1)
        with pytest.raises(Busy) as refused:
            await turns.run(lambda on_tile: None, never)
        assert refused.value.retry_after >= 1
        go.set()
        assert await asyncio.gather(first, second) == [True, True]

    asyncio.run(scene())
    assert turns.inside == 0


def test_who_leaves_while_working_stops_the_work_at_its_next_tile(turns):
    started, tiles = threading.Event(), []

    def work(on_tile):
        started.set()
        for tile in range(100_000):
            tiles.append(tile)
            on_tile(0.0)
            threading.Event().wait(0.005)

    async def scene():
        gone = asyncio.Event()
        running = asyncio.ensure_future(turns.run(work, gone.wait))
        await until(started.is_set)
        gone.set()
        with pytest.raises(Cancelled):
            await running

    asyncio.run(scene())
    assert len(tiles) < 100_000
    assert turns.inside == 0


def test_who_leaves_while_waiting_is_never_worked_for(turns):
    go, worked = threading.Event(), []

    async def scene():
        gone = asyncio.Event()
        first = asyncio.ensure_future(turns.run(lambda on_tile: go.wait(10), never))
        await until(lambda: turns.inside == 1)
        second = asyncio.ensure_future(turns.run(lambda on_tile: worked.append(1), gone.wait))
        await until(lambda: turns.inside == 2)
        gone.set()
        with pytest.raises(Cancelled):
            await second
        assert turns.inside == 1
        go.set()
        await first

    asyncio.run(scene())
    assert not worked


def test_a_place_is_free_only_when_the_thread_is(turns):
    go = threading.Event()

    async def scene():
        running = asyncio.ensure_future(turns.run(lambda on_tile: go.wait(10), never))
        await until(lambda: turns.inside == 1)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert turns.inside == 1
        go.set()
        await until(lambda: turns.inside == 0)

    asyncio.run(scene())


def test_closing_stops_what_runs_and_what_waits_and_refuses_what_comes():
    turns, started = Turns(workers=1, waiting=1), threading.Event()

    def work(on_tile):
        started.set()
        while True:
            on_tile(0.0)

    async def scene():
        running = asyncio.ensure_future(turns.run(work, never))
        waiting = asyncio.ensure_future(turns.run(work, never))
        await until(lambda: started.is_set() and turns.inside == 2)
        await asyncio.to_thread(turns.close)
        for one in (running, waiting):
            with pytest.raises(Busy, match="stopping"):
                await one
        with pytest.raises(Busy, match="stopping"):
            await turns.run(lambda on_tile: None, never)

    asyncio.run(scene())
    assert turns.inside == 0


def test_who_is_refused_is_told_to_wait_longer_when_turns_take_longer(turns):
    turns.inside = 2
    with pytest.raises(Busy) as short:
        turns.check()
    for _ in range(20):
        turns.learn(30)
    with pytest.raises(Busy) as long:
        turns.check()
    turns.inside = 0
    assert short.value.retry_after < long.value.retry_after <= 60
