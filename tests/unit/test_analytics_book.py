"""What is held, its risk, a trade that might be, and plans to rebalance: sums, limits, and other libraries' answers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from engine.market.catalogue import load
from engine.portfolio.analytics import correlation, exposure, ratios, weights, whatif
from engine.portfolio.analytics.exposure import Holding
from engine.portfolio.analytics.rebalance import PPM, Lot, Plan, Rules, plan, to_ppm
from engine.portfolio.analytics.whatif import Book, Trade

VCR = 1_000_000
HELD = (
    Holding("AAPL", 10, 300 * VCR, 300 * VCR, "equities", "Information Technology", "USD", 250 * VCR),
    Holding("BTC-USD", 1, 500 * VCR, 500 * VCR, "crypto", "", "USD", 400 * VCR),
    Holding("HSBA.L", -5, -200 * VCR, 200 * VCR, "equities", "Financials", "GBP", -210 * VCR),
)


def drawn(count: int = 5, days: int = 250, seed: int = 4) -> correlation.Moves:
    chance = np.random.default_rng(seed)
    common = chance.normal(0, 0.01, days)
    rows = [common * chance.uniform(-0.5, 2) + chance.normal(0, 0.005 * (place + 1), days) for place in range(count)]
    names = tuple(f"S{place}" for place in range(count))
    return correlation.Moves(names, tuple(range(days)), tuple(tuple(row.tolist()) for row in rows))


# --- exposure -----------------------------------------------------------------------------------


def test_exposure_by_hand() -> None:
    found = exposure.exposure(HELD, 1000 * VCR)
    assert (found.long, found.short, found.gross, found.net) == (800 * VCR, 200 * VCR, 1000 * VCR, 600 * VCR)
    assert (found.leverage, found.net_leverage, found.margin_use, found.deployed) == (1.0, 0.6, 0.5, 1.0)
    assert found.buying_power == 1000 * VCR
    near = exposure.concentration(HELD, 1000 * VCR)
    assert near.hhi == pytest.approx(0.09 + 0.25 + 0.04)
    assert near.effective == pytest.approx(1 / 0.38)
    assert (near.largest, near.top1, near.top3, near.top5, near.largest_weight) == ("BTC-USD", 0.5, 1.0, 1.0, 0.5)
    classes = exposure.allocation(HELD, 1000 * VCR, exposure.by_class)
    assert [(one.name, one.gross, one.net) for one in classes] == [
        ("crypto", 500 * VCR, 500 * VCR),
        ("equities", 500 * VCR, 100 * VCR),
    ]
    sectors = exposure.allocation(HELD, 1000 * VCR, exposure.by_sector)
    assert [one.name for one in sectors] == ["Other", "Information Technology", "Financials"]


@given(values=st.lists(st.integers(-(10**12), 10**12), max_size=30), nav=st.integers(-(10**12), 10**13))
def test_shares_sum_to_one(values: list[int], nav: int) -> None:
    held = [Holding(f"S{i}", 1, value, abs(value), f"c{i % 3}", "", "USD") for i, value in enumerate(values)]
    found = exposure.exposure(held, nav)
    for name in (exposure.by_class, exposure.by_currency, exposure.by_symbol):
        slices = exposure.allocation(held, nav, name)
        assert sum(one.net for one in slices) == found.net and sum(one.gross for one in slices) == found.gross
        assert not found.gross or sum(one.share for one in slices) == pytest.approx(1)
        assert all((one.weight is None) == (nav <= 0) for one in slices)
    near = exposure.concentration(held, nav)
    assert (near.hhi is None) == (found.gross == 0)
    assert near.hhi is None or 1 / len(values) - 1e-12 <= near.hhi <= 1 + 1e-12
    assert (found.leverage is None) == (nav <= 0)


def test_currencies_of_instruments() -> None:
    catalogue = load()
    said = {
        name: exposure.held_currency(catalogue[name]) for name in ("AAPL", "HSBA.L", "7203.T", "EUR-USD", "GBP-JPY")
    }
    assert said == {"AAPL": "USD", "HSBA.L": "GBP", "7203.T": "JPY", "EUR-USD": "EUR", "GBP-JPY": "GBP"}


# --- correlation and risk -----------------------------------------------------------------------


def test_moves_meet_on_common_days() -> None:
    days = range(40)
    closes = {
        "A": {day: 100.0 + day for day in days},
        "B": {day: 50.0 + day % 7 for day in days if day % 10},
        "NEW": dict.fromkeys(range(35, 40), 1.0),
        "OIL": {day: 5.0 - day for day in days},
    }
    found = correlation.moves(closes)
    assert (found.symbols, found.left_out, len(found.days)) == (("A", "B"), ("NEW", "OIL"), 35)
    frame = pd.DataFrame({name: pd.Series(closes[name]) for name in ("A", "B")}).dropna().pct_change().dropna()
    assert np.allclose(np.array(found.rows), frame.to_numpy().T, atol=1e-15)
    assert np.allclose(correlation.correlation_matrix(found), frame.corr().to_numpy())
    assert correlation.moves({"NEW": closes["NEW"]}) is None and correlation.moves({}) is None
    apart = {"A": {day: 1.0 + day for day in range(0, 60, 2)}, "B": {day: 1.0 + day for day in range(1, 60, 2)}}
    assert correlation.moves(apart) is None


def test_an_instrument_that_never_moves_has_no_correlation() -> None:
    found = correlation.Moves(("A", "B"), tuple(range(30)), ((0.0,) * 30, tuple(drawn(1, 30).rows[0])))
    assert correlation.correlation_matrix(found) == [[None, None], [None, 1.0]]
    assert correlation.risk(found, {"A": 1.0}, "A") == correlation.Risk(
        0.0, None, 1.0, (correlation.Contribution("A", 1.0, 0.0, 0.0, None, None),)
    )


@given(parts=st.lists(st.floats(-1, 1), min_size=5, max_size=5))
def test_contributions_sum_to_volatility_and_pandas_agrees(parts: list[float]) -> None:
    found = drawn()
    held = dict(zip(found.symbols, parts, strict=True))
    risk = correlation.risk(found, held, "S0")
    frame = pd.DataFrame(dict(zip(found.symbols, found.rows, strict=True)))
    book = frame @ np.array(parts)
    assert risk.volatility == pytest.approx(book.std() * 252**0.5, abs=1e-12)
    assert risk.volatility == pytest.approx(ratios.volatility(correlation.book_returns(found, held)), abs=1e-12)
    assert sum(one.contribution for one in risk.contributions) == pytest.approx(risk.volatility, abs=1e-12)
    assert risk.beta is None or risk.beta == pytest.approx(book.cov(frame["S0"]) / frame["S0"].var(), abs=1e-9)
    assert np.allclose(correlation.correlation_matrix(found), frame.corr().to_numpy())


def test_one_series_meets_all() -> None:
    found = drawn()
    frame = pd.DataFrame(dict(zip(found.symbols, found.rows, strict=True)))
    series = drawn(1, seed=9).rows[0]
    assert correlation.correlations_with(found, series) == pytest.approx(frame.corrwith(pd.Series(series)).to_dict())
    assert set(correlation.correlations_with(found, [0.1] * len(series)).values()) == {None}


def test_what_has_no_history_is_said() -> None:
    risk = correlation.risk(drawn(2), {"S0": 0.3, "NEW": -0.1})
    assert (risk.covered, risk.beta, [one.symbol for one in risk.contributions]) == (pytest.approx(0.75), None, ["S0"])


# --- what if ------------------------------------------------------------------------------------


def moves_of(*names: str) -> correlation.Moves:
    found = drawn(len(names))
    return correlation.Moves(names, found.days, found.rows)


BOOK = Book(1000 * VCR, 400 * VCR, HELD)
BUY = Trade(1, 5, 152 * VCR, 150 * VCR, VCR, HELD[0])


def test_a_trade_changes_everything_it_should() -> None:
    found = moves_of("AAPL", "BTC-USD", "HSBA.L", "SPX")
    said = whatif.what_if(BOOK, BUY, found, "SPX")
    assert (said.book.cash, said.book.nav, said.cost, said.realised) == (247 * VCR, 997 * VCR, 3 * VCR, 0)
    assert [one.value for one in said.book.holdings if one.symbol == "AAPL"] == [450 * VCR]
    assert said.before.exposure.gross == 1000 * VCR and said.after.exposure.gross == 1150 * VCR
    assert said.after.risk.volatility != said.before.risk.volatility and said.after.risk.beta is not None
    assert set(said.correlations) == {"BTC-USD", "HSBA.L"} and -1 <= said.with_book <= 1
    alone = whatif.picture(said.book, found, "SPX")
    assert alone == said.after
    weighed = {one.symbol: one.value / said.book.nav for one in said.book.holdings}
    series = correlation.book_returns(found, weighed)
    assert said.after.sharpe == ratios.sharpe(series) and said.after.tails[0].var is not None


def test_closing_a_position_realises_it_and_margin_pays_only_the_difference() -> None:
    close = Trade(-1, 10, 298 * VCR, 300 * VCR, VCR, HELD[0])
    said = whatif.what_if(BOOK, close, None)
    assert (said.realised, said.cost, said.book.cash) == (48 * VCR, 3 * VCR, 697 * VCR)
    assert [one.symbol for one in said.book.holdings] == ["BTC-USD", "HSBA.L"]
    assert said.after.risk is None and said.after.sharpe is None and said.with_book is None
    future = Trade(1, 1, 200 * VCR, 200 * VCR, 0, Holding("GC", 0, 0, 0), full_cash=False, margin_share=(1, 10))
    after = whatif.what_if(BOOK, future, None).book
    assert (after.cash, after.nav) == (BOOK.cash, BOOK.nav)
    assert [one.margin for one in after.holdings if one.symbol == "GC"] == [20 * VCR]


def test_an_empty_and_a_worthless_book_have_a_picture() -> None:
    empty = whatif.picture(Book(1000, 1000, ()), moves_of("SPX"), "SPX")
    assert (empty.risk, empty.sharpe, empty.exposure.gross, empty.concentration.hhi) == (None, None, 0, None)
    worthless = whatif.picture(Book(-5, -5, HELD), moves_of("AAPL", "BTC-USD", "HSBA.L"))
    assert (worthless.risk, worthless.exposure.leverage, worthless.tails[0].var) == (None, None, None)


# --- target weights -----------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "seed"), [(2, 1), (5, 2), (12, 3)])
def test_equal_risk_is_equal_and_is_scipys(count: int, seed: int) -> None:
    found = drawn(count, seed=seed)
    parts = weights.equal_risk(found)
    risk = correlation.risk(found, parts)
    assert [one.share for one in risk.contributions] == pytest.approx([1 / count] * count, rel=1e-6)
    assert sum(parts.values()) == pytest.approx(1) and min(parts.values()) > 0
    covariance = correlation.covariance_matrix(found) * 1e4
    solved = optimize.minimize(
        lambda x: x @ covariance @ x / 2 - np.log(x).sum() / count,
        np.ones(count),
        jac=lambda x: covariance @ x - 1 / (count * x),
        bounds=[(1e-9, None)] * count,
        options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 10_000},
    ).x
    assert list(parts.values()) == pytest.approx((solved / solved.sum()).tolist(), rel=1e-4)


def test_weights_of_what_never_moved() -> None:
    still = correlation.Moves(("A", "B"), tuple(range(30)), ((0.0,) * 30, drawn(1, 30).rows[0]))
    assert weights.inverse_volatility(still) is None and weights.equal_risk(still) is None
    found = drawn(3)
    inverse = weights.inverse_volatility(found, 0.9)
    spreads = np.std(np.array(found.rows), axis=1, ddof=1)
    assert list(inverse.values()) == pytest.approx((0.9 / spreads / (1 / spreads).sum()).tolist())
    assert weights.equal_weight(["A", "B"], 0.5) == {"A": 0.25, "B": 0.25}
    assert weights.drift({"A": 0.6, "B": 0.1}, {"A": 0.4, "C": 0.3}) == pytest.approx(0.3)


# --- plans --------------------------------------------------------------------------------------


def check(made: Plan, nav: int, held: dict[str, int], lots: dict[str, Lot], rules: Rules) -> None:
    """Whole lots within every limit, nothing needless, and within a lot of what was allowed."""
    after = dict(held)
    for one in made.proposals:
        assert one.quantity > 0 and one.side in (1, -1) and one.reason
        after[one.symbol] = after.get(one.symbol, 0) + one.side * one.quantity
    room = Fraction(PPM - rules.headroom_ppm, PPM)
    gross = Fraction(0)
    for row in made.rows:
        lot, count = lots[row.symbol], after.get(row.symbol, 0)
        worth = Fraction(abs(count) * lot.n, lot.d)
        gross += worth
        assert worth * Fraction(*lot.margin) <= nav * rules.concentration * room
        away = abs(Fraction(count * lot.n, lot.d) - Fraction(nav * row.allowed_ppm, PPM))
        traded = any(one.symbol == row.symbol for one in made.proposals)
        assert away <= Fraction(lot.n, lot.d) or (not traded and away <= rules.least_value + Fraction(lot.n, lot.d))
    assert gross <= rules.leverage * nav * room + rules.least_value * len(made.rows)


LOTS = st.dictionaries(
    st.sampled_from([f"S{i}" for i in range(8)]),
    st.builds(
        Lot,
        n=st.integers(1, 5 * 10**9),
        d=st.sampled_from([1, 3, 1000]),
        margin=st.sampled_from([(1, 1), (1, 10)]),
    ),
    min_size=1,
)


@settings(max_examples=150)
@given(lots=LOTS, nav=st.integers(10**9, 10**12), data=st.data())
def test_plans_reach_their_targets_within_limits(lots: dict[str, Lot], nav: int, data: st.DataObject) -> None:
    targets = {name: data.draw(st.integers(-600_000, 900_000)) for name in lots}
    held = {name: data.draw(st.integers(-5, 5)) for name in lots if nav * lots[name].d > 80 * lots[name].n}
    rules = Rules(least_value=data.draw(st.sampled_from([0, 10**8])))
    made = plan(nav, held, lots, targets, rules)
    check(made, nav, held, lots, rules)
    again = dict(held)
    for one in made.proposals:
        again[one.symbol] = again.get(one.symbol, 0) + one.side * one.quantity
    assert plan(nav, again, lots, targets, rules).proposals == []


def test_a_plan_by_hand() -> None:
    lots = {"A": Lot(100 * VCR, 1), "B": Lot(30 * VCR, 1), "C": Lot(10 * VCR, 1)}
    made = plan(10_000 * VCR, {"A": 30, "C": 7}, lots, to_ppm({"A": 0.2, "B": 0.2}), Rules(least_value=50 * VCR))
    assert [(one.symbol, one.side, one.quantity, one.value) for one in made.proposals] == [
        ("A", -1, 10, 1000 * VCR),
        ("C", -1, 7, 70 * VCR),
        ("B", 1, 66, 1980 * VCR),
    ]
    assert made.proposals[0].reason == "30.00 % of NAV to 20.00 %"
    assert (made.drift_ppm, made.left_ppm, made.turnover) == (153_500, 1_000, 3050 * VCR)


def test_limits_are_told_and_kept() -> None:
    lots = {name: Lot(VCR, 1) for name in "ABCDE"}
    nav = 10_000 * VCR
    one = plan(nav, {}, lots, {"A": 600_000})
    assert [row.note for row in one.rows] == ["cut to the concentration limit"]
    assert one.proposals[0].quantity == 2475
    reserve = plan(nav, {}, lots, dict.fromkeys("ABCDE", 200_000), Rules(reserve_ppm=100_000))
    assert [proposal.quantity for proposal in reserve.proposals] == [1800] * 5
    assert {row.note for row in reserve.rows} == {"cut to leave the cash reserve"}
    wide = {f"S{i}": Lot(VCR, 1) for i in range(10)}
    lever = plan(nav, {}, wide, {name: 240_000 * (1 if place % 2 else -1) for place, name in enumerate(wide)})
    assert sum(proposal.value for proposal in lever.proposals) <= 19_800 * VCR
    assert {row.note for row in lever.rows} == {"cut to the leverage limit"}


def test_what_is_not_touched() -> None:
    lots = {"A": Lot(VCR, 1), "B": Lot(VCR, 1, tradable=False), "C": Lot(VCR, 1)}
    nav, held = 10_000 * VCR, {"A": 1000, "B": 500, "C": 300}
    made = plan(nav, held, lots, {"A": 105_000, "Z": 10_000}, Rules(keep_others=True))
    assert made.proposals == [] and made.note == "no price is known of Z"
    assert {row.symbol: row.note for row in made.rows} == {
        "A": "the trade would be below the least value",
        "B": "does not trade",
        "C": "kept",
    }
    assert plan(0, held, lots, {}).note and plan(-5, held, lots, {"A": 1}).proposals == []
    closed = plan(nav, {"A": 3}, lots, {}, Rules(least_value=100 * VCR))
    assert [(one.side, one.quantity) for one in closed.proposals] == [(-1, 3)]
