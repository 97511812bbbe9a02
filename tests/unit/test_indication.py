"""Quotes while trading stands still or orders are called: why, until when, and where they would cross."""

from __future__ import annotations

from typing import Any

from engine.matching.indication import Indications
from engine.model.ids import MINUTE_NS, SECOND_NS, TimeNs
from engine.model.order import TimeInForce
from engine.model.session import MarketSession
from engine.views import View
from tests.still_market import START, STEP, Floor

AAPL, HOUR = "AAPL", 3600 * SECOND_NS


def auction(view: View, symbol: str = AAPL) -> dict[str, Any]:
    found: dict[str, Any] = view.quote(symbol)["auction"]
    return found


def before_the_open() -> tuple[Floor, View]:
    """A minute before the open at 02:00, when orders are called."""
    floor = Floor(at_hour=1 + 59 / 60)
    floor.market.state[:] = MarketSession.CLOSED
    floor.step()
    return floor, View(floor.kernel, dict)


def test_nothing_is_called_in_the_middle_of_a_session() -> None:
    view = View(Floor().kernel, dict)
    assert not {"halt", "auction"} & view.quote(AAPL).keys()


def test_an_opening_call_without_orders_shows_the_mid() -> None:
    floor, view = before_the_open()
    mid = floor.instrument(AAPL).price_text(floor.shown.mid2(floor.instrument(AAPL)) // 2)
    found = auction(view)
    assert found.pop("at") == "2026-09-21T02:00:00Z"
    assert found == {"kind": "opening", "indicative_price": mid, "matched": "0", "imbalance": "0", "side": None}
    assert "auction" not in view.quote("BTC-USD")


def test_the_indication_is_what_the_cross_then_does() -> None:
    floor, view = before_the_open()
    floor.send(+1, AAPL, 300)
    floor.send(-1, AAPL, 100, account="other")
    resting = floor.send(-1, AAPL, 40, int(floor.market.ask[floor.ix(AAPL)]) + 300, account="other")
    found = auction(view)
    assert (found["matched"], found["imbalance"]) == ("300", "0")
    floor.market.state[:] = MarketSession.REGULAR
    floor.kernel.advance(TimeNs(START + 2 * HOUR + STEP))
    fills = floor.past.all_fills
    assert {floor.instrument(AAPL).price_text(f.price) for f in fills} == {found["indicative_price"]}
    assert sum(f.quantity for f in fills if f.side > 0) == 300
    assert resting.filled == 0


def test_who_would_be_left_over_is_an_imbalance() -> None:
    floor, view = before_the_open()
    mid = floor.shown.mid2(floor.instrument(AAPL)) // 2
    floor.send(+1, AAPL, 300, mid)
    floor.send(-1, AAPL, 100, mid, account="other")
    found = auction(view)
    assert (found["indicative_price"], found["matched"]) == (floor.instrument(AAPL).price_text(mid), "100")
    assert (found["imbalance"], found["side"]) == ("200", "buy")


def test_a_halt_names_its_reason_and_its_reopening_auction() -> None:
    floor = Floor()
    view = View(floor.kernel, dict)
    since, until = floor.now, TimeNs(floor.now + 5 * MINUTE_NS)
    floor.market.halt_at(floor.ix(AAPL), since, until)
    floor.step()
    floor.send(+1, AAPL, 20)
    quote = view.quote(AAPL)
    assert quote["session"] == "halted"
    assert quote["halt"] == {"reason": "news", "since": "2026-09-21T12:00:00Z", "until": "2026-09-21T12:05:00Z"}
    assert (quote["auction"]["kind"], quote["auction"]["matched"]) == ("reopening", "20")
    rows = {row["session"]: row for row in view.sessions()["sessions"]}
    assert [row["symbol"] for row in rows["US_EQ"]["halted"]] == [AAPL]
    assert rows["LSE"]["halted"] == []


def test_orders_for_the_close_are_indicated_before_it() -> None:
    floor = Floor(at_hour=19 + 52 / 60)
    view = View(floor.kernel, dict)
    assert auction(view)["matched"] == "0"
    floor.send(+1, AAPL, 50, tif=TimeInForce.CLS)
    floor.send(-1, AAPL, 10, account="other")
    found = auction(view)
    assert (found["kind"], found["at"], found["matched"]) == ("closing", "2026-09-21T20:00:00Z", "50")


def test_sessions_name_the_next_auction_and_the_next_state() -> None:
    rows = {row["session"]: row for row in View(Floor().kernel, dict).sessions()["sessions"]}
    assert rows["US_EQ"]["auction"]["kind"] == "closing"
    assert rows["24_7"]["auction"] is None
    assert (rows["US_EQ"]["next"], rows["US_EQ"]["next_state"]) == ("2026-09-21T20:00:00Z", "closed")


def test_a_schedule_asked_out_of_order_is_still_right() -> None:
    floor = Floor()
    indications: Indications = floor.kernel.indications
    noon = floor.now
    later = indications.scheduled("US_EQ", TimeNs(noon + 30 * HOUR))
    first = indications.scheduled("US_EQ", noon)
    assert first is not None
    assert later is not None
    assert first.at < later.at
