"""The API's description as a page without scripts."""

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import APIRouter, Request, Response

from ganvas.web.guards.headers import DENY_ALL_POLICY, hash_csp_source
from ganvas.web.problems import DOCS_PATH, MEDIA_TYPE, PROBLEM_KINDS

router = APIRouter()
STYLESHEET = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; vertical-align: top; padding: .25rem .75rem; }
td:first-child { width: 8rem; } td:last-child { width: 45%; } pre { margin: 0; font-size: .85em; }
tr + tr { border-top: 1px solid #ddd; } code, pre { background: #f3f3f3; padding: 0 .2rem; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; }
h2 { margin-top: 2.5rem; } h3 code { font-size: 1.1em; }
@media (prefers-color-scheme: dark) { body { background: #161616; color: #ddd; } code, pre { background: #262626; } }
"""
DOCS_POLICY = DENY_ALL_POLICY.replace(
    "default-src 'none'", f"default-src 'none'; style-src {hash_csp_source(STYLESHEET)}"
)
SHOWN_METHODS = ("get", "post", "put", "delete")


@router.get(DOCS_PATH, include_in_schema=False)
def show_api_docs(request: Request) -> Response:
    """The description for people; the one for machines is at /api/v1/openapi.json."""
    page = "".join(render_api_docs(request.app.openapi()))
    return Response(page, media_type="text/html", headers={"Content-Security-Policy": DOCS_POLICY})


def render_api_docs(api: Mapping[str, Any]) -> Iterator[str]:
    """The page, piece by piece."""
    yield f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(api['info']['title'])}</title>"
    yield f"<meta name=viewport content='width=device-width'><style>{STYLESHEET}</style>"
    yield f"<h1>{escape(api['info']['title'])} {escape(api['info']['version'])}</h1>"
    yield f"<p>{escape(api['info'].get('description', ''))} For machines: <a href=openapi.json>openapi.json</a>.</p>"
    for path, methods in api["paths"].items():
        for method in filter(methods.__contains__, SHOWN_METHODS):
            yield from render_route(method, path, methods[method], api["components"]["schemas"])
    yield "<h2>Problems</h2><p>Errors are problem documents (RFC 9457). Each kind has its address here.</p><table>"
    for name, kind in PROBLEM_KINDS.items():
        yield f"<tr id={name}><td>{kind.status}<td><code>{name}</code><td>{escape(kind.title)}"
    yield "</table></html>"


def render_route(method: str, path: str, route: Mapping[str, Any], schemas: Mapping[str, Any]) -> Iterator[str]:
    """One route: what it does, what it takes, what it answers."""
    yield f"<h2><code>{method.upper()} {escape(path)}</code></h2>"
    yield f"<p>{render_prose(route.get('summary', ''))} {render_prose(route.get('description', ''))}</p>"
    taken = [(entry["name"], entry["schema"], entry.get("required", False)) for entry in route.get("parameters", [])]
    for media_type, body in route.get("requestBody", {}).get("content", {}).items():
        yield f"<p>Takes <code>{escape(media_type)}</code>.</p>"
        shape = resolve_schema(body["schema"], schemas)
        required = shape.get("required", [])
        taken += [(name, field, name in required) for name, field in shape.get("properties", {}).items()]
    if taken:
        yield "<table><tr><th>Field<th>Type<th>Without it<th>What it is"
        yield from (render_field(name, field, required) for name, field, required in taken)
        yield "</table>"
    yield "<p>Answers:</p><table>"
    for status, answer in route["responses"].items():
        described = render_prose(answer.get("description", ""))
        yield f"<tr><td>{escape(status)}<td>{described}<td>{render_example(answer, schemas)}"
    yield "</table>"


def render_field(name: str, field: Mapping[str, Any], required: bool) -> str:
    """One row of a table of fields."""
    default = "refused" if required else json.dumps(field.get("default"))
    about = render_prose(field.get("description", ""))
    return f"<tr><td><code>{escape(name)}</code><td>{escape(describe_type(field))}<td>{escape(default)}<td>{about}"


def describe_type(field: Mapping[str, Any]) -> str:
    """The type of a field, with its range."""
    if "enum" in field:
        return " | ".join(map(str, field["enum"]))
    if "anyOf" in field:
        return " or ".join(describe_type(choice) for choice in field["anyOf"] if choice.get("type") != "null")
    if "contentMediaType" in field or field.get("format") == "binary":
        return "file"
    ends = [f"{field[end]:g}" for end in ("minimum", "maximum") if end in field]
    return " ".join([str(field.get("type", "any")), " to ".join(ends)]).strip()


def resolve_schema(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema that a reference names, or the schema itself."""
    name = schema.get("$ref", "").rpartition("/")[2]
    return schemas[name] if name else schema


def render_example(answer: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """An example of an answer, put together from those of its fields; of problems, where their kinds are."""
    content = answer.get("content", {})
    if MEDIA_TYPE in content:
        return ", ".join(f"<a href=#{name}>{name}</a>" for name in content[MEDIA_TYPE].get("examples", {}))
    fields = resolve_schema(content.get("application/json", {}).get("schema", {}), schemas).get("properties", {})
    values = {name: field["examples"][0] for name, field in fields.items() if "examples" in field}
    return f"<pre>{escape(json.dumps(values, ensure_ascii=False, indent=1))}</pre>" if values else ""


def render_prose(text: str) -> str:
    """Text with its `code` marked, ended by a full stop."""
    marked = re.sub(r"`+([^`]+)`+", r"<code>\1</code>", escape(text))
    return marked if not marked or marked[-1] in ".?!" else f"{marked}."
