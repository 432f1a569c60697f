"""Opens the ledger's database and brings its tables up to date. Knows SQLite and PostgreSQL, and no table by name.

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

WAIT = 30  # seconds that a writer waits for another
LOCK = 0x67616E766173  # "ganvas": the advisory lock of whoever migrates, on PostgreSQL
WRITES = {"writes": True}
CLOCKS = {
    "postgresql": "select extract(epoch from clock_timestamp())",
    "sqlite": "select (julianday('now') - 2440587.5) * 86400.0",
}


class Database:
    """Sessions on one database, migrated; safe for many threads and processes."""

    def __init__(self, url: str) -> None:
        self.url = checked(url)
        self.engine = open_engine(self.url)
        try:
            migrate(self.engine)
        except OperationalError as error:
            reason = str(error.orig).partition("\n")[0]
            raise NotWritable(f"The database cannot be used: {reason}.", "Look at GANVAS_DATABASE.") from error

    @contextmanager
    def read(self) -> Generator[Session]:
        """A session that sees one moment; what it changes is thrown away."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Generator[Session]:
        """A session whose changes are kept together at its end, or not at all."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            session.connection(execution_options=WRITES)
            yield session

    def now(self, session: Session) -> float:
        """Seconds since 1970 by the database's clock, which all machines share."""
        return float(session.execute(text(CLOCKS[self.engine.dialect.name])).scalar_one())

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def checked(url: str) -> str:
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


def open_engine(url: str) -> Engine:
    """An engine whose transactions begin as the module says."""
    if not url.startswith("sqlite"):
        return create_engine(url, hide_parameters=True, pool_pre_ping=True, pool_size=10, max_overflow=20)
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": WAIT}, pool_size=10, max_overflow=20)
    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


def prepare(connection: Any, _: object) -> None:
    """Settings of an SQLite connection; the module of Python is told not to begin transactions of its own."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def begin(connection: Connection) -> None:
    """Begin a transaction of SQLite, at once for writing where it will write."""
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


MIGRATING = threading.Lock()


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the tables to a revision; of many processes at once one does it and the others wait."""
    config = Config()
    config.set_main_option("script_location", str(files("ganvas.ledger") / "migrations"))
    with MIGRATING, engine.connect().execution_options(**WRITES) as connection, connection.begin():
        if is_postgres(engine):
            connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        config.attributes["connection"] = connection
        (command.downgrade if revision.startswith("-") or revision == "base" else command.upgrade)(config, revision)
