"""A server for the page alone: the API's words with quick tricks in place of styles. Knows no engine, no ONNX."""

import hashlib
import io
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import uvicorn
from PIL import Image, ImageFilter, ImageOps
from starlette.applications import Starlette
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

FakeStyle = Callable[[Image.Image], Image.Image]

FAKE_STYLES: dict[str, tuple[str, str, str, FakeStyle]] = {
    "negative": ("Negative", "负片", "Darkroom", ImageOps.invert),
    "poster": ("Poster", "海报", "Printer", lambda image: ImageOps.posterize(image, 2)),
    "pencil": ("Pencil", "铅笔", "Draughtsman", lambda image: image.filter(ImageFilter.CONTOUR)),
}


@dataclass
class ServerScript:
    """What the server is to do next, and what it was asked."""

    busy_answers: int = 0
    token: str = ""
    status: int = 0
    detail: str = ""
    delay_seconds: float = 0.0
    faces: list[tuple[float, float, float]] = field(default_factory=list[tuple[float, float, float]])
    requests: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    pictures: dict[str, tuple[bytes, str]] = field(default_factory=dict[str, tuple[bytes, str]])


def describe_fake_style(name: str) -> dict[str, Any]:
    """A style as the gallery has it."""
    english, chinese, artist, _ = FAKE_STYLES[name]
    return {
        "name": name,
        "title": {"en": english, "zh": chinese},
        "kind": "transfer",
        "version": 1,
        "method": "trick",
        "canvas": 1024,
        "artist": artist,
        "licence": "CC0-1.0",
        "source": "Pillow",
        "scores": {"kernel": {"value": 138.2, "low": 116.6, "high": 159.3}, "protocol": 1},
        "card": {"en": {"about": f"{english}, by a trick."}, "zh": {"简介": f"{chinese},一个小把戏。"}},
        "sha256": hashlib.sha256(name.encode()).hexdigest(),
        "preview": f"/api/v1/styles/{name}/preview",
        "added": False,
    }


def build_problem_answer(status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    """A problem document."""
    body = {"type": "about:blank", "title": "No", "status": status, "detail": detail, "right": "Try another."}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


class FakeServer:
    """The routes, over one script."""

    def __init__(self, script: ServerScript, static: Path) -> None:
        self.script = script
        self.app = Starlette(
            routes=[
                Route("/api/v1/login", self.login, methods=["POST"]),
                Route("/api/v1/styles", self.list_styles),
                Route("/api/v1/styles/{name}", self.show_style),
                Route("/api/v1/styles/{name}/preview", self.show_preview),
                Route("/api/v1/history", self.list_empty_history),
                Route("/api/v1/history/folders", self.list_empty_history),
                Route("/api/v1/limits", self.show_limits),
                Route("/api/v1/jobs", self.list_jobs),
                Route("/api/v1/faces", self.find_faces, methods=["POST"]),
                Route("/api/v1/pictures", self.make_picture, methods=["POST"]),
                Route("/api/v1/pictures/{key}", self.get_picture),
                Mount("/", StaticFiles(directory=static, html=True)),
            ]
        )

    async def login(self, request: Request) -> Response:
        if (await request.json())["token"] != self.script.token:
            return build_problem_answer(401, "The token is wrong.")
        answer = Response(status_code=204)
        answer.set_cookie("ganvas", "in", httponly=True, samesite="strict")
        return answer

    async def list_styles(self, request: Request) -> Response:
        if self.script.token and request.cookies.get("ganvas") != "in":
            return build_problem_answer(401, "A token is needed.")
        return JSONResponse({"styles": [describe_fake_style(name) for name in FAKE_STYLES]})

    async def list_empty_history(self, request: Request) -> Response:
        return JSONResponse({"pictures": [], "folders": {}, "next": None})

    async def show_style(self, request: Request) -> Response:
        more = {"halo": 8, "multiple": 4, "grain": 0.0, "parity": {}, "recipe": {}, "made": {"steps": 1780}}
        return JSONResponse(describe_fake_style(request.path_params["name"]) | more)

    async def show_limits(self, request: Request) -> Response:
        return JSONResponse({"photo_bytes": 1 << 26, "photo_pixels": 10**8, "job_bytes": 1 << 31, "job_pictures": 2000})

    async def list_jobs(self, request: Request) -> Response:
        return JSONResponse({"jobs": [], "next": None})

    async def show_preview(self, request: Request) -> Response:
        trick = FAKE_STYLES[request.path_params["name"]][3]
        return Response(encode_image(trick(draw_sample_photo(360, 240)), "webp", 90), media_type="image/webp")

    async def find_faces(self, request: Request) -> Response:
        """The script's faces: left, top and side of each square in shares of the photo's width."""
        async with request.form() as form:
            photo = form["photo"]
            assert isinstance(photo, UploadFile)
            width, height = Image.open(io.BytesIO(await photo.read())).size
        squares = [
            {"left": left * width, "top": top * width, "side": side * width} for left, top, side in self.script.faces
        ]
        return JSONResponse({"width": width, "height": height, "faces": [{"square": square} for square in squares]})

    async def make_picture(self, request: Request) -> Response:
        async with request.form() as form:
            photo = form["photo"]
            assert isinstance(photo, UploadFile)
            data = await photo.read()
            mask = form.get("mask")
            white = await measure_white_share(mask) if isinstance(mask, UploadFile) else None
            told = {key: value for key, value in form.items() if isinstance(value, str)}
            self.script.requests.append(told | {"bytes": len(data), "filename": photo.filename, "mask": white})
            return self.build_answer(data, form)

    def build_answer(self, data: bytes, form: FormData) -> Response:
        """What the script has for this wish: a wait, a refusal, or a picture."""
        time.sleep(self.script.delay_seconds)
        if self.script.busy_answers:
            self.script.busy_answers -= 1
            return build_problem_answer(429, "Too much work is waiting.", {"Retry-After": "1"})
        if self.script.status:
            return build_problem_answer(self.script.status, self.script.detail)
        try:
            image = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
        except OSError:
            return build_problem_answer(422, "The photo cannot be read.")
        body, size = apply_fake_style(image, form)
        key = hashlib.sha256(body).hexdigest()
        self.script.pictures[key] = body, f"image/{form['format']}"
        url = f"/api/v1/pictures/{key}"
        said = {"key": key, "url": url, "width": size[0], "height": size[1], "seconds": 0.1}
        return JSONResponse(said, 201, {"Location": url})

    async def get_picture(self, request: Request) -> Response:
        body, kind = self.script.pictures[request.path_params["key"]]
        return Response(body, media_type=kind)


async def measure_white_share(mask: UploadFile) -> float:
    """The share of the mask that is white."""
    grey = Image.open(io.BytesIO(await mask.read())).convert("L")
    histogram = grey.histogram()
    return sum(histogram[128:]) / sum(histogram)


def apply_fake_style(image: Image.Image, form: FormData) -> tuple[bytes, tuple[int, int]]:
    """The picture as a file, and its size."""
    if "long_edge" in form:
        edge = int(str(form["long_edge"]))
        image.thumbnail((edge, edge))
    made = Image.blend(image, FAKE_STYLES[str(form["style"])][3](image), float(str(form["strength"])))
    if "cut" in form:
        left, top, width, height = map(int, str(form["cut"]).split(","))
        across, down = map(int, str(form["size"]).split("x"))
        made = made.crop((left, top, left + width, top + height)).resize((across, down))
    return encode_image(made, str(form["format"]), int(str(form["quality"]))), made.size


def encode_image(image: Image.Image, kind: str, quality: int) -> bytes:
    """The image as a file of this kind."""
    out = io.BytesIO()
    image.save(out, kind, **({} if kind == "png" else {"quality": quality}))
    return out.getvalue()


def draw_sample_photo(width: int, height: int) -> Image.Image:
    """A photo of nothing that has light and dark, edges and soft places."""
    flat = Image.linear_gradient("L").resize((width, height))
    round_ = Image.radial_gradient("L").resize((width, height))
    return Image.merge("RGB", (flat, round_, ImageOps.invert(flat)))


@contextmanager
def serve_app(app: Any, lifespan: Literal["on", "off"] = "off") -> Generator[str]:
    """The application at an address of this machine, until the end."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan=lifespan))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(5)
