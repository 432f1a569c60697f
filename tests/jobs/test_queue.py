"""What the queue records is plain JSON, and one worker takes over from another."""

import json

import pytest
from sqlalchemy import inspect, text, update

from ganvas.jobs import queue
from ganvas.jobs.queue import JsonSerializer, parse_ticket
from ganvas.jobs.scheduling import format_ticket
from ganvas.jobs.supervisor import Supervisor
from ganvas.ledger.models import PartRow, WorkerRow
from tests.jobs.conftest import OWNER, draw_png


def test_everything_that_is_recorded_is_json(working_installation):
    working_installation.wait_for_job(
        working_installation.service.submit(OWNER, working_installation.build_request(draw_png(1), b"bad"))
    )
    engine = working_installation.service.database.engine
    seen = 0
    with engine.connect() as connection:
        for table in inspect(engine).get_table_names():
            columns = {column["name"] for column in inspect(engine).get_columns(table)}
            if "serialization" in columns:
                kinds = set(connection.execute(text(f"select distinct serialization from {table}")).scalars())
                assert kinds <= {None, "ganvas_json"}
            for column in columns & {"inputs", "output", "error"}:
                for value in connection.execute(text(f'select "{column}" from {table}')).scalars():
                    if value is not None:
                        json.loads(value)
                        seen += 1
    assert seen >= 6


def test_what_is_no_plain_data_is_refused_and_an_error_becomes_its_words():
    with pytest.raises(TypeError):
        JsonSerializer().serialize({"a": object()})
    error = JsonSerializer().deserialize(JsonSerializer().serialize(ValueError("it broke")))
    assert isinstance(error, RuntimeError) and "it broke" in str(error)
    assert JsonSerializer().deserialize(JsonSerializer().serialize({"error": {"what": "x"}, "key": 1})) == {
        "error": {"what": "x"},
        "key": 1,
    }


def test_a_ticket_says_for_which_part_and_round_it_was_written():
    assert parse_ticket(format_ticket(PartRow(id="01abc", round=7))) == ("01abc", 7)


@pytest.fixture
def supervisors(installation):
    """Two keepers of one installation, known as workers."""
    made = [
        Supervisor(installation.service.references, installation.settings.data / "workers", slots=1) for _ in range(2)
    ]
    for supervisor in made:
        supervisor.register()
    yield made
    for supervisor in made:
        supervisor.lock_file.close()


def read_worker_row(place, supervisor: Supervisor) -> WorkerRow | None:
    with place.service.database.open_read_session() as session:
        return session.get(WorkerRow, supervisor.id)


def test_a_worker_says_that_it_lives_by_the_databases_clock(installation, supervisors):
    one, other = supervisors
    row = read_worker_row(installation, one)
    with installation.service.database.open_write_session() as session:
        session.execute(update(WorkerRow).where(WorkerRow.id == one.id).values(beat=row.beat - 1000))
    one.send_heartbeat()
    assert read_worker_row(installation, one).beat >= row.beat
    assert other.take_over_dead() == 0


def test_each_picture_is_noted_under_the_worker_that_made_it_and_one_version(working_installation):
    working_installation.wait_for_job(
        working_installation.service.submit(OWNER, working_installation.build_request(draw_png(2)))
    )
    with working_installation.service.database.engine.connect() as connection:
        rows = connection.execute(
            text("select executor_id, application_version from workflow_status where name = 'part'")
        ).all()
    assert {tuple(row) for row in rows} == {(working_installation.runtime.worker_runtime.supervisor.id, queue.VERSION)}


def test_a_worker_whose_lock_is_held_lives_and_one_whose_lock_is_free_is_dead(installation, supervisors):
    one, other = supervisors
    row = read_worker_row(installation, other)
    assert not one.is_dead(row, row.beat)
    other.lock_file.close()  # as the system does when the process ends
    assert one.is_dead(row, row.beat)


def test_a_worker_that_is_silent_is_dead_even_where_its_lock_cannot_be_seen(installation, supervisors):
    one, other = supervisors
    row = read_worker_row(installation, other)
    (installation.settings.data / "workers" / other.id).unlink()
    assert not one.is_dead(row, row.beat + 5)
    assert one.is_dead(row, row.beat + 60)


def test_only_one_takes_over_and_the_next_may_when_that_one_dies(installation, supervisors, monkeypatch):
    taken = []
    monkeypatch.setattr(queue, "requeue_executor_tickets", lambda id: taken.append(id) or 1)
    one, other = supervisors
    row = read_worker_row(installation, other)
    assert one.claim_dead_worker(row) and not one.claim_dead_worker(row)
    other.lock_file.close()
    assert one.take_over_dead() == 1, "whoever claimed it died before it took over: the lock is still free"
    assert taken == [other.id]
    assert read_worker_row(installation, other) is None and read_worker_row(installation, one) is not None


def test_what_nobody_held_yet_is_held_and_what_was_to_go_goes(installation):
    order = installation.build_request(draw_png(5))
    installation.service.references.hold_job = lambda id: None  # as if the process had died there
    id = installation.service.submit(OWNER, order)
    assert installation.store.holders(order.photos[0].key) == []
    del installation.service.references.hold_job
    installation.service.references.apply_pending()
    assert installation.store.holders(order.photos[0].key) == [f"job:{id}"]


def test_a_part_that_the_queue_gave_up_has_failed_with_a_reason(installation, supervisors):
    id = installation.service.submit(OWNER, installation.build_request(draw_png(6)))
    part = installation.service.get_job(OWNER, id).job.parts[0]
    supervisors[0].mark_ticket_failed(part.ticket)
    seen = installation.service.get_job(OWNER, id)
    assert seen.job.state == "failed" and seen.job.parts[0].error["right"]


def test_a_part_that_kills_its_worker_each_time_ends(installation):
    from ganvas.jobs.worker import Worker as Doer

    id = installation.service.submit(OWNER, installation.build_request(draw_png(7)))
    part = installation.service.get_job(OWNER, id).job.parts[0]
    doer = Doer(installation.runtime.engine, installation.service.references, installation.service.queue)
    assert all(doer.start_part(part.ticket) for _ in range(8))
    assert doer.start_part(part.ticket) is None
    assert "died" in installation.service.get_job(OWNER, id).job.parts[0].error["what"]


def test_what_was_lost_before_it_was_held_is_made_again(installation):
    from ganvas.jobs.worker import Worker as Doer

    id = installation.service.submit(OWNER, installation.build_request(draw_png(8)))
    part = installation.service.get_job(OWNER, id).job.parts[0]
    doer = Doer(installation.runtime.engine, installation.service.references, installation.service.queue)
    outcome = doer.make_picture(part.ticket)
    (installation.store.path(outcome["key"])).unlink()
    assert doer.record_outcome(part.ticket, outcome) is False
    assert doer.record_outcome(part.ticket, doer.make_picture(part.ticket)) is True
    assert doer.record_outcome(part.ticket, outcome) is True, "twice is once"
    seen = installation.service.get_job(OWNER, id)
    assert seen.counts == {"done": 1}
    assert installation.store.get(seen.job.parts[0].picture.key)


def test_what_ends_after_it_was_stopped_is_not_recorded(installation):
    from ganvas.jobs.worker import Worker as Doer

    id = installation.service.submit(OWNER, installation.build_request(draw_png(9)))
    part = installation.service.get_job(OWNER, id).job.parts[0]
    doer = Doer(installation.runtime.engine, installation.service.references, installation.service.queue)
    outcome = doer.make_picture(part.ticket)
    installation.service.pause(OWNER, id)
    assert doer.record_outcome(part.ticket, outcome) is True
    assert installation.service.get_job(OWNER, id).counts == {"paused": 1}
    installation.service.resume(OWNER, id)
    assert doer.record_outcome(part.ticket, outcome) is True
    assert installation.service.get_job(OWNER, id).counts == {"queued": 1}
