"""Exposure and risk: amounts, shares of NAV, and in a word why a figure is not there."""

from __future__ import annotations

from typing import ClassVar

from engine.desk import Document
from engine.model.text import safe
from vterm.paint import UNKNOWN, Line, Span, bar, clip, fit, grouped, number, percent, places
from vterm.panes.portfolio_pane import PortfolioListPane, money
from vterm.state import DeskState, units

NAMED = 13


def amount(name: str, value: object, nav: str, width: int, *, short: bool = False) -> Line:
    """A sum and its share of NAV."""
    text = money(value)
    if text is not None and short and any(c in "123456789" for c in text):
        text = f"-{text.lstrip('-')}"
    part = _share(text, nav)
    return fit(((f" {name:<{NAMED}}", "muted"), *number(text, 14), (part.rjust(8), "foreground"), (" %", "muted")),
               width)  # fmt: skip


def _share(text: str | None, nav: str) -> str:
    of = units(nav, 2)
    return UNKNOWN if text is None or of <= 0 else _tenths(text, of)


def _tenths(text: str, of: int) -> str:
    value = (units(text, 2) * 2000 + of) // (2 * of)
    return f"{'-' if value < 0 else ''}{abs(value) // 10}.{abs(value) % 10}"


def missing(name: str, why: str, width: int) -> Line:
    """No figure, and the reason."""
    return fit(((f" {name:<{NAMED}}", "muted"), (f"{UNKNOWN} ", "faint"), (clip(safe(why), max(1, width - NAMED - 4)),
                "muted")), width)  # fmt: skip


def tail_of(doc: Document, confidence: int) -> Document:
    """Tails of what is held now, at a confidence."""
    rows = doc.get("book", {}).get("tails", [])
    found: Document = next((row for row in rows if row["confidence"] == confidence), {})
    return found


class ExposurePane(PortfolioListPane):
    """What stands in the market, and what a bad day of it would cost."""

    CONTEXT: ClassVar[str] = "exposure"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"figures", "clock"})
    NAME: ClassVar[str] = "Exposure and risk"
    DOCUMENT: ClassVar[str] = "analytics"

    def __init__(self, state: DeskState) -> None:
        super().__init__(state, "exposure")

    def paint(self, width: int, height: int) -> None:
        """Exposure, use of the limit, tails, ratios, trades."""
        doc = self.document
        self.entitle(self.NAME, self.aged(str(doc.get("window", "")).upper()))
        if not doc:
            self.waiting(height, width)
            return
        lines = [*self._exposure(doc, width), *self._tails(doc, width), *self._ratios(doc, width)]
        self.keep([str(i) for i in range(len(lines))])
        self.show([self.mark(i, line) for i, line in enumerate(lines)])

    def _exposure(self, doc: Document, width: int) -> list[Line]:
        row, nav = doc["exposure"], str(doc["nav"])
        lines = [amount("long", row["long"], nav, width), amount("short", row["short"], nav, width, short=True),
                 amount("gross", row["gross"], nav, width), amount("net", row["net"], nav, width)]  # fmt: skip
        use = row.get("margin_use")
        if use is not None:
            room = max(0, width - NAMED - 14)
            drawn = bar(units(str(use), 6), 1_000_000, room)
            near = units(str(use), 6) >= 800_000
            lines.append(fit(((f" {'margin use':<{NAMED}}", "muted"), (drawn, "warning" if near else "muted"),
                              (percent(str(use), 1).rjust(8), "foreground"), (" %", "muted"),
                              (" !" if near else "", "warning")), width))  # fmt: skip
        return lines

    def _tails(self, doc: Document, width: int) -> list[Line]:
        lines: list[Line] = []
        for confidence, key, word in ((95, "var", "VaR"), (99, "var", "VaR"), (95, "cvar", "CVaR")):
            tail = tail_of(doc, confidence)
            how = "" if tail.get(key) is not None else "normal_"
            name = f"{word} {confidence} % 1d"
            value = tail.get(f"{how}{key}")
            if value is None:
                reasons = doc["reasons"]
                why = reasons.get(f"book.var_{confidence}") or reasons.get("book.volatility") or "unknown"
                lines.append(missing(name, str(why), width))
                continue
            text = money(tail.get(f"{how}{key}_amount"))
            note = " normal" if how else ""
            lines.append(fit(((f" {name:<{NAMED}}", "muted"), *number(text, 14),
                              (percent(str(value), 2).rjust(8), "foreground"), (f" %{note}", "muted")),
                             width))  # fmt: skip
        return lines

    def _ratios(self, doc: Document, width: int) -> list[Line]:
        book, own, trades = doc["book"], doc["performance"], doc["trades"]
        rows: list[tuple[str, object, str, str]] = [
            ("volatility", book.get("volatility"), "book.volatility", "% a year"),
            (f"beta to {safe(str(doc.get('benchmark', '')))}", book.get("beta"), "book.beta", ""),
            ("Sharpe", own.get("sharpe"), "performance.sharpe", ""),
            ("Sortino", own.get("sortino"), "performance.sortino", ""),
            ("largest 3", doc["concentration"].get("top3"), "concentration.top3", "% gross"),
            ("win rate", trades.get("win_rate"), "trades.win_rate", f"% of {trades.get('total', 0)}"),
            ("profit factor", trades.get("profit_factor"), "trades.profit_factor", ""),
        ]
        lines: list[Line] = []
        for name, value, path, unit in rows:
            if value is None:
                why = doc["reasons"].get(path) or ("nothing is held" if not doc["exposure"]["positions"] else "unknown")
                lines.append(missing(name, str(why), width))
                continue
            text = percent(str(value), 1) if unit.startswith("%") else places(str(value), 2)
            cells: list[Span] = [(f" {name:<{NAMED}}", "muted"), (grouped(text).rjust(14), "foreground")]
            lines.append(fit((*cells, (f" {unit}", "muted")), width))
        return lines
