"""The styles on offer. Knows the catalogue; knows nothing of how a style is run."""

from fastapi import APIRouter, Request, Response

from ganvas.errors import NotFound
from ganvas.web.freshness import FOREVER, is_fresh, unchanged
from ganvas.web.parts import Has
from ganvas.web.problems import describe_answers
from ganvas.web.shapes import StyleCard, Styles, describe_card, describe_style

router = APIRouter(prefix="/api/v1", tags=["styles"])
UNKNOWN = describe_answers("unknown-style")


@router.get("/styles", summary="The styles on offer")
@router.head("/styles", include_in_schema=False)
def list_styles(parts: Has, response: Response) -> Styles:
    """All styles, by name, with what a gallery shows."""
    response.headers["Cache-Control"] = "no-cache"
    return Styles(styles=[describe_style(parts.catalog.get(name)) for name in parts.catalog.names()])


@router.get("/styles/{name}", summary="One style", responses=UNKNOWN)
@router.head("/styles/{name}", include_in_schema=False)
def show_style(name: str, parts: Has, response: Response) -> StyleCard:
    """All that the style's file says of itself: its recipe, its scores, the licence of the art."""
    response.headers["Cache-Control"] = "no-cache"
    return describe_card(parts.catalog.get(name))


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
