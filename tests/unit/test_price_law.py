"""The price law to the last digit, and the arithmetic of the overlay against plain reference forms."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.market.catalogue import load
from engine.market.overlay import LIFETIMES, Displaced, Far, Shape, promised
from engine.market.roots import HALF, power, root
from engine.market.shown import sessions_between
from engine.matching.exchange import plan, take
from engine.model.ids import SECOND_NS, TimeNs
from tests.simulation.impact_lab import EVERY, STEP, Lab, named

GRID = [10.0**exponent for exponent in (-6, -5, -4, -3, -2, -1)]


def exact_power(value: float, exponent: Fraction) -> Decimal:
    with localcontext() as context:
        context.prec = 50
        return Decimal(value) ** (Decimal(exponent.numerator) / Decimal(exponent.denominator))


@pytest.mark.parametrize("name", EVERY)
def test_the_law_is_exact_on_a_grid_and_its_slope_is_alpha(name: str) -> None:
    shape = Lab(named(name)).shape
    mid = shape.price
    for share in GRID:
        quantity = share * shape.volume
        exact = Decimal(shape.gamma) * Decimal(mid) * exact_power(quantity / shape.volume, shape.alpha)
        assert abs(Decimal(shape.impact(quantity, mid)) / exact - 1) < Decimal("1e-12")
    low, high = (shape.impact(share * shape.volume, mid) for share in (GRID[0], GRID[-1]))
    slope = math.log(high / low) / math.log(GRID[-1] / GRID[0])
    assert slope == pytest.approx(float(shape.alpha), abs=1e-12)


@pytest.mark.parametrize("side", [+1, -1])
@pytest.mark.parametrize("name", EVERY)
def test_orders_beyond_the_book_pay_the_law_to_one_tick_times_one_lot(name: str, side: int) -> None:
    market = Lab(named(name))
    market.source.sizes = [1]
    market.source.ask_size[:] = 1
    shape, mid2 = market.shape, market.mid2
    half2 = int(market.source.ask[-1] - market.source.bid[-1])
    bound = 0
    for share in GRID:
        market.restart()
        lots = market.lots(share)
        levels = market.shown.side(market.instrument, side)
        shown_lots = sum(size for _, size in levels)
        if lots <= 2 * shown_lots:
            continue
        walked2 = sum(side * (2 * price - mid2) * size for price, size in levels)
        law2 = half2 + 2 * shape.impact(lots, mid2 / 2)
        far2 = side * (2 * levels[-1][0] - mid2)
        floor2 = 2 * shape.scale(mid2 / 2) * shape.potential(lots, (lots, lots, lots))
        expected = walked2 + (lots - shown_lots) * max(law2, far2)
        cost = market.trade(side * lots)
        if expected >= floor2 and law2 > far2:
            bound += 1
            assert 0 <= cost - expected + 1e-12 * expected <= 2 + 2e-12 * expected
        assert cost >= floor2 * (1 - 1e-12)
    assert bound


@pytest.mark.parametrize("alpha", [0.49, 0.0, -0.5, 1.01, 2.0])
def test_alpha_outside_a_half_to_one_is_refused(alpha: float) -> None:
    with pytest.raises(ValueError, match=r"outside 0\.5 to 1"):
        Shape.of(msgspec.structs.replace(named("AAPL"), alpha=alpha), 25_000.0)


@pytest.mark.parametrize("field", ["adv_units", "l1_depth", "spread_ticks"])
def test_a_law_without_volume_depth_or_spread_is_refused(field: str) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Shape.of(msgspec.structs.replace(named("AAPL"), **{field: 0.0}), 25_000.0)


@pytest.mark.parametrize("alpha", [0.5, 0.6, 0.75, 1.0])
def test_every_alpha_allowed_makes_a_shape(alpha: float) -> None:
    shape = Shape.of(msgspec.structs.replace(named("AAPL"), alpha=alpha), 25_000.0)
    assert shape.potential(1e6, (1e6, 1e6, 1e6)) > 0
    assert shape.impact(shape.volume, 25_000.0) == pytest.approx(shape.gamma * 25_000.0)


def test_no_lots_take_nothing_and_no_quote_gives_nothing() -> None:
    market = Lab(named("AAPL"))
    assert plan(market.shown, market.instrument, +1, 0, None, 10).lots == 0
    market.source.ask[:] = 0
    market.wait(0.1)
    assert plan(market.shown, market.instrument, +1, 100, None, 100).lots == 0
    assert plan(market.shown, market.instrument, -1, 100, None, 100).lots == 100


def test_a_crossed_book_gives_no_more_than_its_own_prices() -> None:
    market = Lab(named("AAPL"), spread=-4)
    bid, ask = market.shown.touch(market.instrument)
    assert bid > ask
    for side, touch in ((+1, ask), (-1, bid)):
        sweep = plan(market.shown, market.instrument, side, 200_000, None, 1 << 40)
        assert all(side * (part.price - touch) >= 0 for part in sweep.slices)
    market.trade(+50_000)
    market.trade(-50_000)


def test_a_limit_order_takes_the_part_of_a_promising_level_that_it_may() -> None:
    market = Lab(named("AAPL"), None, (9.0,) * 10)
    ask, size = market.shown.side(market.instrument, +1)[0]
    sweep = plan(market.shown, market.instrument, +1, size, ask, 0)
    assert 0 < sweep.lots < size
    assert {part.price for part in sweep.slices} == {ask}


# --- arithmetic -------------------------------------------------------------------------------


@given(value=st.floats(1e-300, 1e300), degree=st.sampled_from([3, 4, 5, 7, 10]))
def test_roots_are_right_to_the_last_bits(value: float, degree: int) -> None:
    assert abs(Decimal(root(value, degree)) / exact_power(value, Fraction(1, degree)) - 1) < Decimal("1e-15")


@given(name=st.sampled_from(EVERY), x=st.floats(-1, 1), e=st.tuples(*[st.floats(-1, 1)] * 3))
def test_displacement_and_potential_agree_with_their_plain_forms(
    name: str, x: float, e: tuple[float, float, float]
) -> None:
    shape = Lab(named(name)).shape
    v = shape.volume
    x, e = x * v, (e[0] * v, e[1] * v, e[2] * v)
    beyond = max(0.0, abs(x) - shape.flat)
    d, phi = math.copysign(shape.kinf * beyond, x), 0.5 * shape.kinf * beyond**2
    for amplitude, volume in zip(shape.amplitudes, e, strict=True):
        size = max(0.0, abs(volume) - shape.flat)
        y = 1.0 + size / shape.e0
        d += math.copysign(amplitude * (power(y, shape.alpha) - 1.0), volume)
        rise = float(1 + shape.alpha)
        phi += amplitude * (shape.e0 / rise * (y * power(y, shape.alpha) - 1.0) - size)
    assert shape.displacement(x, e) == pytest.approx(d, rel=1e-14)
    assert shape.potential(x, e) == pytest.approx(phi, rel=1e-14)
    step = 1e-4 * v
    plus, minus = (shape.potential(x + s, (e[0] + s, e[1] + s, e[2] + s)) for s in (step, -step))
    assert minus - 2 * phi + plus >= -1e-12 * (plus + minus)


def by_halving(shape: Shape, scale: float, state: Displaced, side: int, levels: list[Far]) -> list[int]:
    """The rule of `promised`, searched lot by lot from both ends."""
    start = state.potential(shape, 0.0)
    before, walked, shown = 0, 0.0, []
    for distance, size in levels:

        def pays(lots: int, before: int = before, walked: float = walked, distance: float = distance) -> bool:
            return walked + distance * lots >= scale * (state.potential(shape, side * (before + lots)) - start)

        low, high = 0, size
        while not pays(size) and high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if pays(middle) else (low, middle)
        kept = size if pays(size) else low
        shown.append(kept)
        before, walked = before + kept, walked + distance * kept
    return shown


@given(
    name=st.sampled_from(["AAPL", "BTC-USD", "EUR-USD", "ARL"]),
    past=st.lists(st.floats(-0.02, 0.02), min_size=1, max_size=3),
    sizes=st.lists(st.floats(0.0, 9.0), min_size=10, max_size=10),
    side=st.sampled_from([+1, -1]),
)
def test_the_quick_way_to_clip_a_ladder_finds_what_halving_finds(
    name: str, past: list[float], sizes: list[float], side: int
) -> None:
    market = Lab(named(name), None, sizes)
    for share in past:
        market.trade(market.lots(share))
        market.wait(60.0)
    state, book = market.shown.peek(market.instrument), market.source.ladder(market.instrument.column, 10)
    assert state is not None
    low, _ = market.shown.shifts(market.instrument)
    basis = market.instrument.basis_ticks
    far = [(side * (price + basis + low - market.mid2 / 2), size) for price, size in book[side > 0]]
    quick = promised(market.shape, 1.0, state, side, far)
    slow = by_halving(market.shape, 1.0, state, side, far)
    assert all(abs(a - b) <= 1e-9 * max(a, b) + 1 for a, b in zip(quick, slow, strict=True))


# --- time -------------------------------------------------------------------------------------


def test_half_lives_run_in_trading_time_so_a_weekend_erases_nothing() -> None:
    market = Lab(named("AAPL"))
    market.trade(500_000)
    day = next(d for d in market.calendar.days if d.segments[-1].end > market.close and _is_friday(d.label))
    friday = next(s.end for s in day.segments if s.start < s.end and s.end - s.start == 6.5 * 3600 * SECOND_NS)
    market.shown.advance(TimeNs(friday), STEP)
    before = market.displacement()
    later = market.calendar.next_open(friday + 3600 * SECOND_NS)
    market.shown.advance(TimeNs(later), STEP)
    assert market.displacement() == before
    assert sessions_between(market.calendar, friday, later) == 0.0
    market.shown.advance(TimeNs(later + 3600 * SECOND_NS), STEP)
    assert market.displacement() < before


def _is_friday(label: str) -> bool:
    from datetime import date

    return date.fromisoformat(label).weekday() == 4


def test_decays_do_not_depend_on_how_time_was_cut() -> None:
    whole, cut = Displaced(at=0, e=(1e6, 1e6, 1e6)), Displaced(at=0, e=(1e6, 1e6, 1e6))
    whole.decayed(0.5, 0.0)
    for _ in range(50):
        cut.decayed(0.01, 0.0)
    for a, b, lifetime in zip(whole.e, cut.e, LIFETIMES, strict=True):
        assert a == pytest.approx(b, rel=1e-12)
        assert a == pytest.approx(1e6 * math.exp(-0.5 / lifetime), rel=1e-12)


@pytest.mark.parametrize(("name", "half_life"), [("AAPL", (0.3, 1.0)), ("BTC-USD", (0.02, 0.1)), ("ARL", (1.0, 5.0))])
def test_displayed_size_comes_back_as_fast_as_recorded_books(name: str, half_life: tuple[float, float]) -> None:
    market = Lab(named(name))
    state = market.shown
    sweep = plan(state, market.instrument, +1, market.source.sizes[0], None, 0)
    take(state, market.instrument, +1, sweep)
    taken = sum(state.displaced[market.instrument.symbol].consumed_ask.values())
    seconds, left = 0.0, taken
    while left > 0.5 * taken:
        market.wait(0.1)
        seconds += 0.1
        peeked = state.peek(market.instrument)
        assert peeked is not None
        left = sum(peeked.consumed_ask.values())
    assert half_life[0] <= seconds <= half_life[1] + 0.1


def test_the_catalogue_uses_halves_and_other_powers() -> None:
    alphas = {Fraction(str(i.alpha)) for i in load().columns}
    assert HALF in alphas
    assert len(alphas) > 1


@pytest.mark.parametrize("side", [+1, -1])
@pytest.mark.parametrize("name", EVERY)
def test_a_move_through_a_price_gives_waiting_orders_no_more_than_pushes_it_back(name: str, side: int) -> None:
    market = Lab(named(name))
    market.trade(market.lots(0.001))
    most = market.lots(0.1)
    before, last = market.displacement(), 0
    for through in (1, 3, 10, 40):
        lots = market.shown.waited(market.instrument, side, through, most)
        assert last <= lots <= most
        state = market.shown.displaced[market.instrument.symbol]
        moved = market.shape.displacement(state.x + side * lots, tuple(v + side * lots for v in state.e))  # type: ignore[arg-type]
        assert side * (moved - before) <= through + 1e-9
        last = lots
