"""The token is exchanged for a cookie."""

import pytest

TOKEN = "a-token-of-some-length"


@pytest.fixture(scope="module")
def protected_app(open_app):
    return open_app(token=TOKEN)


@pytest.fixture(autouse=True)
def clear_cookies(protected_app):
    protected_app.client.cookies.clear()


def test_a_browser_that_logs_in_is_let_in_and_out_again(protected_app):
    client = protected_app.client
    assert client.get("/api/v1/styles").status_code == 401
    answer = client.post("/api/v1/login", json={"token": TOKEN})
    assert answer.status_code == 204
    assert TOKEN not in str(answer.headers)
    assert client.get("/api/v1/styles").status_code == 200
    assert client.delete("/api/v1/login").status_code == 204
    assert client.get("/api/v1/styles").status_code == 401


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(protected_app):
    cookie = protected_app.client.post("/api/v1/login", json={"token": TOKEN}).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie
    https = protected_app.client.post("https://127.0.0.1:8000/api/v1/login", json={"token": TOKEN})
    assert "secure" in https.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    "token", ["", "wrong", TOKEN + " ", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")]
)
def test_a_wrong_token_gets_no_cookie(protected_app, token):
    answer = protected_app.client.post("/api/v1/login", json={"token": token})
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("body", [{}, {"token": 1}, {"token": TOKEN, "more": 1}, [], {"token": "x" * 600}])
def test_a_body_that_is_wrong_is_a_problem_that_repeats_nothing(protected_app, body):
    answer = protected_app.client.post("/api/v1/login", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert TOKEN not in answer.text


def test_a_form_cannot_log_in(protected_app):
    assert protected_app.client.post("/api/v1/login", data={"token": TOKEN}).status_code == 422


def test_a_foreign_page_cannot_log_in(protected_app):
    answer = protected_app.client.post(
        "/api/v1/login", json={"token": TOKEN}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403


def test_where_no_token_is_set_there_is_nothing_to_log_in_to(default_app):
    answer = default_app.client.post("/api/v1/login", json={"token": "any"})
    assert answer.status_code == 204
    assert "set-cookie" not in answer.headers
