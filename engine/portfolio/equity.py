"""Equity points: what an account is worth, noted at whole hours while its worth can change."""

from __future__ import annotations

from engine.matching.chronicle import Chronicle
from engine.matching.state import State
from engine.model.account import Account, EquityPoint
from engine.model.ids import HOUR_NS, TimeNs
from engine.portfolio.held import Held
from engine.portfolio.valuation import Valuer


class EquityWatch:
    """Notes points for all accounts of a desk. Only the kernel calls it.

    When a point is due follows from the state alone: at each whole hour at which somebody holds something or had his
    money changed since his last point. A point that says nothing new is left out. `since` is the number of the entry
    after which points are noted: a journal that an older version wrote has none, and must play back without any.
    """

    def __init__(self, state: State, valuer: Valuer, chronicle: Chronicle, held: Held) -> None:
        self._valuer, self._chronicle, self._held = valuer, chronicle, held
        self.since = 0
        self.become(state)

    def become(self, state: State) -> None:
        """Go on from another state."""
        self._state = state
        self._wanted: bool | None = None

    def opened(self, account: Account, at: TimeNs) -> None:
        """An account begins: its curve starts with what it was given."""
        if self._state.entries >= self.since:
            self._note(account, at)
        if self._wanted or account.positions or account.point_due:
            self._wanted = None

    def touched(self, account: str) -> None:
        """The account's money changed: the next whole hour says so."""
        self._state.accounts[account].point_due = True
        self._wanted = True

    def next_at(self, now: TimeNs) -> int:
        """The next whole hour, where points are wanted then; 0 where none are."""
        if self._wanted is None:
            self._wanted = self._held.anybody() or any(a.point_due for a in self._state.accounts.values())
        if not self._wanted or self._state.entries < self.since:
            return 0
        return (now // HOUR_NS + 1) * HOUR_NS

    def look(self, at: TimeNs) -> None:
        """Note points if `at` is a whole hour."""
        if at % HOUR_NS or not self.next_at(at):
            return
        for _, account in sorted(self._state.accounts.items()):
            if account.point_due or (account.positions and self._valuer.worth(account).nav != account.point_nav):
                self._note(account, at)
        self._wanted = None

    def _note(self, account: Account, at: TimeNs) -> None:
        worth = self._valuer.worth(account)
        account.point_nav, account.point_due = worth.nav, False
        self._chronicle.pointed(
            EquityPoint(
                account=account.account_id,
                at=at,
                nav=worth.nav,
                cash=account.cash,
                gross=worth.gross,
                net=worth.positions_value,
                realised=account.realised,
                fees=account.fees,
                funding=account.funding,
                dividends=account.dividends,
                funded=account.funded,
            )
        )
