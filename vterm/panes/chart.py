"""Candles of the selected instrument, with the last price, own average cost and working orders on the axis."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from textual.message import Message

from engine.desk import Document
from engine.model.number import to_text, trim
from vterm.paint import Line, Span, arrow, clip, fit, grouped, joined, places
from vterm.panes.pane import Pane
from vterm.state import DeskState, units
from vterm.widgets.candles import Candle, Scale, column, nice_step, scale_of

PERIODS = ("1m", "5m", "1h", "1d")
_FORMS = {"1m": "%H:%M", "5m": "%H:%M", "1h": "%d %H:%M", "1d": "%d %b"}


def candles(bars: list[Document], decimals: int) -> list[Candle]:
    """Open, high, low, close as integers."""
    return [(units(b["open"], decimals), units(b["high"], decimals), units(b["low"], decimals),
             units(b["close"], decimals)) for b in bars]  # fmt: skip


def axis_text(value: int, decimals: int, step: int) -> str:
    """A price of the axis with no more decimals than its step needs."""
    text = to_text(value, decimals)
    keep = decimals
    while keep and step % 10 ** (decimals - keep + 1) == 0:
        keep -= 1
    return grouped(text if keep == decimals else text[: len(text) - (decimals - keep)].rstrip("."))


def time_axis(bars: list[Document], every: str, width: int, zone: ZoneInfo) -> Line:
    """Local times under their candles, spaced so that they never touch."""
    cells = [" "] * width
    gap, at = (9 if every == "1h" else 6) + 4, 0
    start = len(bars) % gap if len(bars) > gap else 0
    for at in range(start, len(bars), gap):
        text = datetime.fromisoformat(str(bars[at]["at"])).astimezone(zone).strftime(_FORMS[every])
        place = width - len(bars) + at
        if place >= 0 and place + len(text) <= width:
            cells[place : place + len(text)] = list(text)
    return (("".join(cells), "muted"),)


class ChartPane(Pane):
    """One candle a column, the newest at the right."""

    CONTEXT: ClassVar[str] = "chart"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"bars", "quote", "symbol", "portfolio", "orders", "link"})
    NAME: ClassVar[str] = "Chart"

    class PeriodWanted(Message):
        """Another period was chosen."""

        def __init__(self, every: str) -> None:
            super().__init__()
            self.every = every

    def __init__(self, state: DeskState, zone: str = "America/New_York") -> None:
        super().__init__(state)
        self.zone = ZoneInfo(zone)

    def paint(self, width: int, height: int) -> None:
        """Grid, candles, last price, axes."""
        state = self.state
        periods = "  ".join(f"[{p}]" if p == state.every else p for p in PERIODS)
        self.entitle(f"{state.symbol} · {state.every}" if state.symbol else "Chart", periods)
        if not state.bars or height < 4 or width < 16:
            self.empty("drawing the past" if state.symbol else "opening the market", height, width)
            return
        decimals = int(state.instrument().get("price_decimals", 2))
        last = state.quote().get("last")
        rows = height - 1
        every = candles(state.bars[-width:], decimals)
        short = width < 40
        widest = axis_text(max(c[1] for c in every), decimals, self._coarse(every, rows, decimals) if short else 1)
        gutter = max(len(widest), 6 if short else 9)
        plot = width - gutter - 1
        bars, shown = state.bars[-plot:], every[-plot:]
        now = units(last, decimals) if last else shown[-1][3]
        scale = scale_of(shown, rows, (now,))
        self._draw(bars, shown, scale, plot, gutter, decimals, now)

    def _coarse(self, every: list[Candle], rows: int, decimals: int) -> int:
        """The step of the axis: labels of a narrow chart drop the decimals that it does not need."""
        scale = scale_of(every, rows)
        return nice_step(scale.high - scale.low, max(2, rows // 3))

    def _draw(
        self, bars: list[Document], shown: list[Candle], scale: Scale, plot: int, gutter: int, decimals: int, now: int
    ) -> None:
        hollow = self.palette.mono
        columns = [column(c, scale, hollow) for c in shown]
        roles = ["up" if c[3] > c[0] else "down" if c[3] < c[0] else "flat" for c in shown]
        step = nice_step(scale.high - scale.low, max(2, scale.rows // 3))
        first = -(-scale.low // step) * step
        ticks = {scale.row(value): value for value in range(first, scale.high, step)}
        marks = self._marks(scale, decimals)
        lines: list[Line] = []
        for y in range(scale.rows):
            ground = ("┈", "rule") if y in ticks else (" ", "rule")
            if y == scale.row(now):
                ground = ("╌", "faint")
            spans: list[Span] = [ground] * (plot - len(columns))
            spans += [(col[y], role) if col[y] != " " else ground for col, role in zip(columns, roles, strict=True)]
            lines.append((("", "rule"), *joined(spans), *self._axis(y, scale, ticks, marks, gutter, decimals, now,
                                                                      step)))  # fmt: skip
        lines.append((*time_axis(bars, self.state.every, plot, self.zone), (" " * (gutter + 1), "muted")))
        self.show([fit(line, self.size.width) for line in lines])

    def _axis(
        self, y: int, scale: Scale, ticks: dict[int, int], marks: dict[int, Span], gutter: int, decimals: int, now: int,
        step: int,
    ) -> Line:  # fmt: skip
        if y == scale.row(now):
            role = {"▲": "up", "▼": "down"}.get(arrow(self.state.quote().get("change_pct")), "flat")
            text = grouped(to_text(now, decimals))
            text = text if len(text) <= gutter else grouped(places(to_text(now, decimals), max(0, decimals - 2)))
            text = text if len(text) <= gutter else text[:gutter].rstrip(",.")
            return (("▸", role), (text.rjust(gutter), f"bold {role}"))
        if y in marks:
            text, role = marks[y]
            words = text[1:] if len(text) <= gutter + 1 else text[1:].split()[0]
            return ((text[:1], role), (clip(words, gutter).rstrip().rjust(gutter), role))
        if y in ticks:
            return ((" ", "muted"), (axis_text(ticks[y], decimals, step).rjust(gutter), "muted"))
        return ((" " * (gutter + 1), "muted"),)

    def _marks(self, scale: Scale, decimals: int) -> dict[int, Span]:
        state, marks = self.state, dict[int, Span]()
        cost = state.position().get("average_cost")
        if cost and scale.low < units(cost, decimals) < scale.high:
            marks[scale.row(units(cost, decimals))] = ("◆avg", "accent")
        for order in state.working():
            price = order.get("limit_price") or order.get("trigger_price")
            if order["symbol"] == state.symbol and price and scale.low < units(price, decimals) < scale.high:
                side = "buy" if order["side"] == "buy" else "sell"
                size = trim(str(order["remaining_quantity"]))
                marks[scale.row(units(price, decimals))] = (f"◂{side} {size}", "accent")
        return marks

    def _period(self, by: int) -> None:
        at = PERIODS.index(self.state.every) + by
        if 0 <= at < len(PERIODS):
            self.post_message(self.PeriodWanted(PERIODS[at]))

    def do_chart_shorter(self) -> None:
        """The next shorter period."""
        self._period(-1)

    def do_chart_longer(self) -> None:
        """The next longer period."""
        self._period(1)
