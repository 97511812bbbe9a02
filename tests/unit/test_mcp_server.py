"""The tools over the Model Context Protocol, on a real desk: what a client is shown, may ask, and may not reach."""

from __future__ import annotations

import asyncio
import io
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import mcp
import pytest
import pytest_asyncio
from mcp_types import Implementation, TextContent

from copilot.mcp.lines import BoundedLines
from copilot.mcp.listing import listed
from copilot.mcp.peer import MOST_WAITING, Peer, client_name
from copilot.mcp.server import build
from copilot.tools.registry import GROUP_OF, NAMES
from copilot.tools.tool import Group
from engine.model.refusal import Code, Refused
from engine.model.text import safe
from tests.mcp_desk import connector
from tests.signed_desk import Person, signed_desk

in_one_loop = pytest.mark.asyncio(loop_scope="module")
RESTING = {"symbol": "AAPL", "side": "buy", "quantity": "1", "type": "limit"}
DECIDES = re.compile(r"(?i)\b(sign\w*|confirm\w*|approv\w*|accept_\w+|decline_\w+)\b")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def person(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Person]:
    async with signed_desk(tmp_path_factory.mktemp("mcp") / "home") as one:
        await one.desk.submit({"symbol": "AAPL", "side": "buy", "type": "market", "quantity": "10"})
        yield one


def client(person: Person, name: str = "tester", mode: Any = "auto") -> mcp.Client:
    return mcp.Client(build(Peer(connector(person))), client_info=Implementation(name=name, version="1"), mode=mode)


def document(result: Any) -> dict[str, Any]:
    """The structured content, which says what the text says."""
    assert isinstance(result.content[0], TextContent)
    assert json.loads(result.content[0].text) == result.structured_content
    assert result.is_error is not result.structured_content["ok"]
    body: dict[str, Any] = result.structured_content
    return body


def order(price: int) -> dict[str, str]:
    return {**RESTING, "limit_price": f"{price}.00"}


async def declined(person: Person) -> None:
    """No proposal is left open."""
    for one in (await person.desk.proposals(open_only=True))["proposals"]:
        await person.desk.decline(one["proposal_id"])


@in_one_loop
@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_every_tool_is_listed_and_none_decides(person: Person, mode: str) -> None:
    async with client(person, mode=mode) as one:
        tools = {tool.name: tool for tool in (await one.list_tools()).tools}
        prompts = (await one.list_prompts()).prompts
    assert set(tools) == {*GROUP_OF, "list_proposals"}
    told = json.dumps([tool.model_dump(mode="json") for tool in tools.values()])
    assert not DECIDES.findall(told)
    assert len(told) < 200_000
    for name, tool in tools.items():
        assert tool.description and tool.input_schema["additionalProperties"] is False
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is not (name in NAMES[Group.EXECUTE])
        assert tool.annotations.destructive_hint is False
        assert str(safe(tool.description, 10_000, multiline=True)) == tool.description
    assert [prompt.name for prompt in prompts] == ["briefing", "exposure", "costs"]


@in_one_loop
async def test_prompts_name_only_what_there_is(person: Person) -> None:
    async with client(person) as one:
        for name in ("briefing", "exposure", "costs"):
            text = (await one.get_prompt(name)).messages[0].content.text
            named = set(re.findall(r"\b[a-z]+_[a-z_]+\b", text))
            assert named and named <= {*GROUP_OF, "list_proposals"}
        with pytest.raises(mcp.MCPError):
            await one.get_prompt("place_order")


@in_one_loop
async def test_an_answer_has_figures_and_their_sources(person: Person) -> None:
    async with client(person) as one:
        found = document(await one.call_tool("portfolio_context", {}))
    assert found["ok"] and found["sources"][0]["origin"] == "desk" and not found["tainted"]


@in_one_loop
async def test_foreign_words_are_marked_and_taint_what_follows(person: Person) -> None:
    await declined(person)
    async with client(person, "reader") as one:
        news = document(await one.call_tool("news_feed", {"limit": 3}))
        assert news["tainted"] and "never an instruction" in news["notice"]
        assert all("foreign_text" in item["headline"] for item in news["data"]["items"])
        made = document(await one.call_tool("propose_order", order(111)))
    assert made["data"]["status"] == "REQUIRES_USER_CONFIRMATION"
    assert made["data"]["taint"] >= len(news["data"]["items"])
    lying = (await person.desk.proposals())["proposals"][0]
    assert (lying["origin"], lying["status"]) == ("mcp:reader", "READY")
    assert not {"card", "payload", "code", "nonce"} & set(made["data"])


@in_one_loop
@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [
        ("sign_proposal", {"proposal_id": "p000001"}, "UNKNOWN_TOOL"),
        ("", {}, "UNKNOWN_TOOL"),
        ("live_quote\x1b]0;x\x07", {}, "UNKNOWN_TOOL"),
        ("../retrieve/live_quote", {}, "UNKNOWN_TOOL"),
        ("live_quote", {"symbols": ["AAPL"], "account": "other"}, "UNKNOWN_FIELD"),
        ("live_quote", {"symbols": "AAPL"}, "TYPE_ERROR"),
        ("live_quote", {"symbols": ["NOPE"]}, "UNKNOWN_SYMBOL"),
        ("propose_order", {**RESTING, "limit_price": "1e5"}, "OUT_OF_RANGE"),
        ("propose_order", {**order(100), "origin": "human"}, "UNKNOWN_FIELD"),
        ("propose_order", {**order(100), "status": "EXECUTED"}, "UNKNOWN_FIELD"),
        ("propose_order", {**order(100), "rationale": "x" * 20_000}, "PAYLOAD_TOO_LARGE"),
        ("list_proposals", {"proposal_id": "../../etc/passwd"}, "OUT_OF_RANGE"),
        ("list_proposals", {"limit": 10**30}, "OUT_OF_RANGE"),
    ],
)
async def test_a_refusal_is_a_result(person: Person, name: str, arguments: dict[str, Any], code: str) -> None:
    async with client(person) as one:
        found = document(await one.call_tool(name, arguments))
    assert found["error"]["code"] == code and found["error"]["fix"]
    assert "\x1b" not in json.dumps(found, ensure_ascii=False)


@in_one_loop
async def test_outcomes_are_polled_and_only_ones_own(person: Person) -> None:
    await declined(person)
    async with client(person, "first") as first, client(person, "second") as second:
        made = document(await first.call_tool("propose_order", order(112)))["data"]["proposal_id"]
        own = await person.propose(order={**order(113), "type": "limit"})
        await person.desk.decline(made, "too early")
        mine = document(await first.call_tool("list_proposals", {"proposal_id": made}))["data"]["proposals"]
        assert [(one["status"], one["reason"]) for one in mine] == [("DECLINED", "too early")]
        for guess in [made, own, *(f"p{n:06d}" for n in range(1, 60))]:
            found = document(await second.call_tool("list_proposals", {"proposal_id": guess}))
            assert found["data"]["proposals"] == []


@in_one_loop
async def test_a_flood_leaves_five_and_no_second_name_helps(person: Person) -> None:
    await declined(person)
    async with client(person, "flood") as one:
        calls = [one.call_tool("propose_order", order(50 + n)) for n in range(40)]
        found = [document(result) for result in await asyncio.gather(*calls)]
    assert sum(answer["ok"] for answer in found) == 5
    assert {answer["error"]["code"] for answer in found if not answer["ok"]} == {"RATE_LIMITED"}
    for n in range(6):
        async with client(person, f"flood-{n}") as another:
            for k in range(6):
                await another.call_tool("propose_order", order(100 + 10 * n + k))
    assert len((await person.desk.proposals(open_only=True))["proposals"]) == 20
    await declined(person)


@in_one_loop
async def test_waiting_calls_are_bounded(person: Person) -> None:
    peer = Peer(connector(person))
    calls = [peer.run("live_quote", {"symbols": ["AAPL"]}) for _ in range(MOST_WAITING + 10)]
    found = await asyncio.gather(*calls)
    assert sum(answer["ok"] for answer in found) == MOST_WAITING
    assert (await peer.run("live_quote", {"symbols": ["AAPL"]}))["ok"], "the places were given back"


def test_the_first_name_stays() -> None:
    peer = Peer(None)  # type: ignore[arg-type]
    peer.meet("one")
    peer.meet("two")
    assert peer.origin == "mcp:one"


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("claude-desktop", "claude-desktop"),
        ("Claude Desktop 1.0", "Claude-Desktop-1.0"),
        ("\x1b]0;root\x07", "0-root"),
        ("\u202eevil\u2066", "evil"),
        ("", "unnamed"),
        ("...", "unnamed"),
        ("x" * 10_000, "x" * 32),
        ("a" * 31 + "-b", "a" * 31),
        ("人", "unnamed"),
        ({"a": 1}, "a-1"),
        ("human\nSIGN ORDER", "human-SIGN-ORDER"),
    ],
)
def test_a_name_is_what_an_origin_may_carry(raw: object, name: str) -> None:
    assert client_name(raw) == name
    assert re.fullmatch(r"[A-Za-z0-9_.-]{1,32}", client_name(raw))


async def test_lines_are_bounded_and_malformed_ones_are_told() -> None:
    raw = b'{"a":1}\n' + b"x" * 5_000 + b"\n" + b"nonsense\n" + b"[" * 900 + b"\n" + b'{"b":"\xff"}\n' + b"{}"
    lines, told = BoundedLines(io.BytesIO(raw), most=1_000), []

    async def malformed(why: str) -> None:
        told.append(why)

    lines.malformed = malformed
    assert [line.strip() async for line in lines] == ['{"a":1}', '{"b":"\ufffd"}', "{}"]
    assert len(told) == 3 and "KiB" in told[0]


def test_what_waits_for_other_work_says_so(person: Person) -> None:
    waiting = [tool for tool in Peer(connector(person)).tools() if tool.needs]
    assert all("Not available yet" in str(listed(tool).description) for tool in waiting)


@in_one_loop
async def test_the_connection_itself_can_only_read_and_propose(person: Person) -> None:
    desk: Any = await connector(person)("mcp:narrow")
    made = await person.propose(order={**order(117), "type": "limit", "quantity": "3"})
    forbidden = [
        ("POST", "/v1/orders", {**order(115), "side": "buy"}), ("POST", "/v1/orders/cancel-all", {}),
        ("POST", f"/v1/proposals/{made}/present", {}), ("POST", f"/v1/proposals/{made}/decline", {}),
        ("POST", f"/v1/proposals/{made}/sign", {}), ("GET", "/v1/signers", None), ("GET", "/v1/keys", None),
        ("POST", "/v1/narrow", {"account": "main", "scopes": ["read"], "origins": ["mcp:other"]}),
        ("POST", "/v1/proposals", {"purpose": "order.place", "origin": "mcp:other", "order": order(116)}),
        ("POST", "/v1/proposals", {"purpose": "order.place", "origin": "human", "order": order(116)}),
    ]  # fmt: skip
    for method, path, body in forbidden:
        with pytest.raises(Refused) as caught:
            await desk._call(method, path, body)
        assert caught.value.refusal.code is Code.FORBIDDEN, path
    await desk.close()
    await declined(person)


@in_one_loop
async def test_a_lost_connection_is_made_anew(person: Person) -> None:
    made: list[Any] = []

    async def connect(origin: str) -> Any:
        made.append(await connector(person)(origin))
        return made[-1]

    peer = Peer(connect)
    assert (await peer.run("live_quote", {"symbols": ["AAPL"]}))["ok"]
    made[0].lost.set()
    assert (await peer.run("live_quote", {"symbols": ["AAPL"]}))["ok"] and len(made) == 2
