"""Thirty hostile clients of the MCP server, made by rule, on the wire as bytes: nothing is traded, nothing leaks, and
an honest client is served afterwards."""

from __future__ import annotations

import asyncio
import io
import json
import os
import random
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
import pytest_asyncio

from copilot.mcp.peer import MOST_WAITING
from copilot.mcp.server import serve
from tests.mcp_desk import connector
from tests.signed_desk import Person, signed_desk

in_one_loop = pytest.mark.asyncio(loop_scope="module")
HOSTILE_NAMES = (
    "\x1b]52;c;cm0gLXJm\x07", "\u202ehuman", "human", "copilot", "x" * 70_000, "", "a\nb", "\x00", "..",
    "tool:x@" + "0" * 64,
)  # fmt: skip
FLOOD = int(os.environ.get("VTERM_FLOOD", "1000"))
"""Proposals of the flood; 10,000 on request."""
Rule = Callable[[random.Random], Iterator[bytes]]


class Out:
    """Where the server writes."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []

    async def write(self, text: str) -> None:
        self.lines += [json.loads(line) for line in text.splitlines()]

    async def flush(self) -> None:
        await asyncio.sleep(0)


def frame(method: str, params: Any = None, id_: Any = None) -> bytes:
    body: dict[str, Any] = {"jsonrpc": "2.0", "method": method}
    body |= {} if params is None else {"params": params}
    body |= {} if id_ is None else {"id": id_}
    return json.dumps(body).encode() + b"\n"


def hello(name: Any = "hostile") -> bytes:
    info = {"name": name, "version": "1"}
    asked = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": info}
    return frame("initialize", asked, 1) + frame("notifications/initialized")


def tool(name: Any, arguments: Any, id_: Any) -> bytes:
    return frame("tools/call", {"name": name, "arguments": arguments}, id_)


def order(price: int, **more: Any) -> dict[str, Any]:
    return {"symbol": "AAPL", "side": "buy", "quantity": "1", "type": "limit", "limit_price": f"{price}.00", **more}


def noise(chance: random.Random) -> Iterator[bytes]:
    yield hello()
    for _ in range(200):
        yield chance.randbytes(chance.randint(0, 300)).replace(b"\n", b"") + b"\n"


def torn(chance: random.Random) -> Iterator[bytes]:
    whole = hello() + b"".join(tool("live_quote", {"symbols": ["AAPL"]}, n) for n in range(2, 40))
    raw = bytearray(whole)
    for _ in range(30):
        raw[chance.randrange(len(hello()), len(raw))] = chance.randrange(256)
    yield bytes(raw)


def giants(chance: random.Random) -> Iterator[bytes]:
    yield hello()
    yield b'{"jsonrpc":"2.0","id":2,"method":"' + b"x" * (3 << 20) + b'"}\n'
    yield tool("propose_order", order(90, rationale="y" * 200_000), 3)
    yield b"[" * 200_000 + b"\n"
    yield tool("live_quote", json.loads("[" * 200 + "]" * 200), 4)


def guesses(chance: random.Random) -> Iterator[bytes]:
    yield hello("guesser")
    for n in range(60):
        yield tool("list_proposals", {"proposal_id": f"p{chance.randint(1, 40):06d}"}, n + 2)
    for n, name in enumerate(
        ("sign", "sign_proposal", "approve", "confirm", "decline", "submit", "cancel_all", "keys")
    ):
        yield tool(name, {"proposal_id": "p000001", "signature": "x", "payload": "{}"}, f"s{n}")


def methods(chance: random.Random) -> Iterator[bytes]:
    yield hello()
    for n, name in enumerate(
        ("sampling/createMessage", "elicitation/create", "roots/list", "resources/read", "logging/setLevel", "sign",
         "completion/complete", "tools/call", "prompts/get", "server/discover", "tasks/get", "initialize")
    ):  # fmt: skip
        yield frame(name, chance.choice([None, {}, {"uri": "file:///etc/passwd"}, {"name": 7}]), n + 2)


def early(chance: random.Random) -> Iterator[bytes]:
    yield tool("propose_order", order(91), 1)
    yield hello()
    yield hello("second-name")
    yield tool("propose_order", order(92), 5)


def names(chance: random.Random) -> Iterator[bytes]:
    yield hello(chance.choice(HOSTILE_NAMES))
    yield tool("propose_order", order(chance.randint(60, 89), rationale="\x1b[2J\u202e signed"), 2)


def laundering(chance: random.Random) -> Iterator[bytes]:
    yield hello("launderer")
    for n, extra in enumerate(
        ({"origin": "human"}, {"taint": 0}, {"status": "EXECUTED"}, {"account": "other"}, {"signature": "x"},
         {"requires_verification": False}, {"__class__": "x"})
    ):  # fmt: skip
        yield tool("propose_order", order(93, **extra), n + 2)


def same_ids(chance: random.Random) -> Iterator[bytes]:
    yield hello()
    for _ in range(50):
        yield tool("live_quote", {"symbols": ["AAPL"]}, 7)
        yield frame("notifications/cancelled", {"requestId": 7})


def answers_unasked(chance: random.Random) -> Iterator[bytes]:
    yield hello()
    for n in range(30):
        yield json.dumps({"jsonrpc": "2.0", "id": n, "result": {"action": "accept", "content": {}}}).encode() + b"\n"
    yield frame("notifications/roots/list_changed") + frame(
        "notifications/progress", {"progressToken": 1, "progress": 1}
    )


RULES: tuple[Rule, ...] = (
    noise, torn, giants, guesses, methods, early, names, laundering, same_ids, answers_unasked,
)  # fmt: skip
CLIENTS = [(rule, seed) for seed in range(3) for rule in RULES]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def person(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Person]:
    async with signed_desk(tmp_path_factory.mktemp("mcp-hostile") / "home") as one:
        await one.desk.submit({"symbol": "AAPL", "side": "buy", "type": "market", "quantity": "10"})
        yield one


async def state(person: Person) -> dict[str, Any]:
    """Everything that no client may change."""
    desk = person.desk
    risk, book = await desk.risk(), await desk.portfolio()
    return {
        "orders": await desk.orders(), "fills": await desk.fills(), "algos": await desk.algos(),
        "alerts": await desk.alerts(), "watchlist": await desk.watchlist(), "signers": await desk.signers(),
        "limits": risk["limits"], "cash": book["cash"],
    }  # fmt: skip


async def talk(person: Person, raw: bytes) -> list[dict[str, Any]]:
    """Everything that the server says to a client that says all of `raw` and, answered, goes. It is closed in order."""
    taken, given = os.pipe()
    out = Out()
    with os.fdopen(taken, "rb") as wire:
        served = asyncio.create_task(serve(connector(person), wire, out))
        await asyncio.to_thread(_say, given, raw, out)
        await asyncio.wait_for(served, 60)
    return out.lines


def _say(given: int, raw: bytes, out: Out) -> None:
    with os.fdopen(given, "wb") as end:
        end.write(raw)
        end.write(frame("ping", id_="the end"))
        end.flush()
        for _ in range(3_000):
            if any(line.get("id") == "the end" for line in out.lines):
                return
            time.sleep(0.01)


def safe_to_show(lines: list[dict[str, Any]]) -> None:
    told = json.dumps(lines, ensure_ascii=False)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", told.replace("\\u001b", "\x1b"))
    assert '"card"' not in told and "nonce" not in told and "BEGIN SSH" not in told
    asked = [line["method"] for line in lines if "method" in line]
    assert not [name for name in asked if name.startswith(("sampling/", "elicitation/", "roots/"))]


@in_one_loop
@pytest.mark.parametrize(("rule", "seed"), CLIENTS, ids=[f"{rule.__name__}-{seed}" for rule, seed in CLIENTS])
async def test_a_hostile_client_changes_nothing(person: Person, rule: Rule, seed: int) -> None:
    before = await state(person)
    lines = await talk(person, b"".join(rule(random.Random(seed))))
    safe_to_show(lines)
    assert any(line.get("id") == "the end" for line in lines), "the server lives on after all of it"
    assert await state(person) == before
    for one in (await person.desk.proposals(open_only=True))["proposals"]:
        assert re.fullmatch(r"mcp:[A-Za-z0-9_.-]{1,32}", one["origin"])
        assert one["status"] == "READY" and "\x1b" not in one["rationale"]
        await person.desk.decline(one["proposal_id"])


@in_one_loop
async def test_a_flood_of_proposals_leaves_twenty(person: Person) -> None:
    before = await state(person)
    for client in range(5):
        said = [tool("propose_order", order(50 + (n + 7 * client) % 90), n + 2) for n in range(FLOOD // 5)]
        lines = await talk(person, hello(f"flood-{client}") + b"".join(said))
        answered = [line for line in lines if isinstance(line.get("id"), int) and line["id"] > 1]
        assert len(answered) >= FLOOD // 5 - MOST_WAITING, "only the last may still wait when the client goes"
    kept = (await person.desk.proposals(open_only=True))["proposals"]
    assert len(kept) == 20 and {sum(k["origin"] == f"mcp:flood-{n}" for k in kept) for n in range(4)} == {5}
    assert await state(person) == before


@in_one_loop
async def test_an_input_that_ends_ends_the_server(person: Person) -> None:
    out = Out()
    await asyncio.wait_for(serve(connector(person), io.BytesIO(b""), out), 20)
    assert out.lines == []
