"""Slash commands with a model and without one, and the questions that could follow."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
import pytest_asyncio

from copilot.agent.chips import _OFFLINE
from copilot.agent.choose import model_for
from copilot.agent.commands import COMMANDS, Line, command_of, help_lines
from copilot.agent.loop import run
from copilot.agent.modes import MODES
from copilot.agent.offline import planned
from copilot.agent.port import Trouble, Words
from copilot.evidence import Result, unsupported
from copilot.tools.call import Hands, call
from copilot.tools.registry import GROUP_OF
from copilot.wire import Answered, Ask, Budget, Called, FromWorker, Proposed, Provider, Text
from engine.model.refusal import Refused
from tests.signed_desk import Person, signed_desk
from tests.unit.test_agent_rules import Scripted, use

in_one_loop = pytest.mark.asyncio(loop_scope="module")
NAMES = ("compare", "dcf", "earnings", "risk", "screen", "briefing", "sector", "watchlist")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def person(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Person]:
    async with signed_desk(tmp_path_factory.mktemp("commands") / "home", enrolled=False) as one:
        await one.desk.submit({"symbol": "AAPL", "side": "buy", "type": "market", "quantity": "400"})
        yield one


class Heard(list[FromWorker]):
    async def tell(self, message: FromWorker) -> None:
        self.append(message)


async def ask(person: Person, line: str) -> tuple[Answered, Heard]:
    heard = Heard()
    return await planned(Hands(person.desk, person.desk), Ask("t1", line), Budget(), heard.tell), heard


def test_the_table_is_whole() -> None:
    assert tuple(COMMANDS) == NAMES and len(help_lines()) == 8
    for command in COMMANDS.values():
        assert command.mode in MODES and set(command.tools) <= set(GROUP_OF)
        assert command.usage.startswith(f"/{command.name}") and command.help


@pytest.mark.parametrize("line", ["compare AAPL", "", "  what / how", "1/2 of it", "//note"])
def test_what_is_no_command(line: str) -> None:
    assert command_of(line) is None


@pytest.mark.parametrize(
    ("line", "code"),
    [("/nope", "UNKNOWN_COMMAND"), ("/", "UNKNOWN_COMMAND"), ("/buy 5 AAPL", "UNKNOWN_COMMAND"),
     ("/compare AAPL", "USAGE"), ("/compare A B C D E F", "USAGE"), ("/dcf", "USAGE"), ("/dcf AAPL MSFT", "USAGE"),
     ("/earnings", "USAGE"), ("/screen", "USAGE"), ("/watchlist ", "USAGE"), ("/compare AAPL aapl", "USAGE")],
)  # fmt: skip
async def test_what_cannot_be_followed(line: str, code: str) -> None:
    found = command_of(line)
    assert isinstance(found, Trouble) and found.code == code and found.fix
    if code == "UNKNOWN_COMMAND":
        assert all(f"/{name}" in found.fix for name in NAMES)
    heard, model = Heard(), Scripted()
    for answered in (
        await run(Hands(None), Ask("t1", line), model, Budget(), heard.tell),  # type: ignore[arg-type]
        await planned(Hands(None), Ask("t1", line), Budget(), heard.tell),  # type: ignore[arg-type]
    ):
        assert answered.ended == "failed" and answered.refusal == found.document()
    assert not heard and not model.requests


def test_symbols_are_taken_as_they_are_typed() -> None:
    found = command_of("/COMPARE $aapl  btc-usd EUR/USD")
    assert isinstance(found, Line) and found.symbols == ("AAPL", "BTC-USD", "EUR/USD")
    assert "AAPL BTC-USD EUR/USD in one table" in found.question


@in_one_loop
async def test_a_command_brings_its_question_and_its_tools(person: Person) -> None:
    model, heard = Scripted([use("propose_order", symbol="AAPL", side="buy", quantity="1")], [Words("ok")]), Heard()
    answered = await run(Hands(person.desk, person.desk), Ask("t1", "/risk AAPL", mode="auto"), model, Budget(), heard.tell)  # fmt: skip  # noqa: E501
    assert {offer.name for offer in model.requests[0].offers} == set(COMMANDS["risk"].tools)
    assert "My risk AAPL:" in model.told and "Portfolio Strategist" in model.requests[0].system
    assert answered.answer["calls"][0]["error"]["code"] == "FORBIDDEN" and not answered.answer["proposals"]


OFFLINE = (
    ("/compare $AAPL MSFT", ("live_quote", "key_statistics", "key_statistics", "correlation"), "Beside each other"),
    ("/dcf MSFT", ("financial_statements", "live_quote"), "a share"),
    ("/dcf BTC", ("financial_statements",), "INCONSISTENT_FIELDS"),
    ("/earnings nvda", ("earnings",), "is expected"),
    ("/risk", ("margin_status", "risk_report"), "Margin"),
    ("/risk AAPL", ("margin_status", "risk_report", "key_statistics"), "AAPL by itself"),
    ("/screen tech down 1 %", ("screen_instruments",), "sector=technology and change<-1"),
    ("/briefing", ("portfolio_context", "sector_performance", "risk_report"), "Your account"),
    ("/sector", ("sector_performance",), "Health Care"),
    ("/sector crypto", ("screen_instruments",), "class=crypto"),
    ("/watchlist add KO", ("propose_watchlist",), "Nothing changes until you accept it"),
    ("/watchlist remove TSLA", ("propose_watchlist",), "remove TSLA"),
    ("quote KO", ("live_quote",), "KO (Coca-Cola"),
)


@in_one_loop
@pytest.mark.parametrize(("line", "tools", "words"), OFFLINE, ids=[line for line, _, _ in OFFLINE])
async def test_a_command_without_a_model(line: str, tools: tuple[str, ...], words: str, person: Person) -> None:
    answered, heard = await ask(person, line)
    assert answered.ended == "done" and answered.answer["offline"] and words in answered.answer["text"]
    assert tuple(call["tool"] for call in answered.answer["calls"]) == tools
    assert tuple(each.tool for each in heard if isinstance(each, Called)) == tools
    assert "".join(each.text for each in heard if isinstance(each, Text)) == answered.answer["text"]
    assert [each.proposal for each in heard if isinstance(each, Proposed)] == list(answered.answer["proposals"])
    assert answered.tokens == {"input": 0, "output": 0} and len(answered.chips) <= 3
    for chip in answered.chips:
        followed, _ = await ask(person, chip)
        assert followed.ended == "done" and followed.answer["understood"], chip


@in_one_loop
async def test_every_chip_of_the_planner_is_understood(person: Person) -> None:
    for _, chip in _OFFLINE:
        answered, _ = await ask(person, chip.format(symbol="AAPL"))
        assert answered.ended == "done" and answered.answer["understood"] and answered.answer["calls"], chip


@in_one_loop
async def test_what_is_not_understood_is_said(person: Person) -> None:
    answered, _ = await ask(person, "what is the weather")
    assert answered.ended == "done" and not answered.answer["understood"]


@in_one_loop
async def test_a_desk_that_is_gone_is_one_line(tmp_path_factory: pytest.TempPathFactory) -> None:
    async with signed_desk(tmp_path_factory.mktemp("gone") / "home", enrolled=False) as one:
        desk = one.desk
    answered = await planned(Hands(desk, desk), Ask("t1", "brief me"), Budget(), Heard().tell)
    assert answered.ended == "failed" and answered.refusal is not None and answered.refusal["code"] == "DESK_DOWN"


@in_one_loop
async def test_the_value_of_a_cash_flow_is_the_sum_it_says(person: Person) -> None:
    found = await call(Hands(person.desk), "financial_statements", {"symbol": "KO", "period": "year", "limit": 3})
    years = found["data"]["statements"]
    flow = Decimal(years[0]["cash_flow"]["from_operations"]) + Decimal(years[0]["cash_flow"]["capital_spending"])
    growth = Decimal(years[0]["income"]["revenue"]) / Decimal(years[1]["income"]["revenue"]) - 1
    growth = max(Decimal(0), min(growth, Decimal("0.15")))
    rate, slow, worth = Decimal("0.09"), Decimal("0.025"), Decimal(0)
    for year in range(1, 200):  # two centuries one by one instead of a formula
        flow *= 1 + (growth if year <= 5 else slow)
        worth += flow / (1 + rate) ** year
    balance = years[0]["balance"]
    share = (worth + Decimal(balance["cash"]) - Decimal(balance["debt"])) * 1000
    share /= Decimal(found["data"]["shares_outstanding"])
    answered, _ = await ask(person, "/dcf KO")
    shown = next(line for line in answered.answer["text"].splitlines() if "at 9 % a year" in line)
    assert abs(Decimal(shown.split(": ")[1].split()[0]) - share) < Decimal("0.02")


@in_one_loop
@pytest.mark.parametrize("line", ["/dcf MSFT", "/earnings NVDA", "/sector"])
async def test_plans_of_commands_cite_every_figure(line: str, person: Person) -> None:
    answered, heard = await ask(person, line)
    body = answered.answer["text"].split("\n\nOffline planner")[0]
    results = {
        each.n: Result(each.n, each.tool, each.args, await call(Hands(person.desk), each.tool, each.args))
        for each in heard
        if isinstance(each, Called)
    }
    if line.startswith("/dcf"):
        body = "\n".join(each for each in body.splitlines() if "[2]" not in each)  # the planner's own sums
    assert unsupported(body, results) == ()


@pytest.mark.parametrize("kind", ["anthropic", "openai"])
def test_models_of_providers(kind: str) -> None:
    model = model_for(Provider(kind, "name", "http://127.0.0.1:9", "sk-secret-secret-secret"))
    assert "name" in model.label and "secret" not in model.label and "127" not in model.label


def test_no_model_of_others() -> None:
    with pytest.raises(Refused):
        model_for(Provider("offline"))


def test_the_loop_brings_no_network_library_until_it_is_asked() -> None:
    code = (
        "import sys, json, copilot.agent.loop, copilot.agent.offline, copilot.agent.choose as c\n"
        "from copilot.wire import Provider\n"
        "c.model_for(Provider('anthropic', 'x', '', 'k')); c.model_for(Provider('openai', 'x', '', 'k'))\n"
        "heavy = {'anthropic', 'httpx', 'httpx2', 'pydantic', 'numpy', 'sqlalchemy', 'textual'}\n"
        "print(json.dumps(sorted(heavy & set(sys.modules))))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(out.stdout) == []
