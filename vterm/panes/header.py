"""The first line: which market, whose account, what time it is there, what it is all worth."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from engine.model.number import NumberFormatError
from engine.model.text import safe
from vterm.paint import Line, Span, arrow, clip, direction, fit, grouped, left_right, places, signed, width
from vterm.panes.pane import Pane
from vterm.state import DeskState

NEW_YORK = ZoneInfo("America/New_York")
_STATES = {"regular": ("●", "up", ""), "pre": ("◐", "warning", "pre "), "post": ("◐", "warning", "post "),
           "break": ("○", "muted", "break "), "closed": ("○", "muted", "closed "),
           "halted": ("×", "error", "halted ")}  # fmt: skip


def market_time(at: str, zone: ZoneInfo = NEW_YORK) -> str:
    """HH:MM:SS of an RFC 3339 time at the exchange."""
    if not at:
        return "--:--:--"
    return datetime.fromisoformat(at[:19] + "+00:00").astimezone(zone).strftime("%H:%M:%S")


def venue_state(state: DeskState) -> str:
    """State of New York's stock market."""
    for row in state.sessions:
        if row.get("exchange") in ("XNYS", "NYSE", "XNAS") or row.get("session") == "US_EQ":
            return str(row.get("state", "closed"))
    return "closed"


def clock_spans(state: DeskState, day: bool = False) -> list[Span]:
    """New York's market and its time, the speed or that it is paused."""
    glyph, role, word = _STATES.get(venue_state(state), _STATES["closed"])
    spans = [(glyph, role), (f" NYSE {word}", "muted"), (market_time(state.at), "foreground")]
    if state.clock.get("paused"):
        spans.append(("  ‖ paused", "bold warning"))
    else:
        speed = str(state.clock.get("speed", "1"))
        spans.append((f"  ×{speed.removesuffix('.0')}", "warning" if speed not in ("1", "1.0") else "muted"))
    return spans


def standstill(state: DeskState, name: str = "") -> list[Span]:
    """A word on the instrument in focus where it is halted or its orders are called for an auction."""
    halt, auction = state.quote().get("halt"), state.quote().get("auction")
    if halt:
        return [(f"{name}halted", "bold warning"), (f" {market_time(str(halt['until']))[:5]}", "muted")]
    if auction:
        return [(f"{name}{safe(str(auction['kind']))}", "accent"), (f" {market_time(str(auction['at']))[:5]}", "muted")]
    return []


def money(text: str | None, decimals: int) -> str:
    """A figure of the header."""
    try:
        return grouped(places(text, decimals)) if text else "—"
    except NumberFormatError:
        return "—"


def figures(state: DeskState, cells: int) -> Line:
    """NAV, the day, leverage."""
    book = state.portfolio
    if not book:
        return ()
    short = cells < 100
    day, percent = book.get("day_pnl"), str(book.get("day_pnl_pct") or "0.00")
    line: list[Span] = [("NAV ", "muted"), (money(book.get("nav"), 0 if short else 2), "bold foreground")]
    change = signed(day, 0, 0 if short else 2)[0]
    line += [("  day " if short else "   day ", "muted"), (_signed(day, 0 if short else 2), change[1])]
    line += [(f" {arrow(percent)} {percent.lstrip('+-')}%", direction(percent))]
    if not short:
        line += [("   leverage ", "muted"), (f"{money(book.get('leverage'), 2)}×", "foreground")]
    return (*line, (" ", "muted"))


def _signed(text: str | None, decimals: int) -> str:
    return signed(text, 16, decimals)[0][0].strip()


def header(state: DeskState, cells: int) -> Line:
    """The whole line for a width."""
    source: Span = (
        f" {state.source} ",
        "bold background on accent" if state.source != "SIM" else "bold accent on select",
    )
    right = figures(state, cells)
    if cells < 100:
        quote = state.quote()
        left: list[Span] = [source, (f" {state.symbol} ", "bold foreground")]
        left += standstill(state)
        if quote and len(left) == 2:
            percent = str(quote.get("change_pct") or "0.00")
            left += [(grouped(str(quote.get("last") or "—")), "foreground"),
                     (f" {arrow(percent)} {percent.lstrip('+-')}%", direction(percent))]  # fmt: skip
        return left_right(left, right, cells)
    word = standstill(state, f"  {clip(state.symbol, 10).rstrip()} ")
    left = [(" vterm ", "bold foreground"), source, (f" {state.account}   ", "muted"), ("●", "up"),
            (" crypto 24/7   ", "muted"), *clock_spans(state), *word]  # fmt: skip
    if width(left) + width(right) > cells:
        left = [(" vterm ", "bold foreground"), source, ("  ", "muted"), *clock_spans(state), *word]
    return left_right(left, right, cells)


class HeaderLine(Pane):
    """One line above everything."""

    CONTEXT: ClassVar[str] = "header"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"portfolio", "clock", "quote", "symbol", "link"})
    can_focus = False

    def paint(self, width: int, height: int) -> None:
        """The line."""
        self.show([fit(header(self.state, width), width)])
