"""A connection that has given up everything but reading one account and proposing for it, for good.

Whoever starts a program that is not trusted (the copilot's worker) opens a connection, narrows it, and hands over the
open socket: what the program may do is then decided here, by the connection, and not by anything that it sends.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import msgspec

from engine.desk import Document
from engine.gateway.call import Call
from engine.gateway.key_headers import account_of, presented_by
from engine.model.refusal import Code, Refused, refuse

SCOPES = ("read", "propose")
PATH = "/v1/narrow"
MOST_ORIGINS = 64
_STATE = "connection"

NARROW: frozenset[tuple[str, str]] = frozenset(
    {
        *(("GET", f"/v1/{path}") for path in (
            "instruments", "markets", "quotes/{symbol:path}", "books/{symbol:path}", "bars/{symbol:path}",
            "trades/{symbol:path}", "studies/{symbol:path}", "research", "research/{kind}",
            "research/{kind}/{symbol:path}", "sessions", "clock", "orders", "orders/{order_id}", "fills", "positions",
            "portfolio", "wallet", "statement", "portfolio/equity", "portfolio/analytics", "portfolio/attribution",
            "portfolio/correlation", "portfolio/calendar", "portfolio/cashflow", "portfolio/trades", "progress",
            "checks", "risk", "algos", "algos/{algo_id}", "alerts", "alerts/{alert_id}", "watchlist",
        )),
        ("POST", "/v1/orders/preview"),
        ("POST", "/v1/portfolio/what-if"),
        ("POST", "/v1/portfolio/rebalance"),
        ("POST", "/v1/proposals"),
        ("GET", "/v1/proposals"),  # outcomes: without card, payload, code or nonce
    }
)  # fmt: skip
"""All that a narrowed connection may ask for. What is not here is closed to it, also a route that is added later."""


class Narrowing(msgspec.Struct, frozen=True):
    """What is left: one account, some of SCOPES, and in whose names it may propose."""

    account: str
    scopes: tuple[str, ...]
    origins: tuple[str, ...]


class Connection:
    """One connection of a peer; `narrowed` is None until it is, and never changes again."""

    def __init__(self) -> None:
        self.narrowed: Narrowing | None = None


class NarrowBody(msgspec.Struct, forbid_unknown_fields=True):
    """POST /v1/narrow."""

    account: str
    scopes: list[str]
    origins: tuple[str, ...] = ("copilot",)


def connection_of(scope: MutableMapping[str, Any]) -> Connection | None:
    """The connection that a request came by; None where it came by none (an engine inside the command)."""
    found = scope.get("state", {}).get(_STATE)
    return found if isinstance(found, Connection) else None


def carried(state: dict[str, Any], connection: Connection) -> dict[str, Any]:
    """The state of a connection's requests with the connection in it."""
    return {**state, _STATE: connection}


def narrowed(scope: MutableMapping[str, Any]) -> Narrowing | None:
    """What a request's connection was narrowed to."""
    connection = connection_of(scope)
    return None if connection is None else connection.narrowed


async def hold(call: Call, method: str, path: str) -> None:
    """See that a request stays inside its connection's narrowing, if there is one; its account is that one's.

    Raises Refused with FORBIDDEN.
    """
    rest = narrowed(call.request.scope)
    if rest is None:
        return
    proposes = (method, path) == ("POST", "/v1/proposals")
    if (method, path) not in NARROW or ("propose" if proposes else "read") not in rest.scopes:
        raise _closed(f"{method} {path}")
    if any(presented_by(call.request.headers).values()):
        raise _closed("a key")
    named = call.request.headers.get("x-vterm-account")
    if named and named != rest.account:
        raise _closed("another account")
    call.account = rest.account
    if proposes:
        await _own_name(call, rest)


async def narrow(call: Call) -> Document:
    """POST /v1/narrow {"account", "scopes", "origins"?}: from now on this connection reads one account and proposes."""
    call.only()
    connection = connection_of(call.request.scope)
    if connection is None or call.key is not None:
        raise refuse(Code.FORBIDDEN, "only a connection of the home's own socket can be narrowed", fix="leave it out")
    body = await call.read(NarrowBody)
    for scope in body.scopes:
        if scope not in SCOPES:
            raise refuse(Code.ENUM_ERROR, "there is no such scope", fix=f"use {', '.join(SCOPES)}", field="scopes")
    if len(body.origins) > MOST_ORIGINS or not all(_nameable(origin) for origin in body.origins):
        raise refuse(Code.ENUM_ERROR, "there is no such origin", fix="copilot, tool:NAME@HASH", field="origins")
    connection.narrowed = Narrowing(account_of(body.account), tuple(body.scopes), body.origins)
    return {"account": body.account, "scopes": body.scopes, "origins": body.origins}


def no_stream(scope: MutableMapping[str, Any]) -> None:
    """A narrowed connection has no stream. Raises Refused with FORBIDDEN."""
    if narrowed(scope) is not None:
        raise _closed("the stream")


class _Named(msgspec.Struct):
    origin: str = "human"


async def _own_name(call: Call, rest: Narrowing) -> None:
    """Refuse a proposal in the name of somebody else, such as the person."""
    if (await call.read(_Named)).origin not in rest.origins:
        raise _closed("a proposal in another's name")


def _nameable(origin: str) -> bool:
    return origin.isascii() and (origin == "copilot" or origin.startswith(("tool:", "mcp:"))) and len(origin) <= 120


def _closed(what: str) -> Refused:
    cause = "this connection was narrowed to reading one account and proposing for it"
    return refuse(Code.FORBIDDEN, f"{what} is not open to this connection", cause=cause, fix="propose it to a person")
