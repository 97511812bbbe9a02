"""One line of a rule's `where`: a field of a deed, how it is compared, and with what."""

from __future__ import annotations

from fractions import Fraction

import msgspec

from engine.model.number import NumberFormatError, parse_decimal
from engine.progression.deed import Deed

SIGNS = (">=", "<=", "!=", "=", ">", "<", "in")


class Condition(msgspec.Struct, frozen=True):
    """`field sign value`, or `field in one|two`. Greater and smaller compare numbers, the others text."""

    field: str
    sign: str
    values: tuple[str, ...]

    def holds(self, deed: Deed) -> bool:
        """Whether a deed fits; never where the field is not known."""
        text = deed.get(self.field)
        if not text:
            return False
        if self.sign in ("=", "in"):
            return text in self.values
        if self.sign == "!=":
            return text not in self.values
        have, want = number(text), number(self.values[0])
        if have is None or want is None:
            return False
        return {">=": have >= want, "<=": have <= want, ">": have > want, "<": have < want}[self.sign]


def number(text: str) -> Fraction | None:
    """Decimal text as an exact number; None where it is none."""
    try:
        digits, decimals = parse_decimal(text)
    except NumberFormatError:
        return None
    return Fraction(digits, 10**decimals)


def parse(line: str) -> Condition:
    """A condition of its text; ValueError says what is wrong with it."""
    words = line.split(None, 2)
    if len(words) != 3 or words[1] not in SIGNS:
        raise ValueError(f"{line[:60]!r} is not FIELD SIGN VALUE with a sign of {' '.join(SIGNS)}")
    field, sign, value = words
    values = tuple(part.strip() for part in value.split("|"))
    if not all(values) or (len(values) > 1 and sign in (">=", "<=", ">", "<")):
        raise ValueError(f"{line[:60]!r} compares with no value, or with too many")
    if sign in (">=", "<=", ">", "<") and number(values[0]) is None:
        raise ValueError(f"{line[:60]!r} compares with something that is no plain number")
    return Condition(field, sign, values)


def all_hold(conditions: tuple[Condition, ...], deed: Deed) -> bool:
    """Whether a deed fits every one of them."""
    return all(condition.holds(deed) for condition in conditions)
