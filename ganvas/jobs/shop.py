"""Puts the parts of the jobs together: a desk to ask at, a worker that does what was asked. Knows no work itself."""

import threading
from pathlib import Path

from ganvas import image
from ganvas.engine.engine import Engine
from ganvas.image import Limits
from ganvas.jobs import durable
from ganvas.jobs.desk import Desk
from ganvas.jobs.durable import Line
from ganvas.jobs.keep import Keep
from ganvas.jobs.keeper import Keeper
from ganvas.jobs.order import Most
from ganvas.jobs.worker import Idle, Worker
from ganvas.ledger.database import Database
from ganvas.settings import Settings
from ganvas.store import Store

PATIENCE = 20  # seconds for what runs to reach its next tile when a worker stops


class Shop:
    """The jobs of an installation. The database is opened when somebody first asks; work begins with ``begin``."""

    def __init__(self, settings: Settings, engine: Engine, store: Store) -> None:
        self.settings = settings
        self.engine = engine
        self.store = store
        self.opening = threading.Lock()
        self.opened: Desk | None = None
        self.shift: Shift | None = None

    @property
    def desk(self) -> Desk:
        """Where jobs are asked for. Raises BadSettings for a database that cannot be used."""
        with self.opening:
            if self.opened is None:
                database = Database(self.settings.database_url)
                most = Most(self.settings.job_pictures, self.settings.owner_jobs, self.settings.owner_pictures)
                self.opened = Desk(Keep(database, self.store), Line(database.url), self.engine.catalog, most)
            return self.opened

    def begin(self, idle: Idle = lambda: True) -> None:
        """Work on jobs in this process from now on; ``idle`` says whether nobody waits for a picture meanwhile."""
        self.shift = Shift(self.settings, self.engine, self.desk, idle)
        self.shift.begin()

    def end(self) -> None:
        """Hand back what is not finished, and close the database."""
        if self.shift:
            self.shift.end()
            self.shift = None
        with self.opening:
            if self.opened:
                self.opened.line.close()
                self.opened.database.close()
                self.opened = None


class Shift:
    """A worker at work, from ``begin`` to ``end``; one in a process."""

    def __init__(self, settings: Settings, engine: Engine, desk: Desk, idle: Idle) -> None:
        limits = Limits(bytes=settings.max_bytes, pixels=settings.max_pixels)
        self.url = desk.database.url
        self.slots = settings.slots  # more than one: while a picture is read or written, another is painted
        self.worker = Worker(engine, desk.keep, desk.line, limits, idle)
        self.worker.tries = settings.tries
        self.keeper = Keeper(desk.keep, folder(settings), self.slots, settings.keep)
        self.keeper.silence = settings.silence

    def begin(self) -> None:
        """Take work from the line; what a dead worker left behind is put back into it."""
        image.start()
        self.keeper.register()
        durable.start(self.url, self.keeper.id, self.worker, self.slots)
        self.keeper.start()

    def end(self) -> None:
        """Stop at the next tile and hand back what is not finished."""
        self.worker.stopping.set()
        self.keeper.end()
        durable.stop(PATIENCE)
        self.keeper.leave()


def folder(settings: Settings) -> Path:
    """Where the workers' lock files lie."""
    return settings.data / "workers"
