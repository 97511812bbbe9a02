"""The world is one function of time: however it is reached, asked or divided, it shows the same."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.market.world import World
from engine.model.ids import DAY_NS, MINUTE_NS, SECOND_NS, TimeNs
from tests.simulation.world_market import ANCHOR, at, calendars, some, world

TICK = SECOND_NS // 10
NAMES = ("AAPL", "KO", "SPY", "SPX", "EUR-USD", "USD-MXN", "GC", "ZC", "BTC-USD", "7203.T", "DAX", "VIX", "SHIB-USD")
QUOTE = ("bid", "ask", "bid_size", "ask_size", "last", "mid2", "state", "volume_day", "prev_close", "day_open_mid2")


def shown(market: World) -> dict[str, list[int]]:
    return {name: getattr(market, name).tolist() for name in QUOTE}


def walk(market: World, start: TimeNs, end: TimeNs, step: int) -> None:
    for now in range(start, end + 1, step):
        market.advance(TimeNs(now), step)


@pytest.mark.parametrize(
    "when", ["2026-08-18T13:29:00+00:00", "2026-08-18T19:59:00+00:00", "2026-08-18T20:59:00+00:00"]
)
def test_steps_of_every_length_agree_at_minutes(when: str) -> None:
    start = at(when)
    fine, coarse, coarsest = world(*NAMES), world(*NAMES), world(*NAMES)
    for minute in range(3):
        first, last = TimeNs(start + minute * MINUTE_NS), TimeNs(start + (minute + 1) * MINUTE_NS)
        walk(fine, TimeNs(first + TICK), last, TICK)
        walk(coarse, TimeNs(first + SECOND_NS), last, SECOND_NS)
        coarsest.advance(last, MINUTE_NS)
        assert shown(fine) == shown(coarse) == shown(coarsest)
        assert fine.ladder(0) == coarsest.ladder(0)


def test_a_jump_shows_what_a_walk_shows() -> None:
    walked, jumped = world(*NAMES), world(*NAMES)
    for step in range(1, 700, 1):
        walked.advance(TimeNs(ANCHOR + step * TICK), TICK)
        if step % 97 == 0:
            jumped.advance(TimeNs(ANCHOR + 9 * DAY_NS), MINUTE_NS)
            jumped.advance(TimeNs(ANCHOR + step * TICK), TICK)
            assert shown(walked) == shown(jumped)
            assert walked.any_prints().tolist() == jumped.any_prints().tolist()
            assert [walked.prints(k) for k in range(len(NAMES))] == [jumped.prints(k) for k in range(len(NAMES))]


def test_seconds_hold_the_prints_of_their_ticks() -> None:
    fine, coarse = world("AAPL", "BTC-USD"), world("AAPL", "BTC-USD")
    for second in range(1, 70):
        coarse.advance(TimeNs(ANCHOR + second * SECOND_NS), SECOND_NS)
        seen: list[list[object]] = [[], []]
        for tick in range(9, -1, -1):
            fine.advance(TimeNs(ANCHOR + second * SECOND_NS - tick * TICK), TICK)
            for ix in (0, 1):
                seen[ix] += fine.prints(ix)
        assert seen == [coarse.prints(0), coarse.prints(1)]


def test_a_subset_and_another_order_show_the_same() -> None:
    everything, few = world(*NAMES), world("DAX", "BTC-USD", "AAPL")
    for step in range(1, 130):
        now = TimeNs(ANCHOR + step * TICK)
        everything.advance(now, TICK)
        few.advance(now, TICK)
    places = [NAMES.index(name) for name in ("DAX", "BTC-USD", "AAPL")]
    for name in QUOTE:
        assert getattr(everything, name)[places].tolist() == getattr(few, name).tolist()
    for here, there in zip(range(3), places, strict=True):
        assert few.ladder(here, 25) == everything.ladder(there, 25)
        assert few.daily(here, 50, ANCHOR) == everything.daily(there, 50, ANCHOR)


def test_history_shows_what_was_live() -> None:
    market = world("AAPL", "EUR-USD", "BTC-USD")
    seen: list[list[tuple[int, int]]] = [[], [], []]
    walk(market, ANCHOR, ANCHOR, TICK)
    for step in range(1200):
        market.advance(TimeNs(ANCHOR + step * TICK), TICK)
        for ix in range(3):
            seen[ix].append((int(market.mid2[ix] + 1) >> 1, int(market.volume_day[ix])))
    later = TimeNs(ANCHOR + 3 * DAY_NS)
    market.advance(later, MINUTE_NS)
    for ix in range(3):
        bars = market.bars(ix, MINUTE_NS, ANCHOR, TimeNs(ANCHOR + 2 * MINUTE_NS))
        for place, bar in enumerate(bars):
            mids = [mid for mid, _ in seen[ix][place * 600 : place * 600 + 600]]
            assert (bar.open, bar.high, bar.low, bar.close) == (mids[0], max(mids), min(mids), mids[-1])
        assert bars[0].volume == seen[ix][600][1] - seen[ix][0][1]


def test_recent_trades_are_the_prints() -> None:
    market = world("AAPL", "BTC-USD")
    seen: list[list[object]] = [[], []]
    for step in range(1, 400):
        market.advance(TimeNs(ANCHOR + step * TICK), TICK)
        for ix in (0, 1):
            seen[ix] += market.prints(ix)
    for ix in (0, 1):
        assert market.recent_trades(ix, 20) == seen[ix][-20:]


def test_the_ladder_is_the_vectorised_ladder() -> None:
    market = world(*NAMES)
    market.advance(TimeNs(ANCHOR + 7 * TICK), TICK)
    (bid, ask), (bid_size, ask_size) = market.ladders(12)
    for ix in range(len(NAMES)):
        bids, asks = market.ladder(ix, 12)
        assert bids == [(p, s) for p, s in zip(bid[:, ix].tolist(), bid_size[:, ix].tolist(), strict=True) if p >= 1]
        assert asks == list(zip(ask[:, ix].tolist(), ask_size[:, ix].tolist(), strict=True))


def test_bars_never_pass_the_present() -> None:
    market = world("AAPL")
    market.advance(TimeNs(ANCHOR + 30 * SECOND_NS), SECOND_NS)
    bars = market.bars(0, MINUTE_NS, TimeNs(ANCHOR - 5 * MINUTE_NS), TimeNs(ANCHOR + DAY_NS))
    assert bars[-1].at == ANCHOR
    assert bars[-1].close == int(market.mid2[0] + 1) >> 1
    assert len(bars) == 6


def fingerprint() -> str:
    """Hash of what a small market shows over a few steps."""
    market = World(some(*NAMES), calendars(), 11, ANCHOR)
    digest = hashlib.sha256()
    for step in range(1, 120):
        market.advance(TimeNs(ANCHOR + step * TICK), TICK)
        for array in market.ladders(5):
            digest.update(np.ascontiguousarray(array).tobytes())
    digest.update(repr([market.daily(k, 400, ANCHOR) for k in range(len(NAMES))]).encode())
    return digest.hexdigest()


def test_two_processes_agree_whatever_their_hash_seed() -> None:
    code = "from tests.simulation.test_world_agreement import fingerprint; print(fingerprint())"
    root = Path(__file__).resolve().parents[2]
    out = set()
    for seed in ("0", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)}
        done = subprocess.run(
            [sys.executable, "-c", code], check=False, cwd=root, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        out.add(done.stdout.strip())
    assert len(out) == 1
