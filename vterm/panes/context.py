"""What a copilot would be told of the account: what the desk shows already, and nothing else."""

from __future__ import annotations

from typing import ClassVar

from engine.desk import Document
from engine.model.text import safe
from vterm.paint import UNKNOWN, Line, clip, fit, grouped, number, percent, places, signed
from vterm.panes.copilot_pane import CopilotListPane
from vterm.panes.several_pane import fact, heading
from vterm.state import DeskState

LIMITS = (
    ("max_order_value", "largest order"),
    ("daily_loss", "daily loss"),
    ("max_off_percent", "off the touch"),
    ("orders_per_minute", "orders a minute"),
)


def money(text: object) -> str:
    """Money with two decimals; — where there is none."""
    return UNKNOWN if text is None else grouped(places(str(text), 2))


def account(state: DeskState, width: int) -> list[Line]:
    """NAV, cash, the day, what is out in the market."""
    book = state.portfolio
    day = signed(str(book.get("day_pnl") or "0"), 14, 2)
    return [
        fact("NAV", money(book.get("nav")), width),
        fact("cash", money(book.get("cash")), width),
        fact("today", tuple((text.strip(), role) for text, role in day), width),
        fact("gross exposure", money(book.get("gross_exposure")), width),
        fact("leverage", f"{places(str(book.get('leverage') or '0'), 2)} ×", width, "of 2"),
        fact("buying power", money(book.get("buying_power")), width),
        fact("working orders", str(len(state.working())), width),
        fact("active alerts", str(sum(1 for one in state.alerts.values() if one.get("state") == "active")), width),
    ]


def limits(risk: Document, width: int) -> list[Line]:
    """Use of the margin limit, and the owner's own limits as far as there are any."""
    if not risk:
        return []
    own = risk.get("limits") or {}
    lines = [heading("LIMITS", width), fact("margin limit used", f"{percent(str(risk['margin_use']))} %", width)]
    named = [fact(word, grouped(str(own[key])), width) for key, word in LIMITS if own.get(key) is not None]
    return [*lines, *(named or [fact("limits of your own", "none set", width)])]


def held(state: DeskState, width: int) -> list[Line]:
    """Positions with their weights and profits."""
    rows = state.positions()
    if not rows:
        return [heading("POSITIONS", width), fact("nothing is held", "", width)]
    lines = [heading(f"POSITIONS {len(rows)}", width, "value, weight, profit")]
    for row in rows:
        weight = percent(str(row.get("weight") or "0"))
        profit = signed(str(row.get("unrealised_pnl") or "0"), 12, 2)
        name = clip(safe(str(row["symbol"])), 9)
        value = number(money(row.get("value")), 14)
        lines.append(fit(((f" {name}", "foreground"), *value, (f"{weight:>6} %", "muted"), *profit), width))
    return lines


def around(state: DeskState, width: int) -> list[Line]:
    """The watchlist, and which venues are open."""
    watch = safe(" ".join(state.watch)) or "empty"
    opened = [safe(str(row.get("name") or row.get("session"))) for row in state.sessions
              if row.get("state") == "regular"]  # fmt: skip
    lines = [heading(f"WATCHLIST {len(state.watch)}", width)]
    lines += [fit(((f" {part}", "foreground"),), width) for part in wrapped(watch, width - 2)]
    lines.append(heading(f"OPEN NOW {len(opened)} of {len(state.sessions)} venues", width))
    return [*lines, *(fit(((f" {part}", "foreground"),), width) for part in wrapped(" · ".join(opened), width - 2))]


def wrapped(text: str, cells: int) -> list[str]:
    """Words on lines of so many cells."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) + 1 > cells:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return [line for line in lines if line]


class GivenPane(CopilotListPane):
    """The account, its limits, what is held, what is around."""

    CONTEXT: ClassVar[str] = "given"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"portfolio", "orders", "watch", "clock", "asked", "alerts"})
    NAME: ClassVar[str] = "What it would be told"
    DOCUMENT: ClassVar[str] = "risk"

    def paint(self, width: int, height: int) -> None:
        """Lines; they scroll."""
        state = self.state
        self.entitle(self.NAME, safe(f"account {state.account}") if state.portfolio else "")
        if not state.portfolio:
            self.waiting(height, width)
            return
        risk = self.asked.documents.get("risk", {})
        self.list_lines([*account(state, width), *limits(risk, width), *held(state, width), *around(state, width)])
