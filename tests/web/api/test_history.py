"""The history keeps what was made with all that it takes to make it again, until it is deleted: nothing is left."""

import io
from dataclasses import replace

import pytest
from PIL import Image

from ganvas.style.file import save_style
from tests.conftest import NETWORKS
from tests.web.conftest import QuickEngine, draw_picture

URL = "/api/v1/history"


@pytest.fixture
def empty_app(open_app):
    """An application whose history is empty."""
    served = open_app()
    yield served
    served.app.state.services.job_runtime.close()


def list_entries(served, **query):
    return served.client.get(URL, params=query).json()["pictures"]


def test_an_entry_says_all_that_it_takes_to_make_the_picture_again(empty_app, jpeg_photo):
    mask = draw_picture("png", 16, 12)
    turned = {"strength": 0.5, "stroke": 2.0, "colour": "photo", "format": "webp", "quality": 70}
    made = empty_app.post_photo(jpeg_photo, mask=mask, **{name: str(value) for name, value in turned.items()}).json()
    (entry,) = list_entries(empty_app)
    assert entry["settings"].items() >= turned.items()
    assert entry["style"] == "inverting@1"
    assert entry["style_sha256"] == empty_app.catalog.get("inverting").sha256
    assert (entry["width"], entry["height"], entry["media_type"]) == (160, 120, "image/webp")
    assert empty_app.client.get(entry["photo"]).content == jpeg_photo
    assert empty_app.client.get(entry["mask"]).content == mask
    assert "attachment" in empty_app.client.get(entry["mask"]).headers["content-disposition"]
    again = empty_app.post_photo(empty_app.client.get(entry["photo"]).content, mask=mask, **turned).json()
    assert again["key"] == made["key"]


class Upgrading(QuickEngine):
    """An engine during whose work a newer version of the style is published."""

    def apply(self, style, pixels, *more):
        made = super().apply(style, pixels, *more)
        old = self.catalog.get("inverting")
        path = self.catalog.find_writable_folder() / "inverting.v2.onnx"
        path.parent.mkdir(parents=True, exist_ok=True)
        save_style(NETWORKS["inverting"][0](), replace(old, version=2), path)
        return made


def test_an_entry_names_the_version_that_made_the_picture_though_a_newer_one_came_meanwhile(open_app, jpeg_photo):
    served = open_app(Upgrading, own=True)
    first = served.catalog.get("inverting")
    answer = served.post_photo(jpeg_photo).json()
    assert served.catalog.get("inverting").version == 2
    (entry,) = list_entries(served)
    assert (entry["style"], entry["style_sha256"]) == ("inverting@1", first.sha256)
    assert (answer["version"], answer["style_sha256"]) == (1, first.sha256)
    served.app.state.services.job_runtime.close()


def test_a_picture_asked_for_in_a_version_that_is_gone_is_made_in_the_newest_and_says_so(open_app, jpeg_photo):
    served = open_app(Upgrading, own=True)
    served.post_photo(jpeg_photo)
    served.catalog.folders = served.catalog.folders[:1]
    answer = served.post_photo(jpeg_photo, style="inverting@1").json()
    assert (answer["style"], answer["version"]) == ("inverting", 2)
    assert [entry["style"] for entry in list_entries(served)] == ["inverting@2", "inverting@1"]
    assert served.post_photo(jpeg_photo, style="inverting@3").status_code == 404
    served.app.state.services.job_runtime.close()


def test_a_thumbnail_is_small_kept_and_gone_with_its_picture(empty_app):
    empty_app.post_photo(draw_picture("jpeg", 1200, 900), format="png")
    (entry,) = list_entries(empty_app)
    before = set(empty_app.store.keys())
    answer = empty_app.client.get(entry["thumbnail"])
    with Image.open(io.BytesIO(answer.content)) as small:
        assert (small.format, small.size) == ("WEBP", (480, 360))
    (key,) = set(empty_app.store.keys()) - before
    assert empty_app.store.holders(key) == [f"picture:{entry['id']}"]
    etag = {"If-None-Match": answer.headers["etag"]}
    assert empty_app.client.get(entry["thumbnail"], headers=etag).status_code == 304
    assert empty_app.client.delete(f"{URL}/{entry['id']}").status_code == 204
    assert list(empty_app.store.keys()) == []
    assert empty_app.client.get(entry["thumbnail"]).status_code == 404


def test_a_thumbnail_that_was_lost_is_made_again(empty_app, jpeg_photo):
    empty_app.post_photo(jpeg_photo)
    (entry,) = list_entries(empty_app)
    key = empty_app.client.get(entry["thumbnail"]).headers["etag"].strip('"')
    empty_app.store.path(key).unlink()
    assert empty_app.client.get(entry["thumbnail"]).status_code == 200


def test_a_file_goes_with_the_last_that_has_it(empty_app, jpeg_photo):
    for _ in range(2):
        empty_app.post_photo(jpeg_photo)
    one, other = list_entries(empty_app)
    for entry in (one, other):
        empty_app.client.get(entry["thumbnail"])
    assert empty_app.client.delete(f"{URL}/{one['id']}").status_code == 204
    assert empty_app.client.get(other["url"]).status_code == 200
    assert empty_app.client.get(other["thumbnail"]).status_code == 200
    assert empty_app.client.delete(f"{URL}/{other['id']}").status_code == 204
    assert list(empty_app.store.keys()) == []


def test_the_list_goes_on_where_it_ended(empty_app, jpeg_photo):
    for name in ("1", "2", "3"):
        empty_app.client.patch(f"{URL}/{add_picture(empty_app, jpeg_photo)}", json={"name": name})
    first = empty_app.client.get(URL, params={"limit": 2}).json()
    rest = empty_app.client.get(URL, params={"limit": 2, "before": first["next"]}).json()
    assert [entry["name"] for entry in first["pictures"] + rest["pictures"]] == ["3", "2", "1"]
    assert rest["next"] is None


def add_picture(served, photo: bytes) -> str:
    """The id of a picture that is made now."""
    served.post_photo(photo)
    return list_entries(served)[0]["id"]


def test_pictures_are_found_by_style(empty_app, jpeg_photo):
    empty_app.post_photo(jpeg_photo)
    empty_app.post_photo(jpeg_photo, style="copying")
    assert [len(list_entries(empty_app, style=style)) for style in ("inverting", "copying@1", "copying@2", "")] == [
        1,
        1,
        0,
        2,
    ]


def test_folders_are_made_filled_renamed_and_deleted(empty_app, jpeg_photo):
    folders = f"{URL}/folders"
    assert empty_app.client.post(folders, json={"name": " Trip "}).json() == {"folders": {"Trip": 0}}
    empty_app.client.patch(f"{URL}/{add_picture(empty_app, jpeg_photo)}", json={"folder": "Trip"})
    renamed = empty_app.client.patch(folders, params={"name": "Trip"}, json={"name": "Sea"})
    assert renamed.json() == {"folders": {"Sea": 1}}
    assert [entry["folder"] for entry in list_entries(empty_app, folder="Sea")] == ["Sea"]
    assert empty_app.client.delete(folders, params={"name": "Sea"}).status_code == 204
    assert empty_app.client.get(folders).json() == {"folders": {"": 1}}
    assert empty_app.client.delete(folders, params={"name": "Sea"}).status_code == 404
    assert empty_app.client.post(folders, json={"name": "  "}).status_code == 422


def test_a_picture_of_a_job_is_remembered_in_the_same_way(empty_app, jpeg_photo):
    parts = empty_app.app.state.services
    parts.job_runtime.start_worker()
    files = [("photos", ("trip/sea.jpg", jpeg_photo, "image/jpeg"))]
    job = empty_app.client.post("/api/v1/jobs", data={"style": "inverting", "strength": "0.5"}, files=files).json()
    for line in empty_app.client.get(f"/api/v1/jobs/{job['id']}/events").iter_lines():
        if line == "event: end":
            break
    (entry,) = list_entries(empty_app)
    assert (entry["name"], entry["settings"]["strength"]) == ("trip/sea.jpg", 0.5)
    assert entry["style_sha256"] == empty_app.catalog.get("inverting").sha256
    assert empty_app.client.get(entry["photo"]).content == jpeg_photo
    assert empty_app.client.get(entry["thumbnail"]).status_code == 200


def test_every_get_of_the_history_has_a_head(empty_app, jpeg_photo):
    place = f"{URL}/{add_picture(empty_app, jpeg_photo)}"
    for path in (URL, f"{URL}/folders", place, f"{place}/photo", f"{place}/thumbnail"):
        head = empty_app.client.head(path)
        assert (head.status_code, head.content) == (200, b"")
    assert empty_app.client.head(f"{place}/mask").status_code == 404
