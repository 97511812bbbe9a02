"""Accounts are opened, begin anew, and begin as others were."""

from __future__ import annotations

from collections.abc import Callable

from engine.ledger.handover import hand_back, hand_over
from engine.ledger.passage import pass_time
from engine.ledger.postings import FORK, opening
from engine.matching.state import State
from engine.model.account import START_CASH, Account, Limits, Transfer
from engine.model.command import ForkAccount, OpenAccount, ResetAccount
from engine.model.event import AccountTouched
from engine.model.ids import DAY_NS, TimeNs
from engine.model.refusal import Code, Refusal
from engine.portfolio.equity import EquityWatch
from engine.portfolio.valuation import Valuer
from engine.ports import OrderDesk

WHY = "the account was reset"


class Accounts:
    """Makes and resets the accounts of a desk. Only the kernel calls it.

    `stop_algos(account, reason)` ends the account's algorithms.
    """

    def __init__(
        self,
        state: State,
        valuer: Valuer,
        desk: OrderDesk,
        equity: EquityWatch,
        stop_algos: Callable[[str, str], None],
    ) -> None:
        self._valuer, self._desk, self._equity, self._stop_algos = valuer, desk, equity, stop_algos
        self.become(state)

    def become(self, state: State) -> None:
        """Go on from another state."""
        self._state = state

    def open(self, command: OpenAccount) -> None:
        """An account with start money; one that there is stays as it is."""
        if command.account in self._state.accounts:
            return
        at = self._state.now
        account = Account(command.account, at, command.cash, {}, day=at // DAY_NS, day_nav=command.cash)
        account.given = command.cash - START_CASH
        self._state.accounts[command.account] = account
        self._equity.opened(account, at)
        transfers = opening(command.account, command.cash, at, self._state.transfers_made + 1)
        self._desk.book_transfers(transfers, at)

    def reset(self, command: ResetAccount) -> Refusal | None:
        """Everything ends and goes back, and the account begins with start money. Its limits and alerts stay."""
        account = self._state.accounts.get(command.account)
        if account is None:
            return Refusal(Code.FORBIDDEN, f"there is no account {command.account}", fix="open it first")
        if command.cash <= 0:
            return Refusal(Code.OUT_OF_RANGE, "an account begins with some money", fix="give it more than 0")
        at, name = self._state.now, account.account_id
        self._stop_algos(name, WHY)
        for order in self._desk.open_orders(name):
            self._desk.withdraw(order, WHY)
        margined = {s for s in account.positions if not self._valuer.instrument(s).full_cash}
        number = self._state.transfers_made + 1
        back = hand_back(name, account.cash, account.positions, margined, command.cash, at, number)
        for transfer in back:
            pass_time(account, transfer)
        account.realised = account.fees = account.funding = account.dividends = 0
        account.given = command.cash - START_CASH
        account.traded, account.warned, account.liquidating = {}, False, False
        account.locked, account.locked_day = "", 0
        account.reset_at, account.reset_fills = at, self._state.fills_made
        self._begin(account, back, at)
        return None

    def fork(self, command: ForkAccount) -> Refusal | None:
        """A new account with what another held at a moment, at what that had cost. The owner's limits come along."""
        source = self._state.accounts.get(command.account)
        if source is None:
            return Refusal(Code.FORBIDDEN, f"there is no account {command.account}", fix="open it first")
        refusal = self._unfit(command)
        if refusal is not None:
            return refusal
        at = self._state.now
        account = _empty(command, at, source.limits)
        self._state.accounts[command.to] = account
        given = hand_over(command.to, FORK, command.cash, command.holdings, at, self._state.transfers_made + 1)
        for transfer in given:
            pass_time(account, transfer)
        for holding in command.holdings:
            account.positions[holding.symbol].day_label = holding.day_label
        full = sum(holding.cost for holding in command.holdings if not holding.margined)
        account.given = command.cash + full - START_CASH
        self._begin(account, given, at)
        return None

    def _unfit(self, command: ForkAccount) -> Refusal | None:
        if command.to in self._state.accounts:
            fix = "choose a name that no account has; vterm accounts lists them"
            return Refusal(Code.INCONSISTENT_FIELDS, f"there is an account {command.to} already", fix=fix)
        symbols = [holding.symbol for holding in command.holdings]
        for holding in command.holdings:
            instrument = self._valuer.catalogue.find(holding.symbol)
            sound = instrument is not None and instrument.full_cash is not holding.margined and holding.lots
            if not sound or symbols.count(holding.symbol) > 1:
                return Refusal(Code.NOT_TRADABLE, f"{holding.symbol} cannot be handed over", fix="leave it out")
        return None

    def _begin(self, account: Account, transfers: tuple[Transfer, ...], at: TimeNs) -> None:
        """From here on its day, its curve and its figures count."""
        account.day, account.day_nav = at // DAY_NS, self._valuer.worth(account).nav
        self._equity.opened(account, at)
        self._desk.book_transfers(transfers, at)
        self._desk.happened(AccountTouched(at, account.account_id))


def _empty(command: ForkAccount, at: TimeNs, limits: Limits) -> Account:
    return Account(
        command.to, at, 0, {}, limits=limits, forked_from=str(command.account), forked_at=TimeNs(command.taken)
    )
