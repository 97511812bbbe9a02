"""What an account was and did, read at one moment: its points, its bookings, what it holds.

Only what is since the account began (`Account.began_at`: its opening or its last reset) counts; this is the one place
that says so.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

import msgspec

from engine.kernel import Kernel
from engine.ledger.passage import begins_anew
from engine.model.account import Account, Transfer
from engine.model.fill import Fill
from engine.model.ids import DAY_NS
from engine.model.instrument import Instrument
from engine.past import Booked
from engine.portfolio.analytics.curve import WINDOWS, window
from engine.portfolio.analytics.exposure import Holding, held_currency
from engine.portfolio.analytics.history import CASH, History, tell
from engine.portfolio.analytics.returns import Point, Worth
from engine.portfolio.analytics.whatif import Book
from engine.views.account import AccountView

_ROOM = 40 * DAY_NS
"""How far before a window its first level is looked for, before everything is read."""


class _Points(msgspec.Struct):
    """Points from `since` on, of an account that began at `began`."""

    began: int
    since: int
    rows: list[Point]


class _Bookings(msgspec.Struct):
    """What was booked when the desk had made so many fills and transfers, and its history once that is told."""

    made: tuple[int, int]
    rows: list[Booked]
    history: History | None = None


class Told(msgspec.Struct, frozen=True):
    """An account at a moment. `points` begin at its window's start and end now; the first level was noted at `since`.
    `complete`: the account is as old as the window. `booked` is all since it began."""

    account: str
    now: int
    began: int
    book: Book
    points: list[Worth]
    since: int
    complete: bool
    booked: list[Booked]
    instruments: dict[str, Instrument]

    @property
    def after(self) -> int:
        """What is later than this happened in the window; what an account did as it began is not before it."""
        return self.since if self.since > self.began else self.began - 1


class ToldView(AccountView):
    """The pasts of one desk's accounts. Rows once read are kept: the past does not change."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel)
        self._points: dict[str, _Points] = {}
        self._bookings: dict[str, _Bookings] = {}

    # --- worth --------------------------------------------------------------------------------

    def past_points(self, account: str, since: int) -> list[Point]:
        """Points since the account began, from the one before `since` on where there is one. Not to be changed."""
        holder = self.account(account)
        began = int(holder.began_at)
        known = self._points.get(account)
        if known is None or known.began != began or (since < known.since and known.since > began):
            known = self._points[account] = self._read_points(account, began, max(began, since - _ROOM))
        if known.since > began and not (known.rows and known.rows[0].at <= since):
            known = self._points[account] = self._read_points(account, began, began)
        last = known.rows[-1].at if known.rows else began - 1
        known.rows += self._read_points(account, began, last + 1).rows
        return known.rows

    def _read_points(self, account: str, began: int, since: int) -> _Points:
        rows = [Point(p.at, p.nav, p.funded) for p in self.kernel.past.points(account, since)]
        while len(rows) > 1 and rows[1].at == began:  # noted before it began anew, at the same moment
            del rows[0]
        return _Points(began, since, rows)

    def curve_points(self, holder: Account, name: str) -> tuple[list[Worth], int]:
        """(points of one of WINDOWS with the present moment last, when the first one's level was noted)."""
        now, since = self.now, self.window_start(holder, name)
        rows: list[Worth] = [*self.past_points(holder.account_id, since)]
        if not rows or (rows[0].at > holder.began_at and not self._points[holder.account_id].since > holder.began_at):
            rows.insert(0, Point(int(holder.began_at), holder.funded, holder.funded))
        live = Point(now, self.kernel.valuer.worth(holder).nav, holder.funded)
        if rows[-1].at >= now and len(rows) > 1:
            rows.pop()
        rows.append(live)
        noted = rows[max(0, bisect_right(rows, since, key=lambda one: one.at) - 1)].at
        return window(rows, now, name), noted

    def window_start(self, holder: Account, name: str) -> int:
        """The moment at which one of WINDOWS begins; of an account that is younger, when that would be."""
        days = WINDOWS[name]
        return int(holder.began_at) if days is None else self.now - days * DAY_NS

    # --- deeds --------------------------------------------------------------------------------

    def past_booked(self, account: str) -> list[Booked]:
        """Everything booked since the account began, oldest first. Not to be changed."""
        return self._booked_of(account).rows

    def _booked_of(self, account: str) -> _Bookings:
        made = self.kernel.state.fills_made, self.kernel.state.transfers_made
        known = self._bookings.get(account)
        if known is None or known.made != made:
            rows = self.kernel.past.booked(account)
            places = (k for k in range(len(rows) - 1, -1, -1) if _begins(rows[k]))
            rows = rows[next(places, 0) :]
            if known is None or len(known.rows) != len(rows) or known.rows[-1:] != rows[-1:]:
                known = self._bookings[account] = _Bookings(made, rows)
            known.made = made
        return known

    def history_of(self, account: str) -> Callable[[], History]:
        """Work that tells what all bookings did; told once until something new is booked."""
        known = self._booked_of(account)

        def work() -> History:
            if known.history is None:
                known.history = tell(known.rows)
            return known.history

        return work

    # --- holdings -----------------------------------------------------------------------------

    def holding(self, instrument: Instrument, lots: int, cost: int) -> Holding:
        """Lots at the shown mid."""
        valuer = self.kernel.valuer
        value = valuer.mark_of(instrument.symbol, lots)
        margin = abs(value)
        if not instrument.full_cash:
            share, of = valuer.margin_share(instrument)
            margin = margin * share // of
        return Holding(
            instrument.symbol,
            lots,
            value,
            margin,
            instrument.asset_class,
            instrument.sector,
            held_currency(instrument),
            cost,
        )

    def book_of(self, holder: Account) -> Book:
        """What the account holds and is worth now."""
        worth = self.kernel.valuer.worth(holder)
        rows = [
            self.holding(self.catalogue[symbol], held.lots, held.cost)
            for symbol, held in sorted(holder.positions.items())
        ]
        return Book(worth.nav, holder.cash, tuple(rows))

    def told(self, account: str, name: str = "ALL") -> Told:
        """All of it, at this moment."""
        holder = self.account(account)
        points, since = self.curve_points(holder, name)
        booked = self.past_booked(account)
        symbols = {*holder.positions, *(one.symbol for one in booked if isinstance(one, Fill))}
        symbols |= {one.reference for one in booked if isinstance(one, Transfer)}
        known = {symbol: self.catalogue.find(symbol) for symbol in sorted(symbols) if symbol != CASH}
        return Told(
            account,
            self.now,
            int(holder.began_at),
            self.book_of(holder),
            points,
            since,
            holder.began_at <= self.window_start(holder, name),
            booked,
            {symbol: found for symbol, found in known.items() if found is not None},
        )


def _begins(item: Booked) -> bool:
    return isinstance(item, Transfer) and begins_anew(item)
