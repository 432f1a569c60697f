"""What errors from below mean to a caller: a full disk, a folder or database that cannot be written."""

import sqlite3

from sqlalchemy.exc import DBAPIError

from ganvas.errors import GanvasError, NotWritable
from ganvas.storage.disk import find_disk_fault, full_disk

FULL, CLOSED = "53100", {"25006", "57P03"}  # PostgreSQL's: disk full; read-only transaction, cannot connect now


def find_fault(error: BaseException | None) -> GanvasError | None:
    """The error that explains this one, or one that it came from; None for what nobody foresaw."""
    while error is not None:
        if isinstance(error, GanvasError):
            return error
        if found := find_disk_fault(error) or find_database_fault(error):
            return found
        error = error.__cause__
    return None


def find_database_fault(error: BaseException) -> GanvasError | None:
    """What a database's error says of its disk; None for any other."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(cause, "sqlstate", None)
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
    if state == FULL or code == sqlite3.SQLITE_FULL:
        return full_disk()
    if state in CLOSED or code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}:
        return NotWritable("The server's database cannot be written.", "Its administrator must give it the right to.")
    return None
