"""An order typed into the terminal's command line, with the words of the shell: `sell AAPL 10 --stop 240 --tif DAY`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from engine.model.number import NumberFormatError, parse_decimal
from vterm.panes.ticket_size import read_size

Resolve = Callable[[str], str]
_NUMBERS = {"limit": "price", "@": "price", "stop": "stop", "trail": "trail", "take-profit": "profit",
            "stop-loss": "loss", "display": "display"}  # fmt: skip
"""Words that a number follows, and the ticket's field for it."""
_SWITCHES = {"post-only": "post", "reduce-only": "reduce", "oco": "oco", "market": "market"}
_ALGO_WORDS = ("over", "slices", "rate")
_FORCES = ("GTC", "DAY", "IOC", "FOK", "GTD", "OPG", "CLS")


class Unclear(ValueError):
    """The line is not a command; the text says what would be."""


@dataclass(frozen=True)
class TradeLine:
    """What the line fills in: ticket fields by name; `kind` is empty where the line leaves the type open."""

    side: str
    symbol: str
    kind: str = ""
    text: dict[str, str] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    force: str = ""


def read_trade(side: str, words: list[str], resolve: Resolve, algo: str = "") -> TradeLine:
    """The order of a line's words after buy or sell, or of the algorithm `algo`. Raises Unclear."""
    usage = f"{side} BTC 0.1 @ 68500, {side} BTC 0.1 at market, {side} AAPL 10 --stop 240"
    if not words:
        raise Unclear(usage)
    symbol = resolve(words[0])
    if not symbol:
        raise Unclear(f"no instrument called {words[0][:24]}")
    text: dict[str, str] = {}
    flags: set[str] = set()
    force, rest = "", list(words[1:])
    while rest:
        word = rest.pop(0)
        name = word.lower().removeprefix("--")
        if name == "at":
            continue
        if name in _SWITCHES:
            flags.add(_SWITCHES[name])
        elif name in _NUMBERS:
            text[_NUMBERS[name]] = _follows(rest, name)
        elif algo and name in _ALGO_WORDS and rest:
            text[name] = rest.pop(0)
        elif name == "when":
            text["when"] = _rule(rest)
        elif name == "tif":
            force, until = _force(rest)
            text |= {"until": until} if until else {}
        elif word.startswith("--"):
            raise Unclear(f"the ticket has no {word[:24]}")
        elif "quantity" not in text:
            text["quantity"] = quantity(word)
        elif "price" not in text:
            text["price"] = number(word.lstrip("@"), "the price")
        else:
            raise Unclear(usage)
    return TradeLine(side, symbol, algo or _kind(text, flags), text, frozenset(flags & {"post", "reduce"}), force)


def quantity(text: str) -> str:
    """Units, or a worth or share as the ticket takes them: 10, 10k, =10000, 5%, 50%p. Raises Unclear."""
    plain = text.replace(",", "")
    return plain if read_size(plain) else number(text, "the quantity")


def number(text: str, what: str) -> str:
    """A plain positive number, thousands separators allowed. Raises Unclear."""
    plain = text.replace(",", "")
    try:
        digits, _ = parse_decimal(plain)
    except NumberFormatError:
        raise Unclear(f"{what} is not a number: {text[:24]}") from None
    if digits <= 0:
        raise Unclear(f"{what} must be more than 0")
    return plain


def _follows(rest: list[str], name: str) -> str:
    """The number after a word; a trail may be a percentage."""
    word = rest.pop(0) if rest else ""
    what = "the price" if name in ("@", "limit") else name
    if name == "trail" and word.endswith("%"):
        return number(word[:-1], what) + "%"
    return number(word, what)


def _rule(rest: list[str]) -> str:
    """The words up to the next flag, with or without quotation marks."""
    words: list[str] = []
    while rest and not rest[0].startswith("--"):
        words.append(rest.pop(0))
    rule = " ".join(words).strip("\"' ")
    if not rule:
        raise Unclear("--when price >= 250 and spread <= 0.02")
    return rule


def _force(rest: list[str]) -> tuple[str, str]:
    force, _, until = (rest.pop(0) if rest else "").upper().partition(":")
    if force not in _FORCES or (force == "GTD") != bool(until):
        raise Unclear("--tif DAY, GTC, IOC, FOK, OPG, CLS or GTD:2026-12-31")
    return force, until


def _kind(text: dict[str, str], flags: set[str]) -> str:
    if "oco" in flags:
        return "oco"
    if "trail" in text:
        return "trailing_stop"
    if "stop" in text:
        return "stop_limit" if "price" in text else "stop"
    if "price" in text:
        return "limit"
    return "market" if "quantity" in text or "market" in flags else ""
