"""Where profit came from: every Minor of it put under one head, and split into market, spread, impact, timing, fee.

Profit of a fill's price is measured from the mid at its order's arrival (Perold 1988): what the fill was away from
that is a cost with a name, and what remains of the profit is the market's. Rounding rule: spread, impact and timing
of each fill are rounded half to even to a Minor, fees are exact, the market is the exact remainder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

import msgspec

from engine.model.fill import Fill
from engine.model.ids import HOUR_NS, SECOND_NS
from engine.model.number import div_half_even
from engine.portfolio.analytics.history import CASH, Step

OPEN = "open"
"""The head of what is not yet realised, where profit is put under the time at which it was booked."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FIRST_HOURS, LAST_HOURS = 2 * HOUR_NS, HOUR_NS


class Piece(msgspec.Struct, frozen=True, gc=False):
    """Part of the profit that belongs to one symbol, direction (+1 long, -1 short, 0 neither) and moment.

    `at` None: not yet realised. `realised`, `unrealised`, `dividend` and `carry` in Minor as gained; `fee`, `spread`,
    `impact` and `timing` as paid. The last three are inside realised and unrealised profit, not beside it.
    """

    symbol: str
    direction: int
    at: int | None
    realised: int = 0
    unrealised: int = 0
    dividend: int = 0
    carry: int = 0
    fee: int = 0
    spread: int = 0
    impact: int = 0
    timing: int = 0


class Split(msgspec.Struct):
    """Profit twice over, in Minor, each signed as it changed the account's worth.

    realised + unrealised + dividend + carry + fee = pnl = market + spread + impact + timing + fee + carry
    """

    realised: int = 0
    unrealised: int = 0
    dividend: int = 0
    carry: int = 0
    fee: int = 0
    spread: int = 0
    impact: int = 0
    timing: int = 0

    @property
    def pnl(self) -> int:
        """All of it."""
        return self.realised + self.unrealised + self.dividend + self.carry + self.fee

    @property
    def market(self) -> int:
        """What the market did after orders arrived, dividends with it: the remainder, so that the sum is exact."""
        return self.realised + self.unrealised + self.dividend - self.spread - self.impact - self.timing

    def add(self, piece: Piece) -> None:
        """Count a piece."""
        self.realised += piece.realised
        self.unrealised += piece.unrealised
        self.dividend += piece.dividend
        self.carry += piece.carry
        self.fee -= piece.fee
        self.spread -= piece.spread
        self.impact -= piece.impact
        self.timing -= piece.timing


def costs(fill: Fill) -> tuple[int, int, int]:
    """(spread, impact, timing) that a fill paid, in Minor; negative is earned.

    spread is half_spread + depth of its `explain`. A half tick of the fill is worth value / (2 x price), at the
    exchange rate of the fill. A fill at a price of 0 is worth nothing and shows no costs.
    """
    if not fill.price:
        return 0, 0, 0
    parts = fill.explain
    spread, impact, timing = (
        div_half_even(fill.side * fill.value * part, 2 * fill.price)
        for part in (parts.half_spread + parts.depth, parts.impact, parts.timing)
    )
    return spread, impact, timing


# --- pieces -------------------------------------------------------------------------------------


def pieces(
    steps: Iterable[Step],
    unrealised: Mapping[str, tuple[int, int]],
    since: int = 0,
    before: Mapping[str, tuple[int, int]] | None = None,
) -> list[Piece]:
    """Profit from `since` (ns) on in pieces.

    `unrealised` gives for each symbol held now (direction, unrealised profit in Minor), `before` the same at `since`:
    that much of what was realised later had been won earlier.
    """
    found = [piece for step in steps if step.at >= since for piece in _of_step(step)]
    for symbol, (direction, amount) in sorted((before or {}).items()):
        found.append(Piece(symbol, direction, None, unrealised=-amount))
    for symbol, (direction, amount) in sorted(unrealised.items()):
        found.append(Piece(symbol, direction, None, unrealised=amount))
    return found


def _of_step(step: Step) -> list[Piece]:
    direction = _sign(step.before) or _sign(step.after)
    if step.fill is None:
        return [
            Piece(step.symbol, direction, step.at, realised=step.realised, dividend=step.dividend, carry=step.carry)
        ]
    spread, impact, timing = costs(step.fill)
    closing, opening = zip(*(step.shared(amount) for amount in (step.fee, spread, impact, timing)), strict=True)
    found = []
    if step.opened < step.fill.quantity:
        found.append(_paid(step, direction, step.realised, closing))
    if step.opened:
        found.append(_paid(step, _sign(step.after), 0, opening))
    return found


def _paid(step: Step, direction: int, realised: int, paid: tuple[int, ...]) -> Piece:
    fee, spread, impact, timing = paid
    return Piece(
        step.symbol, direction, step.at, realised=realised, fee=fee, spread=spread, impact=impact, timing=timing
    )


def _sign(lots: int) -> int:
    return (lots > 0) - (lots < 0)


# --- heads --------------------------------------------------------------------------------------

Head = Callable[[Piece], str]


def attribute(found: Iterable[Piece], head: Head) -> dict[str, Split]:
    """Profit under each head, heads in alphabetical order; the splits sum to `total` exactly."""
    splits: dict[str, Split] = {}
    for piece in found:
        splits.setdefault(head(piece), Split()).add(piece)
    return dict(sorted(splits.items()))


def total(found: Iterable[Piece]) -> Split:
    """All of it."""
    whole = Split()
    for piece in found:
        whole.add(piece)
    return whole


def by_symbol(piece: Piece) -> str:
    """The instrument, or "cash"."""
    return piece.symbol


def by_direction(piece: Piece) -> str:
    """long, short, or cash."""
    return {1: "long", -1: "short"}.get(piece.direction, CASH)


def by_trait(traits: Mapping[str, str]) -> Head:
    """A head from what is known of symbols: their asset class, sector or currency."""
    return lambda piece: traits.get(piece.symbol, CASH if piece.symbol == CASH else "Other")


def by_hour(piece: Piece) -> str:
    """The UTC hour at which profit was realised and costs were paid."""
    return OPEN if piece.at is None else f"{_time(piece.at).hour:02d}:00"


def by_weekday(piece: Piece) -> str:
    """The UTC weekday at which profit was realised and costs were paid."""
    return OPEN if piece.at is None else WEEKDAYS[_time(piece.at).weekday()]


def by_phase(session: Callable[[str, int], tuple[int, int] | None]) -> Head:
    """first 2 hours, midday or last hour of the regular session; `session` gives the opening and closing moment that
    a symbol's fill lies between, None where it lies in none."""

    def head(piece: Piece) -> str:
        if piece.at is None:
            return OPEN
        bounds = None if piece.symbol == CASH else session(piece.symbol, piece.at)
        if bounds is None:
            return "outside"
        if piece.at < bounds[0] + FIRST_HOURS:
            return "first 2 hours"
        return "last hour" if piece.at >= bounds[1] - LAST_HOURS else "midday"

    return head


def _time(at: int) -> datetime:
    return datetime.fromtimestamp(at // SECOND_NS, UTC)
