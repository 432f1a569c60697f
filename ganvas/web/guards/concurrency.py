"""A bounded queue for pictures: so many at once, so many waiting, the rest refused."""

import asyncio
import math
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from ganvas.errors import Cancelled, Overloaded

T = TypeVar("T")
OnTile = Callable[[float], None]
PictureWork = Callable[[OnTile], T]
SMOOTHING = 0.2  # weight of the newest duration in the running mean


class PictureQueue:
    """Runs work in ``workers`` threads, with at most ``waiting`` pieces of work in line for one."""

    def __init__(self, workers: int, max_waiting: int, on_tile: OnTile = lambda _: None) -> None:
        self.workers = workers
        self.capacity = workers + max_waiting
        self.occupied = 0
        self.stopping = False
        self.mean_seconds = 1.0
        self.on_tile = on_tile
        self.lock = threading.Lock()
        self.stop_events: set[threading.Event] = set()
        self.thread_pool = ThreadPoolExecutor(workers, thread_name_prefix="turn")

    @property
    def running(self) -> int:
        """Pieces of work that run now."""
        return min(self.occupied, self.workers)

    @property
    def waiting(self) -> int:
        """Pieces of work in line."""
        return max(0, self.occupied - self.workers)

    def check_capacity(self) -> None:
        """Raise Busy, which says when to come back, if there is no place."""
        if self.occupied >= self.capacity:
            after = math.ceil(min(60.0, self.mean_seconds * self.capacity / self.workers))
            raise Overloaded(f"{self.capacity} pictures are being made or wait.", f"Try again in {after} s.", after)

    async def run(self, work: PictureWork[T], wait_until_left: Callable[[], Coroutine[None, None, None]]) -> T:
        """Do the work in its turn. Raises Busy at once when there is no place, Cancelled if the caller leaves.

        ``leaving()`` is done when the caller has left: work in line is then dropped, work that runs is told to stop
        at its next tile. The place is free again when the thread is.
        """
        stop = threading.Event()
        future = self.enqueue(work, stop)
        left = asyncio.ensure_future(wait_until_left())
        left.add_done_callback(lambda _: (stop.set(), future.cancel()))
        try:
            return await asyncio.wrap_future(future)
        except (asyncio.CancelledError, Cancelled):
            if self.stopping:
                raise build_stopping_error() from None
            if future.cancelled() and left.done():
                raise Cancelled("The caller left before its turn.") from None
            raise
        finally:
            stop.set()
            left.cancel()

    def enqueue(self, work: PictureWork[T], stop: threading.Event) -> "Future[T]":
        """Take a place in line."""
        with self.lock:
            self.check_capacity()
            self.occupied += 1
            self.stop_events.add(stop)
        try:
            future = self.thread_pool.submit(self.run_in_thread, work, stop)
        except RuntimeError as error:
            self.release(stop)
            raise build_stopping_error() from error
        future.add_done_callback(lambda _: self.release(stop))
        return future

    def run_in_thread(self, work: PictureWork[T], stop: threading.Event) -> T:
        """One turn, in a thread of the pool."""

        last = -1.0

        def on_tile(share: float) -> None:
            nonlocal last
            if stop.is_set():
                raise Cancelled("The caller left.")
            if share > last:  # the same is heard again while a tile takes long
                last = share
                self.on_tile(share)

        return work(on_tile)

    def release(self, stop: threading.Event) -> None:
        """Give the place back."""
        with self.lock:
            self.occupied -= 1
            self.stop_events.discard(stop)

    def record_duration(self, seconds: float) -> None:
        """Note how long a turn took, which is what callers are told to wait."""
        self.mean_seconds += SMOOTHING * (seconds - self.mean_seconds)

    def stop(self) -> None:
        """Stop what runs at its next tile, and drop what waits; both are told by Busy to come back."""
        with self.lock:
            self.stopping = True
            stops = list(self.stop_events)
        for stop in stops:
            stop.set()
        self.thread_pool.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """Stop, and come back when all threads are free."""
        self.stop()
        self.thread_pool.shutdown(wait=True)


def build_stopping_error() -> Overloaded:
    """The error of work that a server which stops cannot do any more."""
    return Overloaded("The server is stopping.", "Try again in 5 s.", 5)
