"""Amounts of an order: decimals read from their text, in range, on the instrument's lattice."""

from __future__ import annotations

import re
from fractions import Fraction

import msgspec

from engine.model.instrument import Grid
from engine.model.refusal import Code, refuse
from engine.risk.wire import Number, kind, shown

_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?\Z", re.ASCII)
_JSON = re.compile(r"(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?\Z", re.ASCII)

MOST = 10**15
"""No price and no quantity reaches this many units."""
MOST_STEPS = 2**63 - 1
"""No amount is more steps of its lattice than a signed 64-bit integer holds."""
_FINEST = 40
_MOST_EXPONENT = 60


class Amount(msgspec.Struct, frozen=True):
    """A positive decimal: digits / 10**decimals, trailing zeros removed."""

    field: str
    digits: int
    decimals: int

    def text(self) -> str:
        """Plain decimal text."""
        if not self.decimals:
            return str(self.digits)
        whole, fraction = divmod(self.digits, 10**self.decimals)
        return f"{whole}.{fraction:0{self.decimals}d}"


def _range(field: str, message: str, fix: str) -> Exception:
    return refuse(Code.OUT_OF_RANGE, f"{field} {message}", fix=fix, field=field)


def read_amount(field: str, value: object) -> Amount:
    """A positive amount from a JSON number or a plain decimal text.

    Raises Refused: TYPE_ERROR, NUMBER_FORMAT, OUT_OF_RANGE. Digits far beyond any lattice are cut, never rounded
    onto it.
    """
    if isinstance(value, bool) or not isinstance(value, str):
        raise refuse(
            Code.TYPE_ERROR,
            f"{field} must be a number",
            cause=f"it is {kind(value)}",
            fix='send a JSON number or a decimal text such as "1.5"',
            field=field,
        )
    if not isinstance(value, Number) and not _PLAIN.match(value):
        raise refuse(
            Code.NUMBER_FORMAT,
            f"{field} is not a plain decimal number",
            cause=f"got {shown(value)}",
            fix="write digits and at most one point, such as 1250.5",
            field=field,
        )
    match = _JSON.match(value)
    if match is None:
        raise refuse(Code.NUMBER_FORMAT, f"{field} is not a number", cause=f"got {shown(value)}", field=field)
    sign, whole, fraction, exponent = match.groups()
    return _positive(field, bool(sign), whole, fraction or "", exponent or "0")


def _positive(field: str, negative: bool, whole: str, fraction: str, exponent: str) -> Amount:
    fraction = fraction.rstrip("0")
    if whole == "0" and not fraction:
        raise _range(field, "is zero", "send a positive amount")
    if negative:
        raise _range(field, "is negative", "send a positive amount; `side` says buy or sell")
    if len(exponent.lstrip("+-0")) > 3 or abs(int(exponent)) > _MOST_EXPONENT:
        raise _range(field, "has an exponent beyond any market", "write the number out")
    if len(whole) > _FINEST:
        raise _range(field, "is larger than any market", f"stay below {MOST}")
    if len(fraction) > 2 * _FINEST:
        fraction = fraction[: 2 * _FINEST] + "1"
    digits, decimals = int(whole + fraction), len(fraction) - int(exponent)
    if decimals < 0:
        digits, decimals = digits * 10**-decimals, 0
    while decimals and digits % 10 == 0:
        digits, decimals = digits // 10, decimals - 1
    if digits >= MOST * 10**decimals:
        raise _range(field, "is larger than any market", f"stay below {MOST}")
    return Amount(field, digits, decimals)


def on_grid(amount: Amount, grid: Grid, detail: str) -> int:
    """Whole steps of `grid` in the amount. Raises Refused: PRECISION_EXCEEDED with `detail` (tick or lot)
    and the nearest valid value, OUT_OF_RANGE for more steps than an integer of 64 bits."""
    exact = Fraction(amount.digits, 10**amount.decimals) / grid.fraction()
    if exact.denominator != 1:
        below = exact.numerator // exact.denominator
        choices = [grid.text(steps) for steps in (below, below + 1) if steps > 0]
        raise refuse(
            Code.PRECISION_EXCEEDED,
            f"{amount.field} {shown(amount.text())} is not a multiple of the {detail}",
            cause=f"the {detail} is {grid.text(1)}",
            fix=f"the nearest valid value is {_nearest(exact, grid)}"
            + (f" ({' or '.join(choices)})" if len(choices) > 1 else ""),
            field=amount.field,
            detail=detail,
        )
    if exact.numerator > MOST_STEPS:
        raise _range(amount.field, "is larger than any market", f"stay at or below {grid.text(MOST_STEPS)}")
    return exact.numerator


def _nearest(exact: Fraction, grid: Grid) -> str:
    return grid.text(max(round(exact), 1))
