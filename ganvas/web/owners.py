"""Whose a record is: a signed cookie's in a browser, the token's in a script. Knows headers and cookies, and no record.

A browser is given an owner of its own, unasked, in a cookie that scripts cannot read; who loses the cookie loses what
was made under it. Whoever shows the token is the token's owner on every machine; scripts on a server without a token
are one owner together.
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
from ganvas.web.gate import is_loopback
from ganvas.web.parts import Has

COOKIE = "ganvas-owner"
LIFE = 400 * 24 * 3600  # seconds; browsers keep none longer
LOCAL = "local"
SECRET = "secret"


def find_owner(request: Request, response: Response, parts: Has) -> str:
    """The owner that a request comes from; a browser that has none yet is given one with the response."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if parts.seal and scheme.lower() == "bearer":
        return token_owner(token.strip())
    key = read_secret(parts.settings.data)
    if owner := verified(request.cookies.get(COOKIE, ""), key):
        return owner
    if not from_browser(request):
        return LOCAL
    owner = f"browser-{secrets.token_hex(12)}"
    secure = request.url.scheme == "https"
    value = f"{owner}.{sign(owner, key)}"
    response.set_cookie(COOKIE, value, max_age=LIFE, httponly=True, secure=secure, samesite="strict")
    return owner


def token_owner(token: str) -> str:
    """The owner of what is asked for with a token."""
    return f"token-{hashlib.sha256(token.encode()).hexdigest()[:24]}"


Owner = Annotated[str, Depends(find_owner)]


def check_steward(request: Request, parts: Has) -> None:
    """Raise Forbidden for who may not change what all see.

    Where a token is set, whoever has it may (the gate let nobody else in); else the callers on this machine alone, and
    none that a proxy brings.
    """
    if parts.seal:
        return
    here = request.client is not None and is_loopback(request.client.host)
    if not here or any(name in request.headers for name in ("forwarded", "x-forwarded-for")):
        raise Forbidden("Only callers on the server's own machine may change the styles.", "Set GANVAS_TOKEN there.")


Steward = Depends(check_steward)


def from_browser(request: Request) -> bool:
    """Whether a browser sent this: browsers say where their requests come from (Fetch Metadata)."""
    return any(name in request.headers for name in ("sec-fetch-site", "origin", "cookie"))


def verified(value: str, key: bytes) -> str:
    """The owner in a cookie that was signed here, or nothing."""
    owner, _, signature = value.partition(".")
    genuine = hmac.compare_digest(signature.encode("utf-8", "replace"), sign(owner, key).encode())
    return owner if genuine and owner else ""


def sign(owner: str, key: bytes) -> str:
    """The keyed hash of an owner."""
    return hmac.new(key, owner.encode("utf-8", "replace"), "sha256").hexdigest()


@lru_cache(maxsize=16)
def read_secret(folder: Path) -> bytes:
    """The key of the signatures, 32 bytes in a file that its owner alone can read; made when there is none yet."""
    path = folder / SECRET
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{SECRET}-{secrets.token_hex(8)}"
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
