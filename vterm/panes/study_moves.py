"""What an instrument did: returns by horizon, its place in the year's range, its volatility and beta."""

from __future__ import annotations

from typing import ClassVar

from engine.desk import Document
from engine.model.text import safe
from vterm.paint import UNKNOWN, Line, arrow, direction, fit, grouped, number, percent, places
from vterm.panes.research_pane import ResearchListPane
from vterm.panes.several_pane import fact, heading
from vterm.state import units


def horizon(row: Document, width: int) -> Line:
    """A horizon, since when, the close then, the change since."""
    text = row.get("return_pct")
    since = str(row.get("from") or ("last close" if row["horizon"] == "1D" else ""))
    moved = (UNKNOWN.rjust(12), "faint") if text is None else (f"{arrow(text)} {text:>8} %", direction(text))
    room = max(1, width - 30)
    close = number(row.get("close"), min(room, 14)) if room >= 9 else ()
    pad = " " * max(0, room - (min(room, 14) if room >= 9 else 0))
    return fit(((f" {row['horizon']:<4}", "foreground"), (f"{since:<11}", "muted"), (pad, "muted"), *close,
                (" ", "muted"), moved, (" ", "muted")), width)  # fmt: skip


def range_lines(span: Document | None, width: int) -> list[Line]:
    """The year's lowest and highest price with their days, and between them where the last one lies."""
    if span is None or span.get("place") is None:
        return [fit((("  no day is over yet", "muted"),), width)]
    low, high = grouped(str(span["low"])), grouped(str(span["high"]))
    cells = max(8, width - 4)
    at = units(str(span["place"]), 4) * (cells - 1) // 10_000
    line: Line = ((" ├", "rule"), ("─" * at, "muted"), ("●", "bold accent"), ("─" * (cells - 1 - at), "muted"),
                  ("┤", "rule"))  # fmt: skip
    ends = f"{low}{high.rjust(max(1, width - 3 - len(low)))}"
    days = f"{span['low_at']}{str(span['high_at']).rjust(max(1, width - 3 - len(str(span['low_at']))))}"
    return [fit(line, width), fit(((f" {ends}", "foreground"),), width), fit(((f" {days}", "faint"),), width),
            fact("from the low", f"{percent(str(span['place']), 0)} %", width, "of the range")]  # fmt: skip


def risk_lines(doc: Document, width: int) -> list[Line]:
    """Volatility and beta, or in a word why they are not known."""
    if doc["reason"]:
        return [fact("volatility", UNKNOWN, width, safe(str(doc["reason"])))]
    daily, year, beta = doc["daily_volatility"], doc["volatility"], doc["beta"]
    other = safe(str(doc.get("benchmark") or ""))
    lines = [
        fact("volatility a day", UNKNOWN if daily is None else f"{percent(str(daily), 2)} %", width, "20 days"),
        fact("volatility a year", UNKNOWN if year is None else f"{percent(str(year))} %", width, f"{doc['days']} days"),
    ]
    if beta is not None:
        lines.append(fact(f"beta to {other}", places(str(beta), 2), width))
        lines.append(fact(f"correlation to {other}", places(str(doc["correlation"]), 2), width))
    return lines


class MovesPane(ResearchListPane):
    """Returns, range, risk."""

    CONTEXT: ClassVar[str] = "moves"
    NAME: ClassVar[str] = "Moves"
    DOCUMENT: ClassVar[str] = "study"

    def paint(self, width: int, height: int) -> None:
        """Five horizons, the year's range, volatility and beta."""
        doc = self.document
        self.entitle(self.NAME, self.aged(f"last {grouped(str(doc['last']))}") if doc else "")
        if not doc:
            self.waiting(height, width)
            return
        lines = [horizon(row, width) for row in doc["returns"]]
        lines += [heading("RANGE OF A YEAR", width), *range_lines(doc["range"], width)]
        lines += [heading("RISK", width, "of daily returns in VCR"), *risk_lines(doc["moves"], width)]
        self.list_lines(lines)
