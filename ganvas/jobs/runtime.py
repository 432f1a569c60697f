"""Builds the job service and the worker, and starts and stops them."""

import threading
from pathlib import Path

from ganvas import image
from ganvas.engine.engine import Engine
from ganvas.image import DecodeLimits
from ganvas.jobs import queue
from ganvas.jobs.queue import QueueClient
from ganvas.jobs.request import JobLimits
from ganvas.jobs.retention import BlobReferences
from ganvas.jobs.service import JobService
from ganvas.jobs.supervisor import Supervisor
from ganvas.jobs.worker import IsIdle, Worker
from ganvas.ledger.database import Database
from ganvas.settings import Settings
from ganvas.storage.blobs import Store

SHUTDOWN_SECONDS = 20  # seconds for what runs to reach its next tile when a worker stops


class JobRuntime:
    """The jobs of an installation. The database is opened when somebody first asks; work begins with ``begin``."""

    def __init__(self, settings: Settings, engine: Engine, store: Store) -> None:
        self.settings = settings
        self.engine = engine
        self.store = store
        self.lock = threading.Lock()
        self.open_service: JobService | None = None
        self.worker_runtime: WorkerRuntime | None = None

    @property
    def service(self) -> JobService:
        """Where jobs are asked for. Raises BadSettings for a database that cannot be used."""
        with self.lock:
            if self.open_service is None:
                database = Database(self.settings.database_url)
                most = JobLimits(self.settings.job_pictures, self.settings.owner_jobs, self.settings.owner_pictures)
                self.open_service = JobService(
                    BlobReferences(database, self.store), QueueClient(database.url), self.engine.catalog, most
                )
            return self.open_service

    def start_worker(self, is_idle: IsIdle = lambda: True) -> None:
        """Work on jobs in this process from now on; ``idle`` says whether nobody waits for a picture meanwhile."""
        self.worker_runtime = WorkerRuntime(self.settings, self.engine, self.service, is_idle)
        self.worker_runtime.start()

    def close(self) -> None:
        """Hand back what is not finished, and close the database."""
        if self.worker_runtime:
            self.worker_runtime.stop()
            self.worker_runtime = None
        with self.lock:
            if self.open_service:
                self.open_service.queue.close()
                self.open_service.database.close()
                self.open_service = None


class WorkerRuntime:
    """A worker at work, from ``begin`` to ``end``; one in a process."""

    def __init__(self, settings: Settings, engine: Engine, service: JobService, is_idle: IsIdle) -> None:
        limits = DecodeLimits(bytes=settings.max_bytes, pixels=settings.max_pixels)
        self.url = service.database.url
        self.slots = settings.slots  # more than one: while a picture is read or written, another is painted
        self.worker = Worker(engine, service.references, service.queue, limits, is_idle)
        self.worker.max_tries = settings.tries
        self.supervisor = Supervisor(service.references, get_lock_folder(settings), self.slots, settings.keep)
        self.supervisor.silence_seconds = settings.silence

    def start(self) -> None:
        """Take work from the line; what a dead worker left behind is put back into it."""
        image.start_decoders()
        self.supervisor.register()
        queue.start_queue_worker(self.url, self.supervisor.id, self.worker, self.slots)
        self.supervisor.start()

    def stop(self) -> None:
        """Stop at the next tile and hand back what is not finished."""
        self.worker.stopping.set()
        self.supervisor.stop()
        queue.stop_queue_worker(SHUTDOWN_SECONDS)
        self.supervisor.unregister()


def get_lock_folder(settings: Settings) -> Path:
    """Where the workers' lock files lie."""
    return settings.data / "workers"
