"""The styles on offer are listed and shown with all that a gallery needs."""

import pytest


def test_all_styles_are_listed_by_name(default_app):
    styles = default_app.client.get("/api/v1/styles").json()["styles"]
    assert [style["name"] for style in styles] == default_app.catalog.names()
    inverting = next(style for style in styles if style["name"] == "inverting")
    assert inverting["title"]["en"] == "Inverting"
    assert inverting["preview"].startswith("/api/v1/styles/inverting/preview?v=")
    assert next(style for style in styles if style["name"] == "copying")["preview"] is None


def test_one_style_says_all_of_itself(default_app):
    card = default_app.client.get("/api/v1/styles/inverting").json()
    style = default_app.catalog.get("inverting")
    assert (card["sha256"], card["halo"], card["licence"]) == (style.sha256, style.halo, "CC0-1.0")
    assert {"recipe", "made", "parity", "scores"} <= set(card)


@pytest.mark.parametrize("path", ["/api/v1/styles/invertin", "/api/v1/styles/invertin/preview"])
def test_an_unknown_style_is_told_with_near_names(default_app, path):
    answer = default_app.client.get(path)
    assert answer.status_code == 404
    assert "inverting" in answer.json()["right"]


def test_the_preview_of_a_file_may_be_kept_for_ever_under_its_hash(default_app):
    url = default_app.client.get("/api/v1/styles/inverting").json()["preview"]
    answer = default_app.client.get(url)
    assert answer.headers["content-type"] == "image/webp"
    assert answer.content == default_app.catalog.get("inverting").preview
    assert "immutable" in answer.headers["cache-control"]
    assert "immutable" not in default_app.client.get(url.split("?")[0]).headers["cache-control"]
    assert default_app.client.get(url, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


def test_a_style_without_a_preview_says_so(default_app):
    assert default_app.client.get("/api/v1/styles/copying/preview").status_code == 404


@pytest.mark.parametrize("path", ["/api/v1/styles", "/api/v1/styles/inverting", "/api/v1/styles/inverting/preview"])
def test_every_get_of_styles_has_a_head(default_app, path):
    head = default_app.client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == default_app.client.get(path).headers["content-length"]
