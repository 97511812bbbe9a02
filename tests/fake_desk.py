"""A desk without an engine: a small market that moves the same way every time, and fills orders from its own book.

Prices and sizes are integers of tick and display lot; documents are those of docs/documents.md. `step()` moves the
market by 100 ms; with `live=True` the stream does so by itself, otherwise nothing moves until a test says so.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from engine.desk import Document
from engine.model.format import time_text
from engine.model.ids import TimeNs
from engine.model.refusal import Code, refuse
from tests import fake_history, fake_portfolio
from tests.fake_research import FakeResearch

START = 1_795_449_127_000_000_000  # 2026-11-23 15:52:07 UTC, a Monday
STEP_NS = 100_000_000
FEE = Decimal("0.0002")
CENT = Decimal("0.01")

# symbol, name, class, sector, exchange, currency, tick, lot, shown lot, multiplier, last, before, group, unit size
TABLE = (
    ("AAPL", "Apple Inc.", "equities", "Technology", "XNAS", "0.01", "1", "1", "1", 25144, 24939, 2, 420),
    ("MSFT", "Microsoft Corp.", "equities", "Technology", "XNAS", "0.01", "1", "1", "1", 47908, 48057, 3, 160),
    ("NVDA", "NVIDIA Corp.", "equities", "Technology", "XNAS", "0.01", "1", "1", "1", 17892, 17776, 2, 1900),
    ("XOM", "Exxon Mobil Corp.", "equities", "Energy", "XNYS", "0.01", "1", "1", "1", 11486, 11541, 1, 700),
    ("SPY", "SPDR S&P 500 ETF", "etfs", "US Large Cap", "ARCX", "0.01", "1", "1", "1", 66215, 65951, 2, 800),
    ("QQQ", "Invesco QQQ Trust", "etfs", "US Tech", "ARCX", "0.01", "1", "1", "1", 60181, 59822, 3, 500),
    ("BTC-USD", "Bitcoin", "crypto", "Layer 1", "CRYPTO", "0.01", "0.00000001", "0.0001", "1",
     8751250, 8644060, 50, 11000),
    ("ETH-USD", "Ethereum", "crypto", "Layer 1", "CRYPTO", "0.01", "0.00000001", "0.001", "1",
     301510, 299530, 10, 9000),
    ("SOL-USD", "Solana", "crypto", "Layer 1", "CRYPTO", "0.01", "0.00000001", "0.01", "1", 13137, 13259, 2, 9000),
    ("EUR-USD", "EUR/USD", "forex", "G10", "OTC", "0.00001", "1000", "1000", "1", 115160, 115218, 2, 1100),
    ("USD-JPY", "USD/JPY", "forex", "G10", "OTC", "0.001", "1000", "1000", "1", 160770, 160593, 3, 1200),
    ("MGCZ26", "Micro gold, December 2026", "commodities", "Metals", "COMEX", "0.1", "1", "1", "10",
     45183, 45242, 1, 9),
    ("CLF27", "WTI crude oil, January 2027", "commodities", "Energy", "NYMEX", "0.01", "1", "1", "1000",
     8642, 8692, 1, 24),
    ("NDX", "Nasdaq 100 Index", "indices", "US", "CFD", "0.1", "0.1", "0.1", "1", 245046, 243318, 8, 120),
    ("VIX", "CBOE Volatility Index", "indices", "US", "CFD", "0.01", "0.1", "0.1", "1", 1642, 1671, 1, 50),
)  # fmt: skip
HELD = (
    ("AAPL", "400", "248.7025"), ("NVDA", "900", "172.1800"), ("SPY", "120", "657.7300"), ("BTC-USD", "1.34159000",
     "85120.00"), ("EUR-USD", "-60000", "1.15040"), ("MGCZ26", "1", "4492.60"),
)  # fmt: skip


def _decimals(step: str) -> int:
    return max(0, -int(Decimal(step).as_tuple().exponent))


def _text(value: Decimal, decimals: int = 2) -> str:
    return f"{value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN):f}"


def _signed(value: Decimal, decimals: int = 2) -> str:
    text = _text(value, decimals)
    return text if text.startswith("-") or not any(c in "123456789" for c in text) else "+" + text


@dataclass
class Thing:
    """One instrument and its moving price (ticks) with the random stream of its own."""

    row: tuple[Any, ...]
    last: int
    rng: random.Random
    bids: list[tuple[int, int]] = field(default_factory=list)
    asks: list[tuple[int, int]] = field(default_factory=list)
    trades: list[Document] = field(default_factory=list)
    seq: int = 184_201
    volume: int = 0

    @property
    def symbol(self) -> str:
        return str(self.row[0])

    @property
    def tick(self) -> Decimal:
        return Decimal(self.row[5])

    @property
    def price_decimals(self) -> int:
        return _decimals(self.row[5])

    @property
    def size_decimals(self) -> int:
        return _decimals(self.row[7])

    def price(self, ticks: int) -> str:
        return _text(self.tick * ticks, self.price_decimals)

    def size(self, lots: int) -> str:
        return _text(Decimal(self.row[7]) * lots, self.size_decimals)

    def remake(self) -> None:
        """Ten levels a side around the last price, sizes growing away from it."""
        group, unit = self.row[11], self.row[12]
        near = max(1, group // 8)
        bid, ask = self.last - near // 2 - 1, self.last + (near + 1) // 2

        def side(best: int, sign: int) -> list[tuple[int, int]]:
            levels, at = [], best
            for depth in range(10):
                size = max(1, int(unit * (0.3 + 0.35 * depth) * self.rng.uniform(0.3, 1.7)))
                levels.append((at, size))
                at += sign * max(1, int(group * self.rng.uniform(0.6, 1.4)))
            return levels

        self.bids, self.asks = side(bid, -1), side(ask, +1)


class FakeDesk(fake_history.Past, FakeResearch):
    """Implements engine.desk.Desk over a market of fifteen instruments."""

    def __init__(self, *, live: bool = False, seed: int = 7, strings: Sequence[str] = ()) -> None:
        self.live, self.at, self.seq = live, START, 184_201
        self.speed, self.paused = "1", False
        self.rng = random.Random(seed)
        self.things = {r[0]: Thing(r, r[9], random.Random(f"{seed}-{r[0]}")) for r in TABLE}
        self.names = {s: t.row[1] for s, t in self.things.items()}
        for symbol, text in zip(self.names, strings, strict=False):
            self.names[symbol] = text
        self.watch = [r[0] for r in TABLE if r[0] not in ("QQQ", "VIX")]
        self.cash = Decimal("632368.66")
        self.held = {s: (Decimal(q), Decimal(c)) for s, q, c in HELD}
        self.realised, self.fees = Decimal("9861.64"), Decimal("412.08")
        self.order_docs: dict[str, Document] = {}
        self.alert_docs: dict[str, Document] = {}
        self.limits: Document = {}
        self.fill_docs: list[Document] = []
        self.out: list[asyncio.Queue[Document]] = []
        self.down = False
        self.began = 60
        """Days that the account is old."""
        for thing in self.things.values():
            thing.remake()
            for _ in range(24):
                self._print(thing)
        self.opening = self._nav() - Decimal("3210.40")
        self._rest("BTC-USD", "buy", "87508.00", "0.25000000")
        self._rest("BTC-USD", "sell", "87516.50", "0.50000000")
        self._rest("NVDA", "sell", "181.50", "300")

    def _rest(self, symbol: str, side: str, price: str, quantity: str) -> None:
        thing = self.things[symbol]
        ticks, sign = int(Decimal(price) / thing.tick), (-1 if side == "buy" else 1)
        levels = thing.bids if side == "buy" else thing.asks
        if ticks not in [at for at, _ in levels] and abs(ticks - thing.last) < 10 * thing.row[11]:
            levels.append((ticks, thing.row[12]))
            levels.sort(key=lambda level: sign * level[0])
        self._accept({"symbol": symbol, "side": side, "type": "limit", "limit_price": price, "quantity": quantity,
                      "time_in_force": "GTC"})["queue_ahead"] = thing.size(thing.row[12] // 2)  # fmt: skip

    # -- moving ---------------------------------------------------------------------------------------------

    def step(self) -> None:
        """100 ms of market: some prices move, some trades print, resting orders may fill."""
        if self.paused:
            return
        self.at += STEP_NS * int(self.speed)
        for thing in self.things.values():
            if thing.rng.random() < 0.35:
                thing.last += thing.rng.choice((-1, 0, 1)) * max(1, thing.row[11] // 4)
                thing.remake()
                thing.seq += 1
                self._send({"type": "ticker", "channel": f"ticker:{thing.symbol}", **self._quote(thing)})
                self._send(self._book_frame(thing))
            if thing.rng.random() < 0.3:
                trade = self._print(thing)
                self._send({"type": "trade", "channel": f"trades:{thing.symbol}", "seq": thing.seq, **trade})
        for order in [o for o in self.order_docs.values() if o["status"] in ("working", "partially_filled")]:
            if order.get("triggered") is None:
                self._match(order)
        if self.at % 1_000_000_000 < STEP_NS:
            self._send({"type": "portfolio", "channel": "portfolio", "seq": self.seq, **self._portfolio()})
            self._send({"type": "system", "channel": "system", "seq": self.seq, "status": "ok", "scope": "desk",
                        "text": "", "at": time_text(TimeNs(self.at)), "clock": self._clock()})  # fmt: skip

    def _send(self, frame: Document) -> None:
        self.seq += 1
        for queue in self.out:
            queue.put_nowait(frame)

    def _print(self, thing: Thing) -> Document:
        side = thing.rng.choice(("buy", "sell"))
        price = thing.asks[0][0] if side == "buy" else thing.bids[0][0]
        size = max(1, int(thing.row[12] * thing.rng.uniform(0.02, 0.4)))
        back = 0 if len(thing.trades) >= 24 else (24 - len(thing.trades)) * 730_000_000
        trade = {"at": time_text(TimeNs(self.at - back - thing.rng.randrange(90) * 1_000_000)),
                 "price": thing.price(price), "size": thing.size(size), "side": side}  # fmt: skip
        thing.trades = [*thing.trades[-59:], trade]
        thing.volume += size
        return trade

    # -- seeing ---------------------------------------------------------------------------------------------

    def _thing(self, symbol: str) -> Thing:
        if self.down:
            from engine.desk import DeskUnreachable

            raise DeskUnreachable("the engine of this desk does not answer")
        found = self.things.get({"BTC": "BTC-USD", "ETH": "ETH-USD"}.get(symbol.upper(), symbol.upper()))
        if found is None:
            raise refuse(Code.UNKNOWN_SYMBOL, f"no instrument called {symbol}", fix="look it up with /")
        return found

    def _quote(self, thing: Thing) -> Document:
        before, tick = thing.row[10], thing.tick
        return {"symbol": thing.symbol, "name": self.names[thing.symbol], "asset_class": thing.row[2],
                "bid": thing.price(thing.bids[0][0]), "ask": thing.price(thing.asks[0][0]),
                "bid_size": thing.size(thing.bids[0][1]), "ask_size": thing.size(thing.asks[0][1]),
                "mid": _text(tick * (thing.bids[0][0] + thing.asks[0][0]) / 2, thing.price_decimals + 1),
                "last": thing.price(thing.last), "change": _signed(tick * (thing.last - before), thing.price_decimals),
                "change_pct": _signed(Decimal(thing.last - before) / before * 100), "prev_close": thing.price(before),
                "volume": thing.size(thing.volume), "session": "regular", "at": time_text(TimeNs(self.at)),
                "seq": thing.seq}  # fmt: skip

    def _book_frame(self, thing: Thing) -> Document:
        own = [{"order_id": o["order_id"], "side": o["side"], "price": o["limit_price"],
                "size": o["remaining_quantity"], "ahead": o["queue_ahead"]}
               for o in self.order_docs.values()
               if o["symbol"] == thing.symbol and o["type"] == "limit"
               and o["status"] in ("working", "partially_filled") and o.get("triggered") is None]  # fmt: skip
        return {"type": "book", "channel": f"orderbook:{thing.symbol}", "seq": thing.seq, "session": "regular",
                "symbol": thing.symbol, "at": time_text(TimeNs(self.at)), "own": own,
                "bids": [[thing.price(p), thing.size(s)] for p, s in thing.bids],
                "asks": [[thing.price(p), thing.size(s)] for p, s in thing.asks]}  # fmt: skip

    async def instruments(self, asset_class: str = "", search: str = "") -> Document:
        rows = [t for t in self.things.values() if asset_class in ("", t.row[2])]
        rows = [t for t in rows if search.lower() in f"{t.symbol} {t.row[1]}".lower()]
        return {"instruments": [
            {"symbol": t.symbol, "name": self.names[t.symbol], "asset_class": t.row[2], "sector": t.row[3],
             "exchange": t.row[4], "currency": "JPY" if t.symbol == "USD-JPY" else "USD", "tick_size": t.row[5],
             "lot_size": t.row[6], "display_lot": t.row[7], "multiplier": t.row[8], "session": "US_EQ",
             "price_decimals": t.price_decimals, "size_decimals": t.size_decimals, "group": t.row[11],
             "tradable": t.symbol != "VIX", "instead": "SPY" if t.symbol == "VIX" else "", "aliases": []}
            for t in rows]}  # fmt: skip

    async def quote(self, symbol: str) -> Document:
        return self._quote(self._thing(symbol))

    async def book(self, symbol: str, levels: int = 10) -> Document:
        return self._book_frame(self._thing(symbol))

    async def trades(self, symbol: str, limit: int = 50) -> Document:
        thing = self._thing(symbol)
        return {"symbol": thing.symbol, "trades": thing.trades[-limit:]}

    async def bars(self, symbol: str, every: str = "1m", limit: int = 300) -> Document:
        thing = self._thing(symbol)
        step = {"1m": 60, "5m": 300, "1h": 3600, "1d": 86400}[every] * 1_000_000_000
        now, rng, unit = self.at // step, random.Random(f"{symbol}{every}"), thing.row[11] * 4
        close, rows = thing.row[9], []
        for back in range(max(limit, 60)):
            first = close - int(rng.gauss(0, unit) + unit * 0.9 * (0.45, -0.3, 0.1, -0.75, 0.5)[back // 7 % 5])
            high, low = max(first, close) + rng.randrange(unit), min(first, close) - rng.randrange(unit)
            rows.append((now - back, first, high, low, close, rng.randrange(1, 900)))
            close = first
        bars = [{"at": time_text(TimeNs(at * step)), "open": thing.price(o), "high": thing.price(max(h, 1)),
                 "low": thing.price(lo), "close": thing.price(c), "volume": thing.size(v * thing.row[12])}
                for at, o, h, lo, c, v in reversed(rows[:limit])]  # fmt: skip
        bars[-1]["close"] = thing.price(thing.last)
        bars[-1]["high"] = max(bars[-1]["high"], bars[-1]["close"], key=Decimal)
        bars[-1]["low"] = min(bars[-1]["low"], bars[-1]["close"], key=Decimal)
        return {"symbol": thing.symbol, "every": every, "bars": bars}

    async def markets(self, asset_class: str = "", sparks: int = 0) -> Document:
        from engine.model.number import div_half_even

        rows: list[Document] = []
        for thing in self.things.values():
            if asset_class not in ("", thing.row[2]):
                continue
            quote, (bid, ask) = self._quote(thing), (thing.bids[0][0], thing.asks[0][0])
            worth = self._value(thing.symbol, Decimal(quote["volume"]))
            row = {name: quote[name] for name in ("symbol", "name", "asset_class", "last", "change", "change_pct",
                                                  "volume", "session")}  # fmt: skip
            row |= {"sector": thing.row[3], "exchange": thing.row[4], "venue": "US_EQ", "currency": "USD",
                    "turnover": str(div_half_even(int(worth * 1000), 1)), "spread": thing.price(ask - bid),
                    "spread_bps": _text(Decimal(20_000 * (ask - bid)) / (ask + bid))}  # fmt: skip
            if sparks:
                bars = (await self.bars(thing.symbol, "1h", sparks))["bars"]
                row["spark"] = [int(Decimal(bar["close"]) / thing.tick) for bar in bars]
            rows.append(row)
        if self.down:
            self._thing("")
        return {"at": time_text(TimeNs(self.at)), "seq": self.seq, "of": len(self.things), "count": len(rows),
                "instruments": rows}  # fmt: skip

    async def sessions(self) -> Document:
        now = time_text(TimeNs(self.at))
        full = {"date": "2026-11-23", "kind": "full", "name": ""}
        thanks = {"date": "2026-11-26", "kind": "closed", "name": "Thanksgiving"}
        after = {"date": "2026-11-27", "kind": "short", "name": "Day after Thanksgiving",
                 "closes_at": "2026-11-27T18:00:00Z"}  # fmt: skip
        labor = {"date": "2026-11-23", "kind": "closed", "name": "Labor Thanksgiving Day"}
        new_york, tokyo = ("New York", "America/New_York"), ("Tokyo", "Asia/Tokyo")
        rows = (
            ("US_EQ", "XNYS", "regular", "post", "2026-11-23T21:00:00Z", "2026-11-24T14:30:00Z", new_york, full,
             [thanks, after]),
            ("LSE", "XLON", "regular", "closed", "2026-11-23T16:30:00Z", "2026-11-24T08:00:00Z", ("London",
             "Europe/London"), full, []),
            ("TSE", "XTKS", "closed", "regular", "2026-11-24T00:00:00Z", "2026-11-24T00:00:00Z", tokyo, labor, []),
            ("24_7", "CRYPTO", "regular", "", "2026-11-24T00:00:00Z", "2026-11-24T00:00:00Z", ("Crypto", "UTC"), full,
             []),
        )  # fmt: skip
        return {"sessions": [
            {"session": key, "exchange": exchange, "state": state, "now": now, "next": at, "opens_at": opens,
             "closes_at": at, "name": place[0], "zone": place[1], "today": today, "holidays": days,
             **({"next_state": follows} if follows else {})}
            for key, exchange, state, follows, at, opens, place, today, days in rows
        ]}  # fmt: skip

    def _clock(self) -> Document:
        return {"now": time_text(TimeNs(self.at)), "speed": self.speed, "paused": self.paused}

    async def clock(self) -> Document:
        return self._clock()

    async def orders(self, open_only: bool = False, limit: int = 0) -> Document:
        rows = [o for o in reversed(self.order_docs.values())
                if not open_only or o["status"] in ("accepted", "queued", "working", "partially_filled")]  # fmt: skip
        return {"orders": rows[:limit] if limit else rows}

    async def order(self, order_id: str) -> Document:
        if order_id not in self.order_docs:
            raise refuse(Code.UNKNOWN_ORDER, f"no order called {order_id}")
        return self.order_docs[order_id]

    async def fills(self, limit: int = 0) -> Document:
        rows = list(reversed(self.fill_docs))
        return {"fills": rows[:limit] if limit else rows}

    def _value(self, symbol: str, quantity: Decimal, price: Decimal | None = None) -> Decimal:
        thing = self.things[symbol]
        at = thing.tick * thing.last if price is None else price
        value = quantity * at * Decimal(thing.row[8])
        return value / (self.things["USD-JPY"].last * Decimal("0.001")) if symbol == "USD-JPY" else value

    def _nav(self) -> Decimal:
        futures = {"MGCZ26", "CLF27", "NDX"}
        return self.cash + sum(
            (self._value(s, q) - (self._value(s, q, c) if s in futures else 0) for s, (q, c) in self.held.items()),
            Decimal(0),
        )

    def _portfolio(self) -> Document:
        nav, rows, gross, profit = self._nav(), [], Decimal(0), Decimal(0)
        for symbol, (quantity, cost) in self.held.items():
            thing = self.things[symbol]
            value, gain = (
                self._value(symbol, quantity),
                self._value(symbol, quantity) - self._value(symbol, quantity, cost),
            )
            base = abs(self._value(symbol, quantity, cost))
            day = self._value(symbol, quantity) - self._value(symbol, quantity, thing.tick * thing.row[10])
            gross, profit = gross + abs(value), profit + gain
            rows.append({"symbol": symbol, "name": self.names[symbol], "asset_class": thing.row[2],
                         "side": "long" if quantity > 0 else "short", "quantity": f"{quantity:f}",
                         "average_cost": _text(cost, max(4, thing.price_decimals)), "price": thing.price(thing.last),
                         "value": _text(value), "unrealised_pnl": _signed(gain), "unrealised_pct":
                         _signed(gain / base * 100), "day_pnl": _signed(day), "weight": _text(abs(value) / nav, 6),
                         "currency": "USD"})  # fmt: skip
        day = nav - self.opening
        return {"account": "default", "at": time_text(TimeNs(self.at)), "nav": _text(nav), "cash": _text(self.cash),
                "positions_value": _text(nav - self.cash), "unrealised_pnl": _signed(profit),
                "realised_pnl": _signed(self.realised), "fees": _text(self.fees), "day_pnl": _signed(day),
                "day_pnl_pct": _signed(day / self.opening * 100), "gross_exposure": _text(gross),
                "leverage": _text(gross / nav, 4), "buying_power": _text(nav * 2 - gross), "margin_used": "0.00",
                "working_orders": len([o for o in self.order_docs.values() if o["status"] == "working"]),
                "positions": sorted(rows, key=lambda r: -Decimal(r["weight"]))}  # fmt: skip

    async def portfolio(self) -> Document:
        return self._portfolio()

    async def risk(self) -> Document:
        money = self._portfolio()
        nav, gross = Decimal(money["nav"]), Decimal(money["gross_exposure"])
        rows = [{"symbol": row["symbol"], "value": row["value"], "weight": row["weight"],
                 "margin": _text(abs(Decimal(row["value"])) / 2), "share_of_limit": _text(
                     abs(Decimal(row["value"])) / nav / 2, 6), "unrealised_pnl": row["unrealised_pnl"]}
                for row in money["positions"]]  # fmt: skip
        names = ("max_order_value", "max_off_percent", "max_off_ticks", "daily_loss", "no_repeat_seconds",
                 "orders_per_minute")  # fmt: skip
        return {"account": "main", "at": time_text(TimeNs(self.at)), "state": "ok", "nav": money["nav"],
                "gross_exposure": money["gross_exposure"], "limit": _text(nav * 2),
                "margin_use": _text(gross / nav / 2, 4), "initial_margin": _text(gross / 2),
                "maintenance_margin": _text(gross / Decimal("2.1")), "buying_power": money["buying_power"],
                "day_pnl": money["day_pnl"], "largest_loser": None, "locked": None,
                "limits": {name: self.limits.get(name) for name in names}, "positions": rows}  # fmt: skip

    async def equity(self, window: str = "7d", benchmark: str = "", every: str = "") -> Document:
        return fake_portfolio.equity(self._portfolio(), self.began, window, benchmark)

    async def analytics(self, window: str = "all", benchmark: str = "") -> Document:
        sectors = {symbol: thing.row[3] for symbol, thing in self.things.items()}
        return fake_portfolio.analytics(self._portfolio(), self.began, window, sectors)

    async def attribution(self, by: str = "class", window: str = "all") -> Document:
        return fake_portfolio.attribution(self._portfolio(), by, window)

    async def calendar(self, span: str = "day", window: str = "all") -> Document:
        return fake_portfolio.calendar(self._portfolio(), self.began)

    async def watchlist(self) -> Document:
        return {"symbols": list(self.watch)}

    async def stream(self, channels: Sequence[str]) -> AsyncIterator[Document]:
        for channel in channels:
            kind, _, symbol = channel.partition(":")
            if kind == "orderbook":
                yield self._book_frame(self._thing(symbol))
            elif kind == "ticker":
                yield {"type": "ticker", "channel": channel, **self._quote(self._thing(symbol))}
            elif kind == "alerts":
                yield {"type": "alerts", "channel": channel, "seq": self.seq, **await self.alerts()}
            elif kind == "portfolio":
                yield {"type": "portfolio", "channel": channel, "seq": self.seq, **self._portfolio()}
        queue: asyncio.Queue[Document] = asyncio.Queue()
        self.out.append(queue)
        try:
            if self.live and len(self.out) == 1:
                self._ticking = asyncio.create_task(self._run())
            while True:
                frame = await queue.get()
                if frame.get("type") == "down":
                    self._thing("")
                if frame["channel"] in channels:
                    yield frame
        finally:
            self.out.remove(queue)

    async def _run(self) -> None:
        while self.out:
            await asyncio.sleep(0.1)
            self.step()

    def cut(self) -> None:
        """The engine dies: every stream ends and every call fails, until `down` is taken back."""
        self.down = True
        self._send({"type": "down", "channel": ""})

    # -- acting ---------------------------------------------------------------------------------------------

    def _walk(self, order: Document) -> list[tuple[int, Decimal]]:
        thing = self._thing(order["symbol"])
        left, lot = Decimal(order.get("remaining_quantity") or order["quantity"]), Decimal(thing.row[7])
        levels = thing.asks if order["side"] == "buy" else thing.bids
        sign = 1 if order["side"] == "buy" else -1
        limit = Decimal(order["limit_price"]) / thing.tick if order.get("limit_price") else None
        taken = []
        for price, size in levels:
            if left <= 0 or (limit is not None and (price - limit) * sign > 0):
                break
            part = min(left, size * lot)
            taken.append((price, part))
            left -= part
        return taken

    def _check(self, order: Document) -> None:
        thing = self._thing(order["symbol"])
        if thing.symbol == "VIX":
            raise refuse(Code.NOT_TRADABLE, "VIX is quoted only", fix="trade SPY instead", field="symbol")
        try:
            quantity = Decimal(order["quantity"])
        except ArithmeticError:
            raise refuse(Code.NUMBER_FORMAT, "the quantity is not a number", field="quantity") from None
        if quantity <= 0 or quantity % Decimal(thing.row[6]):
            raise refuse(Code.PRECISION_EXCEEDED, f"quantities of {thing.symbol} are multiples of {thing.row[6]}",
                         fix=f"use a multiple of {thing.row[6]}", field="quantity", detail="lot")  # fmt: skip
        most = self._most(order)
        if quantity > most:
            raise refuse(Code.CONCENTRATION_LIMIT, f"{thing.symbol} would be more than 25 % of NAV",
                         fix=f"send {most:f} or less", field="quantity", max_quantity=f"{most:f}")  # fmt: skip

    def _most(self, order: Document) -> Decimal:
        """The size that a quarter of NAV lets pass."""
        thing = self._thing(order["symbol"])
        held = self.held.get(thing.symbol, (Decimal(0), Decimal(0)))[0]
        sign = 1 if order["side"] == "buy" else -1
        room = self._nav() / 4 - abs(self._value(thing.symbol, held)) * (1 if held * sign >= 0 else -1)
        lot = Decimal(thing.row[6])
        return max(Decimal(0), room / self._value(thing.symbol, Decimal(1))) // lot * lot

    def _touch_after(self, order: Document, taken: list[tuple[int, Decimal]]) -> int:
        """The best price of the side that the order takes from, once it has."""
        thing, gone = self._thing(order["symbol"]), dict(taken)
        levels = thing.asks if order["side"] == "buy" else thing.bids
        lot = Decimal(thing.row[7])
        return next((p for p, size in levels if size * lot > gone.get(p, 0)), taken[-1][0] if taken else levels[0][0])

    async def preview(self, order: Document) -> Document:
        from engine.model.refusal import Refused

        thing, refusal = self._thing(order["symbol"]), None
        try:
            self._check(order)
        except Refused as no:
            refusal = no.refusal.document()["error"]
            if no.refusal.code in (Code.NUMBER_FORMAT, Code.PRECISION_EXCEEDED):
                raise
        taken = self._walk(order)
        now = sum((q for _, q in taken), Decimal(0))
        value = sum((p * thing.tick * q for p, q in taken), Decimal(0))
        average = value / now if now else Decimal(0)
        mid = thing.tick * (thing.bids[0][0] + thing.asks[0][0]) / 2
        sign = 1 if order["side"] == "buy" else -1
        nav, held = self._nav(), self.held.get(thing.symbol, (Decimal(0), Decimal(0)))[0]
        before = abs(self._value(thing.symbol, held)) / nav
        after = abs(self._value(thing.symbol, held + sign * Decimal(order["quantity"]))) / nav
        gross = Decimal(self._portfolio()["leverage"])
        slip = sign * (average - mid) / mid * 10_000 if now else Decimal(0)
        return {"symbol": thing.symbol, "side": order["side"], "type": order["type"], "quantity": order["quantity"],
                "ok": refusal is None, **({"refusal": refusal} if refusal else {}),
                "fills": [{"price": thing.price(p), "quantity": f"{q:f}"} for p, q in taken],
                "fills_now": f"{now:f}", "rests": f"{Decimal(order['quantity']) - now:f}",
                "queue_ahead": thing.size(thing.row[12] // 2), "mid": _text(mid, thing.price_decimals + 1),
                "average_price": _text(average, thing.price_decimals + 2) if now else None,
                "slippage_bps": _text(slip, 2), "fee": _text(value * FEE, 2),
                "value": _text(self._value(thing.symbol, Decimal(order["quantity"]))),
                "weight_before": _text(before, 6), "weight_after": _text(after, 6), "leverage_before": _text(gross, 4),
                "leverage_after": _text(gross + after - before, 4),
                "market_after": thing.price(self._touch_after(order, taken)), "max_quantity": f"{self._most(order):f}",
                "at": time_text(TimeNs(self.at)), "seq": self.seq}  # fmt: skip

    def _accept(self, order: Document) -> Document:
        number = len(self.order_docs) + 1
        stamp = time_text(TimeNs(self.at))
        waits = {"triggered": False} if order["type"] not in ("market", "limit") or "when" in order else {}
        if waits and order["type"] not in ("market", "limit"):
            waits["trigger_price"] = order.get("stop_price") or self._trailed(order)
        doc = {**order, **waits, "order_id": f"o-{number:04d}", "account": "default", "status": "working",
               "filled_quantity": "0", "remaining_quantity": order["quantity"], "average_price": None, "fee": "0.00",
               "queue_ahead": "0", "submitted_at": stamp, "updated_at": stamp, "fills": []}  # fmt: skip
        self.order_docs[doc["order_id"]] = doc
        return doc

    def _trailed(self, order: Document) -> str:
        thing = self._thing(order["symbol"])
        last = thing.tick * thing.last
        amount = order.get("trail_amount")
        away = Decimal(amount) if amount else last * Decimal(order["trail_percent"]) / 100
        return _text(last + away * (1 if order["side"] == "buy" else -1), thing.price_decimals)

    def _match(self, order: Document) -> None:
        thing = self.things[order["symbol"]]
        for price, quantity in self._walk(order):
            sign = 1 if order["side"] == "buy" else -1
            cost, fee = thing.tick * price, self._value(thing.symbol, quantity, thing.tick * price) * FEE
            held, average = self.held.get(thing.symbol, (Decimal(0), Decimal(0)))
            after = held + sign * quantity
            self.cash -= sign * self._value(thing.symbol, quantity, cost) + fee
            self.fees += fee
            if held * sign >= 0:
                average = (abs(held) * average + quantity * cost) / abs(after)
            if after:
                self.held[thing.symbol] = (after, average)
            else:
                del self.held[thing.symbol]
            filled = Decimal(order["filled_quantity"]) + quantity
            before = Decimal(order["average_price"] or 0) * Decimal(order["filled_quantity"])
            order.update(filled_quantity=f"{filled:f}", remaining_quantity=f"{Decimal(order['quantity']) - filled:f}",
                         average_price=_text((before + cost * quantity) / filled, thing.price_decimals + 2),
                         updated_at=time_text(TimeNs(self.at)))  # fmt: skip
            fill = {"fill_id": f"f-{len(self.fill_docs) + 1:04d}", "order_id": order["order_id"],
                    "symbol": thing.symbol,
                    "side": order["side"], "quantity": f"{quantity:f}", "price": thing.price(price), "fee": _text(fee),
                    "fee_currency": "VCR", "liquidity": "taker", "at": time_text(TimeNs(self.at)), "account": "default",
                    "value": _text(self._value(thing.symbol, quantity, cost)), "realised_pnl": "0.00",
                    "explain": fake_history.explain(thing, order["side"], price)}  # fmt: skip
            self.fill_docs.append(fill)
            self._send({"type": "fill", "channel": "orders", "seq": self.seq, **fill})
        done = Decimal(order["remaining_quantity"]) == 0
        if done or Decimal(order["filled_quantity"]):
            order["status"] = "filled" if done else "partially_filled"
            self._order_frame(order, "order.filled" if done else "order.partial_fill")

    def _order_frame(self, order: Document, event: str) -> None:
        self._send({"type": "order", "channel": "orders", "seq": self.seq, "event": event, "order": dict(order)})
        self._send(self._book_frame(self.things[order["symbol"]]))
        self._send({"type": "portfolio", "channel": "portfolio", "seq": self.seq, **self._portfolio()})

    async def propose(self, proposal: Document) -> Document:
        return {"proposal_id": "p-1", "status": "waiting"}

    async def submit(self, order: Document) -> Document:
        self._check(order)
        doc = self._accept({**order, "symbol": self._thing(order["symbol"]).symbol})
        self._order_frame(doc, "order.accepted")
        if doc.get("triggered") is None:
            self._match(doc)
        if doc["type"] == "market" and doc.get("triggered") is None and doc["status"] != "filled":
            doc["status"] = "cancelled"
        return dict(doc)

    async def cancel(self, order_id: str) -> Document:
        doc = await self.order(order_id)
        if doc["status"] not in ("working", "partially_filled"):
            raise refuse(Code.NOT_CANCELLABLE, f"order {order_id} is {doc['status']}")
        doc["status"] = "cancelled"
        self._order_frame(doc, "order.cancelled")
        return dict(doc)

    async def cancel_all(self) -> Document:
        ids = [o["order_id"] for o in (await self.orders(open_only=True))["orders"]]
        for order_id in ids:
            await self.cancel(order_id)
        return {"cancelled": ids}

    async def amend(self, order_id: str, changes: Document) -> Document:
        doc = await self.order(order_id)
        if doc["status"] not in ("working", "partially_filled"):
            raise refuse(Code.NOT_CANCELLABLE, f"order {order_id} is {doc['status']}")
        self._check({**doc, **changes})
        doc.update(changes, updated_at=time_text(TimeNs(self.at)))
        doc["remaining_quantity"] = f"{Decimal(doc['quantity']) - Decimal(doc['filled_quantity']):f}"
        if "stop_price" in changes:
            doc["trigger_price"] = changes["stop_price"]
        self._order_frame(doc, "order.working")
        return dict(doc)

    async def flatten(self) -> Document:
        gone, closing = await self.cancel_all(), []
        for symbol, (quantity, _) in list(self.held.items()):
            side = "sell" if quantity > 0 else "buy"
            order = {"symbol": symbol, "side": side, "type": "market", "quantity": f"{abs(quantity):f}"}
            doc = self._accept({**order, "time_in_force": "GTC", "reduce_only": True})
            self._match(doc)
            closing.append(dict(doc))
        return {**gone, "closing": closing}

    async def alerts(self, active_only: bool = False) -> Document:
        return {"alerts": [a for a in reversed(self.alert_docs.values()) if a["state"] == "active" or not active_only]}

    async def set_alert(self, alert: Document) -> Document:
        if alert["value"] == "0":
            raise refuse(Code.OUT_OF_RANGE, "value is zero", fix="send a positive amount", field="value")
        name = f"al{len(self.alert_docs) + 1:06d}"
        text = f"{alert['symbol']} {alert.get('direction', alert['kind'])} {alert['value']}"
        doc = {**alert, "alert_id": name, "text": text, "state": "active", "created_at": time_text(TimeNs(self.at)),
               "fired_at": None, "fired_value": None, "fired_price": None}  # fmt: skip
        self.tell_alert(doc, "alert.set")
        return doc

    async def drop_alert(self, alert_id: str = "") -> Document:
        gone = [n for n, a in self.alert_docs.items() if a["state"] == "active" and alert_id in ("", n)]
        for name in gone:
            self.tell_alert({**self.alert_docs[name], "state": "cancelled"}, "alert.dropped")
        return {"dropped": gone}

    def fire(self, alert_id: str, value: str) -> None:
        """An alert fires, as a test wants it."""
        fired = {"state": "fired", "fired_at": time_text(TimeNs(self.at)), "fired_value": value, "fired_price": value}
        self.tell_alert({**self.alert_docs[alert_id], **fired}, "alert.fired")

    def tell_alert(self, doc: Document, event: str) -> None:
        self.alert_docs[doc["alert_id"]] = doc
        self._send({"type": "alert", "channel": "alerts", "seq": self.seq, "event": event, "alert": doc})

    async def set_limits(self, limits: Document) -> Document:
        self.limits.update({name: value for name, value in limits.items() if name != "unlock"})
        return await self.risk()

    async def set_watchlist(self, symbols: Sequence[str]) -> Document:
        self.watch = [self._thing(symbol).symbol for symbol in symbols]
        return {"symbols": list(self.watch)}

    async def set_clock(self, action: str, value: str = "") -> Document:
        if action == "speed":
            self.speed = value
        self.paused = {"pause": True, "resume": False}.get(action, self.paused)
        return self._clock()
