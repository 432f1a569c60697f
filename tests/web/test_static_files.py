"""The built page is served so that browsers keep what never changes and ask for what does."""

import base64
import gzip
import hashlib
import os
import re

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from ganvas.web import problems
from ganvas.web.static_files import StudioFiles

SCRIPT = 'console.log("hé & <b>");'
HTML = f"<!doctype html><html><head><script src=/first.js></script></head><body><script>{SCRIPT}</script></body></html>"


@pytest.fixture
def built_folder(tmp_path):
    built = tmp_path / "static"
    (built / "_app/immutable").mkdir(parents=True)
    (built / "index.html").write_text(HTML)
    (built / "about.html").write_text("<p>about</p>")
    (built / "404.html").write_text("<p>lost</p>")
    (built / "_app/immutable/start.abc123.js").write_text("let a = 1;\n" * 500)
    (built / "favicon.svg").write_text("<svg/>")
    (tmp_path / "secret.txt").write_text("secret")
    return built


def open_site(folder) -> TestClient:
    app = FastAPI(openapi_url=None)
    problems.add_exception_handlers(app)
    app.mount("/", StudioFiles(folder))
    return TestClient(app)


def test_the_entry_is_asked_for_again_each_time_and_answered_briefly(built_folder):
    page = open_site(built_folder)
    first = page.get("/")
    assert first.text == HTML
    assert first.headers["cache-control"] == "no-cache"
    again = page.get("/", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_hashed_files_may_be_kept_for_ever(built_folder):
    answer = open_site(built_folder).get("/_app/immutable/start.abc123.js")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/javascript")


def test_text_is_packed_for_who_can_unpack_it(built_folder):
    page, path = open_site(built_folder), "/_app/immutable/start.abc123.js"
    packed = page.get(path, headers={"Accept-Encoding": "br, gzip"})
    plain = page.get(path, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content) / 10
    assert packed.content == plain.content
    assert packed.headers["etag"] != plain.headers["etag"]
    assert packed.headers["vary"] == "Accept-Encoding"


def test_the_policy_allows_the_inline_script_that_was_built_and_no_other(built_folder):
    policy = open_site(built_folder).get("/").headers["content-security-policy"]
    scripts = re.search(r"script-src ([^;]*)", policy)[1]
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    assert scripts == f"'self' 'sha256-{digest}'"
    assert "frame-ancestors 'none'" in policy


def test_a_page_that_is_built_again_is_read_again(built_folder):
    page = open_site(built_folder)
    before = page.get("/").headers["etag"]
    (built_folder / "index.html").write_text("<p>new</p>")
    os.utime(built_folder / "index.html", ns=(1, 1))
    after = page.get("/")
    assert after.text == "<p>new</p>"
    assert after.headers["etag"] != before


def test_views_have_clean_addresses_and_lost_ones_get_the_page_with_404(built_folder):
    page = open_site(built_folder)
    assert page.get("/about").text == "<p>about</p>"
    lost = page.get("/no/such/view")
    assert (lost.status_code, lost.text) == (404, "<p>lost</p>")


@pytest.mark.parametrize("path", ["/missing.js", "/api/v1/nothing", "/%00", "/" + "a" * 500 + ".js"])
def test_files_and_routes_that_are_not_there_get_a_problem(built_folder, path):
    answer = open_site(built_folder).get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path", ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "//etc/passwd", "/_app/../../secret.txt"]
)
def test_nothing_outside_the_folder_is_served(built_folder, path):
    answer = open_site(built_folder).get(path)
    assert "secret" not in answer.text
    assert "root:" not in answer.text
    assert answer.status_code == 404


def test_a_link_out_of_the_folder_is_not_followed(built_folder):
    (built_folder / "link.txt").symlink_to(built_folder.parent / "secret.txt")
    assert open_site(built_folder).get("/link.txt").status_code == 404


def test_only_reading_is_allowed(built_folder):
    answer = open_site(built_folder).post("/")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_head_has_the_headers_alone(built_folder):
    answer = open_site(built_folder).head("/")
    assert answer.content == b""
    assert int(answer.headers["content-length"]) == len(gzip.compress(HTML.encode(), 9, mtime=0))


def test_a_page_that_was_not_built_says_how_to_build_it(tmp_path):
    answer = open_site(tmp_path / "nothing").get("/")
    assert answer.status_code == 503
    assert "make page" in answer.text
    assert "网页" in answer.text
