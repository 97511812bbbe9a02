"""Performance by hour, day, week, month and year: exact money, linked returns, best and worst."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

import msgspec

from engine.model.ids import HOUR_NS
from engine.model.number import div_half_even
from engine.portfolio.analytics.attribution import WEEKDAYS
from engine.portfolio.analytics.history import Step
from engine.portfolio.analytics.returns import Period, Worth, closing_day, daily, date_of, link, periods

SPANS = ("day", "week", "month", "year")


class Entry(msgspec.Struct, frozen=True):
    """One span: `label` as 2026-03-02, 2026-W10, 2026-03 or 2026; `pnl` in Minor without flows; `value` its return
    (None where it is unknown); `days` how many days it has so far."""

    label: str
    first: int
    last: int
    pnl: int
    value: float | None
    days: int


class Summary(msgspec.Struct, frozen=True):
    """Of days: best and worst by return, how many rose, fell and stood still, mean gain and loss in Minor, longest
    runs, and the present one (+3: three gains, -2: two losses)."""

    best: Entry | None
    worst: Entry | None
    gains: int
    losses: int
    flat: int
    mean_gain: int | None
    mean_loss: int | None
    longest_gain: int
    longest_loss: int
    run: int


def label_of(day: int, span: str) -> str:
    """What a day's span is called. Weeks begin on Monday and are numbered as ISO 8601 does."""
    found = date_of(day)
    if span == "week":
        year, week, _ = found.isocalendar()
        return f"{year}-W{week:02d}"
    return found.isoformat()[: {"day": 10, "month": 7, "year": 4}[span]]


def calendar(points: Sequence[Worth], span: str = "day", until: int | None = None) -> list[Entry]:
    """Entries of one kind of `SPANS`, oldest first, of UTC days, weekends too; the running one is the last."""
    days = daily(points, until, counts=lambda _: True, running=True)
    found = []
    for label, group in groupby(days, key=lambda one: label_of(one.day, span)):
        parts = list(group)
        pnl = sum(part.pnl for part in parts)
        found.append(Entry(label, parts[0].day, parts[-1].day, pnl, link(part.value for part in parts), len(parts)))
    return found


def summary(days: Sequence[Entry]) -> Summary:
    """What a performance calendar says under its days."""
    known = [(one.value, one) for one in days if one.value is not None]
    gains = [one.pnl for one in days if one.pnl > 0]
    losses = [-one.pnl for one in days if one.pnl < 0]
    runs = [(sign, len(list(run))) for sign, run in groupby((one.pnl > 0) - (one.pnl < 0) for one in days)]
    return Summary(
        best=max(known, key=lambda pair: pair[0])[1] if known else None,
        worst=min(known, key=lambda pair: pair[0])[1] if known else None,
        gains=len(gains),
        losses=len(losses),
        flat=len(days) - len(gains) - len(losses),
        mean_gain=div_half_even(sum(gains), len(gains)) if gains else None,
        mean_loss=div_half_even(sum(losses), len(losses)) if losses else None,
        longest_gain=max((length for sign, length in runs if sign > 0), default=0),
        longest_loss=max((length for sign, length in runs if sign < 0), default=0),
        run=runs[-1][0] * runs[-1][1] if runs else 0,
    )


# --- the clock ----------------------------------------------------------------------------------


def by_hour(points: Sequence[Worth]) -> dict[str, int]:
    """Profit in Minor by the UTC hour in which the curve made it; sums to the profit of the whole curve.

    A period of more than an hour (nothing changed until its last one) belongs to its last hour.
    """
    return _sums(periods(points), lambda one: f"{(one.end - 1) // HOUR_NS % 24:02d}:00")


def by_weekday(points: Sequence[Worth]) -> dict[str, int]:
    """Profit in Minor by the UTC weekday in which the curve made it."""
    return _sums(periods(points), lambda one: WEEKDAYS[date_of(one.day).weekday()])


def _sums(found: Iterable[Period], head: Callable[[Period], str]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for period in found:
        sums[head(period)] = sums.get(head(period), 0) + period.pnl
    return dict(sorted(sums.items()))


class DayTrades(msgspec.Struct, frozen=True):
    """A day: how many fills, and the symbols with the best and the worst realised result (Minor, after fees)."""

    fills: int
    best: tuple[str, int] | None
    worst: tuple[str, int] | None


def day_trades(steps: Iterable[Step]) -> dict[int, DayTrades]:
    """By UTC day counted from 1970, days without fills left out."""
    fills: dict[int, int] = {}
    results: dict[int, dict[str, int]] = {}
    for step in steps:
        if step.fill is not None:
            day = closing_day(step.at + 1)
            fills[day] = fills.get(day, 0) + 1
            own = results.setdefault(day, {})
            own[step.symbol] = own.get(step.symbol, 0) + step.realised - step.fee
    found = {}
    for day, count in sorted(fills.items()):
        ranked = sorted(results[day].items(), key=lambda pair: (pair[1], pair[0]))
        found[day] = DayTrades(count, ranked[-1], ranked[0])
    return found
