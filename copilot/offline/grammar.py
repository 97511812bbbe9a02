"""A line of a person, taken apart: instruments, amounts, percents, times, classes, sectors, and plain words.

Only what the person typed is ever read here. Text from elsewhere has no way in.
"""

from __future__ import annotations

import re
from decimal import Decimal

import msgspec

from copilot.offline.catalogue import Catalogue, Listing
from copilot.offline.lexicon import BUY, CLASSES, DOWN, ENGLISH, NEGATIONS, SECTORS, SELL, SHARES, UP
from engine.model.text import safe

MOST_TEXT = 2_000
"""Characters of a question that are read."""
_AMOUNT = r"\d[\d,]*(?:\.\d+)?"
_TOKEN = re.compile(
    r"(?P<dollar>\$[A-Za-z][A-Za-z0-9.^-]{0,14})"
    r"|(?P<code>\d{4,6}\.[A-Za-z]{1,2}\b)"
    rf"|(?P<money>[$€£]\s?{_AMOUNT}\s?(?:k|m|mn|million|bn)?\b|{_AMOUNT}\s?(?:k\s?)?(?:vcr|usd|dollars|bucks)\b)"
    rf"|(?P<percent>[-+]?{_AMOUNT}\s?(?:%|percent\b|per cent\b|pct\b))"
    r"|(?P<span>\d{1,4}\s?(?:seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h)\b)"
    rf"|(?P<number>{_AMOUNT}(?:k|\s(?:thousand|million))?(?![A-Za-z]))"
    r"|(?P<word>[A-Za-z0-9^][A-Za-z0-9./^&'=_-]*)",
    re.ASCII | re.IGNORECASE,
)
_SCALE = {"k": 1_000, "thousand": 1_000, "m": 1_000_000, "mn": 1_000_000, "million": 1_000_000, "bn": 1_000_000_000}
_LONGEST_NAME = 5
_KINDS = ENGLISH | set(CLASSES) | set(SECTORS)


class Request(msgspec.Struct, frozen=True):
    """What was asked. Amounts are decimals in the order they were typed; `quantities` are plain numbers; `spans` are as
    tools take them (30m); `share` is half, a third, all of something in percent."""

    text: str
    words: tuple[str, ...]
    listings: tuple[Listing, ...]
    quantities: tuple[Decimal, ...] = ()
    percents: tuple[Decimal, ...] = ()
    money: tuple[Decimal, ...] = ()
    spans: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()

    def has(self, *wanted: str) -> bool:
        """Whether any of the words is in it."""
        return not set(self.words).isdisjoint(wanted)

    def phrase(self, *wanted: str) -> bool:
        """Whether any of the phrases is in it."""
        line = f" {' '.join(self.words)} "
        return any(f" {each} " in line for each in wanted)

    @property
    def side(self) -> str:
        """buy or sell, by the first verb that says either; empty where none does."""
        return next(("buy" if word in BUY else "sell" for word in self.words if word in BUY | SELL), "")

    @property
    def move(self) -> str:
        """up or down, empty where nothing is said of it."""
        return next(("up" if word in UP else "down" for word in self.words if word in UP | DOWN), "")

    @property
    def negated(self) -> bool:
        """Whether something is not wanted: then nothing is proposed."""
        return self.has(*NEGATIONS)

    @property
    def asks(self) -> bool:
        """Whether it is a question about acting, and no wish to act."""
        return self.phrase("should i", "shall i", "is it wise", "would you", "can i", "could i", "may i", "how much",
                           "how many")  # fmt: skip

    @property
    def share(self) -> int | None:
        """Share of a holding in percent."""
        named = next((SHARES[word] for word in self.words if word in SHARES), None)
        whole = next((int(each) for each in self.percents if each == int(each) and 1 <= each <= 100), None)
        return named if named is not None else whole


def read(text: str, catalogue: Catalogue) -> Request:
    """A line taken apart; what is not understood stays among the words."""
    line = str(safe(text, MOST_TEXT, multiline=False)).replace("\u2019", "'").replace("\u2212", "-")
    shouted = line.upper() == line
    found: dict[str, list[str]] = {kind: [] for kind in _TOKEN.groupindex}
    words: list[tuple[str, bool]] = []
    for token in _TOKEN.finditer(line):
        kind, part = str(token.lastgroup), token.group()
        if kind in ("word", "code", "dollar"):
            words.append((part.rstrip(".'-/&"), kind != "word"))
        else:
            found[kind].append(part)
    listings, plain = _listings(words, catalogue, shouted)
    lower = tuple(word.lower().removesuffix("'s") for word in plain)
    return Request(
        text=line,
        words=lower,
        listings=listings,
        quantities=tuple(_amount(part) for part in found["number"]),
        percents=tuple(_amount(part) for part in found["percent"]),
        money=tuple(_amount(part) for part in found["money"]),
        spans=tuple(_span(part) for part in found["span"]),
        classes=tuple(dict.fromkeys(CLASSES[word] for word in lower if word in CLASSES)),
        sectors=tuple(dict.fromkeys(SECTORS[word] for word in lower if word in SECTORS)),
    )


def _listings(
    words: list[tuple[str, bool]], catalogue: Catalogue, shouted: bool
) -> tuple[tuple[Listing, ...], list[str]]:
    """Instruments in the order they are named, and the words that name none."""
    named: list[Listing] = []
    plain: list[str] = []
    here = 0
    while here < len(words):
        one, taken = _named(words[here:], catalogue, shouted)
        if one is None:
            plain.append(words[here][0])
            here += 1
        else:
            named.append(one)
            here += taken
    return tuple(dict.fromkeys(named)), plain


def _named(words: list[tuple[str, bool]], catalogue: Catalogue, shouted: bool) -> tuple[Listing | None, int]:
    text, marked = words[0]
    if marked:
        return catalogue.code(text.lstrip("$")), 1
    for length in range(min(_LONGEST_NAME, len(words)), 0, -1):
        one = catalogue.name(tuple(word.lower().removesuffix("'s") for word, _ in words[:length]))
        if one is not None:
            return one, length
    code = text.removesuffix("'s")
    typed = code.isupper() and not shouted
    if typed or (len(code) > 2 and code.lower() not in _KINDS):
        found = catalogue.code(code)
        if found is not None and code not in ("I", "A"):
            return found, 1
    return None, 0


def _amount(text: str) -> Decimal:
    digits = re.search(r"[-+]?\d[\d,]*(?:\.\d+)?", text, re.ASCII)
    assert digits is not None, "the token has digits"
    tail = re.sub(r"vcr|usd|dollars|bucks|%|percent|per cent|pct", "", text[digits.end() :].lower()).strip()
    return Decimal(digits.group().replace(",", "")) * _SCALE.get(tail, 1)


def _span(text: str) -> str:
    number, unit = re.findall(r"\d+|[a-z]+", text.lower(), re.ASCII)
    return f"{int(number) or 1}{unit[0]}"
