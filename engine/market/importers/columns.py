"""Which column of a table is what, by its name; and the events of one row."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.market.importers.cells import Numbers, cell_time
from engine.market.importers.decimals import BadLine
from engine.market.importers.events import FINE, MarketEvent, Snapshot, TapeBar, TapeTrade, Touch
from engine.model.ids import DAY_NS

_NAMES: dict[str, tuple[str, ...]] = {
    "at": (
        "at",
        "time",
        "timestamp",
        "ts",
        "datetime",
        "date_time",
        "ts_event",
        "open_time",
        "date",
        "day",
        "t",
        "unix",
        "unix_time",
        "unix_timestamp",
        "epoch",
        "timestamp_ms",
        "time_utc",
        "observation_date",
    ),
    "symbol": ("symbol", "ticker", "instrument", "pair", "inst_id", "product_id", "contract", "country", "series"),
    "open": ("open", "o", "open_price", "first"),
    "high": ("high", "h", "high_price", "max"),
    "low": ("low", "l", "low_price", "min"),
    "close": ("close", "c", "close_price", "close_last"),
    "volume": ("volume", "vol", "v", "total_volume"),
    "bid": ("bid", "bid_price", "best_bid", "bid_px", "bidprice", "best_bid_price", "bid_px_00"),
    "ask": ("ask", "ask_price", "best_ask", "ask_px", "askprice", "best_ask_price", "offer", "ask_px_00"),
    "bid_size": ("bid_size", "bidsize", "bid_qty", "bid_sz", "best_bid_size", "bid_volume", "bid_amount", "bid_sz_00"),
    "ask_size": ("ask_size", "asksize", "ask_qty", "ask_sz", "best_ask_size", "ask_volume", "ask_amount", "ask_sz_00"),
    "price": ("price", "px", "last", "trade_price", "last_price", "rate", "exchange_rate", "value", "settle", "p"),
    "size": ("size", "qty", "quantity", "amount", "sz", "trade_size", "last_size", "q"),
    "side": ("side", "taker_side", "aggressor", "aggressor_side", "sign", "direction"),
    "made": ("is_buyer_maker", "isbuyermaker", "buyer_maker"),
    "seq": ("seq", "sequence", "update_id"),
}
_BUYS = frozenset(("buy", "b", "bid", "1", "+1", "buyer", "1.0"))
_SELLS = frozenset(("sell", "s", "ask", "a", "-1", "seller", "-1.0"))
_UNSAID = frozenset(("", "0", "n", "none", "unknown", "u", "0.0"))
_CLOCK = re.compile(r"\d{1,2}:\d\d(:\d\d(\.\d{1,9})?)?\Z", re.ASCII)


def _plain(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", title.strip().lower().strip("\ufeff\"'")).strip("_")


class Columns:
    """The roles of a table's columns. Raises BadLine where there is no time or nothing with a price."""

    def __init__(self, titles: Sequence[str]) -> None:
        plain = [_plain(title) for title in titles]
        self.width = len(plain)
        self._place = {
            role: next(plain.index(name) for name in names if name in plain)
            for role, names in _NAMES.items()
            if any(name in plain for name in names)
        }
        has = self._place
        self._clock = plain.index("time") if "time" in plain and "date" in plain else None
        if self._clock is not None:
            has["at"] = plain.index("date")
        self.bars = all(role in has for role in ("open", "high", "low", "close"))
        self.quotes = "bid" in has and "ask" in has
        if len(plain) == 2 and set(has) == {"at"}:
            has["price"] = 1 - has["at"]  # a series under its own name
        if "close" in has and not self.bars:
            has.setdefault("price", has["close"])
        if "volume" in has and not self.bars:
            has.setdefault("size", has["volume"])
        if "at" not in has or not (self.bars or self.quotes or "price" in has):
            listed = ", ".join(title.strip() for title in titles)
            raise BadLine(f"no time, or neither price nor bid and ask nor open, high, low, close in: {listed:.90}")
        self.trades = not self.bars and "price" in has and "size" in has
        self.spans = self.bars or not (self.trades or self.quotes)
        self._numbers = Numbers()

    def time(self, cells: Sequence[str]) -> int:
        """The time of a row. Raises BadLine."""
        if self._clock is not None and _CLOCK.match(cells[self._clock].strip()):
            day, clock = cell_time(cells[self._place["at"]]), cells[self._clock].strip()
            if day % DAY_NS:
                return day
            return day + cell_time(f"1970-01-01 {clock.zfill(5) if clock.count(':') == 1 else _padded(clock)}")
        return cell_time(cells[self._place["at"]])

    def symbol(self, cells: Sequence[str], usual: str) -> str:
        """The instrument of a row; `usual` where the table has no such column."""
        place = self._place.get("symbol")
        return usual if place is None else re.sub(r"\s+", "_", cells[place].strip())

    def events(self, row: int, cells: Sequence[str], usual: str, every: int) -> list[MarketEvent]:
        """What one row says. Raises BadLine."""
        if len(cells) != self.width:
            raise BadLine(f"{len(cells)} cells under {self.width} titles")
        at, symbol = self.time(cells), self.symbol(cells, usual)
        events: list[MarketEvent] = []
        if self.quotes:
            events += self._quote(at, row, symbol, cells)
        if self.bars:
            events += self._bar(at, row, symbol, cells, every)
        elif self.trades:
            events += self._trade(at, row, symbol, cells)
        elif self.spans:
            price = self._number(cells, "price")
            if price is not None:
                events.append(TapeBar(at, row, symbol, price, price, price, price, 0, every))
        return events

    def _number(self, cells: Sequence[str], role: str) -> int | None:
        place = self._place.get(role)
        return None if place is None else self._numbers.value(cells[place])

    def _size(self, cells: Sequence[str], role: str) -> int | None:
        size = self._number(cells, role)
        if size is not None and size < 0:
            raise BadLine(f"a {role} below 0")
        return size

    def _seq(self, cells: Sequence[str]) -> int:
        return (self._size(cells, "seq") or 0) // int(10**FINE)

    def _quote(self, at: int, row: int, symbol: str, cells: Sequence[str]) -> list[MarketEvent]:
        bid, ask = self._number(cells, "bid"), self._number(cells, "ask")
        bid_size, ask_size = self._size(cells, "bid_size"), self._size(cells, "ask_size")
        if bid is None and ask is None:
            return []
        if "bid_size" in self._place and "ask_size" in self._place:
            bids = [(bid, bid_size)] if bid is not None and bid_size else []
            asks = [(ask, ask_size)] if ask is not None and ask_size else []
            return [Snapshot(at, row, symbol, self._seq(cells), bids, asks)]
        if bid is None or ask is None:
            return []
        return [Touch(at, row, symbol, 0, bid, ask, bid_size, ask_size)]

    def _bar(self, at: int, row: int, symbol: str, cells: Sequence[str], every: int) -> list[MarketEvent]:
        opened, high, low, close = (self._number(cells, role) for role in ("open", "high", "low", "close"))
        if opened is None or high is None or low is None or close is None:
            return []
        return [TapeBar(at, row, symbol, opened, high, low, close, self._size(cells, "volume") or 0, every)]

    def _trade(self, at: int, row: int, symbol: str, cells: Sequence[str]) -> list[MarketEvent]:
        price, size = self._number(cells, "price"), self._size(cells, "size")
        if price is None or not size:
            return []
        return [TapeTrade(at, row, symbol, price, size, self._taker(cells))]

    def _taker(self, cells: Sequence[str]) -> int:
        if "side" in self._place:
            return _sign(cells[self._place["side"]])
        if "made" in self._place:
            return -1 if cells[self._place["made"]].strip().lower() in ("true", "1", "t") else 1
        return 0


def _padded(clock: str) -> str:
    return clock if clock[2] == ":" else f"0{clock}"


def _sign(cell: str) -> int:
    word = cell.strip().lower()
    if word in _BUYS:
        return 1
    if word in _SELLS:
        return -1
    if word in _UNSAID:
        return 0
    raise BadLine(f"a side is buy or sell, not {cell!r:.20}")
