"""Jobs are done: pictures, reasons, progress, stopping at a tile."""

import io
import threading

import numpy as np
import pytest
from PIL import Image

from ganvas.engine.engine import Engine
from ganvas.errors import Cancelled
from ganvas.jobs.request import PictureSettings
from ganvas.web.schemas.jobs import describe_part
from tests.jobs.conftest import OTHER_OWNER, OWNER, draw_png, open_installation, wait_until


def decode_rgb(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def test_pictures_are_made_and_a_bad_photo_fails_alone_with_its_reason(working_installation):
    id = working_installation.service.submit(
        OWNER,
        working_installation.build_request(
            draw_png(1), b"no photo", draw_png(2), settings=PictureSettings(format="png")
        ),
    )
    seen = working_installation.wait_for_job(id)
    assert seen.job.state == "done" and seen.counts == {"done": 2, "failed": 1}
    good, bad, _ = seen.job.parts
    assert (
        np.abs(
            decode_rgb(working_installation.store.get(good.picture.key)).astype(int) - (255 - decode_rgb(draw_png(1)))
        ).max()
        <= 1
    )
    assert bad.error["what"] and bad.error["right"] and bad.picture is None
    assert (good.picture.width, good.picture.height, good.picture.media_type) == (64, 48, "image/png")


def test_a_part_says_nothing_of_its_style_where_that_made_it(working_installation):
    (part,) = working_installation.wait_for_job(
        working_installation.service.submit(OWNER, working_installation.build_request(draw_png(1)))
    ).job.parts
    assert describe_part(part).made_in is None


def test_a_done_picture_is_held_by_its_record_alone(working_installation):
    id = working_installation.service.submit(OWNER, working_installation.build_request(draw_png(3)))
    picture = working_installation.wait_for_job(id).job.parts[0].picture
    assert working_installation.store.holders(picture.key) == [f"picture:{picture.id}"]
    working_installation.service.delete(OWNER, id, with_pictures=True)
    assert working_installation.store.holders(picture.key) == []


def test_events_tell_all_that_happened_once(working_installation):
    id = working_installation.service.submit(OWNER, working_installation.build_request(draw_png(1), b"bad"))
    working_installation.wait_for_job(id)
    events = working_installation.service.list_events(OWNER, id, 0)
    ends = [(event.body["number"], event.body["state"]) for event in events if event.kind == "part"]
    assert sorted(ends) == [(1, "done"), (1, "running"), (2, "failed"), (2, "running")]
    assert events[-1].kind == "job" and events[-1].body["state"] == "done"


def test_failed_parts_alone_are_tried_again(working_installation):
    id = working_installation.service.submit(OWNER, working_installation.build_request(draw_png(1), b"bad"))
    before = working_installation.wait_for_job(id).job.parts[0].picture.id
    last = working_installation.service.get_job_row(OWNER, id).events
    working_installation.service.retry(OWNER, id)
    seen = working_installation.wait_for_job(id)
    assert seen.job.parts[0].picture.id == before
    assert {
        event.body["number"]
        for event in working_installation.service.list_events(OWNER, id, last)
        if event.kind == "part"
    } == {2}


def test_a_short_job_of_another_does_not_wait_for_a_long_one(working_installation):
    long = working_installation.service.submit(
        OTHER_OWNER, working_installation.build_request(*[draw_png(number) for number in range(30)])
    )
    short = working_installation.service.submit(OWNER, working_installation.build_request(draw_png(99)))
    working_installation.wait_for_job(short)
    assert working_installation.service.get_job(OTHER_OWNER, long).counts.get("queued", 0) > 0
    working_installation.service.cancel(OTHER_OWNER, long)


def test_owners_share_a_worker_and_priority_orders_what_is_ones_own(tmp_path, styles, working_installation):
    working_installation.runtime.close()  # there is one worker in a process
    place = open_installation(tmp_path / "data", styles, slots=1)
    late = place.service.submit(OWNER, place.build_request(*[draw_png(number) for number in range(16)], priority=9))
    soon = place.service.submit(OWNER, place.build_request(*[draw_png(number) for number in range(4)], priority=1))
    theirs = place.service.submit(OTHER_OWNER, place.build_request(*[draw_png(number) for number in range(20)]))
    place.runtime.start_worker()
    try:
        seen = [place.wait_for_job(late), place.wait_for_job(soon), place.wait_for_job(theirs, OTHER_OWNER)]
    finally:
        place.runtime.close()
        working_installation.runtime.start_worker()
    made = sorted((part.picture.made, part.job_id) for one in seen for part in one.job.parts)
    order = [id for _, id in made]
    assert [id for id in order if id != theirs] == [soon] * 4 + [late] * 16
    whose = [id == theirs for id in order]
    assert whose in ([False, True] * 20, [True, False] * 20), "owners take turns, strictly"
    for one in seen:
        made = [part.picture.made for part in one.job.parts]
        assert made == sorted(made), "the parts of a job are made in their order"


def test_what_was_cancelled_is_stopped_at_the_first_tile_after_a_quarter_of_a_second(installation, monkeypatch):
    from ganvas.jobs import worker

    id = installation.service.submit(OWNER, installation.build_request(draw_png()))
    part = installation.service.get_job(OWNER, id).job.parts[0]
    clock = [100.0]
    monkeypatch.setattr(worker.time, "monotonic", lambda: clock[0])
    doer = worker.Worker(installation.runtime.engine, installation.service.references, installation.service.queue)
    on_tile = doer.make_tile_callback(doer.start_part(part.ticket))
    installation.service.cancel(OWNER, id)
    clock[0] += 0.2
    on_tile(0.1)
    clock[0] += 0.06
    with pytest.raises(Cancelled):
        on_tile(0.2)


class BlockingEngine(Engine):
    """An engine that goes on until it may end, and says when it began and when it was stopped."""

    started = threading.Semaphore(0)
    may_end = threading.Event()
    stopped = threading.Semaphore(0)

    def apply(self, style, pixels, controls=None, on_progress=lambda share: None):
        self.started.release()
        try:
            while not self.may_end.wait(0.01):
                on_progress(0.5)
        except BaseException:
            self.stopped.release()
            raise
        return pixels


def test_stopping_reaches_the_tile_and_what_stopped_goes_on(tmp_path, styles, working_installation):
    working_installation.runtime.close()  # there is one worker in a process
    place = open_installation(tmp_path / "data", styles, BlockingEngine)
    place.runtime.start_worker()
    try:
        id = place.service.submit(OWNER, place.build_request(draw_png()))
        assert BlockingEngine.started.acquire(timeout=60)
        wait_until(lambda: any(event.kind == "progress" for event in place.service.list_events(OWNER, id, 0)))
        place.service.pause(OWNER, id)
        assert place.service.get_job_row(OWNER, id).state == "paused"
        assert BlockingEngine.stopped.acquire(timeout=10)
        place.service.resume(OWNER, id)
        assert BlockingEngine.started.acquire(timeout=60)
        place.service.cancel(OWNER, id)
        assert BlockingEngine.stopped.acquire(timeout=10)
        place.service.retry(OWNER, id)
        assert BlockingEngine.started.acquire(timeout=60)
        place.runtime.close()  # a worker that stops hands back
        assert place.service.get_job(OWNER, id).counts == {"queued": 1}
        BlockingEngine.may_end.set()
        place.runtime.start_worker()
        assert place.wait_for_job(id).counts == {"done": 1}
    finally:
        BlockingEngine.may_end.set()
        place.runtime.close()


def test_what_was_cancelled_is_stopped_while_it_gives_way_too(installation):
    from ganvas.jobs.worker import Worker

    id = installation.service.submit(OWNER, installation.build_request(draw_png()))
    asked = []

    def busy() -> bool:
        asked.append(1)
        if len(asked) == 3:
            installation.service.cancel(OWNER, id)
        return False

    doer = Worker(
        installation.runtime.engine, installation.service.references, installation.service.queue, is_idle=busy
    )
    on_tile = doer.make_tile_callback(doer.start_part(installation.service.get_job(OWNER, id).job.parts[0].ticket))
    with pytest.raises(Cancelled):
        on_tile(0.1)


def test_a_tile_that_takes_long_is_stopped_in_the_middle(installation):
    """The network never comes back by itself: what is watched alone can stop it."""
    from ganvas.jobs.worker import Worker

    id = installation.service.submit(OWNER, installation.build_request(draw_png()))
    ticket = installation.service.get_job(OWNER, id).job.parts[0].ticket

    class Endless:
        def __call__(self, x):
            raise AssertionError("it is to be watched")

        def run_cancellable(self, check, x):
            installation.service.cancel(OWNER, id)
            while True:
                check()

    installation.runtime.engine.open_session = lambda path: Endless()
    doer = Worker(installation.runtime.engine, installation.service.references, installation.service.queue)
    assert doer.make_picture(ticket) == {}
    assert installation.service.get_job(OWNER, id).counts == {"cancelled": 1}


@pytest.mark.parametrize("share", [0.1])
def test_jobs_give_way_to_pictures_that_somebody_waits_for(installation, share):
    from ganvas.jobs.worker import Worker

    asked = []
    worker = Worker(
        installation.runtime.engine,
        installation.service.references,
        installation.service.queue,
        is_idle=lambda: asked.append(1) or len(asked) > 3,
    )
    worker.yield_to_interactive()
    assert len(asked) == 4
