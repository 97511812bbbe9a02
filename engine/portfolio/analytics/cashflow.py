"""Where money went: every transfer of an account's cash under one word, and its worth from start to end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from engine.ledger.chart import VCR, trader_of
from engine.ledger.postings import (
    BORROW,
    CASH,
    DIVIDEND,
    FEE,
    FINAL_SETTLEMENT,
    FINANCING,
    OPEN,
    REBATE,
    SETTLE,
    SPLIT,
    SWAP,
    VARIATION,
)
from engine.model.account import Transfer
from engine.model.fill import Fill
from engine.model.ids import DAY_NS
from engine.portfolio.analytics.history import Step
from engine.portfolio.analytics.returns import Worth

BOUGHT, SOLD = "bought", "sold"
WORDS = {
    OPEN: "deposit",
    SETTLE: "settled",
    VARIATION: "settled",
    FINAL_SETTLEMENT: "settled",
    FEE: "fee",
    REBATE: "rebate",
    FINANCING: "financing",
    BORROW: "borrow",
    SWAP: "swap",
    DIVIDEND: "dividend",
    SPLIT: "split",
}
"""What a transfer's code is called here; one without a word keeps its own (rewards, prizes)."""


class CashDay(msgspec.Struct, frozen=True):
    """One UTC day that moved cash: `moved` by word, signed, in Minor, and the balance after it. `day` from 1970."""

    day: int
    moved: dict[str, int]
    balance: int

    @property
    def net(self) -> int:
        """What the day changed."""
        return sum(self.moved.values())


class CashFlow(msgspec.Struct, frozen=True):
    """start + sum of moved = end, in Minor; days that moved nothing are left out."""

    start: int
    end: int
    moved: dict[str, int]
    days: list[CashDay]
    best: CashDay | None
    worst: CashDay | None


def word_of(transfer: Transfer, amount: int) -> str:
    """What a transfer of cash is called; `amount` as the account sees it."""
    if transfer.code == CASH:
        return BOUGHT if amount < 0 else SOLD
    return WORDS.get(transfer.code, transfer.code)


def cash_flow(account: str, transfers: Iterable[Transfer], start: int = 0) -> CashFlow:
    """The account's cash by word and by day; `transfers` oldest first, `start` its cash before them."""
    whole: dict[str, int] = {}
    by_day: dict[int, dict[str, int]] = {}
    for transfer in transfers:
        amount = signed(account, transfer)
        if amount:
            word = word_of(transfer, amount)
            moved = by_day.setdefault(transfer.at // DAY_NS, {})
            moved[word] = moved.get(word, 0) + amount
            whole[word] = whole.get(word, 0) + amount
    balance, days = start, []
    for day, moved in sorted(by_day.items()):
        balance += sum(moved.values())
        days.append(CashDay(day, dict(sorted(moved.items())), balance))
    best = max(days, key=lambda one: one.net, default=None)
    worst = min(days, key=lambda one: one.net, default=None)
    return CashFlow(start, balance, dict(sorted(whole.items())), days, best, worst)


def signed(account: str, transfer: Transfer) -> int:
    """What a transfer did to the account's cash, in Minor; 0 for lots and for other accounts."""
    if transfer.asset != VCR:
        return 0
    came = trader_of(transfer.credit, VCR) == account
    went = trader_of(transfer.debit, VCR) == account
    return transfer.amount * (came - went)


def moving_average(days: Sequence[CashDay], length: int = 7) -> list[int | None]:
    """Mean balance of the last `length` entries in Minor, rounded down; None until there are as many."""
    sums, found = 0, []
    for place, one in enumerate(days):
        sums += one.balance - (days[place - length].balance if place >= length else 0)
        found.append(sums // length if place >= length - 1 else None)
    return found


# --- from worth to worth ------------------------------------------------------------------------


class Waterfall(msgspec.Struct, frozen=True):
    """start + deposits + profits - losses + unrealised + dividends + carry - fees = end, exactly, in Minor.

    `profits` and `losses` are those realised, `unrealised` is by how much open profit changed, `carry` interest,
    borrow fees and swaps. `fee_share` is fees over `volume`, the value traded; None where nothing was.
    """

    start: int
    deposits: int
    profits: int
    losses: int
    unrealised: int
    dividends: int
    carry: int
    fees: int
    end: int
    volume: int
    fee_share: float | None


def waterfall(points: Sequence[Worth], steps: Iterable[Step]) -> Waterfall | None:
    """From the first point's NAV to the last one's; None without points. Steps in (first, last] count.

    `unrealised` is the remainder; it equals the change of open profit where points and steps are of one account.
    """
    if not points:
        return None
    first, last = points[0], points[-1]
    within = [step for step in steps if first.at < step.at <= last.at]
    realised = [step.realised for step in within]
    profits = sum(amount for amount in realised if amount > 0)
    losses = -sum(amount for amount in realised if amount < 0)
    dividends = sum(step.dividend for step in within)
    carry = sum(step.carry for step in within)
    fees = sum(step.fee for step in within)
    deposits = last.funded - first.funded
    known = deposits + profits - losses + dividends + carry - fees
    volume = traded_value([step.fill for step in within if step.fill is not None])
    return Waterfall(
        start=first.nav,
        deposits=deposits,
        profits=profits,
        losses=losses,
        unrealised=last.nav - first.nav - known,
        dividends=dividends,
        carry=carry,
        fees=fees,
        end=last.nav,
        volume=volume,
        fee_share=fees / volume if volume else None,
    )


def traded_value(fills: Iterable[Fill]) -> int:
    """What was traded, buys and sells added, in Minor."""
    return sum(abs(fill.value) for fill in fills)
