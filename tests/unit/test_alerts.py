"""Each kind of alert on a market that a test moves: what fires it, what does not, and that it fires once."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from engine.alerts.schema import parse_alert
from engine.documents import alert_document
from engine.market.actions import SPLIT, Action, ActionTable
from engine.model.alert import Alert, AlertState
from engine.model.command import DropAlert, SetAlert
from engine.model.event import AlertEvent
from engine.model.ids import HOUR_NS, MINUTE_NS, SECOND_NS, AccountId, Symbol, TimeNs
from engine.model.refusal import Code, Refusal, Refused
from engine.ports import JournalEntry, Recovered, Snapshot
from engine.recovery import rebuild
from tests.still_market import START, STEP, Floor

ON = date(2026, 9, 23)


def _set(floor: Floor, symbol: str = "AAPL", account: str = "main", **body: Any) -> Alert:
    request = parse_alert({"symbol": symbol, **body}, floor.catalogue, ON)
    _, answer = floor.kernel.apply(SetAlert(at=floor.now, account=AccountId(account), alert=request))
    assert isinstance(answer, Alert), answer
    return answer


def _price(floor: Floor, symbol: str = "AAPL", ticks: int = 0) -> str:
    ix, instrument = floor.ix(symbol), floor.instrument(symbol)
    return instrument.price_text(int(floor.market.mid2[ix]) // 2 + ticks)


def _fired(floor: Floor) -> list[str]:
    events = floor.kernel.take_events()
    return [e.alert.alert_id for e in events if isinstance(e, AlertEvent) and e.type == "alert.fired"]


def _state(floor: Floor, alert: Alert) -> AlertState:
    return floor.kernel.state.alerts[alert.alert_id].state


@pytest.mark.parametrize(("direction", "way"), [("above", 1), ("below", -1)])
def test_a_price_fires_at_its_level_and_once(direction: str, way: int) -> None:
    floor = Floor()
    ix = floor.ix("AAPL")
    alert = _set(floor, kind="price", direction=direction, value=_price(floor, ticks=10 * way))
    floor.market.move(ix, 9 * way)
    floor.step(3)
    assert _fired(floor) == [] and _state(floor, alert) is AlertState.ACTIVE
    floor.market.move(ix, way)
    floor.step(5)
    assert _fired(floor) == [alert.alert_id]
    floor.market.move(ix, -20 * way)
    floor.step(2)
    floor.market.move(ix, 20 * way)
    floor.step(2)
    assert _fired(floor) == []
    kept = floor.kernel.state.alerts[alert.alert_id]
    document = alert_document(kept, floor.instrument("AAPL"))
    assert document["state"] == "fired" and document["fired_value"] == document["value"] == document["fired_price"]
    assert not floor.kernel.working


def test_a_change_is_measured_from_the_close_or_from_the_moment() -> None:
    floor = Floor()
    ix = floor.ix("AAPL")
    close, mid = int(floor.market.prev_close[ix]), int(floor.market.mid2[ix]) // 2
    floor.market.prev_close[ix] = close * 100 // 104
    from_close = _set(floor, kind="change", value="±5%")
    from_set = _set(floor, kind="change", value="5%", **{"from": "set"})
    down = _set(floor, kind="change", value="-5%", **{"from": "set"})
    floor.step()
    assert _fired(floor) == []
    floor.market.move(ix, mid * 2 // 100)
    floor.step()
    assert _fired(floor) == [from_close.alert_id]
    floor.market.move(ix, mid * 4 // 100)
    floor.step()
    assert _fired(floor) == [from_set.alert_id]
    floor.market.move(ix, -mid * 12 // 100)
    floor.step()
    assert _fired(floor) == [down.alert_id]
    kept = floor.kernel.state.alerts[down.alert_id]
    assert alert_document(kept, floor.instrument("AAPL"))["fired_value"].startswith("-6")


def test_a_trail_follows_the_best_price_and_fires_on_the_way_back() -> None:
    floor = Floor()
    ix = floor.ix("AAPL")
    by_ticks = _set(floor, kind="trail", value="20t")
    by_share = _set(floor, kind="trail", value="1%")
    rising = _set(floor, kind="trail", value="20t", direction="above")
    floor.market.move(ix, 100)
    floor.step()
    assert _fired(floor) == [rising.alert_id]
    floor.market.move(ix, -19)
    floor.step()
    assert _fired(floor) == []
    floor.market.move(ix, -1)
    floor.step()
    assert _fired(floor) == [by_ticks.alert_id]
    best = floor.kernel.state.alerts[by_share.alert_id].base
    floor.market.move(ix, 20 - best // 200 + 1)
    floor.step()
    assert _fired(floor) == []
    floor.market.move(ix, -2)
    floor.step()
    assert _fired(floor) == [by_share.alert_id]


def test_volume_is_compared_with_what_usually_trades_then() -> None:
    floor = Floor()
    ix = floor.ix("AAPL")
    alert = _set(floor, kind="volume", value="3x", over="2m")
    usual = int(floor.market.rate * 600)

    def minute(lots: int) -> None:
        floor.market.volume_day[ix] += lots
        floor.kernel.advance(TimeNs(floor.now // MINUTE_NS * MINUTE_NS + MINUTE_NS))

    for _ in range(4):
        minute(usual)
    minute(4 * usual)
    assert _fired(floor) == []
    minute(2 * usual)
    assert _fired(floor) == [alert.alert_id]
    assert floor.kernel.state.alerts[alert.alert_id].measured == 3_000_000


def test_a_volume_window_begins_anew_after_a_close() -> None:
    floor = Floor(at_hour=19.97)
    ix = floor.ix("AAPL")
    alert = _set(floor, kind="volume", value="1x", over="3m")
    floor.kernel.advance(TimeNs(START + 20 * HOUR_NS))
    floor.market.volume_day[ix] += 1_000_000
    floor.kernel.advance(TimeNs(START + 26 * HOUR_NS + 2 * MINUTE_NS))
    assert _fired(floor) == []
    floor.market.volume_day[ix] += 1_000_000
    floor.kernel.advance(TimeNs(START + 26 * HOUR_NS + 3 * MINUTE_NS))
    assert _fired(floor) == [alert.alert_id]


def test_a_spread_fires_in_ticks_in_money_and_in_basis_points() -> None:
    floor = Floor()
    ix = floor.ix("AAPL")
    ticks = _set(floor, kind="spread", value="4t")
    money = _set(floor, kind="spread", value="0.06")
    mid = int(floor.market.mid2[ix]) // 2
    share = _set(floor, kind="spread", value="10bp")
    floor.step()
    assert _fired(floor) == []
    for wider, expected in ((2, ticks), (2, money), (mid // 1000, share)):
        floor.market.ask[ix] += wider
        floor.step()
        assert _fired(floor) == [expected.alert_id]


def test_an_imbalance_fires_beyond_its_share_on_the_side_it_names() -> None:
    floor = Floor()
    ix = floor.ix("AAPL")
    either, bids = _set(floor, kind="imbalance", value="0.6"), _set(floor, kind="imbalance", value="+0.6")
    asks = _set(floor, kind="imbalance", value="-0.6")
    floor.step()
    assert _fired(floor) == []
    floor.market.ask_size[ix] = 400
    floor.step()
    assert _fired(floor) == [either.alert_id, asks.alert_id]
    floor.market.bid_size[ix] = 1600
    floor.step()
    assert _fired(floor) == [bids.alert_id]


def test_nothing_is_looked_at_while_the_venue_is_closed_or_halted() -> None:
    floor = Floor(at_hour=21)
    ix = floor.ix("AAPL")
    alert = _set(floor, kind="price", direction="above", value=_price(floor))
    before = floor.kernel.shown.version
    floor.kernel.advance(TimeNs(START + 26 * HOUR_NS - STEP))
    assert floor.kernel.shown.version - before < 5 and _fired(floor) == []
    floor.market.halt_at(ix, TimeNs(START + 26 * HOUR_NS), TimeNs(START + 27 * HOUR_NS))
    floor.step(5)
    assert _fired(floor) == []
    floor.market.halt_at(ix, TimeNs(0), TimeNs(0))
    floor.step(2)
    assert _fired(floor) == [alert.alert_id]


def test_an_alert_ends_with_its_contract_and_with_a_split_without_firing() -> None:
    floor = Floor(at_hour=21)
    split_at = TimeNs(START + 23 * HOUR_NS)
    split = Action(Symbol("AAPL"), split_at, SPLIT, "2026-09-23", new=4, old=1)
    other = Action(Symbol("KO"), TimeNs(split_at - HOUR_NS), SPLIT, "2026-09-23", new=2, old=1)
    floor.market.actions = ActionTable((split, other))  # type: ignore[attr-defined]
    share = _set(floor, kind="price", direction="below", value=_price(floor, ticks=-10))
    contract = _set(floor, "GCV26", kind="trail", value="90%")
    assert share.ends_at == split_at and contract.ends_at > split_at
    floor.kernel.advance(TimeNs(split_at - 1))
    assert _state(floor, share) is AlertState.ACTIVE
    floor.market.move(floor.ix("AAPL"), -1000)
    floor.kernel.advance(TimeNs(START + 26 * HOUR_NS + SECOND_NS))
    assert _fired(floor) == []
    kept = floor.kernel.state.alerts[share.alert_id]
    assert (kept.state, kept.ended_at, kept.reason) == (AlertState.CANCELLED, split_at, "it has split")


def test_a_dropped_alert_never_fires_and_only_its_owner_drops_it() -> None:
    floor = Floor()
    alert = _set(floor, kind="price", direction="above", value=_price(floor, ticks=5))
    _, answer = floor.kernel.apply(DropAlert(floor.now, AccountId("other"), alert.alert_id))
    assert isinstance(answer, Refusal) and answer.code is Code.UNKNOWN_ALERT
    _, answer = floor.kernel.apply(DropAlert(floor.now, AccountId("main"), alert.alert_id))
    assert answer == [alert.alert_id]
    floor.market.move(floor.ix("AAPL"), 10)
    floor.step(3)
    assert _fired(floor) == [] and _state(floor, alert) is AlertState.CANCELLED
    _, answer = floor.kernel.apply(DropAlert(floor.now, AccountId("main"), alert.alert_id))
    assert isinstance(answer, Refusal) and answer.code is Code.NOT_CANCELLABLE


def test_all_of_an_account_are_dropped_at_once() -> None:
    floor = Floor()
    mine = [_set(floor, kind="trail", value="2%") for _ in range(3)]
    other = _set(floor, account="other", kind="trail", value="2%")
    _, answer = floor.kernel.apply(DropAlert(floor.now, AccountId("main")))
    assert answer == [a.alert_id for a in mine]
    assert _state(floor, other) is AlertState.ACTIVE


def test_there_is_a_most_of_active_alerts_and_of_remembered_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.alerts.watch.MOST_ACTIVE", 3)
    monkeypatch.setattr("engine.alerts.watch.MOST_ENDED", 2)
    floor = Floor()
    for _ in range(3):
        _set(floor, kind="trail", value="2%")
    with pytest.raises(AssertionError, match="OUT_OF_RANGE"):
        _set(floor, kind="trail", value="2%")
    floor.kernel.apply(DropAlert(floor.now, AccountId("main")))
    _set(floor, kind="trail", value="2%")
    assert list(floor.kernel.state.alerts) == ["al000002", "al000003", "al000004"]


def test_a_fired_alert_is_in_the_journal_and_comes_back_fired() -> None:
    """Rebuilt from the journal alone, and from a snapshot in between: the same entries, the same state, no second."""
    floor, again = Floor(), Floor()
    ix, entries = floor.ix("AAPL"), list[JournalEntry]()
    _set(floor, kind="price", direction="above", value=_price(floor, ticks=10))
    _set(floor, kind="trail", value="2%")
    again.kernel.thaw(floor.kernel.freeze())
    floor.market.move(ix, 10)
    entries += floor.kernel.advance(TimeNs(floor.now + 2 * SECOND_NS))
    assert _fired(floor) == ["al000001"]
    assert [(e.kind, e.orders, e.transfers) for e in entries] == [("tick", (), ())]
    again.market.move(ix, 10)
    rebuild(again.kernel, Recovered(None, tuple(entries)))
    again.kernel.advance(floor.now)
    assert again.kernel.state_hash() == floor.kernel.state_hash()
    frozen = floor.kernel.freeze()
    third = Floor()
    third.market.move(ix, 10)
    rebuild(third.kernel, Recovered(Snapshot(entries[-1].seq, floor.now, frozen, {}, {}), ()))
    third.kernel.advance(TimeNs(floor.now + SECOND_NS))
    assert _fired(again) == _fired(third) == []
    assert third.kernel.state.alerts["al000001"].state is AlertState.FIRED


def test_a_state_from_before_there_were_alerts_is_read() -> None:
    floor = Floor()
    old = msgspec.msgpack.decode(floor.kernel.freeze())
    del old["alerts"], old["alerts_made"]
    floor.kernel.thaw(msgspec.msgpack.encode(old))
    assert floor.kernel.state.alerts == {}


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"kind": "price", "value": "1"}, Code.MISSING_FIELD, "direction"),
        ({"kind": "price", "value": "1", "direction": "up"}, Code.ENUM_ERROR, "direction"),
        ({"kind": "price", "value": "100.001", "direction": "above"}, Code.PRECISION_EXCEEDED, "value"),
        ({"kind": "price", "value": "5%", "direction": "above"}, Code.NUMBER_FORMAT, "value"),
        ({"kind": "price", "value": "-5", "direction": "above"}, Code.OUT_OF_RANGE, "value"),
        ({"kind": "change", "value": "+5%", "direction": "below"}, Code.INCONSISTENT_FIELDS, "direction"),
        ({"kind": "change", "value": "0%"}, Code.OUT_OF_RANGE, "value"),
        ({"kind": "trail", "value": "2%", "from": "set"}, Code.INCONSISTENT_FIELDS, "from"),
        ({"kind": "trail", "value": True}, Code.TYPE_ERROR, "value"),
        ({"kind": "volume", "value": "3x", "over": "90s"}, Code.NUMBER_FORMAT, "over"),
        ({"kind": "volume", "value": "3x", "over": "9h"}, Code.OUT_OF_RANGE, "over"),
        ({"kind": "imbalance", "value": "1.2"}, Code.OUT_OF_RANGE, "value"),
        ({"kind": "moon", "value": "1"}, Code.ENUM_ERROR, "kind"),
        ({"kind": "trail", "value": "2%", "note": "x" * 201}, Code.OUT_OF_RANGE, "note"),
        ({"kind": "trail", "value": "2%", "colour": "red"}, Code.UNKNOWN_FIELD, "colour"),
        ({"kind": "trail"}, Code.MISSING_FIELD, "value"),
        ({"kind": "trail", "value": "2%", "symbol": "NOSUCH"}, Code.UNKNOWN_SYMBOL, "symbol"),
    ],
)
def test_what_is_wrong_is_said_with_its_field(body: dict[str, Any], code: Code, field: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_alert({"symbol": "AAPL", **body}, Floor().catalogue, ON)
    assert (refused.value.refusal.code, refused.value.refusal.field) == (code, field)


def test_a_note_is_text_that_may_be_shown() -> None:
    floor = Floor()
    alert = _set(floor, kind="trail", value="2%", note="sell \x1b[2Jnow\u202e")
    assert alert.request.note == "sell now"
