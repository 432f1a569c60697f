"""It says whether it lives, whether it can work, and how much it did."""

import pytest

from ganvas.style.catalog import Catalog
from ganvas.web.api.health import find_readiness_problem


def test_it_lives_and_is_ready(default_app):
    assert default_app.client.get("/healthz").json() == {"status": "ok"}
    assert default_app.client.get("/readyz").json() == {"status": "ready"}


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/api/v1/limits"])
def test_every_get_about_the_server_has_a_head(default_app, path):
    head = default_app.client.head(path)
    assert (head.status_code, head.content) == (200, b"")


def test_it_says_how_much_it_takes(default_app):
    settings = default_app.app.state.services.settings
    said = default_app.client.get("/api/v1/limits").json()
    assert said == {
        "photo_bytes": settings.max_bytes,
        "photo_pixels": settings.max_pixels,
        "job_bytes": settings.job_bytes,
        "job_pictures": settings.job_pictures,
    }


def test_without_a_style_it_is_alive_and_not_ready(default_app, tmp_path):
    from dataclasses import replace

    parts = default_app.app.state.services
    default_app.app.state.services = replace(parts, catalog=Catalog([tmp_path]))
    try:
        answer = default_app.client.get("/readyz")
        assert answer.status_code == 503
        assert "style" in answer.json()["detail"]
        assert default_app.client.get("/healthz").status_code == 200
    finally:
        default_app.app.state.services = parts


def test_a_data_folder_that_is_not_there_is_a_lack(default_app, tmp_path):
    from dataclasses import replace

    parts = default_app.app.state.services
    assert find_readiness_problem(parts) == ""
    gone = replace(parts, settings=replace(parts.settings, data=tmp_path / "gone"))
    assert "data folder" in find_readiness_problem(gone)


def test_metrics_count_pictures_by_style_and_requests_by_route(default_app, jpeg_photo):
    key = default_app.post_photo(jpeg_photo).json()["key"]
    default_app.client.get(f"/api/v1/pictures/{key}")
    text = default_app.client.get("/metrics").text
    assert 'ganvas_picture_seconds_count{style="inverting"}' in text
    assert 'ganvas_requests_total{method="POST",route="/api/v1/pictures",status="201"}' in text
    assert 'ganvas_requests_total{method="GET",route="/api/v1/pictures/{key}",status="200"}' in text
    assert key not in text
    assert "ganvas_tiles_total" in text


def test_two_applications_count_for_themselves(open_app, default_app, jpeg_photo):
    default_app.post_photo(jpeg_photo)
    assert 'style="inverting"' not in open_app().client.get("/metrics").text
