"""A data folder of an older release is worked off: what it pins may be gone. A process has one worker at a time."""

from dataclasses import replace

from ganvas.style.file import save_style
from ganvas.web.schemas.jobs import describe_part
from tests.conftest import NETWORKS, write_style
from tests.jobs.conftest import OWNER, draw_png, open_installation


def test_a_job_that_waits_through_an_upgrade_is_done_in_the_newest_version_and_says_so(tmp_path, caplog):
    folder = tmp_path / "styles"
    first = write_style(folder, "inverting")
    before = open_installation(tmp_path / "data", folder)
    id = before.service.submit(OWNER, before.build_request(draw_png(1)))
    before.runtime.close()
    newer = save_style(NETWORKS["copying"][0](), replace(first, version=4), folder / "inverting.onnx")
    after = open_installation(tmp_path / "data", folder)
    after.runtime.start_worker()
    try:
        (part,) = after.wait_for_job(id).job.parts
        assert (part.state, part.style) == ("done", "inverting@1")
        assert (part.picture.style, part.picture.style_sha256) == ("inverting@4", newer.sha256)
        assert describe_part(part).made_in == "inverting@4"
        assert "inverting@1 is not there any more" in caplog.text
    finally:
        after.runtime.close()
