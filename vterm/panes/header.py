"""The first line: which market, whose account, what time it is there, what it is all worth."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import ClassVar
from zoneinfo import ZoneInfo

from textual import events
from textual.message import Message

from engine.model.number import NumberFormatError
from engine.model.text import safe
from vterm.paint import Line, Span, arrow, clip, direction, fit, grouped, left_right, places, signed, width
from vterm.panes.pane import Pane
from vterm.replay import Place, place, speed_of
from vterm.stale import OLD_MARK, dimmed, old, source_words
from vterm.state import DeskState

NEW_YORK = ZoneInfo("America/New_York")
NAME_CELLS = 7
"""Cells of the name at the left, or of the market's mark where there is no room for it."""
_STATES = {"regular": ("●", "up", ""), "pre": ("◐", "warning", "pre "), "post": ("◐", "warning", "post "),
           "break": ("○", "muted", "break "), "closed": ("○", "muted", "closed "),
           "halted": ("×", "error", "halted ")}  # fmt: skip


def market_time(at: str, zone: tzinfo = NEW_YORK) -> str:
    """HH:MM:SS of an RFC 3339 time at the exchange."""
    if not at:
        return "--:--:--"
    return datetime.fromisoformat(at[:19] + "+00:00").astimezone(zone).strftime("%H:%M:%S")


def time_shown(state: DeskState, at: str) -> str:
    """A time in the zone that the clock of the screen shows."""
    return market_time(at, UTC if state.source == "REPLAY" else NEW_YORK)


def venue_state(state: DeskState) -> str:
    """State of New York's stock market."""
    for row in state.sessions:
        if row.get("exchange") in ("XNYS", "NYSE", "XNAS") or row.get("session") == "US_EQ":
            return str(row.get("state", "closed"))
    return "closed"


def clock_spans(state: DeskState, *, short: bool = False) -> list[Span]:
    """The market's time, its speed or that it is paused; of a recording how much of it is played."""
    here = place(state.clock, state.at)
    if here is not None or state.source == "REPLAY":
        spans = _recording_spans(state, here, short)
    else:
        glyph, role, word = _STATES.get(venue_state(state), _STATES["closed"])
        spans = [(glyph, role), (f" {'' if short else 'NYSE '}{word}", "muted"), (market_time(state.at), "foreground")]
    if state.clock.get("paused"):
        spans.append(("  ‖ paused", "bold warning"))
    else:
        speed = speed_of(state.clock)
        spans.append((f"  ×{speed}", "warning" if speed != 1 else "muted"))
    return spans


def _recording_spans(state: DeskState, here: Place | None, short: bool) -> list[Span]:
    """A recording has the time of where it was made, which is nobody's: UTC."""
    ended = here is not None and here.ended
    spans: list[Span] = [("○", "muted") if ended else ("●", "up")]
    spans.append((" " if short else f" {state.at[:10]} ", "muted"))
    spans.append((market_time(state.at, UTC), "foreground"))
    spans.append(("" if short else " UTC", "muted"))
    if here is not None:
        spans.append(("  ended", "bold warning") if ended else (f"  {here.done}%", "muted"))
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


def source_chip(state: DeskState, cells: int) -> Span:
    """Which market this is; one that is not the simulated one stands out."""
    style = "bold accent on select" if state.source == "SIM" else "bold background on accent"
    return (f" {source_words(state, cells)} ", style)


def header(state: DeskState, cells: int, *, clock: bool = False) -> Line:
    """The whole line for a width. `clock`: on small screens account and time instead of the instrument's price."""
    right = figures(state, cells)
    if old(state):
        right = dimmed(right)
    if cells >= 100:
        return left_right(_left(state, cells - width(right) - 1), right, cells)
    chip = source_chip(state, max(6, cells // 6))
    left = [chip, *_who_when(state)] if clock else [chip, *_price(state)]
    return left_right(left, _fitting(right, cells - width(left)), cells)


def _fitting(right: Line, room: int) -> Line:
    """As many figures as fit beside what stands before them: all, without the day's percent, NAV alone, none."""
    for count in (len(right), 4, 2):
        line = right if count >= len(right) else (*right[:count], (" ", "muted"))
        if right and width(line) < room:
            return line
    return ()


def _left(state: DeskState, room: int) -> list[Span]:
    """What a wide window says of the market: name, account and time in any case, the rest where there is room."""
    chip, account = source_chip(state, 30), (f" {clip(safe(state.account), 16).rstrip()}   ", "muted")
    word = standstill(state, f"  {clip(state.symbol, 10).rstrip()} ")
    name, crypto = (" vterm ", "bold foreground"), [("●", "up"), (" crypto 24/7   ", "muted")]
    if state.source == "REPLAY":
        crypto = []
    full = [name, chip, account, *crypto, *clock_spans(state), *word]
    less = [name, chip, account, *clock_spans(state), *word]
    found = next((spans for spans in (full, less) if width(spans) <= room), None)
    if found is not None:
        return found
    least = [account, *clock_spans(state, short=True), *word]
    return [source_chip(state, max(8, room - width(least) - 3)), *least]


def _who_when(state: DeskState) -> list[Span]:
    account = clip(safe(state.account), 10).rstrip()
    return [(f" {account}  ", "muted"), *(clock_spans(state, short=True) if state.at else [])]


def _price(state: DeskState) -> list[Span]:
    left: list[Span] = [(f" {state.symbol} ", "bold foreground"), *standstill(state)]
    quote = state.quote()
    if quote and len(left) == 1:
        percent = str(quote.get("change_pct") or "0.00")
        last = grouped(str(quote.get("last") or "—"))
        left += [(last, "foreground"), (f" {arrow(percent)} {percent.lstrip('+-')}%", direction(percent))]
    if not old(state):
        return left
    return [left[0], (f"{OLD_MARK} ", "warning"), *dimmed(tuple(left[1:]))]


class HeaderLine(Pane):
    """One line above everything; a click on it opens what the clock can do, one on the name the screens."""

    CONTEXT: ClassVar[str] = "header"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"portfolio", "clock", "quote", "symbol", "link"})
    AGES: ClassVar[bool] = False
    can_focus = False

    class Clicked(Message):
        """Somebody wants to know more of the market and its clock."""

    class NameClicked(Message):
        """Somebody wants another screen."""

    clock_apart = False
    """Whether the line of tabs has account and clock."""

    def paint(self, width: int, height: int) -> None:
        """The line."""
        self.show([fit(header(self.state, width, clock=not self.clock_apart), width)])

    def on_click(self, event: events.Click) -> None:
        """Tell the screen; the name at the left leads to the other screens."""
        self.post_message(self.NameClicked() if event.x < NAME_CELLS else self.Clicked())
