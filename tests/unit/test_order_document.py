"""An order's document carries its fills whole; an event's does not repeat them."""

from __future__ import annotations

from datetime import date

from engine.documents import Document, event_document, order_document
from engine.market.catalogue import load
from engine.model.event import OrderEvent
from engine.model.ids import AccountId, OrderId, TimeNs
from engine.model.order import Order, Status
from engine.risk.schema import parse_order, request_document
from engine.views import View
from tests.still_market import Floor


def test_an_order_shows_how_it_filled_level_by_level() -> None:
    floor = Floor(size=100)
    order = floor.send(+1, "AAPL", 250)
    view = View(floor.kernel, dict)
    document = view.order_document(order)
    assert [fill["quantity"] for fill in document["fills"]] == ["100", "100", "50"]
    assert document["fills"] == list(reversed(view.fills("main")["fills"]))
    for fill in document["fills"]:
        parts = [int(part.replace(".", "")) for part in fill["explain"].values()]
        assert sum(parts) == 10 * int(fill["price"].replace(".", ""))


def test_events_leave_the_fills_to_their_own_events() -> None:
    floor = Floor(size=100)
    floor.send(+1, "AAPL", 250)
    apple = floor.instrument("AAPL")
    documents = [
        event_document(event, floor.catalogue.__getitem__, lambda order: request_document(order.request, apple))
        for event in floor.kernel.take_events()
    ]
    assert [d["type"] for d in documents if isinstance(d.get("order"), dict)][-1] == "order.filled"
    assert all("fills" not in d["order"] for d in documents if "order" in d)
    assert sum(d["type"] == "fill" for d in documents) == 3
    assert OrderEvent.__struct_fields__[0] == "type"


def _order(fields: dict[str, object], **state: object) -> Document:
    """The document of an order in a state that a test names."""
    catalogue = load()
    apple = catalogue.get("AAPL")
    request = parse_order({"symbol": "AAPL", "side": "sell", "quantity": 10, **fields}, catalogue, date(2026, 6, 15))
    order = Order(OrderId("o1"), AccountId("main"), request, Status.WORKING, TimeNs(0), TimeNs(0))
    for name, value in state.items():
        setattr(order, name, value)
    return order_document(order, apple, request_document(request, apple))


def test_a_stop_says_what_it_waits_for_until_it_is_released() -> None:
    waiting = _order({"type": "stop", "stop_price": 240}, dormant=True, trigger=24000)
    assert (waiting["trigger_price"], waiting["triggered"], waiting["queue_ahead"]) == ("240.00", False, None)
    done = _order({"type": "stop", "stop_price": 240}, released=True, sweeping=True)
    assert (done["trigger_price"], done["triggered"]) == (None, True)
    trailing = _order({"type": "trailing_stop", "trail_amount": 2}, dormant=True, trigger=24950)
    assert ("stop_price" in trailing, trailing["trigger_price"]) == (False, "249.50")


def test_an_oco_rests_and_has_a_trigger_at_once() -> None:
    oco = {"type": "oco", "limit_price": 260, "stop_price": 240}
    resting = _order(oco, trigger=24000, ahead=5)
    assert (resting["trigger_price"], resting["queue_ahead"], resting["triggered"]) == ("240.00", "5", False)
    stopped = _order(oco, released=True)
    assert (stopped["trigger_price"], stopped["queue_ahead"], stopped["triggered"]) == (None, None, True)


def test_only_what_applies_is_said() -> None:
    plain = _order({"type": "limit", "limit_price": 250})
    assert not {"trigger_price", "triggered", "display_remaining", "parent", "exits", "origin"} & set(plain)
    assert (
        _order({"type": "limit", "limit_price": 250, "display_quantity": 3}, slice_left=2)["display_remaining"] == "2"
    )
    assert _order({"type": "market", "when": "price >= 250"}, dormant=True)["triggered"] is False
    child = _order({"type": "limit", "limit_price": 250}, parent="o0", origin="bracket", exits="o2")
    assert (child["parent"], child["origin"], child["exits"]) == ("o0", "bracket", "o2")
