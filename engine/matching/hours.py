"""When an order's market trades: its session's hours, its day's end, its closing auction."""

from __future__ import annotations

from engine.market.auctions import CLOSING, next_auction
from engine.market.shown import DayCalendar
from engine.model.ids import TimeNs
from engine.model.instrument import Instrument
from engine.model.order import Order
from engine.model.session import MarketSession

EXTENDED = (MarketSession.PRE, MarketSession.POST)


def trades(order: Order, session: MarketSession) -> bool:
    """Whether the order may trade in this state of its venue."""
    return session is MarketSession.REGULAR or (order.request.extended and session in EXTENDED)


def next_hours(calendar: DayCalendar, now: int, *, extended: bool) -> int:
    """`now` inside the venue's hours, else when they begin next (`now` where the calendar ends)."""
    days = calendar.days
    for number in range(calendar.day_index(now), len(days)):
        for segment in days[number].segments:
            hours = segment.state is MarketSession.REGULAR or (extended and segment.state in EXTENDED)
            if hours and segment.end > now:
                return max(now, int(segment.start))
    return now


def next_open(calendar: DayCalendar, now: int) -> int | None:
    """When a regular segment begins next, after `now`."""
    days = calendar.days
    for number in range(calendar.day_index(now), len(days)):
        for segment in days[number].segments:
            if segment.state is MarketSession.REGULAR and segment.start > now:
                return int(segment.start)
    return None


def day_end(calendar: DayCalendar, at: TimeNs) -> TimeNs:
    """End of the last regular segment of the day at `at`, or of the next day that still has one to come."""
    days = calendar.days
    for number in range(calendar.day_index(at), len(days)):
        ends = [s.end for s in days[number].segments if s.state is MarketSession.REGULAR]
        if ends and ends[-1] > at:
            return ends[-1]
    return at


def closing_at(calendar: DayCalendar, instrument: Instrument, at: TimeNs) -> TimeNs:
    """When the next closing auction crosses; the end of the day where the venue holds none."""
    when = int(at)
    while (auction := next_auction(instrument.session, calendar, when)) is not None:
        if auction.kind == CLOSING:
            return auction.at
        when = int(auction.at)
    return day_end(calendar, at)
