"""The access token, and the login cookie that stands for it.

The cookie holds its end of life and a keyed hash of that, so the server keeps no list of sessions, and the token
itself is never in it. Another token makes all cookies worthless.
"""

import hashlib
import hmac
import time

from ganvas.errors import Forbidden

LOGIN_COOKIE = "ganvas"
LOGIN_SECONDS = 7 * 24 * 3600
MIN_TOKEN_LENGTH = 16


class TokenAuth:
    """Knows the right token and the right cookie."""

    def __init__(self, token: str) -> None:
        if len(token) < MIN_TOKEN_LENGTH:
            raise Forbidden(
                f"GANVAS_TOKEN has {len(token)} characters.", f"It needs at least {MIN_TOKEN_LENGTH}, hard to guess."
            )
        self.digest = hashlib.sha256(token.encode()).digest()
        self.key = hmac.digest(self.digest, b"cookie", "sha256")

    def verify_token(self, token: str) -> bool:
        """Whether this is the token; takes the same time for every wrong one."""
        return hmac.compare_digest(hashlib.sha256(token.encode("utf-8", "replace")).digest(), self.digest)

    def issue_cookie(self) -> str:
        """A cookie's value that holds for LIFE seconds from now."""
        end = str(int(time.time()) + LOGIN_SECONDS)
        return f"{end}.{self.sign_expiry(end)}"

    def verify_cookie(self, value: str) -> bool:
        """Whether a cookie's value was issued here and has not ended."""
        end, _, signature = value.partition(".")
        genuine = hmac.compare_digest(signature.encode("utf-8", "replace"), self.sign_expiry(end).encode())
        return genuine and int(end) > time.time()

    def sign_expiry(self, expires: str) -> str:
        """The keyed hash of an end of life."""
        return hmac.new(self.key, expires.encode("utf-8", "replace"), "sha256").hexdigest()
