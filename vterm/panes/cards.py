"""The five figures above everything: value, and one line that puts it into context."""

from __future__ import annotations

from typing import ClassVar

from engine.model.number import to_text
from vterm.paint import (
    UNKNOWN,
    Line,
    arrow,
    direction,
    fit,
    left_right,
    number,
    percent,
    places,
    signed,
    sparkline,
    width,
)
from vterm.panes.pane import Pane
from vterm.panes.portfolio_pane import money
from vterm.state import DeskState, units

CARDS = ("NAV", "Cash", "Unrealised", "Realised", "Buying power")
BRIEF = {"NAV": "NAV", "Cash": "cash", "Unrealised": "unrealised", "Realised": "realised", "Buying power": "power"}
Card = tuple[Line, Line]
"""A value in 14 cells, and the line below it."""


def share(part: str, whole: str) -> str:
    """A percentage of two amounts, one decimal; unknown where there is no whole."""
    of = units(whole, 6)
    return to_text((units(part, 6) * 2000 + of) // (2 * of), 1) if of > 0 else UNKNOWN


def card(state: DeskState, name: str, cells: int = 14) -> Card:
    """One of the five."""
    book = state.portfolio
    day = str(book.get("day_pnl_pct") or "0")
    if name == "NAV":
        text = f"{arrow(day)} {places(day, 2).lstrip('+-')} % today"
        return number(money(book.get("nav")), cells, "bold foreground"), ((text, direction(day)),)
    if name == "Cash":
        part = share(str(book.get("cash") or "0"), str(book.get("nav") or "0"))
        return number(money(book.get("cash")), cells), ((f"{part} % of NAV", "muted"),)
    if name == "Unrealised":
        count = len(state.positions())
        words = f"{count} position{'' if count == 1 else 's'}"
        return signed(str(book.get("unrealised_pnl") or "0"), cells, 2), ((words, "muted"),)
    if name == "Realised":
        fees = money(book.get("fees")) or UNKNOWN
        return signed(str(book.get("realised_pnl") or "0"), cells, 2), (("fees ", "muted"), *number(fees, len(fees)))
    leverage = places(str(book.get("leverage") or "0"), 2)
    return number(money(book.get("buying_power")), cells), ((f"leverage {leverage}× of 2×", "muted"),)


class CardPane(Pane):
    """One figure in a frame."""

    TOPICS: ClassVar[frozenset[str]] = frozenset({"portfolio", "link"})
    can_focus = False

    def __init__(self, state: DeskState, name: str) -> None:
        super().__init__(state, f"card-{CARDS.index(name)}")
        self.add_class("card")
        self.title_text = name

    def paint(self, width: int, height: int) -> None:
        """Value and context, both at the right."""
        self.entitle(self.title_text)
        if not self.state.portfolio:
            self.show([((UNKNOWN.rjust(width - 1), "faint"),)])
            return
        value, below = card(self.state, self.title_text, width - 2)
        self.show([left_right((), (*line, (" ", "foreground")), width) for line in (value, below)])


class FiguresPane(Pane):
    """The same figures as lines, where there is no room for frames."""

    TOPICS: ClassVar[frozenset[str]] = frozenset({"portfolio", "link", "figures"})
    can_focus = False

    def __init__(self, state: DeskState) -> None:
        super().__init__(state, "figures")
        self.remove_class("pane")

    def paint(self, width_: int, height: int) -> None:
        """As many as fit in two lines."""
        if not self.state.portfolio:
            self.show([])
            return
        lines: list[Line] = [()]
        for name in CARDS:
            value, below = card(self.state, name)
            text = "".join(span[0] for span in value).strip()
            cells: Line = ((f" {BRIEF[name]} ", "muted"), (text, value[0][1]), (" ", "muted"))
            if name == "NAV":
                cells = (*cells, *below, (" ", "muted"))
            if lines[-1] and width(lines[-1]) + width(cells) > width_:
                lines.append(())
            lines[-1] = (*lines[-1], *cells)
        leverage = card(self.state, "Buying power")[1]
        if width(lines[-1]) + width(leverage) + 1 <= width_:
            lines[-1] = (*lines[-1], (" ", "muted"), *leverage)
        if len(lines) < height:
            lines.append(self._past(width_))
        self.show([fit(line, width_) for line in lines])

    def _past(self, width_: int) -> Line:
        """The curve in one row, and how deep it fell."""
        choice = self.state.portfolio_choice
        past = choice.documents.get("equity", {}) if choice else {}
        values = [units(str(point["nav"]), 0) for point in past.get("points", ())]
        if len(values) < 2:
            return ()
        fell = percent(past["max_drawdown"]) if past.get("max_drawdown") is not None else UNKNOWN
        tail = f"  {str(past['window']).upper()} · max drawdown {fell} %"
        cells = min(len(values), width_ - len(tail) - 2)
        thin = [values[(place + 1) * len(values) // cells - 1] for place in range(cells)]
        return ((f" {sparkline(thin, cells)}", "foreground"), (tail, "muted"))
