"""It says whether it lives, whether it can work, and how much it did."""

import pytest

from ganvas.style import Catalog
from ganvas.web.api.health import find_lack


def test_it_lives_and_is_ready(served):
    assert served.client.get("/healthz").json() == {"status": "ok"}
    assert served.client.get("/readyz").json() == {"status": "ready"}


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/api/v1/limits"])
def test_every_get_has_a_head(served, path):
    head = served.client.head(path)
    assert (head.status_code, head.content) == (200, b"")


def test_it_says_how_much_it_takes(served):
    settings = served.app.state.parts.settings
    said = served.client.get("/api/v1/limits").json()
    assert said == {
        "photo_bytes": settings.max_bytes,
        "photo_pixels": settings.max_pixels,
        "job_bytes": settings.job_bytes,
        "job_pictures": settings.job_pictures,
    }


def test_without_a_style_it_is_alive_and_not_ready(served, tmp_path):
    from dataclasses import replace

    parts = served.app.state.parts
    served.app.state.parts = replace(parts, catalog=Catalog([tmp_path]))
    try:
        answer = served.client.get("/readyz")
        assert answer.status_code == 503
        assert "style" in answer.json()["detail"]
        assert served.client.get("/healthz").status_code == 200
    finally:
        served.app.state.parts = parts


def test_a_data_folder_that_is_not_there_is_a_lack(served, tmp_path):
    from dataclasses import replace

    parts = served.app.state.parts
    assert find_lack(parts) == ""
    gone = replace(parts, settings=replace(parts.settings, data=tmp_path / "gone"))
    assert "data folder" in find_lack(gone)


def test_metrics_count_pictures_by_style_and_requests_by_route(served, photo):
    key = served.post(photo).json()["key"]
    served.client.get(f"/api/v1/pictures/{key}")
    text = served.client.get("/metrics").text
    assert 'ganvas_picture_seconds_count{style="inverting"}' in text
    assert 'ganvas_requests_total{method="POST",route="/api/v1/pictures",status="201"}' in text
    assert 'ganvas_requests_total{method="GET",route="/api/v1/pictures/{key}",status="200"}' in text
    assert key not in text
    assert "ganvas_tiles_total" in text


def test_two_applications_count_for_themselves(serve, served, photo):
    served.post(photo)
    assert 'style="inverting"' not in serve().client.get("/metrics").text
