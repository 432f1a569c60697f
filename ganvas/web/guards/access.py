"""Checks Host, Origin and token before anything is read.

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

from ganvas.web.guards.early_response import respond_early
from ganvas.web.guards.tokens import LOGIN_COOKIE, TokenAuth
from ganvas.web.problems import build_problem, respond_with_problem
from ganvas.web.schemas.pictures import Problem
from ganvas.web.target import check_target

HOST_PATTERN = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)(?::(\d{1,5}))?")
DEFAULT_PORTS = {"http": 80, "https": 443}
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
PUBLIC_PATHS = {"/api/v1/login", "/api/v1/docs", "/api/v1/openapi.json"}


class AccessMiddleware:
    """Lets in what is meant for this server, comes from its own page or no page, and has the token if one is set."""

    def __init__(self, app: ASGIApp, bind_host: str, allowed_hosts: Collection[str], auth: TokenAuth | None) -> None:
        self.app = app
        self.is_local = is_loopback(bind_host)
        self.allowed_hosts = {name.lower() for name in allowed_hosts} | {bind_host.lower(), "localhost"}
        self.auth = auth

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        problem = self.check_host(headers) or check_origin(scope, headers) or self.check_token(scope, headers)
        problem = problem or check_target(scope)
        if problem is None:
            return await self.app(scope, receive, send)
        bearer = {"WWW-Authenticate": 'Bearer realm="ganvas"'} if problem.status == 401 else {}
        return await respond_early(respond_with_problem(problem, bearer), receive, send)

    def check_host(self, headers: Headers) -> Problem | None:
        """A problem if the request is meant for another server."""
        hosts = headers.getlist("host")
        parsed = HOST_PATTERN.fullmatch(hosts[0]) if len(hosts) == 1 else None
        if parsed is None:
            return build_problem("bad-request", "The request has no Host header, or one that is none.")
        name = parsed[1].strip("[]").lower()
        if name in self.allowed_hosts or is_loopback(name) or (not self.is_local and is_ip_address(name)):
            return None
        return build_problem(
            "misdirected",
            f"This server does not answer to {name[:80]!r}.",
            "Add the name to GANVAS_HOSTS if it should.",
        )

    def check_token(self, scope: Scope, headers: Headers) -> Problem | None:
        """A problem if a token is needed and not there."""
        path: str = scope["path"]
        if self.auth is None or path in PUBLIC_PATHS or not (path.startswith("/api/") or path == "/metrics"):
            return None
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.auth.verify_token(token.strip()):
            return None
        if self.auth.verify_cookie(read_login_cookie(headers.get("cookie", ""))):
            return None
        return build_problem(
            "unauthorised", "The token is missing or wrong.", "Send it as 'Authorization: Bearer TOKEN'."
        )


def check_origin(scope: Scope, headers: Headers) -> Problem | None:
    """A problem if another site's page wants to change something."""
    if scope["method"] in SAFE_METHODS:
        return None
    origin = headers.get("origin")
    if origin is None:
        foreign = headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}
    else:
        own = parse_origin(f"{origin.partition('://')[0]}://{headers['host']}")
        foreign = own is None or parse_origin(origin) != own
    if not foreign:
        return None
    return build_problem(
        "foreign-origin", "The request comes from a page of another site.", "Use this server's own page."
    )


def parse_origin(origin: str) -> tuple[str, int] | None:
    """Name and port of an origin such as https://art.example:8443; None for one that has none."""
    scheme, _, host = origin.lower().partition("://")
    parsed = HOST_PATTERN.fullmatch(host)
    return (parsed[1], int(parsed[2] or DEFAULT_PORTS[scheme])) if parsed and scheme in DEFAULT_PORTS else None


def read_login_cookie(header: str) -> str:
    """The value of our cookie, or nothing."""
    return cookie_parser(header).get(LOGIN_COOKIE, "")


def is_ip_address(name: str) -> bool:
    """Whether it is an IP address and not a name."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_loopback(name: str) -> bool:
    """Whether only this machine can reach it."""
    return name.lower() == "localhost" or (is_ip_address(name) and ipaddress.ip_address(name).is_loopback)
