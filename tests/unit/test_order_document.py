"""An order's document carries its fills whole; an event's does not repeat them."""

from __future__ import annotations

from engine.documents import event_document
from engine.model.event import OrderEvent
from engine.risk.schema import request_document
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
