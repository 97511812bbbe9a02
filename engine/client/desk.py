"""A desk over the Unix socket of a home: everything that a person can see and do there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote as quoted
from urllib.parse import urlencode

from engine.client import wire
from engine.client.answer import refused_by
from engine.client.signer import Signer
from engine.client.start import StartOptions, ensure_engine
from engine.desk import DeskUnreachable, Document
from engine.home import Home, HomeError

if TYPE_CHECKING:
    from engine.client.feed import Feed


class DeskClient:
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

    async def instruments(self, asset_class: str = "", search: str = "") -> Document:
        """All instruments, or those of a class, or those whose symbol or name contains `search`."""
        return await self._get("/v1/instruments", **{"class": asset_class, "search": search})

    async def markets(
        self,
        asset_class: str = "",
        sparks: int = 0,
        where: str = "",
        sort: str = "",
        limit: int = 0,
        summary: bool = False,
    ) -> Document:
        """A row an instrument: last, change, volume, turnover, spread, session, `sparks` prices of its last day; those
        that the rule `where` finds, by a column, and with `summary` breadth, sectors and movers."""
        given = {"class": asset_class, "summary": "true" if summary else ""}
        return await self._get("/v1/markets", sparks=sparks, where=where, sort=sort, limit=limit, **given)

    async def quote(self, symbol: str) -> Document:
        """Best bid and ask."""
        return await self._get(f"/v1/quotes/{quoted(symbol, safe='')}")

    async def book(self, symbol: str, levels: int = 10) -> Document:
        """The shown ladder."""
        return await self._get(f"/v1/books/{quoted(symbol, safe='')}", levels=levels)

    async def trades(self, symbol: str, limit: int = 50) -> Document:
        """The newest prints."""
        return await self._get(f"/v1/trades/{quoted(symbol, safe='')}", limit=limit)

    async def bars(self, symbol: str, every: str = "1m", limit: int = 300) -> Document:
        """The newest bars; `every` is 1m, 5m, 1h or 1d."""
        return await self._get(f"/v1/bars/{quoted(symbol, safe='')}", every=every, limit=limit)

    async def sessions(self) -> Document:
        """Which venues are open, and what comes next."""
        return await self._get("/v1/sessions")

    async def clock(self) -> Document:
        """The market's clock."""
        return await self._get("/v1/clock")

    async def orders(self, open_only: bool = False, limit: int = 0) -> Document:
        """Orders, newest first; 0 means all of them."""
        return await self._get("/v1/orders", open="true" if open_only else "", limit=limit)

    async def order(self, order_id: str) -> Document:
        """One order, by its own or the client's id."""
        return await self._get(f"/v1/orders/{quoted(order_id, safe='')}")

    async def fills(self, limit: int = 0) -> Document:
        """Fills, newest first; 0 means all of them."""
        return await self._get("/v1/fills", limit=limit)

    async def find(self, what: str, **filters: object) -> Document:
        """Orders or fills (`what`), narrowed and sorted by symbol, class_, side, from_, to, status, origin, min_value,
        sort and limit."""
        given = {name.removesuffix("_"): value for name, value in filters.items()}
        return await self._get(f"/v1/{what}", **given)

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

    async def portfolio(self) -> Document:
        """Cash, positions, value, profit and limits."""
        return await self._get("/v1/portfolio")

    async def risk(self) -> Document:
        """Use of the margin limit, what each position takes of it, and the owner's own limits."""
        return await self._get("/v1/risk")

    async def equity(self, window: str = "7d", benchmark: str = "", every: str = "") -> Document:
        """The equity curve of 1d, 7d, 30d, 90d, 1y or all; `every` hour or day ("": by the window)."""
        return await self._get("/v1/portfolio/equity", window=window, benchmark=benchmark, every=every)

    async def analytics(self, window: str = "all", benchmark: str = "") -> Document:
        """Ratios, tails, trades, exposure, allocation, concentration and risk by position."""
        return await self._get("/v1/portfolio/analytics", window=window, benchmark=benchmark)

    async def attribution(self, by: str = "class", window: str = "all") -> Document:
        """Profit by class, sector, currency, direction, hour, weekday, phase, symbol or cost."""
        return await self._get("/v1/portfolio/attribution", by=by, window=window)

    async def correlation(self, symbols: Sequence[str] = (), limit: int = 0) -> Document:
        """How what is held, or the named instruments, move together."""
        return await self._get("/v1/portfolio/correlation", symbols=",".join(symbols), limit=limit)

    async def calendar(self, span: str = "day", window: str = "all") -> Document:
        """Profit and return by day, week, month or year."""
        return await self._get("/v1/portfolio/calendar", span=span, window=window)

    async def cash_flow(self, window: str = "all") -> Document:
        """Where cash went, by word and by day, and from worth to worth."""
        return await self._get("/v1/portfolio/cashflow", window=window)

    async def round_trips(self, limit: int = 0, window: str = "all") -> Document:
        """Trades from flat to flat, newest first, and their figures; 0 means all of them."""
        return await self._get("/v1/portfolio/trades", limit=limit, window=window)

    async def study(self, symbol: str, every: str = "1d") -> Document:
        """One instrument seen whole: facts, price law, returns, range, what a trade costs now, and what indicators
        read on bars of 5m, 1h or 1d."""
        return await self._get(f"/v1/studies/{quoted(symbol, safe='')}", every=every)

    async def research(self, kind: str, symbol: str = "", **query: object) -> Document:
        """Research data of a kind (docs/practice-data.md) about an instrument, or about the whole market."""
        about = f"/{quoted(symbol, safe='')}" if symbol else ""
        return await self._get(f"/v1/research/{quoted(kind, safe='')}{about}", **query)

    async def progress(self) -> Document:
        """What the account has done since it began, counted, and what each count is held against next."""
        return await self._get("/v1/progress")

    async def checks(self) -> Document:
        """What the desk would warn of: limits that are near, positions without a stop, forgotten alerts."""
        return await self._get("/v1/checks")

    async def what_if(self, order: Document, benchmark: str = "") -> Document:
        """Every figure before and after an order that is not sent."""
        query = f"?{urlencode({'benchmark': benchmark})}" if benchmark else ""
        return await self._call("POST", f"/v1/portfolio/what-if{query}", order)

    async def rebalance(self, plan: Document) -> Document:
        """Proposals that bring the account to {"strategy", "targets"?, …}; nothing is sent."""
        return await self._call("POST", "/v1/portfolio/rebalance", plan)

    async def preview(self, order: Document) -> Document:
        """What an order would do if it were sent now. Changes nothing."""
        return await self._call("POST", "/v1/orders/preview", order)

    async def watchlist(self) -> Document:
        """{"symbols": [...]} in the user's order."""
        return await self._get("/v1/watchlist")

    async def propose(self, proposal: Document) -> Document:
        """Lay a proposal on the desk; `status` REQUIRES_USER_CONFIRMATION and its `proposal_id`."""
        return await self._call("POST", "/v1/proposals", proposal)

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

    async def algos(self, open_only: bool = False) -> Document:
        """Execution algorithms, newest first."""
        return await self._get("/v1/algos", open="true" if open_only else "")

    async def start_algo(self, algo: Document) -> Document:
        """Start a twap, vwap or pov; the algorithm's document."""
        return await self._call("POST", "/v1/algos", algo)

    async def control_algo(self, algo_id: str, action: str) -> Document:
        """pause, resume or cancel an algorithm, by its own or the client's id."""
        return await self._call("POST", f"/v1/algos/{quoted(algo_id, safe='')}/{quoted(action, safe='')}")

    async def alerts(self, active_only: bool = False) -> Document:
        """{"alerts": [...]}, newest first: active, fired and dropped ones."""
        return await self._get("/v1/alerts", active="true" if active_only else "")

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

    async def _get(self, path: str, **query: object) -> Document:
        given = {name: value for name, value in query.items() if value not in ("", 0)}
        return await self._call("GET", f"{path}?{urlencode(given)}" if given else path)

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
