"""What a desk can be asked and have proposed, as requests: whatever carries them. Nothing here trades."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote as quoted
from urllib.parse import urlencode

from engine.desk import Document


class DeskRequests:
    """The requests of engine.desk.DeskReader (but for its stream) and Proposer. Each raises Refused or
    DeskUnreachable."""

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

    async def algos(self, open_only: bool = False) -> Document:
        """Execution algorithms, newest first."""
        return await self._get("/v1/algos", open="true" if open_only else "")

    async def alerts(self, active_only: bool = False) -> Document:
        """{"alerts": [...]}, newest first: active, fired and dropped ones."""
        return await self._get("/v1/alerts", active="true" if active_only else "")

    async def propose(self, proposal: Document) -> Document:
        """Lay a proposal on the desk; `status` REQUIRES_USER_CONFIRMATION and its `proposal_id`."""
        return await self._call("POST", "/v1/proposals", proposal)

    async def _get(self, path: str, **query: object) -> Document:
        given = {name: value for name, value in query.items() if value not in ("", 0)}
        return await self._call("GET", f"{path}?{urlencode(given)}" if given else path)

    async def _call(self, method: str, path: str, body: object = None) -> Document:
        """The document that one request is answered with. Raises Refused or DeskUnreachable."""
        raise NotImplementedError
