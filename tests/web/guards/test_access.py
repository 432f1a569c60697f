"""Only who is meant comes in."""

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from ganvas.web.guards.access import AccessMiddleware, parse_origin
from ganvas.web.guards.tokens import LOGIN_COOKIE, TokenAuth

TOKEN = "a-token-of-some-length"


def open_client(
    bind_host: str = "127.0.0.1", allowed_hosts=(), auth: TokenAuth | None = None, url: str = "http://127.0.0.1:8000"
):
    gate = AccessMiddleware(PlainTextResponse("inside"), bind_host, allowed_hosts, auth)
    return TestClient(gate, base_url=url)


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "LOCALHOST:1", "[::1]:8000", "127.0.0.2"])
def test_a_local_server_answers_to_local_names(host):
    assert open_client().get("/", headers={"Host": host}).text == "inside"


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "192.168.1.5", "localhost.evil.example:8000"]
)
def test_a_local_server_answers_to_no_other_name(host):
    answer = open_client().get("/", headers={"Host": host})
    assert answer.status_code == 421
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("host", ["", "a b", "evil.example/..", "[::1", "x:y", "user@localhost"])
def test_a_host_that_is_none_is_refused(host):
    assert open_client().get("/", headers={"Host": host}).status_code == 400


def test_a_server_for_others_answers_to_addresses_and_to_its_names():
    inside = open_client("0.0.0.0", ["Art.Example"], TokenAuth(TOKEN))
    for host in ("192.168.1.5:8000", "[fe80::1]", "art.example", "localhost"):
        assert inside.get("/", headers={"Host": host}).text == "inside"
    assert inside.get("/", headers={"Host": "evil.example"}).status_code == 421


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9000"},
        {"Origin": "file://127.0.0.1:8000"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_foreign_page_cannot_change_anything(headers):
    answer = open_client().post("/api/v1/pictures", headers=headers)
    assert answer.status_code == 403
    assert answer.json()["type"].endswith("#foreign-origin")


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://127.0.0.1:8000"}, {"Sec-Fetch-Site": "same-origin"}])
def test_the_own_page_and_no_page_may(headers):
    assert open_client().post("/api/v1/pictures", headers=headers).text == "inside"


def test_a_page_behind_a_proxy_with_tls_may_as_well():
    headers = {"Host": "art.example", "Origin": "https://art.example"}
    assert open_client(allowed_hosts=["art.example"]).post("/", headers=headers).status_code == 200


def test_the_usual_port_may_be_said_or_not():
    assert parse_origin("http://a.example:80") == parse_origin("http://A.example")
    assert parse_origin("https://a.example") != parse_origin("http://a.example")


def test_without_the_token_the_api_is_closed_and_the_page_open():
    inside = open_client(auth=TokenAuth(TOKEN))
    for path in ("/api/v1/styles", "/metrics", "/api/v1/pictures/x"):
        answer = inside.get(path)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
    for path in ("/", "/healthz", "/readyz", "/api/v1/docs", "/api/v1/openapi.json"):
        assert inside.get(path).status_code == 200


@pytest.mark.parametrize("value", [f"Bearer {TOKEN}", f"bearer  {TOKEN}"])
def test_the_token_opens(value):
    assert open_client(auth=TokenAuth(TOKEN)).get("/api/v1/styles", headers={"Authorization": value}).status_code == 200


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN, "Bearer \xff\xfe"])
def test_anything_else_does_not(value):
    headers = {"Authorization": value.encode("latin-1")}
    assert open_client(auth=TokenAuth(TOKEN)).get("/api/v1/styles", headers=headers).status_code == 401


def test_the_cookie_opens_until_it_is_tampered_with_or_the_token_changes():
    seal = TokenAuth(TOKEN)
    cookie = seal.issue_cookie()

    def status(value: str) -> int:
        return open_client(auth=seal).get("/api/v1/styles", headers={"Cookie": f"{LOGIN_COOKIE}={value}"}).status_code

    assert status(cookie) == 200
    end, _, signature = cookie.partition(".")
    assert status(f"{int(end) + 1}.{signature}") == 401
    assert status(TokenAuth(TOKEN + "!").issue_cookie()) == 401
    assert status("") == 401
    assert TOKEN not in cookie


def test_a_cookie_ends(monkeypatch):
    seal = TokenAuth(TOKEN)
    monkeypatch.setattr("ganvas.web.guards.tokens.LOGIN_SECONDS", -1)
    assert not seal.verify_cookie(seal.issue_cookie())
