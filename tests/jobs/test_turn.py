"""Whose turn it is: owners strictly one after another, jobs by priority and age, parts by number."""

import random

from sqlalchemy import select

from ganvas.jobs.turn import NOBODY, dismiss
from ganvas.jobs.worker import Worker
from ganvas.ledger.models import Part, Turn
from tests.jobs.conftest import ME, YOU, draw


class Hands:
    """A worker that begins parts, and says which; its tickets come up in any order."""

    def __init__(self, place):
        self.place = place
        self.doer = Worker(place.shop.engine, place.desk.keep, place.desk.line)
        self.chance = random.Random(4)

    def tickets(self) -> list[str]:
        with self.place.desk.database.read() as session:
            return list(session.scalars(select(Part.ticket).where(Part.state == "queued").order_by(Part.id)))

    def begin(self, number: int) -> list[tuple[str, int]]:
        """Job and number of the parts that are begun for so many tickets."""
        begun = []
        for _ in range(number):
            task = self.doer.begin(self.chance.choice(self.tickets()))
            part = self.holder(task.ticket)
            begun.append((part.job_id, part.number))
        return begun

    def holder(self, ticket: str) -> Part:
        with self.place.desk.database.read() as session:
            return session.scalars(select(Part).where(Part.ticket == ticket)).one()


def submit(place, owner: str, pictures: int, **said) -> str:
    return place.desk.submit(owner, place.order(*[draw(number) for number in range(pictures)], **said))


def test_the_parts_of_a_job_are_begun_in_their_order_whatever_ticket_comes_up(place):
    id = submit(place, ME, 30)
    assert Hands(place).begin(30) == [(id, number) for number in range(1, 31)]


def test_owners_take_turns_strictly_however_much_each_has_asked_for(place):
    owners = [f"browser-{number}" for number in range(4)]
    whose = {submit(place, owner, size): owner for owner, size in zip(owners, (25, 12, 12, 12), strict=True)}
    turns = [whose[id] for id, _ in Hands(place).begin(61)]
    assert [set(turns[at : at + 4]) for at in range(0, 48, 4)] == [set(owners)] * 12
    assert [turns[at : at + 4] for at in range(0, 48, 4)] == [turns[:4]] * 12, "round after round in the same order"
    assert turns[48:] == [owners[0]] * 13


def test_a_new_owner_waits_for_one_round_and_no_more(place):
    whose = {submit(place, owner, 10): owner for owner in ("a", "b", "c")}
    hands = Hands(place)
    hands.begin(4)
    whose[submit(place, "new", 3)] = "new"
    after = [whose[id] for id, _ in hands.begin(8)]
    assert after == ["b", "c", "a", "new", "b", "c", "a", "new"]


def test_an_owner_gains_no_turns_by_many_jobs(place):
    mine = {submit(place, ME, 1) for _ in range(9)}
    submit(place, YOU, 9)
    whose = [id in mine for id, _ in Hands(place).begin(18)]
    assert whose in ([True, False] * 9, [False, True] * 9)


def test_priority_and_then_age_decide_within_an_owner_and_not_between_owners(place):
    theirs = submit(place, YOU, 8, priority=9)
    late, first, second = (submit(place, ME, 2, priority=priority) for priority in (9, 5, 5))
    soon = submit(place, ME, 2, priority=1)
    begun = Hands(place).begin(16)
    assert [one for one in begun if one[0] != theirs] == [(id, n) for id in (soon, first, second, late) for n in (1, 2)]
    assert {id == theirs for id, _ in begun[:2]} == {True, False}


def test_what_is_paused_or_cancelled_takes_no_turn_and_the_rest_keeps_its_tickets(place):
    gone, stays = submit(place, ME, 5), submit(place, YOU, 5)
    hands = Hands(place)
    hands.begin(2)
    before = hands.tickets()
    place.desk.cancel(ME, gone)
    assert all(hands.doer.begin(ticket) is None for ticket in set(before) - set(hands.tickets()))
    assert [id for id, _ in hands.begin(4)] == [stays] * 4
    assert len(hands.tickets()) == 0
    place.desk.retry(ME, gone)
    assert hands.begin(5) == [(gone, number) for number in range(1, 6)]


def test_a_worker_that_died_after_it_had_begun_gets_the_same_part_again(place):
    submit(place, ME, 3)
    hands = Hands(place)
    ticket = hands.tickets()[2]
    first = hands.doer.begin(ticket)
    again = hands.doer.begin(ticket)
    assert (first.ticket, again.ticket) == (ticket, ticket)
    assert hands.holder(ticket).number == 1 and hands.holder(ticket).tries == 2


def test_the_turns_of_owners_without_work_are_forgotten(place):
    id = submit(place, ME, 1)
    submit(place, YOU, 1)
    Hands(place).begin(1)
    place.desk.cancel(ME, id)
    with place.desk.database.write() as session:
        dismiss(session)
        assert set(session.scalars(select(Turn.owner))) == {NOBODY, YOU}
