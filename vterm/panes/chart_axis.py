"""What stands at the edges of a chart: prices at the right, times below. Widths never change while one looks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.model.number import to_text
from vterm.paint import grouped
from vterm.panes.chart_choice import SECONDS

_STEPS = (60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 2 * 86400, 7 * 86400, 14 * 86400,
          30 * 86400, 61 * 86400, 91 * 86400, 182 * 86400, 365 * 86400)  # fmt: skip
_TRADE_DATE = timedelta(hours=3)
"""Days that begin in the evening belong to the date that they lead to; no market's day begins after 21:00 UTC
and before it."""
LEAST_GAP = 3


def axis_text(value: int, decimals: int, step: int) -> str:
    """A price of the axis with no more decimals than its step needs."""
    text = to_text(value, decimals)
    keep = decimals
    while keep and step % 10 ** (decimals - keep + 1) == 0:
        keep -= 1
    return grouped(text if keep == decimals else text[: len(text) - (decimals - keep)].rstrip("."))


def price_cells(widest: int, decimals: int) -> int:
    """Cells for any price up to twice the widest known: the column does not grow when a digit is added."""
    return max(6, len(grouped(to_text(2 * widest, decimals))))


def compact(value: float) -> str:
    """A quantity in at most six cells: 950, 12.3k, 1.02M; small ones with three digits."""
    size = abs(value)
    for unit, name in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if size >= unit * 0.99995:
            scaled = value / unit
            return f"{scaled:.{2 if abs(scaled) < 9.995 else 1 if abs(scaled) < 99.95 else 0}f}{name}"
    if size >= 99.95 or value == int(value):
        return f"{value:.0f}"
    return f"{value:.{1 if size >= 9.995 else 2 if size >= 0.995 else 4}f}"


def local(at: int, every: str, zone: ZoneInfo) -> datetime:
    """A bar's moment as people there say it; of a daily bar the date that it belongs to."""
    moment = datetime.fromtimestamp(at, UTC)
    return moment + _TRADE_DATE if every == "1d" else moment.astimezone(zone)


def moment_text(at: int, every: str, zone: ZoneInfo, *, day: bool = True) -> str:
    """A bar's moment in the read-out, always as long."""
    when = local(at, every, zone)
    if every == "1d":
        return f"{when:%d %b %Y}"
    return f"{when:%d %b %H:%M}" if day else f"{when:%H:%M}"


def time_labels(times: Sequence[int], every: str, zone: ZoneInfo, cells: int, bars: int) -> list[tuple[int, str, bool]]:
    """(slot, text, whether a day or month begins there): at round times, and never touching.

    `times` is when each slot begins, `cells` its width, `bars` how many bars share it.
    """
    step = next((s for s in _STEPS if s * cells >= 9 * bars * SECONDS[every]), _STEPS[-1])
    found: list[tuple[int, str, bool]] = []
    before: datetime | None = None
    free = 0
    for slot, at in enumerate(times):
        when = local(at, every, zone)
        if before is not None and _part(when, step) != _part(before, step) and slot * cells >= free:
            text, heavy = _label(when, before, step)
            if slot * cells + len(text) <= len(times) * cells:
                found.append((slot, text, heavy))
                free = slot * cells + len(text) + LEAST_GAP
        before = when
    return found


def _part(when: datetime, step: int) -> int:
    if step >= 365 * 86400:
        return when.year
    if step >= 30 * 86400:
        return (when.year * 12 + when.month - 1) // round(step / (30.4 * 86400))
    days = when.toordinal()
    if step >= 7 * 86400:
        return (days - 1) // 7 // (step // (7 * 86400))
    return (days * 86400 + when.hour * 3600 + when.minute * 60) // step


def _label(when: datetime, before: datetime, step: int) -> tuple[str, bool]:
    if step >= 365 * 86400 or (step >= 30 * 86400 and when.year != before.year):
        return f"{when.year}", True
    if step >= 30 * 86400:
        return f"{when:%b}", when.month == 1
    if step >= 86400:
        return f"{when.day} {when:%b}", when.month != before.month
    if when.date() != before.date():
        return f"{when.day} {when:%b}", True
    return f"{when:%H:%M}", False
