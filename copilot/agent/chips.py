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
    used = {result.tool: result for result in results if result.ok}
    found = ["What changes if I sign this?"] if proposed else []
    for tool, line in _AFTER:
        result = used.get(tool)
        symbol = _symbol(result) if result is not None else ""
        if result is not None and (symbol or "{symbol}" not in line):
            found.append(line.format(symbol=symbol))
    return tuple(found[:MOST])


def _symbol(result: Result) -> str:
    named = result.args.get("symbol") or result.args.get("symbols") or ""
    one = named[0] if isinstance(named, list) and named else named
    return one if isinstance(one, str) and len(one) <= 20 else ""
