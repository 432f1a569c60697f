"""Styles are added, removed and put in order by those who may, and by nobody else."""

import json
from dataclasses import replace

import onnx
import pytest
from starlette.testclient import TestClient

from ganvas.style.file import STYLE_KEY, save_style
from tests.conftest import NETWORKS, write_style

URL = "/api/v1/styles"


@pytest.fixture(scope="module")
def editable_app(open_app):
    """An application with two built-in styles and a folder for more."""
    served = open_app(own=True)
    yield served
    served.app.state.services.job_runtime.close()


@pytest.fixture
def make_style_file(tmp_path):
    """Makes a style file; its bytes."""

    def build_file(name: str = "mine", network: str = "inverting", version: int = 1) -> bytes:
        style = write_style(tmp_path, network)
        path = tmp_path / f"{name}.onnx"
        save_style(NETWORKS[network][0](), replace(style, name=name, version=version), path)
        return path.read_bytes()

    return build_file


def upload_style(client: TestClient, data: bytes, **headers: str):
    return client.post(URL, files={"file": ("any.onnx", data, "application/octet-stream")}, headers=headers)


def list_style_names(client: TestClient) -> list[str]:
    return [style["name"] for style in client.get(URL).json()["styles"]]


def test_a_style_that_is_sent_is_served_at_once_and_gone_when_it_is_removed(editable_app, jpeg_photo, make_style_file):
    answer = upload_style(editable_app.client, make_style_file())
    assert answer.status_code == 201, answer.text
    assert (answer.headers["location"], answer.json()["added"]) == (f"{URL}/mine", True)
    assert list_style_names(editable_app.client) == ["copying", "inverting", "mine"]
    assert editable_app.post_photo(jpeg_photo, style="mine").status_code == 201
    assert editable_app.app.state.services.engine.slots
    sha256 = answer.json()["sha256"]
    assert editable_app.client.delete(f"{URL}/mine").status_code == 204
    assert sha256 not in editable_app.app.state.services.engine.slots
    assert editable_app.post_photo(jpeg_photo, style="mine").status_code == 404
    assert editable_app.client.delete(f"{URL}/mine").status_code == 404
    assert list_style_names(editable_app.client) == ["copying", "inverting"]


def nested() -> dict[str, object]:
    """Tables within tables, deeper than JSON is written."""
    within: dict[str, object] = {}
    for _ in range(400):
        within = {"in": within}
    return within


def test_a_style_that_cannot_be_shown_is_not_published_and_hides_no_other(
    editable_app, make_style_file, monkeypatch, caplog
):
    assert upload_style(editable_app.client, make_style_file("old")).status_code == 201
    shown = editable_app.app.state.services.catalog.get
    monkeypatch.setattr(
        editable_app.app.state.services.catalog,
        "get",
        lambda name: replace(shown(name), scores=nested()) if name == "old" else shown(name),
    )
    assert list_style_names(editable_app.client) == ["copying", "inverting"]
    assert "leaves out old" in caplog.text
    monkeypatch.undo()
    assert editable_app.client.delete(f"{URL}/old").status_code == 204


@pytest.mark.parametrize("about", [{"scores": nested()}, {"parity": {"a": None}}], ids=["deep", "parity"])
def test_a_description_that_would_break_the_gallery_is_refused_and_not_published(editable_app, make_style_file, about):
    model = onnx.ModelProto.FromString(make_style_file("broken"))
    entries = {entry.key: entry.value for entry in model.metadata_props}
    described = json.loads(entries[STYLE_KEY]) | about
    onnx.helper.set_model_props(model, entries | {STYLE_KEY: json.dumps(described)})
    assert upload_style(editable_app.client, model.SerializeToString()).status_code == 422
    assert list_style_names(editable_app.client) == ["copying", "inverting"]


def test_a_published_version_never_changes(editable_app, make_style_file):
    first = make_style_file("kept")
    assert [upload_style(editable_app.client, first).status_code for _ in range(2)] == [201, 200]
    answer = upload_style(editable_app.client, make_style_file("kept", "copying"))
    assert (answer.status_code, answer.json()["type"]) == (409, "/api/v1/docs#taken")
    assert "version 2" in answer.json()["right"]
    assert upload_style(editable_app.client, make_style_file("kept", "copying", version=2)).status_code == 201
    assert editable_app.client.get(f"{URL}/kept").json()["version"] == 2
    assert editable_app.client.delete(f"{URL}/kept").status_code == 204


@pytest.mark.parametrize("name", ["inverting", "order"])
def test_names_that_are_not_free_are_refused(editable_app, name, make_style_file):
    assert upload_style(editable_app.client, make_style_file(name, version=9)).status_code == 409


def test_a_built_in_style_cannot_be_removed(editable_app):
    answer = editable_app.client.delete(f"{URL}/inverting")
    assert answer.status_code == 403
    assert "built in" in answer.json()["detail"]
    assert not editable_app.client.get(f"{URL}/inverting").json()["added"]


def test_what_is_no_style_is_refused_with_the_reason(editable_app, make_style_file):
    for data in (b"no onnx", b"\x0a\x00" * 1000):
        answer = upload_style(editable_app.client, data)
        assert (answer.status_code, answer.json()["type"]) == (422, "/api/v1/docs#no-style")
        assert answer.json()["detail"]
    assert list_style_names(editable_app.client) == ["copying", "inverting"]


def test_a_file_that_unfolds_to_gigabytes_is_refused_and_the_server_lives(editable_app):
    nodes = 12_000_000
    graph = b"\x0a\x00" * nodes  # field 1 of a graph: a node, of no length
    answer = upload_style(editable_app.client, b"\x3a" + encode_varint(len(graph)) + graph)
    assert answer.status_code == 422
    assert editable_app.client.get("/healthz").status_code == 200


def encode_varint(number: int) -> bytes:
    """A number as protobuf writes it."""
    digits = []
    while number > 127:
        digits.append(number & 127 | 128)
        number >>= 7
    return bytes([*digits, number])


def test_a_style_over_the_limit_is_refused(open_app, make_style_file):
    served = open_app(own=True, max_style_bytes=100)
    assert upload_style(served.client, make_style_file()).status_code == 413
    assert upload_style(served.client, b"x" * (2 << 20)).status_code == 413
    served.app.state.services.job_runtime.close()


def test_without_a_token_only_this_machine_may_change_the_styles(editable_app, make_style_file):
    stranger = TestClient(editable_app.app, base_url="http://127.0.0.1:8000", client=("10.1.2.3", 5000))
    assert upload_style(stranger, make_style_file()).status_code == 403
    assert stranger.delete(f"{URL}/inverting").status_code == 403
    assert upload_style(editable_app.client, make_style_file(), **{"X-Forwarded-For": "10.1.2.3"}).status_code == 403
    assert list_style_names(stranger) == ["copying", "inverting"]


def test_with_a_token_whoever_has_it_may_change_the_styles(open_app, make_style_file):
    served = open_app(own=True, token="a very long secret")
    stranger = TestClient(served.app, base_url="http://127.0.0.1:8000", client=("10.1.2.3", 5000))
    assert upload_style(stranger, make_style_file()).status_code == 401
    assert upload_style(stranger, make_style_file(), Authorization="Bearer a very long secret").status_code == 201
    served.app.state.services.job_runtime.close()


def test_each_owner_has_an_order_of_its_own(editable_app):
    me, you = (open_browser_client(editable_app) for _ in range(2))
    answer = me.put(f"{URL}/order", json={"names": ["inverting", "gone", "copying"]})
    assert answer.json() == {"names": ["inverting", "copying"]}
    assert list_style_names(me) == me.get(f"{URL}/order").json()["names"] == ["inverting", "copying"]
    assert list_style_names(you) == ["copying", "inverting"]
    assert me.put(f"{URL}/order", json={"names": ["copying"]}).json() == {"names": ["copying", "inverting"]}
    assert me.head(f"{URL}/order").status_code == 200


def test_an_order_that_names_one_twice_is_refused(editable_app):
    answer = editable_app.client.put(f"{URL}/order", json={"names": ["copying", "copying"]})
    assert answer.status_code == 422


def open_browser_client(served) -> TestClient:
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:8000"}
    return TestClient(served.app, base_url="http://127.0.0.1:8000", headers=headers)
