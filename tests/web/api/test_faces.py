"""A photo posted comes back as boxes; nothing of it stays."""

import io

import pytest
from PIL import Image

from ganvas.errors import Busy
from tests.test_faces import PORTRAIT, find, read
from tests.web.api.test_pictures import is_problem

URL = "/api/v1/faces"


def post(served, data: bytes):
    return served.client.post(URL, files={"photo": ("me.jpg", data, "image/jpeg")})


def test_a_face_comes_back_with_its_square(served):
    answer = post(served, PORTRAIT.read_bytes())
    assert answer.status_code == 200
    body = answer.json()
    assert (body["width"], body["height"]) == (342, 430)
    (face,) = body["faces"]
    (found,) = find(read(PORTRAIT.read_bytes()).pixels)
    assert {name: face[name] for name in ("left", "top", "width", "height")} == {
        name: getattr(found, name) for name in ("left", "top", "width", "height")
    }
    square = face["square"]
    assert square["left"] <= face["left"] and square["top"] <= face["top"] and square["side"] > face["height"]


def test_boxes_are_of_the_upright_photo(served):
    exif = Image.Exif()
    exif[0x0112] = 6
    data = io.BytesIO()
    Image.open(PORTRAIT).rotate(90, expand=True).save(data, "PNG", exif=exif)
    turned, plain = post(served, data.getvalue()).json(), post(served, PORTRAIT.read_bytes()).json()
    assert turned == plain


def test_nothing_is_kept(served):
    before = set(served.app.state.parts.store.keys())
    post(served, PORTRAIT.read_bytes())
    assert set(served.app.state.parts.store.keys()) == before


def test_where_nobody_is_the_list_is_empty(served, photo):
    assert post(served, photo).json()["faces"] == []


def test_what_is_no_photo_is_refused(served):
    is_problem(post(served, b"nothing"), 422, "bad-photo")
    is_problem(served.client.post(URL, data={"photo": "x"}), 422, "bad-fields")


def test_a_photo_over_the_limit_is_refused(serve, photo):
    is_problem(post(serve(max_pixels=100), photo), 413, "too-large")


def test_it_takes_a_place_among_those_who_wait(served, photo, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise Busy("All places are taken.", "Try again.", 3)

    monkeypatch.setattr(served.app.state.parts.turns, "enter", full)
    answer = post(served, photo)
    is_problem(answer, 429, "busy")
    assert answer.headers["retry-after"] == "3"
