"""REST: documents, refusals, limits; through real HTTP on a real socket, over a desk of two instruments."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from engine.client import wire
from engine.gateway.serve import Gateway, _foreign
from engine.home import Home
from tests.fakes import FakeRunner


class Served:
    """A gateway over a fake desk, and how often it was asked to stop."""

    def __init__(self, home: Home, runner: FakeRunner) -> None:
        self.home, self.runner, self.stops = home, runner, 0

    def stop(self) -> None:
        self.stops += 1

    async def ask(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
        return await wire.request(self.home, "main", method, path, body)

    async def raw(self, text: bytes) -> tuple[int, dict[str, str], dict[str, Any]]:
        """Send bytes as they are; (status, headers, document)."""
        reader, writer = await asyncio.open_unix_connection(self.home.socket)
        writer.write(text)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        writer.close()
        return int(head[0].split()[1]), headers, json.loads(body)


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    home = Home(str(tmp_path / "home"))
    home.prepare()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    home.bind(listener)
    it = Served(home, FakeRunner())
    gateway = Gateway(it.runner, it.stop)
    await gateway.start(listener)
    yield it
    await gateway.stop()


READS = (
    *("/healthz", "/v1/healthz", "/v1/instruments", "/v1/quotes/BTC", "/v1/books/BTC?levels=5", "/v1/sessions"),
    *("/v1/bars/BTC?every=1h&limit=5", "/v1/trades/BTC?limit=3", "/v1/orders?open=true&limit=2", "/v1/fills"),
    *("/v1/positions", "/v1/portfolio", "/v1/clock", "/v1/watchlist"),
)
BAD = (
    ("GET", "/v1/nothing", 404, "UNKNOWN_PATH"),
    ("GET", "/", 404, "UNKNOWN_PATH"),
    ("DELETE", "/v1/orders", 405, "METHOD_NOT_ALLOWED"),
    ("POST", "/v1/quotes/BTC", 405, "METHOD_NOT_ALLOWED"),
    ("GET", "/v1/books/BTC?levels=0", 400, "OUT_OF_RANGE"),
    ("GET", "/v1/books/BTC?levels=1e3", 400, "OUT_OF_RANGE"),
    ("GET", "/v1/books/BTC?level=5", 400, "UNKNOWN_FIELD"),
    ("GET", "/v1/bars/BTC?every=3m", 400, "ENUM_ERROR"),
    ("GET", "/v1/orders?open=maybe", 400, "ENUM_ERROR"),
    ("GET", "/v1/orders?limit=-1", 400, "OUT_OF_RANGE"),
    ("GET", "/v1/orders/none", 404, "UNKNOWN_ORDER"),
    ("GET", "/v1/quotes/" + "Z" * 5000, 404, "UNKNOWN_SYMBOL"),
    ("GET", "/v1/quotes/EUR%2FUSD", 404, "UNKNOWN_SYMBOL"),
)
BODIES = (
    (b"", "MALFORMED_JSON"),
    (b"{", "MALFORMED_JSON"),
    (b"\xff\xfe", "MALFORMED_JSON"),
    (b'{"value":' + b"[" * 60_000, "TYPE_ERROR"),
    (b'{"action": 1}', "TYPE_ERROR"),
    (b'{"action": "pause", "when": "now"}', "UNKNOWN_FIELD"),
)


async def test_reads_answer_documents(served: Served) -> None:
    for path in READS:
        status, document = await served.ask("GET", path)
        assert status == 200, (path, document)
        assert isinstance(document, dict)


async def test_an_order_is_created_then_read_and_cancelled(served: Served) -> None:
    status, order = await served.ask("POST", "/v1/orders", {"symbol": "BTC", "side": "buy"})
    assert status == 201
    status, again = await served.ask("GET", f"/v1/orders/{order['order_id']}")
    assert (status, again["side"]) == (200, "buy")
    status, gone = await served.ask("POST", f"/v1/orders/{order['order_id']}/cancel")
    assert (status, gone["status"]) == (200, "cancelled")
    status, changed = await served.ask("POST", f"/v1/orders/{order['order_id']}/amend", {"limit_price": "5"})
    assert (status, changed["limit_price"]) == (200, "5")
    status, document = await served.ask("POST", "/v1/orders/cancel-all")
    assert document == {"cancelled": [order["order_id"]]}
    status, document = await served.ask("POST", "/v1/flatten")
    assert (status, document) == (200, {"cancelled": [order["order_id"]], "closing": []})


async def test_only_the_local_command_line_is_read_leniently(served: Served) -> None:
    await served.ask("POST", "/v1/orders", {"symbol": "BTC"})
    body = b'{"symbol": "BTC"}'
    await served.raw(
        b"POST /v1/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        % len(body)
        + body
    )
    assert served.runner.sources == [False, True]


async def test_an_error_is_a_problem_that_carries_the_refusal(served: Served) -> None:
    status, headers, document = await served.raw(b"GET /v1/quotes/NOPE HTTP/1.1\r\nHost: x\r\n\r\n")
    assert status == 404
    assert headers["content-type"] == "application/problem+json"
    assert document["status"] == 404
    assert document["error"]["code"] == "UNKNOWN_SYMBOL"
    assert document["error"]["docs"] == "vterm help UNKNOWN_SYMBOL"
    assert document["detail"] == document["error"]["message"]


async def test_bad_requests_have_a_class(served: Served) -> None:
    for method, path, status, code in BAD:
        got, document = await served.ask(method, path)
        assert (got, document["error"]["code"]) == (status, code), path[:40]


async def test_a_body_is_read_strictly(served: Served) -> None:
    head = b"POST /v1/clock HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    for body, code in BODIES:
        status, _, document = await served.raw(head % len(body) + body)
        assert (status, document["error"]["code"]) == (400, code), body[:40]
    assert served.runner.view.running["paused"] is False


async def test_a_body_that_is_not_declared_as_json_is_not_read(served: Served) -> None:
    for kind in (b"", b"Content-Type: text/plain\r\n", b"Content-Type: application/x-www-form-urlencoded\r\n"):
        status, _, document = await served.raw(
            b"POST /v1/orders HTTP/1.1\r\nHost: x\r\n" + kind + b"Content-Length: 2\r\n\r\n{}"
        )
        assert (status, document["error"]["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_a_large_body_is_refused_with_and_without_its_length(served: Served) -> None:
    head = b"POST /v1/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    status, _, document = await served.raw(head + b"Content-Length: 2000000\r\n\r\n" + b" " * 2_000_000)
    assert (status, document["error"]["code"]) == (413, "PAYLOAD_TOO_LARGE")
    piece = b"8000\r\n" + b" " * 0x8000 + b"\r\n"
    chunked = head + b"Transfer-Encoding: chunked\r\n\r\n" + piece * 4 + b"0\r\n\r\n"
    status, _, document = await served.raw(chunked)
    assert (status, document["error"]["code"]) == (413, "PAYLOAD_TOO_LARGE")
    assert served.runner.view.mine == []


async def test_an_announced_giant_is_refused_without_waiting_for_it(served: Served) -> None:
    head = (
        b"POST /v1/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n"
    )
    status, headers, _ = await served.raw(head)
    assert (status, headers["connection"]) == (413, "close")


async def test_an_account_must_be_a_name(served: Served) -> None:
    status, _, document = await served.raw(b"GET /v1/orders HTTP/1.1\r\nHost: x\r\nX-VTerm-Account: ../main\r\n\r\n")
    assert (status, document["error"]["field"]) == (400, "account")


async def test_accounts_do_not_see_each_other(served: Served) -> None:
    await served.ask("POST", "/v1/orders", {"symbol": "BTC"})
    _, document = await wire.request(served.home, "other", "GET", "/v1/orders")
    assert document == {"orders": []}


async def test_a_bug_says_nothing_of_the_inside(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served.runner.view, "sessions", lambda: 1 / 0)
    status, document = await served.ask("GET", "/v1/sessions")
    assert (status, document["error"]["code"]) == (500, "BUG")
    assert "Zero" not in json.dumps(document)


def test_a_peer_of_another_user_is_foreign() -> None:
    class Peer:
        family = socket.AF_UNIX

        def __init__(self, user: int) -> None:
            self.user = user

        def getsockopt(self, level: int, option: int, size: int) -> bytes:
            return struct.pack("3i", 1, self.user, 1)

    if not hasattr(socket, "SO_PEERCRED"):
        pytest.skip("this system has no SO_PEERCRED: the socket's mode 0600 is what keeps others out")
    assert _foreign(Peer(os.geteuid())) is False  # type: ignore[arg-type]
    assert _foreign(Peer(os.geteuid() + 12345)) is True  # type: ignore[arg-type]


async def test_watchlist_clock_and_stop(served: Served) -> None:
    _, document = await served.ask("PUT", "/v1/watchlist", {"symbols": ["BTC-USD"]})
    assert document == {"symbols": ["BTC"]}
    status, document = await served.ask("PUT", "/v1/watchlist", {"symbols": ["NOPE"]})
    assert (status, document["error"]["code"]) == (404, "UNKNOWN_SYMBOL")
    _, document = await served.ask("POST", "/v1/clock", {"action": "pause"})
    assert document["paused"] is True
    _, document = await served.ask("POST", "/v1/engine/stop")
    assert (document, served.stops) == ({"stopping": True}, 1)
