"""Turns: so many at once, so many waiting, the rest refused. Knows threads and time; not what the work is."""

import asyncio
import math
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from ganvas.errors import Busy, Cancelled

T = TypeVar("T")
OnTile = Callable[[float], None]
Work = Callable[[OnTile], T]
MEMORY = 0.2  # weight of the newest duration in the running mean


class Turns:
    """Runs work in ``workers`` threads, with at most ``waiting`` pieces of work in line for one."""

    def __init__(self, workers: int, waiting: int, on_tile: OnTile = lambda _: None) -> None:
        self.workers = workers
        self.room = workers + waiting
        self.inside = 0
        self.stopping = False
        self.seconds = 1.0
        self.on_tile = on_tile
        self.lock = threading.Lock()
        self.stops: set[threading.Event] = set()
        self.pool = ThreadPoolExecutor(workers, thread_name_prefix="turn")

    @property
    def busy(self) -> int:
        """Pieces of work that run now."""
        return min(self.inside, self.workers)

    @property
    def waiting(self) -> int:
        """Pieces of work in line."""
        return max(0, self.inside - self.workers)

    def check(self) -> None:
        """Raise Busy, which says when to come back, if there is no place."""
        if self.inside >= self.room:
            after = math.ceil(min(60.0, self.seconds * self.room / self.workers))
            raise Busy(f"{self.room} pictures are being made or wait.", f"Try again in {after} s.", after)

    async def run(self, work: Work[T], leaving: Callable[[], Coroutine[None, None, None]]) -> T:
        """Do the work in its turn. Raises Busy at once when there is no place, Cancelled if the caller leaves.

        ``leaving()`` is done when the caller has left: work in line is then dropped, work that runs is told to stop
        at its next tile. The place is free again when the thread is.
        """
        stop = threading.Event()
        future = self.enter(work, stop)
        left = asyncio.ensure_future(leaving())
        left.add_done_callback(lambda _: (stop.set(), future.cancel()))
        try:
            return await asyncio.wrap_future(future)
        except (asyncio.CancelledError, Cancelled):
            if self.stopping:
                raise stopped() from None
            if future.cancelled() and left.done():
                raise Cancelled("The caller left before its turn.") from None
            raise
        finally:
            stop.set()
            left.cancel()

    def enter(self, work: Work[T], stop: threading.Event) -> "Future[T]":
        """Take a place in line."""
        with self.lock:
            self.check()
            self.inside += 1
            self.stops.add(stop)
        try:
            future = self.pool.submit(self.take, work, stop)
        except RuntimeError as error:
            self.leave(stop)
            raise stopped() from error
        future.add_done_callback(lambda _: self.leave(stop))
        return future

    def take(self, work: Work[T], stop: threading.Event) -> T:
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

    def leave(self, stop: threading.Event) -> None:
        """Give the place back."""
        with self.lock:
            self.inside -= 1
            self.stops.discard(stop)

    def learn(self, seconds: float) -> None:
        """Note how long a turn took, which is what callers are told to wait."""
        self.seconds += MEMORY * (seconds - self.seconds)

    def stop(self) -> None:
        """Stop what runs at its next tile, and drop what waits; both are told by Busy to come back."""
        with self.lock:
            self.stopping = True
            stops = list(self.stops)
        for stop in stops:
            stop.set()
        self.pool.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """Stop, and come back when all threads are free."""
        self.stop()
        self.pool.shutdown(wait=True)


def stopped() -> Busy:
    """The error of work that a server which stops cannot do any more."""
    return Busy("The server is stopping.", "Try again in 5 s.", 5)
