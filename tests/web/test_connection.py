"""Heads that never end, and what is no HTTP, harm nobody."""

import asyncio
import logging
import socket

import pytest
import uvicorn

from ganvas.web import connection
from ganvas.web.connection import Connection

WRITERS: list[asyncio.StreamWriter] = []  # of the connections that are open


async def answer(scope, receive, send):
    """An application that reads all and says yes."""
    while (message := await receive())["type"] == "http.request" and message.get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"3")]})
    await send({"type": "http.response.body", "body": b"yes"})


async def serve_and(use, limit: int = 100, app=answer):
    """Run a server, use its port and stop it."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, http=Connection, lifespan="off", log_config=None, limit_concurrency=limit)
    server = uvicorn.Server(config)
    running = asyncio.ensure_future(server.serve(sockets=[listening]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        return await use(listening.getsockname()[1])
    finally:
        for writer in WRITERS:
            writer.close()
        WRITERS.clear()
        server.should_exit = True
        await running


async def send(port: int, data: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection on which something was said."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    await writer.drain()
    WRITERS.append(writer)
    return reader, writer


async def ask(port: int) -> bytes:
    """The first line of an answer to a whole request."""
    reader, _ = await send(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    return await reader.readline()


@pytest.mark.parametrize(
    "said", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-A: ", b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /"]
)
def test_a_head_has_a_limit_of_time(monkeypatch, said):
    monkeypatch.setattr(connection, "HEAD", 0.2)

    async def use(port: int) -> bytes:
        reader, _ = await send(port, said)
        return await asyncio.wait_for(reader.read(), 10)

    assert asyncio.run(serve_and(use)).count(b" 200 ") == said.count(b"\r\n\r\n")


def test_heads_that_drip_have_the_same_limit(monkeypatch):
    monkeypatch.setattr(connection, "HEAD", 0.3)

    async def use(port: int) -> bool:
        reader, writer = await send(port, b"GET / HTTP/1.1\r\nX-A: ")
        ended = asyncio.ensure_future(reader.read())
        for _ in range(500):
            if ended.done():
                return True
            writer.write(b"a")
            await asyncio.sleep(0.02)
        return False

    assert asyncio.run(serve_and(use))


def test_half_sent_heads_turn_nobody_away():
    async def use(port: int) -> list[bytes]:
        for _ in range(90):
            await send(port, b"GET / HTTP/1.1\r\nHost: x\r\n")
        return [await ask(port) for _ in range(5)]

    assert asyncio.run(serve_and(use, limit=60)) == [b"HTTP/1.1 200 OK\r\n"] * 5


@pytest.mark.parametrize(
    "body", [b"xyz\r\n", b"5\r\nabcdeXX", b"-1\r\n", b"5\r\nabcde\r\nzz\r\nmore\r\n", b"ffffffffffffffffffffff\r\n"]
)
def test_chunks_that_are_none_are_refused_without_a_traceback(caplog, body):
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"

    async def use(port: int) -> tuple[bytes, bytes]:
        reader, writer = await send(port, head)
        await asyncio.sleep(0.05)
        writer.write(body)
        said = await asyncio.wait_for(reader.read(), 10)
        return said, await ask(port)

    with caplog.at_level(logging.DEBUG):
        refused, after = asyncio.run(serve_and(use))
    assert refused.startswith(b"HTTP/1.1 400 ")
    assert after.startswith(b"HTTP/1.1 200 ")
    assert not any(record.exc_info for record in caplog.records)
