"""Slash commands: a line that begins with one is a question with a mode, a template and its tools."""

from __future__ import annotations

import re

import msgspec

from copilot.agent.port import Trouble

_SYMBOL = re.compile(r"\$?([A-Za-z0-9^][A-Za-z0-9./^_-]{0,19})", re.ASCII)


class Command(msgspec.Struct, frozen=True):
    """`asks` is the question, {rest} what was typed after the name; `least` to `most` names it takes (most 0: any
    words); `offline` the planner's line, empty where a plan of its own answers (copilot.agent.offline)."""

    name: str
    usage: str
    help: str
    mode: str
    asks: str
    tools: tuple[str, ...]
    least: int = 0
    most: int = 0
    offline: str = ""


class Line(msgspec.Struct, frozen=True):
    """A command as it was typed."""

    command: Command
    rest: str

    @property
    def symbols(self) -> tuple[str, ...]:
        """What was named, upper case."""
        return tuple(dict.fromkeys(found.upper() for found in _SYMBOL.findall(self.rest)))

    @property
    def question(self) -> str:
        """For a model."""
        return self.command.asks.format(rest=" ".join(self.symbols) if self.command.most else self.rest).strip()


_TABLE = (
    Command(
        "compare", "/compare AAPL MSFT [...]", "two to five instruments side by side", "research",
        "Compare {rest} in one table: price, returns, volatility, valuation and growth where they are companies, last "
        "earnings surprise, correlation. Then in two sentences what sets them apart.",
        ("live_quote", "key_statistics", "correlation", "financial_statements", "earnings", "price_history",
         "analyst_ratings", "search_instruments"),
        2, 5,
    ),
    Command(
        "dcf", "/dcf MSFT", "what a company's cash flow would be worth, with its assumptions", "research",
        "Value {rest} by its cash flow: show the free cash flow of the fiscal years on file (from_operations and "
        "capital_spending), debt, cash and shares, the growth they show, and what the price today seems to expect. "
        "Name every assumption. Where a figure is not in a result, say what would be needed instead of working it out.",
        ("financial_statements", "filing_metrics", "key_statistics", "live_quote", "macro_indicators", "earnings"),
        1, 1,
    ),
    Command(
        "earnings", "/earnings NVDA", "last reports against what was expected, and the next", "earnings",
        "The last four reports of {rest} against what was expected, the gap after each, when the next is due and what "
        "is expected of it.",
        ("earnings", "earnings_calendar", "live_quote", "option_chain", "analyst_ratings", "news_feed"),
        1, 1,
    ),
    Command(
        "risk", "/risk [AAPL]", "what could go wrong with what is held", "portfolio",
        "My risk {rest}: margin, value at risk, concentration, the worst stress scenario, positions without a stop. "
        "End with the one thing that would lower it most; propose nothing.",
        ("portfolio_context", "margin_status", "risk_report", "concentration", "stress_test", "correlation",
         "key_statistics", "what_if"),
        offline="what is my risk {rest}",
    ),
    Command(
        "screen", "/screen tech up 2 %", "instruments that fit a rule", "scanner",
        "Screen the market: {rest}. Say the rule that you used; ten rows at most.",
        ("screen_instruments", "sector_performance", "live_quote", "key_statistics", "search_instruments"),
        offline="which instruments {rest}",
    ),
    Command(
        "briefing", "/briefing", "the account, the market, what is due", "portfolio",
        "Brief me: the account and what moved it, the market and its sectors, news and earnings that touch what I "
        "hold, warnings. Short. {rest}",
        ("portfolio_context", "sector_performance", "risk_report", "news_feed", "earnings_calendar", "market_sessions",
         "macro_indicators", "execution_costs"),
        offline="brief me",
    ),
    Command(
        "sector", "/sector [tech]", "sectors today, or the names of one", "scanner",
        "Sectors {rest}: how they moved, breadth, and who leads and who lags.",
        ("sector_performance", "screen_instruments", "live_quote", "price_history", "portfolio_context"),
    ),
    Command(
        "watchlist", "/watchlist add KO | remove TSLA", "propose a change of the watchlist", "scanner",
        "My watchlist: {rest}. Propose the change with propose_watchlist; nothing else.",
        ("propose_watchlist", "search_instruments", "live_quote"),
        offline="{rest} to my watchlist",
    ),
)  # fmt: skip
COMMANDS: dict[str, Command] = {command.name: command for command in _TABLE}


def command_of(text: str) -> Line | Trouble | None:
    """The command of a line; None where it is no command, and why it cannot be followed where that is so."""
    line = text.strip()
    if not line.startswith("/") or line.startswith("//"):
        return None
    name, _, rest = line[1:].partition(" ")
    command = COMMANDS.get(name.lower())
    if command is None:
        known = ", ".join(f"/{each}" for each in COMMANDS)
        return Trouble("UNKNOWN_COMMAND", f"there is no command /{name[:20]}", f"these are: {known}")
    found = Line(command, " ".join(rest.split()))
    if command.most and not command.least <= len(found.symbols) <= command.most:
        many = f"{command.least} to {command.most} names" if command.most > 1 else "one name"
        return Trouble("USAGE", f"/{command.name} takes {many}", command.usage)
    if command.name in ("watchlist", "screen") and not found.rest:
        return Trouble("USAGE", f"/{command.name} needs to know what", command.usage)
    return found


def help_lines() -> tuple[tuple[str, str], ...]:
    """(usage, help) of every command."""
    return tuple((command.usage, command.help) for command in _TABLE)
