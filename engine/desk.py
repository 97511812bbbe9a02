"""Everything a trader can see, propose and do: three protocols, so that authority is a matter of type.

Each method answers a document of `docs/documents.md` as plain dictionaries. Every method may raise
`engine.model.refusal.Refused` (an expected no) or `DeskUnreachable`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, Protocol

Document = dict[str, Any]


class DeskUnreachable(Exception):
    """No engine answers at this desk, or it stopped answering."""


class DeskReader(Protocol):
    """See."""

    async def instruments(self, asset_class: str = "", search: str = "") -> Document:
        """All instruments, or those of a class, or those whose symbol or name contains `search`."""

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

    async def quote(self, symbol: str) -> Document:
        """Best bid and ask."""

    async def book(self, symbol: str, levels: int = 10) -> Document:
        """The shown ladder."""

    async def trades(self, symbol: str, limit: int = 50) -> Document:
        """The newest prints."""

    async def bars(self, symbol: str, every: str = "1m", limit: int = 300) -> Document:
        """The newest bars; `every` is 1m, 5m, 1h or 1d."""

    async def sessions(self) -> Document:
        """Which venues are open, and what comes next."""

    async def clock(self) -> Document:
        """The market's clock."""

    async def orders(self, open_only: bool = False, limit: int = 0) -> Document:
        """Orders, newest first; 0 means all of them."""

    async def order(self, order_id: str) -> Document:
        """One order, by its own or the client's id."""

    async def fills(self, limit: int = 0) -> Document:
        """Fills, newest first; 0 means all of them."""

    async def find(self, what: str, **filters: object) -> Document:
        """Orders or fills (`what`), narrowed and sorted by symbol, class_, side, from_, to, status, origin, min_value,
        sort and limit."""

    async def portfolio(self) -> Document:
        """Cash, positions, value, profit and limits."""

    async def risk(self) -> Document:
        """Use of the margin limit, what each position takes of it, and the owner's own limits."""

    async def algos(self, open_only: bool = False) -> Document:
        """Execution algorithms, newest first."""

    async def alerts(self, active_only: bool = False) -> Document:
        """{"alerts": [...]}, newest first: active, fired and dropped ones."""

    async def equity(self, window: str = "7d", benchmark: str = "", every: str = "") -> Document:
        """The equity curve of 1d, 7d, 30d, 90d, 1y or all; `every` hour or day ("": by the window)."""

    async def analytics(self, window: str = "all", benchmark: str = "") -> Document:
        """Ratios, tails, trades, exposure, allocation, concentration and risk by position."""

    async def attribution(self, by: str = "class", window: str = "all") -> Document:
        """Profit by class, sector, currency, direction, hour, weekday, phase, symbol or cost."""

    async def correlation(self, symbols: Sequence[str] = (), limit: int = 0) -> Document:
        """How what is held, or the named instruments, move together."""

    async def calendar(self, span: str = "day", window: str = "all") -> Document:
        """Profit and return by day, week, month or year."""

    async def cash_flow(self, window: str = "all") -> Document:
        """Where cash went, by word and by day, and from worth to worth."""

    async def round_trips(self, limit: int = 0, window: str = "all") -> Document:
        """Trades from flat to flat, newest first, and their figures; 0 means all of them."""

    async def study(self, symbol: str, every: str = "1d") -> Document:
        """One instrument seen whole: facts, price law, returns, range, what a trade costs now, and what indicators
        read on bars of 5m, 1h or 1d."""

    async def research(self, kind: str, symbol: str = "", **query: object) -> Document:
        """Research data of a kind (docs/practice-data.md) about an instrument, or about the whole market."""

    async def progress(self) -> Document:
        """What the account has done since it began, counted, and what each count is held against next."""

    async def checks(self) -> Document:
        """What the desk would warn of: limits that are near, positions without a stop, forgotten alerts."""

    async def what_if(self, order: Document, benchmark: str = "") -> Document:
        """Every figure before and after an order that is not sent."""

    async def rebalance(self, plan: Document) -> Document:
        """Proposals that bring the account to {"strategy", "targets"?, …}; nothing is sent."""

    async def preview(self, order: Document) -> Document:
        """What an order would do if it were sent now. Changes nothing."""

    async def watchlist(self) -> Document:
        """{"symbols": [...]} in the user's order."""

    def stream(self, channels: Sequence[str]) -> AsyncIterator[Document]:
        """Frames of the channels until the iterator is closed; books arrive whole and verified
        ({"type": "book", "channel", "seq", "bids", "asks", "own"})."""


class Proposer(Protocol):
    """Propose: what is wanted, for a person to sign."""

    async def propose(self, proposal: Document) -> Document:
        """Lay a proposal on the desk. It does nothing until a person signs it."""


class Trader(Protocol):
    """Act."""

    async def submit(self, order: Document) -> Document:
        """Send an order; answers when it is durable."""

    async def cancel(self, order_id: str) -> Document:
        """Take an order back, by its own or the client's id."""

    async def cancel_all(self) -> Document:
        """Take back every open order: {"cancelled": [order_id, ...]}."""

    async def amend(self, order_id: str, changes: Document) -> Document:
        """Change an open order's `quantity`, `limit_price` or `stop_price`; the order as it now is."""

    async def flatten(self) -> Document:
        """Take back every open order and close every position at market:
        {"cancelled": [order_id, ...], "closing": [order, ...]}."""

    async def start_algo(self, algo: Document) -> Document:
        """Start a twap, vwap or pov; the algorithm's document."""

    async def control_algo(self, algo_id: str, action: str) -> Document:
        """pause, resume or cancel an algorithm, by its own or the client's id."""

    async def set_alert(self, alert: Document) -> Document:
        """Watch a market and tell once; the alert's document."""

    async def drop_alert(self, alert_id: str = "") -> Document:
        """Stop watching one alert, or all: {"dropped": [alert_id, ...]}."""

    async def set_limits(self, limits: Document) -> Document:
        """Set (an amount) or remove (None) the limits named; `unlock` true lifts a lock. The risk document after it."""

    async def set_watchlist(self, symbols: Sequence[str]) -> Document:
        """Replace the watchlist."""

    async def set_clock(self, action: str, value: str = "") -> Document:
        """pause, resume, speed N or jump open."""


class Desk(DeskReader, Proposer, Trader, Protocol):
    """All three: what a person holds."""
