"""Route: exchanges the token for a cookie."""

from fastapi import APIRouter, Request, Response

from ganvas.web.guards.tokens import LOGIN_COOKIE, LOGIN_SECONDS
from ganvas.web.problems import build_problem, describe_problem_responses, respond_with_problem
from ganvas.web.schemas.pictures import Login
from ganvas.web.services import ServicesDep

router = APIRouter(prefix="/api/v1", tags=["login"])


@router.post(
    "/login",
    status_code=204,
    summary="Log in",
    responses=describe_problem_responses("unauthorised"),
    response_class=Response,
)
async def log_in(login: Login, request: Request, services: ServicesDep) -> Response:
    """Exchange the token for a cookie that scripts cannot read and other sites' pages cannot send."""
    if services.auth is None:
        return Response(status_code=204)
    if not services.auth.verify_token(login.token):
        return respond_with_problem(
            build_problem("unauthorised", "This is not the token.", "It is what GANVAS_TOKEN was set to.")
        )
    response = Response(status_code=204, headers={"Cache-Control": "no-store"})
    secure = request.url.scheme == "https"
    response.set_cookie(
        LOGIN_COOKIE,
        services.auth.issue_cookie(),
        max_age=LOGIN_SECONDS,
        httponly=True,
        secure=secure,
        samesite="strict",
    )
    return response


@router.delete("/login", status_code=204, summary="Log out", response_class=Response)
async def log_out() -> Response:
    """Make the browser forget the cookie."""
    response = Response(status_code=204)
    response.delete_cookie(LOGIN_COOKIE, httponly=True, samesite="strict")
    return response
