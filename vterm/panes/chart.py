"""The chart: candles, a line or the book's depth, with studies, comparisons and one's own trades."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo

from vterm.paint import arrow
from vterm.panes.chart_choice import PERIODS
from vterm.panes.chart_mouse import ChartMouse
from vterm.state import DeskState, units

if TYPE_CHECKING:
    from textual.timer import Timer

    from vterm.panes.chart_series import Series
    from vterm.widgets.candles import Scale

LEAST = (16, 4)
LARGE, PACE_SECONDS = 5000, 0.2
"""Cells of a picture that takes long enough to paint for its pace to matter."""
OFTEN = frozenset({"quote", "portfolio", "book"})
DEPTH_TOPICS = frozenset({"book", "symbol", "orders", "link"})
ROLES = {"▲": "up", "▼": "down"}


class ChartPane(ChartMouse):
    """The newest bar at the right. What is shown is `state.chart_choice`; bars are those of `state.every`."""

    CONTEXT: ClassVar[str] = "chart"
    TOPICS: ClassVar[frozenset[str]] = frozenset(
        {"bars", "compared", "quote", "symbol", "portfolio", "orders", "fills", "link", "book"}
    )
    NAME: ClassVar[str] = "Chart"

    def __init__(self, state: DeskState, zone: str = "America/New_York") -> None:
        super().__init__(state)
        self.zone = ZoneInfo(zone)
        self.scale: Scale | None = None
        self._scaled: tuple[object, ...] = ()
        self._late: Timer | None = None
        self._others: dict[tuple[str, str], Series] = {}

    def concerns(self, topics: set[str]) -> bool:
        """Whether one of the topics is in the picture: a book is only in that of the depth. A large picture follows
        prices five times a second, which is as often as anybody can tell."""
        depth = self.choice.kind == "depth"
        told = topics & (DEPTH_TOPICS if depth else self.TOPICS - {"book"})
        if not told or told - OFTEN or self.size.width * self.size.height < LARGE:
            return bool(told)
        if self._late is None:
            self._late = self.set_timer(PACE_SECONDS, self._catch_up)
        return False

    def _catch_up(self) -> None:
        self._late = None
        self.repaint()

    def paint(self, width: int, height: int) -> None:
        """The picture, or in one sentence why there is none."""
        state, choice = self.state, self.choice
        self.picture, self.sides = None, None
        self._entitle()
        if width < LEAST[0] or height < LEAST[1]:
            self.empty(f"too small · {self.keymap.hint('zoom')} gives it the screen", height, width)
        elif not state.symbol:
            self.empty("opening the market", height, width)
        elif choice.kind == "depth":
            self._depth(width, height)
        elif not state.bars:
            self.empty(self._no_bars(), height, width)
        else:
            self._bars(width, height)

    def _entitle(self) -> None:
        state, choice = self.state, self.choice
        keys, parts = self.keymap, []
        if choice.kind == "depth":
            periods = ""
        else:
            periods = "  ".join(f"[{p}]" if p == state.every else p for p in PERIODS)
            if choice.until is not None:
                parts.append(f"past · {keys.hint('chart_newest', 'chart')} newest")
        if state.link in ("down", "stale"):
            parts.append("not live")
        self.foot_periods = periods
        shown = "depth" if choice.kind == "depth" else state.every
        self.entitle(f"{state.symbol} · {shown}" if state.symbol else "Chart", " · ".join([*parts, periods]).strip())

    def _no_bars(self) -> str:
        state = self.state
        if not state.bars_known:
            return "drawing the past"
        longer = self.keymap.hint("chart_longer", "chart")
        return f"{state.symbol} has no bars of {state.every} yet · {longer} takes a longer period"

    def _depth(self, width: int, height: int) -> None:
        from vterm.panes import chart_depth

        state, choice = self.state, self.choice
        decimals = int(state.instrument().get("price_decimals", 2))
        sides = self.sides = chart_depth.sides_of(state.book, decimals)
        if sides is None:
            hint = self.keymap.hint("chart_kind", "chart")
            why = "the book has no two sides now" if state.book else "waiting for the book"
            self.empty(f"{why} · {hint} shows prices", height, width)
            return
        own = [units(str(row["price"]), decimals) for row in state.book.get("own") or ()]
        lines = chart_depth.draw(sides, width, height, choice.depth_zoom, choice.depth_cursor, own, self.palette.bare)
        self.show(lines)

    def series_of(self, symbol: str) -> Series:
        """The bars of an instrument for the period, read once; what a chart no longer shows is forgotten."""
        from vterm.panes.chart_series import Series

        state = self.state
        wanted = {(name, state.every) for name in (state.symbol, *self.choice.compared)}
        self._others = {key: series for key, series in self._others.items() if key in wanted}
        key = (symbol, state.every)
        if key not in self._others:
            self._others[key] = Series(int(state.instrument(symbol).get("price_decimals", 2)), state.every)
        series = self._others[key]
        series.take(state.bars if symbol == state.symbol else state.compared[symbol])
        return series

    def _direction(self) -> str:
        """The role of the last price: where the day stands, muted while nobody tells."""
        if self.state.link in ("down", "stale"):
            return "muted"
        return ROLES.get(arrow(self.state.quote().get("change_pct")), "flat")

    def _bars(self, width: int, height: int) -> None:
        from vterm.panes.chart_marks import fills_of, levels
        from vterm.panes.chart_picture import Picture

        state, choice = self.state, self.choice
        series = self.series_of(state.symbol)
        last = state.quote().get("last")
        now = units(last, series.decimals) if last else series.candles[-1][3]
        if last and series.runs(state.at):
            series.grow(now)
        rivals = [name for name in choice.compared if name in state.instruments and name != state.symbol]
        others = {name: self.series_of(name) for name in rivals if state.compared.get(name)}
        key = (state.symbol, state.every, choice.zoom, choice.until, width, height)
        if key != self._scaled:
            self._scaled, self.scale = key, None
        picture = self.picture = Picture(
            series, choice, width, height, self.zone, state.symbol, state.every,
            title="" if self.bordered else f"{state.symbol} {state.every}",
            now=now, direction=self._direction(),
            levels=levels(state, series.decimals), fills=fills_of(state.fills, state.symbol, series.decimals),
            rivals=rivals, others=others, mono=self.palette.mono, bare=self.palette.bare, scale=self.scale,
        )  # fmt: skip
        self.show(picture.lines())
        self.scale = picture.scale
        self.ask_for_more(picture.frame, series)
