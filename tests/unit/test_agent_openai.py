"""The loop over chat completions: servers that follow the documented shape, and local ones that nearly do."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from copilot.agent.attempts import Patience
from copilot.agent.claude import Claude
from copilot.agent.completions import Completions
from copilot.agent.loop import run
from copilot.tools.call import Hands
from copilot.wire import Answered, Ask, Budget, FromWorker, Text
from tests.fake_anthropic import Exchange, Reply, Server, hangs, serving, text, tool
from tests.fake_openai import breaks, chunk, fails, says
from tests.signed_desk import Person, signed_desk

in_one_loop = pytest.mark.asyncio(loop_scope="module")
QUICK = Patience(tries=3, first_s=0.001, most_s=0.002)
KEY = "sk-proj-0123456789abcdefghij"
QUOTE = tool("live_quote", {"symbols": ["AAPL"]})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def person(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Person]:
    async with signed_desk(tmp_path_factory.mktemp("openai") / "home", enrolled=False) as one:
        yield one


async def ask(person: Person, server: Server, *, key: str = KEY, silent_s: float = 5.0, **more: Any) -> Answered:
    said: list[FromWorker] = []

    async def tell(message: FromWorker) -> None:
        said.append(message)

    model = Completions("local", key, f"{server.url}/v1", silent_s=silent_s)
    hands = Hands(person.desk, person.desk)
    try:
        answered = await run(hands, Ask("t1", "How is Apple?"), model, Budget(**more), tell, patience=QUICK)
    finally:
        await model.close()
    assert "".join(each.text for each in said if isinstance(each, Text)) == answered.answer["text"]
    return answered


@in_one_loop
@pytest.mark.parametrize("size", [1, 4, 10_000])
@pytest.mark.parametrize("sparse", [False, True], ids=["documented", "as local servers do"])
async def test_words_and_calls(size: int, sparse: bool, person: Person) -> None:
    calls = (QUOTE, tool("order_book", {"symbol": "AAPL", "levels": 3}))
    steps = (says(text("Moment – "), *calls, size=size, sparse=sparse), says(text("Done [1]."), size=size))
    async with serving(*steps) as server:
        answered = await ask(person, server)
    assert answered.ended == "done" and answered.answer["text"] == "Moment – \n\nDone [1]."
    assert [call["ok"] for call in answered.answer["calls"]] == [True] * len(calls)
    first, second = server.bodies
    assert first["stream"] is True and first["tools"][0]["type"] == "function" and len(first["tools"]) == 48
    assert [message["role"] for message in second["messages"]] == [
        "system", "user", "assistant", *["tool"] * len(calls),
    ]  # fmt: skip
    asked, found = second["messages"][2]["tool_calls"], second["messages"][3:]
    assert [call["id"] for call in asked] == [message["tool_call_id"] for message in found]
    assert json.loads(asked[0]["function"]["arguments"]) == {"symbols": ["AAPL"]}
    assert answered.tokens["input"] > 100 if sparse else answered.tokens == {"input": 200, "output": 40}
    assert server.requests[0].path == "/v1/chat/completions"
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"


@in_one_loop
@pytest.mark.parametrize(
    "trouble",
    [fails(429, retry_after="0"), fails(503), fails(500), breaks("", "error"), breaks("", "cut"), breaks("", "end"),
     breaks("", "garbage")],
)  # fmt: skip
async def test_what_may_pass_is_tried_again(trouble: Reply, person: Person) -> None:
    async with serving(trouble, says(text("well"))) as server:
        answered = await ask(person, server)
    assert (answered.ended, answered.answer["text"]) == ("done", "well") and len(server.requests) == 2


@in_one_loop
@pytest.mark.parametrize("how", ["cut", "end", "error", "garbage"])
async def test_text_that_was_shown_is_shown_once(how: str, person: Person) -> None:
    async with serving(breaks("Apple is ", how), says(text("Apple is well."))) as server:
        answered = await ask(person, server)
    assert answered.answer["text"] == "Apple is well."


@in_one_loop
@pytest.mark.parametrize(
    ("reply", "code", "tries"),
    [(fails(401, f"Incorrect API key provided: {KEY}"), "MODEL_KEY", 1),
     (fails(404, "no such model"), "MODEL_REQUEST", 1),
     (fails(400, "bad"), "MODEL_REQUEST", 1), (fails(503), "MODEL_BUSY", 3), (fails(502), "MODEL_DOWN", 3)],
)  # fmt: skip
async def test_what_does_not_pass_ends_in_one_line(reply: Reply, code: str, tries: int, person: Person) -> None:
    async with serving(last=reply) as server:
        answered = await ask(person, server)
    assert answered.ended == "failed" and answered.refusal is not None and answered.refusal["code"] == code
    assert len(server.requests) == tries and KEY not in answered.refusal["message"]


@in_one_loop
async def test_a_page_that_is_no_stream(person: Person) -> None:
    async def page(it: Exchange) -> None:
        await it.head(200, "text/html")
        await it.raw(b"<html>welcome</html>")

    async with serving(last=page) as server:
        answered = await ask(person, server)
    assert answered.refusal is not None and answered.refusal["code"] == "MODEL_DOWN"


@in_one_loop
async def test_nothing_is_heard_for_too_long(person: Person) -> None:
    async with serving(hangs, says(text("well"))) as server:
        assert (await ask(person, server, silent_s=0.2)).answer["text"] == "well"
    async with serving(last=hangs) as server:
        assert (await ask(person, server, silent_s=30.0, seconds=0.3)).ended == "failed"


@in_one_loop
@pytest.mark.parametrize(
    ("finish", "ended"), [("length", "budget"), ("content_filter", "failed"), ("stop", "done"), ("new_one", "done")]
)
async def test_reasons_to_stop(finish: str, ended: str, person: Person) -> None:
    async with serving(says(text("words"), finish=finish)) as server:
        assert (await ask(person, server)).ended == ended


@in_one_loop
async def test_calls_that_share_an_index_are_told_apart_by_id(person: Person) -> None:
    calls = [tool("live_quote", {"symbols": [symbol]}, call=f"id_{symbol}") for symbol in ("AAPL", "NVDA", "KO")]
    async with serving(says(*calls, sparse=True), says(text("ok"))) as server:
        answered = await ask(person, server)
    assert [call["args"]["symbols"] for call in answered.answer["calls"]] == [["AAPL"], ["NVDA"], ["KO"]]


@in_one_loop
async def test_half_a_character_breaks_nothing(person: Person) -> None:
    async def half(it: Exchange) -> None:
        await it.head(200)
        await chunk(it, {"content": "\ud83d"}, "stop")

    async with serving(half, says(text("well"))) as server:
        answered = await ask(person, server)
    assert answered.ended == "done"


@in_one_loop
async def test_a_local_server_needs_no_key(person: Person) -> None:
    async with serving(says(text("well"))) as server:
        answered = await ask(person, server, key="")
    assert answered.ended == "done" and "authorization" not in server.requests[0].headers
    assert "max_tokens" in server.bodies[0]


async def test_openai_itself_does() -> None:
    async def tell(_: FromWorker) -> None: ...

    hands = Hands(None)  # type: ignore[arg-type]
    answered = await run(hands, Ask("t1", "hi"), Completions("m", ""), Budget(), tell)
    assert answered.refusal is not None and answered.refusal["code"] == "MODEL_KEY"


@pytest.mark.parametrize("make", [Completions, Claude])
@pytest.mark.parametrize(
    ("address", "key", "code"),
    [("not an address", "k", "MODEL_REQUEST"), ("http://[::1", "k", "MODEL_REQUEST"), ("ftp://127.0.0.1/", "k",
     "MODEL_REQUEST"), ("http://127.0.0.1:1", "ключ", "MODEL_KEY"), ("http://127.0.0.1:1", "a\r\nb: c", "MODEL_KEY"),
     ("http://127.0.0.1:99999", "k", "MODEL_REQUEST"), ("http://nowhere.invalid", "k", "MODEL_DOWN")],
)  # fmt: skip
async def test_odd_addresses_and_keys_are_one_line(make: Any, address: str, key: str, code: str) -> None:
    async def tell(_: FromWorker) -> None: ...

    model = make("m", key, address, silent_s=2.0)
    answered = await run(Hands(None), Ask("t1", "hi"), model, Budget(), tell, patience=QUICK)  # type: ignore[arg-type]
    assert answered.ended == "failed" and answered.refusal is not None and answered.refusal["code"] == code
    await model.close()
