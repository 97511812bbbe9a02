"""Modes: what a turn attends to, and with which tools."""

from __future__ import annotations

import msgspec

from copilot.tools.registry import GROUP_OF, NAMES
from copilot.tools.tool import Group

_PROPOSE = NAMES[Group.EXECUTE]
_BASE = ("live_quote", "search_instruments", "portfolio_context", "key_statistics")


class Mode(msgspec.Struct, frozen=True):
    """`says` goes into the system prompt; `tools` by name, in the registry's order; `outside` whether those that the
    keeper runs are offered too."""

    name: str
    title: str
    says: str
    tools: tuple[str, ...]
    outside: bool = False


def _of(*names: str) -> tuple[str, ...]:
    return tuple(name for name in GROUP_OF if name in {*_BASE, *names})


MODES: dict[str, Mode] = {
    mode.name: mode
    for mode in (
        Mode("auto", "Auto", "Choose the tools by the question.", tuple(GROUP_OF), outside=True),
        Mode(
            "research",
            "Deep Researcher",
            "Look into companies: statements, filings, ownership, ratings, news. Say what speaks for and against, and "
            "what the figures cannot tell.",
            _of("filings", "filing_metrics", "financial_statements", "earnings", "earnings_calendar", "dividends",
                "analyst_ratings", "insider_trades", "insider_roster", "institutional_holdings", "news_feed",
                "macro_indicators", "price_history", "sector_performance", "correlation", "technicals",
                "propose_watchlist", "propose_alert"),
            outside=True,
        ),
        Mode(
            "trading",
            "Active Trader",
            "Look at price, book, levels, cost and size. A trade comes with its entry, stop, size and cost.",
            _of("order_book", "recent_trades", "price_history", "volume_profile", "market_sessions", "technicals",
                "option_chain", "option_greeks", "news_feed", "margin_status", "what_if", "execution_costs",
                "model_prediction", "run_backtest", *_PROPOSE),
            outside=True,
        ),
        Mode(
            "portfolio",
            "Portfolio Strategist",
            "Look at what is held: weights, risk, costs, what moved the value. A change is tried with what_if or "
            "rebalance_plan before it is proposed.",
            _of("position_history", "equity_curve", "margin_status", "concentration", "correlation", "risk_report",
                "stress_test", "what_if", "rebalance_plan", "execution_costs", "sector_performance", *_PROPOSE),
        ),
        Mode(
            "earnings",
            "Earnings Analyst",
            "Look at reports: estimates, surprises, the gap that followed, what is due and what options expect of it.",
            _of("earnings", "earnings_calendar", "financial_statements", "filing_metrics", "filings", "analyst_ratings",
                "news_feed", "option_chain", "option_greeks", "price_history", "insider_trades", "what_if",
                "propose_order", "propose_bracket", "propose_alert", "propose_watchlist"),
        ),
        Mode(
            "scanner",
            "Market Scanner",
            "Screen the market with rules, say the rule, and show few rows with the figures that chose them.",
            _of("screen_instruments", "sector_performance", "market_sessions", "price_history", "volume_profile",
                "technicals", "correlation", "earnings_calendar", "news_feed", "propose_watchlist", "propose_alert"),
        ),
    )
}  # fmt: skip


def mode_of(name: str) -> Mode:
    """By name; auto where there is no such mode."""
    return MODES.get(name, MODES["auto"])
