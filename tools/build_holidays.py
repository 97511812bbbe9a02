"""Name the days on which venues differ, from exchange_calendars: python -m tools.build_holidays

One line a day in engine/market/data/holidays.txt: session key, date, `closed` or `short`, the day's name where one is
known. Which days differ is read from the session tables (tools/build_sessions.py), so the two never disagree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import exchange_calendars

from engine.market.calendar import calendar_keys, load_calendar
from engine.model.session import MarketSession, SessionDay

TARGET = Path(__file__).resolve().parents[1] / "engine" / "market" / "data" / "holidays.txt"
FIRST, LAST = date(2026, 1, 1), date(2029, 12, 31)
NAMED_BY = {
    "US_EQ": "XNYS", "US_IDX": "XNYS", "CFE": "XNYS", "CME_GLOBEX": "CMES", "CBOT_GRAIN": "CMES",
    "CME_LIVESTOCK": "CMES", "ICE_SOFTS": "IEPA", "FX_24_5": "XNYS", "LSE": "XLON", "TSE": "XTKS", "XETRA": "XETR",
    "EURONEXT": "XPAR", "HKEX": "XHKG", "ASX": "XASX", "KRX": "XKRX", "TSX": "XTSE", "BME": "XMAD", "SSE": "XSHG",
}  # fmt: skip
PLAIN = {
    "July 4th": "Independence Day", "President's Day": "Presidents' Day", "Washington's Birthday": "Presidents' Day",
    "Dr. Martin Luther King Jr. Day": "Martin Luther King Jr. Day", "Kings's Birthday": "King's Birthday",
    "Juneteenth National Independence Day": "Juneteenth", "Thanksgiving Day": "Thanksgiving",
    "Weekend Boxing Day": "Boxing Day", "Black Friday": "Day after Thanksgiving",
    "Hong Kong Special Region Establishment Day": "Establishment Day",
}  # fmt: skip
EVES = {(7, 3): "Independence Day eve", (12, 24): "Christmas Eve", (12, 31): "New Year's Eve"}
CHINESE = (
    ((1, 20), (2, 22), "Lunar New Year"), ((4, 3), (4, 7), "Ching Ming"), ((5, 1), (5, 7), "Labour Day"),
    ((5, 8), (5, 25), "Buddha's Birthday"), ((5, 26), (6, 25), "Dragon Boat Festival"),
    ((9, 7), (9, 30), "Mid-Autumn Festival"), ((10, 1), (10, 7), "National Day"),
    ((10, 8), (10, 31), "Chung Yeung Festival"),
)  # fmt: skip
"""Holidays of the lunar calendar, by the weeks in which they fall."""
SHORT = 0.8
"""A regular session shorter than this share of the usual one is a short day."""


def names(code: str) -> dict[date, str]:
    """Names of an exchange's holidays by date."""
    calendar = exchange_calendars.get_calendar(code, start=FIRST.isoformat(), end="2026-12-31")
    rules = calendar.regular_holidays
    if rules is None:
        return {}
    found = rules.holidays(FIRST.isoformat(), LAST.isoformat(), return_name=True)
    return {at.date(): plain(str(name)) for at, name in found.items()}


def plain(name: str) -> str:
    """A name without the years and rules that stand in it."""
    name = re.sub(r"\s*\([^)]*\)", "", name).strip()
    return PLAIN.get(name, name)


def minutes(day: SessionDay) -> int:
    """Length of a day's regular session."""
    return sum(s.end - s.start for s in day.segments if s.state is MarketSession.REGULAR) // 60_000_000_000


def differing(key: str) -> Iterator[tuple[date, str]]:
    """Weekdays on which a venue does not trade, or less than usual."""
    calendar = load_calendar(key)
    lengths = {day.label: minutes(day) for day in calendar.days if FIRST.isoformat() <= day.label <= LAST.isoformat()}
    usual = sorted(lengths.values())[len(lengths) // 2]
    at = FIRST
    while at <= LAST and at.toordinal() <= calendar.ordinals[-1]:
        length = lengths.get(at.isoformat())
        if at.weekday() < 5 and length is None:
            yield at, "closed"
        elif length is not None and length < SHORT * usual:
            yield at, "short"
        at += timedelta(days=1)


def name_of(key: str, at: date, kind: str, known: dict[date, str], usual: dict[date, str]) -> str:
    """A day's name: its own, New York's, that of the eve it is, or none."""
    if key in ("HKEX", "SSE") and at not in known:
        for first, last, name in CHINESE:
            if first <= (at.month, at.day) <= last:
                return name
    if kind == "short" and at.month == 12 and at not in known and (at.month, at.day) not in EVES:
        return "Before Christmas" if at.day < 25 else "Last day of the year"
    found = known.get(at) or (EVES.get((at.month, at.day)) if kind == "short" else "") or usual.get(at, "")
    if not found and usual.get(at - timedelta(days=1)) == "Thanksgiving":
        return "Day after Thanksgiving"
    return found or ""


def main() -> None:
    """Write the table."""
    usual = names("XNYS")
    lines = ["# Days on which venues do not trade, or less than usual. Made by tools/build_holidays.py."]
    for key in calendar_keys():
        if key in NAMED_BY:
            known = names(NAMED_BY[key])
            lines += [
                f"{key} {at} {kind} {name_of(key, at, kind, known, usual)}".rstrip() for at, kind in differing(key)
            ]
    TARGET.write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
