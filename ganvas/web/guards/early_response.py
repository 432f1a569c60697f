"""Answers before a body was read, as HTTP/1.1 clients expect it.

A server that closes while the client still sends makes the client see a reset connection in place of the answer.
So the answer is sent at once, and what still comes is read and thrown away, within bounds.
"""

import anyio
from fastapi import Response
from starlette.types import Receive, Send

DRAIN_SECONDS = 10.0
MAX_DRAIN_BYTES = 256 << 20


async def respond_early(response: Response, receive: Receive, send: Send) -> None:
    """Send the response, then throw away the rest of the request: at most MOST bytes, for PATIENCE seconds."""
    await send({"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers})
    await send({"type": "http.response.body", "body": bytes(response.body), "more_body": True})
    with anyio.move_on_after(DRAIN_SECONDS):
        await drain_body(receive)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def drain_body(receive: Receive) -> None:
    """Read the body to its end and keep nothing of it."""
    read = 0
    while read < MAX_DRAIN_BYTES:
        message = await receive()
        read += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body", False):
            return
