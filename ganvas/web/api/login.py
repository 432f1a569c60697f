"""The token, exchanged for a cookie, so that a page need not keep it. Knows cookies; knows no other route."""

from fastapi import APIRouter, Request, Response

from ganvas.web.parts import Has
from ganvas.web.problems import build, describe_answers, respond
from ganvas.web.seal import COOKIE, LIFE
from ganvas.web.shapes import Login

router = APIRouter(prefix="/api/v1", tags=["login"])


@router.post(
    "/login", status_code=204, summary="Log in", responses=describe_answers("unauthorised"), response_class=Response
)
async def log_in(login: Login, request: Request, parts: Has) -> Response:
    """Exchange the token for a cookie that scripts cannot read and other sites' pages cannot send."""
    if parts.seal is None:
        return Response(status_code=204)
    if not parts.seal.matches(login.token):
        return respond(build("unauthorised", "This is not the token.", "It is what GANVAS_TOKEN was set to."))
    response = Response(status_code=204, headers={"Cache-Control": "no-store"})
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, parts.seal.issue(), max_age=LIFE, httponly=True, secure=secure, samesite="strict")
    return response


@router.delete("/login", status_code=204, summary="Log out", response_class=Response)
async def log_out() -> Response:
    """Make the browser forget the cookie."""
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return response
