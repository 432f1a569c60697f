"""ETags (RFC 9110, 13.1.2): what a caller has already is not sent again."""

from collections.abc import Mapping

from fastapi import Request, Response

CACHE_FOREVER = "max-age=31536000, immutable"


def matches_etag(request: Request, etag: str) -> bool:
    """Whether the caller says that it has this version; weak comparison, as If-None-Match asks."""
    known = request.headers.get("if-none-match", "")
    return known.strip() == "*" or etag in [tag.strip().removeprefix("W/") for tag in known.split(",")]


def build_not_modified(headers: Mapping[str, str]) -> Response:
    """304 with the headers that a cache needs."""
    return Response(status_code=304, headers=headers)
