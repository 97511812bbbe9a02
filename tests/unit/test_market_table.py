"""The whole market as one document: its rows agree with quotes, its lines with bars, its sums with its rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.bootstrap import open_desk
from engine.market.catalogue import load
from engine.market.holidays import coming, special_days
from engine.model.ids import DAY_NS, MINUTE_NS, TimeNs
from engine.model.refusal import Code, Refused
from engine.research.screen import read_screen
from engine.research.tally import breadth, exact, movers, ordered, sectors
from engine.views import View
from engine.views.jobs import at_once


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Iterator[View]:
    yield open_desk(Path(tmp_path_factory.mktemp("home")), seed="7").view


@pytest.fixture(scope="module")
def rows(view: View) -> list[dict[str, Any]]:
    return list(at_once(view.markets(sparks=24))["instruments"])


def test_every_instrument_has_a_row_that_agrees_with_its_quote(view: View, rows: list[dict[str, Any]]) -> None:
    assert len(rows) == len(load().columns) == 235
    for row in rows[::9]:
        quote = view.quote(row["symbol"])
        for name in ("last", "change", "change_pct", "volume", "session", "name", "asset_class"):
            assert row[name] == quote[name], (row["symbol"], name)
        if quote["bid"] is not None and quote["ask"] is not None:
            assert exact(row["spread"]) == exact(quote["ask"]) - exact(quote["bid"])  # type: ignore[operator]
    assert all(row["sector"] for row in rows), "every instrument says what it belongs to"


def test_lines_go_through_closes_of_minute_bars(view: View, rows: list[dict[str, Any]]) -> None:
    """The line keeps the efficient price, bars the mid in whole ticks: they differ by less than the spread."""
    source = view.kernel.shown.source
    for symbol in ("AAPL", "BTC-USD", "EUR-USD", "GC", "7203.T"):
        row = next(row for row in rows if row["symbol"] == symbol)
        instrument = view.resolve(symbol)
        bars = source.bars(instrument.column, MINUTE_NS, TimeNs(view.now - DAY_NS), TimeNs(view.now + 1))
        reach = [bar.high + instrument.basis_ticks for bar in bars], [bar.low + instrument.basis_ticks for bar in bars]
        slack = max(5, max(reach[0]) // 500)
        assert len(row["spark"]) == 24
        assert abs(row["spark"][-1] - (bars[-2].close + instrument.basis_ticks)) <= slack
        assert min(reach[1]) - slack <= row["spark"][-2] <= max(reach[0]) + slack


def test_a_line_is_made_once_a_minute_and_in_pieces(view: View) -> None:
    pieces = sum(1 for _ in view.markets(sparks=7))
    assert pieces > 19, "the desk goes on in between"
    assert sum(1 for _ in view.markets(sparks=7)) == 0


def test_a_class_alone_and_what_is_refused(view: View) -> None:
    document = at_once(view.markets("crypto"))
    assert {row["asset_class"] for row in document["instruments"]} == {"crypto"}
    assert "spark" not in document["instruments"][0]
    assert document["of"] == 235
    for wrong in (lambda: view.markets("shoes"), lambda: view.markets(sparks=500)):
        with pytest.raises(Refused):
            at_once(wrong())


@pytest.mark.parametrize(
    ("text", "finds"),
    [
        ("class=equities and change>2 and spread<5bp and sector=technology", {"UP"}),
        ("class=equity", {"UP", "DOWN"}),
        ("sector=information technology", {"UP"}),
        ('sector="Technology"', {"UP"}),
        ("sector!=technology and session=open", {"DOWN"}),
        ("name~coin", {"COIN"}),
        ("change<-1% or turnover>=1bn", {"DOWN", "COIN"}),
        ("not (class=equities) and volume>1.5k", {"COIN"}),
        ("change=2.50", {"UP"}),
        ("spread>0", {"UP", "DOWN"}),
        ("symbol=up", {"UP"}),
        ("", {"UP", "DOWN", "COIN"}),
    ],
)
def test_what_a_screen_finds(text: str, finds: set[str]) -> None:
    table = [_row("UP", "equities", "Information Technology", "+2.50", "4.00", "10"),
             _row("DOWN", "equities", "Energy", "-2.50", "9.00", "20"),
             _row("COIN", "crypto", "Layer 1", "0.00", None, "1000000000")]  # fmt: skip
    assert {row["symbol"] for row in read_screen(text).rows(table)} == finds


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("colour=red", Code.ENUM_ERROR),
        ("class=shoes", Code.ENUM_ERROR),
        ("change>much", Code.NUMBER_FORMAT),
        ("change>2bp", Code.ENUM_ERROR),
        ("last>2%", Code.ENUM_ERROR),
        ("change>", Code.MISSING_FIELD),
        ("change", Code.ENUM_ERROR),
        ("(change>1", Code.ENUM_ERROR),
        ("change>1 change<2", Code.NUMBER_FORMAT),
        ("sector>3", Code.ENUM_ERROR),
        ("x" * 600, Code.OUT_OF_RANGE),
        (" and ".join(["change>1"] * 30), Code.OUT_OF_RANGE),
    ],
)
def test_what_a_screen_refuses(text: str, code: Code) -> None:
    with pytest.raises(Refused) as no:
        read_screen(text)
    assert (no.value.refusal.code, no.value.refusal.field) == (code, "where")
    assert no.value.refusal.fix


def _row(symbol: str, kind: str, sector: str, change: str, spread: str | None, turnover: str) -> dict[str, Any]:
    return {"symbol": symbol, "name": f"{symbol} Coin" if kind == "crypto" else symbol, "asset_class": kind,
            "sector": sector, "change_pct": change, "spread_bps": spread, "turnover": turnover, "volume": "2000",
            "session": "regular", "last": "1.00", "change": change} if symbol != "COIN" else {
            "symbol": symbol, "name": "A bitcoin", "asset_class": kind, "sector": sector, "change_pct": change,
            "spread_bps": spread, "turnover": turnover, "volume": "2000", "session": "closed"}  # fmt: skip


def test_sums_agree_with_their_rows(rows: list[dict[str, Any]]) -> None:
    table = breadth(rows)
    total = table.pop()
    assert total["asset_class"] == "all"
    assert total["count"] == sum(row["count"] for row in table) == 235
    for row in (*table, total):
        assert row["advancers"] + row["decliners"] + row["unchanged"] == row["count"]
    assert sum(row["count"] for row in sectors(rows)) == 235
    moved = movers(rows, 5)
    changes = [exact(row["change_pct"]) for row in moved["gainers"]]
    assert changes == sorted(changes, reverse=True)  # type: ignore[type-var]
    assert moved["gainers"][0]["change_pct"] == ordered(rows, "change")[0]["change_pct"]
    assert movers([], 5) == {"gainers": [], "losers": [], "active": []}
    assert breadth([]) == []


def test_sessions_name_holidays_and_short_days(view: View) -> None:
    found = {row["session"]: row for row in view.sessions()["sessions"]}
    new_york = found["US_EQ"]
    assert (new_york["name"], new_york["zone"]) == ("New York", "America/New_York")
    ahead = {day["name"]: day for day in new_york["holidays"]}
    assert ahead["Thanksgiving"]["kind"] == "closed"
    assert ahead["Day after Thanksgiving"]["closes_at"] == "2026-11-27T18:00:00Z"
    assert all(row["name"] and row["today"]["kind"] in ("full", "closed", "short", "weekend") for row in found.values())


def test_the_table_of_special_days_agrees_with_the_calendars() -> None:
    from engine.market.calendar import calendar_keys, load_calendar

    for key in calendar_keys():
        calendar = load_calendar(key)
        labels = {day.label for day in calendar.days}
        for day in special_days(key):
            assert (day.date in labels) == (day.kind == "short"), (key, day)
    assert coming("US_EQ", "2026-12-25", "2026-12-25")[0].name == "Christmas"
    assert coming("NOWHERE", "2026-01-01", "2026-12-31") == ()
