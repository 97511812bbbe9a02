"""When an alert fires does not depend on how time is cut into calls, and no cut makes it fire twice."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.alerts.schema import parse_alert
from engine.bootstrap import living_market
from engine.kernel import Kernel
from engine.market.shown import ShownMarket
from engine.model.account import START_CASH
from engine.model.command import OpenAccount, SetAlert
from engine.model.event import AlertEvent
from engine.model.format import parse_time
from engine.model.ids import MINUTE_NS, SECOND_NS, AccountId, TimeNs
from engine.views import View

START = parse_time("2026-11-23T14:29:30Z")
SPAN_NS = 4 * MINUTE_NS
WISHES: tuple[dict[str, Any], ...] = (
    {"symbol": "BTC", "kind": "change", "value": "2bp", "from": "set"},
    {"symbol": "BTC", "kind": "change", "value": "0.2%"},
    {"symbol": "BTC", "kind": "trail", "value": "4bp"},
    {"symbol": "BTC", "kind": "imbalance", "value": "0.8"},
    {"symbol": "BTC", "kind": "volume", "value": "0.5x", "over": "2m"},
    {"symbol": "AAPL", "kind": "trail", "value": "3t", "direction": "above"},
    {"symbol": "AAPL", "kind": "spread", "value": "2t", "session": "extended"},
    {"symbol": "AAPL", "kind": "volume", "value": "0.2x", "over": "1m"},
    {"symbol": "KO", "kind": "change", "value": "1bp", "from": "set"},
    {"symbol": "NVDA", "kind": "imbalance", "value": "-0.7"},
)
_WORLD = living_market(7, START)


def _run(cuts: list[int], *, thaw: bool = False) -> list[tuple[str, int, int]]:
    """(id, time, value) of what fired, with time let pass in these pieces."""
    source, catalogue, calendars = _WORLD
    kernel = Kernel(ShownMarket(source, calendars), catalogue, START)
    main, on = AccountId("main"), View(kernel, dict).today()
    kernel.apply(OpenAccount(at=START, account=main, cash=START_CASH))
    for wish in WISHES:
        kernel.apply(SetAlert(at=START, account=main, alert=parse_alert(wish, catalogue, on)))
    fired = []
    for to in sorted({*cuts, SPAN_NS}):
        kernel.advance(TimeNs(START + to))
        fired += [e.alert for e in kernel.take_events() if isinstance(e, AlertEvent) and e.type == "alert.fired"]
        if thaw:
            frozen = kernel.freeze()
            kernel = Kernel(ShownMarket(source, calendars), catalogue, START)
            kernel.thaw(frozen)
    return [(a.alert_id, int(a.ended_at), a.measured) for a in fired]


_WHOLE = _run([])


def test_enough_fires_to_mean_something() -> None:
    assert len(_WHOLE) >= 6 and len({name for name, _, _ in _WHOLE}) == len(_WHOLE), _WHOLE
    assert all(at % (SECOND_NS // 10) == 0 for _, at, _ in _WHOLE)


@settings(max_examples=6)
@given(
    st.lists(
        st.one_of(
            st.integers(1, SPAN_NS), st.integers(1, SPAN_NS // (SECOND_NS // 10)).map(lambda n: n * SECOND_NS // 10)
        ),
        max_size=12,
    ),
    st.booleans(),
)
def test_cuts_change_nothing(cuts: list[int], thaw: bool) -> None:
    assert _run(cuts, thaw=thaw) == _WHOLE
