"""A photo posted comes back as a picture, or as a clear problem."""

import io
import re
import threading
import zlib

import numpy as np
import pytest
from PIL import Image

from ganvas.errors import NotFound
from ganvas.web.api.pictures import build_content_disposition
from tests.image.builders import photo_with_a_place


def open_image(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def draw_gradient(format: str, width: int, height: int) -> bytes:
    data = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(data, format)
    return data.getvalue()


def assert_problem(answer, status: int, kind: str) -> dict:
    """The problem document of an answer, which must be one."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["type"] == f"/api/v1/docs#{kind}"
    assert problem["title"]
    assert problem["detail"]
    return problem


def test_a_photo_comes_back_as_a_picture_of_its_own_size(default_app, jpeg_photo):
    made = default_app.post_photo(jpeg_photo)
    assert made.status_code == 201
    body = made.json()
    assert made.headers["location"] == body["url"] == f"/api/v1/pictures/{body['key']}"
    got = default_app.client.get(body["url"])
    image = open_image(got.content)
    assert image.size == open_image(jpeg_photo).size == (body["width"], body["height"])
    assert got.headers["content-type"] == body["media_type"] == "image/jpeg"
    assert len(got.content) == body["bytes"]
    difference = np.asarray(image, int) + np.asarray(open_image(jpeg_photo).convert("RGB"), int) - 255
    assert np.abs(difference).mean() < 12  # the style is the negative


@pytest.mark.parametrize("format", ["jpeg", "png", "webp", "avif"])
def test_a_picture_comes_in_the_format_that_was_asked_for(default_app, jpeg_photo, format):
    body = default_app.post_photo(jpeg_photo, format=format, quality="80").json()
    assert body["media_type"] == f"image/{format}"
    assert open_image(default_app.client.get(body["url"]).content).format.lower() == format


def test_the_same_wish_gives_the_same_key_and_another_gives_another(default_app, jpeg_photo):
    first, second, other = (
        default_app.post_photo(jpeg_photo),
        default_app.post_photo(jpeg_photo),
        default_app.post_photo(jpeg_photo, strength="0"),
    )
    assert first.json()["key"] == second.json()["key"] != other.json()["key"]


def test_a_preview_has_the_long_edge_that_was_asked_for(default_app, jpeg_photo):
    body = default_app.post_photo(jpeg_photo, long_edge="80").json()
    assert (body["width"], body["height"]) == (80, 60)


def test_a_mask_keeps_the_photo_where_it_is_black(default_app):
    photo = draw_gradient("png", 128, 96)
    data = io.BytesIO()
    Image.new("L", (8, 8), 0).save(data, "png")
    body = default_app.post_photo(photo, mask=data.getvalue(), format="png").json()
    kept = np.asarray(open_image(default_app.client.get(body["url"]).content))
    assert np.array_equal(kept, np.asarray(open_image(photo)))


def test_an_empty_mask_as_browsers_send_it_is_none(default_app, jpeg_photo):
    files = {"photo": ("a.jpg", jpeg_photo), "mask": ("", b"", "application/octet-stream")}
    assert default_app.client.post("/api/v1/pictures", data={"style": "inverting"}, files=files).status_code == 201


def test_controls_reach_the_engine(default_app, jpeg_photo):
    plain = default_app.post_photo(jpeg_photo, format="png").json()["key"]
    for fields in ({"strength": "0.5"}, {"colour": "photo"}):
        assert default_app.post_photo(jpeg_photo, format="png", **fields).json()["key"] != plain


def test_a_picture_may_be_kept_for_ever_and_is_not_sent_twice(default_app, jpeg_photo):
    body = default_app.post_photo(jpeg_photo).json()
    first = default_app.client.get(body["url"])
    assert first.headers["etag"] == f'"{body["key"]}"'
    assert "immutable" in first.headers["cache-control"]
    again = default_app.client.get(body["url"], headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    other = default_app.client.get(body["url"], headers={"If-None-Match": '"other"'})
    assert other.content == first.content


def test_head_and_range_work(default_app, jpeg_photo):
    url = default_app.post_photo(jpeg_photo).json()["url"]
    whole = default_app.client.get(url)
    head = default_app.client.head(url)
    assert head.content == b""
    assert head.headers["content-length"] == str(len(whole.content))
    part = default_app.client.get(url, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])


def test_a_picture_cannot_be_run_as_a_page(default_app, jpeg_photo):
    got = default_app.client.get(default_app.post_photo(jpeg_photo).json()["url"])
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-security-policy"].startswith("default-src 'none'")
    assert got.headers["content-disposition"] == "inline"


def test_the_name_of_the_upload_is_nowhere_in_the_answers(default_app, jpeg_photo):
    made = default_app.post_photo(jpeg_photo)
    got = default_app.client.get(made.json()["url"])
    assert "secret" not in made.text + str(made.headers) + str(got.headers)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("sea.heic", "sea.jpg"),
        ("sea", "sea.jpg"),
        ("v1.2", "v1.2.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("..\\..\\boot.ini", "boot.ini.jpg"),
        ('a"b\r\nSet-Cookie: x=1;.png', "abSet-Cookie x=1;.jpg"),
        ("海.png", "海.jpg"),
        ("\u202egpj.exe", "gpj.exe.jpg"),
        (".htaccess", "htaccess.jpg"),
        ("x" * 500, "x" * 120 + ".jpg"),
    ],
)
def test_a_download_has_a_name_without_harm(default_app, jpeg_photo, name, file):
    from urllib.parse import unquote

    url = default_app.post_photo(jpeg_photo).json()["url"]
    header = default_app.client.get(url, params={"name": name}).headers["content-disposition"]
    assert header.isascii()
    assert header.startswith('attachment; filename="picture.jpg"; ')
    assert unquote(re.search(r"filename\*=UTF-8''(\S+)$", header)[1]) == file


def test_the_place_stays_behind_unless_all_is_asked_for(default_app):
    for keep, kept in (("none", (False, False)), ("without-place", (True, False)), ("all", (True, True))):
        body = default_app.post_photo(photo_with_a_place(), metadata=keep).json()
        made = default_app.client.get(body["url"]).content
        assert (b"Maker" in made, b"HERE" in made) == kept


@pytest.mark.parametrize("name", ["", ".", "..", "/", "\x00"])
def test_a_name_that_is_none_makes_no_download(name):
    assert build_content_disposition(name, ".jpg") == "inline"


@pytest.mark.parametrize("key", ["0" * 64, "nothing", "..%2f..%2fetc", "A" * 64, "%00"])
def test_a_key_under_which_nothing_is_kept_is_not_found(default_app, key):
    assert_problem(default_app.client.get(f"/api/v1/pictures/{key}"), 404, "not-found")


def test_an_unknown_style_is_told_with_near_names(default_app, jpeg_photo):
    problem = assert_problem(default_app.post_photo(jpeg_photo, style="invertin"), 404, "unknown-style")
    assert "inverting" in problem["right"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("strength", "1.5"),
        ("strength", "nan"),
        ("strength", "much"),
        ("stroke", "0"),
        ("colour", "blue"),
        ("format", "gif"),
        ("quality", "101"),
        ("long_edge", "-4"),
        ("metadata", "perhaps"),
    ],
)
def test_a_field_out_of_range_is_named(default_app, jpeg_photo, field, value):
    problem = assert_problem(default_app.post_photo(jpeg_photo, **{field: value}), 422, "bad-fields")
    assert [entry["field"] for entry in problem["fields"]] == [field]
    assert field in problem["detail"]


def test_an_unknown_field_is_refused_with_a_near_name(default_app, jpeg_photo):
    problem = assert_problem(default_app.post_photo(jpeg_photo, strenght="0.5"), 422, "bad-fields")
    assert "strenght" in problem["detail"]
    assert "strength" in problem["right"]


def test_a_form_without_a_photo_says_so(default_app):
    answer = default_app.client.post("/api/v1/pictures", data={"style": "inverting"}, files={"mask": b"x"})
    assert "photo" in assert_problem(answer, 422, "bad-fields")["detail"]


def test_a_photo_that_is_text_in_a_field_is_refused(default_app):
    answer = default_app.client.post(
        "/api/v1/pictures", data={"style": "inverting", "photo": "x"}, files={"mask": b"x"}
    )
    assert_problem(answer, 422, "bad-fields")


@pytest.mark.parametrize("data", [b"", b"not a picture", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
def test_what_is_no_photo_is_refused(default_app, data):
    assert assert_problem(default_app.post_photo(data), 422, "bad-photo")["right"]


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "avif", "tiff"])
def test_half_a_photo_is_refused_and_a_jpeg_without_its_end_is_not(default_app, kind):
    whole = draw_gradient(kind, 160, 120)
    assert "damaged" in assert_problem(default_app.post_photo(whole[: len(whole) // 2]), 422, "bad-photo")["detail"]
    assert default_app.post_photo(whole[:-2] if kind == "jpeg" else whole).status_code == 201


def test_a_mask_that_is_transparent_keeps_the_photo_there(default_app):
    cover = np.zeros((30, 40), np.uint8)
    cover[:, 20:] = 255
    mask = io.BytesIO()
    Image.fromarray(np.dstack([np.full((30, 40, 3), 255, np.uint8), cover])).save(mask, "png")
    photo = draw_gradient("png", 160, 120)
    made = default_app.post_photo(photo, mask=mask.getvalue(), format="png").json()
    with (
        Image.open(io.BytesIO(default_app.client.get(made["url"]).content)) as picture,
        Image.open(io.BytesIO(photo)) as own,
    ):
        apart = np.abs(np.asarray(picture.convert("RGB"), int) - np.asarray(own.convert("RGB"), int)).mean((0, 2))
    assert apart[:60].max() == 0
    assert apart[100:].mean() > 10


def test_a_bomb_is_refused_by_its_header(default_app):
    header = b"IHDR" + (60_000).to_bytes(4) + (60_000).to_bytes(4) + b"\x08\x02\x00\x00\x00"
    bomb = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0d" + header + zlib.crc32(header).to_bytes(4)
    body = zlib.compress(b"\0" * 10**6)
    bomb += len(body).to_bytes(4) + b"IDAT" + body + zlib.crc32(b"IDAT" + body).to_bytes(4)
    assert_problem(default_app.post_photo(bomb), 413, "too-large")


def test_a_body_over_the_limit_is_refused(open_app, jpeg_photo):
    small = open_app(max_bytes=50_000)
    assert_problem(small.post_photo(b"\xff" * 60_000), 413, "too-large")  # by the photo's limit
    assert_problem(small.post_photo(b"\xff" * (50_000 + (1 << 20) + 1)), 413, "too-large")  # by the body's


def test_a_body_that_is_no_form_is_refused(default_app):
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = default_app.client.post("/api/v1/pictures", content=b"--x\r\nnonsense", headers=headers)
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_third_picture_is_refused_when_one_is_made_and_one_waits(open_app, slow_engine, jpeg_photo):
    busy = open_app(slow_engine)
    answers = []
    askers = [threading.Thread(target=lambda: answers.append(busy.post_photo(jpeg_photo))) for _ in range(2)]
    for asker in askers:
        asker.start()
    engine = busy.app.state.services.engine
    assert engine.started.acquire(timeout=20)
    wait_until(lambda: busy.app.state.services.picture_queue.occupied == 2)
    refused = busy.post_photo(jpeg_photo)
    assert_problem(refused, 429, "busy")
    assert int(refused.headers["retry-after"]) >= 1
    metrics = busy.client.get("/metrics").text
    assert "ganvas_busy 1.0" in metrics
    assert "ganvas_waiting 1.0" in metrics
    assert busy.client.get("/healthz").status_code == 200
    engine.may_end.set()
    for asker in askers:
        asker.join(20)
    assert [answer.status_code for answer in answers] == [201, 201]


def test_pictures_that_nobody_owns_are_deleted_in_the_end(default_app, jpeg_photo):
    key = default_app.post_photo(jpeg_photo, long_edge=16).json()["key"]
    assert default_app.store.sweep(seconds=3600) == 0
    assert default_app.store.sweep(seconds=-1) >= 1
    with pytest.raises(NotFound):
        default_app.store.get(key)
    assert_problem(default_app.client.get(f"/api/v1/pictures/{key}"), 404, "not-found")


def wait_until(condition) -> None:
    """Come back when it is true, within 20 s."""
    pause = threading.Event()
    for _ in range(2000):
        if condition():
            return
        pause.wait(0.01)
    pytest.fail("it did not come true")


def test_a_cut_is_made_by_the_server_and_keeps_what_the_photo_says(default_app):
    fields = {"format": "jpeg", "metadata": "all", "cut": "4,2,20,20", "size": "64x64"}
    made = default_app.post_photo(photo_with_a_place(), **fields).json()
    assert (made["width"], made["height"]) == (64, 64)
    data = default_app.client.get(made["url"]).content
    assert b"Maker" in data and b"HERE" in data
    entry = default_app.client.get("/api/v1/history").json()["pictures"][0]
    assert (entry["settings"]["cut"], entry["settings"]["size"]) == ("4,2,20,20", "64x64")
    again = default_app.post_photo(photo_with_a_place(), style=entry["style"], **entry["settings"]).json()
    assert again["key"] == made["key"], "the settings in the history make it again"


@pytest.mark.parametrize("fields", [{"cut": "1,2,3"}, {"size": "10"}, {"cut": "0,0,99999,5"}, {"size": "9x9"}])
def test_a_cut_that_cannot_be_is_refused(default_app, jpeg_photo, fields):
    answer = default_app.post_photo(jpeg_photo, **fields)
    assert answer.status_code == 422
    assert answer.json()["right"] or answer.json()["fields"]
