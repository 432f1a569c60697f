"""Jobs are done: pictures, reasons, progress, stopping at a tile."""

import io
import threading

import numpy as np
import pytest
from PIL import Image

from ganvas.engine.engine import Engine
from ganvas.errors import Cancelled
from ganvas.jobs.order import Wanted
from ganvas.web.shapes_jobs import describe_part
from tests.jobs.conftest import ME, YOU, draw, open_place, until


def decode(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def test_pictures_are_made_and_a_bad_photo_fails_alone_with_its_reason(works):
    id = works.desk.submit(ME, works.order(draw(1), b"no photo", draw(2), wanted=Wanted(format="png")))
    seen = works.finished(id)
    assert seen.job.state == "done" and seen.counts == {"done": 2, "failed": 1}
    good, bad, _ = seen.job.parts
    assert np.abs(decode(works.store.get(good.picture.key)).astype(int) - (255 - decode(draw(1)))).max() <= 1
    assert bad.error["what"] and bad.error["right"] and bad.picture is None
    assert (good.picture.width, good.picture.height, good.picture.media_type) == (64, 48, "image/png")


def test_a_part_says_nothing_of_its_style_where_that_made_it(works):
    (part,) = works.finished(works.desk.submit(ME, works.order(draw(1)))).job.parts
    assert describe_part(part).made_in is None


def test_a_done_picture_is_held_by_its_record_alone(works):
    id = works.desk.submit(ME, works.order(draw(3)))
    picture = works.finished(id).job.parts[0].picture
    assert works.store.holders(picture.key) == [f"picture:{picture.id}"]
    works.desk.delete(ME, id, pictures=True)
    assert works.store.holders(picture.key) == []


def test_events_tell_all_that_happened_once(works):
    id = works.desk.submit(ME, works.order(draw(1), b"bad"))
    works.finished(id)
    events = works.desk.events(ME, id, 0)
    ends = [(event.body["number"], event.body["state"]) for event in events if event.kind == "part"]
    assert sorted(ends) == [(1, "done"), (1, "running"), (2, "failed"), (2, "running")]
    assert events[-1].kind == "job" and events[-1].body["state"] == "done"


def test_failed_parts_alone_are_tried_again(works):
    id = works.desk.submit(ME, works.order(draw(1), b"bad"))
    before = works.finished(id).job.parts[0].picture.id
    last = works.desk.glance(ME, id).events
    works.desk.retry(ME, id)
    seen = works.finished(id)
    assert seen.job.parts[0].picture.id == before
    assert {event.body["number"] for event in works.desk.events(ME, id, last) if event.kind == "part"} == {2}


def test_a_short_job_of_another_does_not_wait_for_a_long_one(works):
    long = works.desk.submit(YOU, works.order(*[draw(number) for number in range(30)]))
    short = works.desk.submit(ME, works.order(draw(99)))
    works.finished(short)
    assert works.desk.show(YOU, long).counts.get("queued", 0) > 0
    works.desk.cancel(YOU, long)


def test_owners_share_a_worker_and_priority_orders_what_is_ones_own(tmp_path, styles, works):
    works.shop.end()  # there is one worker in a process
    place = open_place(tmp_path / "data", styles, slots=1)
    late = place.desk.submit(ME, place.order(*[draw(number) for number in range(16)], priority=9))
    soon = place.desk.submit(ME, place.order(*[draw(number) for number in range(4)], priority=1))
    theirs = place.desk.submit(YOU, place.order(*[draw(number) for number in range(20)]))
    place.shop.begin()
    try:
        seen = [place.finished(late), place.finished(soon), place.finished(theirs, YOU)]
    finally:
        place.shop.end()
        works.shop.begin()
    made = sorted((part.picture.made, part.job_id) for one in seen for part in one.job.parts)
    order = [id for _, id in made]
    assert [id for id in order if id != theirs] == [soon] * 4 + [late] * 16
    whose = [id == theirs for id in order]
    assert whose in ([False, True] * 20, [True, False] * 20), "owners take turns, strictly"
    for one in seen:
        made = [part.picture.made for part in one.job.parts]
        assert made == sorted(made), "the parts of a job are made in their order"


def test_what_was_cancelled_is_stopped_at_the_first_tile_after_a_quarter_of_a_second(place, monkeypatch):
    from ganvas.jobs import worker

    id = place.desk.submit(ME, place.order(draw()))
    part = place.desk.show(ME, id).job.parts[0]
    clock = [100.0]
    monkeypatch.setattr(worker.time, "monotonic", lambda: clock[0])
    doer = worker.Worker(place.shop.engine, place.desk.keep, place.desk.line)
    on_tile = doer.progress(doer.begin(part.ticket))
    place.desk.cancel(ME, id)
    clock[0] += 0.2
    on_tile(0.1)
    clock[0] += 0.06
    with pytest.raises(Cancelled):
        on_tile(0.2)


class TileByTile(Engine):
    """An engine that goes on until it may end, and says when it began and when it was stopped."""

    begun = threading.Semaphore(0)
    go = threading.Event()
    stopped = threading.Semaphore(0)

    def apply(self, style, pixels, controls=None, on_tile=lambda share: None):
        self.begun.release()
        try:
            while not self.go.wait(0.01):
                on_tile(0.5)
        except BaseException:
            self.stopped.release()
            raise
        return pixels


def test_stopping_reaches_the_tile_and_what_stopped_goes_on(tmp_path, styles, works):
    works.shop.end()  # there is one worker in a process
    place = open_place(tmp_path / "data", styles, TileByTile)
    place.shop.begin()
    try:
        id = place.desk.submit(ME, place.order(draw()))
        assert TileByTile.begun.acquire(timeout=60)
        until(lambda: any(event.kind == "progress" for event in place.desk.events(ME, id, 0)))
        place.desk.pause(ME, id)
        assert place.desk.glance(ME, id).state == "paused"
        assert TileByTile.stopped.acquire(timeout=10)
        place.desk.resume(ME, id)
        assert TileByTile.begun.acquire(timeout=60)
        place.desk.cancel(ME, id)
        assert TileByTile.stopped.acquire(timeout=10)
        place.desk.retry(ME, id)
        assert TileByTile.begun.acquire(timeout=60)
        place.shop.end()  # a worker that stops hands back
        assert place.desk.show(ME, id).counts == {"queued": 1}
        TileByTile.go.set()
        place.shop.begin()
        assert place.finished(id).counts == {"done": 1}
    finally:
        TileByTile.go.set()
        place.shop.end()


def test_what_was_cancelled_is_stopped_while_it_gives_way_too(place):
    from ganvas.jobs.worker import Worker

    id = place.desk.submit(ME, place.order(draw()))
    asked = []

    def busy() -> bool:
        asked.append(1)
        if len(asked) == 3:
            place.desk.cancel(ME, id)
        return False

    doer = Worker(place.shop.engine, place.desk.keep, place.desk.line, idle=busy)
    on_tile = doer.progress(doer.begin(place.desk.show(ME, id).job.parts[0].ticket))
    with pytest.raises(Cancelled):
        on_tile(0.1)


def test_a_tile_that_takes_long_is_stopped_in_the_middle(place):
    """The network never comes back by itself: what is watched alone can stop it."""
    from ganvas.jobs.worker import Worker

    id = place.desk.submit(ME, place.order(draw()))
    ticket = place.desk.show(ME, id).job.parts[0].ticket

    class Endless:
        def __call__(self, x):
            raise AssertionError("it is to be watched")

        def watch(self, check, x):
            place.desk.cancel(ME, id)
            while True:
                check()

    place.shop.engine.open = lambda path: Endless()
    doer = Worker(place.shop.engine, place.desk.keep, place.desk.line)
    assert doer.make(ticket) == {}
    assert place.desk.show(ME, id).counts == {"cancelled": 1}


@pytest.mark.parametrize("share", [0.1])
def test_jobs_give_way_to_pictures_that_somebody_waits_for(place, share):
    from ganvas.jobs.worker import Worker

    asked = []
    worker = Worker(place.shop.engine, place.desk.keep, place.desk.line, idle=lambda: asked.append(1) or len(asked) > 3)
    worker.give_way()
    assert len(asked) == 4
