"""Notices as lines: the rows of the centre, its kinds and verbs, and the counter of the footer. Pure."""

from __future__ import annotations

from textwrap import wrap

from vterm.notices import Notice, Notices
from vterm.paint import Line, Span, clip, fit, width

KEYS_LINE = (("enter", "go there", "go"), ("m", "read", "read"), ("M", "all read", "all"), ("esc", "close", "close"))
_MARKS = {"information": (" ", "muted"), "warning": ("!", "bold warning"), "error": ("×", "bold error")}
_WORDS = {"desk": "desk", "account": "booking"}


def when(at: str, today: str) -> str:
    """HH:MM:SS, of another day with its date."""
    if not at:
        return "--:--:--"
    return at[11:19] if at[:10] == today else f"{at[5:10]} {at[11:16]}"


def word_of(kind: str) -> str:
    """What a kind is called."""
    return _WORDS.get(kind, kind)


def row_line(row: Notice, cells: int, today: str) -> Line:
    """● ! 15:52:07 fill  Bought 0.05 BTC-USD at 87,512.50"""
    dot: Span = (" ", "muted") if row.read else ("●", "accent")
    stamp = clip(when(row.at, today), 11 if cells >= 70 else 8)
    text = clip(row.line, max(8, cells - len(stamp) - 16))
    style = "muted" if row.read else "foreground"
    spans: list[Span] = [dot, (" ", "muted"), _MARKS[row.severity], (f" {stamp} ", "muted"),
                         (clip(word_of(row.kind), 8), "muted"), (" ", "muted"), (text, style)]  # fmt: skip
    return fit(spans, cells)


def detail(row: Notice | None, cells: int, rows: int) -> tuple[Line, ...]:
    """What is under the cursor, in full."""
    if row is None:
        return ((("─" * cells, "rule"),), *[()] * rows)
    lines = wrap(row.line, max(20, cells - 2))[:rows]
    lines += [""] * (rows - len(lines))
    tail = " · while you were away" if row.away else ""
    if tail and len(lines[-1]) + len(tail) < cells - 1:
        lines[-1] += tail if lines[-1] else tail.removeprefix(" · ")
    return ((("─" * cells, "rule"),), *(fit(((f" {text}", "muted"),), cells) for text in lines))


def kinds_line(notices: Notices, chosen: str, cells: int) -> tuple[Line, list[tuple[int, int, str]]]:
    """Kinds to choose from, the chosen one in a bracket, and the cells that each covers."""
    spans: list[Span] = []
    places: list[tuple[int, int, str]] = []
    items = {"": len(notices), **notices.counts()}
    for kind, count in items.items():
        here, start = kind == chosen, width(spans)
        spans += [("▌" if here else " ", "accent"), (word_of(kind) or "all", "bold foreground" if here else "muted"),
                  (f" {count}", "faint"), ("▐" if here else " ", "accent")]  # fmt: skip
        places.append((start, width(spans), kind))
    return fit(spans, cells), places


def places_of_keys(verbs: tuple[tuple[str, str, str], ...], cells: int) -> tuple[Line, list[tuple[int, int, str]]]:
    """Keys and their words, and the cells that each covers."""
    spans: list[Span] = [(" ", "muted")]
    places: list[tuple[int, int, str]] = []
    for key, word, name in verbs:
        start = width(spans)
        spans += [(key, "bold foreground"), (f" {word}", "muted")]
        places.append((start, width(spans), name))
        spans.append(("   ", "muted"))
    return fit(spans, cells), places


def counter(notices: Notices) -> Line:
    """What the footer says of unread ones; nothing where there are none."""
    count = notices.unread
    if not count:
        return ()
    style = "bold warning" if notices.grave else "bold accent"
    return (("! ", style), (f"{count if count < 100 else '99+'} unread", style), ("  ", "muted"))
