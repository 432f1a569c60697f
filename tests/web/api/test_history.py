"""The history keeps what was made with all that it takes to make it again, until it is deleted: nothing is left."""

import io
from dataclasses import replace

import pytest
from PIL import Image

from ganvas.style import save
from tests.conftest import NETWORKS
from tests.web.conftest import QuickEngine, draw

URL = "/api/v1/history"


@pytest.fixture
def house(serve):
    """An application whose history is empty."""
    served = serve()
    yield served
    served.app.state.parts.shop.end()


def entries(served, **asked):
    return served.client.get(URL, params=asked).json()["pictures"]


def test_an_entry_says_all_that_it_takes_to_make_the_picture_again(house, photo):
    mask = draw("png", 16, 12)
    turned = {"strength": 0.5, "stroke": 2.0, "colour": "photo", "format": "webp", "quality": 70}
    made = house.post(photo, mask=mask, **{name: str(value) for name, value in turned.items()}).json()
    (entry,) = entries(house)
    assert entry["settings"].items() >= turned.items()
    assert entry["style"] == "inverting@1"
    assert entry["style_sha256"] == house.catalog.get("inverting").sha256
    assert (entry["width"], entry["height"], entry["media_type"]) == (160, 120, "image/webp")
    assert house.client.get(entry["photo"]).content == photo
    assert house.client.get(entry["mask"]).content == mask
    assert "attachment" in house.client.get(entry["mask"]).headers["content-disposition"]
    again = house.post(house.client.get(entry["photo"]).content, mask=mask, **turned).json()
    assert again["key"] == made["key"]


class Upgrading(QuickEngine):
    """An engine during whose work a newer version of the style is published."""

    def apply(self, style, pixels, *more):
        made = super().apply(style, pixels, *more)
        old = self.catalog.get("inverting")
        path = self.catalog.own() / "inverting.v2.onnx"
        path.parent.mkdir(parents=True, exist_ok=True)
        save(NETWORKS["inverting"][0](), replace(old, version=2), path)
        return made


def test_an_entry_names_the_version_that_made_the_picture_though_a_newer_one_came_meanwhile(serve, photo):
    served = serve(Upgrading, own=True)
    first = served.catalog.get("inverting")
    answer = served.post(photo).json()
    assert served.catalog.get("inverting").version == 2
    (entry,) = entries(served)
    assert (entry["style"], entry["style_sha256"]) == ("inverting@1", first.sha256)
    assert (answer["version"], answer["style_sha256"]) == (1, first.sha256)
    served.app.state.parts.shop.end()


def test_a_picture_asked_for_in_a_version_that_is_gone_is_made_in_the_newest_and_says_so(serve, photo):
    served = serve(Upgrading, own=True)
    served.post(photo)
    served.catalog.folders = served.catalog.folders[:1]
    answer = served.post(photo, style="inverting@1").json()
    assert (answer["style"], answer["version"]) == ("inverting", 2)
    assert [entry["style"] for entry in entries(served)] == ["inverting@2", "inverting@1"]
    assert served.post(photo, style="inverting@3").status_code == 404
    served.app.state.parts.shop.end()


def test_a_thumbnail_is_small_kept_and_gone_with_its_picture(house):
    house.post(draw("jpeg", 1200, 900), format="png")
    (entry,) = entries(house)
    before = set(house.store.keys())
    answer = house.client.get(entry["thumbnail"])
    with Image.open(io.BytesIO(answer.content)) as small:
        assert (small.format, small.size) == ("WEBP", (480, 360))
    (key,) = set(house.store.keys()) - before
    assert house.store.holders(key) == [f"picture:{entry['id']}"]
    etag = {"If-None-Match": answer.headers["etag"]}
    assert house.client.get(entry["thumbnail"], headers=etag).status_code == 304
    assert house.client.delete(f"{URL}/{entry['id']}").status_code == 204
    assert list(house.store.keys()) == []
    assert house.client.get(entry["thumbnail"]).status_code == 404


def test_a_thumbnail_that_was_lost_is_made_again(house, photo):
    house.post(photo)
    (entry,) = entries(house)
    key = house.client.get(entry["thumbnail"]).headers["etag"].strip('"')
    house.store.path(key).unlink()
    assert house.client.get(entry["thumbnail"]).status_code == 200


def test_a_file_goes_with_the_last_that_has_it(house, photo):
    for _ in range(2):
        house.post(photo)
    one, other = entries(house)
    for entry in (one, other):
        house.client.get(entry["thumbnail"])
    assert house.client.delete(f"{URL}/{one['id']}").status_code == 204
    assert house.client.get(other["url"]).status_code == 200
    assert house.client.get(other["thumbnail"]).status_code == 200
    assert house.client.delete(f"{URL}/{other['id']}").status_code == 204
    assert list(house.store.keys()) == []


def test_the_list_goes_on_where_it_ended(house, photo):
    for name in ("1", "2", "3"):
        house.client.patch(f"{URL}/{remembered(house, photo)}", json={"name": name})
    first = house.client.get(URL, params={"limit": 2}).json()
    rest = house.client.get(URL, params={"limit": 2, "before": first["next"]}).json()
    assert [entry["name"] for entry in first["pictures"] + rest["pictures"]] == ["3", "2", "1"]
    assert rest["next"] is None


def remembered(served, photo: bytes) -> str:
    """The id of a picture that is made now."""
    served.post(photo)
    return entries(served)[0]["id"]


def test_pictures_are_found_by_style(house, photo):
    house.post(photo)
    house.post(photo, style="copying")
    assert [len(entries(house, style=style)) for style in ("inverting", "copying@1", "copying@2", "")] == [1, 1, 0, 2]


def test_folders_are_made_filled_renamed_and_deleted(house, photo):
    folders = f"{URL}/folders"
    assert house.client.post(folders, json={"name": " Trip "}).json() == {"folders": {"Trip": 0}}
    house.client.patch(f"{URL}/{remembered(house, photo)}", json={"folder": "Trip"})
    renamed = house.client.patch(folders, params={"name": "Trip"}, json={"name": "Sea"})
    assert renamed.json() == {"folders": {"Sea": 1}}
    assert [entry["folder"] for entry in entries(house, folder="Sea")] == ["Sea"]
    assert house.client.delete(folders, params={"name": "Sea"}).status_code == 204
    assert house.client.get(folders).json() == {"folders": {"": 1}}
    assert house.client.delete(folders, params={"name": "Sea"}).status_code == 404
    assert house.client.post(folders, json={"name": "  "}).status_code == 422


def test_a_picture_of_a_job_is_remembered_in_the_same_way(house, photo):
    parts = house.app.state.parts
    parts.shop.begin()
    files = [("photos", ("trip/sea.jpg", photo, "image/jpeg"))]
    job = house.client.post("/api/v1/jobs", data={"style": "inverting", "strength": "0.5"}, files=files).json()
    for line in house.client.get(f"/api/v1/jobs/{job['id']}/events").iter_lines():
        if line == "event: end":
            break
    (entry,) = entries(house)
    assert (entry["name"], entry["settings"]["strength"]) == ("trip/sea.jpg", 0.5)
    assert entry["style_sha256"] == house.catalog.get("inverting").sha256
    assert house.client.get(entry["photo"]).content == photo
    assert house.client.get(entry["thumbnail"]).status_code == 200


def test_every_get_has_a_head(house, photo):
    place = f"{URL}/{remembered(house, photo)}"
    for path in (URL, f"{URL}/folders", place, f"{place}/photo", f"{place}/thumbnail"):
        head = house.client.head(path)
        assert (head.status_code, head.content) == (200, b"")
    assert house.client.head(f"{place}/mask").status_code == 404
