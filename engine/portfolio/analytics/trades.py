"""Round trips: from flat to flat in one instrument, with everything that was won and paid in between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

import msgspec

from engine.model.number import div_half_even
from engine.portfolio.analytics.history import CASH, Step


class RoundTrip(msgspec.Struct):
    """A position's life. `lots` and `entry_value` are all that was entered, `exit_value` what that was left for;
    `realised`, `dividend` and `carry` as gained, `fee` as paid, all in Minor. `closed_at` 0: still open."""

    symbol: str
    direction: int
    opened_at: int
    closed_at: int = 0
    lots: int = 0
    entry_value: int = 0
    exit_value: int = 0
    realised: int = 0
    fee: int = 0
    dividend: int = 0
    carry: int = 0
    fills: int = 0

    @property
    def pnl(self) -> int:
        """Profit in Minor after all costs."""
        return self.realised - self.fee + self.dividend + self.carry

    @property
    def held_ns(self) -> int:
        """How long it lasted; 0 while it is open."""
        return max(0, self.closed_at - self.opened_at)

    @property
    def gain(self) -> float | None:
        """Profit as a fraction of what was entered; None where that was worth nothing."""
        return self.pnl / abs(self.entry_value) if self.entry_value else None


def round_trips(steps: Iterable[Step]) -> tuple[list[RoundTrip], list[RoundTrip]]:
    """(closed in the order of closing, still open by symbol).

    A fill that crosses zero ends one trip and begins the next; its value and fee are divided by lots. What is booked
    for cash as such (interest on borrowed money) belongs to no trip.
    """
    open_trips: dict[str, RoundTrip] = {}
    closed: list[RoundTrip] = []
    for step in steps:
        if step.symbol == CASH:
            continue
        trip = open_trips.get(step.symbol)
        if trip is None:
            trip = open_trips[step.symbol] = RoundTrip(step.symbol, _sign(step.before or step.after), step.at)
        _count(trip, step)
        if not step.after or step.before * step.after < 0:
            trip.closed_at = step.at
            closed.append(open_trips.pop(step.symbol))
        if step.before * step.after < 0:
            trip = open_trips[step.symbol] = RoundTrip(step.symbol, _sign(step.after), step.at)
            _enter(trip, step)
    return closed, [open_trips[symbol] for symbol in sorted(open_trips)]


def _sign(lots: int) -> int:
    return (lots > 0) - (lots < 0)


def _count(trip: RoundTrip, step: Step) -> None:
    """All of a step but what a crossing fill opens."""
    trip.realised += step.realised
    trip.dividend += step.dividend
    trip.carry += step.carry
    if step.fill is None:
        return
    if step.before * step.fill.side >= 0:
        _enter(trip, step)
        return
    trip.fills += 1
    trip.fee += step.shared(step.fee)[0]
    trip.exit_value += step.shared(step.fill.value)[0]


def _enter(trip: RoundTrip, step: Step) -> None:
    if step.fill is None:
        return
    trip.fills += 1
    trip.fee += step.shared(step.fee)[1]
    trip.lots += step.opened
    trip.entry_value += step.shared(step.fill.value)[1]


# --- figures ------------------------------------------------------------------------------------


class TradeStats(msgspec.Struct, frozen=True):
    """Figures of closed round trips; money in Minor, None where there is nothing to tell it from.

    A trip that made exactly nothing counts in `total` only and ends both kinds of streak. `streak` is the present
    one: +3 after three wins, -2 after two losses.
    """

    total: int
    wins: int
    losses: int
    gross_profit: int
    gross_loss: int
    win_rate: float | None
    profit_factor: float | None
    average_win: int | None
    average_loss: int | None
    payoff: float | None
    expectancy: int | None
    consecutive_wins: int
    consecutive_losses: int
    streak: int
    mean_held_ns: int | None
    longest_held_ns: int | None
    best: RoundTrip | None
    worst: RoundTrip | None


def trade_stats(closed: Sequence[RoundTrip]) -> TradeStats:
    """Figures of round trips in the order of closing."""
    results = [trip.pnl for trip in closed]
    wins = [pnl for pnl in results if pnl > 0]
    losses = [-pnl for pnl in results if pnl < 0]
    profit, loss = sum(wins), sum(losses)
    held = [trip.held_ns for trip in closed]
    runs = [(sign, len(list(run))) for sign, run in groupby(map(_sign, results))]
    return TradeStats(
        total=len(results),
        wins=len(wins),
        losses=len(losses),
        gross_profit=profit,
        gross_loss=loss,
        win_rate=len(wins) / len(results) if results else None,
        profit_factor=profit / loss if loss else None,
        average_win=_mean(wins),
        average_loss=_mean(losses),
        payoff=profit * len(losses) / (loss * len(wins)) if wins and loss else None,
        expectancy=_mean(results),
        consecutive_wins=max((length for sign, length in runs if sign > 0), default=0),
        consecutive_losses=max((length for sign, length in runs if sign < 0), default=0),
        streak=runs[-1][0] * runs[-1][1] if runs else 0,
        mean_held_ns=_mean(held),
        longest_held_ns=max(held, default=None),
        best=max(closed, key=lambda trip: trip.pnl, default=None),
        worst=min(closed, key=lambda trip: trip.pnl, default=None),
    )


def _mean(amounts: Sequence[int]) -> int | None:
    return div_half_even(sum(amounts), len(amounts)) if amounts else None
