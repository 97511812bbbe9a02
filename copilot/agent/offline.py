"""A question answered without a model, as a turn: commands become lines of the planner, or have a plan of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from copilot.agent.chips import offline_chips
from copilot.agent.commands import Line, command_of
from copilot.agent.port import Trouble
from copilot.agent.valuation import dcf
from copilot.answer import Answer
from copilot.evidence import Result
from copilot.offline.catalogue import Catalogue
from copilot.offline.figures import change, percent, plain
from copilot.offline.grammar import read
from copilot.offline.intents import Intent, intent_of
from copilot.offline.planner import worked
from copilot.offline.work import Work
from copilot.tools.call import Hands
from copilot.tools.finding import Document
from copilot.wire import Answered, Ask, Budget, Called, FromWorker, Proposed, Text
from engine.desk import DeskUnreachable
from engine.model.refusal import Refused

Tell = Callable[[FromWorker], Awaitable[None]]
_MOST_SECTORS = 11


async def planned(hands: Hands, ask: Ask, budget: Budget, tell: Tell, *, stop: asyncio.Event | None = None) -> Answered:
    """Answer one question with the planner; like copilot.agent.loop.run, without a model. The calls are told when the
    plan is through."""
    line = command_of(ask.text)
    if isinstance(line, Trouble):
        return _failed(ask, line)
    hands.turn.foreign = max(hands.turn.foreign, len(ask.context))
    working = asyncio.create_task(_work(hands, line, ask.text))
    stopping = asyncio.create_task((stop or asyncio.Event()).wait())
    try:
        await asyncio.wait({working, stopping}, timeout=budget.seconds, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            if stopping.done():
                return _nothing(ask, "stopped")
            why = f"the plan was not through within {budget.seconds:g} s"
            return _failed(ask, Trouble("DESK_DOWN", why, "ask for less, or wait for the desk"))
        return await _told(ask, working.result(), tell)
    except Refused as refused:
        error = refused.refusal
        return _failed(ask, Trouble(error.code.value, error.message, error.fix))
    except DeskUnreachable as error:
        return _failed(ask, Trouble("DESK_DOWN", f"the desk does not answer: {error}", "start it, or wait for it"))
    finally:
        stopping.cancel()
        working.cancel()
        await asyncio.wait({working, stopping})


async def _work(hands: Hands, line: Line | None, text: str) -> tuple[Work, bool]:
    """The work, and whether the line was understood."""
    if line is None:
        return await _plain(hands, text)
    name = line.command.name
    if name == "compare":
        return await _plain(hands, "compare " + " and ".join(line.symbols))
    if line.command.offline:
        work, understood = await _plain(hands, line.command.offline.format(rest=line.rest).strip())
        if name == "risk":
            await _own_risk(work)
        return work, understood
    catalogue = await Catalogue.of(hands.reader)
    work = Work(hands, read(line.rest, catalogue), catalogue)
    if name == "sector":
        return await _sector(work, line)
    symbol = one.symbol if (one := catalogue.code(line.symbols[0])) is not None else line.symbols[0]
    await (_earnings(work, symbol) if name == "earnings" else dcf(work, symbol))
    return work, True


async def _plain(hands: Hands, text: str) -> tuple[Work, bool]:
    work = await worked(hands, text)
    return work, intent_of(work.request) is not Intent.UNKNOWN


async def _told(ask: Ask, done: tuple[Work, bool], tell: Tell) -> Answered:
    work, understood = done
    answer: Answer = work.answer(understood=understood)
    for result in work.results:
        if result.tool != "planner":
            await tell(_called(ask.turn, result))
    for proposal in answer.proposals:
        await tell(Proposed(ask.turn, proposal))
    await tell(Text(ask.turn, answer.text))
    chips = offline_chips(work.results)
    return Answered(ask.turn, answer.document(), chips, (), {"input": 0, "output": 0})


def _called(turn: str, result: Result) -> Called:
    took = float(result.document.get("took_ms", 0.0))
    what = str(result.citation()["what"])
    return Called(turn, result.n, result.tool, result.args, result.ok, took, what, None if result.ok else result.error)


def _nothing(ask: Ask, ended: str, trouble: Trouble | None = None) -> Answered:
    empty = Answer("", True, (), (), ())
    refusal = trouble.document() if trouble is not None else None
    return Answered(ask.turn, empty.document(), ended=ended, refusal=refusal, tokens={"input": 0, "output": 0})


def _failed(ask: Ask, trouble: Trouble) -> Answered:
    return _nothing(ask, "failed", trouble)


async def _own_risk(work: Work) -> None:
    """What an instrument that was named brings of itself."""
    for one in work.request.listings[:3]:
        found = await work.call("key_statistics", symbol=one.symbol)
        law: Document = found.data.get("law") or {}
        if found.ok and law.get("daily_volatility"):
            work.say(f"{one.symbol} by itself: usual daily move {percent(law['daily_volatility'])}, "
                     f"margin {percent(found.data['margin'])}, at most {percent(found.data['concentration'])} of NAV.",
                     found)  # fmt: skip


async def _earnings(work: Work, symbol: str) -> None:
    """Reports against what was expected, the gap that followed, and what is due."""
    found = await work.call("earnings", symbol=symbol, limit=4)
    if not found.ok:
        work.refused(found, f"No earnings of {symbol}")
        return
    due: Document = found.data.get("next") or {}
    if due:
        work.say(f"{symbol} reports {due['period']} on {due['date']}, {due['when']}; {due['eps_expected']} a share is "
                 f"expected, {due['eps_a_year_before']} a year before.", found)  # fmt: skip
    work.say("Reports, newest first:", found)
    work.rows((f"{row['period']} ({row['released_at'][:10]}): {row['eps']} a share, {row['eps_expected']} expected, "
               f"{change(row['surprise_pct'])} surprise; the price opened {change(row['gap_pct'])}"
               for row in found.data["reports"]), found)  # fmt: skip


async def _sector(work: Work, line: Line) -> tuple[Work, bool]:
    """All sectors, or the names of one."""
    if work.request.sectors or work.request.classes:
        return await _plain(work.hands, f"top {line.rest} by volume")
    found = await work.call("sector_performance")
    if not found.ok:
        work.refused(found, "No sectors")
        return work, True
    rows = [row for row in found.data["rows"] if row["asset_class"] == "equities"][:_MOST_SECTORS]
    work.say("Sectors of equities today, on average:", found)
    work.rows((f"{row['sector']}: {change(row['change_pct'])}, {row['advancers']} up, {row['decliners']} down, "
               f"turnover {plain(row['turnover'])}" for row in rows), found)  # fmt: skip
    return work, True
