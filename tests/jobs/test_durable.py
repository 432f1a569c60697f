"""What the queue records is plain JSON, and one worker takes over from another."""

import json

import pytest
from sqlalchemy import inspect, text, update

from ganvas.jobs import durable
from ganvas.jobs.durable import Json, taken_apart
from ganvas.jobs.keeper import Keeper
from ganvas.jobs.turn import write_ticket
from ganvas.ledger.models import Part, Worker
from tests.jobs.conftest import ME, draw


def test_everything_that_is_recorded_is_json(works):
    works.finished(works.desk.submit(ME, works.order(draw(1), b"bad")))
    engine = works.desk.database.engine
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
        Json().serialize({"a": object()})
    error = Json().deserialize(Json().serialize(ValueError("it broke")))
    assert isinstance(error, RuntimeError) and "it broke" in str(error)
    assert Json().deserialize(Json().serialize({"error": {"what": "x"}, "key": 1})) == {
        "error": {"what": "x"},
        "key": 1,
    }


def test_a_ticket_says_for_which_part_and_round_it_was_written():
    assert taken_apart(write_ticket(Part(id="01abc", round=7))) == ("01abc", 7)


@pytest.fixture
def keepers(place):
    """Two keepers of one installation, known as workers."""
    made = [Keeper(place.desk.keep, place.settings.data / "workers", slots=1) for _ in range(2)]
    for keeper in made:
        keeper.register()
    yield made
    for keeper in made:
        keeper.lock.close()


def read_worker(place, keeper: Keeper) -> Worker | None:
    with place.desk.database.read() as session:
        return session.get(Worker, keeper.id)


def test_a_worker_says_that_it_lives_by_the_databases_clock(place, keepers):
    one, other = keepers
    row = read_worker(place, one)
    with place.desk.database.write() as session:
        session.execute(update(Worker).where(Worker.id == one.id).values(beat=row.beat - 1000))
    one.beat()
    assert read_worker(place, one).beat >= row.beat
    assert other.relieve() == 0


def test_each_picture_is_noted_under_the_worker_that_made_it_and_one_version(works):
    works.finished(works.desk.submit(ME, works.order(draw(2))))
    with works.desk.database.engine.connect() as connection:
        rows = connection.execute(
            text("select executor_id, application_version from workflow_status where name = 'part'")
        ).all()
    assert {tuple(row) for row in rows} == {(works.shop.shift.keeper.id, durable.VERSION)}


def test_a_worker_whose_lock_is_held_lives_and_one_whose_lock_is_free_is_dead(place, keepers):
    one, other = keepers
    row = read_worker(place, other)
    assert not one.is_dead(row, row.beat)
    other.lock.close()  # as the system does when the process ends
    assert one.is_dead(row, row.beat)


def test_a_worker_that_is_silent_is_dead_even_where_its_lock_cannot_be_seen(place, keepers):
    one, other = keepers
    row = read_worker(place, other)
    (place.settings.data / "workers" / other.id).unlink()
    assert not one.is_dead(row, row.beat + 5)
    assert one.is_dead(row, row.beat + 60)


def test_only_one_takes_over_and_the_next_may_when_that_one_dies(place, keepers, monkeypatch):
    taken = []
    monkeypatch.setattr(durable, "take_over", lambda id: taken.append(id) or 1)
    one, other = keepers
    row = read_worker(place, other)
    assert one.claim(row) and not one.claim(row)
    other.lock.close()
    assert one.relieve() == 1, "whoever claimed it died before it took over: the lock is still free"
    assert taken == [other.id]
    assert read_worker(place, other) is None and read_worker(place, one) is not None


def test_what_nobody_held_yet_is_held_and_what_was_to_go_goes(place):
    order = place.order(draw(5))
    place.desk.keep.hold_job = lambda id: None  # as if the process had died there
    id = place.desk.submit(ME, order)
    assert place.store.holders(order.photos[0].key) == []
    del place.desk.keep.hold_job
    place.desk.keep.settle()
    assert place.store.holders(order.photos[0].key) == [f"job:{id}"]


def test_a_part_that_the_queue_gave_up_has_failed_with_a_reason(place, keepers):
    id = place.desk.submit(ME, place.order(draw(6)))
    part = place.desk.show(ME, id).job.parts[0]
    keepers[0].give_up(part.ticket)
    seen = place.desk.show(ME, id)
    assert seen.job.state == "failed" and seen.job.parts[0].error["right"]


def test_a_part_that_kills_its_worker_each_time_ends(place):
    from ganvas.jobs.worker import Worker as Doer

    id = place.desk.submit(ME, place.order(draw(7)))
    part = place.desk.show(ME, id).job.parts[0]
    doer = Doer(place.shop.engine, place.desk.keep, place.desk.line)
    assert all(doer.begin(part.ticket) for _ in range(8))
    assert doer.begin(part.ticket) is None
    assert "died" in place.desk.show(ME, id).job.parts[0].error["what"]


def test_what_was_lost_before_it_was_held_is_made_again(place):
    from ganvas.jobs.worker import Worker as Doer

    id = place.desk.submit(ME, place.order(draw(8)))
    part = place.desk.show(ME, id).job.parts[0]
    doer = Doer(place.shop.engine, place.desk.keep, place.desk.line)
    outcome = doer.make(part.ticket)
    (place.store.path(outcome["key"])).unlink()
    assert doer.settle(part.ticket, outcome) is False
    assert doer.settle(part.ticket, doer.make(part.ticket)) is True
    assert doer.settle(part.ticket, outcome) is True, "twice is once"
    seen = place.desk.show(ME, id)
    assert seen.counts == {"done": 1}
    assert place.store.get(seen.job.parts[0].picture.key)


def test_what_ends_after_it_was_stopped_is_not_recorded(place):
    from ganvas.jobs.worker import Worker as Doer

    id = place.desk.submit(ME, place.order(draw(9)))
    part = place.desk.show(ME, id).job.parts[0]
    doer = Doer(place.shop.engine, place.desk.keep, place.desk.line)
    outcome = doer.make(part.ticket)
    place.desk.pause(ME, id)
    assert doer.settle(part.ticket, outcome) is True
    assert place.desk.show(ME, id).counts == {"paused": 1}
    place.desk.resume(ME, id)
    assert doer.settle(part.ticket, outcome) is True
    assert place.desk.show(ME, id).counts == {"queued": 1}
