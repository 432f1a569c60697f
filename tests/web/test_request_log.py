"""Every request is counted and logged; what nobody foresaw is answered without a word of the inside."""

import logging

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from ganvas.web.guards.headers import SECURITY_HEADERS, SecurityHeadersMiddleware
from ganvas.web.metrics import Metrics
from ganvas.web.request_log import RequestLogMiddleware


@pytest.fixture
def logged_app():
    app, metrics = FastAPI(openapi_url=None), Metrics()

    @app.get("/things/{name}")
    def show(name: str) -> str:
        return name

    @app.post("/fails")
    def fail() -> str:
        raise RuntimeError("the secret of the inside")

    app.add_middleware(RequestLogMiddleware, metrics=metrics)
    app.add_middleware(SecurityHeadersMiddleware)
    return TestClient(app, raise_server_exceptions=False), metrics


def test_requests_are_counted_by_route_and_not_by_path(logged_app):
    client, metrics = logged_app
    for name in ("a", "b"):
        client.get(f"/things/{name}")
    client.get("/nowhere")
    text = metrics.render_text().decode()
    assert 'ganvas_requests_total{method="GET",route="/things/{name}",status="200"} 2.0' in text
    assert 'ganvas_requests_total{method="GET",route="none",status="404"} 1.0' in text
    assert 'ganvas_bytes_total{direction="out"}' in text
    assert "process_resident_memory_bytes" in text


def test_odd_methods_do_not_make_labels(logged_app):
    client, metrics = logged_app
    client.request("BREW", "/things/a")
    assert "BREW" not in metrics.render_text().decode()


def test_the_log_has_the_route_and_neither_names_nor_queries(logged_app, caplog):
    client, _ = logged_app
    with caplog.at_level(logging.INFO, "ganvas.access"):
        client.get("/things/private?name=secret.jpg")
    line = caplog.records[-1].getMessage()
    assert "GET /things/{name} 200" in line
    assert "private" not in line
    assert "secret" not in line


def test_a_failure_is_answered_without_its_reason_and_logged_with_it(logged_app, caplog):
    client, metrics = logged_app
    with caplog.at_level(logging.INFO, "ganvas"):
        answer = client.post("/fails")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text
    assert "secret of the inside" in caplog.text
    assert 'route="/fails",status="500"} 1.0' in metrics.render_text().decode()


def test_every_answer_has_the_careful_headers(logged_app):
    client, _ = logged_app
    for answer in (client.get("/things/a"), client.get("/nowhere"), client.post("/fails")):
        for name, value in SECURITY_HEADERS.items():
            assert answer.headers[name] == value
