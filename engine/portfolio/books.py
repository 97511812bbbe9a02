"""An account's books kept again from what was booked, with every amount under the word a statement has for it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from engine.ledger.chart import CAPITAL
from engine.ledger.passage import owner, pass_time
from engine.ledger.postings import BORROW, DIVIDEND, FINAL_SETTLEMENT, FINANCING, SPLIT, SWAP, VARIATION
from engine.ledger.replay import Rebuilt
from engine.model.account import Transfer
from engine.model.fill import Fill
from engine.past import Booked
from engine.portfolio.analytics.cashflow import signed

_FUNDING = frozenset({FINANCING, BORROW, SWAP})
_TIME = frozenset({VARIATION, FINAL_SETTLEMENT, SPLIT})


class Tally(msgspec.Struct):
    """Amounts in Minor as they changed the account: `fees` below 0 where they were paid. `bought` and `sold` are what
    fills were worth, `fills` how many there were."""

    deposits: int = 0
    realised: int = 0
    fees: int = 0
    funding: int = 0
    dividends: int = 0
    bought: int = 0
    sold: int = 0
    fills: int = 0

    def less(self, other: Tally) -> Tally:
        """What came after `other`."""
        return Tally(*(getattr(self, name) - getattr(other, name) for name in self.__struct_fields__))

    @property
    def gained(self) -> int:
        """What all of it did to the net asset value, apart from prices."""
        return self.deposits + self.realised + self.fees + self.funding + self.dividends


class Books:
    """`held` is cash and positions, `all` the tally, `of` that of each symbol."""

    def __init__(self, account: str) -> None:
        self._account = account
        self.held, self.all = Rebuilt(), Tally()
        self.of: dict[str, Tally] = {}

    def take_all(self, booked: Iterable[Booked]) -> None:
        """Book things, oldest first."""
        for item in booked:
            if isinstance(item, Fill):
                self._fill(item)
            else:
                self._transfer(item)

    def copy(self) -> Books:
        """The books as they are now."""
        twin = Books(self._account)
        twin.held = msgspec.structs.replace(
            self.held, positions=dict(self.held.positions), margined=set(self.held.margined)
        )
        twin.all = msgspec.structs.replace(self.all)
        twin.of = {symbol: msgspec.structs.replace(tally) for symbol, tally in self.of.items()}
        return twin

    def _fill(self, fill: Fill) -> None:
        realised = self.held.take(fill)
        for tally in self._tallies(fill.symbol):
            tally.realised += realised
            tally.fees -= fill.fee
            tally.fills += 1
            if fill.side > 0:
                tally.bought += fill.value
            else:
                tally.sold += fill.value

    def _transfer(self, transfer: Transfer) -> None:
        amount = signed(self._account, transfer)
        if owner(transfer) is None:
            self.held.cash += amount
            self.all.deposits += amount
            return
        realised = pass_time(self.held, transfer)
        for tally in self._tallies(transfer.reference):
            tally.realised += realised
            if transfer.code in _FUNDING:
                tally.funding += amount
            elif transfer.code == DIVIDEND:
                tally.dividends += amount
            elif transfer.code not in _TIME and CAPITAL in (transfer.debit, transfer.credit):
                tally.deposits += amount

    def _tallies(self, symbol: str) -> tuple[Tally, Tally]:
        return self.all, self.of.setdefault(symbol, Tally())
