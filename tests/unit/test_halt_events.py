"""Halts are told in names that matter to somebody: with orders, with positions, once, whichever way time is cut."""

from __future__ import annotations

import pytest

from engine.matching.halted import MINUTE_NS
from engine.model.event import SystemStatus
from engine.model.ids import SECOND_NS, TimeNs
from tests.still_market import START, Floor, StillMarket

AAPL = "AAPL"
SINCE, UNTIL = (TimeNs(START + 12 * 3600 * SECOND_NS + k * MINUTE_NS) for k in (5, 10))


class HaltingMarket(StillMarket):
    """A still market in which AAPL is halted from SINCE to UNTIL."""

    ix = 0

    def advance(self, at: TimeNs, step_ns: int) -> None:
        super().advance(at, step_ns)
        halted = SINCE <= at < UNTIL
        self.halt_at(self.ix, SINCE, UNTIL if halted else TimeNs(0))

    def next_halt(self, ix: int, after: int) -> TimeNs | None:
        return next((at for at in (SINCE, UNTIL) if at > after and ix == self.ix), None)


def halting() -> Floor:
    floor = Floor()
    floor.market.__class__ = HaltingMarket
    floor.market.ix = floor.ix(AAPL)  # type: ignore[attr-defined]
    return floor


def told(floor: Floor) -> list[tuple[str, str, int]]:
    events = floor.kernel.take_events()
    return [(e.scope, e.status, e.at) for e in events if isinstance(e, SystemStatus) and "_" not in e.status]


WHOLE = [(AAPL, "halted", SINCE), (AAPL, "resumed", UNTIL)]


@pytest.mark.parametrize("cut", [0, 7 * SECOND_NS + 1, 60 * SECOND_NS])
@pytest.mark.parametrize("rests", [True, False])
def test_a_halt_is_told_however_time_is_cut(cut: int, rests: bool) -> None:
    floor = halting()
    if rests:
        floor.send(+1, AAPL, 5, int(floor.market.bid[floor.ix(AAPL)]) - 50)
    else:
        floor.send(+1, AAPL, 5)
    end = TimeNs(UNTIL + MINUTE_NS)
    found = []
    while floor.now < end:
        floor.kernel.advance(min(end, TimeNs(floor.now + cut)) if cut else end)
        found += told(floor)
    assert found == WHOLE


def test_a_halt_in_a_name_of_nobody_is_not_told() -> None:
    floor = halting()
    floor.send(+1, "MSFT", 5)
    floor.kernel.advance(TimeNs(UNTIL + MINUTE_NS))
    assert told(floor) == []


@pytest.mark.parametrize("restart", [True, False])
def test_who_comes_during_a_halt_hears_its_end(restart: bool) -> None:
    floor = halting()
    floor.kernel.advance(TimeNs(SINCE + 90 * SECOND_NS))
    floor.send(+1, AAPL, 5)
    floor.step()
    if restart:
        floor.kernel.thaw(floor.kernel.freeze())
    floor.kernel.advance(TimeNs(UNTIL + MINUTE_NS))
    assert told(floor) == [WHOLE[1]]


def test_the_words_name_the_reason() -> None:
    floor = halting()
    floor.send(+1, AAPL, 5)
    floor.kernel.advance(SINCE)
    [event] = [e for e in floor.kernel.take_events() if isinstance(e, SystemStatus)]
    assert event.text == "AAPL is halted until 2026-09-21T12:10:00Z: news is expected"
