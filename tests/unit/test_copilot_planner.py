"""The offline planner on a living desk: what it calls, what it says, what it proposes, and that it does nothing."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from copilot.answer import Answer
from copilot.evidence import unsupported
from copilot.offline.planner import worked
from copilot.offline.work import LABEL, Work
from copilot.tools.call import Hands
from copilot.turn import Turn
from tests.signed_desk import Person, signed_desk

in_one_loop = pytest.mark.asyncio(loop_scope="module")
HELD = (("AAPL", "buy", "400"), ("NVDA", "buy", "500"), ("BTC-USD", "buy", "0.5"), ("AAPL", "sell", "100"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def person(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Person]:
    async with signed_desk(tmp_path_factory.mktemp("copilot") / "home") as one:
        for symbol, side, quantity in HELD:
            await one.desk.submit({"symbol": symbol, "side": side, "type": "market", "quantity": quantity})
        yield one


async def ask(person: Person, text: str, foreign: int = 0) -> Work:
    return await worked(Hands(person.desk, person.desk, Turn(foreign=foreign)), text)


def tools_of(answer: Answer) -> list[str]:
    return [call["tool"] for call in answer.calls]


def legs_of(work: Work, tool: str) -> Any:
    return next(call["args"] for call in reversed(work.answer().calls) if call["tool"] == tool)


EVERYTHING: tuple[tuple[str, list[str], int], ...] = (
    ("what is apple trading at", ["live_quote"], 0),
    ("compare NVDA and AMD", ["live_quote", "key_statistics", "key_statistics", "correlation"], 0),
    ("is AAPL overbought", ["live_quote", "technicals"], 0),
    ("am I over-exposed to tech?", ["concentration"], 0),
    ("which cryptos fell more than 2 % today", ["screen_instruments"], 0),
    ("how much NVDA can I buy", ["what_if", "what_if"], 0),
    ("how many TSLA could I buy with $10,000", ["live_quote", "what_if"], 0),
    ("sell 1 SIU26", [], 0),
    ("why did my last fill cost so much", ["execution_costs"], 0),
    ("what if I sell half my BTC", ["portfolio_context", "what_if"], 0),
    ("what if tech falls 10 %", ["portfolio_context", "stress_test"], 0),
    ("stress test my book", ["stress_test"], 0),
    ("what is my risk", ["margin_status", "risk_report"], 0),
    ("brief me", ["portfolio_context", "sector_performance", "risk_report"], 0),
    ("should I buy 100 TSLA", ["what_if"], 0),
    ("don't sell my apple", [], 0),
    ("sign the last proposal", [], 0),
    ("what is the weather", [], 0),
    ("buy gold futures", [], 0),
    ("buy $20,000 of MSFT", ["live_quote", "propose_order"], 1),
    ("sell a quarter of my NVDA", ["propose_close"], 1),
    ("alert me when AAPL is above 300", ["propose_alert"], 1),
    ("add KO to my watchlist", ["propose_watchlist"], 1),
    ("sell everything", ["portfolio_context", "propose_basket"], 1),
)


@in_one_loop
@pytest.mark.parametrize(("text", "tools", "proposals"), EVERYTHING, ids=[text for text, _, _ in EVERYTHING])
async def test_a_question_is_answered_with_evidence(
    text: str, tools: list[str], proposals: int, person: Person
) -> None:
    before = await state(person)
    work = await ask(person, text)
    answer = work.answer()
    assert tools_of(answer) == tools and all(call["ok"] for call in answer.calls)
    assert len(answer.proposals) == proposals
    assert unsupported(work.body, {one.n: one for one in work.results}, text) == ()
    assert LABEL in answer.text and answer.offline
    cited = {int(n) for n in re.findall(r"\[(\d+)\]", work.body)}
    assert cited == {citation["n"] for citation in answer.citations}
    assert json.loads(json.dumps(answer.document()))["text"] == answer.text
    assert await state(person) == before


async def state(person: Person) -> list[Any]:
    desk = person.desk
    lists = (await desk.orders(), await desk.watchlist(), await desk.alerts(), await desk.algos(), await desk.fills())
    return [
        *(next(iter(one.values())) for one in lists),
        (await desk.portfolio())["cash"],
        (await desk.risk())["limits"],
    ]


@in_one_loop
async def test_over_exposure_ends_in_a_basket_that_can_be_signed(person: Person) -> None:
    text = "am I over-exposed to tech, and if so rebalance my largest equity into gold futures"
    work = await ask(person, text)
    basket = legs_of(work, "propose_basket")
    sale, purchase = basket["legs"]
    assert (sale["symbol"], sale["side"], purchase["side"]) == ("NVDA", "sell", "buy")
    assert re.match(r"M?GC[FGHJKMNQUVXZ]\d\d$", purchase["symbol"])
    assert 0 < Decimal(sale["quantity"]) < 500 and Decimal(purchase["quantity"]) >= 1
    assert unsupported(work.body, {one.n: one for one in work.results}, text) == ()
    (proposal,) = work.answer().proposals
    assert "Nothing is sent until you sign it" in work.body
    signed = await person.sign(proposal["proposal_id"])
    assert signed["status"] == "EXECUTED" and len(signed["results"]) == 2
    held = {row["symbol"]: Decimal(row["quantity"]) for row in (await person.desk.portfolio())["positions"]}
    assert held[purchase["symbol"]] == Decimal(purchase["quantity"])
    assert held["NVDA"] == 500 - Decimal(sale["quantity"])


@in_one_loop
async def test_what_is_not_over_exposed_is_left_alone(person: Person) -> None:
    work = await ask(person, "am I over-exposed to crypto, and if so rebalance my largest coin into gold futures")
    assert tools_of(work.answer()) == ["concentration"] and not work.answer().proposals
    assert "Not over-exposed to crypto" in work.body and "nothing is proposed" in work.body
    nothing = await ask(person, "am I over-exposed to utilities")
    assert "hold nothing of Utilities" in nothing.body


@in_one_loop
async def test_a_refusal_is_sized_down_and_said(person: Person) -> None:
    work = await ask(person, "buy 1000000 AAPL")
    first, second = work.answer().calls
    assert not first["ok"] and second["ok"]
    assert Decimal(second["args"]["quantity"]) < Decimal(first["args"]["quantity"])
    assert f"send at most {second['args']['quantity']}" in work.body
    sliced = await ask(person, "twap 5000 AAPL over 2h")
    algo = legs_of(sliced, "propose_algo")
    assert (algo["algo"], algo["over"], algo["side"]) == ("twap", "2h", "buy")
    assert Decimal(algo["quantity"]) < 5000 and sliced.answer().proposals


@in_one_loop
async def test_as_much_as_the_limits_allow_is_just_that(person: Person) -> None:
    work = await ask(person, "buy as much MSFT as the limits allow")
    order = legs_of(work, "propose_order")
    refused = await person.desk.preview({**MARKET, "quantity": str(int(order["quantity"]) + 200)})
    assert work.answer().proposals and refused["ok"] is False


MARKET = {"symbol": "MSFT", "side": "buy", "type": "market"}


@in_one_loop
async def test_every_bare_position_gets_a_stop_below_its_price(person: Person) -> None:
    await person.desk.submit({"symbol": "AAPL", "side": "sell", "type": "stop", "quantity": "300",
                              "stop_price": "150.00", "reduce_only": True})  # fmt: skip
    rows = {row["symbol"]: row for row in (await person.desk.portfolio())["positions"]}
    work = await ask(person, "protect all positions with a 4 % stop")
    made = [call["args"] for call in work.answer().calls if call["tool"] == "propose_order"]
    assert {each["symbol"] for each in made} == set(rows) - {"AAPL"}
    assert "have a stop already: AAPL" in work.body
    for each in made:
        row = rows[each["symbol"]]
        assert each["type"] == "stop" and each["reduce_only"] and each["side"] == "sell"
        assert Decimal(each["quantity"]) == Decimal(row["quantity"])
        assert abs(Decimal(each["stop_price"]) / Decimal(row["price"]) - Decimal("0.96")) < Decimal("0.005")
    assert unsupported(work.body, {one.n: one for one in work.results}, work.request.text) == ()


@in_one_loop
async def test_costs_are_those_of_the_newest_fill(person: Person) -> None:
    (fill,) = (await person.desk.fills(limit=1))["fills"]
    work = await ask(person, "why did my last fill cost so much")
    paid = next(one for one in work.results if one.tool == "planner").data
    sign = 1 if fill["side"] == "buy" else -1
    slipped = sign * (Decimal(fill["price"]) - Decimal(fill["explain"]["mid"])) / Decimal(fill["price"])
    wanted = slipped * Decimal(fill["value"]) + Decimal(fill["fee"])
    assert abs(Decimal(paid["cost"]) - wanted) < Decimal("0.01")


@in_one_loop
async def test_what_is_not_understood_is_said_with_three_ways_on(person: Person) -> None:
    work = await ask(person, "tell me a joke")
    assert work.body.startswith("I do not understand that") and work.body.count("\n  - ") == 3
    for example in re.findall(r"`([^`]+)`", work.body):
        assert tools_of((await ask(person, example)).answer())


@in_one_loop
async def test_taint_of_a_turn_is_on_what_it_proposes(person: Person) -> None:
    work = await ask(person, "buy 3 KO", foreign=2)
    (proposal,) = work.answer().proposals
    assert proposal["taint"] == 2


@in_one_loop
async def test_a_turn_has_a_budget_of_calls(person: Person) -> None:
    work = await ask(person, "what is the weather")
    for _ in range(25):
        await work.call("margin_status")
    over = await work.call("margin_status")
    assert over.error["code"] == "RATE_LIMITED" and len(work.answer().calls) == 25
