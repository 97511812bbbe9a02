"""A study, the counts and the checks, against what is reckoned here anew from the same market and fills."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from math import sqrt
from typing import Any

import pytest

from engine.bootstrap import living_market
from engine.kernel import Kernel
from engine.market.shown import ShownMarket
from engine.model.account import START_CASH
from engine.model.alert import AlertKind, AlertRequest
from engine.model.command import OpenAccount, SetAlert
from engine.model.fill import Explain, Fill
from engine.model.format import parse_time
from engine.model.ids import DAY_NS, AccountId, FillId, Lots, Minor, OrderId, Symbol, Ticks, TimeNs
from engine.model.order import OrderType
from engine.model.refusal import Refused
from engine.past import MemoryPast
from engine.research.indicators import PriceBar
from engine.research.readings import price_bars, readings
from engine.views import View
from engine.views.jobs import at_once
from engine.views.progress import STEPS, days_of, milestone, paid_for
from tests.still_market import Floor

START = parse_time("2026-11-23T15:00:00Z")


@pytest.fixture(scope="module")
def living() -> View:
    source, catalogue, calendars = living_market(7, START, "")
    kernel = Kernel(ShownMarket(source, calendars), catalogue, START, past=MemoryPast())
    kernel.apply(OpenAccount(at=START, account=AccountId("main"), cash=START_CASH))
    return View(kernel, dict)


@pytest.mark.parametrize("symbol", ["AAPL", "BTC-USD", "EUR-USD", "GC", "7203.T", "SPX"])
def test_returns_and_range_are_those_of_the_daily_bars(living: View, symbol: str) -> None:
    found = at_once(living.study("main", symbol))
    bars = living.bars(symbol, "1d", 400)["bars"]
    last = Decimal(found["last"])
    assert found["symbol"] == living.quote(symbol)["symbol"]
    assert found["returns"][0]["return_pct"] == living.quote(symbol)["change_pct"]
    closes = {Decimal(bar["close"]) for bar in bars}
    for row in found["returns"][1:]:
        close = Decimal(row["close"])
        assert close in closes, row
        assert abs(Decimal(row["return_pct"]) - 100 * (last / close - 1)) <= Decimal("0.01")
    span = found["range"]
    since = [bar for bar in bars if bar["at"][:10] >= span["from"]]
    assert Decimal(span["low"]) == min(last, *(Decimal(bar["low"]) for bar in since))
    assert Decimal(span["high"]) == max(last, *(Decimal(bar["high"]) for bar in since))
    part = (last - Decimal(span["low"])) / (Decimal(span["high"]) - Decimal(span["low"]))
    assert abs(part - Decimal(span["place"])) <= Decimal("0.0001")


def test_volatility_and_beta_are_told_again_from_the_closes(living: View) -> None:
    found = at_once(living.study("main", "AAPL"))["moves"]
    closes = at_once(living.closes.daily([living.resolve("AAPL"), living.resolve("SPX")]))
    days = sorted(closes["AAPL"])
    rows = [closes["AAPL"][b] / closes["AAPL"][a] - 1 for a, b in pairwise(days)]
    mean = sum(rows) / len(rows)
    spread = sqrt(sum((r - mean) ** 2 for r in rows) / (len(rows) - 1))
    assert found["days"] == len(rows)
    assert float(found["volatility"]) == pytest.approx(spread * sqrt(252), abs=2e-6)
    assert 0.3 < float(found["beta"]) < 3 and 0 < float(found["correlation"]) <= 1
    assert at_once(living.study("main", "SPX"))["moves"]["beta"] is None, "an index has no beta to itself"


def test_costs_are_those_of_the_order_s_own_preview(living: View) -> None:
    rows = at_once(living.study("main", "AAPL"))["costs"]
    assert [row["value"] for row in rows] == ["1000", "10000", "100000", "1000000"]
    from engine.model.order import OrderRequest

    for row in rows[:3]:
        lots = Lots(int(row["quantity"]))
        said = living.preview("main", OrderRequest(Symbol("AAPL"), 1, OrderType.MARKET, lots))
        paid = sum(Decimal(said[name]) for name in ("half_spread", "depth", "impact", "fee"))
        assert Decimal(row["buy"]["cost"]) == paid and row["buy"]["whole"]
        worth = Decimal(said["mid"]) * int(row["quantity"])
        assert abs(Decimal(row["buy"]["cost_bps"]) - 10_000 * paid / worth) <= Decimal("0.01")
        assert Decimal(row["law_bps"]) > 0
    assert Decimal(rows[2]["law_bps"]) > Decimal(rows[0]["law_bps"]), "more costs more"


def test_what_cannot_be_traded_has_no_costs_and_too_small_a_size_no_quantity(living: View) -> None:
    assert all(row["buy"] is None and row["sell"] is None for row in at_once(living.study("main", "VIX"))["costs"])
    small = at_once(living.study("main", "GC"))["costs"][0]
    assert small["quantity"] is None and small["buy"] is None, "a contract of gold is worth more than 1,000"
    with pytest.raises(Refused):
        at_once(living.study("main", "NOPE"))


def test_a_venue_that_is_shut_prices_nothing_not_even_what_would_be_refused(living: View) -> None:
    found = at_once(living.study("main", "7203.T"))
    assert found["session"] != "regular" and found["costs"][-1]["quantity"] is not None
    assert all(row["buy"] is None and row["sell"] is None for row in found["costs"])


def test_readings_say_what_is_and_what_is_lacking() -> None:
    flat = [PriceBar(10.0, 10.5, 9.5, 10.0, 1.0)] * 30
    rows = {(row["name"], row["period"]): row for row in readings(flat, 2)}
    assert rows["SMA", "20"]["value"] == "10.00" and rows["SMA", "20"]["says"] == "the price stands on it"
    assert rows["SMA", "200"]["value"] is None and rows["SMA", "200"]["says"] == "needs 200 bars, there are 30"
    assert rows["RSI", "14"]["value"] == "50.0" and rows["MACD", "12 26 9"]["says"].startswith("needs 34 bars")
    rising = [PriceBar(p, p, p, p, 1.0) for p in map(float, range(1, 80))]
    rows = {(row["name"], row["period"]): row for row in readings(rising, 2)}
    assert rows["RSI", "14"]["value"] == "100.0" and rows["RSI", "14"]["says"] == "≥ 70: mostly rises"
    assert rows["MACD", "12 26 9"]["says"] in ("above signal, above 0", "on signal, above 0")
    assert rows["SMA", "20"]["value"] == "69.50" and "above" in rows["SMA", "20"]["says"]
    assert price_bars([{"open": "1", "high": "2", "low": "1", "close": "1.5", "volume": "7"}])[0].close == 1.5


# --- counts -------------------------------------------------------------------------------------


def fill(day: int, *, maker: bool = False, half_spread: int = 2, fee: int = 100, symbol: str = "AAPL") -> Fill:
    at = TimeNs((20_000 + day) * DAY_NS + 1)
    return Fill(FillId(f"f{day}"), OrderId("o1"), "", AccountId("main"), Symbol(symbol), 1, Lots(10), Ticks(100),
                Minor(1_000_000), Minor(-1_000_000), Minor(fee), Minor(0), maker, at,
                Explain(mid=200 - half_spread, half_spread=half_spread, depth=0, impact=0, timing=0))  # fmt: skip


def test_a_weekend_breaks_no_run_and_a_missed_weekday_does() -> None:
    monday = next(day for day in range(7) if (20_000 + day + 3) % 7 == 0)  # 1970-01-01 was a Thursday
    friday = monday + 4
    run = days_of([fill(day) for day in (monday, monday + 1, monday + 3, friday, monday + 7)], _at(monday + 8))
    assert (run.count, run.longest, run.run) == (5, 3, 3), "Thursday, Friday, Monday; alive on Tuesday"
    assert days_of([fill(monday)], _at(monday + 2)).run == 0
    assert days_of([], _at(0)) == days_of(iter(()), _at(9))


def _at(day: int) -> int:
    return (20_000 + day) * DAY_NS + 5


def test_what_waiting_saved_is_counted_of_fills_that_waited_alone() -> None:
    paid = paid_for([fill(0), fill(1, maker=True, half_spread=-4), fill(2, maker=True, half_spread=0)])
    assert (paid.fee, paid.waited) == (300, 2)
    assert paid.saved == 1_000_000 * 4 // 200 and paid.spread == 1_000_000 * 2 // 200 - paid.saved


@pytest.mark.parametrize("name", STEPS)
def test_a_count_is_held_against_the_next_number_above_it(name: str) -> None:
    steps = STEPS[name]
    assert list(steps) == sorted(set(steps))
    assert milestone(name, 0)["next"] == steps[0]
    assert [milestone(name, step)["next"] for step in steps] == [*steps[1:], None]


def test_progress_counts_orders_classes_days_and_costs() -> None:
    floor = Floor(size=5_000_000)
    view = View(floor.kernel, dict)
    empty = at_once(view.progress("main"))
    assert empty["fills"] == 0 and empty["orders"]["sent"] == 0 and empty["costs"]["paid_bps"] is None
    floor.send(1, "AAPL", 60)
    floor.send(-1, "AAPL", 60)
    floor.send(1, "BTC-USD", 40_000_000)
    floor.step(20)
    found = at_once(view.progress("main"))
    rows: dict[str, Any] = {row["asset_class"]: row for row in found["classes"]}
    assert found["fills"] == len(view.fills("main")["fills"]) and found["orders"]["sent"] == len(floor.orders())
    assert rows["equities"]["symbols"] == rows["crypto"]["symbols"] == 1 and rows["forex"]["fills"] == 0
    assert sum(Decimal(row["value"]) for row in found["classes"]) == Decimal(found["traded"])
    fees = sum(Decimal(one["fee"]) for one in view.fills("main")["fills"])
    assert Decimal(found["costs"]["fee"]) == fees and found["trades"]["total"] == 1 and found["open"] == 1
    told = {row["name"]: row for row in found["milestones"]}
    assert told["classes"] == {"name": "classes", "have": 2, "next": 6} and told["days"]["have"] == 1
    assert found["days"] == {"traded": 1, "longest": 1, "run": 1}


# --- checks -------------------------------------------------------------------------------------


def test_a_position_wants_a_stop_and_a_large_one_is_told_of() -> None:
    floor = Floor(size=50_000_000)
    view = View(floor.kernel, dict)
    assert view.checks("main")["checks"] == []
    floor.send(1, "AAPL", 10)
    floor.step(1)
    assert [(row["name"], row["symbol"]) for row in view.checks("main")["checks"]] == [("no_stop", "AAPL")]
    bid = Ticks(int(floor.instrument("AAPL").tick.steps(view.quote("AAPL")["bid"]) or 0) - 500)
    floor.send(-1, "AAPL", 10, kind=OrderType.STOP, stop_price=bid)
    assert view.checks("main")["checks"] == []
    price = Decimal(view.quote("AAPL")["mid"])
    floor.send(1, "AAPL", int(Decimal("0.22") * 1_000_000 / price))
    floor.step(1)
    found = {row["name"]: row for row in view.checks("main")["checks"]}
    assert found["concentration"]["level"] == "note" and found["concentration"]["limit"] == "0.2500"
    assert Decimal("0.2") < Decimal(found["concentration"]["have"]) < Decimal("0.25")


def test_an_alert_that_waits_for_long_is_told_of() -> None:
    floor = Floor()
    request = AlertRequest(Symbol("AAPL"), AlertKind.PRICE, 10**9, 1)
    floor.kernel.apply(SetAlert(at=TimeNs(floor.kernel.state.now), account=AccountId("main"), alert=request))
    view = View(floor.kernel, dict)
    assert view.checks("main")["checks"] == []
    [alert] = floor.kernel.state.alerts.values()
    alert.created_at = TimeNs(alert.created_at - 8 * DAY_NS)
    [row] = view.checks("main")["checks"]
    assert row["name"] == "old_alert" and row["symbol"] == "AAPL" and row["alert_id"] == alert.alert_id
