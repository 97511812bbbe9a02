"""The living market's dividends: when, and how many ticks a share, from (seed, symbol) and a shipped table.

The table gives each payer a yield on its reference price, payments a year and the month of the first; the seed
gives the day. A payment is the same number of ticks every time. Payments made since the anchor stop before they
add up to half the reference price, so that no price can be paid away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

import msgspec

from engine.market.actions import DIVIDEND, Action
from engine.market.shown import DayCalendar
from engine.market.tables import rows
from engine.model.ids import DAY_NS, TimeNs
from engine.model.instrument import Instrument
from engine.model.number import div_half_even, parse_decimal
from engine.rng import Stream

FIRST_DAY, LAST_DAY = 5, 24
"""Days of a month between which an ex-date falls, before it is moved to a day on which the venue trades."""

_EPOCH = date(1970, 1, 1)
_YEARS = range(2022, 2030)


class Payer(msgspec.Struct, frozen=True):
    """A yearly yield as digits / 10**places per cent, payments a year, and the month of the first."""

    digits: int
    places: int
    per_year: int
    first_month: int


@cache
def payers() -> dict[str, Payer]:
    """Who pays, by symbol."""
    return {
        row["symbol"]: Payer(*parse_decimal(row["yield_pct"]), int(row["per_year"]), int(row["first_month"]))
        for row in rows("dividends.csv")
    }


def payment_ticks(instrument: Instrument, payer: Payer) -> int:
    """Ticks of one payment, half even; 0 where the yield is less than half a tick."""
    price = instrument.tick.steps(instrument.price0) or 0
    return div_half_even(price * payer.digits, payer.per_year * 100 * int(10**payer.places))


class Dividends:
    """Ex-dates and amounts of all payers among `instruments`. Years are made when they are first looked at."""

    def __init__(
        self, instruments: Sequence[Instrument], calendars: Mapping[str, DayCalendar], seed: int, anchor: TimeNs
    ) -> None:
        table = payers()
        self._payers = {str(i.symbol): (i, table[i.symbol]) for i in instruments if i.symbol in table}
        self._calendars, self._seed, self._anchor = calendars, seed, anchor
        self._years: dict[tuple[str, int], tuple[Action, ...]] = {}

    @property
    def symbols(self) -> tuple[str, ...]:
        """Who pays."""
        return tuple(self._payers)

    def next_action(self, symbol: str, after: int) -> TimeNs:
        """The next ex-moment of a symbol; 0 where none is known."""
        if symbol not in self._payers:
            return TimeNs(0)
        for year in range(_year(after), _YEARS.stop):
            for action in self.of_year(symbol, year):
                if action.at > after:
                    return action.at
        return TimeNs(0)

    def actions_at(self, symbol: str, at: int) -> tuple[Action, ...]:
        """What a symbol pays at exactly this moment."""
        if symbol not in self._payers:
            return ()
        return tuple(action for action in self.of_year(symbol, _year(at)) if action.at == at)

    def next_split(self, after: int) -> tuple[TimeNs, tuple[Action, ...]]:
        """None: shares of the living market are not split."""
        return TimeNs(0), ()

    def paid(self, symbol: str, at: int) -> int:
        """Ticks a share that were paid from the anchor up to and including `at`; before the anchor, less than 0."""
        if symbol not in self._payers:
            return 0
        return self._before(symbol, at) - self._before(symbol, self._anchor)

    def _before(self, symbol: str, at: int) -> int:
        """Ticks of the ex-moments of the years from the anchor's on, up to `at`; years before it count negative."""
        start, year = _year(self._anchor), _year(at)
        total = sum(a.ticks for y in range(start, year) for a in self.of_year(symbol, y))
        total -= sum(a.ticks for y in range(year, start) for a in self.of_year(symbol, y))
        return total + sum(a.ticks for a in self.of_year(symbol, year) if a.at <= at)

    def of_year(self, symbol: str, year: int) -> tuple[Action, ...]:
        """A payer's dividends with an ex-date in a year, in time order."""
        known = self._years.get((symbol, year))
        if known is None:
            known = self._years[symbol, year] = self._made(symbol, year) if year in _YEARS else ()
        return known

    def _made(self, symbol: str, year: int) -> tuple[Action, ...]:
        instrument, payer = self._payers[symbol]
        ticks = payment_ticks(instrument, payer)
        if not ticks:
            return ()
        most = (instrument.tick.steps(instrument.price0) or 0) // 2 // ticks
        draws = Stream(self._seed, f"dividends {symbol}")
        found: list[Action] = []
        for number in range(payer.per_year):
            made_before = (year - _year(self._anchor)) * payer.per_year + number
            month = payer.first_month + number * 12 // payer.per_year
            place = (year - _YEARS.start) * payer.per_year + number
            day = date(year, month, FIRST_DAY + draws.below(place, LAST_DAY - FIRST_DAY + 1))
            action = self._action(instrument, day, ticks)
            if action is not None and made_before < most:
                found.append(action)
        return tuple(found)

    def _action(self, instrument: Instrument, wanted: date, ticks: int) -> Action | None:
        """The dividend on the first day from `wanted` on which the venue trades, at the start of that day."""
        calendar = self._calendars[instrument.session]
        index = calendar.day_index((wanted - _EPOCH).days * DAY_NS + DAY_NS // 2)
        while index < len(calendar.days):
            day = calendar.days[index]
            if day.label >= wanted.isoformat():
                return Action(instrument.symbol, day.segments[0].start, DIVIDEND, day.label, ticks)
            index += 1
        return None


def _year(at: int) -> int:
    """The UTC year of a moment."""
    return date.fromordinal(_EPOCH.toordinal() + at // DAY_NS).year
