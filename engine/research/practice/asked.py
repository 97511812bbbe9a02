"""The parameters of a question, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from engine.model.refusal import Code, refuse


class Asked:
    """Parameters by name; every method raises Refused where one is not what it must be."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = {name: str(value) for name, value in given.items() if str(value)}

    def only(self, *names: str) -> Asked:
        """Refuse parameters that the kind does not know."""
        for name in self._given:
            if name not in names:
                known = ", ".join(names) or "none"
                raise refuse(Code.UNKNOWN_FIELD, "unknown parameter", fix=f"known are: {known}", field=name[:40])
        return self

    def text(self, name: str, default: str = "") -> str:
        """As it is, at most 80 characters."""
        return self._given.get(name, default)[:80]

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number in [low, high]."""
        given = self._given.get(name)
        if given is None:
            return default
        if not (given.isascii() and given.isdigit() and len(given) <= 9 and low <= int(given) <= high):
            fix = f"give a whole number from {low} to {high}"
            raise refuse(Code.OUT_OF_RANGE, f"{name} is not in its range", fix=fix, field=name)
        return int(given)

    def choice(self, name: str, words: tuple[str, ...], default: str) -> str:
        """One of `words`."""
        given = self._given.get(name, default)
        if given not in words:
            fix = f"use {', '.join(word for word in words if word)}"
            raise refuse(Code.ENUM_ERROR, f"{name} is none of its words", fix=fix, field=name)
        return given

    def day(self, name: str) -> int | None:
        """A date as an ordinal; None where none is given."""
        given = self._given.get(name)
        if given is None:
            return None
        try:
            return date.fromisoformat(given).toordinal()
        except ValueError:
            raise refuse(
                Code.NUMBER_FORMAT, f"{name} is not a date", fix="write it like 2026-12-18", field=name
            ) from None

    def decimal(self, name: str) -> float | None:
        """A positive number; None where none is given."""
        given = self._given.get(name)
        if given is None:
            return None
        plain = given.isascii() and len(given) <= 20 and given.replace(".", "", 1).isdigit()
        if not plain or float(given) <= 0:
            raise refuse(Code.NUMBER_FORMAT, f"{name} is not a number above 0", fix="write it like 250", field=name)
        return float(given)
