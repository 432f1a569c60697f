"""Jobs are taken, shown, stopped and tried again; nobody works here, so that nothing moves by itself."""

from dataclasses import replace

import pytest

from ganvas.errors import BadControls, Busy, NotFound, TooLarge, UnknownStyle
from ganvas.jobs.order import Given, Most, Wanted
from tests.jobs.conftest import ME, YOU, draw


def test_a_job_has_a_part_for_each_photo_in_each_style(place):
    id = place.desk.submit(ME, place.order(draw(1), draw(2), styles=["inverting", "copying"]))
    seen = place.desk.show(ME, id)
    assert seen.job.state == "queued" and seen.counts == {"queued": 4}
    assert [part.result for part in seen.job.parts] == [
        "inverting/trip/0.jpg",
        "copying/trip/0.jpg",
        "inverting/trip/1.jpg",
        "copying/trip/1.jpg",
    ]
    assert seen.job.styles == ["inverting@1", "copying@1"]


def test_a_job_is_its_owners_alone(place):
    id = place.desk.submit(ME, place.order(draw()))
    for call in (place.desk.show, place.desk.cancel, place.desk.pause, place.desk.retry, place.desk.delete):
        with pytest.raises(NotFound):
            call(YOU, id)
    assert place.desk.jobs(YOU) == []
    assert [seen.job.id for seen in place.desk.jobs(ME)] == [id]


def test_what_cannot_be_done_is_refused_at_once(place):
    for error, said in [
        (BadControls, {"photos": []}),
        (BadControls, {"styles": []}),
        (BadControls, {"priority": 10}),
        (BadControls, {"wanted": Wanted(strength=2)}),
        (BadControls, {"wanted": Wanted(format="gif")}),
        (UnknownStyle, {"styles": ["nothing"]}),
    ]:
        with pytest.raises(error):
            place.desk.submit(ME, place.order(draw(), **said))
    assert place.desk.jobs(ME) == []


def test_a_job_that_is_too_long_is_refused_with_the_limit(place):
    place.desk.most = Most(parts=3)
    with pytest.raises(TooLarge, match="at most 3"):
        place.desk.submit(ME, place.order(draw(1), draw(2), styles=["inverting", "copying"]))


def test_one_owner_cannot_fill_the_line(place):
    place.desk.most = Most(jobs=2, waiting=3)
    place.desk.submit(ME, place.order(draw(1), draw(2)))
    with pytest.raises(Busy) as refused:
        place.desk.submit(ME, place.order(draw(3), draw(4)))
    assert refused.value.retry_after > 1
    place.desk.submit(ME, place.order(draw(5)))
    with pytest.raises(Busy):
        place.desk.submit(ME, place.order(draw(6)))
    place.desk.submit(YOU, place.order(draw(7)))


def test_stopping_goes_on_and_stops_for_good(place):
    id = place.desk.submit(ME, place.order(draw(1), draw(2)))
    for act, state in [("pause", "paused"), ("resume", "queued"), ("cancel", "cancelled"), ("resume", "cancelled")]:
        getattr(place.desk, act)(ME, id)
        assert place.desk.show(ME, id).counts == {state: 2}
        assert place.desk.glance(ME, id).state == state
    place.desk.retry(ME, id)
    assert place.desk.show(ME, id).counts == {"queued": 2}


def test_events_are_numbered_without_a_gap(place):
    id = place.desk.submit(ME, place.order(draw(1), draw(2)))
    place.desk.pause(ME, id)
    place.desk.resume(ME, id)
    events = place.desk.events(ME, id, 0)
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    assert [event.number for event in place.desk.events(ME, id, 3)] == list(range(4, len(events) + 1))
    assert place.desk.newest([id]) == {id: (len(events), False)}


def test_owners_stand_in_line_in_turn(place):
    mine = [place.desk.submit(ME, place.order(draw(number))) for number in range(5)]
    yours = place.desk.submit(YOU, place.order(draw(9)))
    positions = [place.desk.show(ME, id).forecast.position for id in mine]
    assert place.desk.show(YOU, yours).forecast.position == 2
    assert positions == [1, 3, 4, 5, 6]


def test_priority_goes_before_age_among_ones_own(place):
    late, soon = (place.desk.submit(ME, place.order(draw(), priority=priority)) for priority in (5, 1))
    assert place.desk.show(ME, soon).forecast.position == 1
    assert place.desk.show(ME, late).forecast.position == 2


def test_a_jobs_photos_are_held_until_it_is_deleted(place):
    order = place.order(draw())
    id = place.desk.submit(ME, order)
    assert place.store.holders(order.photos[0].key) == [f"job:{id}"]
    assert place.store.sweep(-1) == 0
    place.desk.delete(ME, id)
    assert list(place.store.keys()) == []
    with pytest.raises(NotFound):
        place.desk.show(ME, id)


def test_lists_go_on_where_they_ended(place):
    ids = [place.desk.submit(ME, place.order(draw(number))) for number in range(5)]
    first = place.desk.jobs(ME, limit=3)
    rest = place.desk.jobs(ME, before=first[-1].job.id, limit=3)
    assert [seen.job.id for seen in first + rest] == ids[::-1]


def test_a_photo_that_never_came_has_failed_with_its_reason_and_is_not_tried_again(place):
    order = place.order(draw())
    lost = Given("film.mov", "", {"what": "'film.mov' is over 64 MiB.", "right": "Leave it out."})
    id = place.desk.submit(ME, replace(order, photos=[*order.photos, lost]))
    seen = place.desk.show(ME, id)
    assert seen.counts == {"queued": 1, "failed": 1}
    assert seen.job.parts[1].error == lost.error
    place.desk.retry(ME, id)
    assert place.desk.show(ME, id).counts == {"queued": 1, "failed": 1}
    assert place.desk.events(ME, id, 0)[0].body["counts"] == {"queued": 1, "failed": 1}
    place.desk.delete(ME, id)
