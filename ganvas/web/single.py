"""Computes once what many ask for at the same time."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio


class Single:
    """Lets one at a time do the work of a key, and few do any at once; the others wait in line."""

    def __init__(self, most: int) -> None:
        self.places = anyio.Semaphore(most)
        self.locks: dict[str, tuple[anyio.Lock, int]] = {}

    @asynccontextmanager
    async def enter(self, key: str) -> AsyncGenerator[None]:
        """Be the one who does the work of this key; who comes after another finds it done."""
        lock, waiting = self.locks.get(key, (anyio.Lock(), 0))
        self.locks[key] = (lock, waiting + 1)
        try:
            async with lock, self.places:
                yield
        finally:
            lock, waiting = self.locks.pop(key)
            if waiting > 1:
                self.locks[key] = (lock, waiting - 1)
