"""Research data through the desk's own socket and on the command line."""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from engine.bootstrap import living_market, open_desk
from engine.client.desk import DeskClient
from engine.gateway.serve import Gateway
from engine.home import Home
from engine.kernel import Kernel
from engine.market.shown import ShownMarket
from engine.model.format import parse_time
from engine.model.refusal import Code, Refused
from engine.research.practice.universe import ABOUT, ANYTHING, Practice
from engine.research.source import ResearchSource
from engine.views.research import ResearchView
from tests.practice import START, ask, stage_of
from vterm.cli.research import TABLES

in_one_loop = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DeskClient]:
    home = Home(str(tmp_path_factory.mktemp("research") / "home"))
    home.prepare()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    home.bind(listener)
    runner = open_desk(Path(home.path), clock=START, seed="7")
    gateway = Gateway(runner, lambda: None)
    await gateway.start(listener)
    yield DeskClient(home, start=False)
    await gateway.stop()
    await runner.stop()


@in_one_loop
@pytest.mark.parametrize("kind", [*ABOUT, *ANYTHING])
async def test_every_kind_is_answered_and_labelled(kind: str, desk: DeskClient) -> None:
    document = await desk.research(kind, "AAPL" if kind in ABOUT else "")
    assert document["kind"] == kind and document["origin"] == "practice" and document["simulated"] is True
    assert parse_time(document["at"]) >= parse_time(START)
    assert len(json.dumps(document)) < 64 * 1024


@in_one_loop
async def test_the_socket_says_what_the_universe_says(desk: DeskClient) -> None:
    for kind in ("statements", "earnings", "holders", "dividends"):
        told, asked = await desk.research(kind, "MSFT"), ask(stage_of(), kind, "MSFT")
        told.pop("at"), asked.pop("at"), told.pop("yield", None), asked.pop("yield", None)
        assert told == asked


@in_one_loop
@pytest.mark.parametrize(
    ("kind", "symbol", "query", "code"),
    [
        ("statements", "", {}, Code.MISSING_FIELD),
        ("statements", "NOPE-NOPE", {}, Code.UNKNOWN_SYMBOL),
        ("statements", "AAPL", {"limit": 99}, Code.OUT_OF_RANGE),
        ("statements", "AAPL", {"period": "week"}, Code.ENUM_ERROR),
        ("macro", "AAPL", {}, Code.INCONSISTENT_FIELDS),
        ("news", "", {"days": 100}, Code.OUT_OF_RANGE),
        ("stars", "AAPL", {}, Code.ENUM_ERROR),
        ("earnings", "EUR-USD", {}, Code.INCONSISTENT_FIELDS),
    ],
)
async def test_a_wrong_question_is_refused(
    kind: str, symbol: str, query: dict[str, object], code: Code, desk: DeskClient
) -> None:
    with pytest.raises(Refused) as refused:
        await desk.research(kind, symbol, **query)
    assert refused.value.refusal.code is code and refused.value.refusal.fix


def test_a_market_that_is_not_the_living_one_has_no_research() -> None:
    at = parse_time(START)
    source, catalogue, calendars = living_market(7, at)
    bare = getattr(source, "inner")  # noqa: B009
    with pytest.raises(Refused) as refused:
        ResearchView(Kernel(ShownMarket(bare, calendars), catalogue, at)).stage()
    assert refused.value.refusal.code is Code.INCONSISTENT_FIELDS and "study" in (refused.value.refusal.fix or "")


def test_the_universe_is_a_research_source() -> None:
    source: ResearchSource = Practice(stage_of())
    assert source.origin == "practice" and set(source.kinds) == {*ABOUT, *ANYTHING}
    assert set(TABLES) | {"statements", "option-chain", "option-greeks"} == set(source.kinds)


@pytest.mark.parametrize("kind", TABLES)
def test_tables_have_the_columns_of_their_documents(kind: str) -> None:
    noun, columns = TABLES[kind]
    document = ask(stage_of(), kind, "AAPL" if kind in ABOUT else "")
    assert document[noun] and set(columns) <= set(document[noun][0])
