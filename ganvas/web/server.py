"""Listens on an address and runs the application there."""

import asyncio
import logging
import resource
import socket
import sys
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from ganvas.errors import Forbidden, GanvasError
from ganvas.settings import Settings
from ganvas.web.connection import Connection
from ganvas.web.guards.access import is_loopback
from ganvas.web.services import Services

GRACE_SECONDS = 20.0
LAST_TILE_SECONDS = 5  # seconds for a tile to end and its caller to be told
MAX_CONNECTIONS = 1000
FILES = 16_384


def check_address(settings: Settings) -> None:
    """Raise Forbidden for an address that others can reach, when no token is set."""
    if not is_loopback(settings.host) and not settings.token:
        raise Forbidden(
            f"{settings.host} can be reached from other machines, and no token is set.",
            "Set GANVAS_TOKEN to a secret of 16 characters or more, or serve on 127.0.0.1.",
        )


def bind_socket(settings: Settings) -> socket.socket:
    """A socket on the settings' address. Raises GanvasError when it cannot be had.

    Its protocol is named, since asyncio sends small answers at once (TCP_NODELAY) only where it is.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((settings.host, settings.port))
        listening.listen(2048)
        return listening
    except (OSError, OverflowError) as error:
        listening.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise GanvasError(
            f"{settings.host} port {settings.port} cannot be listened on: {reason}.", "Choose another with --port."
        ) from error


def format_socket_url(listening: socket.socket) -> str:
    """The URL of a socket that listens."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run_server(app: FastAPI, listening: socket.socket) -> None:
    """Serve until told to stop by SIGINT or SIGTERM; pictures that are made then have GRACE seconds to be ready."""
    parts: Services = app.state.services
    _ = parts.job_runtime.service  # opened here, where a database that cannot be used is one line
    configure_logging()
    allow_files()
    config = uvicorn.Config(
        app,
        http=Connection,
        access_log=False,
        server_header=False,
        log_config=None,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=int(GRACE_SECONDS) + LAST_TILE_SECONDS,
    )
    GracefulServer(config, parts.picture_queue.stop, parts.event_streams.close).run(sockets=[listening])


class GracefulServer(uvicorn.Server):
    """A server that, when told to stop, hangs up on who listens for events, and GRACE seconds later stops the work."""

    def __init__(
        self, config: uvicorn.Config, stop_work: Callable[[], None], close_streams: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self.stop_work = stop_work
        self.close_streams = close_streams

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more requests, and end those that run."""
        self.close_streams()
        asyncio.get_running_loop().call_later(GRACE_SECONDS, self.stop_work)
        await super().shutdown(sockets)


def allow_files() -> None:
    """Let this process have as many files open as it may: connections, and the files of forms, are some thousands."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = FILES if hard == resource.RLIM_INFINITY else min(hard, FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))


def configure_logging() -> None:
    """A line for each request and for each failure, on the standard error."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s", stream=sys.stderr)
    logging.getLogger("ganvas").setLevel(logging.INFO)
