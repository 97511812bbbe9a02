"""A connection that was narrowed: every route of the table, the stream, keys, accounts, names, and no way back."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest_asyncio

from engine.client import wire
from engine.gateway.narrow import NARROW
from engine.gateway.routes import ROUTES, scope_of
from tests.signed_desk import Person, signed_desk

AFTER_S = 30
ORDER = {"symbol": "AAPL", "side": "buy", "type": "market", "quantity": "1"}
ASKED = {"/v1/orders/preview", "/v1/portfolio/what-if", "/v1/portfolio/rebalance"}
PARTS = {"symbol": "AAPL", "kind": "news", "name": "main", "order_id": "o000001", "action": "pause",
         "algo_id": "a000001", "alert_id": "al000001", "key_id": "vt_key_1", "proposal_id": "p000001"}  # fmt: skip


class Line:
    """One raw connection: requests go out as they are written, answers come back whole."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, person: Person, account: str = "main", **more: Any) -> Line:
        line = cls(*await asyncio.open_unix_connection(sock=await wire.connect(person.desk.home)))
        asked = {"account": account, "scopes": ["read", "propose"], **more}
        status, _ = await line.ask("POST", "/v1/narrow", asked)
        assert status == 200
        return line

    async def ask(self, method: str, path: str, body: Any = None, *headers: str) -> tuple[int, dict[str, Any]]:
        sent = b"" if body is None else msgspec.json.encode(body)
        head = [f"{method} {path} HTTP/1.1", "Host: vterm", *headers]
        if body is not None:
            head += ["Content-Type: application/json", f"Content-Length: {len(sent)}"]
        return await self.raw("\r\n".join(head).encode() + b"\r\n\r\n" + sent, bodiless=method == "HEAD")

    async def raw(self, sent: bytes, *, bodiless: bool = False) -> tuple[int, dict[str, Any]]:
        self.writer.write(sent)
        async with asyncio.timeout(AFTER_S):
            head = await self.reader.readuntil(b"\r\n\r\n")
            found = re.search(rb"(?i)content-length: (\d+)", head)
            size = int(found.group(1)) if found and not bodiless else 0
            body = await self.reader.readexactly(size)
        try:
            document = msgspec.json.decode(body) if body else {}
        except msgspec.DecodeError:
            document = {}
        return int(head.split()[1]), document

    async def close(self) -> None:
        self.writer.close()
        await self.writer.wait_closed()


@pytest_asyncio.fixture(loop_scope="function")
async def person(tmp_path: Path) -> AsyncIterator[Person]:
    async with signed_desk(tmp_path / "home") as one:
        yield one


async def state(person: Person) -> list[Any]:
    desk = person.desk
    return [await desk.orders(), await desk.fills(), await desk.algos(), await desk.alerts(), await desk.watchlist(),
            await desk.signers(), (await desk.risk())["limits"], (await desk.portfolio())["cash"],
            [row["proposal_id"] for row in (await desk.proposals())["proposals"]]]  # fmt: skip


def test_the_list_is_of_the_table_and_of_questions_only() -> None:
    assert {(method, path) for method, path in NARROW if method not in ROUTES.get(path, {})} == set()
    for method, path in NARROW:
        if method == "GET" or path in ASKED:
            assert scope_of(method, path) == "read", path
        else:
            assert (method, path) == ("POST", "/v1/proposals")
    for word in ("keys", "signers", "accounts", "healthz", "imports", "engine", "narrow", "proposals/"):
        assert not any(word in path for _, path in NARROW), word


async def test_every_route_of_the_table(person: Person) -> None:
    before, line, tried = await state(person), await Line.open(person), 0
    for path, handlers in ROUTES.items():
        there = re.sub(r"\{(\w+)(?::path)?\}", lambda part: PARTS[part.group(1)], path)
        for method in handlers:
            body = {"origin": "copilot"} if path == "/v1/proposals" else {}
            status, document = await line.ask(method, there, body if method != "GET" else None)
            if (method, path) in NARROW:
                assert status != 403, (method, there, document)
            else:
                assert status == 403 and document["error"]["code"] == "FORBIDDEN", (method, there, document)
            tried += 1
    assert tried == sum(len(handlers) for handlers in ROUTES.values())
    assert await state(person) == before
    await line.close()


async def test_it_reads_its_account_and_no_other(person: Person) -> None:
    await person.runner.ensure_account("other")
    line = await Line.open(person, "other")
    assert (await line.ask("GET", "/v1/portfolio"))[1]["account"] == "other"
    assert (await line.ask("GET", "/v1/portfolio", None, "X-VTerm-Account: other"))[0] == 200
    for name in ("main", "nobody", "OTHER"):
        assert (await line.ask("GET", "/v1/portfolio", None, f"X-VTerm-Account: {name}"))[0] == 403, name
    assert (await line.ask("HEAD", "/v1/portfolio"))[0] == 200
    assert (await line.ask("HEAD", "/v1/signers"))[0] == 403
    await line.close()


async def test_nothing_widens_it_again(person: Person) -> None:
    line = await Line.open(person)
    for body in ({"account": "main", "scopes": ["read", "propose"]}, {"account": "main", "scopes": []}):
        assert (await line.ask("POST", "/v1/narrow", body))[0] == 403
    assert (await line.ask("POST", "/v1/orders", ORDER))[0] == 403
    made = await person.desk._call("POST", "/v1/keys", {"name": "bot"})
    key = f"VT-Access-Key: {made['key_id'] if 'key_id' in made else made['id']}"
    stamp = ["VT-Access-Timestamp: 1800000000", "VT-Access-Signature: 00"]
    for headers in ([key], [key, *stamp]):
        assert (await line.ask("POST", "/v1/orders", ORDER, *headers))[0] == 403
    upgrade = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
               "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="]  # fmt: skip
    assert (await line.ask("GET", "/v1/stream", None, *upgrade))[0] == 403
    await line.close()


async def test_two_requests_at_once_are_both_held(person: Person) -> None:
    """The narrowing and an order in one write: the order comes after."""
    before = await state(person)
    line = Line(*await asyncio.open_unix_connection(sock=await wire.connect(person.desk.home)))
    narrowing, order = msgspec.json.encode({"account": "main", "scopes": ["read"]}), msgspec.json.encode(ORDER)
    sent = b"".join(
        b"POST %s HTTP/1.1\r\nHost:v\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (p, len(b), b)
        for p, b in ((b"/v1/narrow", narrowing), (b"/v1/orders", order))
    )
    assert (await line.raw(sent))[0] == 200
    assert (await line.raw(b""))[0] == 403
    assert (await line.ask("POST", "/v1/proposals", {"purpose": "order.place", "order": ORDER}))[0] == 403, "no scope"
    assert await state(person) == before
    await line.close()


async def test_it_proposes_in_its_own_name_only(person: Person) -> None:
    tool = "tool:mine@" + "ab" * 32
    line = await Line.open(person, origins=["copilot", tool])
    wish = {"purpose": "order.place", "order": ORDER, "rationale": ""}
    for origin in ("human", "mcp:other", "strategy:x@" + "ab" * 32, "tool:mine@" + "cd" * 32, "", "COPILOT"):
        status, document = await line.ask("POST", "/v1/proposals", {**wish, "origin": origin})
        assert status == 403 and document["error"]["code"] == "FORBIDDEN", origin
    assert (await line.ask("POST", "/v1/proposals", wish))[0] == 403, "no name is the person's name"
    assert (await person.desk.proposals())["proposals"] == []
    for origin in ("copilot", tool):
        status, document = await line.ask("POST", "/v1/proposals", {**wish, "origin": origin})
        assert status == 200 and document["origin"] == origin, document
        for act in ("present", "sign", "decline", "shelve"):
            assert (await line.ask("POST", f"/v1/proposals/{document['proposal_id']}/{act}", {}))[0] == 403
    await line.close()


async def test_what_cannot_be_narrowed_is_refused(person: Person) -> None:
    line = Line(*await asyncio.open_unix_connection(sock=await wire.connect(person.desk.home)))
    for body, code in (
        ({"account": "main", "scopes": ["trade"]}, "ENUM_ERROR"),
        ({"account": "a b", "scopes": ["read"]}, "OUT_OF_RANGE"),
        ({"account": "main", "scopes": ["read"], "origins": ["human"]}, "ENUM_ERROR"),
        ({"account": "main", "scopes": ["read"], "more": 1}, "UNKNOWN_FIELD"),
    ):
        status, document = await line.ask("POST", "/v1/narrow", body)
        assert status == 400 and document["error"]["code"] == code
    assert (await line.ask("GET", "/v1/signers"))[0] == 200, "what was refused has narrowed nothing"
    await line.close()
