"""Round trips, attribution, calendar and cash: sums to the Minor, figures by hand and by pandas."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings

from engine.ledger.postings import for_time, opening
from engine.model.account import Position
from engine.model.ids import DAY_NS, HOUR_NS, Symbol
from engine.portfolio.analytics import attribution, calendar, cashflow
from engine.portfolio.analytics.history import History, retell
from engine.portfolio.analytics.returns import Point
from engine.portfolio.analytics.trades import round_trips, trade_stats
from tests.analytics_fills import STEPS, VCR, Tape, tape_of

PRICES = {"AAPL": 120, "BTC-USD": 80, "GC": 101}
MONDAY = 20_514 * DAY_NS  # 2026-03-02


def told(tape: Tape) -> History:
    return retell("main", tape.fills, tape.transfers)


def two_trips() -> Tape:
    tape = Tape()
    tape.trade(MONDAY + 14 * HOUR_NS, "AAPL", 1, 10, 100, VCR, (2, 0, 0, 4))
    tape.trade(MONDAY + 15 * HOUR_NS, "AAPL", 1, 10, 120, VCR)
    tape.trade(MONDAY + 20 * HOUR_NS, "AAPL", -1, 30, 130, 3 * VCR, (-2, 0, -6, 0))
    tape.trade(MONDAY + 26 * HOUR_NS, "AAPL", 1, 10, 135, VCR)
    return tape


# --- round trips --------------------------------------------------------------------------------


def test_two_round_trips_by_hand() -> None:
    closed, still = round_trips(told(two_trips()).steps)
    long, short = closed
    assert still == []
    assert (long.direction, long.lots, long.entry_value, long.exit_value) == (1, 20, 22 * VCR, 26 * VCR)
    assert (long.realised, long.fee, long.pnl, long.fills) == (4 * VCR, 4 * VCR, 0, 3)
    assert (short.direction, short.lots, short.entry_value, short.exit_value) == (-1, 10, 13 * VCR, 13_500_000)
    assert (short.realised, short.fee, short.pnl) == (-500_000, 2 * VCR, -2_500_000)
    assert (long.held_ns, short.held_ns) == (6 * HOUR_NS, 6 * HOUR_NS)
    stats = trade_stats(closed)
    assert (stats.total, stats.wins, stats.losses, stats.win_rate) == (2, 0, 1, 0.0)
    assert (stats.profit_factor, stats.average_win, stats.average_loss) == (0.0, None, 2_500_000)
    assert (stats.expectancy, stats.streak, stats.best, stats.worst) == (-1_250_000, -1, long, short)


def test_nothing_and_a_single_trade() -> None:
    none = trade_stats([])
    assert (none.total, none.win_rate, none.profit_factor, none.expectancy, none.best) == (0, None, None, None, None)
    tape = Tape()
    tape.trade(1, "AAPL", 1, 1, 100)
    closed, still = round_trips(told(tape).steps)
    assert (closed, len(still), still[0].held_ns) == ([], 1, 0)
    tape.trade(5, "AAPL", -1, 1, 110)
    one = trade_stats(round_trips(told(tape).steps)[0])
    assert (one.win_rate, one.profit_factor, one.payoff, one.streak) == (1.0, None, None, 1)
    assert one.expectancy == one.average_win == 100_000


@settings(max_examples=60)
@given(steps=STEPS)
def test_trips_hold_all_profit_and_pandas_agrees(steps: list[tuple]) -> None:  # type: ignore[type-arg]
    tape = tape_of(steps)
    history = told(tape)
    assert history.positions == tape.positions
    closed, still = round_trips(history.steps)
    open_profit = sum(amount for _, amount in tape.unrealised(PRICES).values())
    on_cash = sum(step.carry for step in history.steps if step.symbol == "cash")
    assert sum(trip.pnl for trip in [*closed, *still]) + open_profit + on_cash == tape.pnl(PRICES)
    if not closed:
        return
    stats, frame = trade_stats(closed), pd.Series([trip.pnl for trip in closed], dtype="int64")
    wins, losses = frame[frame > 0], -frame[frame < 0]
    assert stats.win_rate == (frame > 0).mean()
    assert stats.profit_factor == (pytest.approx(wins.sum() / losses.sum()) if len(losses) else None)
    assert stats.expectancy == pytest.approx(frame.mean(), abs=1)
    rates = [(wins, 1), (losses, -1)]
    textbook = sum(sign * len(part) / len(frame) * part.mean() for part, sign in rates if len(part))
    assert stats.expectancy == pytest.approx(textbook, abs=1)
    signs = frame.apply(lambda pnl: (pnl > 0) - (pnl < 0))
    runs = signs.groupby((signs != signs.shift()).cumsum()).agg(["first", "size"])
    for sign, longest in ((1, stats.consecutive_wins), (-1, stats.consecutive_losses)):
        assert longest == max(runs[runs["first"] == sign]["size"], default=0)
    assert stats.streak == runs.iloc[-1]["first"] * runs.iloc[-1]["size"]
    assert (stats.best.pnl, stats.worst.pnl) == (frame.max(), frame.min())


def test_a_settled_future_keeps_its_whole_profit() -> None:
    tape = Tape()
    tape.trade(1, "GC", 1, 2, 100)
    transfers = [*tape.transfers, *for_time("main", "GC", "variation", 5, 90, money=30_000)]
    history = retell("main", tape.fills, transfers)
    assert history.positions["GC"].cost == 2_030_000
    assert round_trips(history.steps)[1][0].realised == 30_000
    ended = [*transfers, *for_time("main", "GC", "final_settlement", 9, 95, money=-10_000, lots=-2)]
    closed, _ = round_trips(retell("main", tape.fills, ended).steps)
    assert [(trip.pnl, trip.closed_at) for trip in closed] == [(20_000, 9)]


def test_a_fill_and_an_interest_of_one_moment_keep_their_order() -> None:
    tape = Tape()
    tape.trade(7, "AAPL", -1, 5, 100)
    tape.pass_time(7, "borrow", -10, "AAPL")
    tape.trade(7, "AAPL", 1, 5, 100)
    assert [step.before for step in told(tape).steps] == [0, -5, -5]
    later = retell("main", tape.fills[1:], tape.transfers[1:], {"AAPL": Position(Symbol("AAPL"), -5, -5_000_000)})
    assert [step.after for step in later.steps] == [-5, 0]


# --- attribution --------------------------------------------------------------------------------


@settings(max_examples=60)
@given(steps=STEPS)
def test_every_minor_has_one_place(steps: list[tuple]) -> None:  # type: ignore[type-arg]
    tape = tape_of(steps)
    found = attribution.pieces(told(tape).steps, tape.unrealised(PRICES))
    whole = attribution.total(found)
    assert whole.pnl == tape.pnl(PRICES)
    assert whole.market + whole.spread + whole.impact + whole.timing + whole.fee + whole.carry == whole.pnl
    exact = tape.cost_fractions()
    for own, true in zip((whole.spread, whole.impact, whole.timing), exact, strict=True):
        assert abs(-own - true) <= len(tape.fills) / 2
    assert whole.fee == -sum(fill.fee for fill in tape.fills)
    classes = {"AAPL": "equities", "BTC-USD": "crypto", "GC": "commodities"}
    heads = [
        attribution.by_symbol,
        attribution.by_direction,
        attribution.by_hour,
        attribution.by_weekday,
        attribution.by_trait(classes),
        attribution.by_phase(lambda symbol, at: (at - HOUR_NS, at + HOUR_NS) if symbol == "AAPL" else None),
    ]
    for head in heads:
        parts = attribution.attribute(found, head).values()
        for name in ("pnl", "market", "spread", "impact", "timing", "fee", "carry", "realised", "unrealised"):
            assert sum(getattr(part, name) for part in parts) == getattr(whole, name)


def test_a_split_by_hand() -> None:
    # Mid at arrival 97 half ticks below: bought 10 at 100 with 1 tick of spread and 2 of drift, now worth 120.
    tape = Tape()
    tape.trade(MONDAY, "AAPL", 1, 10, 100, 50_000, (2, 0, 0, 4))
    found = attribution.total(attribution.pieces(told(tape).steps, tape.unrealised({"AAPL": 120})))
    assert (found.market, found.spread, found.impact, found.timing, found.fee) == (
        2_300_000,
        -100_000,
        0,
        -200_000,
        -50_000,
    )
    assert found.pnl == 1_950_000


def test_a_maker_and_a_seller_earn_and_pay_with_the_right_sign() -> None:
    tape = Tape()
    maker = tape.trade(1, "AAPL", 1, 10, 100, 0, (-2, 0, 0, 0))
    seller = tape.trade(2, "AAPL", -1, 10, 100, 0, (-2, -2, -4, 6))
    assert attribution.costs(maker) == (-100_000, 0, 0)
    assert attribution.costs(seller) == (200_000, 200_000, -300_000)


def test_a_crossing_fill_is_divided_between_directions() -> None:
    tape = two_trips()
    found = attribution.attribute(attribution.pieces(told(tape).steps, {}), attribution.by_direction)
    assert (found["long"].realised, found["long"].fee) == (4 * VCR, -4 * VCR)
    assert (found["short"].realised, found["short"].fee) == (-500_000, -2 * VCR)
    hours = attribution.attribute(attribution.pieces(told(tape).steps, {}), attribution.by_hour)
    assert {name: one.realised for name, one in hours.items()} == {
        "02:00": -500_000,
        "14:00": 0,
        "15:00": 0,
        "20:00": 4 * VCR,
    }


def test_a_window_leaves_out_what_was_won_before() -> None:
    tape = Tape()
    tape.trade(10, "AAPL", 1, 10, 100, 7)
    before = tape.unrealised({"AAPL": 110})
    tape.trade(20, "AAPL", -1, 10, 130, 5)
    found = attribution.total(attribution.pieces(told(tape).steps, {}, since=15, before=before))
    assert found.pnl == 2 * VCR - 5


@pytest.mark.parametrize(
    ("at", "phase"), [(0, "first 2 hours"), (2, "midday"), (5, "midday"), (6, "last hour"), (7, "last hour")]
)
def test_phases_of_a_session(at: int, phase: str) -> None:
    head = attribution.by_phase(lambda symbol, _: (0, 7 * HOUR_NS))
    assert head(attribution.Piece("AAPL", 1, at * HOUR_NS)) == phase
    assert head(attribution.Piece("AAPL", 1, None)) == "open"
    assert head(attribution.Piece("cash", 0, at)) == "outside"


def test_no_price_has_no_costs() -> None:
    tape = Tape()
    assert attribution.costs(tape.trade(1, "CL", 1, 5, 0, 0, (1, 1, 1, 1))) == (0, 0, 0)


# --- calendar -----------------------------------------------------------------------------------


def test_a_calendar_by_hand() -> None:
    navs = [100, 110, 99, 99, 120, 120, 120, 132]
    points = [Point(MONDAY + day * DAY_NS, nav) for day, nav in enumerate(navs)]
    days = calendar.calendar(points)
    assert [(one.label, one.pnl) for one in days][:2] == [("2026-03-02", 10), ("2026-03-03", -11)]
    assert days[0].value == pytest.approx(0.1)
    weeks = calendar.calendar(points, "week")
    assert [(one.label, one.pnl, one.days) for one in weeks] == [("2026-W10", 32, 7)]
    assert [(one.label, one.value) for one in calendar.calendar(points, "year")] == [("2026", pytest.approx(0.32))]
    said = calendar.summary(days)
    assert (said.best.label, said.worst.label) == ("2026-03-05", "2026-03-03")
    assert (said.gains, said.losses, said.flat, said.run) == (3, 1, 3, 1)
    assert (said.mean_gain, said.mean_loss, said.longest_gain, said.longest_loss) == (14, 11, 1, 1)
    assert calendar.by_weekday(points)["Thursday"] == 21
    assert sum(calendar.by_hour(points).values()) == 32
    assert calendar.calendar([]) == [] and calendar.summary([]).best is None


@pytest.mark.parametrize("span", calendar.SPANS)
@settings(max_examples=40)
@given(steps=STEPS)
def test_spans_sum_and_link_as_pandas_groups_them(span: str, steps: list[tuple]) -> None:  # type: ignore[type-arg]
    navs = [10**6 + step[3] * 1000 for step in steps]
    points = [Point(MONDAY + place * 9 * DAY_NS, nav) for place, nav in enumerate(navs)]
    found = calendar.calendar(points, span)
    assert sum(one.pnl for one in found) == (navs[-1] - navs[0] if navs else 0)
    if len(navs) < 2 or span == "day":
        return
    series = pd.Series(navs, pd.to_datetime([point.at - 1 for point in points], utc=True)).resample("D").last().ffill()
    ends = series.groupby(series.index.tz_localize(None).to_period(span[0].upper())).last()
    gains = ends.diff().fillna(ends.iloc[0] - navs[0])
    assert [one.pnl for one in found][-len(gains) :] == gains.astype(int).tolist()[-len(found) :]


def test_trades_of_a_day() -> None:
    tape = two_trips()
    days = calendar.day_trades(told(tape).steps)
    first, second = (days[day] for day in sorted(days))
    assert (first.fills, first.best, second.worst) == (3, ("AAPL", -VCR), ("AAPL", -1_500_000))


# --- cash ---------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(steps=STEPS)
def test_cash_flows_from_start_to_end(steps: list[tuple]) -> None:  # type: ignore[type-arg]
    tape = tape_of(steps)
    booked = [*opening("main", tape.start, 1, 0), *opening("other", 5, 1, 0), *tape.transfers]
    flow = cashflow.cash_flow("main", booked)
    assert flow.end == tape.cash == sum(flow.moved.values())
    assert sum(one.net for one in flow.days) == flow.end and flow.days[-1].balance == flow.end
    for name, fees in (
        ("fee", [f.fee for f in tape.fills if f.fee > 0]),
        ("rebate", [f.fee for f in tape.fills if f.fee < 0]),
    ):
        assert flow.moved.get(name, 0) == -sum(fees)
    means = pd.Series([one.balance for one in flow.days], dtype="float64").rolling(7).mean()
    for own, other in zip(cashflow.moving_average(flow.days), means, strict=True):
        assert own is None if pd.isna(other) else own == pytest.approx(other, abs=2)
    assert flow.best.net == max(one.net for one in flow.days)


@settings(max_examples=60)
@given(steps=STEPS)
def test_the_waterfall_closes(steps: list[tuple]) -> None:  # type: ignore[type-arg]
    tape = tape_of(steps)
    nav = tape.start + tape.pnl(PRICES) + 77
    points = [Point(0, tape.start, tape.start), Point(10**18, nav, tape.start + 77)]
    found = cashflow.waterfall(points, told(tape).steps)
    assert found.unrealised == sum(amount for _, amount in tape.unrealised(PRICES).values())
    rows = found.deposits + found.profits - found.losses + found.unrealised + found.dividends + found.carry - found.fees
    assert found.start + rows == found.end == nav
    assert found.volume == sum(fill.value for fill in tape.fills)
    assert (found.fee_share is None) == (not steps)
    assert cashflow.waterfall([], []) is None
