"""The orders channel: places in the queue come by themselves, only where they changed, and again after an event."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from engine.gateway.hub import Hub
from engine.gateway.seat import Seat
from tests.fakes import FakeRunner
from vterm.state import DeskState


async def heard(seat: Seat) -> list[dict[str, Any]]:
    frames: list[dict[str, Any]] = []

    async def send(data: str | bytes) -> None:
        frames.append(json.loads(data))

    task = asyncio.create_task(seat.pump(send))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    return frames


async def test_places_in_the_queue_are_told_when_they_change() -> None:
    runner = FakeRunner()
    hub, seat = Hub(runner), Seat("main", packed=False)
    hub.open()
    hub.subscribe(seat, "orders")
    assert await heard(seat) == []

    async def steps(count: int) -> list[dict[str, Any]]:
        for _ in range(count):
            runner.bus.step()
        return await heard(seat)

    first = {"order_id": "o1", "queue_ahead": "90"}
    runner.view.queued = [first, {"order_id": "o2", "queue_ahead": "5"}]
    [frame] = await steps(5)
    assert frame == {"type": "queue", "channel": "orders", "orders": runner.view.queued}
    runner.view.queued = [first, {"order_id": "o2", "queue_ahead": "0"}]
    [frame] = await steps(5)
    assert frame["orders"] == [{"order_id": "o2", "queue_ahead": "0"}]
    assert await steps(10) == []
    event = {"type": "order.amended", "order": {"account": "main", "order_id": "o1", "queue_ahead": "120"}}
    runner.bus.publish([event])
    frames = await steps(5)
    assert [f["type"] for f in frames] == ["order", "queue"]
    assert frames[1]["orders"] == [first]


async def test_a_reader_who_comes_later_is_told_all_places() -> None:
    runner = FakeRunner()
    hub = Hub(runner)
    runner.view.queued = [{"order_id": "o1", "queue_ahead": "90"}]
    seat = Seat("main", packed=False)
    hub.subscribe(seat, "orders")
    [frame] = await heard(seat)
    assert frame["orders"] == runner.view.queued


def test_the_terminal_moves_an_order_up_the_queue() -> None:
    state = DeskState(now=lambda: 1.0)
    state.load_orders([{"order_id": "o1", "status": "working", "queue_ahead": "90"}])
    frame = {
        "type": "queue",
        "channel": "orders",
        "orders": [{"order_id": "o1", "queue_ahead": "3"}, {"order_id": "x"}],
    }
    assert state.apply(frame) == {"orders"}
    assert state.working() == [{"order_id": "o1", "status": "working", "queue_ahead": "3"}]
