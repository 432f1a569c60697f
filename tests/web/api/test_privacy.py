"""What one person gave and made is nobody else's to see."""

import hashlib

import pytest

from ganvas.web.grants import Grants
from tests.web.conftest import draw

PAGE = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}


@pytest.fixture
def house(serve):
    """An application, asked by browsers that are nobody yet."""
    served = serve()
    served.client.headers.update(PAGE)
    yield served
    for name in PAGE:
        served.client.headers.pop(name)


def gets(house, key: str) -> int:
    return house.client.get(f"/api/v1/pictures/{key}").status_code


def test_photo_mask_thumbnail_and_picture_are_served_to_their_owner_alone(house, photo):
    mask = draw("png", 16, 12)
    made = house.post(photo, mask=mask).json()
    (entry,) = house.client.get("/api/v1/history").json()["pictures"]
    small = house.client.get(entry["thumbnail"]).content
    keys = [made["key"], *(hashlib.sha256(data).hexdigest() for data in (photo, mask, small))]
    assert [gets(house, key) for key in keys] == [200] * 4
    house.client.cookies.clear()
    answers = [house.client.get(f"/api/v1/pictures/{key}") for key in keys]
    none = house.client.get(f"/api/v1/pictures/{'0' * 64}")
    assert [answer.status_code for answer in answers] == [404] * 4
    assert {answer.text for answer in answers} == {none.text}  # not even that it is there can be told
    tag = {"If-None-Match": f'"{keys[1]}"'}
    assert house.client.get(f"/api/v1/pictures/{keys[1]}", headers=tag).status_code == 404


def test_a_preview_that_no_history_keeps_loads_for_who_made_it_and_nobody_else(house, photo):
    key = house.post(photo, long_edge=16).json()["key"]
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
