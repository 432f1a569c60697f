"""Kills workers and those who ask, again and again, and counts: none lost, none doubled, each picture equal.

``python -m bench.soak_jobs --jobs 2000 --kills 200``, with ``--postgres --workers 2`` on a PostgreSQL of its own. A
worker is killed with ``kill -9`` at a random moment, or kills itself at a named point (see ``bench.soak_process``); who
asks for the jobs is killed at random moments as well. It knows processes and counts, and no step of the work.
"""

import argparse
import json
import multiprocessing
import os
import random
import signal
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from sqlalchemy import func, select

from bench.postgres import serve_postgres
from bench.soak_process import KILL_POINT_NAMES, compute_expected_keys, open_soak_runtime, run_process, write_styles
from ganvas.jobs.states import DONE
from ganvas.ledger.models import EventRow, JobRow, PartRow, PictureRow

FORK_SERVER = multiprocessing.get_context("forkserver")  # a process begins with all modules read, as many are killed
FORK_SERVER.set_forkserver_preload(["bench.soak_process"])


@dataclass(frozen=True)
class SoakPlan:
    """How much is done and killed, by how many workers, within which time; equal seeds kill at equal moments."""

    jobs: int = 2000
    kills: int = 200
    workers: int = 1
    minutes: float = 60.0
    seed: int = 1


@dataclass
class SoakCounts:
    """What a soak found. ``lost``, ``doubled``, ``unequal`` and ``left`` (blobs after all was deleted) must be 0."""

    jobs: int = 0
    done: int = 0
    lost: int = 0
    doubled: int = 0
    unequal: int = 0
    left: int = 0
    kills: int = 0
    at_points: int = 0
    asking_killed: int = 0
    seconds: float = 0.0

    def has_no_errors(self) -> bool:
        """Whether nothing was lost, doubled, wrong or left behind."""
        return self.done == self.jobs and not (self.lost or self.doubled or self.unequal or self.left)


class JobSoak:
    """One soak in a folder, on a database (empty is SQLite in the folder)."""

    def __init__(self, plan: SoakPlan, folder: Path, database: str = "") -> None:
        self.plan = plan
        self.folder = folder
        self.database = database
        self.chance = random.Random(plan.seed)
        self.count = SoakCounts(jobs=plan.jobs)
        self.armed: set[int] = set()
        write_styles(folder)
        self.runtime = open_soak_runtime(folder, database)
        self.expected = compute_expected_keys(folder)

    def run_to_end(self) -> SoakCounts:
        """Work and kill until all is done, then count."""
        began = time.monotonic()
        until = began + 60 * self.plan.minutes
        asking = self.start_process("ask", str(self.plan.jobs))
        workers = [self.start_worker() for _ in range(self.plan.workers)]
        while time.monotonic() < until and not (asking.exitcode == 0 and self.count.done == self.plan.jobs):
            time.sleep(self.chance.uniform(0.1, 0.7))
            self.count_done_jobs()
            asking = self.maybe_kill_submitter(asking)
            workers = [self.maybe_kill_worker(worker) for worker in workers]
        for process in (asking, *workers):
            kill_process(process)
        self.count.seconds = round(time.monotonic() - began, 1)
        self.count_errors()
        self.runtime.close()
        return self.count

    def start_process(self, role: str, argument: str) -> ForkServerProcess:
        """A process of the soak."""
        process = FORK_SERVER.Process(target=run_process, args=(self.folder, self.database, role, argument))
        process.start()
        return process

    def start_worker(self) -> ForkServerProcess:
        """A worker that will, at first and then each second time, kill itself at a named point."""
        more = self.count.kills < self.plan.kills and (not self.count.kills or self.chance.random() < 0.5)
        point = f"{self.chance.choice(KILL_POINT_NAMES)}:{self.chance.randint(1, 8)}" if more else ""
        worker = self.start_process("work", point)
        if point:
            self.armed.add(worker.pid or 0)
        return worker

    def maybe_kill_worker(self, worker: ForkServerProcess) -> ForkServerProcess:
        """Kill a worker perhaps; put another in the place of a dead one."""
        if worker.exitcode is not None:
            self.count.at_points += worker.exitcode == -signal.SIGKILL
            self.count.kills += 1
            return self.start_worker()
        if self.is_kill_due() and self.is_worker_ready(worker) and self.chance.random() < 0.5:
            kill_process(worker)
            self.count.kills += 1
            return self.start_worker()
        return worker

    def is_kill_due(self) -> bool:
        """Whether more is to be killed by now: the kills are spread over the work, and done before its last tenth."""
        return self.count.kills < self.plan.kills * min(1.0, self.count.done / (0.9 * self.plan.jobs))

    def is_worker_ready(self, worker: ForkServerProcess) -> bool:
        """Whether a worker has begun (one that is killed while it loads proves nothing) and will not kill itself."""
        return worker.pid not in self.armed and (self.folder / f"begun-{worker.pid}").exists()

    def maybe_kill_submitter(self, asking: ForkServerProcess) -> ForkServerProcess:
        """Kill who asks, now and then; another goes on where that one was."""
        few = self.count.asking_killed < self.plan.kills // 4
        if few and asking.exitcode is None and self.chance.random() < 0.1:
            kill_process(asking)
            self.count.asking_killed += 1
        return asking if asking.exitcode in {None, 0} else self.start_process("ask", str(self.plan.jobs))

    def count_done_jobs(self) -> None:
        """Count the jobs that are done."""
        with self.runtime.service.database.open_read_session() as session:
            done = session.scalar(select(func.count()).select_from(JobRow).where(JobRow.state == DONE))
        self.count.done = done or 0

    def count_errors(self) -> None:
        """Count what is lost, doubled, wrong and, after all was deleted, left behind."""
        service = self.runtime.service
        with service.database.open_read_session() as session:
            jobs = list(session.execute(select(JobRow.id, JobRow.owner, JobRow.name, JobRow.state)))
            query = select(PartRow.id, PartRow.given, PictureRow.key).outerjoin(
                PictureRow, PictureRow.id == PartRow.picture_id
            )
            parts: list[tuple[str, str | None]] = [(given, key) for _, given, key in session.execute(query)]
            pictures = session.scalar(select(func.count()).select_from(PictureRow)) or 0
            events = [event.body for event in session.scalars(select(EventRow).where(EventRow.kind == "part"))]
        names = Counter(name for _, _, name, _ in jobs)
        ends = sum(body["state"] == DONE for body in events)
        self.count.done = sum(state == DONE for *_, state in jobs)
        self.count.lost = self.plan.jobs - len(names)
        made = sum(key is not None for _, key in parts)
        self.count.doubled = sum(number - 1 for number in names.values()) + (pictures - made) + (ends - made)
        self.count.unequal = sum(key is not None and key != self.expected[given] for given, key in parts)
        for id, owner, *_ in jobs:
            service.delete(owner, id, with_pictures=True)
        service.references.apply_pending()
        self.runtime.store.sweep(-1)
        self.count.left = len(list(self.runtime.store.keys()))


def kill_process(process: ForkServerProcess) -> None:
    """Kill a process with ``kill -9``, and come back when it is gone."""
    process.kill()
    process.join()


def run_job_soak(plan: SoakPlan, database: str = "") -> SoakCounts:
    """One soak in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="ganvas-soak-") as folder:
        return JobSoak(plan, Path(folder), database).run_to_end()


def main() -> None:
    """Run a soak as the command line says, and print what was counted as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    plan = SoakPlan()
    for name, value in asdict(plan).items():
        parser.add_argument(f"--{name}", type=type(value), default=value)
    parser.add_argument("--postgres", action="store_true")
    said = vars(parser.parse_args())
    with ExitStack() as stack:
        database = stack.enter_context(serve_postgres()) if said.pop("postgres") else ""
        count = run_job_soak(replace(plan, **said), database)
    print(json.dumps(asdict(count)), flush=True)  # the process ends without ceremony
    os._exit(0 if count.has_no_errors() else 1)


if __name__ == "__main__":
    main()
