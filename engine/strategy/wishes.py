"""What a strategy asked to be called for: market data by symbol, bars and timers by market time."""

from __future__ import annotations

import re
from datetime import datetime

from engine.model.ids import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS
from engine.strategy.errors import bad

BARS = {"1m": MINUTE_NS, "5m": 5 * MINUTE_NS, "1h": HOUR_NS, "1d": DAY_NS}
_UNITS = {"ms": SECOND_NS // 1000, "s": SECOND_NS, "m": MINUTE_NS, "h": HOUR_NS, "d": DAY_NS}
_SPAN = re.compile(r"(\d{1,6})(ms|s|m|h|d)\Z", re.ASCII)
_SHORTEST = SECOND_NS // 10
_LOOK_FOR_DAYS = 5 * MINUTE_NS


def span_ns(text: str) -> int:
    """Nanoseconds of a span such as 30s, 1m, 2h. Raises StrategyError."""
    match = _SPAN.match(text) if isinstance(text, str) else None
    span = int(match[1]) * _UNITS[match[2]] if match else 0
    if span < _SHORTEST:
        raise bad(f"{text!r} is no span of time", 'use 100ms or more, such as self.every("1m")')
    return span


def after(now: int, span: int) -> int:
    """The first multiple of a span after a time."""
    return (now // span + 1) * span


class BarWish:
    """Bars of one symbol and length: when to look for the next, and the last that was given."""

    def __init__(self, every: str, last: datetime, now: int) -> None:
        if every not in BARS:
            raise bad(f"there are no bars of {every!r}", "use " + ", ".join(BARS))
        self.every, self.last = every, last
        self.span = BARS[every]
        self._look = min(self.span, _LOOK_FOR_DAYS if self.span == DAY_NS else self.span)
        self.looked_at, self.due = now, after(now, self._look)

    def look(self, now: int) -> int:
        """Note that it is looked for now: how many bars may have been completed since."""
        count = (now - self.looked_at) // self.span + 2
        self.looked_at, self.due = now, after(now, self._look)
        return int(count)


class Timer:
    """A span that is over again and again; those missed in between are one."""

    def __init__(self, span: int, now: int) -> None:
        self.span, self.due = span, after(now, span)

    def ring(self, now: int) -> int:
        """The newest moment at which it was due."""
        self.due = after(now, self.span)
        return self.due - self.span


class Wishes:
    """Everything asked for, in the order in which it was asked."""

    def __init__(self) -> None:
        self.quotes: dict[str, None] = {}
        self.books: dict[str, None] = {}
        self.trades: dict[str, None] = {}
        self.bars: dict[tuple[str, str], BarWish] = {}
        self.timers: list[Timer] = []

    @property
    def empty(self) -> bool:
        """Whether no market data was asked for."""
        return not (self.quotes or self.books or self.trades or self.bars)

    @property
    def ticks(self) -> bool:
        """Whether it must be called at each step of the market."""
        return bool(self.quotes or self.books or self.trades)

    def due(self) -> int | None:
        """The next time at which a bar or a timer may be due."""
        moments = [wish.due for wish in self.bars.values()] + [timer.due for timer in self.timers]
        return min(moments, default=None)
