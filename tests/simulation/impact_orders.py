"""Large orders worked over hours: how far they move the price, by which power of their size, and how much stays.

An order trades a fifth of the volume, ends when half the day's trading time is over, and rests for the other half. The
world's price is constant, so what is seen is the difference to the same world without the order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from engine.model.ids import TimeNs
from engine.model.session import MarketSession
from tests.simulation.impact_lab import STEP, Lab

SHARES = (0.001, 0.003, 0.01, 0.03, 0.1)
"""Sizes in days of volume."""
PARTICIPATION = 0.2


class Worked(msgspec.Struct, frozen=True):
    """One order: the peak in ticks, Y = peak / (daily volatility x price x share ** alpha), and what is left of it."""

    share: float
    peak: float
    y: float
    back: float


def trading_time(market: Lab, share: float) -> TimeNs:
    """When this share of the day's regular trading time has passed, on the step grid."""
    day = next(d for d in market.calendar.days if d.segments[-1].end >= market.close)
    regular = [(s.start, s.end) for s in day.segments if s.state is MarketSession.REGULAR]
    left = share * sum(end - start for start, end in regular)
    for start, end in regular:
        if left <= end - start:
            return TimeNs(round((start + left) / STEP) * STEP)
        left -= end - start
    return TimeNs(regular[-1][1] // STEP * STEP)


def work(market: Lab, share: float, children: int) -> Worked:
    """Buy `share` of a day in `children` even pieces, then rest until the close."""
    market.restart()
    instrument, lots = market.instrument, market.lots(share)
    begin, done = 0.5 - share / PARTICIPATION, 0
    count = min(children, lots)
    for number in range(1, count + 1):
        market.shown.advance(trading_time(market, begin + (0.5 - begin) * number / count), STEP)
        upto = lots * number // count
        market.trade(upto - done)
        done = upto
    peak = market.displacement()
    market.shown.advance(trading_time(market, 1.0), STEP)
    scale = market.mid2 / 2 * instrument.daily_vol * share**instrument.alpha
    return Worked(share, peak, peak / scale, market.displacement() / peak)


def exponent(orders: Sequence[Worked]) -> float:
    """Slope of log peak in log size, least squares."""
    x, y = [math.log(o.share) for o in orders], [math.log(o.peak) for o in orders]
    mx, my = sum(x) / len(x), sum(y) / len(y)
    return sum((a - mx) * (b - my) for a, b in zip(x, y, strict=True)) / sum((a - mx) ** 2 for a in x)
