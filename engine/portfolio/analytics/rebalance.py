"""A plan that brings a book to target weights: proposals only, whole lots, within the account's limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

import msgspec

from engine.model.number import div_half_even, to_text
from engine.portfolio.valuation import CONCENTRATION, LEVERAGE_LIMIT

PPM = 1_000_000
"""Weights are whole millionths here, so that no float touches money."""


class Lot(msgspec.Struct, frozen=True):
    """What one lot is worth: n / d Minor at the mid (> 0); `margin` is (n, d), what a position ties up as a share
    of its value: all of it where the full value is paid."""

    n: int
    d: int
    margin: tuple[int, int] = (1, 1)
    tradable: bool = True


class Rules(msgspec.Struct, frozen=True):
    """Limits of a plan: `reserve_ppm` of NAV stays in cash, a trade below `least_value` Minor is not worth its fee,
    `headroom_ppm` of each limit is left for what trading itself costs, `keep_others` leaves what has no target."""

    reserve_ppm: int = 20_000
    least_value: int = 100 * PPM
    headroom_ppm: int = 10_000
    keep_others: bool = False
    leverage: int = LEVERAGE_LIMIT
    concentration: Fraction = CONCENTRATION


class Proposal(msgspec.Struct, frozen=True):
    """`side` +1 buys, -1 sells `quantity` lots worth `value` Minor at the mid; `reason` in words."""

    symbol: str
    side: int
    quantity: int
    value: int
    reason: str


class Row(msgspec.Struct, frozen=True):
    """One line of the drift table, shares of NAV in ppm: what is held, what was asked for, what limits let it be, what
    the plan leaves; `note` says why that is not what was asked for."""

    symbol: str
    weight_ppm: int
    target_ppm: int
    allowed_ppm: int
    after_ppm: int
    note: str = ""


class Plan(msgspec.Struct, frozen=True):
    """`proposals` sells first; `drift_ppm` half the sum of |weight - target| now, `left_ppm` after the plan."""

    proposals: list[Proposal]
    rows: list[Row]
    drift_ppm: int
    left_ppm: int
    turnover: int
    note: str = ""


def to_ppm(weights: Mapping[str, float]) -> dict[str, int]:
    """Weights as whole millionths, rounded toward zero so that a sum never grows."""
    return {symbol: int(weight * PPM) for symbol, weight in weights.items()}


def plan(
    nav: int,
    held: Mapping[str, int],
    lots: Mapping[str, Lot],
    targets_ppm: Mapping[str, int],
    rules: Rules | None = None,
) -> Plan:
    """Proposals that bring signed lots `held` to signed target weights of `nav` Minor.

    Each target is first cut to the concentration limit, then all of them together to the leverage limit and, unless
    the long ones ask for more than NAV, those to what the reserve leaves; what is cut off stays in cash. Lots are
    rounded toward zero, so no limit is passed and what is left out is less than a lot. A position that does not trade
    or is kept counts against the limits as it is. An account worth nothing gets no plan.
    """
    rules = rules or Rules()
    if nav <= 0:
        return Plan([], [], 0, 0, 0, "the account is worth nothing, so weights mean nothing")
    names = sorted(symbol for symbol in held.keys() | targets_ppm.keys() if symbol in lots)
    fixed = {name for name in names if not lots[name].tradable or (rules.keep_others and name not in targets_ppm)}
    allowed, notes = _allowed(nav, held, lots, targets_ppm, rules, names, fixed)
    rows, proposals = [], []
    for name in names:
        lot, now = lots[name], held.get(name, 0)
        change = 0 if name in fixed else _lots_of(nav, lot, allowed[name]) - now
        value = _value(lot, change)
        if change and _small(value, rules, allowed[name], now + change):
            change, notes[name] = 0, "the trade would be below the least value"
        asked = _asked(nav, name, held, lots, targets_ppm, fixed)
        weight, after = _ppm(nav, lot, now), _ppm(nav, lot, now + change)
        rows.append(Row(name, weight, asked, allowed[name], after, notes.get(name, "")))
        if change:
            proposals.append(_proposal(name, change, abs(value), weight, allowed[name], notes.get(name, "")))
    proposals.sort(key=lambda one: (_opens(held.get(one.symbol, 0), one), -one.value, one.symbol))
    missing = sorted(targets_ppm.keys() - lots.keys())
    return Plan(
        proposals,
        rows,
        sum(abs(row.weight_ppm - row.target_ppm) for row in rows) // 2,
        sum(abs(row.after_ppm - row.target_ppm) for row in rows) // 2,
        sum(one.value for one in proposals),
        f"no price is known of {', '.join(missing)}" if missing else "",
    )


# --- limits -------------------------------------------------------------------------------------


def _allowed(
    nav: int,
    held: Mapping[str, int],
    lots: Mapping[str, Lot],
    targets_ppm: Mapping[str, int],
    rules: Rules,
    names: Sequence[str],
    fixed: set[str],
) -> tuple[dict[str, int], dict[str, str]]:
    room = PPM - rules.headroom_ppm
    allowed: dict[str, int] = {}
    notes: dict[str, str] = {}
    for name in names:
        if name in fixed:
            allowed[name] = _ppm(nav, lots[name], held.get(name, 0))
            notes[name] = "kept" if lots[name].tradable else "does not trade"
            continue
        share, of = lots[name].margin
        most = room * rules.concentration.numerator * of // (rules.concentration.denominator * share)
        target = targets_ppm.get(name, 0)
        allowed[name] = max(-most, min(most, target))
        if allowed[name] != target:
            notes[name] = "cut to the concentration limit"
    free = [name for name in names if name not in fixed]
    taken = sum(abs(allowed[name]) for name in fixed)
    _shrink(
        allowed,
        notes,
        free,
        lambda name: abs(allowed[name]),
        max(0, rules.leverage * room - taken),
        "cut to the leverage limit",
    )

    def tied(name: str) -> int:
        share, of = lots[name].margin
        return max(0, -(-allowed[name] * share // of))

    invested = max(0, PPM - rules.reserve_ppm - sum(tied(name) for name in fixed))
    if sum(target for target in targets_ppm.values() if target > 0) <= PPM:
        _shrink(allowed, notes, free, tied, invested, "cut to leave the cash reserve")
    return allowed, notes


def _shrink(
    allowed: dict[str, int],
    notes: dict[str, str],
    free: Sequence[str],
    size: Callable[[str], int],
    most: int,
    why: str,
) -> None:
    """Scale the free targets, where their sizes sum to more than `most`, so that they just fit."""
    sizes = {name: size(name) for name in free}
    taken = sum(sizes.values())
    if taken <= most:
        return
    for name in free:
        if sizes[name]:
            cut = abs(allowed[name]) * most // taken
            allowed[name] = cut if allowed[name] > 0 else -cut
            notes[name] = why


# --- lots ---------------------------------------------------------------------------------------


def _lots_of(nav: int, lot: Lot, weight_ppm: int) -> int:
    """Lots of a weight, rounded toward zero."""
    size = nav * abs(weight_ppm) * lot.d // (PPM * lot.n)
    return size if weight_ppm >= 0 else -size


def _value(lot: Lot, count: int) -> int:
    return div_half_even(count * lot.n, lot.d)


def _ppm(nav: int, lot: Lot, count: int) -> int:
    return div_half_even(count * lot.n * PPM, lot.d * nav)


def _small(value: int, rules: Rules, allowed_ppm: int, after: int) -> bool:
    """Whether a trade is not worth its fee; closing a position wholly always is."""
    return abs(value) < rules.least_value and not (after == 0 and allowed_ppm == 0)


def _asked(
    nav: int,
    name: str,
    held: Mapping[str, int],
    lots: Mapping[str, Lot],
    targets_ppm: Mapping[str, int],
    fixed: set[str],
) -> int:
    if name in targets_ppm:
        return targets_ppm[name]
    return _ppm(nav, lots[name], held.get(name, 0)) if name in fixed else 0


def _opens(now: int, one: Proposal) -> bool:
    """Whether a proposal needs room instead of making some."""
    return now * one.side >= 0


def _proposal(name: str, change: int, value: int, weight_ppm: int, target_ppm: int, note: str) -> Proposal:
    words = f"{_percent(weight_ppm)} of NAV to {_percent(target_ppm)}"
    return Proposal(name, 1 if change > 0 else -1, abs(change), value, f"{words}, {note}" if note else words)


def _percent(ppm: int) -> str:
    return f"{to_text(div_half_even(ppm, 100), 2)} %"
