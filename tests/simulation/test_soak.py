"""The short forms of `make soak`: a day in coarse steps, and minutes in fine ones."""

from __future__ import annotations

import json

import pytest

from tests.simulation.soak import Script, broken, whole


@pytest.mark.parametrize(("orders", "hours", "step"), [(300, 12.0, "60s"), (60, 1.0, "1s"), (80, 0.03, "100ms")])
def test_mixed_orders_leave_sound_books_and_equal_bytes(orders: int, hours: float, step: str) -> None:
    script = Script(11, orders, hours, step)
    lines = list(script.lines())
    out = whole(11, script, lines)
    end = json.loads(out[-1])
    assert end["audit"] == {"ok": True, "imbalance": "0"}
    kinds = {json.loads(line)["type"] for line in out}
    assert {"order.filled", "order.cancelled", "order.rejected", "order.triggered", "fill", "ledger.entry"} <= kinds
    assert out == whole(11, script, lines)
    assert out == broken(11, script, lines)
