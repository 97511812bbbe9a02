"""The margin watch: warns near the limit, closes positions above it, stops a day that loses too much.

When an account is looked at next follows from the state as it stood at the last look and from the venues' hours,
never from how time was cut into calls: the same run gives the same looks. Numbers and their sources: docs/risk.md.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from heapq import heapify, heappop, heappush

from engine.matching.state import State
from engine.model.account import Account
from engine.model.event import RiskEvent
from engine.model.ids import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS, TimeNs
from engine.model.session import MarketSession
from engine.portfolio.valuation import LEVERAGE_LIMIT, Valuer, Worth
from engine.ports import OrderDesk
from engine.risk.limits import locked_now, lost_too_much, money_words
from engine.risk.liquidation import Liquidator, beyond_position

WARN_PPM, RESTORED_PPM = 900_000, 850_000
"""Use of the limit at which the warning is given, and below which it is lifted."""
MAINTENANCE_PPM, SAFE_PPM = 1_050_000, 950_000
"""Use of the limit above which positions are closed, and at which that ends."""
NOTHING_LEFT_PPM = 1_000_000_000
"""Use of the limit of an account that is worth nothing and still holds something; also the most that is said."""
_CALM_PPM, _NEAR_PPM = 250_000, 600_000
_SPARE = 64


def use_ppm(worth: Worth) -> int:
    """Gross notional in millionths of the limit, rounded up."""
    if not worth.gross:
        return 0
    if worth.nav <= 0:
        return NOTHING_LEFT_PPM
    return min(NOTHING_LEFT_PPM, -(-worth.gross * 1_000_000 // (LEVERAGE_LIMIT * worth.nav)))


class MarginWatch:
    """Looks after the margins of all accounts of a desk. Only the kernel calls it.

    `booked` names the accounts whose money changed since the last journal entry: one that holds something since then
    is looked at with the others. Who is due lies in a heap, so that a trade costs the same with one account and many.
    """

    def __init__(
        self,
        state: State,
        valuer: Valuer,
        desk: OrderDesk,
        booked: Callable[[], AbstractSet[str]] = frozenset,
    ) -> None:
        self.valuer, self.desk = valuer, desk
        self._booked = booked
        self._liquidator = Liquidator(valuer, desk)
        self.become(state)

    def become(self, state: State) -> None:
        """Go on from another state."""
        self.state = state
        self._dues = [(int(a.check_at), name) for name, a in state.accounts.items() if a.check_at]
        heapify(self._dues)
        self._unset = {name for name, a in state.accounts.items() if a.positions and not a.check_at}
        """Accounts that hold something and have no time: an older version kept such."""

    def _set(self, account: Account, at: TimeNs) -> None:
        """An account is looked at next at this time (0: with its next fill)."""
        account.check_at = at
        if at:
            heappush(self._dues, (int(at), account.account_id))
            if len(self._dues) > 2 * len(self.state.accounts) + _SPARE:
                self.become(self.state)

    def _first(self) -> int:
        """The earliest time that still stands; 0 where there is none."""
        while self._dues:
            at, name = self._dues[0]
            if name in self.state.accounts and self.state.accounts[name].check_at == at:
                return at
            heappop(self._dues)
        return 0

    # --- when ---------------------------------------------------------------------------------

    def next_check(self, now: TimeNs) -> TimeNs:
        """When the first account is due, after `now`; 0 when there is nothing to watch. Reads no price."""
        first, soon = self._first(), self._grid(now, SECOND_NS)
        if self._unset and (not first or soon < first) and any(map(self._untimed, self._unset)):
            first = soon
        return TimeNs(max(first, now + 1) if first else 0)

    def touched(self, account: str, now: TimeNs) -> None:
        """The account traded, was booked on or changed its limits: look at it at the next whole second."""
        mine = self.state.accounts[account]
        soon = self._grid(now, SECOND_NS)
        if not mine.check_at or soon < mine.check_at:
            self._set(mine, soon)

    def _untimed(self, name: str) -> bool:
        account = self.state.accounts.get(name)
        return account is not None and bool(account.positions) and not account.check_at

    def _grid(self, now: int, every: int) -> TimeNs:
        """The first multiple of `every` after `now` at which the market moves."""
        every = max(every, self.state.step_ns)
        return TimeNs((now // every + 1) * every)

    def _later(self, account: Account, now: TimeNs, every: int) -> TimeNs:
        """The next look: on the grid, or as the first venue of a holding opens where all of them are closed."""
        held = [self.valuer.instrument(symbol) for symbol in sorted(account.positions)]
        shown = self.valuer.shown
        if not held or any(shown.state(instrument) is not MarketSession.CLOSED for instrument in held):
            return self._grid(now, every)
        calendars = {i.session: shown.calendars[i.session] for i in held}
        opens = (
            next((s.start for s in day.segments if s.start >= now), None)
            for calendar in calendars.values()
            for day in calendar.days[calendar.day_index(now) :][:1]
        )
        hour = self._grid(now, HOUR_NS)
        return min([hour, *(self._grid(at, SECOND_NS) for at in opens if at is not None)])

    # --- what ---------------------------------------------------------------------------------

    def check(self, at: TimeNs) -> None:
        """Look at every account that is due at `at`, in the order of their names."""
        waiting = self._due_at(at)
        heapify(waiting)
        last, seen = "", len(self._booked())
        while waiting:
            name = heappop(waiting)
            if name == last:
                continue
            last, account = name, self.state.accounts[name]
            if (account.check_at and account.check_at <= at) or (account.positions and not account.check_at):
                self._look(account, at)
            if len(self._booked()) != seen:  # closing a position may fill the orders of others
                seen = len(self._booked())
                for other in self._booked():
                    if other > name:
                        heappush(waiting, other)
        self._unset = set(filter(self._untimed, self._unset))

    def _due_at(self, at: TimeNs) -> list[str]:
        """Names of all that are due, and of those whose holdings have no time yet."""
        names = [*self._booked(), *self._unset]
        while (first := self._first()) and first <= at:
            names.append(heappop(self._dues)[1])
        return names

    def before_order(self, account: Account, at: TimeNs) -> None:
        """Stop the account's day before another order where it has lost too much. Cheap where no such limit is set."""
        if account.limits.daily_loss is not None and not locked_now(account, at):
            self._stop_day(account, self.valuer.worth(account), at)

    def _look(self, account: Account, at: TimeNs) -> None:
        worth = self.valuer.worth(account)
        use = use_ppm(worth)
        if account.locked and not locked_now(account, at):
            account.locked = ""
        self._stop_day(account, worth, at)
        self._warn(account, worth, use, at)
        if use > MAINTENANCE_PPM:
            account.liquidating = True
        elif account.liquidating and use <= SAFE_PPM:
            account.liquidating = False
            self._liquidator.end(account)
        idle = False
        if account.liquidating:
            idle = not self._liquidator.go_on(account, worth, use, at)
        watched = account.positions or account.liquidating
        self._set(account, self._due(account, worth, use, at, idle) if watched else TimeNs(0))

    def _due(self, account: Account, worth: Worth, use: int, at: TimeNs, idle: bool) -> TimeNs:
        if account.liquidating:
            return self._later(account, at, MINUTE_NS if idle else SECOND_NS)
        every = HOUR_NS if use < _CALM_PPM else MINUTE_NS if use < _NEAR_PPM else SECOND_NS
        loss = account.limits.daily_loss
        if loss is not None and not account.locked:
            halfway = 2 * (account.day_nav - worth.nav) > loss
            every = min(every, SECOND_NS if halfway else MINUTE_NS)
        return self._later(account, at, every)

    # --- warning and lock ---------------------------------------------------------------------

    def _warn(self, account: Account, worth: Worth, use: int, at: TimeNs) -> None:
        if not account.warned and use >= WARN_PPM:
            account.warned = True
            text = "close or reduce something: above 105 % of the limit the desk does, largest loser first"
            self.desk.happened(risk_event("risk.margin_warning", account, worth, use, text, at))
        elif account.warned and use < RESTORED_PPM:
            account.warned = False
            self.desk.happened(risk_event("risk.margin_restored", account, worth, use, "margin is in order again", at))

    def _stop_day(self, account: Account, worth: Worth, at: TimeNs) -> None:
        if at // DAY_NS <= account.locked_day or not lost_too_much(account, worth.nav):
            return  # a day is stopped once: whoever lifts the lock has seen the loss
        account.locked = f"it lost {money_words(account.day_nav - worth.nav)} VCR today, more than its daily limit"
        account.locked_day = at // DAY_NS
        text = f"{account.locked}; only reducing orders pass until 00:00 UTC"
        self.desk.happened(risk_event("risk.locked", account, worth, use_ppm(worth), text, at))
        for order in beyond_position(account, self.desk.open_orders(account.account_id)):
            self.desk.withdraw(order, "the account's daily loss limit was reached")


def risk_event(kind: str, account: Account, worth: Worth, use: int, text: str, at: TimeNs) -> RiskEvent:
    """A RiskEvent with the account's figures."""
    return RiskEvent(kind, at, account.account_id, use, worth.nav, worth.gross, text)
