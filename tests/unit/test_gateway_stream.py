"""The stream: snapshots, deltas, one cadence, readers that are slow or wrong; and a client that is never wrong."""

from __future__ import annotations

import asyncio
import json
import socket
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, unix_connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from engine.client.book import OutOfStep, SyncedBook
from engine.client.desk import DeskClient
from engine.gateway.hub import Hub
from engine.gateway.message import Message
from engine.gateway.seat import SLOW_BYTES, Seat
from engine.gateway.serve import Gateway
from engine.home import Home
from engine.model.refusal import Code, refuse
from tests.fakes import FakeRunner

BOOK = "orderbook:BTC"


class Served:
    """A gateway over a fake desk whose market moves when a test says so."""

    def __init__(self, home: Home, runner: FakeRunner) -> None:
        self.home, self.runner = home, runner

    def connect(self, *, packed: bool = False) -> unix_connect:
        protocols = [Subprotocol("vterm.msgpack")] if packed else None
        return unix_connect(self.home.socket, "ws://vterm/v1/stream", subprotocols=protocols, compression=None)

    def move(self, symbol: str, bids: list[tuple[int, int]], asks: list[tuple[int, int]]) -> None:
        self.runner.view.ladders[symbol] = (bids, asks)
        self.runner.bus.step()


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    home = Home(str(tmp_path / "home"))
    home.prepare()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    home.bind(listener)
    runner = FakeRunner()
    gateway = Gateway(runner, lambda: None)
    await gateway.start(listener)
    yield Served(home, runner)
    await gateway.stop()


async def ask(stream: ClientConnection, *channels: str, action: str = "subscribe") -> None:
    await stream.send(json.dumps({"action": action, "channels": channels}))


async def read(stream: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(5):
        document: dict[str, Any] = json.loads(await stream.recv())
        return document


async def test_snapshot_then_deltas_carry_sequence_epoch_and_checksum(served: Served) -> None:
    async with served.connect() as stream:
        await ask(stream, BOOK)
        snapshot = await read(stream)
        assert snapshot["type"] == "snapshot"
        assert snapshot["bids"][0] == ["68500.00", "1.50000000"]
        text = "68500.00:1.50000000:68501.00:0.90000000:68499.00:0.20000000:68503.00:0.00000005"
        assert snapshot["checksum"] == zlib.crc32(text.encode())
        served.move("BTC", [(6_850_000, 7)], [(6_850_100, 90_000_000), (6_850_300, 5)])
        delta = await read(stream)
        assert (delta["type"], delta["seq"], delta["prev"]) == ("delta", snapshot["seq"] + 1, snapshot["seq"])
        assert delta["epoch"] == snapshot["epoch"]
        assert sorted(delta["bids"]) == [["68499.00", "0"], ["68500.00", "0.00000007"]]
        assert delta["asks"] == []
        text = "68500.00:0.00000007:68501.00:0.90000000:68503.00:0.00000005"
        assert delta["checksum"] == zlib.crc32(text.encode())


async def test_a_still_book_says_nothing_and_rest_equals_the_snapshot(served: Served) -> None:
    desk = DeskClient(served.home, start=False)
    async with served.connect() as stream:
        await ask(stream, BOOK)
        snapshot = await read(stream)
        served.runner.bus.step()
        served.runner.bus.step()
        book = await desk.book("BTC")
        assert (book["seq"], book["bids"], book["asks"]) == (snapshot["seq"], snapshot["bids"], snapshot["asks"])
        served.runner.view.ladders["BTC"] = ([(1, 1)], [(2, 2)])
        assert (await desk.book("BTC"))["seq"] == snapshot["seq"], "only a step makes a new version"
        served.runner.bus.step()
        assert (await read(stream))["seq"] == snapshot["seq"] + 1
        assert (await desk.book("BTC"))["bids"] == [["0.01", "0.00000001"]]


async def test_packed_frames_are_arrays_and_deltas_are_integers(served: Served) -> None:
    async with served.connect(packed=True) as stream:
        assert stream.subprotocol == "vterm.msgpack"
        await stream.send(msgspec.msgpack.encode({"action": "subscribe", "channels": [BOOK]}))
        [snapshot] = msgspec.msgpack.decode(await stream.recv())
        served.move("BTC", [(6_850_000, 7)], [(6_850_100, 90_000_000), (6_850_300, 5)])
        frame = await stream.recv()
        [[number, seq, prev, _, bids, asks]] = msgspec.msgpack.decode(frame)
        assert (number, seq, prev) == (snapshot["id"], snapshot["seq"] + 1, snapshot["seq"])
        assert (bids, asks) == ([[6_849_900, 0], [6_850_000, 7]], [])
        assert len(frame) <= 100


async def test_unknown_channels_and_frames_harm_no_other(served: Served) -> None:
    async with served.connect() as stream:
        await ask(stream, "orderbook:NOPE", "nonsense", "ticker:", "orders:BTC", "ticker:BTC")
        codes = [(await read(stream)) for _ in range(5)]
        assert [c["type"] for c in codes] == ["error"] * 4 + ["ticker"]
        assert codes[0]["error"]["code"] == "UNKNOWN_SYMBOL"
        assert {c["error"]["code"] for c in codes[1:4]} == {"ENUM_ERROR"}
        for bad in ("{", '{"action": 5}', "[]", '{"action": "dance"}', json.dumps({"channels": ["a"]})):
            await stream.send(bad)
            assert (await read(stream))["type"] == "error", bad
        await ask(stream, *[f"ticker:{n}" for n in range(65)])
        assert (await read(stream))["error"]["code"] == "OUT_OF_RANGE"
        await stream.send('{"type": "pong"}')
        await ask(stream, "ticker:BTC", action="unsubscribe")
        await ask(stream, "system")
        assert (await read(stream))["type"] == "system"


async def test_a_giant_frame_ends_the_connection(served: Served) -> None:
    async with served.connect() as stream:
        with pytest.raises(ConnectionClosed):
            await stream.send("x" * 1_100_000)
            await stream.recv()
        assert stream.close_code == 1009


async def test_orders_fills_money_and_clock_reach_their_account_only(served: Served) -> None:
    async with served.connect() as stream:
        await ask(stream, "orders", "portfolio", "system", "trades:BTC")
        assert {(await read(stream))["type"] for _ in range(2)} == {"portfolio", "system"}
        await served.runner.submit("other", '{"symbol": "BTC"}')
        await served.runner.submit("main", '{"symbol": "BTC"}')
        order = await read(stream)
        assert (order["type"], order["event"], order["order"]["account"]) == ("order", "order.accepted", "main")
        served.runner.bus.publish([{"type": "fill", "account": "main", "price": "1.00", "at": "x"}])
        fill = await read(stream)
        assert (fill["type"], fill["channel"], fill["seq"]) == ("fill", "orders", order["seq"] + 1)
        served.runner.view.cash -= 5
        for _ in range(5):
            served.runner.bus.step()
        assert (await read(stream))["cash"] == "999995"
        served.runner.view.running["paused"] = True
        served.runner.bus.step()
        frame = await read(stream)
        assert (frame["type"], frame["clock"]["paused"]) == ("system", True)
        served.runner.view.tape["BTC"] = [{"at": "t", "price": "1.00", "size": "2", "side": "buy"}]
        served.runner.bus.step()
        assert (await read(stream))["side"] == "buy"


async def test_a_channel_that_breaks_ends_alone(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    async with served.connect() as stream:
        await ask(stream, "ticker:AAPL", "ticker:BTC")
        assert {(await read(stream))["type"] for _ in range(2)} == {"ticker"}
        quote = served.runner.view.quote

        def expired(symbol: str) -> dict[str, Any]:
            if symbol == "AAPL":
                raise refuse(Code.BAD_CONTRACT_CODE, "it has expired")
            return {**quote(symbol), "last": "1"}

        monkeypatch.setattr(served.runner.view, "quote", expired)
        served.runner.bus.step()
        frames = [await read(stream) for _ in range(2)]
        assert [(f["type"], f["channel"]) for f in frames] == [("error", "ticker:AAPL"), ("ticker", "ticker:BTC")]
        monkeypatch.setattr(served.runner.view, "quote", lambda symbol: 1 // 0)
        served.runner.bus.step()
        assert (await read(stream))["error"]["code"] == "STALE_MARKET"


class _Wall:
    """A transport that takes nothing until it is opened."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.sent: list[Any] = []

    async def send(self, frame: str | bytes) -> None:
        await self.open.wait()
        assert isinstance(frame, bytes)
        self.sent += msgspec.msgpack.decode(frame)


async def test_a_slow_reader_loses_frames_and_begins_again_with_a_snapshot() -> None:
    runner = FakeRunner()
    hub = Hub(runner)
    hub.open()
    seat, wall = Seat("main", packed=True), _Wall()
    pump = asyncio.create_task(seat.pump(wall.send))
    hub.subscribe(seat, BOOK)
    await asyncio.sleep(0)
    steps = 0
    while not seat.dropping:
        steps += 1
        runner.view.ladders["BTC"] = ([(100 + steps, 5), (99, 1)], [(900_000_000, 1)])
        runner.bus.step()
        assert steps < SLOW_BYTES, "the queue has no end"
    await runner.submit("main", '{"symbol": "BTC"}')
    wall.open.set()
    async with asyncio.timeout(5):
        while seat.dropping or len(wall.sent) < steps:
            await asyncio.sleep(0.001)
    await asyncio.sleep(0.01)
    sequence = [m["seq"] if isinstance(m, dict) else m[1] for m in wall.sent]
    assert isinstance(wall.sent[-1], dict) and wall.sent[-1]["type"] == "snapshot"
    assert sequence[:-1] == list(range(1, len(sequence))), "what was sent before the gap is whole"
    assert sequence[-1] == steps + 1
    book = SyncedBook(wall.sent[-1])
    runner.view.ladders["BTC"] = ([(50, 5)], [(60, 5)])
    runner.bus.step()
    await asyncio.sleep(0.01)
    assert book.apply(*wall.sent[-1][1:])
    assert book.frame()["bids"] == [("0.50", "0.00000005")]
    pump.cancel()


async def test_what_may_not_be_dropped_ends_the_reader_instead() -> None:
    seat, wall = Seat("main", packed=True), _Wall()
    pump = asyncio.create_task(seat.pump(wall.send))
    await asyncio.sleep(0)
    for _ in range(50):
        seat.put(Message({"type": "fill", "note": "x" * 100_000}))
    assert seat.lost
    wall.open.set()
    async with asyncio.timeout(5):
        await pump


def snapshot(**changes: Any) -> dict[str, Any]:
    document = {
        "channel": BOOK,
        "seq": 4,
        "bids": [("68500.00", "1.0")],
        "asks": [("68501.00", "2.0")],
        "tick": (1, 2),
        "lot": (1, 1),
    }
    return {**document, **changes}


@pytest.mark.parametrize(
    ("delta", "reason"),
    [
        ((6, 5, None, [], []), "SEQ_GAP"),
        ((5, 4, 1234, [], []), "CHECKSUM"),
        ((5, 4, None, [(6_850_100, 1)], []), "CROSSED_BOOK"),
        ((5, 4, None, [(6_850_000, -1)], []), "INVALID_FRAME"),
    ],
)
def test_a_copy_refuses_what_does_not_belong_to_it(delta: tuple[Any, ...], reason: str) -> None:
    with pytest.raises(OutOfStep, match=reason):
        SyncedBook(snapshot()).apply(*delta)


def test_a_copy_ignores_what_it_has_and_refuses_a_wrong_snapshot() -> None:
    book = SyncedBook(snapshot())
    assert book.apply(4, 3, None, [(1, 1)], []) is False
    for wrong in ({"bids": [("68502.00", "1.0")]}, {"bids": [("1.001", "1.0")]}, {"checksum": 7}):
        with pytest.raises(OutOfStep):
            SyncedBook(snapshot(**wrong))


async def test_the_client_yields_whole_books_and_resyncs(served: Served) -> None:
    desk = DeskClient(served.home, start=False)
    frames = desk.stream([BOOK, "orders", "ticker:NOPE"])

    async def until(kind: str, **fields: Any) -> dict[str, Any]:
        async with asyncio.timeout(5):
            async for frame in frames:
                if frame["type"] == kind and all(frame.get(k) == v for k, v in fields.items()):
                    return frame
        raise AssertionError("the stream ended")

    book = await until("book", state="LIVE")
    assert book["bids"][0] == ("68500.00", "1.50000000")
    assert (await until("error"))["error"]["code"] == "UNKNOWN_SYMBOL"
    await until("state", state="LIVE")
    assert desk.state == "LIVE"
    served.move("BTC", [(6_850_001, 3)], [(6_850_100, 4)])
    assert (await until("book"))["bids"] == [("68500.01", "0.00000003")]
    hub_book = next(iter(desk._feeds[0]._books.values()))
    hub_book.seq -= 1
    served.move("BTC", [(6_850_002, 3)], [(6_850_100, 4)])
    lost = await until("book", state="SYNCING")
    assert (lost["bids"], lost["reason"]) == ([], "SEQ_GAP")
    assert desk.state == "SYNCING"
    assert (await until("book", state="LIVE"))["bids"] == [("68500.02", "0.00000003")]
    served.runner.view.owned = [{"order_id": "o-9", "side": "buy"}]
    served.runner.bus.step()
    assert (await until("book"))["own"] == [{"order_id": "o-9", "side": "buy"}]
    await frames.aclose()  # type: ignore[attr-defined]
    assert desk._feeds == []
