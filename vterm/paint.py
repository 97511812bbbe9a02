"""Cells by role: a line is a tuple of spans, a span is (text, style name). Pure; nothing here knows a widget.

Numbers arrive as decimal text and leave as aligned cells: grouped by thousands, trailing zeros faint, the
sign always beside the colour. Only the layout is computed here; values are never changed, only cut to the
decimals a column shows.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from rich.cells import cell_len, set_cell_size

from engine.model.number import div_half_even, parse_decimal, to_text
from engine.model.text import safe

Span = tuple[str, str]
Line = tuple[Span, ...]

UNKNOWN = "—"
UP, DOWN, FLAT = "▲", "▼", "·"
_UNSEEN = frozenset("\u034f\u115f\u1160\u3164\uffa0")
EIGHTHS = " ▏▎▍▌▋▊▉█"
LEVELS = "▁▂▃▄▅▆▇█"


def width(line: Iterable[Span]) -> int:
    """Cells that a line covers."""
    return sum(cell_len(text) for text, _ in line)


def fit(line: Iterable[Span], cells: int, style: str = "foreground") -> Line:
    """The line cut or padded to exactly `cells` cells."""
    out: list[Span] = []
    left = cells
    for text, name in line:
        size = cell_len(text)
        if size > left:
            text, size = set_cell_size(text, left), left
        if text:
            out.append((text, name))
        left -= size
        if left <= 0:
            return tuple(out)
    if left:
        out.append((" " * left, style))
    return tuple(out)


def unarmed(text: str) -> str:
    """The text without what a terminal would obey, or nobody would see. What is painted was made safe where it came in;
    this is the last door for what was not, so it asks little of honest text (and leaves empty braille to curves)."""
    return text if text.isprintable() and (text.isascii() or _UNSEEN.isdisjoint(text)) else safe(text)


def harmless(line: Line) -> Line:
    """The line with no span that a terminal would obey."""
    return tuple((unarmed(text), name) for text, name in line)


def joined(line: Iterable[Span]) -> Line:
    """The same cells in as few spans as there are changes of style."""
    out: list[Span] = []
    for text, name in line:
        if out and out[-1][1] == name:
            out[-1] = (out[-1][0] + text, name)
        else:
            out.append((text, name))
    return tuple(out)


def left_right(left: Iterable[Span], right: Iterable[Span], cells: int) -> Line:
    """`left` and `right` at the two ends of a line; the left one gives way."""
    tail = tuple(right)
    room = cells - width(tail)
    if room <= 0:
        return fit(tail, cells)
    return (*fit(left, room), *tail)


def on(line: Iterable[Span], back: str) -> Line:
    """The same cells on another background, where they have none of their own."""
    return tuple((text, name if " on " in name else f"{name} on {back}") for text, name in line)


def plain(line: Iterable[Span]) -> str:
    """The text without its colours."""
    return "".join(text for text, _ in line)


def clip(text: str, cells: int) -> str:
    """`text` in exactly `cells` cells, cut with an ellipsis where it is longer."""
    if cell_len(text) <= cells:
        return text + " " * (cells - cell_len(text))
    return set_cell_size(text, max(0, cells - 1)) + "…" if cells > 0 else ""


def grouped(text: str) -> str:
    """Thousands separated by commas; anything that is not a number comes back as it is."""
    sign = text[:1] if text[:1] in "+-" else ""
    whole, point, fraction = text[len(sign) :].partition(".")
    if not whole.isdigit():
        return text
    return f"{sign}{int(whole):,}{point}{fraction}"


@lru_cache(maxsize=2048)
def places(text: str, decimals: int) -> str:
    """Decimal text shown with exactly `decimals` places (rounded half to even), sign kept."""
    sign = "+" if text.startswith("+") else ""
    digits, scale = parse_decimal(text.removeprefix("+"))
    if scale > decimals:
        digits = div_half_even(digits, 10 ** (scale - decimals))
    else:
        digits *= 10 ** (decimals - scale)
    return sign + to_text(digits, decimals)


@lru_cache(maxsize=2048)
def number(text: str | None, cells: int, style: str = "foreground", faint: str = "faint") -> Line:
    """A number right-aligned in `cells` cells, its trailing zeros faint; — where there is none."""
    if text is None:
        return ((UNKNOWN.rjust(cells), "faint"),)
    shown = grouped(text)
    if len(shown) > cells:
        shown = shown[:cells] if cells < 2 else shown[: cells - 1] + "…"
    head = shown.rstrip("0") if "." in shown else shown
    if head.endswith("."):
        head = head[:-1]
    tail = shown[len(head) :]
    spans = [(head.rjust(cells - len(tail)), style)]
    if tail:
        spans.append((tail, faint + style[style.index(" on ") :] if " on " in style else faint))
    return tuple(spans)


def sign_of(text: str | None) -> int:
    """-1, 0 or +1 of a decimal text."""
    if not text or not any(c in "123456789" for c in text):
        return 0
    return -1 if text.startswith("-") else 1


def direction(text: str | None) -> str:
    """The role of a signed number: up, down or flat."""
    return ("flat", "up", "down")[sign_of(text)]


def arrow(text: str | None) -> str:
    """The shape that says the same as the colour."""
    return (FLAT, UP, DOWN)[sign_of(text)]


def signed(text: str | None, cells: int, decimals: int | None = None) -> Line:
    """A profit or change with its sign, right-aligned, coloured by direction."""
    if text is None:
        return ((UNKNOWN.rjust(cells), "faint"),)
    shown = text if decimals is None else places(text, decimals)
    if sign_of(shown) > 0 and not shown.startswith("+"):
        shown = "+" + shown
    if sign_of(shown) == 0:
        shown = shown.lstrip("+-")
    shown = grouped(shown)
    return ((clip(shown, cells) if len(shown) > cells else shown.rjust(cells), direction(shown)),)


def change(percent: str | None, cells: int) -> Line:
    """`▲ 1.24%`, right-aligned."""
    if percent is None:
        return ((UNKNOWN.rjust(cells), "faint"),)
    text = f"{arrow(percent)} {percent.lstrip('+-')}%"
    if len(text) > cells:
        text = text.replace(" ", "", 1)
    return ((text.rjust(cells), direction(percent)),)


def percent(fraction: str | None, decimals: int = 1) -> str:
    """A fraction as a percentage with so many decimals, without the sign %."""
    if fraction is None:
        return UNKNOWN
    digits, scale = parse_decimal(fraction.removeprefix("+"))
    return to_text(div_half_even(digits * 100 * 10**decimals, 10**scale), decimals)


def bar(part: int, whole: int, cells: int) -> str:
    """A bar of `part / whole` of `cells`, in eighths, from the left."""
    eighths = 0 if whole <= 0 else min(cells * 8, part * cells * 8 // whole)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (EIGHTHS[rest] if rest else "")).ljust(cells)


def bar_left(part: int, whole: int, cells: int, style: str) -> Line:
    """The same bar growing to the left: its broken cell is a block in swapped colours."""
    eighths = 0 if whole <= 0 else min(cells * 8, part * cells * 8 // whole)
    full, rest = divmod(eighths, 8)
    lead = cells - full - (1 if rest else 0)
    edge = ((EIGHTHS[8 - rest], f"background on {style}"),) if rest else ()
    return ((" " * lead, style), *edge, ("█" * full, style))


def sparkline(values: list[int], cells: int) -> str:
    """The newest `cells` values in eight levels of one row."""
    tail = values[-cells:]
    if not tail:
        return " " * cells
    low, high = min(tail), max(tail)
    span = max(1, high - low)
    return "".join(LEVELS[(value - low) * 7 // span] for value in tail).rjust(cells)
