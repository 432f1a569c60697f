"""Errors as problem documents (RFC 9457). Knows which error is which status; knows no route and no work."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from ganvas import errors
from ganvas.errors import GanvasError
from ganvas.web.faults import find_fault
from ganvas.web.shapes import FIELDS, FieldProblem, Problem

MEDIA_TYPE = "application/problem+json"
MANUAL = "/api/v1/docs"


@dataclass(frozen=True)
class Kind:
    """One sort of problem: its status, and its title, which is the same each time."""

    status: int
    title: str


KINDS: dict[str, Kind] = {
    "bad-request": Kind(400, "The request cannot be understood"),
    "unauthorised": Kind(401, "A token is needed"),
    "forbidden": Kind(403, "This is not allowed"),
    "foreign-origin": Kind(403, "The request comes from another site's page"),
    "not-found": Kind(404, "There is nothing here"),
    "unknown-style": Kind(404, "There is no such style"),
    "slow": Kind(408, "The request came too slowly"),
    "taken": Kind(409, "The name belongs to another"),
    "too-large": Kind(413, "More than the limits allow"),
    "misdirected": Kind(421, "This server does not answer to that name"),
    "bad-controls": Kind(422, "A control is out of range"),
    "bad-fields": Kind(422, "A field is missing, unknown or wrong"),
    "bad-photo": Kind(422, "The photo cannot be read"),
    "no-style": Kind(422, "The file is not a style that can be taken"),
    "busy": Kind(429, "The server is busy"),
    "cancelled": Kind(499, "The caller went away"),
    "bad-style": Kind(500, "The style cannot be run"),
    "failure": Kind(500, "Something went wrong on the server"),
    "missing": Kind(501, "A part of the installation is missing"),
    "not-ready": Kind(503, "The server cannot make pictures yet"),
    "no-space": Kind(507, "The server's disk is full"),
}

ERRORS: dict[type[GanvasError], str] = {
    errors.BadPhoto: "bad-photo",
    errors.TooLarge: "too-large",
    errors.UnknownStyle: "unknown-style",
    errors.Taken: "taken",
    errors.BadStyle: "bad-style",
    errors.BadControls: "bad-controls",
    errors.NotFound: "not-found",
    errors.Missing: "missing",
    errors.Busy: "busy",
    errors.NoSpace: "no-space",
    errors.NotWritable: "not-ready",
    errors.Forbidden: "forbidden",
    errors.Cancelled: "cancelled",
    GanvasError: "bad-request",
}

SHAPE = {"$ref": "#/components/schemas/Problem"}
ANY: dict[int | str, dict[str, Any]] = {
    "default": {"description": "Any other problem.", "content": {MEDIA_TYPE: {"schema": SHAPE}}}
}
STATUSES = {404: "not-found", 400: "bad-request", 413: "too-large"}


def build(kind: str, detail: str, right: str = "", fields: Sequence[FieldProblem] = ()) -> Problem:
    """The document of one problem of a known kind; ``detail`` is what was wrong, ``right`` what would be right."""
    known = KINDS[kind]
    where = f"{MANUAL}#{kind}"
    return Problem(
        type=where, title=known.title, status=known.status, detail=detail, right=right, fields=list(fields) or None
    )


def describe_answers(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of a route that answers with problems of these kinds."""
    answers: dict[int | str, dict[str, Any]] = {}
    for kind in kinds:
        known = KINDS[kind]
        example = {
            "type": f"{MANUAL}#{kind}",
            "title": known.title,
            "status": known.status,
            "detail": f"{known.title}.",
        }
        body = {"schema": SHAPE, "examples": dict[str, Any]()}
        answer = answers.setdefault(known.status, {"description": "", "content": {MEDIA_TYPE: body}})
        answer["description"] = " ".join(filter(None, (answer["description"], f"{known.title}.")))
        answer["content"][MEDIA_TYPE]["examples"][kind] = {"value": example}
    return answers


def describe_shapes(api: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI document with the shape of a problem, which its routes refer to."""
    whole = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    api["components"]["schemas"] |= whole.pop("$defs") | {"Problem": whole}
    return api


def explain(error: GanvasError) -> Problem:
    """The document of an error that Ganvas can explain."""
    kind = next(ERRORS[parent] for parent in type(error).__mro__ if parent in ERRORS)
    return build(kind, error.what, error.right)


def respond(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The document as a response; never kept by a cache."""
    content = problem.model_dump_json(exclude_none=True).encode()
    kept = {"Cache-Control": "no-store"} | dict(headers or {})
    return Response(content, problem.status, kept, media_type=MEDIA_TYPE)


def headers_of(error: GanvasError) -> dict[str, str]:
    """The headers that go with an error: when to try again."""
    return {"Retry-After": str(max(1, round(error.retry_after)))} if isinstance(error, errors.Busy) else {}


async def on_error(_: Request, error: Exception) -> Response:
    """A GanvasError that a route raised."""
    assert isinstance(error, GanvasError)
    return respond(explain(error), headers_of(error))


async def on_http(_: Request, error: Exception) -> Response:
    """What the framework itself refuses: no such route, another method, a form that is none."""
    assert isinstance(error, HTTPException)
    if found := find_fault(error.__cause__):  # the form could not be kept while it was read
        return respond(explain(found), headers_of(found))
    if error.status_code in STATUSES:
        kind = STATUSES[error.status_code]
        return respond(build(kind, f"{error.detail}.", f"The routes are listed at {MANUAL}."), error.headers)
    title = HTTPStatus(error.status_code).phrase
    problem = Problem(type="about:blank", title=title, status=error.status_code, detail=f"{error.detail}.")
    return respond(problem, error.headers)


async def on_fields(_: Request, error: Exception) -> Response:
    """Fields that are missing, unknown or out of range; says nothing back of what was sent but the fields' names."""
    assert isinstance(error, RequestValidationError)
    fields = [describe(entry) for entry in error.errors()[:20]]
    detail = " ".join(f"{field.field}: {field.what}." for field in fields[:3])
    return respond(build("bad-fields", detail, " ".join(filter(None, map(suggest, fields[:3]))), fields))


def describe(entry: Mapping[str, Any]) -> FieldProblem:
    """One field's problem from the framework's words."""
    place = [str(part)[:60] for part in entry["loc"][1:] if isinstance(part, str)]
    unknown = entry["type"] == "extra_forbidden"
    return FieldProblem(field=".".join(place) or "body", what="is not known" if unknown else str(entry["msg"]))


def suggest(field: FieldProblem) -> str:
    """What would be right for one field."""
    if field.what != "is not known":
        return ""
    near = difflib.get_close_matches(field.field, FIELDS, n=1)
    return f"Did you mean {near[0]}?" if near else f"The fields are {', '.join(FIELDS)}."


def handle(app: FastAPI) -> None:
    """Let the application answer every error with a problem document."""
    app.add_exception_handler(GanvasError, on_error)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_fields)
