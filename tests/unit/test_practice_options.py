"""Options of the practice universe: parity, sensitivities, a surface without holes, sensible listings."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise
from math import exp, isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.format import parse_time
from engine.model.refusal import Code, Refused
from engine.research.practice.black_scholes import Terms, call, greeks, put
from engine.research.practice.desk import Universe
from engine.research.practice.options import listed, priced, strikes_of
from engine.research.practice.surface import surface
from tests.practice import Seen, ask, moment, stage_of

UNDERLYINGS = ("AAPL", "AMC", "SPY", "SPX", "SHEL.L", "N225", "005930.KS")
terms = st.builds(
    Terms,
    st.floats(5, 5_000),
    st.floats(5, 5_000),
    st.floats(0.01, 2),
    st.floats(-0.01, 0.08),
    st.floats(0, 0.06),
    st.floats(0.05, 1.2),
).filter(lambda t: 0.4 < t.strike / t.spot < 2.5)


@given(terms)
def test_parity_and_bounds(one: Terms) -> None:
    left, right = call(one) - put(one), one.discount * (one.forward - one.strike)
    assert isclose(left, right, abs_tol=1e-9 * one.spot)
    assert call(one) >= max(0.0, right) - 1e-9 * one.spot and put(one) >= max(0.0, -right) - 1e-9 * one.spot


@given(terms.filter(lambda t: t.years > 0.05 and 0.7 < t.strike / t.spot < 1.4))
@pytest.mark.parametrize("right", ("call", "put"))
def test_sensitivities_are_the_price_s_differences(right: str, one: Terms) -> None:
    price = call if right == "call" else put
    told = greeks(one, right)

    def slope(name: str, step: float) -> float:
        value = getattr(one, name)
        return (price(one._replace(**{name: value + step})) - price(one._replace(**{name: value - step}))) / (2 * step)

    step = one.spot * 1e-3
    bend = price(one._replace(spot=one.spot + step)) - 2 * price(one) + price(one._replace(spot=one.spot - step))
    near = {"abs_tol": 2e-3, "rel_tol": 2e-3}
    assert isclose(told.delta, slope("spot", one.spot * 1e-4), **near)
    assert isclose(told.gamma * one.spot, bend / step**2 * one.spot, abs_tol=0.02, rel_tol=0.02)
    assert isclose(told.vega / one.spot, slope("volatility", 1e-4) / one.spot, **near)
    assert isclose(told.theta / one.spot, -slope("years", 1e-4) / one.spot, **near)
    assert isclose(told.rho / one.spot, slope("rate", 1e-5) / one.spot, **near)


@pytest.mark.parametrize("symbol", UNDERLYINGS)
def test_a_surface_has_no_free_lunch(symbol: str) -> None:
    universe = Universe(stage_of())
    instrument = universe.stage.resolve(symbol)
    found = surface(universe, instrument)
    variance = 0.0
    for expiry in listed(universe, instrument):
        prices = [priced(found, k, expiry) for k in strikes_of(instrument, found, expiry)]
        assert len(prices) >= 10
        slopes = [(after.call - before.call) / (after.strike - before.strike) for before, after in pairwise(prices)]
        discount = exp(-found.rate * found.years(expiry.at))
        assert all(-discount - 1e-9 <= slope <= 1e-9 for slope in slopes)
        assert all(later >= earlier - 1e-6 for earlier, later in pairwise(slopes))
        total = found.at_money(expiry.at) ** 2 * found.years(expiry.at)
        assert total >= variance
        variance = total


@pytest.mark.parametrize("symbol", UNDERLYINGS)
def test_a_chain_is_quoted_around_its_theory_and_keeps_parity(symbol: str) -> None:
    document = ask(stage_of(), "option-chain", symbol)
    assert document["simulated"] is True and len(document["strikes"]) >= 8
    forward, years, rate = (float(document[name]) for name in ("forward", "years", "rate"))
    for row in document["strikes"]:
        for right in ("call", "put"):
            side = row[right]
            assert float(side["bid"] or 0) <= float(side["theory"]) + 1e-4 <= float(side["ask"]) + 2e-4
            assert side["open_interest"] >= 0
        apart = float(row["call"]["theory"]) - float(row["put"]["theory"])
        worth = exp(-rate * years) * (forward - float(row["strike"]))
        assert abs(apart - worth) <= 3e-4 + 2e-6 * forward
        assert abs(float(row["call"]["delta"]) - float(row["put"]["delta"]) - 1) < 0.12


def test_expiries_are_the_venues_days() -> None:
    stage = stage_of()
    universe = Universe(Seen(stage, moment(date(2026, 3, 2).toordinal(), 900)))
    instrument = stage.resolve("AAPL")
    days = {str(date.fromordinal(e.day)): e.kind for e in listed(universe, instrument)}
    assert "2026-04-02" in days, "Good Friday has no session: the Thursday is the week's last"
    assert days["2026-03-20"] == "monthly" and days["2026-03-13"] == "weekly"
    assert all(e.at > universe.now for e in listed(universe, instrument))
    closing = next(e for e in listed(universe, instrument) if e.kind == "weekly")
    after = Universe(Seen(stage, closing.at))
    assert closing.day not in {e.day for e in listed(after, instrument)}


def test_a_report_before_expiry_lifts_the_volatility() -> None:
    stage = stage_of()
    universe = Universe(stage)
    instrument = stage.resolve("NVDA")
    found = surface(universe, instrument)
    expiries = listed(universe, instrument)
    before, after = ([e for e in expiries if (e.at >= found.report_at) is side] for side in (False, True))
    calm = found._replace(report=0.0)
    assert all(found.at_money(e.at) == calm.at_money(e.at) for e in before)
    assert after and all(found.at_money(e.at) > calm.at_money(e.at) for e in after)


def test_one_option_agrees_with_its_chain() -> None:
    stage = stage_of()
    chain = ask(stage, "option-chain", "AAPL", strikes=3)
    for row in chain["strikes"]:
        one = ask(stage, "option-greeks", "AAPL", expiry=chain["expiry"], strike=row["strike"], right="put")
        assert {name: one[name] for name in ("bid", "ask", "theory", "contract")} == {
            name: row["put"][name] for name in ("bid", "ask", "theory", "contract")
        }
        assert abs(Decimal(one["intrinsic"]) + Decimal(one["time_value"]) - Decimal(one["theory"])) <= Decimal("0.0002")
        assert parse_time(one["expires_at"]) > stage.now


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"expiry": "2026-11-26"}, Code.OUT_OF_RANGE),
        ({"expiry": "soon"}, Code.NUMBER_FORMAT),
        ({"strike": "251.37"}, Code.OUT_OF_RANGE),
        ({"strike": "-5"}, Code.NUMBER_FORMAT),
        ({"right": "straddle"}, Code.ENUM_ERROR),
        ({"colour": "red"}, Code.UNKNOWN_FIELD),
    ],
)
def test_what_is_not_listed_is_refused_with_what_is(query: dict[str, str], code: Code) -> None:
    with pytest.raises(Refused) as refused:
        ask(stage_of(), "option-greeks", "AAPL", **query)
    assert refused.value.refusal.code is code and refused.value.refusal.fix
