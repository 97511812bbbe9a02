"""Dividends that nobody gains by, splits that leave value alone, and the tables both come from."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engine.bootstrap import living_market
from engine.market.actions import Action, ActionTable, actions_path, read_actions
from engine.market.calendar import load_calendar
from engine.market.catalogue import load
from engine.market.dividends import Dividends, payers, payment_ticks
from engine.market.exdividend import ExDividend
from engine.model.format import parse_time
from engine.model.ids import DAY_NS, HOUR_NS, MINUTE_NS, Symbol, TimeNs
from engine.model.refusal import Refused
from engine.portfolio.overnight.roll import roll_plan
from tests.overnight_desk import Night
from tests.still_market import StillMarket

START = parse_time("2026-08-18T13:35:00Z")


def dividends(seed: int = 7) -> Dividends:
    catalogue = load()
    calendars = {i.session: load_calendar(i.session) for i in catalogue.columns}
    return Dividends(catalogue.columns, calendars, seed, START)


def paying(seed: int = 7) -> tuple[Night, Dividends]:
    """A still market whose prices fall by its dividends."""
    calendar = dividends(seed)
    market = ExDividend(StillMarket(load().columns), calendar)
    return Night(START, "long", "short", source=market), calendar


@pytest.mark.parametrize("symbol", ["TLT", "AAPL", "HSBA.L", "7203.T", "SAP.DE", "005930.KS"])
def test_who_is_paid_a_dividend_gains_nothing(symbol: str) -> None:
    night, calendar = paying()
    night.trade(+1, symbol, 100, "long")
    night.trade(-1, symbol, 100, "short")
    at = calendar.next_action(symbol, START)
    assert at
    night.until(TimeNs(at - MINUTE_NS))
    instrument = night.catalogue[symbol]
    price, before = night.shown.mid2(instrument), {name: night.nav(name) for name in ("long", "short")}
    held = {name: night.account(name).positions[symbol] for name in before}
    night.until(at)
    paid = calendar.actions_at(symbol, at)[0].ticks
    assert night.shown.mid2(instrument) == price - 2 * paid
    assert night.moved("dividend", "long") == night.valuer.value(instrument, 100, 2 * paid) > 0
    assert night.moved("dividend", "short") == -night.moved("dividend", "long")
    for name, worth in before.items():
        assert abs(night.nav(name) - worth) <= (0 if instrument.currency == "USD" else 1)
        assert night.account(name).positions[symbol] == held[name]
        assert night.account(name).dividends == night.moved("dividend", name)


def test_who_buys_after_the_ex_moment_is_not_paid() -> None:
    night, calendar = paying()
    at = calendar.next_action("AAPL", START)
    night.until(at)
    night.trade(+1, "AAPL", 100, "long")
    night.until(TimeNs(at + 20 * DAY_NS))
    assert night.moved("dividend", "long") == 0


def test_a_calendar_is_the_same_for_the_same_seed_only() -> None:
    one, same, other = dividends(), dividends(), dividends(8)
    dates = {tuple(a.label for a in d.of_year("TLT", 2026)) for d in (one, same)}
    assert len(dates) == 1
    assert tuple(a.label for a in other.of_year("TLT", 2026)) not in dates


def test_every_payer_pays_its_yield_on_days_its_venue_trades() -> None:
    calendar, catalogue = dividends(), load()
    for symbol, payer in payers().items():
        year, instrument = calendar.of_year(symbol, 2027), catalogue[symbol]
        assert len(year) == payer.per_year, symbol
        labels = {day.label for day in load_calendar(instrument.session).days}
        assert all(action.label in labels for action in year)
        price = instrument.tick.steps(instrument.price0) or 0
        wanted = price * payer.digits / 100 / 10**payer.places
        assert abs(sum(a.ticks for a in year) - wanted) <= payer.per_year / 2
        assert payment_ticks(instrument, payer) < price // 20


def test_prices_are_never_paid_away() -> None:
    calendar, catalogue = dividends(), load()
    end = parse_time("2029-12-31T00:00:00Z")
    for symbol in calendar.symbols:
        assert calendar.paid(symbol, end) <= (catalogue[symbol].tick.steps(catalogue[symbol].price0) or 0) // 2


def test_the_living_market_shows_its_history_with_the_gaps_of_its_dividends() -> None:
    source, catalogue, _ = living_market(7, START)
    assert isinstance(source, ExDividend)
    column = catalogue["TLT"].column
    source.advance(START, 100_000_000)
    inner = source.inner
    assert (source.bid[column], source.ask[column]) == (inner.bid[column], inner.ask[column])
    raw, total = (m.bars(column, DAY_NS, TimeNs(START - 90 * DAY_NS), START) for m in (source, inner))
    assert [bar.at for bar in raw] == [bar.at for bar in total]
    above = [r.close - t.close for r, t in zip(raw, total, strict=True)]
    assert above == sorted(above, reverse=True)
    assert above[-1] == 0
    assert above[0] == -source.actions.paid("TLT", raw[0].at + DAY_NS - 1) > 0
    after = TimeNs(source.actions.next_action("TLT", START) + HOUR_NS)
    source.advance(after, 100_000_000)
    shift = source.actions.paid("TLT", after)
    assert int(inner.bid[column]) - int(source.bid[column]) == shift > 0
    inside = source.ladder(column, 1)
    assert (inside[0][0][0], inside[1][0][0]) == (source.bid[column], source.ask[column])
    assert all(trade.price > 0 for trade in source.recent_trades(column, 20))


@pytest.mark.parametrize(
    ("side", "lots", "new", "old", "after", "rest"),
    [
        (1, 101, 4, 1, 404, 0),
        (-1, 7, 10, 1, -70, 0),
        (1, 105, 1, 10, 10, 5),
        (-1, 13, 3, 2, -19, 1),
        (1, 3, 1, 10, 0, 3),
    ],
)
def test_a_split_changes_lots_and_not_value(side: int, lots: int, new: int, old: int, after: int, rest: int) -> None:
    night = Night(START)
    night.trade(side, "AAPL", lots)
    cost, value = night.account().positions["AAPL"].cost, night.nav()
    order, other = night.rest(+1, "AAPL"), night.rest(+1, "MSFT")
    at = TimeNs(START + HOUR_NS)
    night.market.actions = ActionTable([Action(Symbol("AAPL"), at, "split", "2026-08-18", new=new, old=old)])  # type: ignore[attr-defined]
    night = _again(night)
    night.until(TimeNs(at - MINUTE_NS))
    column = night.catalogue["AAPL"].column
    mid2 = int(night.market.mid2[column])
    night.market.mid2[column] = mid2 * old // new
    night.until(at)
    account = night.account()
    held = account.positions.get("AAPL")
    paid = night.moved("split")
    assert (held.lots if held else 0) == after
    assert (held.cost if held else 0) == (cost - paid if held else 0)
    assert account.realised == (0 if held else paid - cost)
    assert (paid != 0) == (rest != 0)
    assert abs(night.nav() - value) <= abs(value) // 10**6
    assert night.withdrawn == [(order.order_id, f"AAPL splits {new} for {old}")]
    assert night.open == [other]
    told = night.rebuilt()["main"]
    assert (told.cash, told.realised, told.positions) == (account.cash, account.realised, account.positions)


def _again(night: Night) -> Night:
    """The same desk, whose overnight bookings read the market's new calendar."""
    overnight = type(night.overnight)
    night.overnight = overnight(night.state, night.valuer, night.catalogue, night.shown, night, night.take_traded)
    return night


def test_a_table_of_actions_is_read_beside_its_recording(tmp_path: Path) -> None:
    path = actions_path(tmp_path / "day.csv")
    assert path.name == "day.csv.actions.csv"
    assert read_actions(path, load().columns).next_action("AAPL", 0) == 0
    path.write_text(
        "symbol,at,kind,amount\nAAPL,2026-08-18T13:30:00Z,split,4:1\nMSFT,2026-08-19T13:30:00Z,dividend,0.91\n"
    )
    table = read_actions(path, load().columns)
    split, dividend = table.actions_at("AAPL", START - 5 * MINUTE_NS), table.next_action("MSFT", START)
    assert [(a.new, a.old, a.label) for a in split] == [(4, 1, "2026-08-18")]
    assert table.actions_at("MSFT", dividend)[0].ticks == 91
    assert table.next_split(0)[0] == START - 5 * MINUTE_NS
    assert table.next_split(START) == (0, ())


@pytest.mark.parametrize(
    "line",
    [
        "XXXX,2026-08-18T13:30:00Z,split,4:1",
        "AAPL,yesterday,split,4:1",
        "AAPL,2026-08-18T13:30:00Z,split,4",
        "AAPL,2026-08-18T13:30:00Z,split,0:1",
        "AAPL,2026-08-18T13:30:00Z,dividend,0.001",
        "AAPL,2026-08-18T13:30:00Z,dividend,-1",
        "AAPL,2026-08-18T13:30:00Z,merger,1",
        "AAPL",
    ],
)
def test_a_wrong_line_of_the_table_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "actions.csv"
    path.write_text(f"symbol,at,kind,amount\n{line}\n")
    with pytest.raises(Refused, match="line 2 of "):
        read_actions(path, load().columns)


def test_a_position_rolls_to_the_next_contract_of_its_root() -> None:
    night = Night(START)
    night.trade(-1, "GCQ26", 2)
    night.trade(+1, "AAPL", 2)
    positions = night.account().positions
    on = date(2026, 8, 18)
    assert roll_plan(night.catalogue, positions["GCQ26"], on) == ("GCQ26", "GCV26", -2)
    assert roll_plan(night.catalogue, positions["AAPL"], on) is None
