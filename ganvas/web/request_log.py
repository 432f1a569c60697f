"""Logs and counts each request, and answers unforeseen errors.

The log has method, route's path, status, seconds and bytes; no query, no file name, nothing of a photo.
"""

import logging
import re
import time

from fastapi import Response
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ganvas.web.faults import find_fault
from ganvas.web.metrics import Metrics
from ganvas.web.problems import build_problem, problem_from_error, respond_with_problem

ACCESS_LOG = logging.getLogger("ganvas.access")
ERROR_LOG = logging.getLogger("ganvas.web")
NOT_IN_ADDRESSES = re.compile(r"[^0-9A-Za-z.:%_-]")
LONGEST_ADDRESS = 64
KNOWN_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class RequestLogMiddleware:
    """Sees every request and every answer."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        seen = RequestTraffic(scope, receive, send)
        try:
            await self.app(scope, seen.receive, seen.send)
        except ClientDisconnect:
            pass  # nobody is there who could be answered
        except Exception as error:  # noqa: BLE001  the web's edge
            answer = report(error, scope)
            if not seen.status:
                await answer(scope, seen.receive, seen.send)
        finally:
            self.record_request(scope, seen)

    def record_request(self, scope: Scope, traffic: "RequestTraffic") -> None:
        """Count and log one request."""
        method = scope["method"] if scope["method"] in KNOWN_METHODS else "other"
        route, status, seconds = name_route(scope), traffic.status or 499, time.perf_counter() - traffic.began
        self.metrics.requests.labels(method, route, str(status)).inc()
        self.metrics.seconds.labels(method, route).observe(seconds)
        self.metrics.bytes.labels("in").inc(traffic.received)
        self.metrics.bytes.labels("out").inc(traffic.sent)
        client = clean_address((scope.get("client") or ("-",))[0])
        ACCESS_LOG.info(
            "%s %s %s %d %.3fs %dB %dB", client, method, route, status, seconds, traffic.received, traffic.sent
        )


class RequestTraffic:
    """What went in and out for one request."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.receive_inner = receive
        self.send_outer = send
        self.began = time.perf_counter()
        self.status = self.received = self.sent = 0

    async def receive(self) -> Message:
        """Counts the body."""
        message = await self.receive_inner()
        self.received += len(message.get("body", b""))
        return message

    async def send(self, message: Message) -> None:
        """Counts the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        self.sent += len(message.get("body", b""))
        await self.send_outer(message)


def clean_address(client: str) -> str:
    """A caller's address for the log: a proxy hands on what a caller wrote, which may hold lines and escape codes."""
    return NOT_IN_ADDRESSES.sub("?", client)[:LONGEST_ADDRESS]


def name_route(scope: Scope) -> str:
    """The path of the route as it was declared, so that there are few; ``page`` for the page, ``none`` for none."""
    return getattr(scope.get("route"), "path", "") or ("page" if "endpoint" in scope else "none")


def report(error: Exception, scope: Scope) -> Response:
    """Log an error and give its answer: one line where it is known what it means, else all that there is to say."""
    found = find_fault(error)
    if found is None:
        ERROR_LOG.error("%s %s failed", scope["method"], name_route(scope), exc_info=error)
        return build_failure_response()
    ERROR_LOG.error("%s %s failed: %s", scope["method"], name_route(scope), found)
    return respond_with_problem(problem_from_error(found))


def build_failure_response() -> Response:
    """The answer to what nobody foresaw; says nothing of the inside."""
    return respond_with_problem(
        build_problem("failure", "The server met an error that it did not expect.", "Its log says more.")
    )
