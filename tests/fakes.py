"""A desk of two instruments with the shape of engine.runner.Runner, for tests of what stands around an engine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from engine.bus import Bus
from engine.model.instrument import Grid, Instrument
from engine.model.refusal import Code, refuse

AT = "2026-06-15T14:30:00Z"


def instrument(symbol: str, name: str, asset_class: str, tick: Grid, lot: Grid) -> Instrument:
    """An instrument of which only names and grids matter."""
    zeros = dict.fromkeys(
        ("adv_units", "daily_vol", "spread_ticks", "l1_depth", "avg_trade", "trades_per_day", "gamma", "alpha", "rho"),
        0.0,
    )
    words = dict.fromkeys(("sector", "exchange", "calendar", "session", "fee_schedule", "factor"), "X")
    return Instrument(
        symbol=symbol,  # type: ignore[arg-type]
        name=name,
        asset_class=asset_class,
        currency="USD",
        tick=tick,
        lot=lot,
        display_lot="1",
        multiplier="1",
        price0="1",
        column=0,
        **words,
        **zeros,  # type: ignore[arg-type]
    )


INSTRUMENTS = {
    "BTC": instrument("BTC", "Bitcoin", "crypto", Grid(1, 2), Grid(1, 8)),
    "AAPL": instrument("AAPL", "Apple Inc.", "equities", Grid(1, 2), Grid(1, 0)),
}
ALIASES = {"BTC-USD": "BTC"}


class FakeView:
    """Books whose every level a test can set."""

    def __init__(self) -> None:
        self.ladders: dict[str, tuple[list[tuple[int, int]], list[tuple[int, int]]]] = {
            "BTC": ([(6_850_000, 150_000_000), (6_849_900, 20_000_000)], [(6_850_100, 90_000_000), (6_850_300, 5)]),
            "AAPL": ([(18_910, 300)], [(18_912, 200)]),
        }
        self.tape: dict[str, list[dict[str, Any]]] = {}
        self.mine: list[dict[str, Any]] = []
        self.owned: list[dict[str, Any]] = []
        self.queued: list[dict[str, Any]] = []
        self.running = {"now": AT, "speed": 1, "paused": False, "step_ms": 100}
        self.cash = 1_000_000

    def resolve(self, symbol: str) -> Instrument:
        found = INSTRUMENTS.get(ALIASES.get(symbol, symbol))
        if found is None:
            raise refuse(Code.UNKNOWN_SYMBOL, f"there is no {symbol[:20]}", fix="vterm instruments --search")
        return found

    def instruments(self, asset_class: str = "", search: str = "") -> dict[str, Any]:
        found = [i for i in INSTRUMENTS.values() if asset_class in ("", i.asset_class)]
        keys = ("symbol", "name", "asset_class")
        return {"instruments": [{**{k: getattr(i, k) for k in keys}, "lot_size": i.quantity_text(1)} for i in found]}

    def quote(self, symbol: str) -> dict[str, Any]:
        found = self.resolve(symbol)
        bids, asks = self.ladders[found.symbol]
        return {
            "symbol": found.symbol,
            "bid": found.price_text(bids[0][0]),
            "ask": found.price_text(asks[0][0]),
            "session": "regular",
            "at": AT,
            "seq": 1,
        }

    def levels(self, symbol: str, count: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        bids, asks = self.ladders[self.resolve(symbol).symbol]
        return bids[:count], asks[:count]

    def book(self, symbol: str, levels: int = 10) -> dict[str, Any]:
        found = self.resolve(symbol)
        return {"symbol": found.symbol, "seq": 1, "at": AT, "session": "regular", "bids": [], "asks": [], "own": []}

    def own(self, account: str, symbol: str) -> list[dict[str, Any]]:
        return list(self.owned)

    def trades(self, symbol: str, limit: int = 50) -> dict[str, Any]:
        return {"symbol": self.resolve(symbol).symbol, "trades": self.tape.get(symbol, [])[-limit:]}

    def prints(self, symbol: str) -> list[dict[str, Any]]:
        return self.tape.get(symbol, [])

    def bars(self, symbol: str, every: str = "1m", limit: int = 300) -> dict[str, Any]:
        return {"symbol": self.resolve(symbol).symbol, "every": every, "bars": []}

    def sessions(self) -> dict[str, Any]:
        return {"sessions": []}

    def clock(self) -> dict[str, Any]:
        return dict(self.running)

    def orders(self, account: str, open_only: bool = False, limit: int = 0) -> dict[str, Any]:
        mine = [o for o in self.mine if o["account"] == account]
        return {"orders": mine[:limit] if limit else mine}

    def order(self, account: str, order_id: str) -> dict[str, Any]:
        for order in self.orders(account)["orders"]:
            if order_id in (order["order_id"], order.get("client_order_id")):
                return dict(order)
        raise refuse(Code.UNKNOWN_ORDER, "there is no such order", fix="vterm orders")

    def queue(self, account: str) -> list[dict[str, Any]]:
        return list(self.queued)

    def fills(self, account: str, limit: int = 0) -> dict[str, Any]:
        return {"fills": []}

    def portfolio(self, account: str) -> dict[str, Any]:
        return {"account": account, "at": AT, "cash": str(self.cash), "positions": []}

    def positions(self, account: str) -> dict[str, Any]:
        return {"positions": []}


class FakeRunner:
    """Takes any JSON object with a known symbol as an order."""

    def __init__(self) -> None:
        self.view, self.bus, self.busy = FakeView(), Bus(), False
        self.stopped = asyncio.Event()
        self.lists: dict[str, list[str]] = {}
        self.sources: list[bool] = []

    def books(self) -> dict[str, Any]:
        return {"state": "agreed", "passes": 1}

    async def run(self) -> None:
        await self.stopped.wait()

    async def stop(self) -> None:
        self.stopped.set()

    async def ensure_account(self, account: str) -> None:
        self.lists.setdefault(account, ["BTC", "AAPL"])

    async def submit(
        self, account: str, payload: Any, *, strict: bool = False, origin: str = "person"
    ) -> dict[str, Any]:
        self.sources.append(strict)
        order = self._parse(payload)
        document = {**order, "order_id": f"o-{len(self.view.mine) + 1}", "account": account, "status": "working"}
        self.view.mine.append(document)
        self.bus.publish([{"type": "order.accepted", "at": AT, "order": document}])
        return document

    async def cancel(self, account: str, order_id: str) -> dict[str, Any]:
        return {**self.view.order(account, order_id), "status": "cancelled"}

    async def cancel_all(self, account: str) -> dict[str, Any]:
        return {"cancelled": [order["order_id"] for order in self.view.mine]}

    async def amend(self, account: str, order_id: str, document: Any) -> dict[str, Any]:
        return {**self.view.order(account, order_id), **json.loads(document)}

    async def flatten(self, account: str) -> dict[str, Any]:
        return {**await self.cancel_all(account), "closing": []}

    async def set_clock(self, action: str, value: str = "") -> dict[str, Any]:
        self.view.running["paused"] = action == "pause"
        return self.view.clock()

    def preview(self, account: str, payload: Any, *, strict: bool = False) -> dict[str, Any]:
        return {**self._parse(payload), "ok": True}

    def watchlist(self, account: str) -> dict[str, Any]:
        return {"symbols": self.lists.get(account, ["BTC", "AAPL"])}

    async def set_watchlist(self, account: str, symbols: list[str]) -> dict[str, Any]:
        self.lists[account] = [self.view.resolve(symbol).symbol for symbol in symbols]
        return self.watchlist(account)

    def _parse(self, payload: Any) -> dict[str, Any]:
        try:
            order = json.loads(payload)
        except ValueError:
            raise refuse(Code.MALFORMED_JSON, "not JSON", fix="send JSON") from None
        self.view.resolve(str(order.get("symbol", "")))
        return dict(order)


def opener(runner: Callable[[], FakeRunner] = FakeRunner) -> Callable[..., Any]:
    """An `open_desk` that opens fakes."""
    return lambda home, **options: runner()
