"""Styles are added, removed and put in order by those who may, and by nobody else."""

import json
from dataclasses import replace

import onnx
import pytest
from starlette.testclient import TestClient

from ganvas.style import ABOUT, save
from tests.conftest import NETWORKS, write_style

URL = "/api/v1/styles"


@pytest.fixture(scope="module")
def house(serve):
    """An application with two built-in styles and a folder for more."""
    served = serve(own=True)
    yield served
    served.app.state.parts.shop.end()


@pytest.fixture
def made(tmp_path):
    """Makes a style file; its bytes."""

    def make(name: str = "mine", network: str = "inverting", version: int = 1) -> bytes:
        style = write_style(tmp_path, network)
        path = tmp_path / f"{name}.onnx"
        save(NETWORKS[network][0](), replace(style, name=name, version=version), path)
        return path.read_bytes()

    return make


def send(client: TestClient, data: bytes, **headers: str):
    return client.post(URL, files={"file": ("any.onnx", data, "application/octet-stream")}, headers=headers)


def names(client: TestClient) -> list[str]:
    return [style["name"] for style in client.get(URL).json()["styles"]]


def test_a_style_that_is_sent_is_served_at_once_and_gone_when_it_is_removed(house, photo, made):
    answer = send(house.client, made())
    assert answer.status_code == 201, answer.text
    assert (answer.headers["location"], answer.json()["added"]) == (f"{URL}/mine", True)
    assert names(house.client) == ["copying", "inverting", "mine"]
    assert house.post(photo, style="mine").status_code == 201
    assert house.app.state.parts.engine.slots
    sha256 = answer.json()["sha256"]
    assert house.client.delete(f"{URL}/mine").status_code == 204
    assert sha256 not in house.app.state.parts.engine.slots
    assert house.post(photo, style="mine").status_code == 404
    assert house.client.delete(f"{URL}/mine").status_code == 404
    assert names(house.client) == ["copying", "inverting"]


def nested() -> dict[str, object]:
    """Tables within tables, deeper than JSON is written."""
    within: dict[str, object] = {}
    for _ in range(400):
        within = {"in": within}
    return within


def test_a_style_that_cannot_be_shown_is_not_published_and_hides_no_other(house, made, monkeypatch, caplog):
    assert send(house.client, made("old")).status_code == 201
    shown = house.app.state.parts.catalog.get
    monkeypatch.setattr(
        house.app.state.parts.catalog,
        "get",
        lambda name: replace(shown(name), scores=nested()) if name == "old" else shown(name),
    )
    assert names(house.client) == ["copying", "inverting"]
    assert "leaves out old" in caplog.text
    monkeypatch.undo()
    assert house.client.delete(f"{URL}/old").status_code == 204


@pytest.mark.parametrize("about", [{"scores": nested()}, {"parity": {"a": None}}], ids=["deep", "parity"])
def test_a_description_that_would_break_the_gallery_is_refused_and_not_published(house, made, about):
    model = onnx.ModelProto.FromString(made("broken"))
    entries = {entry.key: entry.value for entry in model.metadata_props}
    described = json.loads(entries[ABOUT]) | about
    onnx.helper.set_model_props(model, entries | {ABOUT: json.dumps(described)})
    assert send(house.client, model.SerializeToString()).status_code == 422
    assert names(house.client) == ["copying", "inverting"]


def test_a_published_version_never_changes(house, made):
    first = made("kept")
    assert [send(house.client, first).status_code for _ in range(2)] == [201, 200]
    answer = send(house.client, made("kept", "copying"))
    assert (answer.status_code, answer.json()["type"]) == (409, "/api/v1/docs#taken")
    assert "version 2" in answer.json()["right"]
    assert send(house.client, made("kept", "copying", version=2)).status_code == 201
    assert house.client.get(f"{URL}/kept").json()["version"] == 2
    assert house.client.delete(f"{URL}/kept").status_code == 204


@pytest.mark.parametrize("name", ["inverting", "order"])
def test_names_that_are_not_free_are_refused(house, name, made):
    assert send(house.client, made(name, version=9)).status_code == 409


def test_a_built_in_style_cannot_be_removed(house):
    answer = house.client.delete(f"{URL}/inverting")
    assert answer.status_code == 403
    assert "built in" in answer.json()["detail"]
    assert not house.client.get(f"{URL}/inverting").json()["added"]


def test_what_is_no_style_is_refused_with_the_reason(house, made):
    for data in (b"no onnx", b"\x0a\x00" * 1000):
        answer = send(house.client, data)
        assert (answer.status_code, answer.json()["type"]) == (422, "/api/v1/docs#no-style")
        assert answer.json()["detail"]
    assert names(house.client) == ["copying", "inverting"]


def test_a_file_that_unfolds_to_gigabytes_is_refused_and_the_server_lives(house):
    nodes = 12_000_000
    graph = b"\x0a\x00" * nodes  # field 1 of a graph: a node, of no length
    answer = send(house.client, b"\x3a" + varint(len(graph)) + graph)
    assert answer.status_code == 422
    assert house.client.get("/healthz").status_code == 200


def varint(number: int) -> bytes:
    """A number as protobuf writes it."""
    digits = []
    while number > 127:
        digits.append(number & 127 | 128)
        number >>= 7
    return bytes([*digits, number])


def test_a_style_over_the_limit_is_refused(serve, made):
    served = serve(own=True, max_style_bytes=100)
    assert send(served.client, made()).status_code == 413
    assert send(served.client, b"x" * (2 << 20)).status_code == 413
    served.app.state.parts.shop.end()


def test_without_a_token_only_this_machine_may_change_the_styles(house, made):
    stranger = TestClient(house.app, base_url="http://127.0.0.1:8000", client=("10.1.2.3", 5000))
    assert send(stranger, made()).status_code == 403
    assert stranger.delete(f"{URL}/inverting").status_code == 403
    assert send(house.client, made(), **{"X-Forwarded-For": "10.1.2.3"}).status_code == 403
    assert names(stranger) == ["copying", "inverting"]


def test_with_a_token_whoever_has_it_may_change_the_styles(serve, made):
    served = serve(own=True, token="a very long secret")
    stranger = TestClient(served.app, base_url="http://127.0.0.1:8000", client=("10.1.2.3", 5000))
    assert send(stranger, made()).status_code == 401
    assert send(stranger, made(), Authorization="Bearer a very long secret").status_code == 201
    served.app.state.parts.shop.end()


def test_each_owner_has_an_order_of_its_own(house):
    me, you = (browser(house) for _ in range(2))
    answer = me.put(f"{URL}/order", json={"names": ["inverting", "gone", "copying"]})
    assert answer.json() == {"names": ["inverting", "copying"]}
    assert names(me) == me.get(f"{URL}/order").json()["names"] == ["inverting", "copying"]
    assert names(you) == ["copying", "inverting"]
    assert me.put(f"{URL}/order", json={"names": ["copying"]}).json() == {"names": ["copying", "inverting"]}
    assert me.head(f"{URL}/order").status_code == 200


def test_an_order_that_names_one_twice_is_refused(house):
    answer = house.client.put(f"{URL}/order", json={"names": ["copying", "copying"]})
    assert answer.status_code == 422


def browser(served) -> TestClient:
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:8000"}
    return TestClient(served.app, base_url="http://127.0.0.1:8000", headers=headers)
