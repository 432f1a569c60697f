"""The queue: all of dbos that Ganvas uses.

A ticket is one workflow of two steps: ``make`` and ``settle``. What a step gave is recorded before the next begins, so
a worker that takes over repeats at most the step that was running. Everything recorded is JSON: nothing that is read
back can run code. Which part is made for a ticket is not the queue's affair: the runner says so when it comes up.
"""

import json
import logging
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from dbos import DBOS, DBOSClient, Serializer, StepOptions
from sqlalchemy.orm import Session

APPLICATION = "ganvas"
VERSION = "1"  # of what the steps record; another number leaves what is in line to workers of the old one
QUEUE = "parts"
WORKFLOW = "part"
POLL_SECONDS = 0.1  # seconds between two looks at the queue
MAX_ATTEMPTS = 3  # how often a part is made again whose picture was lost before it was settled
MAX_RECOVERY_ATTEMPTS = 50
Outcome = dict[str, Any]  # what ``make`` says, as JSON


class TicketHandler(Protocol):
    """What a worker does for a ticket."""

    def make_picture(self, ticket: str) -> Outcome:
        """Make the picture whose turn it is and keep it; may be done twice."""
        ...

    def record_outcome(self, ticket: str, outcome: Outcome) -> bool:
        """Record what was made; may be done twice. False when it was lost and must be made again."""
        ...

    def build_error_outcome(self, ticket: str, error: Exception) -> Outcome:
        """The outcome of an error that nobody foresaw."""
        ...


class JsonSerializer(Serializer):
    """JSON and nothing else; an error is read back as its words."""

    def serialize(self, data: Any) -> str:
        """A value as JSON. Raises TypeError for what is none, an exception apart."""
        return json.dumps(data, default=serialise_exception, separators=(",", ":"))

    def deserialize(self, serialized_data: str) -> Any:
        """The value in the JSON."""
        value = json.loads(serialized_data)
        return RuntimeError(value["error"]) if isinstance(value, dict) and set(value) == {"error"} else value

    def name(self) -> str:
        """The name under which dbos notes how a value was written."""
        return "ganvas_json"


def serialise_exception(value: object) -> dict[str, str]:
    """An exception as plain data."""
    if isinstance(value, BaseException):
        return {"error": f"{type(value).__name__}: {value}"[:2000]}
    raise TypeError(f"{type(value).__name__} is not plain data")


def silence_dbos_logs() -> None:
    """Let dbos say what goes wrong and nothing else."""
    logging.getLogger("dbos").setLevel(logging.WARNING)


class QueueClient:
    """The end of the queue where work is put in line. Needs no worker in this process."""

    def __init__(self, url: str) -> None:
        silence_dbos_logs()
        DBOS.migrate(url)
        self.client = DBOSClient(system_database_url=url, serializer=JsonSerializer(), application_name=APPLICATION)

    def enqueue(self, session: Session, ticket: str) -> None:
        """Put a ticket in line, for good with the session's commit."""
        self.client.enqueue_in_transaction(
            session.connection(),
            {
                "workflow_name": WORKFLOW,
                "queue_name": QUEUE,
                "workflow_id": ticket,
                "app_version": VERSION,
            },
            *parse_ticket(ticket),
        )

    def cancel(self, tickets: Iterable[str]) -> None:
        """Take tickets out of the line. One that runs is told by its worker's own look at the ledger."""
        self.client.cancel_workflows(list(tickets))

    def delete(self, tickets: Iterable[str]) -> None:
        """Delete what the queue knows of tickets that nobody holds any more."""
        self.client.delete_workflows(list(tickets))

    def close(self) -> None:
        """Close the connections."""
        self.client.destroy()


def parse_ticket(ticket: str) -> tuple[str, int]:
    """The part that a ticket was written for, and the round: what its workflow is called with."""
    part, _, round = ticket.partition("-")
    return part, int(round)


HANDLERS: list[
    TicketHandler
] = []  # of this process: dbos has one instance and functions by name, so there is at most one


def get_ticket_handler() -> TicketHandler:
    """Who does the work in this process."""
    return HANDLERS[0]


@DBOS.workflow(name=WORKFLOW, max_recovery_attempts=MAX_RECOVERY_ATTEMPTS)
def run_part_workflow(part: str, round: int) -> None:
    """One ticket, from the photo whose turn it is to its record. What nobody foresaw ends in the record too."""
    ticket = f"{part}-{round}"
    for _ in range(MAX_ATTEMPTS):
        try:
            outcome = DBOS.run_step(StepOptions(name="make"), get_ticket_handler().make_picture, ticket)
        except Exception as error:  # noqa: BLE001  the job's edge
            outcome = get_ticket_handler().build_error_outcome(ticket, error)
        if DBOS.run_step(RECORD_STEP, get_ticket_handler().record_outcome, ticket, outcome):
            return


RECORD_STEP = StepOptions(name="settle", retries_allowed=True, max_attempts=6, interval_seconds=0.5)


def start_queue_worker(url: str, executor_id: str, handler: TicketHandler, slots: int) -> None:
    """Begin to take parts from the line: ``slots`` at a time, under the name ``executor``."""
    silence_dbos_logs()
    HANDLERS[:] = [handler]
    DBOS(
        config={
            "name": APPLICATION,
            "system_database_url": url,
            "application_version": VERSION,
            "executor_id": executor_id,
            "serializer": JsonSerializer(),
            "log_level": "WARNING",
            "enable_otlp": False,
            "scheduler_polling_interval_sec": 3600.0,
        }
    )
    DBOS.launch()
    DBOS.register_queue(
        QUEUE,
        worker_concurrency=slots,
        partition_worker_concurrency=None,  # older versions had owners as partitions
        polling_interval_sec=POLL_SECONDS,
        on_conflict="always_update",
    )


def stop_queue_worker(seconds: int) -> None:
    """Take no more; come back when what runs has ended, or after so many seconds."""
    DBOS.destroy(workflow_completion_timeout_sec=seconds)
    HANDLERS.clear()


def requeue_executor_tickets(executor_id: str) -> int:
    """Put what a dead executor was doing back in line; says how much that was."""
    left = DBOS.list_workflows(executor_id=executor_id, status="PENDING", load_input=False, load_output=False)
    for workflow in left:
        DBOS.resume_workflow(workflow.workflow_id, queue_name=QUEUE)
    return len(left)


def list_failed_tickets() -> Sequence[str]:
    """Tickets that the queue has given up."""
    given_up = ["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
    found = DBOS.list_workflows(name=WORKFLOW, status=given_up, load_input=False, load_output=False, limit=1000)
    return [workflow.workflow_id for workflow in found]


def purge_finished_tickets(seconds: float) -> None:
    """Forget what ended so long ago; the ledger has its outcome."""
    before = datetime.fromtimestamp(time.time() - seconds, UTC).isoformat()
    ended = ["SUCCESS", "CANCELLED", "ERROR"]
    found = DBOS.list_workflows(
        name=WORKFLOW, status=ended, completed_before=before, load_input=False, load_output=False, limit=1000
    )
    if found:
        DBOS.delete_workflows([workflow.workflow_id for workflow in found])
