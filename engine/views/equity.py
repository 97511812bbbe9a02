"""The equity curve of an account: what it was worth, its return, its drawdown, and a benchmark beside it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from engine.documents import Document, exact_money
from engine.kernel import Kernel
from engine.model.format import time_text
from engine.model.ids import DAY_NS
from engine.model.instrument import Instrument
from engine.model.refusal import Code, refuse
from engine.portfolio.analytics.curve import WINDOWS, CurvePoint, curve, deepest
from engine.portfolio.analytics.returns import Worth, closing_day, periods
from engine.views.closes import Closes, level_at
from engine.views.figures import drawdown_document, figure
from engine.views.jobs import Job
from engine.views.told import ToldView

EVERY = ("hour", "day")
_HOURLY_DAYS = 30
"""A window of more days has a row a day, unless it is asked for hours; its benchmark is read from daily closes."""


class _Curve(msgspec.Struct):
    """A curve without its last point, which lives, and the rows made of it."""

    key: tuple[object, ...]
    points: list[CurvePoint]
    rows: list[Document]


class EquityView(ToldView):
    """Equity curves of one desk's accounts."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel)
        self.closes = Closes(kernel)
        self._curves: dict[tuple[str, str, str, str], _Curve] = {}

    def window_name(self, text: str) -> str:
        """The window that is meant. Raises Refused."""
        name = text.upper()
        if name not in WINDOWS:
            fix = f"use {', '.join(WINDOWS).lower()}"
            raise refuse(Code.ENUM_ERROR, "there is no such window", fix=fix, field="window")
        return name

    def equity(self, account: str, window: str = "7d", benchmark: str = "", every: str = "") -> Job[Document]:
        """Points of a window, oldest first, the present one last. `every` is hour or day; "" chooses by the window."""
        holder, name = self.account(account), self.window_name(window)
        if every and every not in EVERY:
            raise refuse(Code.ENUM_ERROR, "every is none of its words", fix="use hour or day", field="every")
        days = WINDOWS[name]
        every = every or ("hour" if days is not None and days <= _HOURLY_DAYS else "day")
        other = self.resolve(benchmark) if benchmark else None
        levels: list[float | None] | None = None
        if other is not None:
            ends, closes = yield from self._benchmark(other, self.window_start(holder, name), days)
            points, _ = self.curve_points(holder, name)
            levels = [level_at(ends, closes, point.at) for point in points]
            if any(level is not None for level in levels):
                levels[-1] = self.kernel.shown.mid2(other) / 2 * other.tick.units / 10**other.tick.decimals
        points, _ = self.curve_points(holder, name)
        rows, found = self._rows((account, name, every, benchmark), points, levels, every)
        return self._document(account, name, every, points, found, rows, other, levels)

    def _benchmark(self, other: Instrument, since: int, days: int | None) -> Job[tuple[list[int], list[float]]]:
        """(moments, closes) in the instrument's own currency."""
        if days is not None and days <= _HOURLY_DAYS:
            return (yield from self.closes.hourly(other, since))
        found = yield from self.closes.daily([other])
        rows = sorted(found[other.symbol].items())
        return [(day + 1) * DAY_NS for day, _ in rows], [close for _, close in rows]

    def _rows(
        self,
        name: tuple[str, str, str, str],
        points: Sequence[Worth],
        levels: list[float | None] | None,
        every: str,
    ) -> tuple[list[Document], list[CurvePoint]]:
        """Rows of points, and the curve they are of. What is past is worked out once an hour."""
        known = self._curves.get(name)
        if levels is None and known is not None and known.key == _key(points):
            found = [*known.points, _joined(known.points[-1], points)]
            first = {**known.rows[0], "at": time_text(points[0].at)}
            return [first, *known.rows[1:], _row(found[-1])], found
        found = curve(points, levels)
        past = [_row(found[place]) for place in _shown(points, every)]
        if levels is None:
            self._curves[name] = _Curve(_key(points), found[:-1], past)
        return [*past, _row(found[-1])], found

    def _document(
        self,
        account: str,
        name: str,
        every: str,
        points: Sequence[Worth],
        found: list[CurvePoint],
        rows: list[Document],
        other: Instrument | None,
        levels: list[float | None] | None,
    ) -> Document:
        first, last, holder = points[0], points[-1], self.account(account)
        since, flow = self.window_start(holder, name), last.funded - first.funded
        document: Document = {
            "account": account,
            "at": time_text(self.now),
            "window": name.lower(),
            "every": every,
            "from": time_text(first.at),
            "complete": holder.began_at <= since,
            "start_nav": exact_money(first.nav),
            "nav": exact_money(last.nav),
            "deposits": exact_money(flow),
            "pnl": exact_money(last.nav - first.nav - flow),
            "return": _gain(found[-1].growth),
            "high": figure(found[-1].high),
            "max_drawdown": figure(min((p.drawdown for p in found if p.drawdown is not None), default=None)),
            "deepest": drawdown_document(deepest(found)),
            "benchmark": None,
            "points": rows,
        }
        if holder.began_at > since:
            document["note"] = f"the account began {time_text(holder.began_at)}, after the window"
        if other is not None:
            document["benchmark"] = {"symbol": other.symbol, "return": _gain(found[-1].benchmark)}
        return document


def _key(points: Sequence[Worth]) -> tuple[object, ...]:
    """What the past part of a curve depends on."""
    return len(points), points[0].nav, points[0].funded, points[-2].at if len(points) > 1 else 0


def _joined(before: CurvePoint, points: Sequence[Worth]) -> CurvePoint:
    """The live point after a curve that is known up to the point before it."""
    end, value = points[-1], periods(points[-2:])[0].value
    if before.growth is None or before.high is None or value is None:
        return CurvePoint(end.at, end.nav, None, None, None)
    growth = before.growth * (1 + value)
    high = max(before.high, growth)
    return CurvePoint(end.at, end.nav, growth, high, growth / high - 1)


def _shown(points: Sequence[Worth], every: str) -> list[int]:
    """Places of the points that get a row, the last one not among them: all of them, or the first and each day's last
    that is over."""
    places = range(len(points) - 1)
    if every == "hour":
        return list(places)
    running = closing_day(points[-1].at)
    ends = {closing_day(points[place].at): place for place in places}
    return sorted({0, *(place for day, place in ends.items() if day != running)})


def _gain(growth: float | None) -> str | None:
    return None if growth is None else figure(growth - 1)


def _row(point: CurvePoint) -> Document:
    row: Document = {
        "at": time_text(point.at),
        "nav": exact_money(point.nav),
        "return": _gain(point.growth),
        "drawdown": figure(point.drawdown),
    }
    if point.benchmark is not None:
        row["benchmark"] = _gain(point.benchmark)
    return row
