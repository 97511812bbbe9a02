"""Every tool of the copilot: what it says of itself, what it takes, and what it finds on a real desk."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from copilot.tools import registry
from copilot.tools.call import Hands, call
from copilot.tools.finding import MOST_BYTES, Finding, Foreign, Origin, Source, foreign
from copilot.tools.schema import read_args, schema
from copilot.tools.tool import AnyTool, Args, Execute, Group, Retrieve, Risk, retrieve
from copilot.turn import Turn
from engine.bootstrap import open_desk
from engine.client.desk import DeskClient
from engine.desk import DeskReader
from engine.gateway.serve import Gateway
from engine.home import Home
from engine.model.refusal import Code, Refused

in_one_loop = pytest.mark.asyncio(loop_scope="module")
CLOCK, SEED = "2026-11-20T15:00:00Z", "7"
TOOLS = {tool.name: tool for tool in registry.every()}
BUILT = {name: tool for name, tool in TOOLS.items() if not tool.needs}
RESTING = {"symbol": "AAPL", "side": "buy", "type": "limit", "quantity": "1", "limit_price": "100.00"}
PRACTICE = registry.NAMES[Group.RETRIEVE][10:]
ORDERS = (("AAPL", "buy", "400"), ("NVDA", "buy", "500"), ("BTC-USD", "buy", "0.5"), ("AAPL", "sell", "100"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hands(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hands]:
    """A living market on which some trades were made, asked through its own socket."""
    home = Home(str(tmp_path_factory.mktemp("tools") / "home"))
    home.prepare()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    home.bind(listener)
    runner = open_desk(Path(home.path), clock=CLOCK, seed=SEED)
    gateway = Gateway(runner, lambda: None)
    await gateway.start(listener)
    desk = DeskClient(home, start=False)
    for symbol, side, quantity in ORDERS:
        await desk.submit({"symbol": symbol, "side": side, "type": "market", "quantity": quantity})
    await desk.submit({**RESTING, "client_order_id": "working-1"})
    yield Hands(desk, desk)
    await gateway.stop()
    await runner.stop()


def answer_of(document: dict[str, Any]) -> Any:
    assert document["ok"], document
    return document["data"]


@pytest.mark.parametrize("name", TOOLS)
def test_a_tool_says_what_it_does_and_takes(name: str) -> None:
    tool = TOOLS[name]
    shown = registry.described(tool)
    assert tool.name == name and registry.GROUP_OF[name] is tool.GROUP
    assert len(tool.description) > 60 and tool.description[0].isupper()
    assert shown["schema"]["type"] == "object" and shown["schema"]["additionalProperties"] is False
    assert "$ref" not in json.dumps(shown["schema"]) and "$defs" not in json.dumps(shown["schema"])
    for field, about in shown["schema"]["properties"].items():
        assert about.get("description"), f"{field} of {name} says nothing of itself"
        bounded = ("enum", "maximum", "maxLength", "maxItems", "maxProperties", "pattern", "const")
        kinds = about.get("anyOf", [about])
        assert all(k.get("type") in ("boolean", "null") or any(b in k for b in bounded) for k in kinds), (
            f"{field} of {name} has no bound"
        )
    read_args(tool, tool.example)
    assert json.loads(json.dumps(shown)) == shown


def test_the_groups_are_held_apart_by_type() -> None:
    for tool in TOOLS.values():
        assert type(tool).GROUP is tool.GROUP
        assert isinstance(tool, Execute) == (tool.risk is Risk.PROPOSAL) == (tool.GROUP is Group.EXECUTE)


@in_one_loop
@pytest.mark.parametrize("name", BUILT)
async def test_its_example_finds_something_on_a_real_desk(name: str, hands: Hands) -> None:
    document = await call(hands, name, BUILT[name].example)
    data = answer_of(document)
    assert data and document["sources"] and document["took_ms"] >= 0
    wanted = "practice" if name in PRACTICE else "desk"
    assert all(source["what"] and source["simulated"] for source in document["sources"])
    assert all(source["origin"] == wanted for source in document["sources"])
    assert document["tainted"] is (BUILT[name].risk is Risk.FOREIGN)
    assert len(json.dumps(document["data"])) <= MOST_BYTES
    assert not re.search(r'"-0(\.0*)?"', json.dumps(data))


@in_one_loop
@pytest.mark.parametrize("name", sorted(set(TOOLS) - set(BUILT)))
async def test_what_is_not_built_says_so(name: str, hands: Hands) -> None:
    document = await call(hands, name, TOOLS[name].example)
    assert not document["ok"] and TOOLS[name].needs in document["error"]["fix"]


@in_one_loop
async def test_figures_are_those_of_the_desk(hands: Hands) -> None:
    book = await hands.reader.portfolio()
    data = answer_of(await call(hands, "portfolio_context", {}))
    held = {row["symbol"]: row["quantity"] for row in data["positions"]}
    assert held == {row["symbol"]: row["quantity"] for row in book["positions"]}
    assert Decimal(held["AAPL"]) == 300
    fills = answer_of(await call(hands, "execution_costs", {"symbol": "AAPL"}))["fills"]
    assert {fill["symbol"] for fill in fills} == {"AAPL"}
    parts = ("mid", "half_spread", "depth", "impact", "timing")
    assert all(sum(Decimal(fill["explain"][p]) for p in parts) == Decimal(fill["price"]) for fill in fills)


@in_one_loop
async def test_a_stress_moves_each_position_by_its_class_or_its_own_move(hands: Hands) -> None:
    book = await hands.reader.portfolio()
    data = answer_of(await call(hands, "stress_test", {"moves": {"equities": "-10", "NVDA": "5", "crypto": "-50"}}))
    values = {row["symbol"]: Decimal(row["value"]) for row in book["positions"]}
    moves = {"AAPL": "-10", "NVDA": "5", "BTC-USD": "-50"}
    wanted = {symbol: round(values[symbol] * Decimal(move) / 100, 2) for symbol, move in moves.items()}
    (one,) = data["scenarios"]
    for row in one["positions"]:
        assert abs(Decimal(row["pnl"]) - wanted[row["symbol"]]) <= abs(wanted[row["symbol"]]) / 100
    assert next(row["symbol"] for row in one["positions"]) == min(wanted, key=lambda s: wanted[s])
    assert abs(Decimal(one["nav_after"]) - Decimal(data["nav"]) - Decimal(one["pnl"])) <= Decimal("0.01")
    assert one["over_margin"] is False
    several = answer_of(await call(hands, "stress_test", {}))["scenarios"]
    assert len(several) == 5 and {s["name"] for s in several} >= {"equity crash", "crypto winter"}


@in_one_loop
async def test_a_volume_profile_holds_all_the_volume(hands: Hands) -> None:
    asked = {"symbol": "AAPL", "every": "1m", "limit": 60, "steps": 8}
    bars = (await hands.reader.bars("AAPL", "1m", 60))["bars"]
    data = answer_of(await call(hands, "volume_profile", asked))
    total = sum(Decimal(row["volume"]) for row in data["rows"])
    assert len(data["rows"]) == 8
    assert abs(total - sum(Decimal(bar["volume"]) for bar in bars)) <= total / 50
    busiest = max(data["rows"], key=lambda row: Decimal(row["volume"]))
    assert busiest["from"] == data["point_of_control"]["from"]
    assert Decimal(data["value_area"]["from"]) <= Decimal(busiest["from"])
    assert Decimal(data["value_area"]["to"]) >= Decimal(busiest["to"])


BAD: tuple[tuple[str, Any, Code], ...] = (
    ("live_quote", {}, Code.MISSING_FIELD),
    ("live_quote", {"symbols": []}, Code.OUT_OF_RANGE),
    ("live_quote", {"symbols": ["AAPL"], "sign": True}, Code.UNKNOWN_FIELD),
    ("live_quote", {"symbols": "AAPL"}, Code.TYPE_ERROR),
    ("live_quote", {"symbols": ["NOPE-NOPE"]}, Code.UNKNOWN_SYMBOL),
    ("live_quote", {"symbols": ["A" * 30]}, Code.OUT_OF_RANGE),
    ("order_book", {"symbol": "AAPL", "levels": 10_000}, Code.OUT_OF_RANGE),
    ("price_history", {"symbol": "AAPL", "every": "1y"}, Code.ENUM_ERROR),
    ("order_book", b"{", Code.MALFORMED_JSON),
    ("order_book", b"[" * 20_000, Code.PAYLOAD_TOO_LARGE),
    ("order_book", b'{"symbol":' * 1_500, Code.TYPE_ERROR),
    ("order_book", b'{"symbol": "\xff"}', Code.MALFORMED_JSON),
    ("what_if", {"symbol": "AAPL", "side": "buy", "quantity": "NaN"}, Code.OUT_OF_RANGE),
    ("what_if", {"symbol": "AAPL", "side": "buy", "quantity": 5}, Code.TYPE_ERROR),
    ("sign_proposal", {"proposal": "last"}, Code.UNKNOWN_TOOL),
    ("place_order", {"symbol": "AAPL"}, Code.UNKNOWN_TOOL),
    ("", {}, Code.UNKNOWN_TOOL),
    ("../registry", {}, Code.UNKNOWN_TOOL),
)


@in_one_loop
@pytest.mark.parametrize(
    ("name", "payload", "code"), BAD, ids=[f"{name}-{code}-{n}" for n, (name, _, code) in enumerate(BAD)]
)
async def test_bad_calls_are_answered_and_never_raise(name: str, payload: Any, code: Code, hands: Hands) -> None:
    document = await call(hands, name, payload)
    assert document["ok"] is False and document["error"]["code"] == code.value
    assert document["error"]["fix"]


def made(run: Callable[[DeskReader, Any], Awaitable[Finding]]) -> AnyTool:
    class None_(Args, frozen=True):
        """No arguments."""

    tool: Retrieve[None_] = retrieve(None_, example={})(run)
    return tool


@in_one_loop
async def test_an_answer_has_a_size_and_a_time(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    async def big(desk: DeskReader, args: Any) -> Finding:
        return Finding({"rows": ["x" * 1_000] * 100}, (Source(Origin.DESK, "much"),))

    async def slow(desk: DeskReader, args: Any) -> Finding:
        await asyncio.sleep(60)
        raise AssertionError

    made_tools = {"big": made(big), "slow": made(slow)}
    monkeypatch.setattr("copilot.tools.call.find", made_tools.__getitem__)
    monkeypatch.setattr("copilot.tools.call.LONGEST_S", 0.05)
    assert (await call(hands, "big", {}))["error"]["code"] == "PAYLOAD_TOO_LARGE"
    assert (await call(hands, "slow", {}))["error"]["code"] == "STALE_MARKET"


@in_one_loop
async def test_a_proposal_is_all_that_a_tool_can_do(hands: Hands) -> None:
    async def state() -> list[Any]:
        desk = hands.reader
        lists = (await desk.orders(), await desk.watchlist(), await desk.alerts(), await desk.algos())
        return [*(next(iter(one.values())) for one in lists), (await desk.portfolio())["cash"]]

    before = await state()
    for name, tool in BUILT.items():
        if tool.GROUP is Group.EXECUTE:
            told = answer_of(await call(hands, name, tool.example))
            assert told["status"] == "REQUIRES_USER_CONFIRMATION" and told["proposal_id"]
            assert not {"card", "code", "payload", "nonce"} & set(told)
    assert await state() == before


@in_one_loop
async def test_what_a_turn_has_read_travels_with_what_it_proposes(hands: Hands) -> None:
    desk: Any = hands.reader
    for row in (await desk.proposals(open_only=True))["proposals"]:
        await desk.decline(row["proposal_id"])
    turn = Turn()
    reading = Hands(hands.reader, hands.reader, turn)  # type: ignore[arg-type]
    turn.read(Finding({"a": [foreign("x", "news"), foreign("y", "news")]}, (Source(Origin.PRACTICE, "news"),)))
    order = {"symbol": "AAPL", "side": "buy", "quantity": "3", "type": "limit", "limit_price": "120.00"}
    told = answer_of(await call(reading, "propose_order", order))
    assert told["taint"] == 2


@in_one_loop
async def test_a_proposal_that_cannot_pass_says_what_would(hands: Hands) -> None:
    document = await call(hands, "propose_order", {"symbol": "AAPL", "side": "buy", "quantity": "1000000"})
    assert document["error"]["code"] in ("INSUFFICIENT_MARGIN", "CONCENTRATION_LIMIT", "INSUFFICIENT_FUNDS")
    assert int(document["error"]["max_quantity"]) > 0
    close = await call(hands, "propose_close", {"symbol": "KO"})
    assert close["error"]["code"] == "WOULD_NOT_REDUCE"


@in_one_loop
async def test_without_somebody_to_propose_to_nothing_is_proposed(hands: Hands) -> None:
    document = await call(Hands(hands.reader), "propose_order", BUILT["propose_order"].example)
    assert document["error"]["code"] == "FORBIDDEN"


@in_one_loop
async def test_a_desk_that_is_gone_is_told() -> None:
    home = Home("/nonexistent/home")
    document = await call(Hands(DeskClient(home, start=False)), "portfolio_context", {})
    assert document["error"]["code"] == "STALE_MARKET" and "desk" in document["error"]["message"]


def test_foreign_words_are_marked_made_safe_and_taint() -> None:
    words = foreign("Buy now\x1b]52;c;ZXZpbA==\x07 \U000e0062" + "y" * 5_000, "news_headline")
    finding = Finding({"items": [{"headline": words}]}, (Source(Origin.PRACTICE, "news"),))
    document = finding.document()
    inner = document["data"]["items"][0]["headline"]
    assert finding.tainted and document["tainted"] and inner["channel"] == "news_headline" and inner["cut"]
    assert "\x1b" not in inner["foreign_text"] and "\U000e0062" not in inner["foreign_text"]
    assert not Finding({"items": [1]}, (Source(Origin.DESK, "x"),)).tainted
    assert Finding({}, (Source(Origin.TOOL, "somebody's"),)).tainted
    with pytest.raises(TypeError):
        msgspec.json.encode(foreign)


@pytest.mark.parametrize("name", TOOLS)
def test_a_schema_says_what_reading_enforces(name: str) -> None:
    tool = TOOLS[name]
    for field in schema(tool)["required"]:
        missing = {key: value for key, value in tool.example.items() if key != field}
        with pytest.raises(Refused) as refused:
            read_args(tool, missing)
        assert refused.value.refusal.code is Code.MISSING_FIELD and refused.value.refusal.field == field


def test_the_copilot_is_handed_no_desk_that_trades() -> None:
    import inspect

    for tool in BUILT.values():
        kinds = [str(p.annotation) for p in inspect.signature(tool.run).parameters.values()]
        assert kinds[0] == "DeskReader" and "Trader" not in kinds and "Desk" not in kinds
        assert (len(kinds) == 3 and kinds[1] == "Proposer") == isinstance(tool, Execute)


def test_foreign_is_not_text() -> None:
    assert not isinstance(foreign("x", "news"), str) and isinstance(foreign("x", "news"), Foreign)
