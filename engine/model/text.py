"""Foreign text made safe to show: the only way to get a `SafeText`.

Headlines, names, notes and model answers reach a terminal only after everything that acts instead of being read
is gone: escape sequences with their payload, controls, direction overrides, invisible and filler characters,
piles of combining marks. What is left is what a person sees. Honest names in any script stay as they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

MAX_MARKS = 2
"""Combining marks kept on one base character: enough for every name, too few to climb over the next line."""

REPLACEMENT = "\ufffd"
"""Stands for private-use and unassigned characters: their width and looks are unknown, so they are not shown."""

_STRING = "\x1b[\\]PX^_]|[\x9d\x90\x98\x9e\x9f]"
_SEQUENCE = re.compile(
    # OSC DCS SOS PM APC: with the payload, up to BEL or ST, or to the control that makes a terminal give up.
    f"(?:{_STRING})[^\x07\x18\x1a\x1b\x80-\x9f]*+(?:\x07|\x1b\\\\|\x9c|(?=[\x18\x1a\x1b\x80-\x9f]))"
    # The same without an end: only the introducer goes, so that nothing can hide the rest of a line.
    f"|(?:{_STRING})"
    # CSI: parameters, intermediates, final byte.
    "|(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]?"
    # Every other escape sequence.
    "|\x1b[ -/]*[0-~]?"
)
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2065\u2800\u3164\uffa0\ufffc\U0001d159")
_SELECTORS = (range(0xFE00, 0xFE10), range(0xFFF0, 0xFFF9), range(0xE0000, 0xE1000))
_CACHE_MOST = 20_000


class SafeText(str):
    """Text that may be shown. Made by `safe` and `clip` only; the constructor refuses."""

    __slots__ = ()

    def __new__(cls, *_: object) -> SafeText:
        raise TypeError("SafeText is made by engine.model.text.safe")

    def __reduce__(self) -> tuple[Callable[[str], SafeText], tuple[str]]:
        return _seal, (str(self),)


def _seal(text: str) -> SafeText:
    return str.__new__(SafeText, text)


def _shown(code: int) -> int | str | None:
    """What a code point becomes: itself, other text, or None where it is dropped."""
    char = chr(code)
    if char in _FILLERS or any(code in selectors for selectors in _SELECTORS):
        return None
    category = unicodedata.category(char)
    if category in ("Cc", "Cf", "Cs"):
        return None
    if category in ("Zl", "Zp"):
        return " "
    if category in ("Cn", "Co"):
        return None if code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF else REPLACEMENT
    return code


class _Table(dict[int, int | str | None]):
    """A translation table that fills itself, and stops remembering before it grows large."""

    def __init__(self, **exceptions: int | str | None) -> None:
        super().__init__({ord(char): value for char, value in exceptions.items()})

    def __missing__(self, code: int) -> int | str | None:
        shown = _shown(code)
        if len(self) < _CACHE_MOST:
            self[code] = shown
        return shown


_ONE_LINE = _Table(**{"\n": " ", "\t": " "})
_LINES = _Table(**{"\n": "\n", "\t": " ", "\u2028": "\n", "\u2029": "\n"})


def _is_mark(char: str) -> bool:
    return char > "\u02ff" and unicodedata.category(char) in ("Mn", "Me")


def _thin_marks(text: str) -> str:
    """At most MAX_MARKS on one base, none without a base (it would sit on whatever stands to the left)."""
    kept: list[str] = []
    room = 0
    for char in text:
        if _is_mark(char):
            if room == 0:
                continue
            room -= 1
        else:
            room = 0 if char == "\n" else MAX_MARKS
        kept.append(char)
    return "".join(kept)


def safe(text: object, limit: int = 4096, *, multiline: bool = False) -> SafeText:
    """`text` as it may be shown, at most `limit` code points.

    Tabs and line ends become a space; with `multiline`, line ends stay. Total and idempotent: it never raises on any
    string, and safe(safe(x)) == safe(x).
    """
    if isinstance(text, SafeText) and len(text) <= limit and (multiline or "\n" not in text):
        return text
    raw = str(text)
    if raw.isascii() and raw.isprintable():
        return _seal(raw[:limit])
    raw = _SEQUENCE.sub("", raw[: 16 * limit + 4096].replace("\r\n", "\n"))
    shown = raw.translate(_LINES if multiline else _ONE_LINE)
    if not shown.isascii():
        shown = _thin_marks(shown)
    return _seal(shown[:limit])


def _width(char: str) -> int:
    """Terminal cells of one character: 0 for marks and controls, 2 for wide and full-width, else 1."""
    if "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7ff":
        return 0
    if unicodedata.category(char) in ("Mn", "Me", "Cf", "Cc"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cells(text: str) -> int:
    """Terminal cells that `text` takes on one line."""
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(_width(char) for char in text)


def clip(text: str, width: int) -> SafeText:
    """`text`, made safe, on one line of at most `width` cells; what does not fit ends in an ellipsis."""
    line = safe(text)
    if cells(line) <= width:
        return line
    if width <= 0:
        return _seal("")
    used = 0
    for place, char in enumerate(line):
        used += _width(char)
        if used > width - 1:
            return _seal(line[:place] + "…")
    return line
