"""Everything that happens to accounts because time passes, booked when it is due and at no other moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from engine.ledger.chart import VCR
from engine.ledger.passage import owner, pass_time
from engine.ledger.postings import BORROW, DIVIDEND, FINAL_SETTLEMENT, FINANCING, SPLIT, SWAP, VARIATION, for_time
from engine.market.actions import Action, actions_of
from engine.market.catalogue import Catalogue
from engine.market.shown import DayCalendar, ShownMarket
from engine.matching.state import State
from engine.model.account import Account, Position
from engine.model.event import AccountTouched, SystemStatus
from engine.model.ids import TimeNs
from engine.model.instrument import Instrument
from engine.model.number import div_half_even
from engine.model.session import SessionDay
from engine.portfolio.overnight import charges, hours
from engine.portfolio.overnight.roll import roll_plan
from engine.portfolio.valuation import Valuer
from engine.ports import OrderDesk

WARN_DAYS = 5
"""Trading days before a contract's last one on which its holders are told."""

FUNDING_CODES = (FINANCING, BORROW, SWAP)


class Overnight:
    """Settlement, expiry, interest, dividends and splits of all accounts of a desk.

    The kernel stops at `next_after` and calls `book` there. A stop at which nothing is booked changes nothing, so
    how time is cut into steps does not matter.
    """

    def __init__(
        self,
        state: State,
        valuer: Valuer,
        catalogue: Catalogue,
        shown: ShownMarket,
        desk: OrderDesk,
        traded: Callable[[], list[str]],
    ) -> None:
        self._valuer, self._catalogue, self._shown, self._desk = valuer, catalogue, shown, desk
        self._traded = traded
        self._actions = actions_of(shown.source)
        self.become(state)

    def become(self, state: State) -> None:
        """Go on from another state."""
        self._state = state
        self._next, self._known = hours.NEVER, False

    # --- when ---------------------------------------------------------------------------------

    def next_after(self, now: TimeNs) -> TimeNs:
        """When something may be due next; 0 where no account has anything that time could touch.

        Fills since the last call are looked at one by one and all positions only when a stop was reached.
        """
        traded = self._traded()
        if not self._known or 0 < self._next <= now:
            self._next, self._known = self._scan(now), True
        else:
            for symbol in dict.fromkeys(traded):
                self._next = _sooner(self._next, self._due(symbol, now))
        return self._next

    def _scan(self, now: TimeNs) -> TimeNs:
        found = self._actions.next_split(now)[0]
        accounts = self._state.accounts.values()
        if any(account.positions or account.cash < 0 for account in accounts):
            found = _sooner(found, hours.next_roll(now))
        for symbol in {symbol for account in accounts for symbol in account.positions}:
            found = _sooner(found, self._due(symbol, now))
        return found

    def _due(self, symbol: str, now: int) -> TimeNs:
        instrument = self._catalogue[symbol]
        found = _sooner(hours.next_roll(now), self._actions.next_action(symbol, now))
        if instrument.full_cash:
            return found
        return _sooner(found, hours.next_settlement(instrument, self._calendar(instrument), now)[0])

    def _calendar(self, instrument: Instrument) -> DayCalendar:
        return self._shown.calendars[instrument.session]

    # --- what ---------------------------------------------------------------------------------

    def book(self, at: TimeNs) -> None:
        """Do everything that is due at exactly `at`, for all accounts in order of their names. Twice is once."""
        if at <= self._state.passed:
            return
        made = self._state.transfers_made
        warned: dict[str, str] = {}
        splits_at, splits = self._actions.next_split(at - 1)
        for name in sorted(self._state.accounts):
            account = self._state.accounts[name]
            before = self._state.transfers_made
            borrowed = charges.borrowed_cash(account, self._valuer) if hours.roll_day(at) is not None else 0
            for split in splits if splits_at == at else ():
                self._split(account, split, at)
            for symbol in sorted(account.positions):
                self._pass(account, self._catalogue[symbol], at, warned)
            self._post(account, "cash", FINANCING, at, money=-charges.interest(borrowed, charges.debit_ppm(), 1))
            if self._state.transfers_made != before:
                self._desk.happened(AccountTouched(at, account.account_id))
        for symbol, text in sorted(warned.items()):
            self._desk.happened(SystemStatus(at, symbol, "expiring", text))
        if self._state.transfers_made != made:
            self._state.passed = at

    def _pass(self, account: Account, instrument: Instrument, at: TimeNs, warned: dict[str, str]) -> None:
        """All that one position meets at `at`, in this order: dividend, settlement, interest."""
        symbol = instrument.symbol
        for action in self._actions.actions_at(symbol, at):
            if action.kind == DIVIDEND:
                paid = self._valuer.value(instrument, account.positions[symbol].lots, 2 * action.ticks)
                self._post(account, symbol, DIVIDEND, at, money=paid)
        if not instrument.full_cash:
            due, day = hours.next_settlement(instrument, self._calendar(instrument), at - 1)
            if day is not None and due == at:
                self._settle(account, instrument, day, at, warned)
        held = account.positions.get(symbol)
        if held is not None:
            self._carry(account, instrument, held, at)

    def _settle(
        self, account: Account, instrument: Instrument, day: SessionDay, at: TimeNs, warned: dict[str, str]
    ) -> None:
        """The day's gain to cash; at a contract's end also its lots, at the price that no user has moved."""
        symbol, held = instrument.symbol, account.positions[instrument.symbol]
        if not instrument.last_trade or day.label < instrument.last_trade:
            gain = self._valuer.mark(instrument, held.lots) - held.cost
            self._post(account, symbol, VARIATION, at, money=gain)
            if instrument.last_trade:
                self._warn(instrument, held, day, warned)
            return
        for order in self._desk.open_orders(account.account_id):
            if order.request.symbol == symbol:
                self._desk.withdraw(order, f"{symbol} has expired")
        worth = self._valuer.value(instrument, held.lots, self._shown.world_mid2(instrument))
        self._post(account, symbol, FINAL_SETTLEMENT, at, money=worth - held.cost, lots=-held.lots)

    def _warn(self, instrument: Instrument, held: Position, day: SessionDay, warned: dict[str, str]) -> None:
        calendar = self._calendar(instrument)
        if hours.sessions_left(calendar, day, instrument.last_trade) == WARN_DAYS:
            plan = roll_plan(self._catalogue, held, date.fromisoformat(day.label))
            moves = f"; vterm roll {instrument.symbol} moves the position to {plan.to}" if plan else ""
            warned[instrument.symbol] = (
                f"{instrument.symbol} settles for the last time on {instrument.last_trade}, {WARN_DAYS} trading days "
                f"from now{moves}"
            )

    def _carry(self, account: Account, instrument: Instrument, held: Position, at: TimeNs) -> None:
        """Interest, borrow fee or swap of one position at 17:00 in New York."""
        day, side = hours.roll_day(at), 1 if held.lots > 0 else -1
        if day is None or not charges.has_carry(instrument, side):
            return
        worth = abs(self._valuer.mark(instrument, held.lots))
        for code, ppm, days in _terms(instrument, side, hours.swap_days(day)):
            self._post(account, instrument.symbol, code, at, money=charges.interest(worth, ppm, days))

    def _split(self, account: Account, split: Action, at: TimeNs) -> None:
        """Lots become `new` for each `old`, the cost stays; a fraction of a lot is paid at the new price's mid."""
        for order in self._desk.open_orders(account.account_id):
            if order.request.symbol == split.symbol:
                self._desk.withdraw(order, f"{split.symbol} splits {split.new} for {split.old}")
        held = account.positions.get(split.symbol)
        if held is None:
            return
        side = 1 if held.lots > 0 else -1
        lots, rest = divmod(abs(held.lots) * split.new, split.old)
        n, d = self._valuer.mark_ratio(self._catalogue[split.symbol])
        fraction = div_half_even(n * rest, d * split.old)
        self._post(account, split.symbol, SPLIT, at, money=side * fraction, lots=side * lots - held.lots)

    def _post(self, account: Account, reference: str, code: str, at: TimeNs, *, money: int = 0, lots: int = 0) -> None:
        number = self._state.transfers_made + 1
        transfers = for_time(account.account_id, reference, code, at, number, money=money, lots=lots)
        for transfer in transfers:
            pass_time(account, transfer)
            found = owner(transfer)
            if found is not None and transfer.asset == VCR:
                account.funding += found[1] if code in FUNDING_CODES else 0
                account.dividends += found[1] if code == DIVIDEND else 0
        if transfers:
            self._desk.book_transfers(transfers, at)


def _terms(instrument: Instrument, side: int, swap_days: int) -> Iterator[tuple[str, int, int]]:
    """(code, millionths a year paid to the holder, days) of what a position meets at a roll."""
    if charges.is_pair(instrument):
        yield SWAP, charges.swap_ppm(instrument.symbol, side), swap_days
    elif instrument.asset_class == "indices":
        yield FINANCING, charges.index_ppm(instrument.currency, side), 1
    elif side < 0:
        yield BORROW, -charges.borrow_ppm(instrument), 1
    else:
        yield FINANCING, -charges.STORAGE, 1


def _sooner(one: TimeNs, other: TimeNs) -> TimeNs:
    """The earlier of two times, of which 0 is none."""
    if not one or not other:
        return one or other
    return min(one, other)
