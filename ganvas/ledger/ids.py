"""Names for rows: later ones sort after earlier ones, and none can be guessed."""

import secrets
import time


def new_id() -> str:
    """28 hexadecimal digits: milliseconds since 1970, then 64 random bits."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(8)}"
