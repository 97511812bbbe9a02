"""What people call instruments: symbols, aliases, contracts, and the first words of names, all from the desk."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from copilot.offline.lexicon import CLASSES, ENGLISH, NICKNAMES, SECTORS
from copilot.tools.finding import Document
from engine.desk import DeskReader

_PLAIN_WORDS = """
inc corp plc the of group holdings futures index etf trust fund bank united general first american home micro select
state real taiwan texas international advanced global invesco ishares spdr vanguard spot cash classic e-mini usd us
ark x
"""
_NOT_NAMES = frozenset(_PLAIN_WORDS.split())
_KINDS = _NOT_NAMES | ENGLISH | set(CLASSES) | set(SECTORS)
"""Words that say what kind of thing is meant, and so are nobody's name."""


class Listing(msgspec.Struct, frozen=True):
    """An instrument: `symbol` is what an order names (of a future the front contract), `root` how it is listed."""

    symbol: str
    root: str
    name: str
    asset_class: str
    sector: str
    lot: Decimal
    tick: Decimal
    multiplier: Decimal
    tradable: bool


class Catalogue:
    """All instruments of a desk, findable as people write them."""

    def __init__(self, rows: list[Document]) -> None:
        self._codes: dict[str, Listing] = {}
        self._names: dict[tuple[str, ...], Listing] = {}
        listings = [(row, _listing(row)) for row in rows]
        for row, one in listings:
            contracts = [str(contract["symbol"]) for contract in row.get("contracts", ())]
            for code in (str(row["symbol"]), one.symbol, *contracts, *row.get("aliases", ())):
                named = one if code not in contracts else msgspec.structs.replace(one, symbol=code)
                self._codes.setdefault(str(code).upper(), named)
        for _, one in listings:
            words = _words(one.name)
            self._names.setdefault(words, one)
            if len(words) > 2:
                self._names.setdefault(words[:2], one)
        for _, one in sorted(listings, key=lambda pair: pair[1].asset_class == "etfs"):
            first = _words(one.name)[:1]
            if first and len(first[0]) > 3 and first[0] not in _KINDS:
                self._names.setdefault(first, one)
        for nickname, code in NICKNAMES.items():
            if code in self._codes:
                self._names[tuple(nickname.split())] = self._codes[code]

    @classmethod
    async def of(cls, desk: DeskReader) -> Catalogue:
        """The desk's own."""
        return cls((await desk.instruments())["instruments"])

    def code(self, text: str) -> Listing | None:
        """By symbol or alias, in any case."""
        return self._codes.get(text.upper())

    def name(self, words: tuple[str, ...]) -> Listing | None:
        """By the words of its name, lower case."""
        return self._names.get(words)


def _words(name: str) -> tuple[str, ...]:
    kept = name.lower().replace("'s", "s").replace(",", " ").replace("(", " ").replace(")", " ").split()
    return tuple(word.strip(".") for word in kept if word.strip("."))


def _listing(row: Document) -> Listing:
    return Listing(
        symbol=str(row.get("front") or row["symbol"]),
        root=str(row["symbol"]),
        name=str(row["name"]),
        asset_class=str(row["asset_class"]),
        sector=str(row.get("sector") or ""),
        lot=Decimal(row["lot_size"]),
        tick=Decimal(row["tick_size"]),
        multiplier=Decimal(row.get("multiplier") or "1"),
        tradable=bool(row.get("tradable", True)),
    )
