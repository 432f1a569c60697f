"""A server of its own, as people start it: a photo posted comes back as a picture of its own size."""

import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
import uuid

import pytest
from PIL import Image

from ganvas.errors import Forbidden, GanvasError
from ganvas.settings import Settings
from ganvas.web.server import bind_socket, check_address, format_socket_url
from tests.conftest import write_style

CLI_CODE = "from ganvas.cli import main; main()"


def start_serve_process(folder, *options, **environment) -> subprocess.Popen:
    """`ganvas serve` in a process of its own, with its data in the folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GANVAS_")}
    return subprocess.Popen(
        [sys.executable, "-c", CLI_CODE, "serve", "--data", str(folder / "data"), *options],
        env=kept | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def running_server(tmp_path_factory):
    """The address of a running server with a tiny style, and its process."""
    folder = tmp_path_factory.mktemp("served")
    write_style(folder / "styles", "inverting")
    process = start_serve_process(folder, "--port", "0", GANVAS_STYLES=str(folder / "styles"))
    said = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
    assert said, process.communicate()
    yield said[0], process
    process.kill()
    process.communicate()


def request_url(url: str, data: bytes | None = None, **headers: str) -> tuple[int, dict, bytes]:
    """Status, headers and body of an answer."""
    request = urllib.request.Request(url, data, {name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()


def encode_form(photo: bytes, **fields: str) -> tuple[bytes, str]:
    """A multipart body and its media type."""
    edge = uuid.uuid4().hex
    parts = [f'Content-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in fields.items()]
    parts.append(b'Content-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n' + photo + b"\r\n")
    body = b"".join(b"--" + edge.encode() + b"\r\n" + part for part in parts) + f"--{edge}--\r\n".encode()
    return body, f"multipart/form-data; boundary={edge}"


def test_a_photo_comes_back_as_a_picture_of_its_own_size(running_server, jpeg_photo):
    url, _ = running_server
    body, kind = encode_form(jpeg_photo, style="inverting")
    status, headers, said = request_url(f"{url}/api/v1/pictures", body, Content_Type=kind)
    assert status == 201, said
    status, _, picture = request_url(url + headers["location"])
    assert status == 200
    assert Image.open(io.BytesIO(picture)).size == Image.open(io.BytesIO(jpeg_photo)).size


def test_the_answer_to_a_body_that_is_too_large_arrives(running_server):
    url, _ = running_server
    body, kind = encode_form(b"x" * (66 << 20), style="inverting")
    status, _, said = request_url(f"{url}/api/v1/pictures", body, Content_Type=kind)
    assert status == 413
    assert json.loads(said)["type"].endswith("#too-large")


def test_a_body_without_a_length_is_stopped_on_its_way(running_server):
    url, _ = running_server
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as line:
        line.sendall(b"POST /api/v1/login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n")
        line.sendall(b"Content-Type: application/json\r\n\r\n")
        for _ in range(3):
            line.sendall(b"8000\r\n" + b"x" * 0x8000 + b"\r\n")
        assert b" 413 " in line.recv(65536).split(b"\r\n")[0]


def test_it_does_not_say_what_it_is_made_of(running_server):
    _, headers, _ = request_url(running_server[0] + "/healthz")
    assert "server" not in {name.lower() for name in headers}


def test_the_description_of_the_api_is_there(running_server):
    status, headers, page = request_url(running_server[0] + "/api/v1/docs")
    assert status == 200
    assert "text/html" in headers["content-type"]
    assert b"/api/v1/pictures" in page


def test_it_stops_when_told_to(tmp_path):
    process = start_serve_process(tmp_path, "--port", "0")
    process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    assert process.returncode in {0, -signal.SIGTERM}
    assert "Traceback" not in errors


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "gallery"])
def test_an_address_for_others_without_a_token_is_refused_at_once(tmp_path, host):
    with pytest.raises(Forbidden, match="GANVAS_TOKEN"):
        check_address(Settings(data=tmp_path, host=host))
    check_address(Settings(data=tmp_path, host=host, token="a-token-of-some-length"))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.8.8"])
def test_an_address_of_this_machine_needs_no_token(tmp_path, host):
    check_address(Settings(data=tmp_path, host=host))


def test_the_refusal_is_one_line(tmp_path):
    process = start_serve_process(tmp_path, "--host", "0.0.0.0")
    said, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert said == ""
    assert len(errors.splitlines()) == 1
    assert "GANVAS_TOKEN" in errors


def test_a_port_that_is_taken_is_told_in_one_line(tmp_path):
    with bind_socket(Settings(data=tmp_path, port=0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(GanvasError, match=f"port {port}.*--port"):
            bind_socket(Settings(data=tmp_path, port=port))


def test_addresses_are_written_as_browsers_take_them(tmp_path):
    with bind_socket(Settings(data=tmp_path, port=0)) as four:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", format_socket_url(four))
    with bind_socket(Settings(data=tmp_path, port=0, host="::1")) as six:
        assert re.fullmatch(r"http://\[::1\]:\d+", format_socket_url(six))


def test_small_answers_are_sent_at_once(tmp_path):
    """asyncio turns Nagle's delay off only for sockets whose protocol is named: 40 ms a request otherwise."""
    with bind_socket(Settings(data=tmp_path, port=0)) as listening:
        assert listening.proto == socket.IPPROTO_TCP
