"""Rules of halts on a day made by hand: bands, pauses, news, and where a halt stands in the table."""

from __future__ import annotations

import numpy as np
import pytest

from engine.market.world import halts
from engine.market.world.classes import columns
from engine.market.world.halts import Rules, halt_of, runs
from engine.market.world.minutes import MinuteTable
from engine.market.world.timeline import Day, Timeline
from engine.model.ids import MINUTE_NS
from tests.simulation.world_market import ANCHOR, calendars, some

PRE_MINUTES, REGULAR_MINUTES = 330, 390


@pytest.fixture(autouse=True)
def _quiet_days(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(halts, "NEWS_RATE", 0)


def day_of(session: str) -> Day:
    return Timeline(calendars()[session], ANCHOR).day(0)


def drawn(symbol: str, moves: dict[int, float]) -> tuple[Rules, Day, MinuteTable]:
    """A day of a symbol that stands at its price but for relative `moves` in single trading minutes."""
    instruments = some(symbol)
    c = columns(instruments)
    day = day_of(instruments[0].session)
    count = len(day.minutes)
    price = np.full(count + 1, float(c.price0[0]))
    for minute, move in moves.items():
        price[minute + 1 :] *= 1 + move
    path = price[:, None]
    one = np.ones((count, 1))
    volume = np.arange(count + 1.0)[:, None] * 100
    table = MinuteTable(
        path[:-1].copy(), path[1:].copy(), one.copy(), 0 * one, one.copy(), one.copy(), 0 * one, volume,
        np.zeros((count, 1), np.int32),
    )  # fmt: skip
    rules = Rules(7, instruments, c)
    return rules, day, rules.freeze(np.array([0]), [day], table)


def stretches(day: Day, table: MinuteTable) -> list[tuple[int, int, str]]:
    codes = table.halt[:, 0]
    found = []
    for code in dict.fromkeys(codes[codes != 0].tolist()):
        halt = halt_of(day, codes, code >> 2)
        assert halt is not None
        first = int(day.minutes[0]) * MINUTE_NS
        found.append(((halt.since - first) // MINUTE_NS, (halt.until - first) // MINUTE_NS, halt.reason))
    return found


@pytest.mark.parametrize(
    ("symbol", "minute", "move", "halted"),
    [
        ("AAPL", 400, -0.049, False),
        ("AAPL", 400, -0.051, True),
        ("AAPL", 400, 0.051, True),
        ("AAPL", 100, 0.30, False),
        ("AAPL", PRE_MINUTES + REGULAR_MINUTES - 20, 0.06, False),
        ("AAPL", PRE_MINUTES + REGULAR_MINUTES - 20, 0.11, True),
        ("AAPL", PRE_MINUTES + REGULAR_MINUTES + 30, 0.30, False),
        ("SPY", 500, 0.051, True),
        ("AMC", 500, 0.19, False),
        ("AMC", 500, 0.21, True),
    ],
)
def test_a_minute_that_ends_outside_its_band_pauses(symbol: str, minute: int, move: float, halted: bool) -> None:
    _, day, table = drawn(symbol, {minute: move})
    assert stretches(day, table) == ([(minute + 1, minute + 6, "luld")] if halted else [])


def test_while_halted_nothing_moves_and_the_volume_comes_at_the_reopening() -> None:
    _, day, table = drawn("AAPL", {400: 0.06, 403: -0.01, 404: 0.02})
    assert stretches(day, table) == [(401, 406, "luld")]
    held = slice(401, 406)
    assert set(table.start[held, 0]) == set(table.end[held, 0]) == {table.end[400, 0]}
    for quiet in (table.sd, table.jump, table.rate, table.z):
        assert not quiet[held].any()
    assert table.start[406, 0] == pytest.approx(table.end[400, 0] * 0.99 * 1.02)
    assert set(table.volume[401:406, 0]) == {table.volume[401, 0]}
    assert table.volume[407, 0] - table.volume[406, 0] == 600
    assert table.volume[-1, 0] == 100 * len(day.minutes)


def test_a_second_pause_needs_a_new_move_from_the_reopening() -> None:
    _, day, table = drawn("AAPL", {400: 0.06, 408: 0.06})
    assert stretches(day, table) == [(401, 406, "luld"), (409, 414, "luld")]
    _, day, table = drawn("AAPL", {400: 0.06, 403: 0.20})
    assert stretches(day, table) == [(401, 406, "luld")]


def test_a_pause_near_the_close_ends_with_the_session() -> None:
    close = PRE_MINUTES + REGULAR_MINUTES
    _, day, table = drawn("AAPL", {close - 3: 0.12})
    assert stretches(day, table) == [(close - 2, close, "luld")]
    _, day, table = drawn("AAPL", {close - 1: 0.12})
    assert stretches(day, table) == []


def test_futures_pause_for_two_minutes_and_currencies_and_coins_never() -> None:
    _, day, table = drawn("GC", {600: 0.02})
    assert stretches(day, table) == [(601, 603, "volatility")]
    for symbol in ("EUR-USD", "BTC-USD", "XAU-USD", "SPX"):
        _, day, table = drawn(symbol, {300: 0.2})
        assert stretches(day, table) == []


def test_the_band_follows_the_last_five_minutes_and_starts_anew_after_a_halt() -> None:
    rules, day, table = drawn("AAPL", {400: 0.06})
    price = 25_000
    assert rules.band(0, 0, day, table, 399) == (23_750, 26_250)
    before = rules.band(0, 0, day, table, 401)
    assert before == rules.band(0, 0, day, table, 405)
    assert before == (24_035, 26_565)
    assert rules.band(0, 0, day, table, 406) == (round(price * 1.06 * 0.95), round(price * 1.06 * 1.05))
    assert rules.band(0, 0, day, table, PRE_MINUTES - 1) is None
    assert rules.band(0, 0, day, table, PRE_MINUTES + REGULAR_MINUTES) is None
    late = rules.band(0, 0, day, table, PRE_MINUTES + REGULAR_MINUTES - 1)
    assert late == (round(price * 1.06 * 0.90), round(price * 1.06 * 1.10))


def test_news_halts_some_days_inside_their_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(halts, "NEWS_RATE", 65536)
    _, day, table = drawn("AAPL", {})
    ((since, until, reason),) = stretches(day, table)
    assert reason == "news"
    assert 20 <= until - since <= 60
    assert PRE_MINUTES < since < until < PRE_MINUTES + REGULAR_MINUTES
    _, day, table = drawn("7203.T", {})
    codes = np.flatnonzero(table.halt[:, 0])
    assert np.all(np.diff(day.minutes[codes]) == 1)
    _, day, table = drawn("SPY", {})
    assert stretches(day, table) == []


def test_sessions_are_cut_at_lunch() -> None:
    assert [high - low for low, high in runs(day_of("TSE"))] == [150, 180]
    assert [high - low for low, high in runs(day_of("US_EQ"))] == [REGULAR_MINUTES]


def test_the_next_change_is_the_next_begin_or_end_of_a_halt() -> None:
    _, day, table = drawn("AAPL", {400: -0.06, 500: 0.06})
    codes = table.halt[:, 0]
    first = int(day.minutes[0]) * MINUTE_NS
    edges = [first + minute * MINUTE_NS for begin, end, _ in stretches(day, table) for minute in (begin, end)]
    assert len(edges) == 4
    found, at = [], first
    while (following := halts.next_change(day, codes, at)) is not None:
        found.append(following)
        at = following
    assert found == edges
