"""Errors as problem documents (RFC 9457)."""

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
from ganvas.web.schemas.pictures import PICTURE_FORM_FIELDS, FieldProblem, Problem

MEDIA_TYPE = "application/problem+json"
DOCS_PATH = "/api/v1/docs"


@dataclass(frozen=True)
class ProblemKind:
    """One sort of problem: its status, and its title, which is the same each time."""

    status: int
    title: str


PROBLEM_KINDS: dict[str, ProblemKind] = {
    "bad-request": ProblemKind(400, "The request cannot be understood"),
    "unauthorised": ProblemKind(401, "A token is needed"),
    "forbidden": ProblemKind(403, "This is not allowed"),
    "foreign-origin": ProblemKind(403, "The request comes from another site's page"),
    "not-found": ProblemKind(404, "There is nothing here"),
    "unknown-style": ProblemKind(404, "There is no such style"),
    "slow": ProblemKind(408, "The request came too slowly"),
    "taken": ProblemKind(409, "The name belongs to another"),
    "too-large": ProblemKind(413, "More than the limits allow"),
    "misdirected": ProblemKind(421, "This server does not answer to that name"),
    "bad-controls": ProblemKind(422, "A control is out of range"),
    "bad-fields": ProblemKind(422, "A field is missing, unknown or wrong"),
    "bad-photo": ProblemKind(422, "The photo cannot be read"),
    "no-style": ProblemKind(422, "The file is not a style that can be taken"),
    "busy": ProblemKind(429, "The server is busy"),
    "cancelled": ProblemKind(499, "The caller went away"),
    "bad-style": ProblemKind(500, "The style cannot be run"),
    "failure": ProblemKind(500, "Something went wrong on the server"),
    "missing": ProblemKind(501, "A part of the installation is missing"),
    "not-ready": ProblemKind(503, "The server cannot make pictures yet"),
    "no-space": ProblemKind(507, "The server's disk is full"),
}

ERROR_KINDS: dict[type[GanvasError], str] = {
    errors.BadPhoto: "bad-photo",
    errors.TooLarge: "too-large",
    errors.UnknownStyle: "unknown-style",
    errors.StyleConflict: "taken",
    errors.BadStyle: "bad-style",
    errors.BadControls: "bad-controls",
    errors.NotFound: "not-found",
    errors.MissingDependency: "missing",
    errors.Overloaded: "busy",
    errors.NoSpace: "no-space",
    errors.NotWritable: "not-ready",
    errors.Forbidden: "forbidden",
    errors.Cancelled: "cancelled",
    GanvasError: "bad-request",
}

PROBLEM_SCHEMA_REF = {"$ref": "#/components/schemas/Problem"}
DEFAULT_RESPONSE: dict[int | str, dict[str, Any]] = {
    "default": {"description": "Any other problem.", "content": {MEDIA_TYPE: {"schema": PROBLEM_SCHEMA_REF}}}
}
STATUS_KINDS = {404: "not-found", 400: "bad-request", 413: "too-large"}


def build_problem(kind: str, detail: str, right: str = "", fields: Sequence[FieldProblem] = ()) -> Problem:
    """The document of one problem of a known kind; ``detail`` is what was wrong, ``right`` what would be right."""
    known = PROBLEM_KINDS[kind]
    where = f"{DOCS_PATH}#{kind}"
    return Problem(
        type=where, title=known.title, status=known.status, detail=detail, right=right, fields=list(fields) or None
    )


def describe_problem_responses(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of a route that answers with problems of these kinds."""
    answers: dict[int | str, dict[str, Any]] = {}
    for kind in kinds:
        known = PROBLEM_KINDS[kind]
        example = {
            "type": f"{DOCS_PATH}#{kind}",
            "title": known.title,
            "status": known.status,
            "detail": f"{known.title}.",
        }
        body = {"schema": PROBLEM_SCHEMA_REF, "examples": dict[str, Any]()}
        answer = answers.setdefault(known.status, {"description": "", "content": {MEDIA_TYPE: body}})
        answer["description"] = " ".join(filter(None, (answer["description"], f"{known.title}.")))
        answer["content"][MEDIA_TYPE]["examples"][kind] = {"value": example}
    return answers


def add_problem_schema(api: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI document with the shape of a problem, which its routes refer to."""
    whole = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    api["components"]["schemas"] |= whole.pop("$defs") | {"Problem": whole}
    return api


def problem_from_error(error: GanvasError) -> Problem:
    """The document of an error that Ganvas can explain."""
    kind = next(ERROR_KINDS[parent] for parent in type(error).__mro__ if parent in ERROR_KINDS)
    return build_problem(kind, error.what, error.right)


def respond_with_problem(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The document as a response; never kept by a cache."""
    content = problem.model_dump_json(exclude_none=True).encode()
    kept = {"Cache-Control": "no-store"} | dict(headers or {})
    return Response(content, problem.status, kept, media_type=MEDIA_TYPE)


def build_retry_headers(error: GanvasError) -> dict[str, str]:
    """The headers that go with an error: when to try again."""
    return {"Retry-After": str(max(1, round(error.retry_after)))} if isinstance(error, errors.Overloaded) else {}


async def handle_ganvas_error(_: Request, error: Exception) -> Response:
    """A GanvasError that a route raised."""
    assert isinstance(error, GanvasError)
    return respond_with_problem(problem_from_error(error), build_retry_headers(error))


async def handle_http_error(_: Request, error: Exception) -> Response:
    """What the framework itself refuses: no such route, another method, a form that is none."""
    assert isinstance(error, HTTPException)
    if found := find_fault(error.__cause__):  # the form could not be kept while it was read
        return respond_with_problem(problem_from_error(found), build_retry_headers(found))
    if error.status_code in STATUS_KINDS:
        kind = STATUS_KINDS[error.status_code]
        return respond_with_problem(
            build_problem(kind, f"{error.detail}.", f"The routes are listed at {DOCS_PATH}."), error.headers
        )
    title = HTTPStatus(error.status_code).phrase
    problem = Problem(type="about:blank", title=title, status=error.status_code, detail=f"{error.detail}.")
    return respond_with_problem(problem, error.headers)


async def handle_validation_error(_: Request, error: Exception) -> Response:
    """Fields that are missing, unknown or out of range; says nothing back of what was sent but the fields' names."""
    assert isinstance(error, RequestValidationError)
    fields = [describe_field_problem(entry) for entry in error.errors()[:20]]
    detail = " ".join(f"{field.field}: {field.what}." for field in fields[:3])
    return respond_with_problem(
        build_problem("bad-fields", detail, " ".join(filter(None, map(suggest_field, fields[:3]))), fields)
    )


def describe_field_problem(entry: Mapping[str, Any]) -> FieldProblem:
    """One field's problem from the framework's words."""
    place = [str(part)[:60] for part in entry["loc"][1:] if isinstance(part, str)]
    unknown = entry["type"] == "extra_forbidden"
    return FieldProblem(field=".".join(place) or "body", what="is not known" if unknown else str(entry["msg"]))


def suggest_field(field: FieldProblem) -> str:
    """What would be right for one field."""
    if field.what != "is not known":
        return ""
    near = difflib.get_close_matches(field.field, PICTURE_FORM_FIELDS, n=1)
    return f"Did you mean {near[0]}?" if near else f"The fields are {', '.join(PICTURE_FORM_FIELDS)}."


def add_exception_handlers(app: FastAPI) -> None:
    """Let the application answer every error with a problem document."""
    app.add_exception_handler(GanvasError, handle_ganvas_error)
    app.add_exception_handler(HTTPException, handle_http_error)
    app.add_exception_handler(RequestValidationError, handle_validation_error)
