"""What the account was worth: a braille curve over one of five periods, drawdown and Sharpe below it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

from engine.desk import Document
from engine.model.number import to_text
from engine.model.text import safe
from vterm.paint import Line, Span, arrow, direction, fit, grouped, joined, left_right, percent, places, width
from vterm.panes.portfolio_pane import PortfolioPane
from vterm.portfolio_choice import WINDOWS
from vterm.state import DeskState, units
from vterm.widgets.candles import nice_step
from vterm.widgets.curve import Point, heights, row_of, trace

TICKS = 4
LEAST_ROWS = 3


def seconds(at: str) -> int:
    """Seconds since 1970 of a time text, to the second."""
    return int(datetime.fromisoformat(f"{at[:19]}+00:00").timestamp())


def compact(cents: int, step: int, most: int) -> str:
    """An axis label in the unit that suits `most`, with as many decimals as the step needs: 1.0025M, 998k."""
    unit, name = next(((u, n) for u, n in ((100_000_000, "M"), (100_000, "k")) if most >= u), (100, ""))
    decimals = 0
    while decimals < 5 and step * 10**decimals % unit:
        decimals += 1
    return to_text((cents * 10**decimals * 2 + unit) // (2 * unit), decimals) + name


def labels(low: int, high: int, rows: int) -> dict[int, str]:
    """At most four labels by row."""
    step = nice_step(high - low, min(TICKS - 1, max(1, rows // 2)))
    first = -(-low // step) * step
    found: dict[int, str] = {}
    for value in range(first, high + 1, step):
        found[row_of(value, low, high, rows)] = compact(value, step, max(abs(low), abs(high)))
    return found


def when(at: int, span: int) -> str:
    """A moment on the axis: hours within two days, days within a year and a half."""
    moment = datetime.fromtimestamp(at, tz=UTC)
    if span <= 2 * 86400:
        return f"{moment:%H:%M}"
    return f"{moment.day} {moment:%b}" if span < 500 * 86400 else f"{moment:%b %Y}"


def axis(first: int, last: int, cells: int, lead: int) -> tuple[Line, Line]:
    """The lower edge with at most four ticks, and their moments."""
    edge, below, count = ["─"] * cells, [" "] * (cells + lead), max(2, min(TICKS, cells // 16 + 1))
    for place in range(count):
        column = (cells - 1) * place // (count - 1)
        text = when(first + (last - first) * place // (count - 1), last - first)
        start = min(max(lead, lead + column - len(text) // 2), lead + cells - len(text))
        if start < 0:
            continue
        edge[column] = "┴" if 0 < place < count - 1 else edge[column]
        below[start : start + len(text)] = text
    return ((" " * (lead - 1) + "└" + "".join(edge), "faint"),), (("".join(below), "muted"),)


def picture(points: list[Document], width_: int, rows: int) -> list[Line]:
    """Curve, benchmark, the worth at the start, labels at the left."""
    curve: list[Point] = [(seconds(p["at"]), units(str(p["nav"]), 2)) for p in points]
    start = curve[0][1]
    other: list[Point] = [
        (seconds(p["at"]), start + start * units(str(p["benchmark"]), 6) // 1_000_000)
        for p in points
        if p.get("benchmark") is not None
    ]
    values = [value for _, value in curve + other]
    low, high = min(values), max(values)
    air = max(1000, (high - low) // (rows * 4))
    low, high = low - air, high + air
    named = labels(low, high, rows)
    lead = max(map(len, named.values()), default=1) + 2
    cells = max(2, width_ - lead - 1)
    first, last = curve[0][0], max(curve[-1][0], curve[0][0] + 1)
    own = trace(heights(curve, first, last, cells * 2), low, high, rows)
    beside = trace(heights(other, first, last, cells * 2), low, high, rows) if other else [" " * cells] * rows
    base, style = row_of(start, low, high, rows), ("down" if curve[-1][1] < start else "up")
    lines: list[Line] = []
    for y in range(rows):
        edge = "┤" if y in named else "│"
        line: list[Span] = [(named.get(y, "").rjust(lead - 1), "muted"), (edge, "faint")]
        for mine, its in zip(own[y], beside[y], strict=True):
            if mine != " ":
                line.append((mine, style))
            else:
                line.append((its, "muted") if its != " " else ("╌" if y == base else " ", "faint"))
        lines.append(joined(line))
    return [*lines, *axis(first, last, cells, lead)]


class EquityPane(PortfolioPane):
    """Return of the period, the curve, how deep it fell and what that was worth."""

    CONTEXT: ClassVar[str] = "equity"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"figures", "clock"})
    NAME: ClassVar[str] = "Equity curve"
    DOCUMENT: ClassVar[str] = "equity"

    def __init__(self, state: DeskState) -> None:
        super().__init__(state, "equity")

    def paint(self, width: int, height: int) -> None:
        """Headline, curve, axis, summary."""
        self.entitle(self.NAME, self.aged(self._windows()))
        points = self.document.get("points", [])
        if not points:
            self.waiting(height, width)
            return
        head, foot = self._headline(width), self._summary(width)
        rows = height - 4
        if rows < LEAST_ROWS:
            self.show([head, foot][:height])
        elif len(points) < 2 or seconds(points[-1]["at"]) - seconds(points[0]["at"]) < 60:
            words = "the curve begins with the first hour of market time · space lets the clock run, > speeds it up"
            self.empty(words, height - 2, width)
            self.show(self.body, head=(head,), foot=(foot,))
        else:
            self.show([head, *picture(points, width, rows), foot])

    def _windows(self) -> str:
        names = [f"[{w.upper()}]" if w == self.choice.window else w.upper() for w in WINDOWS]
        return " ".join(names)

    def _headline(self, width_: int) -> Line:
        doc = self.document
        text = str(doc.get("return") or "0")
        gain = places(str(doc.get("pnl") or "0"), 2)
        gain = f"+{gain}" if direction(gain) == "up" else gain
        left: list[Span] = [(f" {arrow(text)} {grouped(gain)}", direction(gain))]
        if doc.get("return") is not None:
            left.append((f"  {_percent(text)} %", direction(text)))
        since = f" since {seconds_text(doc)}" + ("" if doc.get("complete") else ", when the account began")
        return left_right((*left, (since, "muted")), ((f"{str(doc.get('window', '')).upper()} ", "muted"),), width_)

    def _summary(self, width_: int) -> Line:
        doc, figures = self.document, self.choice.documents.get("analytics", {})
        line: list[Span] = [(" max drawdown ", "muted"), *_figure(doc.get("max_drawdown"))]
        best = figures.get("performance", {})
        line.append(("   Sharpe ", "muted"))
        if best.get("sharpe") is None:
            why = str(figures.get("reasons", {}).get("performance.sharpe", ""))
            line += [("—", "faint"), (f" {safe(why)}" if width_ > 64 else "", "muted")]
        else:
            line += [(places(str(best["sharpe"]), 2), "foreground")]
            line += [(f" ± {places(str(best.get('sharpe_error') or '0'), 2)}", "muted")]
        beside = doc.get("benchmark")
        if beside:
            more: list[Span] = [(f"   {safe(str(beside['symbol']))} ", "muted"), *_figure(beside.get("return"))]
            if width(line) + width(more) <= width_:
                line += more
        return fit(line, width_)


def seconds_text(doc: Document) -> str:
    """The day from which the figures count."""
    moment = datetime.fromtimestamp(seconds(str(doc["from"])), tz=UTC)
    return f"{moment.day} {moment:%b %H:%M}"


def _percent(fraction: str) -> str:
    text = percent(fraction, 2)
    return f"+{text}" if direction(text) == "up" else text


def _figure(fraction: object) -> Line:
    if fraction is None:
        return (("—", "faint"),)
    return ((f"{_percent(str(fraction))} %", direction(str(fraction))),)
