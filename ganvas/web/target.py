"""Refuses request targets that no database or file system can take."""

from urllib.parse import unquote_to_bytes

from starlette.types import Scope

from ganvas.web.problems import build_problem
from ganvas.web.schemas.pictures import WRONG, Problem


def check_target(scope: Scope) -> Problem | None:
    """A problem if path or query hold a NUL."""
    if "\0" in scope["path"]:
        return build_problem("not-found", "No address holds a NUL.")
    if b"\0" in unquote_to_bytes(scope.get("query_string", b"")):
        return build_problem("bad-fields", f"The query {WRONG}.", "Leave it out.")
    return None
