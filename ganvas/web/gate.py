"""Who may come in: Host, Origin and token are checked before anything is read. Knows headers; knows no route's work.

A page of another site can make a browser send requests to a server on the same machine. It cannot choose their
Host (after DNS rebinding it is still the other site's name) nor their Origin, so both are checked. Addresses
need no name service, so a Host that is an address cannot be rebound.
"""

import ipaddress
import re
from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from ganvas.web.problems import build, respond
from ganvas.web.refusal import refuse
from ganvas.web.seal import COOKIE, Seal
from ganvas.web.shapes import Problem
from ganvas.web.target import check_target

HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)(?::(\d{1,5}))?")
PORTS = {"http": 80, "https": 443}
SAFE = {"GET", "HEAD", "OPTIONS"}
OPEN = {"/api/v1/login", "/api/v1/docs", "/api/v1/openapi.json"}


class Gate:
    """Lets in what is meant for this server, comes from its own page or no page, and has the token if one is set."""

    def __init__(self, app: ASGIApp, bound: str, names: Collection[str], seal: Seal | None) -> None:
        self.app = app
        self.local = is_loopback(bound)
        self.names = {name.lower() for name in names} | {bound.lower(), "localhost"}
        self.seal = seal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        problem = self.check_host(headers) or check_origin(scope, headers) or self.check_token(scope, headers)
        problem = problem or check_target(scope)
        if problem is None:
            return await self.app(scope, receive, send)
        bearer = {"WWW-Authenticate": 'Bearer realm="ganvas"'} if problem.status == 401 else {}
        return await refuse(respond(problem, bearer), receive, send)

    def check_host(self, headers: Headers) -> Problem | None:
        """A problem if the request is meant for another server."""
        hosts = headers.getlist("host")
        parsed = HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
        if parsed is None:
            return build("bad-request", "The request has no Host header, or one that is none.")
        name = parsed[1].strip("[]").lower()
        if name in self.names or is_loopback(name) or (not self.local and is_address(name)):
            return None
        return build(
            "misdirected",
            f"This server does not answer to {name[:80]!r}.",
            "Add the name to GANVAS_HOSTS if it should.",
        )

    def check_token(self, scope: Scope, headers: Headers) -> Problem | None:
        """A problem if a token is needed and not there."""
        path: str = scope["path"]
        if self.seal is None or path in OPEN or not (path.startswith("/api/") or path == "/metrics"):
            return None
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.seal.matches(token.strip()):
            return None
        if self.seal.holds(read_cookie(headers.get("cookie", ""))):
            return None
        return build("unauthorised", "The token is missing or wrong.", "Send it as 'Authorization: Bearer TOKEN'.")


def check_origin(scope: Scope, headers: Headers) -> Problem | None:
    """A problem if another site's page wants to change something."""
    if scope["method"] in SAFE:
        return None
    origin = headers.get("origin")
    if origin is None:
        foreign = headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}
    else:
        own = normalise(f"{origin.partition('://')[0]}://{headers['host']}")
        foreign = own is None or normalise(origin) != own
    if not foreign:
        return None
    return build("foreign-origin", "The request comes from a page of another site.", "Use this server's own page.")


def normalise(origin: str) -> tuple[str, int] | None:
    """Name and port of an origin such as https://art.example:8443; None for one that has none."""
    scheme, _, host = origin.lower().partition("://")
    parsed = HOST.fullmatch(host)
    return (parsed[1], int(parsed[2] or PORTS[scheme])) if parsed and scheme in PORTS else None


def read_cookie(header: str) -> str:
    """The value of our cookie, or nothing."""
    return cookie_parser(header).get(COOKIE, "")


def is_address(name: str) -> bool:
    """Whether it is an IP address and not a name."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_loopback(name: str) -> bool:
    """Whether only this machine can reach it."""
    return name.lower() == "localhost" or (is_address(name) and ipaddress.ip_address(name).is_loopback)
