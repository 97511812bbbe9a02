"""The tools by name: one table, and one module a tool, read when it is first asked for."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

from copilot.tools.finding import Document
from copilot.tools.schema import schema
from copilot.tools.tool import AnyTool, Group
from engine.model.refusal import Code, Refused, refuse

NAMES: dict[Group, tuple[str, ...]] = {
    Group.RETRIEVE: (
        "live_quote", "order_book", "recent_trades", "price_history", "key_statistics", "volume_profile",
        "market_sessions", "search_instruments", "screen_instruments", "sector_performance", "option_chain",
        "option_greeks", "news_feed", "filings", "filing_metrics", "financial_statements", "earnings",
        "earnings_calendar", "dividends", "analyst_ratings", "insider_trades", "insider_roster",
        "institutional_holdings", "macro_indicators",
    ),
    Group.DIAGNOSE: (
        "portfolio_context", "position_history", "equity_curve", "margin_status", "concentration", "correlation",
        "risk_report", "stress_test", "what_if", "rebalance_plan", "technicals", "execution_costs",
        "model_prediction", "run_backtest",
    ),
    Group.EXECUTE: (
        "propose_order", "propose_bracket", "propose_oco", "propose_algo", "propose_basket", "propose_cancel",
        "propose_close", "propose_price_rule", "propose_watchlist", "propose_alert",
    ),
}  # fmt: skip
GROUP_OF = {name: group for group, names in NAMES.items() for name in names}


def find(name: str) -> AnyTool:
    """A tool by name. Raises Refused with UNKNOWN_TOOL."""
    group = GROUP_OF.get(name)
    if group is None:
        near = [known for known in GROUP_OF if name and (name in known or known in name)]
        fix = f"did you mean {', '.join(near[:3])}?" if near else "`vterm tools list` has all of them"
        raise refuse(Code.UNKNOWN_TOOL, f"there is no tool {name[:40]!r}", fix=fix)
    tool: AnyTool = getattr(importlib.import_module(f"copilot.tools.{group.value}.{name}"), name)
    return tool


def every() -> Iterator[AnyTool]:
    """All tools, group by group."""
    return (find(name) for name in GROUP_OF)


def described(tool: AnyTool) -> Document:
    """A tool as every list of tools shows it."""
    return {
        "name": tool.name,
        "group": tool.GROUP.value,
        "description": tool.description,
        "schema": schema(tool),
        "risk": tool.risk.value,
        "example": tool.example,
        **({"needs": tool.needs} if tool.needs else {}),
    }


__all__ = ["GROUP_OF", "NAMES", "Refused", "described", "every", "find"]
