"""A desk over the Unix socket of a home: everything that a person can see and do there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote as quoted

from engine.client import wire
from engine.client.answer import refused_by
from engine.client.requests import DeskRequests
from engine.client.signer import Signer
from engine.client.start import StartOptions, ensure_engine
from engine.desk import DeskUnreachable, Document
from engine.home import Home, HomeError

if TYPE_CHECKING:
    from engine.client.feed import Feed


class DeskClient(DeskRequests):
    """Implements engine.desk.Desk. An engine that is not running is started (`start`), also after it was lost.
    `origin` is "strategy" where a program and not a person sends the orders; `signer` is the trading key under whose
    caps everything is then asked.

    Methods raise Refused or DeskUnreachable. `state` is LIVE, SYNCING or RECONNECTING over all open streams.
    """

    def __init__(
        self,
        home: Home,
        account: str = "main",
        options: StartOptions | None = None,
        *,
        start: bool = True,
        origin: str = "",
        signer: Signer | None = None,
    ) -> None:
        self.home, self.account, self._origin, self._signer = home, account, origin, signer
        self._options, self._start = options, start
        self._feeds: list[Feed] = []

    @property
    def state(self) -> str:
        """The worst state of the open streams; LIVE where none is open."""
        states = {feed.state for feed in self._feeds}
        return next((state for state in ("RECONNECTING", "SYNCING") if state in states), "LIVE")

    async def ready(self) -> None:
        """See that an engine answers, starting one where that is wanted. Raises DeskUnreachable."""
        if not self._start:
            return
        try:
            await asyncio.to_thread(ensure_engine, self.home, self._options)
        except HomeError as error:
            raise DeskUnreachable(f"{error.message}; {error.fix}") from None

    async def wallet(self, limit: int = 0, before: str = "", since: str = "", until: str = "") -> Document:
        """Movements of cash, newest first, and the balance after each; `before` is the `next` of the page before."""
        return await self._get("/v1/wallet", limit=limit, before=before, **{"from": since, "to": until})

    async def statement(self, since: str = "", until: str = "", month: str = "") -> Document:
        """What a span of time began with, what changed it, and what it ended with."""
        return await self._get("/v1/statement", month=month, **{"from": since, "to": until})

    async def journal(self, limit: int = 0, before: int = 0) -> Document:
        """Entries of the journal that concern the account, newest first, their chain verified."""
        return await self._get("/v1/journal", limit=limit, before=before)

    async def health(self) -> Document:
        """What the engine says of itself; `books`: whether it agrees with what it has committed."""
        return await self._get("/v1/healthz")

    async def import_trades(self, body: Document) -> Document:
        """Book trades made elsewhere in an account of their own, or preview that ({"text", "name", "preview", …})."""
        return await self._call("POST", "/v1/imports", body)

    async def undo_import(self, name: str) -> Document:
        """Give back all that an imported account holds, and close it."""
        return await self._call("DELETE", f"/v1/imports/{quoted(name, safe='')}")

    async def proposals(self, open_only: bool = False) -> Document:
        """{"proposals": [...]}, newest first."""
        return await self._get("/v1/proposals", open="true" if open_only else "")

    async def proposal(self, proposal_id: str) -> Document:
        """One proposal, with what became of it."""
        return await self._get(f"/v1/proposals/{quoted(proposal_id, safe='')}")

    async def present(self, proposal_id: str, key: str = "") -> Document:
        """Open a proposal: the payload that is to be signed, and its card."""
        return await self._call("POST", f"/v1/proposals/{quoted(proposal_id, safe='')}/present", {"key": key})

    async def shelve(self, proposal_id: str) -> Document:
        """Close a presented proposal; it stays."""
        return await self._call("POST", f"/v1/proposals/{quoted(proposal_id, safe='')}/shelve")

    async def sign(self, proposal_id: str, payload: str, signature: str) -> Document:
        """Hand in what was signed: the proposal with its results, or the first check that says no."""
        body = {"payload": payload, "signature": signature}
        return await self._call("POST", f"/v1/proposals/{quoted(proposal_id, safe='')}/sign", body)

    async def decline(self, proposal_id: str, reason: str = "") -> Document:
        """Turn a proposal down."""
        return await self._call("POST", f"/v1/proposals/{quoted(proposal_id, safe='')}/decline", {"reason": reason})

    async def signers(self) -> Document:
        """{"signers": [...]}: the public keys that may sign."""
        return await self._get("/v1/signers")

    async def enrol_signer(self, body: Document) -> Document:
        """Without a proof, what a new key has to sign; with it, the key."""
        return await self._call("POST", "/v1/signers", body)

    async def end_signer(self, key: str) -> Document:
        """A key signs no more."""
        return await self._call("POST", "/v1/signers/end", {"key": key})

    async def submit(self, order: Document) -> Document:
        """Send an order; answers when it is durable."""
        return await self._call("POST", "/v1/orders", order)

    async def cancel(self, order_id: str) -> Document:
        """Take an order back, by its own or the client's id."""
        return await self._call("POST", f"/v1/orders/{quoted(order_id, safe='')}/cancel")

    async def cancel_all(self) -> Document:
        """Take back every open order: {"cancelled": [order_id, ...]}."""
        return await self._call("POST", "/v1/orders/cancel-all")

    async def amend(self, order_id: str, changes: Document) -> Document:
        """Change an open order's `quantity`, `limit_price` or `stop_price`; the order as it now is."""
        return await self._call("POST", f"/v1/orders/{quoted(order_id, safe='')}/amend", changes)

    async def flatten(self) -> Document:
        """The kill switch: {"cancelled": [order_id, ...], "closing": [order, ...]}."""
        return await self._call("POST", "/v1/flatten")

    async def start_algo(self, algo: Document) -> Document:
        """Start a twap, vwap or pov; the algorithm's document."""
        return await self._call("POST", "/v1/algos", algo)

    async def control_algo(self, algo_id: str, action: str) -> Document:
        """pause, resume or cancel an algorithm, by its own or the client's id."""
        return await self._call("POST", f"/v1/algos/{quoted(algo_id, safe='')}/{quoted(action, safe='')}")

    async def set_alert(self, alert: Document) -> Document:
        """Watch a market and tell once; the alert's document."""
        return await self._call("POST", "/v1/alerts", alert)

    async def drop_alert(self, alert_id: str = "") -> Document:
        """Stop watching one alert, or all: {"dropped": [alert_id, ...]}."""
        return await self._call("DELETE", f"/v1/alerts/{quoted(alert_id, safe='')}" if alert_id else "/v1/alerts")

    async def set_limits(self, limits: Document) -> Document:
        """Set (an amount) or remove (None) the limits named; `unlock` true lifts a lock. The risk document after it."""
        return await self._call("POST", "/v1/risk/limits", limits)

    async def set_watchlist(self, symbols: Sequence[str]) -> Document:
        """Replace the watchlist."""
        return await self._call("PUT", "/v1/watchlist", {"symbols": list(symbols)})

    async def set_clock(self, action: str, value: str = "") -> Document:
        """pause, resume, speed N or jump open."""
        return await self._call("POST", "/v1/clock", {"action": action, "value": value})

    async def stream(self, channels: Sequence[str]) -> AsyncIterator[Document]:
        """Frames of the channels until the iterator is closed; books arrive whole and verified.

        Between them come {"type": "state", "state"} frames, and a book that was lost is an empty one with `state`
        SYNCING until its next snapshot. Lost connections are made again, with a growing wait; a key that is not (or
        no longer) good ends it with Refused.
        """
        from engine.client.feed import Feed

        feed = Feed(self.home, self.account, channels, self.ready, self._signer)
        self._feeds.append(feed)
        frames = feed.frames()
        try:
            async for frame in frames:
                yield frame
        finally:
            self._feeds.remove(feed)
            await frames.aclose()  # type: ignore[attr-defined]

    async def _request(self, method: str, path: str, body: object) -> tuple[int, Document]:
        return await wire.request(self.home, self.account, method, path, body, self._origin, self._signer)

    async def _call(self, method: str, path: str, body: object = None) -> Document:
        try:
            status, document = await self._request(method, path, body)
        except DeskUnreachable as error:
            if method != "GET" and not isinstance(error, wire.NotRunning):
                raise
            await self.ready()
            status, document = await self._request(method, path, body)
        if status >= 400:
            raise refused_by(document)
        return document
