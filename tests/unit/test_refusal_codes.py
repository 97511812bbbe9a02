"""Every refusal code comes out of a real desk: gateway, schema, gate, exchange and runner, over the home's socket.

Each producer brings a fresh desk to where one request is refused with its code. A code without a producer fails.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from engine.clock import OwnClock
from engine.gateway.serve import Gateway
from engine.home import Home
from engine.model.refusal import Code
from engine.model.session import MarketSession
from engine.ports import JournalEntry, Recovered, Snapshot, StoreError
from engine.runner import Runner
from engine.signing.codes import SigningCode
from tests.still_market import Floor


class Memory:
    """A LedgerStore that keeps nothing, and fails when it is told to."""

    def __init__(self) -> None:
        self.full = False

    def recover(self) -> Recovered:
        return Recovered(None, ())

    def commit(self, entries: Sequence[JournalEntry]) -> None:
        if self.full:
            raise StoreError("the disk is full")

    def snapshot(self, snapshot: Snapshot) -> None:
        return None

    def fold(self) -> None:
        return None

    def meta(self, key: str) -> str | None:
        return None

    def set_meta(self, key: str, value: str) -> None:
        return None

    def close(self) -> None:
        return None


class Lists:
    """Watchlists that nobody has."""

    def get(self, account: str) -> list[str]:
        return []

    def put(self, account: str, symbols: list[str]) -> None:
        return None


class Desk:
    """A served desk on a still market."""

    def __init__(self, home: Home, floor: Floor, store: Memory) -> None:
        self.home, self.floor, self.store = home, floor, store

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        kind: str = "application/json",
        account: str = "main",
        headers: str = "",
    ) -> dict[str, Any]:
        """The document that a request is answered with; `body` is sent as it is where it is bytes."""
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        reader, writer = await asyncio.open_unix_connection(self.home.socket)
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: x\r\nX-VTerm-Account: {account}\r\nX-VTerm-Source: local\r\n"
            f"Content-Type: {kind}\r\nContent-Length: {len(raw)}\r\n{headers}\r\n"
        )
        writer.write(head.encode() + raw)
        answer = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(answer.partition("content-length:")[2].split()[0])
        document: dict[str, Any] = json.loads(await reader.readexactly(length))
        writer.close()
        return document

    async def order(self, symbol: str = "AAPL", side: str = "buy", quantity: str = "5", **more: object) -> Any:
        """Send an order; a market order unless it has a limit price. None leaves a field out."""
        order = {
            "symbol": symbol,
            "side": side,
            "type": "limit" if "limit_price" in more else "market",
            "quantity": quantity,
            **more,
        }
        return await self.ask("POST", "/v1/orders", {k: v for k, v in order.items() if v is not None})

    async def limits(self, **limits: object) -> None:
        """Set the account's limits."""
        document = await self.ask("POST", "/v1/risk/limits", limits)
        assert "error" not in document, document

    def price(self, symbol: str, ticks_off: int, side: int = 1) -> str:
        """A price off the touch that a side would take."""
        instrument = self.floor.instrument(symbol)
        bid, ask = self.floor.shown.touch(instrument)
        return instrument.price_text((ask if side > 0 else bid) + ticks_off)

    def deep(self) -> None:
        """Books that can give anything."""
        self.floor.market.bid_size[:] = self.floor.market.ask_size[:] = 10**15


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    home = Home(str(tmp_path / "home"))
    home.prepare()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    home.bind(listener)
    floor, store = Floor(), Memory()
    runner = Runner(floor.kernel, store, OwnClock(floor.now, paused=True), Lists())
    gateway = Gateway(runner, lambda: None)
    await gateway.start(listener)
    yield Desk(home, floor, store)
    await gateway.stop()
    await runner.stop()


Producer = Callable[[Desk], Awaitable[Any]]


def sends(raw: object = None, *, kind: str = "application/json", **order: Any) -> Producer:
    """One order, or one body, on an untouched desk."""

    async def produce(desk: Desk) -> Any:
        if raw is not None:
            return await desk.ask("POST", "/v1/orders", raw, kind=kind)
        return await desk.order(**order)

    return produce


def asks(method: str, path: str, account: str = "main") -> Producer:
    """One request without a body."""

    async def produce(desk: Desk) -> Any:
        return await desk.ask(method, path, account=account)

    return produce


def deep(**order: Any) -> Producer:
    """One order where the book can give anything."""

    async def produce(desk: Desk) -> Any:
        desk.deep()
        return await desk.order(**order)

    return produce


def twice(first: dict[str, Any], second: dict[str, Any], **limits: str) -> Producer:
    """An order that passes, then one that does not."""

    async def produce(desk: Desk) -> Any:
        if limits:
            await desk.limits(**limits)
        passed = await desk.order(**first)
        assert "error" not in passed, passed
        return await desk.order(**second)

    return produce


async def _closed(desk: Desk) -> Any:
    desk.floor.market.state[:] = MarketSession.CLOSED
    return await desk.order(time_in_force="IOC")


async def _stale(desk: Desk) -> Any:
    desk.floor.market.state[desk.floor.ix("AAPL")] = MarketSession.HALTED
    return await desk.order()


async def _dry(desk: Desk) -> Any:
    desk.floor.market.left = 0.0
    return await desk.order(quantity="2000")


async def _poor(desk: Desk) -> Any:
    desk.floor.kernel.state.accounts["main"].cash = -1
    return await desk.order()


async def _crossing(desk: Desk) -> Any:
    return await desk.order(limit_price=desk.price("AAPL", +1), post_only=True)


async def _far(desk: Desk) -> Any:
    return await desk.order(limit_price=desk.price("AAPL", +20_000))


async def _dear(desk: Desk) -> Any:
    await desk.limits(max_order_value="1000")
    return await desk.order(quantity="50")


async def _locked(desk: Desk) -> Any:
    await desk.limits(daily_loss="100")
    await desk.order(quantity="100")
    desk.floor.market.move(desk.floor.ix("AAPL"), -2000)
    desk.floor.step()
    return await desk.order()


async def _done(desk: Desk) -> Any:
    order = await desk.order()
    return await desk.ask("POST", f"/v1/orders/{order['order_id']}/cancel")


async def _unsigned(desk: Desk) -> Any:
    return await desk.ask("GET", "/v1/portfolio", headers="X-VecTrade-Key: vt_live_none\r\n")


async def _bad_table(desk: Desk) -> Any:
    return await desk.ask("POST", "/v1/imports", {"text": "Date,Ticker\n2026-01-05,AAPL\n"})


async def _full_disk(desk: Desk) -> Any:
    desk.store.full = True
    return await desk.order()


PRODUCERS: dict[Code, Producer] = {
    Code.MALFORMED_JSON: sends(b'{"symbol": "AAPL"'),
    Code.TYPE_ERROR: sends(quantity=True),
    Code.NUMBER_FORMAT: sends(quantity="1e2"),
    Code.OUT_OF_RANGE: sends(quantity="0"),
    Code.ENUM_ERROR: sends(side="hold"),
    Code.MISSING_FIELD: sends(quantity=None),
    Code.UNKNOWN_FIELD: sends(colour="red"),
    Code.PAYLOAD_TOO_LARGE: sends(b" " * 70_000),
    Code.UNSUPPORTED_MEDIA_TYPE: sends(b"{}", kind="text/plain"),
    Code.UNKNOWN_SYMBOL: sends(symbol="NOPE"),
    Code.WRONG_ASSET_CLASS: sends(asset_class="crypto"),
    Code.PRECISION_EXCEEDED: sends(quantity="1.5"),
    Code.BAD_CONTRACT_CODE: sends(symbol="GC"),
    Code.INCONSISTENT_FIELDS: sends(type="market", limit_price="100"),
    Code.NOT_TRADABLE: sends(symbol="VIX", quantity="10"),
    Code.EXCHANGE_CLOSED: _closed,
    Code.INSUFFICIENT_MARGIN: deep(symbol="EUR-USD", quantity="2500000"),
    Code.CONCENTRATION_LIMIT: deep(quantity="2000"),
    Code.LIQUIDITY_HALT: _dry,
    Code.WOULD_CROSS: _crossing,
    Code.WOULD_NOT_REDUCE: sends(reduce_only=True),
    Code.PRICE_BAND: _far,
    Code.ORDER_LIMIT: _dear,
    Code.NO_LOCATE: deep(symbol="FTT-USD", side="sell", quantity="100000"),
    Code.UNKNOWN_ALGO: asks("GET", "/v1/algos/a9"),
    Code.UNKNOWN_ALERT: asks("GET", "/v1/alerts/al9"),
    Code.BAD_IMPORT: _bad_table,
    Code.UNKNOWN_KEY: asks("DELETE", "/v1/keys/vt_live_none"),
    Code.INSUFFICIENT_FUNDS: _poor,
    Code.DUPLICATE_ORDER: twice({}, {}, no_repeat_seconds="5"),
    Code.IDEMPOTENCY_CONFLICT: twice({"client_order_id": "a"}, {"client_order_id": "a", "quantity": "6"}),
    Code.UNKNOWN_ORDER: asks("GET", "/v1/orders/o9"),
    Code.NOT_CANCELLABLE: _done,
    Code.RATE_LIMITED: twice({}, {"quantity": "6"}, orders_per_minute="1"),
    Code.STALE_MARKET: _stale,
    Code.LEDGER_FAILED: _full_disk,
    Code.ACCOUNT_LOCKED: _locked,
    Code.UNAUTHENTICATED: _unsigned,
    Code.FORBIDDEN: asks("GET", "/v1/portfolio", account="nobody"),
}

SIGNING = {Code(word.value) for word in SigningCode} - {Code.UNKNOWN_FIELD}
ELSEWHERE = {Code.UNKNOWN_TOOL, Code.SOURCE_UNAVAILABLE, *SIGNING}
"""Of the copilot's tools (tests/unit/test_tools.py), of EDGAR (test_edgar.py), of signatures (test_signing_*.py)."""


def test_every_code_has_a_producer() -> None:
    assert set(PRODUCERS) | ELSEWHERE == set(Code)


@pytest.mark.parametrize("code", list(PRODUCERS))
async def test_a_desk_says(code: Code, desk: Desk) -> None:
    document = await PRODUCERS[code](desk)
    assert "error" in document, document
    error = document["error"]
    assert error["code"] == code, error
    assert document["status"] == code.http
    assert error["message"] and error["cause"] and error["docs"] == f"vterm help {code}"
    assert error["fix"], "a refusal says what to do instead"
