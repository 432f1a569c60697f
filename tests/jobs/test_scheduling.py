"""Whose turn it is: owners strictly one after another, jobs by priority and age, parts by number."""

import random

from sqlalchemy import select

from ganvas.jobs.scheduling import ALL_OWNERS, remove_idle_owners
from ganvas.jobs.worker import Worker
from ganvas.ledger.models import OwnerTurnRow, PartRow
from tests.jobs.conftest import OTHER_OWNER, OWNER, draw_png


class RandomTicketWorker:
    """A worker that begins parts, and says which; its tickets come up in any order."""

    def __init__(self, place):
        self.place = place
        self.worker = Worker(place.runtime.engine, place.service.references, place.service.queue)
        self.random = random.Random(4)

    def list_tickets(self) -> list[str]:
        with self.place.service.database.open_read_session() as session:
            return list(session.scalars(select(PartRow.ticket).where(PartRow.state == "queued").order_by(PartRow.id)))

    def start_parts(self, count: int) -> list[tuple[str, int]]:
        """Job and number of the parts that are begun for so many tickets."""
        begun = []
        for _ in range(count):
            task = self.worker.start_part(self.random.choice(self.list_tickets()))
            part = self.find_part(task.ticket)
            begun.append((part.job_id, part.number))
        return begun

    def find_part(self, ticket: str) -> PartRow:
        with self.place.service.database.open_read_session() as session:
            return session.scalars(select(PartRow).where(PartRow.ticket == ticket)).one()


def submit_job(place, owner: str, pictures: int, **changes) -> str:
    return place.service.submit(
        owner, place.build_request(*[draw_png(number) for number in range(pictures)], **changes)
    )


def test_the_parts_of_a_job_are_begun_in_their_order_whatever_ticket_comes_up(installation):
    id = submit_job(installation, OWNER, 30)
    assert RandomTicketWorker(installation).start_parts(30) == [(id, number) for number in range(1, 31)]


def test_owners_take_turns_strictly_however_much_each_has_asked_for(installation):
    owners = [f"browser-{number}" for number in range(4)]
    whose = {submit_job(installation, owner, size): owner for owner, size in zip(owners, (25, 12, 12, 12), strict=True)}
    turns = [whose[id] for id, _ in RandomTicketWorker(installation).start_parts(61)]
    assert [set(turns[at : at + 4]) for at in range(0, 48, 4)] == [set(owners)] * 12
    assert [turns[at : at + 4] for at in range(0, 48, 4)] == [turns[:4]] * 12, "round after round in the same order"
    assert turns[48:] == [owners[0]] * 13


def test_a_new_owner_waits_for_one_round_and_no_more(installation):
    whose = {submit_job(installation, owner, 10): owner for owner in ("a", "b", "c")}
    hands = RandomTicketWorker(installation)
    hands.start_parts(4)
    whose[submit_job(installation, "new", 3)] = "new"
    after = [whose[id] for id, _ in hands.start_parts(8)]
    assert after == ["b", "c", "a", "new", "b", "c", "a", "new"]


def test_an_owner_gains_no_turns_by_many_jobs(installation):
    mine = {submit_job(installation, OWNER, 1) for _ in range(9)}
    submit_job(installation, OTHER_OWNER, 9)
    whose = [id in mine for id, _ in RandomTicketWorker(installation).start_parts(18)]
    assert whose in ([True, False] * 9, [False, True] * 9)


def test_priority_and_then_age_decide_within_an_owner_and_not_between_owners(installation):
    theirs = submit_job(installation, OTHER_OWNER, 8, priority=9)
    late, first, second = (submit_job(installation, OWNER, 2, priority=priority) for priority in (9, 5, 5))
    soon = submit_job(installation, OWNER, 2, priority=1)
    begun = RandomTicketWorker(installation).start_parts(16)
    assert [one for one in begun if one[0] != theirs] == [(id, n) for id in (soon, first, second, late) for n in (1, 2)]
    assert {id == theirs for id, _ in begun[:2]} == {True, False}


def test_what_is_paused_or_cancelled_takes_no_turn_and_the_rest_keeps_its_tickets(installation):
    gone, stays = submit_job(installation, OWNER, 5), submit_job(installation, OTHER_OWNER, 5)
    hands = RandomTicketWorker(installation)
    hands.start_parts(2)
    before = hands.list_tickets()
    installation.service.cancel(OWNER, gone)
    assert all(hands.worker.start_part(ticket) is None for ticket in set(before) - set(hands.list_tickets()))
    assert [id for id, _ in hands.start_parts(4)] == [stays] * 4
    assert len(hands.list_tickets()) == 0
    installation.service.retry(OWNER, gone)
    assert hands.start_parts(5) == [(gone, number) for number in range(1, 6)]


def test_a_worker_that_died_after_it_had_begun_gets_the_same_part_again(installation):
    submit_job(installation, OWNER, 3)
    hands = RandomTicketWorker(installation)
    ticket = hands.list_tickets()[2]
    first = hands.worker.start_part(ticket)
    again = hands.worker.start_part(ticket)
    assert (first.ticket, again.ticket) == (ticket, ticket)
    assert hands.find_part(ticket).number == 1 and hands.find_part(ticket).tries == 2


def test_the_turns_of_owners_without_work_are_forgotten(installation):
    id = submit_job(installation, OWNER, 1)
    submit_job(installation, OTHER_OWNER, 1)
    RandomTicketWorker(installation).start_parts(1)
    installation.service.cancel(OWNER, id)
    with installation.service.database.open_write_session() as session:
        remove_idle_owners(session)
        assert set(session.scalars(select(OwnerTurnRow.owner))) == {ALL_OWNERS, OTHER_OWNER}
