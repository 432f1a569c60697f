"""A photo posted comes back as boxes; nothing of it stays."""

import io

import pytest
from PIL import Image

from ganvas.errors import Overloaded
from tests.engine.test_faces import PORTRAIT, find_faces, read
from tests.web.api.test_pictures import assert_problem

URL = "/api/v1/faces"


def post_for_faces(served, data: bytes):
    return served.client.post(URL, files={"photo": ("me.jpg", data, "image/jpeg")})


def test_a_face_comes_back_with_its_square(default_app):
    answer = post_for_faces(default_app, PORTRAIT.read_bytes())
    assert answer.status_code == 200
    body = answer.json()
    assert (body["width"], body["height"]) == (342, 430)
    (face,) = body["faces"]
    (found,) = find_faces(read(PORTRAIT.read_bytes()).pixels)
    assert {name: face[name] for name in ("left", "top", "width", "height")} == {
        name: getattr(found, name) for name in ("left", "top", "width", "height")
    }
    square = face["square"]
    assert square["left"] <= face["left"] and square["top"] <= face["top"] and square["side"] > face["height"]


def test_boxes_are_of_the_upright_photo(default_app):
    exif = Image.Exif()
    exif[0x0112] = 6
    data = io.BytesIO()
    Image.open(PORTRAIT).rotate(90, expand=True).save(data, "PNG", exif=exif)
    turned, plain = (
        post_for_faces(default_app, data.getvalue()).json(),
        post_for_faces(default_app, PORTRAIT.read_bytes()).json(),
    )
    assert turned == plain


def test_nothing_is_kept(default_app):
    before = set(default_app.app.state.services.store.keys())
    post_for_faces(default_app, PORTRAIT.read_bytes())
    assert set(default_app.app.state.services.store.keys()) == before


def test_where_nobody_is_the_list_is_empty(default_app, jpeg_photo):
    assert post_for_faces(default_app, jpeg_photo).json()["faces"] == []


def test_what_is_no_photo_is_refused(default_app):
    assert_problem(post_for_faces(default_app, b"nothing"), 422, "bad-photo")
    assert_problem(default_app.client.post(URL, data={"photo": "x"}), 422, "bad-fields")


def test_a_photo_over_the_limit_is_refused(open_app, jpeg_photo):
    assert_problem(post_for_faces(open_app(max_pixels=100), jpeg_photo), 413, "too-large")


def test_it_takes_a_place_among_those_who_wait(default_app, jpeg_photo, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise Overloaded("All places are taken.", "Try again.", 3)

    monkeypatch.setattr(default_app.app.state.services.picture_queue, "enqueue", full)
    answer = post_for_faces(default_app, jpeg_photo)
    assert_problem(answer, 429, "busy")
    assert answer.headers["retry-after"] == "3"
