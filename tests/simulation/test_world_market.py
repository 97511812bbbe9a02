"""What the world looks like: prices, spreads, trades, sessions, and what nobody may foresee."""

from __future__ import annotations

import numpy as np
import pytest

from engine.market.world import World
from engine.market.world.flow import Flow
from engine.market.world.path import BLOCKS, Path
from engine.model.ids import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS, TimeNs
from engine.model.session import MarketSession
from tests.simulation.world_market import ANCHOR, at, every_instrument, world

TICK = SECOND_NS // 10
NEW_YORK_OPEN = at("2026-08-18T13:30:00+00:00")


@pytest.fixture(scope="module")
def everything() -> World:
    return world()


def ticks(market: World, ix: int, minutes: int) -> dict[str, np.ndarray]:
    """Per tick: mid, imbalance, signed lots, spread; each (minutes * 600,), from an hour after the anchor's open."""
    first = (NEW_YORK_OPEN + HOUR_NS) // MINUTE_NS
    slots = market._past.slots(ix, market._past.spots(ix, first, first + minutes))
    path = Path(market._streams, market._columns, slots)
    flow = Flow(market._streams, market._columns, slots)
    parts: dict[str, list[np.ndarray]] = {"mid": [], "obi": [], "flow": [], "spread": []}
    for number in range(BLOCKS):
        block = flow.block(path.block(number))
        signed = np.zeros(block.bid.shape)
        used = np.arange(4) < block.counts[:, None]
        signed[block.row, block.col] = block.signs * (block.sizes * used).sum(axis=1)
        total = block.bid_size + block.ask_size
        parts["mid"].append((block.bid + block.ask) / 2)
        parts["obi"].append((block.bid_size - block.ask_size) / total)
        parts["flow"].append(signed)
        parts["spread"].append(block.ask - block.bid)
    return {name: np.concatenate(blocks).T.ravel() for name, blocks in parts.items()}


def test_the_anchor_day_opens_at_the_catalogue_price(everything: World) -> None:
    everything.advance(ANCHOR, TICK)
    for ix, instrument in enumerate(everything.instruments):
        ticks0 = float(instrument.price0) * 10**instrument.tick.decimals / instrument.tick.units
        assert int(everything.day_open_mid2[ix]) == 2 * round(ticks0), instrument.symbol
    american = [k for k, i in enumerate(everything.instruments) if i.session == "US_EQ"]
    everything.advance(NEW_YORK_OPEN, MINUTE_NS)
    for ix in american:
        instrument, opened = everything.instruments[ix], int(everything.day_open_mid2[ix]) / 2
        # A quote follows the price in a band that widens with the volatility of 100 ms.
        room = 3 + 2 * instrument.spread_ticks + opened * instrument.daily_vol / 250
        assert abs(int(everything.mid2[ix]) / 2 - opened) <= room


def test_history_joins_the_live_price(everything: World) -> None:
    everything.advance(ANCHOR, TICK)
    for ix in range(len(everything.instruments)):
        bars = everything.daily(ix, 500, ANCHOR)
        assert len(bars) == 500
        assert [b.at for b in bars] == sorted({b.at for b in bars})
        assert all(b.low <= min(b.open, b.close) and max(b.open, b.close) <= b.high and b.low >= 1 for b in bars)
    apple = next(k for k, i in enumerate(everything.instruments) if i.symbol == "AAPL")
    bars = everything.daily(apple, 2, ANCHOR)
    assert bars[-1].close == int(everything.mid2[apple] + 1) >> 1
    assert bars[-2].close == int(everything.prev_close[apple])


def test_quotes_are_never_crossed_or_empty(everything: World) -> None:
    for start in (NEW_YORK_OPEN - 5 * SECOND_NS, at("2026-08-18T21:00:00+00:00"), at("2026-08-19T00:30:00+00:00")):
        for step in range(1, 150):
            everything.advance(TimeNs(start + step * TICK), TICK)
            assert (everything.bid >= 1).all()
            assert (everything.ask > everything.bid).all()
            assert (everything.bid_size >= 1).all()
            assert (everything.ask_size >= 1).all()
            assert (everything.mid2 == everything.bid + everything.ask).all()


def test_prints_trade_at_the_quote_they_met(everything: World) -> None:
    everything.advance(ANCHOR, TICK)
    seen = 0
    for step in range(1, 120):
        bid, ask = everything.bid.copy(), everything.ask.copy()
        now = TimeNs(ANCHOR + step * TICK)
        everything.advance(now, TICK)
        for ix in everything.any_prints().tolist():
            trades = everything.prints(ix)
            assert trades
            assert [t.at for t in trades] == sorted(t.at for t in trades)
            for trade in trades:
                assert now - TICK <= trade.at < now
                assert trade.price == (ask[ix] if trade.sign > 0 else bid[ix])
                assert trade.size >= 1
            assert int(everything.last[ix]) == trades[-1].price
            assert everything.low_high(ix) == (min(t.price for t in trades), max(t.price for t in trades))
            seen += len(trades)
    assert seen > 1000


@pytest.mark.parametrize("symbol", ["AAPL", "KO", "MSFT", "SPY", "AZN.L", "EUR-USD", "USD-MXN", "GC", "BTC-USD", "SPX"])
def test_the_mean_spread_is_the_catalogues(symbol: str) -> None:
    market = world(symbol)
    configured = market.instruments[0].spread_ticks
    spread = ticks(market, 0, 60)["spread"]
    assert 0.6 * configured <= spread.mean() <= 1.4 * configured
    if configured <= 1.1:
        assert (spread == 1).mean() >= 0.9


@pytest.mark.parametrize("symbol", ["AAPL", "EUR-USD", "BTC-USD"])
def test_nobody_foresees_the_next_half_minute(symbol: str) -> None:
    """A linear forecast from past imbalance, flow and moves explains little of the next 30 s out of sample."""
    data = ticks(world(symbol, seed=3), 0, 240)
    mid, lead = data["mid"], 300
    at_ = np.arange(600, len(mid) - lead, 25)
    sums = {name: np.concatenate([[0.0], np.cumsum(data[name])]) for name in ("obi", "flow")}
    features = [np.ones(len(at_))]
    for span in (10, 50, 200):
        features += [(sums[name][at_ + 1] - sums[name][at_ + 1 - span]) / span for name in sums]
        features.append(mid[at_] - mid[at_ - span])
    x, y = np.stack(features, axis=1), mid[at_ + lead] - mid[at_]
    half = len(at_) // 2
    weights, *_ = np.linalg.lstsq(x[: half - lead // 25], y[: half - lead // 25], rcond=None)
    assert abs(np.corrcoef(x[half:] @ weights, y[half:])[0, 1]) < 0.35


def test_imbalance_leads_the_next_second() -> None:
    data = ticks(world("AAPL"), 0, 60)
    here = np.arange(0, len(data["mid"]) - 10, 10)
    assert 0.03 < np.corrcoef(data["obi"][here], data["mid"][here + 10] - data["mid"][here])[0, 1] < 0.42


def closes(market: World, symbol: str, count: int) -> np.ndarray:
    ix = next(k for k, i in enumerate(market.instruments) if i.symbol == symbol)
    return np.diff(np.log([float(b.close) for b in market.daily(ix, count, ANCHOR)]))


def test_names_move_together_by_their_factor(everything: World) -> None:
    everything.advance(ANCHOR, TICK)
    moves = {s: closes(everything, s, 500) for s in ("SPY", "AAPL", "SPX", "GC", "SI", "VIX", "EUR-USD", "USD-CHF")}

    def corr(a: str, b: str) -> float:
        n = min(len(moves[a]), len(moves[b]))
        return float(np.corrcoef(moves[a][-n:], moves[b][-n:])[0, 1])

    assert 0.45 < corr("SPY", "AAPL") < 0.9
    assert corr("SPY", "SPX") > 0.95
    assert corr("SPY", "VIX") < -0.4
    assert corr("EUR-USD", "USD-CHF") < -0.4
    assert corr("GC", "SI") > 0.5
    assert abs(corr("SPY", "GC")) < 0.25


def test_volatility_is_the_catalogues(everything: World) -> None:
    ratios = []
    for ix, instrument in enumerate(everything.instruments):
        closed = np.log([float(b.close) for b in everything.daily(ix, 600, ANCHOR)])
        ratios.append(np.diff(closed).std() / instrument.daily_vol)
    assert 0.7 < np.median(ratios) < 1.4


def test_closed_venues_stand_still() -> None:
    market = world("AAPL", "SPX", "BTC-USD", "7203.T")
    market.advance(at("2026-08-18T20:00:00+00:00"), MINUTE_NS)
    assert market.state.tolist() == [
        MarketSession.POST,
        MarketSession.CLOSED,
        MarketSession.REGULAR,
        MarketSession.CLOSED,
    ]
    market.advance(at("2026-08-19T00:00:00.1+00:00"), TICK)
    assert market.state.tolist() == [
        MarketSession.CLOSED,
        MarketSession.CLOSED,
        MarketSession.REGULAR,
        MarketSession.REGULAR,
    ]
    still = [(int(market.bid[0]), int(market.ask_size[0]), market.ladder(0, 5), int(market.volume_day[0]))]
    for step in range(2, 90):
        market.advance(TimeNs(at("2026-08-19T00:00:00+00:00") + step * TICK), TICK)
        still.append((int(market.bid[0]), int(market.ask_size[0]), market.ladder(0, 5), int(market.volume_day[0])))
        assert 0 not in market.any_prints()
    assert len({repr(s) for s in still}) == 1
    assert market.volume_rate(0) == 0
    assert market.volume_rate(2) > 0
    market.advance(at("2026-08-19T03:00:00+00:00"), MINUTE_NS)
    assert market.state[3] == MarketSession.BREAK


def test_early_and_late_trading_is_thin_and_wide() -> None:
    market = world("AAPL", "SPY", "KO")
    shown = {}
    for name, when in (("pre", "2026-08-18T11:00:00+00:00"), ("regular", "2026-08-18T16:00:00+00:00")):
        spreads, sizes = [], []
        for minute in range(60):
            market.advance(TimeNs(at(when) + minute * MINUTE_NS), MINUTE_NS)
            spreads.append((market.ask - market.bid).mean())
            sizes.append(market.bid_size.mean())
        shown[name] = float(np.mean(spreads)), float(np.mean(sizes))
        shown[name + " rate"] = market.volume_rate(0), 0.0
    assert shown["pre"][0] > 2 * shown["regular"][0]
    assert shown["pre"][1] < 0.25 * shown["regular"][1]
    assert shown["pre rate"][0] < 0.1 * shown["regular rate"][0]


def test_volume_runs_out_at_the_close() -> None:
    market = world("AAPL")
    left, done = [], []
    for hour in range(12):
        market.advance(TimeNs(NEW_YORK_OPEN + hour * 30 * MINUTE_NS), MINUTE_NS)
        left.append(market.day_volume_left(0))
        done.append(int(market.volume_day[0]))
    assert left == sorted(left, reverse=True)
    assert done == sorted(done)
    assert left[0] == pytest.approx(market.instruments[0].adv_units, rel=0.1)
    market.advance(TimeNs(NEW_YORK_OPEN + DAY_NS // 2), MINUTE_NS)
    assert market.day_volume_left(0) == 0


def test_minutes_of_a_bar_add_up() -> None:
    market = world("EUR-USD")
    market.advance(TimeNs(ANCHOR + 2 * HOUR_NS), MINUTE_NS)
    start, end = TimeNs(ANCHOR // HOUR_NS * HOUR_NS), TimeNs(ANCHOR // HOUR_NS * HOUR_NS + HOUR_NS)
    ones, fives = market.bars(0, MINUTE_NS, start, end), market.bars(0, 5 * MINUTE_NS, start, end)
    assert len(ones) == 60
    assert len(fives) == 12
    for place, bar in enumerate(fives):
        part = ones[5 * place : 5 * place + 5]
        assert (bar.open, bar.close) == (part[0].open, part[-1].close)
        assert (bar.high, bar.low) == (max(b.high for b in part), min(b.low for b in part))
        assert bar.volume == sum(b.volume for b in part)
    assert sum(b.volume for b in ones) == market.bars(0, HOUR_NS, start, end)[0].volume


def test_quotes_do_not_jump_at_minutes(everything: World) -> None:
    """The quote of a minute's first tick is drawn afresh; that must not show as a jump."""
    minutes = 120
    moved = {"edge": 0.0, "inside": 0.0}
    for ix in [k for k, i in enumerate(every_instrument()) if i.symbol in ("KO", "AAPL", "EUR-USD", "MSFT")]:
        mids = ticks(everything, ix, minutes)["mid"]
        steps = np.abs(np.diff(mids))
        edge = steps[599::600]
        moved["edge"] += float(edge.mean())
        moved["inside"] += float(steps.reshape(-1)[: len(steps) // 600 * 600].mean())
    assert moved["edge"] < 6 * moved["inside"]


def test_time_off_the_grid_is_refused() -> None:
    market = world("AAPL")
    with pytest.raises(ValueError, match="grid"):
        market.advance(TimeNs(ANCHOR + 1), TICK)
    with pytest.raises(ValueError, match="grid"):
        market.advance(ANCHOR, 7)
