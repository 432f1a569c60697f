"""Serves the built page."""

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from mimetypes import guess_type
from pathlib import Path, PurePosixPath

import anyio.to_thread
from fastapi import Request, Response
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from ganvas.web.etags import CACHE_FOREVER, build_not_modified, matches_etag
from ganvas.web.guards.headers import build_content_policy

STATIC_FOLDER = Path(__file__).parent / "static"
HASHED_PREFIX = "_app/immutable/"
NOT_FOUND_PAGE = "404.html"
COMPRESSIBLE_TYPES = (
    "text/",
    "application/javascript",
    "application/json",
    "application/manifest+json",
    "image/svg+xml",
)
NOT_BUILT_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Ganvas</title>
<h1>The page was not built</h1>
<p>Ganvas serves, but this clone holds the page's sources alone. Build it with <code>make page</code> (Node 20 or
newer), or install the wheel, which brings it. The API works without it: see
<a href="/api/v1/docs">its description</a>.</p>
<h1 lang="zh">网页尚未构建</h1>
<p lang="zh">服务已启动,但这份代码里只有网页的源文件。请运行 <code>make page</code>(需要 Node 20 以上),
或安装自带网页的 wheel。没有网页时仍可使用<a href="/api/v1/docs">接口</a>。</p>
</html>
"""


@dataclass(frozen=True)
class StaticFile:
    """One file of the page, ready to be sent: plain and, where that helps, packed with gzip."""

    content: bytes
    gzipped: bytes
    etag: str
    media_type: str
    content_policy: str


@lru_cache(maxsize=512)
def load_static_file(path: Path, modified_ns: int) -> StaticFile:
    """A file of the page; ``changed``, its time of change, makes a file that was built again be read again."""
    data = path.read_bytes()
    media_type = guess_type(path.name)[0] or "application/octet-stream"
    packed = gzip.compress(data, 9, mtime=0) if media_type.startswith(COMPRESSIBLE_TYPES) else b""
    allowed = build_content_policy(data.decode()) if media_type == "text/html" else ""
    etag = hashlib.sha256(modified_ns.to_bytes(16) + data).hexdigest()[:32]
    return StaticFile(data, packed, etag, media_type, allowed)


class StudioFiles:
    """Serves the built page from ``folder``; where it was not built, says how to build it."""

    def __init__(self, folder: Path = STATIC_FOLDER) -> None:
        self.folder = folder.resolve()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise HTTPException(404)
        request = Request(scope, receive)
        response = await anyio.to_thread.run_sync(self.build_response, request)
        await response(scope, receive, send)

    def build_response(self, request: Request) -> Response:
        """The response to a request for a file or a view of the page."""
        if request.method not in {"GET", "HEAD"}:
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        path = request.url.path.lstrip("/")
        if path.startswith("api/"):
            raise HTTPException(404)
        if not (self.folder / "index.html").is_file():
            return Response(NOT_BUILT_PAGE, 503, {"Cache-Control": "no-store"}, media_type="text/html")
        for place, status in self.list_candidates(path):
            if is_file(place) and place.resolve().is_relative_to(self.folder):
                return respond_with_file(request, load_static_file(place, place.stat().st_mtime_ns), path, status)
        raise HTTPException(404)

    def list_candidates(self, path: str) -> Iterator[tuple[Path, int]]:
        """Where a path may lie, with its status: the file itself, a view's file, and the page for what is lost."""
        if "\0" in path or len(path) > 400:
            return
        yield self.folder / path, 200
        if not PurePosixPath(path).suffix:
            yield self.folder / f"{path.rstrip('/') or 'index'}.html", 200
            yield self.folder / path / "index.html", 200
            yield self.folder / NOT_FOUND_PAGE, 404


def is_file(path: Path) -> bool:
    """Whether a file is there; a name that is too long for any file is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def respond_with_file(request: Request, file: StaticFile, path: str, status: int) -> Response:
    """The file as a response: packed if the caller can unpack it, and not at all if the caller has it."""
    kept = f"public, {CACHE_FOREVER}" if path.startswith(HASHED_PREFIX) else "no-cache"
    packed = bool(file.gzipped) and "gzip" in request.headers.get("accept-encoding", "")
    etag = f'"{file.etag}-gzip"' if packed else f'"{file.etag}"'
    headers = {"Cache-Control": kept, "ETag": etag, "Vary": "Accept-Encoding"}
    if file.content_policy:
        headers["Content-Security-Policy"] = file.content_policy
    if status == 200 and matches_etag(request, etag):
        return build_not_modified(headers)
    if packed:
        headers["Content-Encoding"] = "gzip"
    return Response(file.gzipped if packed else file.content, status, headers, media_type=file.media_type)
