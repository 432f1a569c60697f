"""Finds the owner of a request: from a signed cookie, or from the token.

A browser is given an owner of its own, unasked, in a cookie that scripts cannot read. It is given to this server's own
page only: a link on another site brings no cookie (SameSite=Strict), and a new one would replace what is there. The
cookie's name comes from the server's secret, since browsers share cookies among all ports of an address.
`ganvas owners` gives what an owner that was lost had to another. Whoever shows the token is the token's owner on every
machine; scripts on a server without a token are one owner together.
"""

import hashlib
import hmac
import os
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request, Response

from ganvas.errors import Forbidden
from ganvas.web.guards.access import check_origin, is_loopback
from ganvas.web.services import ServicesDep

OWNER_COOKIE = "ganvas-owner"  # with a part of its own behind it; alone, the name of older versions
COOKIE_SECONDS = 400 * 24 * 3600  # seconds; browsers keep none longer
PROXY = {"forwarded", "via", "x-real-ip"}  # headers that a proxy adds, beside X-Forwarded-...
LOCAL_OWNER = "local"
SECRET_FILE = "secret"


def identify_owner(request: Request, response: Response, services: ServicesDep) -> str:
    """The owner that a request comes from; a browser that has none yet is given one with the response."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if services.auth and scheme.lower() == "bearer":
        return derive_token_owner(token.strip())
    key = load_or_create_secret(services.settings.data)
    secure = request.url.scheme == "https"
    if owner := verify_owner_cookie(request.cookies.get(name_cookie(key, secure), ""), key):
        return owner
    if owner := verify_owner_cookie(request.cookies.get(OWNER_COOKIE, ""), key):
        response.delete_cookie(OWNER_COOKIE, httponly=True, secure=secure, samesite="strict")
        return issue(response, owner, key, secure)
    if not is_from_browser(request):
        return LOCAL_OWNER
    owner = f"browser-{secrets.token_hex(12)}"
    return issue(response, owner, key, secure) if from_own_page(request) else owner


def issue(response: Response, owner: str, key: bytes, secure: bool) -> str:
    """Give a browser its owner, which is returned; ``secure`` where it came by https."""
    value = f"{owner}.{sign_owner(owner, key)}"
    name = name_cookie(key, secure)
    response.set_cookie(name, value, max_age=COOKIE_SECONDS, httponly=True, secure=secure, samesite="strict")
    return owner


def name_cookie(key: bytes, secure: bool) -> str:
    """The cookie's name, this server's own; by https with the prefix that keeps other hosts from setting it."""
    return f"{'__Host-' if secure else ''}{OWNER_COOKIE}-{sign_owner('the name of the cookie', key)[:12]}"


def derive_token_owner(token: str) -> str:
    """The owner of what is asked for with a token."""
    return f"token-{hashlib.sha256(token.encode()).hexdigest()[:24]}"


CurrentOwner = Annotated[str, Depends(identify_owner)]


def check_admin(request: Request, services: ServicesDep) -> None:
    """Raise Forbidden for who may not change what all see.

    Where a token is set, whoever has it may (the gate let nobody else in); else the callers on this machine alone, and
    none that a proxy brings.
    """
    if services.auth:
        return
    here = request.client is not None and is_loopback(request.client.host)
    if not here or any(name in PROXY or name.startswith("x-forwarded-") for name in request.headers):
        raise Forbidden("Only callers on the server's own machine may change the styles.", "Set GANVAS_TOKEN there.")


RequireAdmin = Depends(check_admin)


def is_from_browser(request: Request) -> bool:
    """Whether a browser sent this: browsers say where their requests come from (Fetch Metadata)."""
    return any(name in request.headers for name in ("sec-fetch-site", "origin", "cookie", "upgrade-insecure-requests"))


def from_own_page(request: Request) -> bool:
    """Whether a script of this server's own page sent this: no navigation, and no other site's request.

    By plain http browsers tell Fetch Metadata to this machine alone; there a navigation is known by what it asks for.
    """
    headers = request.headers
    if "sec-fetch-site" in headers:
        return headers["sec-fetch-site"] == "same-origin" and headers.get("sec-fetch-mode") != "navigate"
    navigates = "upgrade-insecure-requests" in headers or "text/html" in headers.get("accept", "")
    return not navigates and check_origin({**request.scope, "method": "POST"}, headers) is None


def verify_owner_cookie(value: str, key: bytes) -> str:
    """The owner in a cookie that was signed here, or nothing."""
    owner, _, signature = value.partition(".")
    genuine = hmac.compare_digest(signature.encode("utf-8", "replace"), sign_owner(owner, key).encode())
    return owner if genuine and owner else ""


def sign_owner(owner: str, key: bytes) -> str:
    """The keyed hash of an owner."""
    return hmac.new(key, owner.encode("utf-8", "replace"), "sha256").hexdigest()


@lru_cache(maxsize=16)
def load_or_create_secret(folder: Path) -> bytes:
    """The key of the signatures, 32 bytes in a file that its owner alone can read; made when there is none yet."""
    path = folder / SECRET_FILE
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{SECRET_FILE}-{secrets.token_hex(8)}"
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(32))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(temporary, path)  # fails where another process was first: its key holds
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
    return path.read_bytes()
