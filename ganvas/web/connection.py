"""One connection of HTTP/1.1: how long a request's head may take, and what is no HTTP.

uvicorn waits for a head without end, counts such connections against its limit and so turns everybody away; and it
meets chunks that are none with a traceback. Here a head has HEAD seconds, and where connections run out, the one that
has waited longest without a request gives its place to the next.
"""

import asyncio
from typing import Any

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

HEAD = 15.0  # seconds
SPARE = 50  # connections below the limit at which those that say nothing are closed


class Connection(H11Protocol):
    """uvicorn's connection with a limit of time for heads."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.head_timer: asyncio.TimerHandle | None = None
        self.since = 0.0  # when it began to wait for a head

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Begin, and make room where connections run out."""
        super().connection_made(transport)
        self.time_head()
        if self.limit_concurrency and len(self.connections) > self.limit_concurrency - SPARE:
            self.close_oldest()

    def close_oldest(self) -> None:
        """Close the connection that has waited longest for a head; this one, the newest, is the last to go."""
        waiting = [
            (one.since, id(one), one) for one in self.connections if isinstance(one, Connection) and one.head_timer
        ]
        min(waiting)[2].give_up()

    def data_received(self, data: bytes) -> None:
        """Take what came; a head that is whole now has no limit any more, one that has begun has."""
        super().data_received(data)
        self.time_head()

    def on_response_complete(self) -> None:
        """The next head may come: from now on its time counts."""
        super().on_response_complete()
        self.time_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self.stop_timer()
        super().connection_lost(exc)

    def time_head(self) -> None:
        """Begin to count where a head is waited for, stop where none is."""
        waits = (not self.cycle or self.cycle.response_complete) and not self.transport.is_closing()
        if not waits:
            self.stop_timer()
        elif self.head_timer is None:
            self.since = self.loop.time()
            self.head_timer = self.loop.call_later(HEAD, self.give_up)

    def stop_timer(self) -> None:
        """Count no more."""
        if self.head_timer:
            self.head_timer.cancel()
            self.head_timer = None

    def give_up(self) -> None:
        """Close: no head came in time."""
        self.stop_timer()
        self.connections.discard(self)
        if not self.transport.is_closing():
            self.transport.abort()

    def send_400_response(self, msg: str) -> None:
        """Say that this is no HTTP where an answer can still be sent, and close."""
        answering = self.cycle and self.cycle.response_started and not self.cycle.response_complete
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE} and not answering:
            super().send_400_response(msg)
        if self.cycle and not self.cycle.response_complete:
            self.cycle.disconnected = True  # for the application the caller has gone
            self.cycle.message_event.set()
        self.transport.close()
