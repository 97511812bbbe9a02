"""A model asked through a real worker, over both wires, against a local server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from copilot.keeper import Keeper
from copilot.keeper_door import HomeDoor
from copilot.wire import Answered, Ask, Budget, FromWorker, Outcome, Proposed, Provider, Text
from tests import fake_anthropic, fake_openai
from tests.fake_anthropic import hangs, serving, text, tool
from tests.signed_desk import Person, signed_desk

AFTER_S = 60
in_one_loop = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def person(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Person]:
    async with signed_desk(Path(tmp_path_factory.mktemp("models")) / "home") as one:
        yield one


def provider(kind: str, url: str) -> Provider:
    return Provider(kind, "fake", url if kind == "anthropic" else f"{url}/v1", "key-of-the-model")


async def asked(keeper: Keeper, turn: str) -> tuple[list[FromWorker], Answered]:
    heard: list[FromWorker] = []
    await keeper.ask(Ask(turn, "buy two KO"))
    async with asyncio.timeout(AFTER_S):
        async for event in keeper.events():
            if isinstance(event, Answered):
                return heard, event
            heard.append(event)
    raise AssertionError("no answer")


@in_one_loop
@pytest.mark.parametrize("kind", ["anthropic", "openai"])
async def test_it_proposes_and_is_told_what_became_of_it(kind: str, person: Person) -> None:
    says: Any = {"anthropic": fake_anthropic.says, "openai": fake_openai.says}[kind]
    quantity = {"anthropic": "2", "openai": "3"}[kind]  # what was just declined may not be proposed again
    wish = tool("propose_order", {"symbol": "KO", "side": "buy", "quantity": quantity})
    steps = says(wish), says(text("It waits for you.")), says(text("As you say."))
    async with serving(*steps) as server:
        keeper = Keeper(HomeDoor(person.desk.home), provider(kind, server.url))
        try:
            heard, answered = await asked(keeper, "t1")
            assert answered.ended == "done" and answered.answer["calls"][0]["ok"], answered
            (proposal,) = [event.proposal for event in heard if isinstance(event, Proposed)]
            assert "".join(event.text for event in heard if isinstance(event, Text)) == answered.answer["text"]
            await person.desk.decline(proposal["proposal_id"], "too much sugar")
            await keeper.outcome(Outcome(proposal["proposal_id"], "DECLINED", "too much sugar"))
            assert (await asked(keeper, "t2"))[1].ended == "done"
            assert "too much sugar" in str(server.bodies[-1])
            assert person.desk.home.path not in str(server.bodies)
        finally:
            await keeper.close()


@in_one_loop
async def test_a_model_that_hangs_is_stopped_at_once(person: Person) -> None:
    async with serving(last=hangs) as server:
        keeper = Keeper(HomeDoor(person.desk.home), provider("anthropic", server.url), Budget(seconds=AFTER_S))
        try:
            await keeper.start()
            pid = keeper.pid
            await keeper.ask(Ask("t1", "hello"))
            await asyncio.sleep(0.5)
            await keeper.stop("t1")
            async with asyncio.timeout(AFTER_S / 4):
                async for event in keeper.events():
                    if isinstance(event, Answered):
                        assert event.ended == "stopped"
                        break
            assert keeper.pid == pid, "the worker itself came to the end"
        finally:
            await keeper.close()
