"""The gateway as an ASGI application over one runner; it does not know what transport carries it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute

from engine.failures import document, failure
from engine.gateway.call import Call
from engine.gateway.hub import Hub
from engine.gateway.keys import Keys
from engine.gateway.narrow import hold
from engine.gateway.routes import CREATED, ROUTES, Handler, scope_of
from engine.gateway.served import ServedRunner
from engine.gateway.session import stream
from engine.model.refusal import Refused
from engine.ports import StoreError

if TYPE_CHECKING:
    from engine.research.source import ResearchSource

_TITLES = {404: "UNKNOWN_PATH", 405: "METHOD_NOT_ALLOWED"}


def create_app(
    runner: ServedRunner,
    hub: Hub,
    *,
    stop: Callable[[], None],
    health: Callable[[], dict[str, Any]],
    keys: Keys | None = None,
    sources: Mapping[str, ResearchSource] | None = None,
) -> Starlette:
    """The application. `stop` ends the engine; `health` answers /healthz; without `keys` they live in memory;
    `sources` are of research data, beside the practice universe."""
    known = keys or Keys()
    routes: list[Any] = [_route(runner, known, path, handlers) for path, handlers in ROUTES.items()]
    routes.append(WebSocketRoute("/v1/stream", stream))
    app = Starlette(
        routes=routes,
        exception_handlers={Refused: _expected, StoreError: _expected, HTTPException: _http, Exception: _bug},
    )
    app.router.redirect_slashes = False
    app.state.runner, app.state.hub, app.state.stop, app.state.health = runner, hub, stop, health
    app.state.keys, app.state.sources = known, sources or {}
    return app


def _route(runner: ServedRunner, keys: Keys, path: str, handlers: dict[str, Handler]) -> Route:
    async def endpoint(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        call = Call(request, runner, keys)
        await hold(call, method, path)
        await call.authenticate(scope_of(method, path))
        answer = await handlers[method](call)
        return _json(answer, 201 if (method, path) in CREATED else 200)

    return Route(path, endpoint, methods=list(handlers))


def _json(answer: object, status: int, *, problem: bool = False, headers: dict[str, str] | None = None) -> Response:
    media_type = "application/problem+json" if problem else "application/json"
    return Response(msgspec.json.encode(answer), status, headers, media_type)


def problem(body: dict[str, Any], status: int, headers: dict[str, str] | None = None) -> Response:
    """An error document as an RFC 9457 problem that also carries it whole."""
    error = body["error"]
    answer = {
        "type": f"urn:vterm:error:{error['code']}",
        "title": str(error["code"]).replace("_", " ").capitalize(),
        "status": status,
        "detail": error["message"],
        **body,
    }
    return _json(answer, status, problem=True, headers=headers)


async def _expected(request: Request, error: Exception) -> Response:
    known = failure(error)
    assert known is not None
    body, status, _ = known
    headers = {"Connection": "close"} if status in (413, 415) else None
    return problem(body, status, {"WWW-Authenticate": "VecTrade"} if status == 401 else headers)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = _TITLES.get(error.status_code, "BAD_REQUEST")
    allowed = (error.headers or {}).get("Allow", "")
    fix = f"use {allowed}" if allowed else "see docs/commands.md for the paths"
    text = {404: "there is no such path", 405: f"{request.method[:16]} is not allowed here"}
    body = document(code, text.get(error.status_code, error.detail), fix)
    return problem(body, error.status_code, dict(error.headers or {}))


async def _bug(request: Request, error: Exception) -> Response:
    body = document("BUG", "the engine met a bug; nothing more is known of this request", "see engine.log of the home")
    return problem(body, 500)
