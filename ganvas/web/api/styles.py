"""The styles on offer: listed, shown, added, removed, put in order. Knows the catalogue; not how a style is run."""

import logging
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from fastapi import APIRouter, File, Request, Response, UploadFile

from ganvas.errors import BadStyle, NotFound, Taken, TooLarge, UnknownStyle
from ganvas.ledger import shelves
from ganvas.style import Catalog, load
from ganvas.web.freshness import FOREVER, is_fresh, unchanged
from ganvas.web.inspection import inspect
from ganvas.web.owners import Owner, Steward
from ganvas.web.parts import Has, Parts
from ganvas.web.problems import build, describe_answers, respond
from ganvas.web.shapes import Shelf, Style, StyleCard, Styles, describe_card, describe_style

router = APIRouter(prefix="/api/v1", tags=["styles"])
UNKNOWN = describe_answers("unknown-style")
REFUSED = describe_answers("forbidden", "taken", "too-large", "no-style", "busy")
ADDED = "/api/v1/styles/{name}"
LOG = logging.getLogger("ganvas.web")
ORDER = "order"  # the address of the order, so no style's name


@router.get("/styles", summary="The styles on offer")
@router.head("/styles", include_in_schema=False)
def list_styles(parts: Has, owner: Owner, response: Response) -> Styles:
    """All styles with what a gallery shows: in your order, or by name."""
    response.headers["Cache-Control"] = "no-cache"
    names = shelves.arrange(parts.catalog.names(), read_order(parts, owner))
    found = [describe_for_gallery(parts, name) for name in names]
    return Styles(styles=[style for style in found if style])


def describe_for_gallery(parts: Parts, name: str) -> Style | None:
    """What the gallery shows of a style; None, and a line in the log, where its file cannot be described."""
    try:
        return describe_style(parts.catalog.get(name), is_added(parts, name))
    except (BadStyle, UnknownStyle) as error:
        LOG.warning("the gallery leaves out %s: %s", name, error)
        return None


@router.post(
    "/styles",
    status_code=201,
    summary="Add a style",
    responses=REFUSED | {200: {"model": StyleCard, "description": "This very file is on offer already."}},
    response_model=StyleCard,
    dependencies=[Steward],
)
def add_style(
    file: Annotated[UploadFile, File(description="a style file, NAME.onnx")], parts: Has, response: Response
) -> StyleCard | Response:
    """The file is read and tried in a process of its own, and is on offer at once when it is a style.

    A version that is on offer never changes: a style of the same name needs a higher version, and the names of built-in
    styles are theirs.
    """
    with received(file, parts.settings.max_style_bytes) as path:
        try:
            inspect(path)
            describe_card(load(path), True)  # a style that cannot be shown is not published
            response.status_code = check_name(parts.catalog, path)
            style = parts.catalog.publish(path)
        except Taken:
            raise
        except BadStyle as error:
            return respond(build("no-style", error.what, error.right))
    response.headers["Location"] = ADDED.format(name=style.name)
    return describe_card(style, True)


@contextmanager
def received(file: UploadFile, most: int) -> Generator[Path]:
    """The file that was sent, in a folder of its own for as long as it is looked at. Raises TooLarge."""
    if (file.size or 0) > most:
        raise TooLarge(f"The file has {file.size or 0:,} bytes.", f"A style has at most {most:,} here.")
    with TemporaryDirectory(prefix="ganvas-style-") as folder:
        path = Path(folder) / "style.onnx"
        with path.open("wb") as out:
            shutil.copyfileobj(file.file, out)
        yield path


def check_name(catalog: Catalog, path: Path) -> int:
    """201 for a new style, 200 for one that is there already. Raises Taken for a name that is another's."""
    style = load(path)
    if style.name == ORDER:
        raise Taken(f"No style can be named {ORDER}.", "Export it under another name.")
    if style.name not in catalog.names():
        return 201
    if not catalog.added(style.name):
        raise Taken(f"{style.name} is the name of a built-in style.", "Export it under another name.")
    try:
        return 200 if catalog.get(f"{style.name}@{style.version}").sha256 == style.sha256 else 201
    except UnknownStyle:
        return 201


@router.get("/styles/order", summary="In which order you have the styles")
@router.head("/styles/order", include_in_schema=False)
def show_order(parts: Has, owner: Owner, response: Response) -> Shelf:
    """The names of all styles on offer in your order, as the list of styles has them."""
    response.headers["Cache-Control"] = "no-store"
    return Shelf(names=shelves.arrange(parts.catalog.names(), read_order(parts, owner)))


@router.put("/styles/order", summary="Put the styles in another order")
def change_order(shelf: Shelf, parts: Has, owner: Owner) -> Shelf:
    """Yours alone. Names that are left out come last; one that is not on offer is kept until it is."""
    with parts.shop.desk.database.write() as session:
        shelves.put(session, owner, shelf.names)
    return Shelf(names=shelves.arrange(parts.catalog.names(), shelf.names))


def read_order(parts: Parts, owner: str) -> list[str]:
    """The owner's order as it was put."""
    with parts.shop.desk.database.read() as session:
        return shelves.get(session, owner)


def is_added(parts: Parts, name: str) -> bool:
    """Whether a style was added here."""
    return bool(parts.catalog.added(name))


@router.get("/styles/{name}", summary="One style", responses=UNKNOWN)
@router.head("/styles/{name}", include_in_schema=False)
def show_style(name: str, parts: Has, response: Response) -> StyleCard:
    """All that the style's file says of itself: its recipe, its scores, the licence of the art."""
    response.headers["Cache-Control"] = "no-cache"
    return describe_card(parts.catalog.get(name), is_added(parts, name))


@router.delete(
    "/styles/{name}",
    status_code=204,
    summary="Remove a style",
    responses=describe_answers("forbidden", "unknown-style"),
    response_class=Response,
    dependencies=[Steward],
)
def remove_style(name: str, parts: Has) -> Response:
    """Take a style that was added off, all its versions. Pictures that were made in it stay."""
    parts.catalog.find(name)
    kept = [load(path).sha256 for path in parts.catalog.added(name)]
    parts.catalog.remove(name)
    for sha256 in kept:
        parts.engine.close(sha256)
    return Response(status_code=204)


@router.get(
    "/styles/{name}/preview",
    summary="A picture made in the style",
    responses=UNKNOWN | {200: {"content": {"image/webp": {}}}},
    response_class=Response,
)
@router.head("/styles/{name}/preview", include_in_schema=False)
def show_preview(name: str, request: Request, parts: Has, v: str = "") -> Response:
    """The preview in the style's file. With ``v``, the beginning of the file's SHA-256, it may be kept for ever."""
    style = parts.catalog.get(name)
    if not style.preview:
        raise NotFound(f"{style.name} has no preview.")
    kept = FOREVER if v and style.sha256.startswith(v) else "no-cache"
    headers = {"ETag": f'"{style.sha256}"', "Cache-Control": f"private, {kept}"}
    if is_fresh(request, headers["ETag"]):
        return unchanged(headers)
    return Response(style.preview, media_type="image/webp", headers=headers)
