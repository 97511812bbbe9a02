"""Answers without a model: read the line, choose a plan, work it, say what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from copilot.answer import Answer
from copilot.offline.catalogue import Catalogue
from copilot.offline.grammar import read
from copilot.offline.intents import Intent, intent_of
from copilot.offline.plans.briefing import briefing
from copilot.offline.plans.costs import costs
from copilot.offline.plans.exposure import exposure
from copilot.offline.plans.quotes import quotes
from copilot.offline.plans.risk import risk
from copilot.offline.plans.screens import screens
from copilot.offline.plans.sizing import sizing
from copilot.offline.plans.stops import stops
from copilot.offline.plans.stress import stress
from copilot.offline.plans.trading import slicing, trade
from copilot.offline.plans.unknown import forbidden, negated, unknown
from copilot.offline.plans.watching import alert, watchlist
from copilot.offline.plans.whatif import whatif
from copilot.offline.work import Work
from copilot.tools.call import Hands

Plan = Callable[[Work], Awaitable[None]]
PLANS: dict[Intent, Plan] = {
    Intent.EXPOSURE: exposure, Intent.COSTS: costs, Intent.WHATIF: whatif, Intent.STRESS: stress, Intent.STOPS: stops,
    Intent.SLICING: slicing, Intent.SIZING: sizing, Intent.WATCHLIST: watchlist, Intent.ALERT: alert,
    Intent.SCREENS: screens, Intent.TRADE: trade, Intent.BRIEFING: briefing, Intent.RISK: risk, Intent.QUOTES: quotes,
    Intent.FORBIDDEN: forbidden, Intent.UNKNOWN: unknown,
}  # fmt: skip
_ACTS = (Intent.TRADE, Intent.SLICING, Intent.WATCHLIST, Intent.ALERT)


async def answer(hands: Hands, text: str) -> Answer:
    """The answer to one line of a person. Raises Refused or DeskUnreachable where the desk cannot be read at all."""
    work = await worked(hands, text)
    understood = intent_of(work.request) is not Intent.UNKNOWN
    return work.answer(understood=understood)


async def worked(hands: Hands, text: str) -> Work:
    """The work on a line, done."""
    catalogue = await Catalogue.of(hands.reader)
    work = Work(hands, read(text, catalogue), catalogue)
    intent = intent_of(work.request)
    plan = negated if intent in _ACTS and work.request.negated else PLANS[intent]
    if intent is Intent.TRADE and work.request.asks:
        plan = whatif
    await plan(work)
    return work
