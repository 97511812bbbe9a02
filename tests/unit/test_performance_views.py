"""What is read of an account's past, against the desk's own books: on a still market, and on the living one."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from engine.bootstrap import living_market
from engine.kernel import Kernel
from engine.market.shown import ShownMarket
from engine.model.account import START_CASH, Holding
from engine.model.command import ForkAccount, OpenAccount, ResetAccount, Submit
from engine.model.format import parse_time
from engine.model.ids import DAY_NS, HOUR_NS, AccountId, Lots, Minor, Symbol, TimeNs
from engine.model.order import Order, OrderRequest, OrderType
from engine.model.refusal import Refused
from engine.model.session import MarketSession
from engine.past import MemoryPast
from engine.portfolio.analytics.curve import curve
from engine.views import View
from engine.views.jobs import aside, at_once
from tests.still_market import Floor

SPLIT = ("market", "spread", "impact", "timing", "fee", "carry")
HEADS = ("class", "sector", "currency", "direction", "hour", "weekday", "phase", "symbol")


def seen(floor: Floor) -> View:
    return View(floor.kernel, dict)


def payload(side: str, symbol: str, quantity: str, **more: str) -> dict[str, str]:
    return {"symbol": symbol, "side": side, "type": "market", "quantity": quantity, **more}


def sums(rows: list[dict[str, Any]], name: str) -> Decimal:
    return sum((Decimal(row[name]) for row in rows), Decimal(0))


# --- what if ------------------------------------------------------------------------------------

TRADES = [
    ("buy", "AAPL", "120"),
    ("sell", "AAPL", "30"),
    ("sell", "AAPL", "90"),
    ("buy", "BTC-USD", "0.5"),
    ("sell", "BTC-USD", "0.25"),
    ("buy", "GCZ26", "1"),
    ("sell", "GCZ26", "2"),
    ("buy", "EUR-USD", "30000"),
    ("buy", "HSBA.L", "100"),
    ("buy", "7203.T", "100"),
    ("sell", "SPX", "1"),
]


@pytest.mark.parametrize(("side", "symbol", "quantity"), TRADES)
def test_what_if_is_the_portfolio_after_the_trade(side: str, symbol: str, quantity: str) -> None:
    floor = Floor(size=5_000_000)
    floor.send(1, "AAPL", 60)
    floor.send(1, "BTC-USD", 40_000_000)
    floor.step(20)
    view = seen(floor)
    said = at_once(view.what_if("main", payload(side, symbol, quantity)))
    before = view.portfolio("main")
    assert said["before"]["nav"] == before["nav"] and said["preview"]["ok"]
    instrument = floor.instrument(symbol)
    order = floor.send(1 if side == "buy" else -1, symbol, instrument.lot.steps(quantity) or 0)
    assert order.filled == order.request.quantity
    after = view.portfolio("main")
    allowed = Decimal("0.0001")
    for name, real in (("nav", "nav"), ("cash", "cash")):
        assert abs(Decimal(said["after"][name]) - Decimal(after[real])) <= allowed, name
    assert abs(Decimal(said["after"]["exposure"]["gross"]) - Decimal(after["gross_exposure"])) <= allowed
    assert abs(Decimal(said["after"]["exposure"]["margin"]) - Decimal(after["margin_used"])) <= allowed
    gained = Decimal(after["realised_pnl"]) - Decimal(before["realised_pnl"])
    assert abs(Decimal(said["realised_pnl"]) - gained) <= allowed
    assert abs(Decimal(said["fee"]) - (Decimal(after["fees"]) - Decimal(before["fees"]))) <= allowed
    assert said["after"]["exposure"]["positions"] == len(after["positions"])


def test_what_would_be_refused_is_said_with_what_passes() -> None:
    floor = Floor()
    said = at_once(seen(floor).what_if("main", payload("buy", "AAPL", "900000")))
    assert said["preview"]["refusal"]["code"] in ("CONCENTRATION_LIMIT", "LIQUIDITY_HALT", "INSUFFICIENT_MARGIN")
    assert Decimal(said["preview"]["max_quantity"]) >= 0
    nothing = at_once(seen(floor).what_if("main", {**payload("sell", "AAPL", "5"), "reduce_only": True}))  # type: ignore[dict-item]
    assert nothing["quantity"] == "0" and nothing["before"] == nothing["after"]


# --- plans --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "plan",
    [
        {"strategy": "equal", "symbols": ["AAPL", "MSFT", "KO", "BTC", "EUR-USD"]},
        {"strategy": "targets", "targets": {"AAPL": "0.2", "BTC": "0.1", "KO": "-0.15"}},
        {"strategy": "targets", "targets": {"MSFT": "0.24"}, "keep_others": True},
    ],
)
def test_proposals_that_are_all_sent_bring_the_weights_to_their_targets(plan: dict[str, Any]) -> None:
    floor = Floor(size=50_000_000)
    floor.send(1, "AAPL", 300)
    floor.send(-1, "KO", 500)
    floor.send(1, "NVDA", 200)
    floor.step(50)
    view = seen(floor)
    found = at_once(view.rebalance("main", plan))
    assert found["proposals"] and all(one["ok"] for one in found["proposals"]), found["proposals"]
    orders = len(floor.orders())
    assert at_once(view.rebalance("main", plan))["proposals"] and len(floor.orders()) == orders, "nothing is sent"
    for one in found["proposals"]:
        lots = floor.instrument(one["symbol"]).lot.steps(one["quantity"]) or 0
        sent = floor.send(1 if one["side"] == "buy" else -1, one["symbol"], lots)
        assert sent.filled == lots
    floor.step(600)
    portfolio = view.portfolio("main")
    weights = {row["symbol"]: Decimal(row["weight"]) for row in portfolio["positions"]}
    for row in found["rows"]:
        assert abs(weights.get(row["symbol"], Decimal(0)) - Decimal(row["allowed"])) < Decimal("0.003"), row
    assert Decimal(at_once(view.rebalance("main", plan))["drift"]) < Decimal("0.01")


def test_a_plan_that_cannot_be_is_refused() -> None:
    view = seen(Floor())
    for wrong in (
        {"strategy": "equal"},
        {"strategy": "risk-parity", "symbols": ["AAPL", "MSFT"]},
        {"strategy": "targets", "targets": {"AAPL": "3"}},
        {"strategy": "targets", "targets": {"NOPE": "0.1"}},
        {"strategy": "targets", "targets": {"BTC": "0.1", "BTC-USD": "0.1"}},
        {"strategy": "equal", "symbols": "AAPL"},
        {"strategy": "equal", "targets": {"AAPL": "0.1"}},
        {"strategy": "equal", "symbols": ["AAPL"], "keep_others": "yes"},
        {"strategy": "equal", "symbols": ["AAPL"], "reserve": "1.5"},
    ):
        with pytest.raises(Refused):
            at_once(view.rebalance("main", wrong))


# --- days on the living market ------------------------------------------------------------------

START = parse_time("2026-06-15T14:30:00Z")
NAMES = ("AAPL", "BTC-USD", "KO", "EUR-USD", "GCQ26", "HSBA.L", "7203.T")


class Days:
    """Nine days of trading on the living market, in steps of a minute."""

    def __init__(self) -> None:
        source, catalogue, calendars = living_market(7, START, "")
        self.kernel = Kernel(
            ShownMarket(source, calendars), catalogue, START, step_ns=60_000_000_000, past=MemoryPast()
        )
        self.kernel.apply(OpenAccount(at=START, account=AccountId("main"), cash=START_CASH))
        self.view = View(self.kernel, dict)
        at = START
        for hour in range(9 * 24):
            at = TimeNs(START + hour * HOUR_NS)
            if hour % 7 == 0:
                self.trade(at, NAMES[hour // 7 % len(NAMES)], 1 if hour % 3 else -1)
        self.kernel.advance(TimeNs(at + 90 * 60_000_000_000))

    def trade(self, at: TimeNs, symbol: str, side: int, account: str = "main") -> None:
        instrument = self.kernel.catalogue[symbol]
        self.kernel.advance(at)
        if self.kernel.shown.state(instrument) is not MarketSession.REGULAR:
            instrument = self.kernel.catalogue["BTC-USD"]  # what waits would be worked at every step
            symbol = instrument.symbol
        price2 = self.kernel.shown.mid2(instrument)
        lots = Lots(max(1, self.kernel.valuer.most_lots(instrument, price2, 15_000_000_000)))
        request = OrderRequest(Symbol(symbol), side, OrderType.MARKET, lots)
        _, answer = self.kernel.apply(Submit(at=at, account=AccountId(account), order=request))
        assert isinstance(answer, Order)

    @property
    def now(self) -> TimeNs:
        return self.kernel.state.now


@pytest.fixture(scope="module")
def days() -> Days:
    return Days()


@pytest.mark.parametrize("window", ["all", "7d", "1d"])
def test_attribution_is_the_curves_profit_under_every_head(days: Days, window: str) -> None:
    curve_says = at_once(days.view.equity("main", window))
    for by in HEADS:
        found = at_once(days.view.attribution("main", by, window))
        whole = found["total"]
        assert Decimal(whole["pnl"]) == Decimal(curve_says["pnl"])
        assert sum(Decimal(whole[name]) for name in SPLIT) == Decimal(whole["pnl"])
        for name in set(whole) - {"name"}:
            assert sums(found["heads"], name) == Decimal(whole[name]), (by, name)
        for row in found["heads"]:
            assert sum(Decimal(row[name]) for name in SPLIT) == Decimal(row["pnl"]), row
    costs = at_once(days.view.attribution("main", "cost", window))
    assert [row["name"] for row in costs["heads"]] == list(SPLIT)
    assert sums(costs["heads"], "pnl") == Decimal(curve_says["pnl"])


@pytest.mark.parametrize("window", ["all", "7d", "1d"])
def test_days_cash_and_trades_tell_the_same(days: Days, window: str) -> None:
    portfolio, equity = days.view.portfolio("main"), at_once(days.view.equity("main", window))
    found = at_once(days.view.calendar("main", "day", window))
    assert sums(found["entries"], "pnl") == Decimal(equity["pnl"])
    assert sum(map(Decimal, found["by_weekday"].values())) == Decimal(equity["pnl"])
    weeks = at_once(days.view.calendar("main", "week", window))
    assert sums(weeks["entries"], "pnl") == Decimal(equity["pnl"])
    cash = at_once(days.view.cash_flow("main", window))
    assert cash["end"] == portfolio["cash"]
    assert Decimal(cash["start"]) + sum(map(Decimal, cash["moved"].values())) == Decimal(cash["end"])
    fall = {name: Decimal(value) for name, value in cash["waterfall"].items() if name != "fee_share"}
    parts = ("deposits", "profits", "unrealised", "dividends", "carry")
    assert fall["start"] + sum(fall[name] for name in parts) - fall["losses"] - fall["fees"] == fall["end"]
    trips = at_once(days.view.round_trips("main", 0, window))
    assert trips["stats"]["total"] == len(trips["trades"])
    assert sums(trips["trades"], "pnl") == Decimal(trips["stats"]["gross_profit"]) - Decimal(
        trips["stats"]["gross_loss"]
    )


def test_the_curve_is_that_of_its_points(days: Days) -> None:
    kept = at_once(days.view.equity("main", "7d"))
    assert kept == at_once(days.view.equity("main", "7d")), "the second answer is made of what was kept"
    points, _ = days.view.curve_points(days.view.account("main"), "7D")
    fresh = curve(points)
    assert [Decimal(row["nav"]) for row in kept["points"]] == [Decimal(p.nav).scaleb(-6) for p in fresh]
    assert kept["points"][-1]["return"] == f"{(fresh[-1].growth or 0) - 1:.6f}"
    assert Decimal(kept["max_drawdown"]) == min(Decimal(row["drawdown"]) for row in kept["points"])
    daily = at_once(days.view.equity("main", "all"))
    assert daily["every"] == "day" and len(daily["points"]) == 11
    hourly = at_once(days.view.equity("main", "all", "", "hour"))
    assert {row["at"] for row in daily["points"]} <= {row["at"] for row in hourly["points"]}
    assert daily["max_drawdown"] == hourly["max_drawdown"]


def test_a_benchmark_begins_where_the_curve_does(days: Days) -> None:
    for window in ("7d", "all"):
        found = at_once(days.view.equity("main", window, "SPY"))
        assert found["benchmark"]["symbol"] == "SPY"
        assert found["benchmark"]["return"] == found["points"][-1]["benchmark"]
        known = [row["benchmark"] for row in found["points"] if "benchmark" in row]
        assert Decimal(known[0]) == 0 and len(set(known)) > 3


def test_figures_say_why_they_are_missing(days: Days) -> None:
    found = at_once(days.view.analytics("main"))
    assert found["performance"]["sharpe"] is not None and found["performance"]["days"] >= 6
    assert found["performance"]["tails"][0]["var"] is None and "performance.var_95" in found["reasons"]
    assert found["book"]["tails"][0]["var"] is not None and found["book"]["covered"] == "1.000000"
    parts = [Decimal(one["contribution"]) for one in found["book"]["contributions"]]
    assert abs(sum(parts) - Decimal(found["book"]["volatility"])) < Decimal("0.00001")
    for rows in found["allocation"].values():
        assert abs(sums(rows, "share") - 1) < Decimal("0.00001")
    day = at_once(days.view.analytics("main", "1d"))
    for name in ("sharpe", "beta", "volatility"):
        assert day["performance"][name] is None and day["reasons"][f"performance.{name}"]


def test_a_day_of_correlations_is_symmetric(days: Days) -> None:
    found = at_once(days.view.correlation("main"))
    assert set(found["symbols"]) | set(found["left_out"]) == set(days.view.account("main").positions)
    for place, row in enumerate(found["matrix"]):
        assert row[place] == "1.0000"
        assert row == [other[place] for other in found["matrix"]]
    assert at_once(days.view.correlation("main", ["AAPL", "MSFT"]))["symbols"] == ["AAPL", "MSFT"]


async def test_aside_answers_what_at_once_does(days: Days) -> None:
    def jobs() -> list[Any]:
        view = days.view
        return [view.equity("main", "7d", "SPY"), view.analytics("main"), view.attribution("main", "symbol", "7d")]

    assert await asyncio.gather(*map(aside, jobs())) == [at_once(job) for job in jobs()]


def test_a_reset_and_a_fork_begin_anew(days: Days) -> None:
    kernel, view = days.kernel, days.view
    held = kernel.state.accounts["main"].positions["AAPL"]
    holding = Holding(held.symbol, held.lots, held.cost)
    kernel.apply(
        ForkAccount(days.now, AccountId("main"), AccountId("twin"), Minor(500_000_000_000), (holding,), days.now)
    )
    days.trade(TimeNs(days.now + HOUR_NS), "BTC-USD", 1, "twin")
    kernel.advance(TimeNs(days.now + DAY_NS))
    twin, portfolio = at_once(view.equity("twin", "all")), view.portfolio("twin")
    assert (twin["nav"], len(portfolio["positions"])) == (portfolio["nav"], 2)
    found = at_once(view.attribution("twin", "symbol", "all"))
    assert Decimal(found["total"]["pnl"]) == Decimal(twin["pnl"]) == sums(found["heads"], "pnl")
    assert at_once(view.cash_flow("twin"))["end"] == portfolio["cash"]
    kernel.apply(ResetAccount(days.now, AccountId("twin"), Minor(250_000_000_000)))
    days.trade(TimeNs(days.now + HOUR_NS), "ETH-USD", 1, "twin")
    kernel.advance(TimeNs(days.now + 3 * HOUR_NS))
    anew = at_once(view.equity("twin", "30d"))
    assert Decimal(anew["start_nav"]) == 250_000 and anew["complete"] is False
    assert {row["name"] for row in at_once(view.attribution("twin", "symbol"))["heads"]} == {"ETH-USD"}
    assert at_once(view.cash_flow("twin"))["end"] == view.portfolio("twin")["cash"]
    assert at_once(view.round_trips("twin"))["stats"]["total"] == 0
