"""Opens the ledger's database and brings its tables up to date.

On SQLite a transaction that writes says so when it begins (BEGIN IMMEDIATE): one that read first and wants to write
later would be refused when another wrote meanwhile. A write-ahead log lets readers read on, and each commit is on the
disk before it is done.
"""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import Session

from ganvas.errors import BadSettings, NotWritable

LOCK_TIMEOUT_SECONDS = 30  # seconds that a writer waits for another
ADVISORY_LOCK = 0x67616E766173  # "ganvas": the advisory lock of whoever migrates, on PostgreSQL
WRITE_OPTIONS = {"writes": True}
CLOCK_QUERIES = {
    "postgresql": "select extract(epoch from clock_timestamp())",
    "sqlite": "select (julianday('now') - 2440587.5) * 86400.0",
}


class Database:
    """Sessions on one database, migrated; safe for many threads and processes."""

    def __init__(self, url: str) -> None:
        self.url = resolve_database_url(url)
        self.engine = create_database_engine(self.url)
        try:
            migrate_schema(self.engine)
        except OperationalError as error:
            reason = str(error.orig).partition("\n")[0]
            raise NotWritable(f"The database cannot be used: {reason}.", "Look at GANVAS_DATABASE.") from error

    @contextmanager
    def open_read_session(self) -> Generator[Session]:
        """A session that sees one moment; what it changes is thrown away."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def open_write_session(self) -> Generator[Session]:
        """A session whose changes are kept together at its end, or not at all."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            session.connection(execution_options=WRITE_OPTIONS)
            yield session

    def read_clock(self, session: Session) -> float:
        """Seconds since 1970 by the database's clock, which all machines share."""
        return float(session.execute(text(CLOCK_QUERIES[self.engine.dialect.name])).scalar_one())

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def resolve_database_url(url: str) -> str:
    """The URL with the driver that Ganvas brings. Raises BadSettings for what is none, or another database's."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise BadSettings("GANVAS_DATABASE is not a database URL.", "As postgresql://user@host/ganvas.") from error
    if parsed.drivername in {"postgresql", "postgres", "postgresql+psycopg"}:
        return parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if parsed.drivername == "sqlite" and parsed.database:
        make_folder(Path(parsed.database).absolute().parent)
        return url
    raise BadSettings(f"GANVAS_DATABASE is a {parsed.drivername[:40]} URL.", "Give one of sqlite:/// or postgresql://.")


def make_folder(folder: Path) -> None:
    """Have the folder of a database. Raises NotWritable."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"The folder {folder} cannot be written: {error.strerror}."
        raise NotWritable(what, "Give the right to, or set GANVAS_DATA to another.") from error


def is_postgres(engine: Engine) -> bool:
    """Whether the database is PostgreSQL."""
    return engine.dialect.name == "postgresql"


def create_database_engine(url: str) -> Engine:
    """An engine whose transactions begin as the module says."""
    if not url.startswith("sqlite"):
        return create_engine(url, hide_parameters=True, pool_pre_ping=True, pool_size=10, max_overflow=20)
    engine = create_engine(
        url, hide_parameters=True, connect_args={"timeout": LOCK_TIMEOUT_SECONDS}, pool_size=10, max_overflow=20
    )
    event.listen(engine, "connect", configure_sqlite)
    event.listen(engine, "begin", begin_sqlite_transaction)
    return engine


def configure_sqlite(connection: Any, _: object) -> None:
    """Settings of an SQLite connection; the module of Python is told not to begin transactions of its own."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def begin_sqlite_transaction(connection: Connection) -> None:
    """Begin a transaction of SQLite, at once for writing where it will write."""
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


MIGRATION_LOCK = threading.Lock()


def migrate_schema(engine: Engine, revision: str = "head") -> None:
    """Bring the tables to a revision; of many processes at once one does it and the others wait."""
    config = Config()
    config.set_main_option("script_location", str(files("ganvas.ledger") / "migrations"))
    with MIGRATION_LOCK, engine.connect().execution_options(**WRITE_OPTIONS) as connection, connection.begin():
        if is_postgres(engine):
            connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK})
        config.attributes["connection"] = connection
        (command.downgrade if revision.startswith("-") or revision == "base" else command.upgrade)(config, revision)
