"""What one person gave and made is nobody else's to see."""

import hashlib

import pytest

from ganvas.web.grants import Grants
from ganvas.web.identity import OWNER_COOKIE, load_or_create_secret, name_cookie, sign_owner
from tests.web.conftest import draw_picture

PAGE = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}


@pytest.fixture
def house(open_app):
    """An application, asked by browsers that are nobody yet."""
    served = open_app()
    served.client.headers.update(PAGE)
    yield served
    for name in PAGE:
        served.client.headers.pop(name)


def gets(house, key: str) -> int:
    return house.client.get(f"/api/v1/pictures/{key}").status_code


def test_photo_mask_thumbnail_and_picture_are_served_to_their_owner_alone(house, jpeg_photo):
    mask = draw_picture("png", 16, 12)
    made = house.post_photo(jpeg_photo, mask=mask).json()
    (entry,) = house.client.get("/api/v1/history").json()["pictures"]
    small = house.client.get(entry["thumbnail"]).content
    keys = [made["key"], *(hashlib.sha256(data).hexdigest() for data in (jpeg_photo, mask, small))]
    assert [gets(house, key) for key in keys] == [200] * 4
    house.client.cookies.clear()
    answers = [house.client.get(f"/api/v1/pictures/{key}") for key in keys]
    none = house.client.get(f"/api/v1/pictures/{'0' * 64}")
    assert [answer.status_code for answer in answers] == [404] * 4
    assert {answer.text for answer in answers} == {none.text}  # not even that it is there can be told
    tag = {"If-None-Match": f'"{keys[1]}"'}
    assert house.client.get(f"/api/v1/pictures/{keys[1]}", headers=tag).status_code == 404


def test_a_preview_that_no_history_keeps_loads_for_who_made_it_and_nobody_else(house, jpeg_photo):
    key = house.post_photo(jpeg_photo, long_edge=16).json()["key"]
    assert gets(house, key) == 200
    house.client.cookies.clear()
    assert gets(house, key) == 404


def test_a_grant_ends_and_is_swept(tmp_path):
    Grants(tmp_path, 100).give("me", "key")
    assert Grants(tmp_path, 100).covers("me", "key")
    assert not Grants(tmp_path, 100).covers("you", "key")
    over = Grants(tmp_path, -100)
    assert not over.covers("me", "key")
    over.sweep()
    assert list((tmp_path / "grants").iterdir()) == []


LINK = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Accept": "text/html"}
PLAIN_LINK = {"Upgrade-Insecure-Requests": "1", "Accept": "text/html"}  # by http, from a browser on another machine


@pytest.mark.parametrize("headers", [LINK, PLAIN_LINK, LINK | {"Sec-Fetch-Site": "none"}, PAGE | LINK])
def test_no_link_gives_a_browser_another_owner(open_app, headers):
    answer = open_app().client.get("/api/v1/history", headers=headers)
    assert answer.json()["pictures"] == []
    assert "set-cookie" not in answer.headers


def test_two_servers_on_one_address_leave_each_others_owner_alone(house, open_app, jpeg_photo):
    house.client.cookies.clear()
    house.post_photo(jpeg_photo)
    other = open_app()
    other.client.cookies.update(house.client.cookies)
    other.client.get("/api/v1/history", headers=PAGE)
    assert len(other.client.cookies) == 2
    house.client.cookies.update(other.client.cookies)
    assert len(house.client.get("/api/v1/history").json()["pictures"]) == 1


def test_by_https_no_other_host_can_set_the_cookie(house):
    house.client.cookies.clear()
    cookie = house.client.get("https://127.0.0.1:8000/api/v1/history").headers["set-cookie"]
    assert cookie.startswith("__Host-ganvas-owner-")
    assert "secure" in cookie.lower()
    assert "path=/;" in cookie.lower()


def test_the_cookie_of_older_versions_is_moved_over_once(house):
    key = load_or_create_secret(house.app.state.services.settings.data)
    house.client.cookies.clear()
    house.client.cookies.set(
        OWNER_COOKIE, f"browser-old.{sign_owner('browser-old', key)}", domain="127.0.0.1", path="/"
    )
    house.client.post("/api/v1/history/folders", json={"name": "kept"})
    assert list(house.client.cookies) == [name_cookie(key, secure=False)]
    assert "kept" in house.client.get("/api/v1/history/folders").json()["folders"]
