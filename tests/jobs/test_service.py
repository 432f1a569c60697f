"""Jobs are taken, shown, stopped and tried again; nobody works here, so that nothing moves by itself."""

from dataclasses import replace

import pytest

from ganvas.errors import BadControls, NotFound, Overloaded, TooLarge, UnknownStyle
from ganvas.jobs.request import InputPhoto, JobLimits, PictureSettings
from tests.jobs.conftest import OTHER_OWNER, OWNER, draw_png


def test_a_job_has_a_part_for_each_photo_in_each_style(installation):
    id = installation.service.submit(
        OWNER, installation.build_request(draw_png(1), draw_png(2), styles=["inverting", "copying"])
    )
    seen = installation.service.get_job(OWNER, id)
    assert seen.job.state == "queued" and seen.counts == {"queued": 4}
    assert [part.result for part in seen.job.parts] == [
        "inverting/trip/0.jpg",
        "copying/trip/0.jpg",
        "inverting/trip/1.jpg",
        "copying/trip/1.jpg",
    ]
    assert seen.job.styles == ["inverting@1", "copying@1"]


def test_a_job_is_its_owners_alone(installation):
    id = installation.service.submit(OWNER, installation.build_request(draw_png()))
    for call in (
        installation.service.get_job,
        installation.service.cancel,
        installation.service.pause,
        installation.service.retry,
        installation.service.delete,
    ):
        with pytest.raises(NotFound):
            call(OTHER_OWNER, id)
    assert installation.service.list_jobs(OTHER_OWNER) == []
    assert [seen.job.id for seen in installation.service.list_jobs(OWNER)] == [id]


def test_what_cannot_be_done_is_refused_at_once(installation):
    for error, said in [
        (BadControls, {"photos": []}),
        (BadControls, {"styles": []}),
        (BadControls, {"priority": 10}),
        (BadControls, {"settings": PictureSettings(strength=2)}),
        (BadControls, {"settings": PictureSettings(format="gif")}),
        (UnknownStyle, {"styles": ["nothing"]}),
    ]:
        with pytest.raises(error):
            installation.service.submit(OWNER, installation.build_request(draw_png(), **said))
    assert installation.service.list_jobs(OWNER) == []


def test_a_job_that_is_too_long_is_refused_with_the_limit(installation):
    installation.service.limits = JobLimits(job_pictures=3)
    with pytest.raises(TooLarge, match="at most 3"):
        installation.service.submit(
            OWNER, installation.build_request(draw_png(1), draw_png(2), styles=["inverting", "copying"])
        )


def test_one_owner_cannot_fill_the_line(installation):
    installation.service.limits = JobLimits(owner_jobs=2, owner_pictures=3)
    installation.service.submit(OWNER, installation.build_request(draw_png(1), draw_png(2)))
    with pytest.raises(Overloaded) as refused:
        installation.service.submit(OWNER, installation.build_request(draw_png(3), draw_png(4)))
    assert refused.value.retry_after > 1
    installation.service.submit(OWNER, installation.build_request(draw_png(5)))
    with pytest.raises(Overloaded):
        installation.service.submit(OWNER, installation.build_request(draw_png(6)))
    installation.service.submit(OTHER_OWNER, installation.build_request(draw_png(7)))


def test_stopping_goes_on_and_stops_for_good(installation):
    id = installation.service.submit(OWNER, installation.build_request(draw_png(1), draw_png(2)))
    for act, state in [("pause", "paused"), ("resume", "queued"), ("cancel", "cancelled"), ("resume", "cancelled")]:
        getattr(installation.service, act)(OWNER, id)
        assert installation.service.get_job(OWNER, id).counts == {state: 2}
        assert installation.service.get_job_row(OWNER, id).state == state
    installation.service.retry(OWNER, id)
    assert installation.service.get_job(OWNER, id).counts == {"queued": 2}


def test_events_are_numbered_without_a_gap(installation):
    id = installation.service.submit(OWNER, installation.build_request(draw_png(1), draw_png(2)))
    installation.service.pause(OWNER, id)
    installation.service.resume(OWNER, id)
    events = installation.service.list_events(OWNER, id, 0)
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    assert [event.number for event in installation.service.list_events(OWNER, id, 3)] == list(range(4, len(events) + 1))
    assert installation.service.get_last_event_numbers([id]) == {id: (len(events), False)}


def test_owners_stand_in_line_in_turn(installation):
    mine = [installation.service.submit(OWNER, installation.build_request(draw_png(number))) for number in range(5)]
    yours = installation.service.submit(OTHER_OWNER, installation.build_request(draw_png(9)))
    positions = [installation.service.get_job(OWNER, id).forecast.position for id in mine]
    assert installation.service.get_job(OTHER_OWNER, yours).forecast.position == 2
    assert positions == [1, 3, 4, 5, 6]


def test_priority_goes_before_age_among_ones_own(installation):
    late, soon = (
        installation.service.submit(OWNER, installation.build_request(draw_png(), priority=priority))
        for priority in (5, 1)
    )
    assert installation.service.get_job(OWNER, soon).forecast.position == 1
    assert installation.service.get_job(OWNER, late).forecast.position == 2


def test_a_jobs_photos_are_held_until_it_is_deleted(installation):
    order = installation.build_request(draw_png())
    id = installation.service.submit(OWNER, order)
    assert installation.store.holders(order.photos[0].key) == [f"job:{id}"]
    assert installation.store.sweep(-1) == 0
    installation.service.delete(OWNER, id)
    assert list(installation.store.keys()) == []
    with pytest.raises(NotFound):
        installation.service.get_job(OWNER, id)


def test_lists_go_on_where_they_ended(installation):
    ids = [installation.service.submit(OWNER, installation.build_request(draw_png(number))) for number in range(5)]
    first = installation.service.list_jobs(OWNER, limit=3)
    rest = installation.service.list_jobs(OWNER, before=first[-1].job.id, limit=3)
    assert [seen.job.id for seen in first + rest] == ids[::-1]


def test_a_photo_that_never_came_has_failed_with_its_reason_and_is_not_tried_again(installation):
    order = installation.build_request(draw_png())
    lost = InputPhoto("film.mov", "", {"what": "'film.mov' is over 64 MiB.", "right": "Leave it out."})
    id = installation.service.submit(OWNER, replace(order, photos=[*order.photos, lost]))
    seen = installation.service.get_job(OWNER, id)
    assert seen.counts == {"queued": 1, "failed": 1}
    assert seen.job.parts[1].error == lost.error
    installation.service.retry(OWNER, id)
    assert installation.service.get_job(OWNER, id).counts == {"queued": 1, "failed": 1}
    assert installation.service.list_events(OWNER, id, 0)[0].body["counts"] == {"queued": 1, "failed": 1}
    installation.service.delete(OWNER, id)
