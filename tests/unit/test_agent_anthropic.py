"""The loop over the Messages API: a local server that streams in fragments, fails, breaks off, hangs; a living desk."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from copilot.agent.attempts import Patience
from copilot.agent.claude import Claude
from copilot.agent.loop import run
from copilot.tools.call import Hands
from copilot.turn import Turn
from copilot.wire import Answered, Ask, Budget, Called, FromWorker, Note, Proposed, Said, Text
from tests.fake_anthropic import (
    Exchange,
    Reply,
    Server,
    breaks,
    ended,
    fails,
    hangs,
    says,
    serving,
    started,
    streamed,
    text,
    tool,
)  # fmt: skip
from tests.signed_desk import Person, signed_desk

in_one_loop = pytest.mark.asyncio(loop_scope="module")
QUICK = Patience(tries=4, first_s=0.001, most_s=0.002)
KEY = "sk-ant-0123456789abcdefghij"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def person(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Person]:
    async with signed_desk(tmp_path_factory.mktemp("agent") / "home") as one:
        for symbol, quantity in (("AAPL", "400"), ("NVDA", "500")):
            await one.desk.submit({"symbol": symbol, "side": "buy", "type": "market", "quantity": quantity})
        yield one


class Heard(list[FromWorker]):
    """What a turn told."""

    async def tell(self, message: FromWorker) -> None:
        self.append(message)

    @property
    def text(self) -> str:
        return "".join(each.text for each in self if isinstance(each, Text))

    @property
    def notes(self) -> list[str]:
        return [each.text for each in self if isinstance(each, Note)]

    @property
    def calls(self) -> list[Called]:
        return [each for each in self if isinstance(each, Called) and each.ok is not None]


async def ask(
    person: Person, server: Server, line: str = "How is Apple?", *, heard: Heard | None = None,
    budget: Budget | None = None, silent_s: float = 5.0, turn: Turn | None = None, **more: Any,
) -> Answered:  # fmt: skip
    model = Claude("fake", KEY, server.url, silent_s=silent_s)
    question = line if isinstance(line, Ask) else Ask("t1", line)
    heard = Heard() if heard is None else heard
    try:
        return await run(Hands(person.desk, person.desk, turn), question, model, budget or Budget(), heard.tell,
                         **{"patience": QUICK, **more})  # fmt: skip
    finally:
        await model.close()


def words_of(answered: Answered) -> str:
    return str(answered.answer["text"])


def results_in(body: Any) -> list[Any]:
    """The tool results that a request gives back, decoded."""
    blocks = [block for message in body["messages"] for block in message["content"]]
    return [json.loads(block["content"]) for block in blocks if block["type"] == "tool_result"]


QUOTE = tool("live_quote", {"symbols": ["AAPL"]})


@in_one_loop
@pytest.mark.parametrize("size", [1, 3, 7, 64, 10_000])
async def test_words_and_calls_in_fragments_of_any_size(size: int, person: Person) -> None:
    steps = (
        says(text("Ich schaue nach – „Apple“ …"), QUOTE, text("and the book"), tool("order_book", {"symbol": "AAPL"}),
             size=size),
        says(text("Done [1] [2]."), size=size),
    )  # fmt: skip
    heard = Heard()
    async with serving(*steps) as server:
        answered = await ask(person, server, heard=heard)
    assert (answered.ended, answered.refusal, answered.flagged) == ("done", None, ())
    assert words_of(answered) == heard.text
    assert words_of(answered).startswith("Ich schaue nach – „Apple“ …") and words_of(answered).endswith("Done [1] [2].")
    assert [call["tool"] for call in answered.answer["calls"]] == ["live_quote", "order_book"]
    assert all(call["ok"] for call in answered.answer["calls"])
    assert [citation["n"] for citation in answered.answer["citations"]] == [1, 2]
    assert answered.tokens == {"input": 200, "output": 40}
    assert [result["n"] for result in results_in(server.bodies[1])] == [1, 2]
    assert server.most_open == 1


@in_one_loop
async def test_tools_and_system_prompt_are_marked_for_the_cache(person: Person) -> None:
    async with serving(says(QUOTE), says(text("ok"))) as server:
        await ask(person, server)
    first, second = server.bodies
    for body in (first, second):
        assert body["tools"][-1]["cache_control"] == body["system"][0]["cache_control"] == {"type": "ephemeral"}
        marks = json.dumps(body).count("cache_control")
        assert marks == 3 and body["messages"][-1]["content"][-1]["cache_control"]
    assert first["system"] == second["system"] and first["tools"] == second["tools"] and len(first["tools"]) == 48
    assert server.requests[0].path.startswith("/v1/messages")


@in_one_loop
@pytest.mark.parametrize(
    "trouble",
    [
        [fails(529), fails(529)],
        [fails(429, "rate_limit_error", retry_after="0")],
        [fails(500, "api_error"), fails(503, "api_error")],
        [breaks(text("x"), 0, "error")],
        [breaks(text("x"), 0, "error", "api_error")],
        [breaks(QUOTE, 9, "cut")],
        [breaks(QUOTE, 9, "end")],
        [breaks(QUOTE, 9, "error")],
    ],
    ids=["529", "429", "5xx", "overloaded mid-stream", "api error mid-stream", "cut in JSON", "ended in JSON",
         "error in JSON"],
)  # fmt: skip
async def test_what_may_pass_is_tried_again(trouble: list[Reply], person: Person) -> None:
    heard = Heard()
    async with serving(*trouble, says(text("All well."))) as server:
        answered = await ask(person, server, heard=heard)
    assert (answered.ended, words_of(answered)) == ("done", "All well.")
    assert len(heard.notes) == len(trouble) and all("again in" in note for note in heard.notes)
    assert len(server.requests) == len(trouble) + 1 and server.most_open == 1


@in_one_loop
@pytest.mark.parametrize("how", ["cut", "end", "error"])
@pytest.mark.parametrize("again", ["goes on", "repeats", "says other words"])
async def test_text_that_was_shown_is_shown_once(how: str, again: str, person: Person) -> None:
    begun = "Apple stands well today, "
    rest = {"goes on": "and so does the index.", "repeats": f"{begun}and so does the index.",
            "says other words": "as the index does."}[again]  # fmt: skip
    heard = Heard()
    async with serving(breaks(text(begun), len(begun), how), says(text(rest))) as server:
        answered = await ask(person, server, heard=heard)
    assert words_of(answered) == heard.text
    assert words_of(answered) == begun + rest.removeprefix(begun)
    resumed = server.bodies[1]["messages"]
    assert [message["role"] for message in resumed] == ["user", "assistant", "user"]
    assert resumed[1]["content"][0]["text"] == begun.rstrip()


@in_one_loop
async def test_a_step_that_broke_off_keeps_the_steps_before_it(person: Person) -> None:
    heard = Heard()
    steps = (says(text("First."), QUOTE), breaks(tool("order_book", {"symbol": "AAPL"}), 8), says(text("Last [1].")))
    async with serving(*steps) as server:
        answered = await ask(person, server, heard=heard)
    assert words_of(answered) == "First.\n\nLast [1]." == heard.text
    assert [call.tool for call in heard.calls] == ["live_quote"], "a call that never came whole is not made"
    assert server.bodies[1]["messages"] == server.bodies[2]["messages"]


@in_one_loop
@pytest.mark.parametrize(
    ("reply", "code", "tries"),
    [
        (fails(529), "MODEL_BUSY", 4),
        (fails(429, "rate_limit_error"), "MODEL_BUSY", 4),
        (fails(401, "authentication_error", f"invalid x-api-key {KEY}"), "MODEL_KEY", 1),
        (fails(403, "permission_error"), "MODEL_KEY", 1),
        (fails(400, "invalid_request_error", "bad"), "MODEL_REQUEST", 1),
        (fails(404, "not_found_error", "no model"), "MODEL_REQUEST", 1),
        (fails(413, "request_too_large"), "MODEL_REQUEST", 1),
        (fails(500, "api_error"), "MODEL_DOWN", 4),
        (breaks(text("x"), 0, "end"), "MODEL_DOWN", 4),
        (breaks(text("x"), 0, "error", "invalid_request_error"), "MODEL_REQUEST", 1),
    ],
)
async def test_what_does_not_pass_ends_in_one_line(reply: Reply, code: str, tries: int, person: Person) -> None:
    async with serving(last=reply) as server:
        answered = await ask(person, server)
    assert answered.ended == "failed" and answered.refusal is not None
    assert answered.refusal["code"] == code and answered.refusal["message"] and answered.refusal["fix"]
    assert len(server.requests) == tries
    assert KEY not in msgspec.json.encode(answered).decode()


@in_one_loop
async def test_a_server_that_asks_for_longer_than_the_turn_has_is_not_waited_for(person: Person) -> None:
    async with serving(fails(429, "rate_limit_error", retry_after="3600")) as server:
        answered = await ask(person, server)
    assert answered.ended == "failed" and answered.refusal is not None
    assert answered.refusal["code"] == "MODEL_BUSY" and "3600 s" in answered.refusal["message"]


@in_one_loop
async def test_nobody_there_and_no_key(person: Person) -> None:
    async with serving() as server:
        pass
    answered = await ask(person, server)
    assert answered.refusal is not None and answered.refusal["code"] == "MODEL_DOWN"
    keyless = await run(Hands(person.desk), Ask("t1", "hi"), Claude("", ""), Budget(), Heard().tell)
    assert keyless.refusal is not None and keyless.refusal["code"] == "MODEL_KEY"


@in_one_loop
@pytest.mark.parametrize("reply", [hangs, breaks(text("Apple is "), 9, "hang")], ids=["before headers", "mid-stream"])
async def test_silence_is_a_broken_connection(reply: Reply, person: Person) -> None:
    heard = Heard()
    async with serving(reply, says(text("up."))) as server:
        answered = await ask(person, server, heard=heard, silent_s=0.2)
    assert answered.ended == "done" and words_of(answered).endswith("up.")
    assert "said nothing" in heard.notes[0]


@in_one_loop
@pytest.mark.parametrize(
    ("reply", "ended"), [(hangs, "failed"), (breaks(text("Apple is "), 9, "hang"), "budget")]
)  # fmt: skip
async def test_a_turn_ends_with_its_seconds(reply: Reply, ended: str, person: Person) -> None:
    async with serving(last=reply) as server:
        answered = await ask(person, server, budget=Budget(seconds=0.4), silent_s=30.0)
        assert answered.ended == ended
        if ended == "failed":
            assert answered.refusal is not None and answered.refusal["code"] == "MODEL_DOWN"
        else:
            assert "0.4 s" in words_of(answered)
        while server.open_now:  # the connection is given up, too
            await asyncio.sleep(0.01)
    assert server.gone == 1


@in_one_loop
async def test_arguments_that_are_no_json_come_back_to_the_model(person: Person) -> None:
    broken = tool("live_quote", '{"symbols": ["AAPL"')
    worse = tool("live_quote", '{"symbols": AAPL]}')
    async with serving(says(broken), says(text("Again."), worse), says(QUOTE), says(text("There [3]."))) as server:
        answered = await ask(person, server)
    assert answered.ended == "done" and [call["ok"] for call in answered.answer["calls"]] == [False, False, True]
    assert [result["error"]["code"] for result in results_in(server.bodies[2])] == ["MALFORMED_JSON"] * 2
    assert json.dumps(server.bodies[3]).count('"tool_use"') == 3


@in_one_loop
async def test_a_tool_that_is_none_and_one_that_is_not_offered(person: Person) -> None:
    step = says(tool("sign_proposal", {"proposal": "last"}), tool("propose_order", {"symbol": "KO"}))
    async with serving(step, says(text("No."))) as server:
        answered = await ask(person, server, Ask("t1", "hello", mode="scanner"))
    codes = [call["error"]["code"] for call in answered.answer["calls"]]
    assert codes == ["UNKNOWN_TOOL", "FORBIDDEN"]
    assert answered.answer["calls"][0]["args"] == {}
    assert "propose_order" not in {offer["name"] for offer in server.bodies[0]["tools"]}


@in_one_loop
async def test_twenty_five_calls_and_no_more(person: Person) -> None:
    async with serving(last=says(QUOTE, QUOTE)) as server:
        answered = await ask(person, server)
    assert answered.ended == "budget" and len(answered.answer["calls"]) == 25
    assert "2 more were not made" in words_of(answered)
    assert server.bodies[-1]["tool_choice"] == {"type": "none"} and server.bodies[-2]["tool_choice"] == {"type": "auto"}
    assert len(server.requests) == 14


@in_one_loop
async def test_eight_thousand_calls_in_one_step_stop_at_twenty_five(person: Person) -> None:
    heard = Heard()
    async with serving(says(*[QUOTE] * 8_000, size=1_000), says(text("Enough."))) as server:
        answered = await ask(person, server, heard=heard)
    assert (answered.ended, words_of(answered)) == ("done", "Enough.")
    assert len(answered.answer["calls"]) == 25 and len(heard.calls) == 25
    assert heard.notes == ["7975 calls were not made; 0 calls are left in this turn"]
    assert len(results_in(server.bodies[1])) == 25 and len(json.dumps(server.bodies[1])) < 200_000


@in_one_loop
async def test_an_answer_without_end_is_ended(person: Person) -> None:
    async with serving(says(text("word " * 100_000), size=20_000)) as server:
        answered = await ask(person, server)
    assert answered.ended == "budget" and len(words_of(answered)) < 61_000
    assert words_of(answered).endswith("was ended here.")


@in_one_loop
async def test_arguments_without_end_are_ended(person: Person) -> None:
    huge = tool("live_quote", {"symbols": ["A" * 500_000]})
    async with serving(says(huge, size=30_000), says(text("Well."))) as server:
        answered = await ask(person, server)
    assert (answered.ended, words_of(answered)) == ("done", "Well.")
    assert answered.answer["calls"][0]["error"]["code"] == "MALFORMED_JSON"
    assert len(json.dumps(server.bodies[1])) < 100_000


@in_one_loop
async def test_the_days_tokens(person: Person) -> None:
    async with serving(says(QUOTE, read=30_000, wrote=500), says(text("never"))) as server:
        answered = await ask(person, server, budget=Budget(tokens_left=40_000))
        assert answered.ended == "budget" and "tokens" in words_of(answered) and answered.tokens["input"] == 30_000
        assert len(server.requests) == 1
        nothing = await ask(person, server, Ask("t2", "hi", tokens_left=100))
        assert nothing.ended == "budget" and len(server.requests) == 1
    assert server.bodies[0]["max_tokens"] == 8_192


@in_one_loop
@pytest.mark.parametrize(
    ("stop", "ended", "code"),
    [("refusal", "failed", "MODEL_DECLINED"), ("max_tokens", "budget", None),
     ("model_context_window_exceeded", "budget", None), ("stop_sequence", "done", None)],
)  # fmt: skip
async def test_reasons_to_stop(stop: str, ended: str, code: str | None, person: Person) -> None:
    async with serving(says(text("Some words"), stop=stop)) as server:
        answered = await ask(person, server)
    assert answered.ended == ended and (answered.refusal or {}).get("code") == code
    assert words_of(answered).startswith("Some words")


@in_one_loop
async def test_a_pause_goes_on(person: Person) -> None:
    async with serving(says(text("One, "), stop="pause_turn"), says(text("two."))) as server:
        answered = await ask(person, server)
    assert answered.ended == "done" and words_of(answered) == "One, two."
    assert [message["role"] for message in server.bodies[1]["messages"]] == ["user", "assistant"]


@in_one_loop
async def test_thinking_is_given_back_as_it_came(person: Person) -> None:
    async def thinks(it: Exchange) -> None:
        await it.head(200)
        await started(it)
        await it.event("content_block_start", index=0,
                       content_block={"type": "thinking", "thinking": "", "signature": ""})  # fmt: skip
        await it.event("content_block_delta", index=0, delta={"type": "thinking_delta", "thinking": "hm"})
        await it.event("content_block_delta", index=0, delta={"type": "signature_delta", "signature": "c2ln"})
        await it.event("content_block_stop", index=0)
        await streamed(it, 1, QUOTE)
        await ended(it, "tool_use")

    async with serving(thinks, says(text("ok"))) as server:
        answered = await ask(person, server)
    assert answered.ended == "done" and words_of(answered) == "ok"
    kept = server.bodies[1]["messages"][1]["content"][0]
    assert (kept["type"], kept["thinking"], kept["signature"]) == ("thinking", "hm", "c2ln")


@in_one_loop
@pytest.mark.parametrize("junk", [b"event: message_start\ndata: {oops\n\n", b"event: content_block_delta\ndata: "
                                  b'{"type":"content_block_delta","index":7,"delta":{"type":"text_delta","text":"x"}}\n\n',
                                  b"\xff\xfe\x00\n\n", b""])  # fmt: skip
async def test_junk_is_not_an_answer(junk: bytes, person: Person) -> None:
    async def writes(it: Exchange) -> None:
        await it.head(200)
        await it.raw(junk)

    async with serving(last=writes) as server:
        answered = await ask(person, server)
    assert answered.ended == "failed" and answered.refusal is not None and answered.refusal["code"] == "MODEL_DOWN"


@in_one_loop
async def test_a_person_stops_a_stream(person: Person) -> None:
    stop, heard = asyncio.Event(), Heard()
    async with serving(breaks(text("Apple is "), 9, "hang")) as server:
        asking = asyncio.create_task(ask(person, server, heard=heard, stop=stop, silent_s=30.0))
        while heard.text != "Apple is ":
            await asyncio.sleep(0.01)
        stop.set()
        answered = await asking
        while server.open_now:
            await asyncio.sleep(0.01)
    assert (answered.ended, words_of(answered), answered.refusal) == ("stopped", "Apple is ", None)
    assert server.gone == 1


@in_one_loop
@pytest.mark.parametrize("reply", [hangs, breaks(text("Apple is "), 9, "hang"), breaks(QUOTE, 5, "hang"), fails(529)])
async def test_a_cancelled_turn_leaves_nothing_behind(reply: Reply, person: Person) -> None:
    async with serving(reply, last=hangs) as server:
        slow = Patience(tries=4, first_s=30.0, most_s=60.0)
        asking = asyncio.create_task(ask(person, server, silent_s=30.0, budget=Budget(seconds=600), patience=slow))
        while not server.requests:
            await asyncio.sleep(0.01)
        before = {task for task in asyncio.all_tasks() if "converse" in repr(task)}
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        while server.open_now:
            await asyncio.sleep(0.01)
    assert before and all(task.done() for task in before)


@in_one_loop
async def test_history_goes_before_the_question(person: Person) -> None:
    said = (Said("assistant", "an answer to nothing"), Said("user", "old " * 8_000), Said("assistant", "x"),
            Said("user", "first"), Said("user", "second"), Said("assistant", "third"))  # fmt: skip
    async with serving(says(text("ok"))) as server:
        await ask(person, server, Ask("t1", "now", history=said))
    messages = server.bodies[0]["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant", "user"]
    assert messages[0]["content"][0]["text"] == "first\n\nsecond"
    question = messages[-1]["content"][0]["text"]
    assert "shortened" in question and question.endswith("now") and len(question) < 2_000


@in_one_loop
async def test_the_over_exposure_question_ends_in_a_signed_basket(person: Person) -> None:
    line = "am I over-exposed to tech, and if so rebalance my largest equity into gold futures"
    legs = [{"symbol": "AAPL", "side": "sell", "quantity": "300"}, {"symbol": "MGCZ26", "side": "buy", "quantity": "1"}]
    steps = (
        says(text("I look at your weights."), tool("concentration"), tool("portfolio_context"), size=4),
        says(tool("propose_basket", {"legs": legs, "rationale": "tech is all of it"}), size=4),
        says(text("All of what you hold is tech: 100 % [1]. A basket waits for you.")),
    )
    heard = Heard()
    async with serving(*steps) as server:
        answered = await ask(person, server, line, heard=heard)
    (proposal,) = answered.answer["proposals"]
    assert [each.proposal for each in heard if isinstance(each, Proposed)] == [proposal]
    assert proposal["status"] == "REQUIRES_USER_CONFIRMATION" and answered.flagged == ()
    assert answered.chips[0] == "What changes if I sign this?" and len(answered.chips) == 3
    before = len((await person.desk.orders())["orders"])
    signed = await person.sign(proposal["proposal_id"])
    assert signed["status"] == "EXECUTED"
    kept = await person.desk.proposal(proposal["proposal_id"])
    assert kept["origin"] == "copilot" and len((await person.desk.orders())["orders"]) == before + 2
