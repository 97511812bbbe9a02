"""Questions that could follow, by what a turn has used: no model is asked for them."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.evidence import Result

MOST = 3
_AFTER: tuple[tuple[str, str], ...] = (
    ("concentration", "Stress test what I hold"),
    ("stress_test", "Which position loses most, and what would a stop there cost?"),
    ("risk_report", "What if tech falls 10 %?"),
    ("portfolio_context", "Am I over-exposed to anything?"),
    ("margin_status", "What would bring my margin use down?"),
    ("execution_costs", "How should I trade this size more cheaply?"),
    ("earnings", "What do options on {symbol} expect of its next report?"),
    ("financial_statements", "How does {symbol} compare with its peers?"),
    ("filings", "What changed in {symbol}'s figures since the filing before?"),
    ("news_feed", "Did the price of {symbol} move with that news?"),
    ("technicals", "Where would a stop for {symbol} go?"),
    ("key_statistics", "How much {symbol} can I buy within my limits?"),
    ("live_quote", "Why did {symbol} move today?"),
    ("screen_instruments", "Put these on my watchlist"),
    ("sector_performance", "Which names lead the best sector?"),
    ("correlation", "What would lower the correlation of what I hold?"),
    ("option_chain", "What does a protective put on {symbol} cost?"),
    ("price_history", "Show the technicals of {symbol}"),
)


def chips_for(results: Sequence[Result], proposed: bool) -> tuple[str, ...]:
    """At most three."""
    first = ("What changes if I sign this?",) if proposed else ()
    return (*first, *_following(results, _AFTER))[:MOST]


def _following(results: Sequence[Result], table: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    used = {result.tool: result for result in results if result.ok}
    found = []
    for tool, line in table:
        result = used.get(tool)
        symbol = _symbol(result) if result is not None else ""
        if result is not None and (symbol or "{symbol}" not in line):
            found.append(line.format(symbol=symbol))
    return tuple(found)


_OFFLINE: tuple[tuple[str, str], ...] = (
    ("concentration", "stress test my book"),
    ("portfolio_context", "am I over-exposed to tech?"),
    ("risk_report", "what if tech falls 10 %"),
    ("stress_test", "protect all positions with a 5 % stop"),
    ("margin_status", "brief me"),
    ("execution_costs", "what is my risk"),
    ("financial_statements", "/earnings {symbol}"),
    ("earnings", "/dcf {symbol}"),
    ("key_statistics", "how much {symbol} can I buy"),
    ("technicals", "alert me when {symbol} moves 2 %"),
    ("live_quote", "is {symbol} overbought"),
    ("what_if", "what is my risk"),
    ("screen_instruments", "top gainers of the market"),
    ("sector_performance", "/sector tech"),
)
"""Lines that the planner understands."""


def offline_chips(results: Sequence[Result]) -> tuple[str, ...]:
    """The same for the planner: only what it can answer."""
    return _following(results, _OFFLINE)[:MOST]


def _symbol(result: Result) -> str:
    named = result.args.get("symbol") or result.args.get("symbols") or ""
    one = named[0] if isinstance(named, list) and named else named
    return one if isinstance(one, str) and len(one) <= 20 else ""
