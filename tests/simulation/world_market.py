"""A small market for the world's tests: the shipped table, and calendars without holidays."""

from __future__ import annotations

import csv
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from engine.market.world import World
from engine.model.ids import SECOND_NS, Symbol, TimeNs
from engine.model.instrument import Grid, Instrument
from engine.model.session import MarketSession, Segment, SessionDay

TABLE = Path(__file__).resolve().parents[2] / "engine" / "market" / "data" / "instruments.csv"
WORDS = {
    "equity": "equities",
    "etf": "etfs",
    "crypto": "crypto",
    "forex": "forex",
    "commodity": "commodities",
    "index": "indices",
}
PRE, REGULAR, POST, BREAK = MarketSession.PRE, MarketSession.REGULAR, MarketSession.POST, MarketSession.BREAK

Spec = tuple[str, tuple[tuple[str, str, MarketSession], ...], int]
SESSIONS: dict[str, Spec] = {
    "US_EQ": (
        "America/New_York",
        (("04:00", "09:30", PRE), ("09:30", "16:00", REGULAR), ("16:00", "20:00", POST)),
        5,
    ),
    "US_IDX": ("America/New_York", (("09:30", "16:00", REGULAR),), 5),
    "LSE": ("Europe/London", (("08:00", "16:30", REGULAR),), 5),
    "TSE": ("Asia/Tokyo", (("09:00", "11:30", REGULAR), ("11:30", "12:30", BREAK), ("12:30", "15:30", REGULAR)), 5),
    "XETRA": ("Europe/Berlin", (("09:00", "17:30", REGULAR),), 5),
    "EURONEXT": ("Europe/Paris", (("09:00", "17:30", REGULAR),), 5),
    "HKEX": (
        "Asia/Hong_Kong",
        (("09:30", "12:00", REGULAR), ("12:00", "13:00", BREAK), ("13:00", "16:00", REGULAR)),
        5,
    ),
    "ASX": ("Australia/Sydney", (("10:00", "16:00", REGULAR),), 5),
    "24_7": ("UTC", (("00:00", "+00:00", REGULAR),), 7),
    "FX_24_5": ("America/New_York", (("-17:00", "17:00", REGULAR),), 5),
    "CME_GLOBEX": ("America/Chicago", (("-17:00", "16:00", REGULAR),), 5),
    "CBOT_GRAIN": ("America/Chicago", (("-19:00", "07:45", REGULAR), ("08:30", "13:20", REGULAR)), 5),
    "CME_LIVESTOCK": ("America/Chicago", (("08:30", "13:05", REGULAR),), 5),
    "ICE_SOFTS": ("America/New_York", (("04:15", "13:30", REGULAR),), 5),
    "CFE": ("America/Chicago", (("08:30", "15:15", REGULAR),), 5),
}


class StubCalendar:
    """Days of one session table row, without holidays."""

    def __init__(self, session: str, first: date, count: int) -> None:
        zone, spans, per_week = SESSIONS[session]
        self._zone = ZoneInfo(zone)
        dates = [first + timedelta(days=k) for k in range(count)]
        traded = [d for d in dates if d.weekday() < per_week]
        self.days = [self._day(d, spans) for d in traded]
        self.ordinals = [d.toordinal() for d in traded]

    def _time(self, day: date, text: str) -> TimeNs:
        shift = {"-": -1, "+": 1}.get(text[0], 0)
        clock = time.fromisoformat(text.lstrip("+-"))
        local = datetime.combine(day + timedelta(days=shift), clock, self._zone)
        return TimeNs(int(local.timestamp()) * SECOND_NS)

    def _day(self, day: date, spans: tuple[tuple[str, str, MarketSession], ...]) -> SessionDay:
        segments = tuple(Segment(self._time(day, a), self._time(day, b), state) for a, b, state in spans)
        return SessionDay(day.isoformat(), segments)


@cache
def calendars(first: str = "2023-06-01", count: int = 1500) -> dict[str, StubCalendar]:
    """Calendars by session name."""
    return {name: StubCalendar(name, date.fromisoformat(first), count) for name in SESSIONS}


def _grid(text: str) -> Grid:
    return Grid.of(format(float(text), "f").rstrip("0").rstrip(".") if "e" in text else text)


def _instrument(row: dict[str, str], column: int) -> Instrument:
    price = f"{float(row['price0']):.10f}".rstrip("0").rstrip(".")
    tick = f"{float(row['tick_size']):.10f}".rstrip("0").rstrip(".")
    return Instrument(
        Symbol(row["symbol"]), row["name"], WORDS[row["asset_class"]], row["sector"], row["exchange"], row["calendar"],
        row["session"], row["currency"], Grid.of(tick), _grid(row["lot_size"]), row["display_lot"], row["multiplier"],
        row["fee_schedule"], price, float(row["adv_units"]), float(row["daily_vol_pct"]) / 100,
        float(row["spread_ticks"]), float(row["l1_depth"]), float(row["avg_trade"]), float(row["trades_per_day"]),
        float(row["gamma"]), float(row["alpha"]), row["factor"], float(row["rho"]), column,
    )  # fmt: skip


@cache
def every_instrument() -> tuple[Instrument, ...]:
    """All rows of the reference table."""
    with TABLE.open() as file:
        return tuple(_instrument(row, k) for k, row in enumerate(csv.DictReader(file)))


def some(*symbols: str) -> list[Instrument]:
    """Instruments of the given symbols, in that order."""
    by_symbol = {i.symbol: i for i in every_instrument()}
    return [by_symbol[Symbol(s)] for s in symbols]


def at(text: str) -> TimeNs:
    """Time of an ISO text with offset."""
    moment = datetime.fromisoformat(text)
    return TimeNs(int(moment.timestamp()) * SECOND_NS + moment.microsecond * 1000)


ANCHOR = at("2026-08-18T13:35:00+00:00")
"""09:35 in New York on a Tuesday."""


def world(*symbols: str, seed: int = 7) -> World:
    """A world of the named instruments, all where none is named."""
    return World(some(*symbols) if symbols else every_instrument(), calendars(), seed, ANCHOR)
