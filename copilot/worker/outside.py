"""Tools that run outside, as a turn uses them: the keeper runs them, and what they want done is only ever proposed.

A tool that answers AWAITING_CLIENT_SIGNATURE names an intent. Its terms are proposed in the tool's name (its pinned
hash with it); everything else it says of states and signatures is thrown away (SECURITY 3.7).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

import msgspec

from copilot.tools.call import Hands
from copilot.tools.finding import Document
from copilot.tools.proposal import proposed
from copilot.turn import Turn, TurnProposer
from copilot.wire import Ran, Run
from engine.desk import DeskUnreachable, Proposer
from engine.model.proposal import AWAITING_CLIENT_SIGNATURE
from engine.model.refusal import Code, Refusal, Refused
from engine.model.text import safe

LONGEST_S = 30.0
MOST_BYTES = 64 * 1024
_TERMS = {
    "order.place": ("order",), "basket.place": ("legs",), "order.cancel": ("order_id",),
    "order.replace": ("order_id", "order"), "algo.start": ("algo",), "alert.create": ("alert",),
    "rule.create": ("order",), "watchlist.change": ("add", "remove"),
}  # fmt: skip
_ORDER = ("symbol", "side", "quantity", "type", "limit_price", "stop_price", "time_in_force")


class Errand:
    """The tools outside. `tools` describes them; one may carry the `origin` (tool:NAME@HASH) that it proposes under."""

    def __init__(self, tools: tuple[Document, ...], tell: Callable[[Run], Awaitable[None]]) -> None:
        self.tools, self._tell = tools, tell
        self._known = {str(tool["name"]): tool for tool in tools}
        self._waiting: dict[str, asyncio.Future[Document]] = {}
        self._numbers = count(1)

    def has(self, tool: str) -> bool:
        """Whether there is such a tool."""
        return tool in self._known

    def ran(self, message: Ran) -> None:
        """The keeper's answer; one that nobody waits for is dropped."""
        waits = self._waiting.pop(message.call, None)
        if waits is not None and not waits.done():
            waits.set_result(message.document)

    async def run(self, hands: Hands, proposer: Proposer, tool: str, args: Document) -> Document:
        """The document of one call, with what it proposes proposed. Never raises for what a tool or a desk did."""
        name = f"c{next(self._numbers)}"
        waits = self._waiting[name] = asyncio.get_running_loop().create_future()
        try:
            await self._tell(Run(name, tool, args))
            document = _checked(tool, await asyncio.wait_for(waits, LONGEST_S))
            return await self._proposed(hands, proposer, tool, document)
        except Refused as refused:
            return _refused(tool, refused.refusal)
        except TimeoutError:
            return _refused(tool, Refusal(Code.STALE_MARKET, "the tool took too long", fix="ask it for less"))
        except DeskUnreachable as error:
            return _refused(tool, Refusal(Code.STALE_MARKET, "the desk does not answer", str(error), "wait for it"))
        finally:
            self._waiting.pop(name, None)

    async def _proposed(self, hands: Hands, proposer: Proposer, tool: str, document: Document) -> Document:
        data = document.get("data")
        if not isinstance(data, dict) or data.get("status") != AWAITING_CLIENT_SIGNATURE:
            return {**document, "data": _without_claims(data)}
        origin = str(self._known[tool].get("origin", ""))
        if not origin:
            raise Refused(Refusal(Code.FORBIDDEN, "a tool without a pinned hash proposes nothing", fix="install it"))
        purpose, parts = terms_of(data)
        turn = Turn(origin, hands.turn.foreign)
        found = await proposed(TurnProposer(proposer, turn), purpose, _rationale(data), **parts)
        return {**document, **found.document(), "tainted": True}


class Outside:
    """The tools outside for one turn: implements copilot.agent.port.Outside."""

    def __init__(self, errand: Errand, hands: Hands, proposer: Proposer) -> None:
        self._errand, self._hands, self._proposer = errand, hands, proposer

    @property
    def tools(self) -> tuple[Document, ...]:
        """The tools that there are."""
        return self._errand.tools

    def has(self, tool: str) -> bool:
        """Whether there is such a tool."""
        return self._errand.has(tool)

    async def run(self, tool: str, args: Document) -> Document:
        """The document of one call; never raises for what a tool did wrong."""
        return await self._errand.run(self._hands, self._proposer, tool, args)


def terms_of(data: Document) -> tuple[str, Document]:
    """The purpose of an intent and its terms; whatever else stands there is dropped. Raises Refused.

    An intent is {"purpose", and order, legs, order_id, algo, alert or add and remove}, in the answer itself or in its
    `payload` or `intent`; an order's own fields without a purpose are an order.place.
    """
    for place in (data, data.get("payload"), data.get("intent")):
        if not isinstance(place, dict):
            continue
        purpose = place.get("purpose")
        if isinstance(purpose, str) and purpose in _TERMS:
            return purpose, {name: place[name] for name in _TERMS[purpose] if place.get(name)}
        if {"symbol", "side", "quantity"} <= set(place):
            order = {name: place[name] for name in _ORDER if place.get(name) is not None}
            return "order.place", {"order": {"type": "market", **order}}
    fix = 'name a purpose and its terms, such as {"purpose": "order.place", "order": {…}}'
    raise Refused(Refusal(Code.MISSING_FIELD, "the intent has no terms that can be proposed", fix=fix))


def _rationale(data: Document) -> str:
    return str(safe(str(data.get("rationale") or ""), 280))


def _checked(tool: str, document: Any) -> Document:
    """A call's document with its known fields only."""
    if not isinstance(document, dict) or len(msgspec.json.encode(document)) > MOST_BYTES:
        raise Refused(Refusal(Code.PAYLOAD_TOO_LARGE, "the tool's answer is no document of at most 64 KiB"))
    if not document.get("ok"):
        error = document.get("error")
        return _failed(tool, error if isinstance(error, dict) else {})
    source = {"origin": "tool", "what": str(safe(tool, 64)), "at": ""}
    return {"tool": tool, "ok": True, "took_ms": _took(document), "data": document.get("data"), "sources": [source],
            "tainted": True, "truncated": bool(document.get("truncated"))}  # fmt: skip


def _took(document: Document) -> float:
    took = document.get("took_ms")
    return float(took) if isinstance(took, int | float) and not isinstance(took, bool) else 0.0


def _failed(tool: str, error: Document) -> Document:
    told = {name: str(safe(str(error.get(name, "")), 280)) for name in ("code", "message", "cause", "fix")}
    return {
        "tool": tool,
        "ok": False,
        "took_ms": 0.0,
        "tainted": True,
        "error": {**told, "code": told["code"] or "BUG"},
    }


def _refused(tool: str, refusal: Refusal) -> Document:
    return {"tool": tool, "ok": False, "took_ms": 0.0, "tainted": True, **refusal.document()}


def _without_claims(data: Any) -> Any:
    """Nothing that a tool returns can look like a proposal of the desk: its id and status would be taken for one."""
    if isinstance(data, dict):
        return {name: value for name, value in data.items() if name not in ("proposal_id", "status", "signature")}
    return data
