"""So many at once, so many waiting, the rest refused."""

import asyncio
import threading

import pytest

from ganvas.errors import Cancelled, Overloaded
from ganvas.web.guards.concurrency import PictureQueue


@pytest.fixture
def picture_queue():
    made = PictureQueue(workers=1, max_waiting=1)
    yield made
    made.close()


async def wait_forever() -> None:
    await asyncio.Event().wait()


async def wait_until_async(condition) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


def test_work_gives_its_result(picture_queue):
    assert asyncio.run(picture_queue.run(lambda on_tile: 42, wait_forever)) == 42
    assert picture_queue.occupied == 0


def test_an_error_of_the_work_comes_through(picture_queue):
    def work(on_tile):
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        asyncio.run(picture_queue.run(work, wait_forever))
    assert picture_queue.occupied == 0


def test_one_runs_one_waits_and_the_third_is_refused(picture_queue):
    go = threading.Event()

    async def scene():
        first, second = (
            asyncio.ensure_future(picture_queue.run(lambda on_tile: go.wait(10), wait_forever)) for _ in range(2)
        )
        await wait_until_async(lambda: picture_queue.occupied == 2)
        assert (picture_queue.running, picture_queue.waiting) == (1, 1)
        with pytest.raises(Overloaded) as refused:
            await picture_queue.run(lambda on_tile: None, wait_forever)
        assert refused.value.retry_after >= 1
        go.set()
        assert await asyncio.gather(first, second) == [True, True]

    asyncio.run(scene())
    assert picture_queue.occupied == 0


def test_who_leaves_while_working_stops_the_work_at_its_next_tile(picture_queue):
    started, tiles = threading.Event(), []

    def work(on_tile):
        started.set()
        for tile in range(100_000):
            tiles.append(tile)
            on_tile(0.0)
            threading.Event().wait(0.005)

    async def scene():
        gone = asyncio.Event()
        running = asyncio.ensure_future(picture_queue.run(work, gone.wait))
        await wait_until_async(started.is_set)
        gone.set()
        with pytest.raises(Cancelled):
            await running

    asyncio.run(scene())
    assert len(tiles) < 100_000
    assert picture_queue.occupied == 0


def test_who_leaves_while_waiting_is_never_worked_for(picture_queue):
    go, worked = threading.Event(), []

    async def scene():
        gone = asyncio.Event()
        first = asyncio.ensure_future(picture_queue.run(lambda on_tile: go.wait(10), wait_forever))
        await wait_until_async(lambda: picture_queue.occupied == 1)
        second = asyncio.ensure_future(picture_queue.run(lambda on_tile: worked.append(1), gone.wait))
        await wait_until_async(lambda: picture_queue.occupied == 2)
        gone.set()
        with pytest.raises(Cancelled):
            await second
        assert picture_queue.occupied == 1
        go.set()
        await first

    asyncio.run(scene())
    assert not worked


def test_a_place_is_free_only_when_the_thread_is(picture_queue):
    go = threading.Event()

    async def scene():
        running = asyncio.ensure_future(picture_queue.run(lambda on_tile: go.wait(10), wait_forever))
        await wait_until_async(lambda: picture_queue.occupied == 1)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert picture_queue.occupied == 1
        go.set()
        await wait_until_async(lambda: picture_queue.occupied == 0)

    asyncio.run(scene())


def test_closing_stops_what_runs_and_what_waits_and_refuses_what_comes():
    turns, started = PictureQueue(workers=1, max_waiting=1), threading.Event()

    def work(on_tile):
        started.set()
        while True:
            on_tile(0.0)

    async def scene():
        running = asyncio.ensure_future(turns.run(work, wait_forever))
        waiting = asyncio.ensure_future(turns.run(work, wait_forever))
        await wait_until_async(lambda: started.is_set() and turns.occupied == 2)
        await asyncio.to_thread(turns.close)
        for one in (running, waiting):
            with pytest.raises(Overloaded, match="stopping"):
                await one
        with pytest.raises(Overloaded, match="stopping"):
            await turns.run(lambda on_tile: None, wait_forever)

    asyncio.run(scene())
    assert turns.occupied == 0


def test_who_is_refused_is_told_to_wait_longer_when_turns_take_longer(picture_queue):
    picture_queue.occupied = 2
    with pytest.raises(Overloaded) as short:
        picture_queue.check_capacity()
    for _ in range(20):
        picture_queue.record_duration(30)
    with pytest.raises(Overloaded) as long:
        picture_queue.check_capacity()
    picture_queue.occupied = 0
    assert short.value.retry_after < long.value.retry_after <= 60
