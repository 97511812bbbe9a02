"""What people write and which instrument they mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from engine.model.instrument import Instrument

MOST_CHARACTERS = 32
"""Longer than any name of an instrument; longer texts are not looked up."""


def key_of(text: str) -> str:
    """The form under which names are kept: upper case. "" where the text can be nobody's name."""
    if not text.isascii() or len(text) > MOST_CHARACTERS:
        return ""
    return text.upper()


def derived_aliases(instrument: Instrument, is_root: bool) -> tuple[str, ...]:
    """The other ways of writing a symbol that follow from its form."""
    symbol = str(instrument.symbol)
    if is_root:
        return (f"{symbol}=F",)
    base, dash, quote = symbol.partition("-")
    if dash and instrument.asset_class == "forex":
        return (f"{base}{quote}", f"{base}/{quote}", f"{base}{quote}=X")
    if dash and instrument.asset_class in ("crypto", "commodities"):
        tail = () if instrument.asset_class == "crypto" else (f"{base}{quote}=X",)
        return (base, f"{base}{quote}", f"{base}/{quote}", *tail)
    if instrument.asset_class == "indices":
        return (f"^{symbol}",)
    if "." in symbol and instrument.calendar == "XNYS":
        return (symbol.replace(".", "-"), symbol.replace(".", "/"), symbol.replace(".", ""))
    return ()


class AmbiguousNameError(ValueError):
    """Two instruments claim one name: a fault of the tables."""


def name_table(
    instruments: Iterable[Instrument], extra: Mapping[str, str], roots: Mapping[str, object]
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """(name -> symbol, symbol -> its other names). Raises AmbiguousNameError where a name means two things."""
    table = {key_of(i.symbol): str(i.symbol) for i in instruments}
    others: dict[str, list[str]] = {}

    def claim(name: str, symbol: str) -> None:
        holder = table.setdefault(name, symbol)
        if holder != symbol:
            raise AmbiguousNameError(f"{name} means both {holder} and {symbol}")
        if name != key_of(symbol) and name not in others.setdefault(symbol, []):
            others[symbol].append(name)

    for instrument in instruments:
        for name in derived_aliases(instrument, instrument.symbol in roots):
            claim(name, instrument.symbol)
    for name, symbol in extra.items():
        claim(key_of(name), symbol)
    return table, others


def _rank(instrument: Instrument, key: str) -> int | None:
    """How well an instrument answers a search: 0 best, None not at all."""
    symbol, name = instrument.symbol.upper(), instrument.name.upper()
    if key == symbol or key in instrument.aliases:
        return 0
    if symbol.startswith(key):
        return 1
    if any(word.startswith(key) for word in name.split()) or name.startswith(key):
        return 2
    if any(alias.startswith(key) for alias in instrument.aliases):
        return 3
    return 4 if key in symbol or key in name else None


def search(instruments: Sequence[Instrument], text: str) -> tuple[Instrument, ...]:
    """Instruments whose symbol, name or other name answers `text`, best first; all of them for an empty text."""
    key = text.strip().upper()[:MOST_CHARACTERS]
    if not key:
        return tuple(instruments)
    ranked = [(rank, i.column, i) for i in instruments if (rank := _rank(i, key)) is not None]
    return tuple(i for _, _, i in sorted(ranked, key=lambda item: item[:2]))


def near(instruments: Sequence[Instrument], table: Mapping[str, str], text: str) -> tuple[str, ...]:
    """Up to three symbols that the writer of an unknown `text` may have meant."""
    key = key_of(text)
    if not key:
        return ()
    found = [str(i.symbol) for i in search(instruments, key)] if len(key) > 1 else []
    if len(found) < 3:
        from difflib import get_close_matches  # only a mistake needs it

        found += [table[name] for name in get_close_matches(key, table, n=6, cutoff=0.6)]
    return tuple(dict.fromkeys(found))[:3]
