"""Routes: styles: listed, shown, added, removed, put in order."""

import logging
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from fastapi import APIRouter, File, Request, Response, UploadFile

from ganvas.engine.style_inspection import inspect_style_file
from ganvas.errors import BadStyle, NotFound, StyleConflict, TooLarge, UnknownStyle
from ganvas.ledger import style_order
from ganvas.style.catalog import Catalog
from ganvas.style.file import load_style
from ganvas.web.etags import CACHE_FOREVER, build_not_modified, matches_etag
from ganvas.web.identity import CurrentOwner, RequireAdmin
from ganvas.web.problems import build_problem, describe_problem_responses, respond_with_problem
from ganvas.web.schemas.pictures import (
    StyleCard,
    StyleDescription,
    StyleOrder,
    Styles,
    describe_style,
    describe_style_card,
)
from ganvas.web.services import Services, ServicesDep

router = APIRouter(prefix="/api/v1", tags=["styles"])
UNKNOWN_STYLE_RESPONSES = describe_problem_responses("unknown-style")
REFUSAL_RESPONSES = describe_problem_responses("forbidden", "taken", "too-large", "no-style", "busy")
STYLE_URL = "/api/v1/styles/{name}"
LOG = logging.getLogger("ganvas.web")
RESERVED_NAME = "order"  # the address of the order, so no style's name


@router.get("/styles", summary="The styles on offer")
@router.head("/styles", include_in_schema=False)
def list_styles(services: ServicesDep, owner: CurrentOwner, response: Response) -> Styles:
    """All styles with what a gallery shows: in your order, or by name."""
    response.headers["Cache-Control"] = "no-cache"
    names = style_order.sort_by_style_order(services.catalog.names(), read_style_order(services, owner))
    found = [describe_for_gallery(services, name) for name in names]
    return Styles(styles=[style for style in found if style])


def describe_for_gallery(parts: Services, name: str) -> StyleDescription | None:
    """What the gallery shows of a style; None, and a line in the log, where its file cannot be described."""
    try:
        return describe_style(parts.catalog.get(name), is_added_style(parts, name))
    except (BadStyle, UnknownStyle) as error:
        LOG.warning("the gallery leaves out %s: %s", name, error)
        return None


@router.post(
    "/styles",
    status_code=201,
    summary="Add a style",
    responses=REFUSAL_RESPONSES | {200: {"model": StyleCard, "description": "This very file is on offer already."}},
    response_model=StyleCard,
    dependencies=[RequireAdmin],
)
def add_style(
    file: Annotated[UploadFile, File(description="a style file, NAME.onnx")], services: ServicesDep, response: Response
) -> StyleCard | Response:
    """The file is read and tried in a process of its own, and is on offer at once when it is a style.

    A version that is on offer never changes: a style of the same name needs a higher version, and the names of built-in
    styles are theirs.
    """
    with open_temporary_upload(file, services.settings.max_style_bytes) as path:
        try:
            inspect_style_file(path)
            describe_style_card(load_style(path), True)  # a style that cannot be shown is not published
            response.status_code = check_style_name(services.catalog, path)
            style = services.catalog.publish(path)
        except StyleConflict:
            raise
        except BadStyle as error:
            return respond_with_problem(build_problem("no-style", error.what, error.right))
    response.headers["Location"] = STYLE_URL.format(name=style.name)
    return describe_style_card(style, True)


@contextmanager
def open_temporary_upload(file: UploadFile, max_bytes: int) -> Generator[Path]:
    """The file that was sent, in a folder of its own for as long as it is looked at. Raises TooLarge."""
    if (file.size or 0) > max_bytes:
        raise TooLarge(f"The file has {file.size or 0:,} bytes.", f"A style has at most {max_bytes:,} here.")
    with TemporaryDirectory(prefix="ganvas-style-") as folder:
        path = Path(folder) / "style.onnx"
        with path.open("wb") as out:
            shutil.copyfileobj(file.file, out)
        yield path


def check_style_name(catalog: Catalog, path: Path) -> int:
    """201 for a new style, 200 for one that is there already. Raises StyleConflict for a name that is another's."""
    style = load_style(path)
    if style.name == RESERVED_NAME:
        raise StyleConflict(f"No style can be named {RESERVED_NAME}.", "Export it under another name.")
    if style.name not in catalog.names():
        return 201
    if not catalog.list_added_files(style.name):
        raise StyleConflict(f"{style.name} is the name of a built-in style.", "Export it under another name.")
    try:
        return 200 if catalog.get(f"{style.name}@{style.version}").sha256 == style.sha256 else 201
    except UnknownStyle:
        return 201


@router.get("/styles/order", summary="In which order you have the styles")
@router.head("/styles/order", include_in_schema=False)
def show_order(services: ServicesDep, owner: CurrentOwner, response: Response) -> StyleOrder:
    """The names of all styles on offer in your order, as the list of styles has them."""
    response.headers["Cache-Control"] = "no-store"
    return StyleOrder(
        names=style_order.sort_by_style_order(services.catalog.names(), read_style_order(services, owner))
    )


@router.put("/styles/order", summary="Put the styles in another order")
def change_order(order: StyleOrder, services: ServicesDep, owner: CurrentOwner) -> StyleOrder:
    """Yours alone. Names that are left out come last; one that is not on offer is kept until it is."""
    with services.job_runtime.service.database.open_write_session() as session:
        style_order.save_style_order(session, owner, order.names)
    return StyleOrder(names=style_order.sort_by_style_order(services.catalog.names(), order.names))


def read_style_order(services: Services, owner: str) -> list[str]:
    """The owner's order as it was put."""
    with services.job_runtime.service.database.open_read_session() as session:
        return style_order.get_style_order(session, owner)


def is_added_style(services: Services, name: str) -> bool:
    """Whether a style was added here."""
    return bool(services.catalog.list_added_files(name))


@router.get("/styles/{name}", summary="One style", responses=UNKNOWN_STYLE_RESPONSES)
@router.head("/styles/{name}", include_in_schema=False)
def show_style(name: str, services: ServicesDep, response: Response) -> StyleCard:
    """All that the style's file says of itself: its recipe, its scores, the licence of the art."""
    response.headers["Cache-Control"] = "no-cache"
    return describe_style_card(services.catalog.get(name), is_added_style(services, name))


@router.delete(
    "/styles/{name}",
    status_code=204,
    summary="Remove a style",
    responses=describe_problem_responses("forbidden", "unknown-style"),
    response_class=Response,
    dependencies=[RequireAdmin],
)
def remove_style(name: str, services: ServicesDep) -> Response:
    """Take a style that was added off, all its versions. Pictures that were made in it stay."""
    services.catalog.find_file_and_style(name)
    kept = [load_style(path).sha256 for path in services.catalog.list_added_files(name)]
    services.catalog.remove(name)
    for sha256 in kept:
        services.engine.close_network(sha256)
    return Response(status_code=204)


@router.get(
    "/styles/{name}/preview",
    summary="A picture made in the style",
    responses=UNKNOWN_STYLE_RESPONSES | {200: {"content": {"image/webp": {}}}},
    response_class=Response,
)
@router.head("/styles/{name}/preview", include_in_schema=False)
def show_preview(name: str, request: Request, services: ServicesDep, v: str = "") -> Response:
    """The preview in the style's file. With ``v``, the beginning of the file's SHA-256, it may be kept for ever."""
    style = services.catalog.get(name)
    if not style.preview:
        raise NotFound(f"{style.name} has no preview.")
    kept = CACHE_FOREVER if v and style.sha256.startswith(v) else "no-cache"
    headers = {"ETag": f'"{style.sha256}"', "Cache-Control": f"private, {kept}"}
    if matches_etag(request, headers["ETag"]):
        return build_not_modified(headers)
    return Response(style.preview, media_type="image/webp", headers=headers)
