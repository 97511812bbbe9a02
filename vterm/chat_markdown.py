"""Markdown of a model as lines of cells: headings, lists, tables, quotes, code, bold, citations. Pure.

The text is foreign. It becomes spans of our own roles; no escape, markup or link of it is ever obeyed, and of a link
both the words and the address are shown. A block is painted once for a width: what streams adds to the last block only.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rich.cells import cell_len, set_cell_size

from engine.model.text import safe
from vterm.paint import Line, Span, fit, width

MOST_COLUMNS = 8
BULLET = "•"
_INLINE = re.compile(
    r"(?P<code>`[^`\n]+`)|(?P<bold>\*\*[^*\n]+\*\*|__[^_\n]+__)|(?P<slant>(?<!\w)[*_][^*_\s][^*_\n]*[*_](?!\w))"
    r"|(?P<cite>\[\d{1,3}\])|(?P<link>\[[^\]\n]+\]\([^)\s]+\))"
)
_ITEM = re.compile(r"^(\s*)(?:[-*+]|(\d{1,3})[.)])\s+(.*)$")
_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")
_RULE = re.compile(r"^\s*([-*_])(?:\s*\1){2,}\s*$")
_DIVIDER = re.compile(r"^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
FLAG = "?"
"""Stands behind a figure that no result holds: a sign beside the colour."""


def painted(text: str, cells: int, flagged: tuple[str, ...] = ()) -> list[Line]:
    """The whole text in lines of at most `cells` cells. `flagged` are figures that get the sign FLAG."""
    lines: list[Line] = []
    for block in blocks(text):
        if lines:
            lines.append(())
        lines += block_lines(block, max(8, cells), flagged)
    return lines


def blocks(text: str) -> list[str]:
    """Parts that an empty line divides; code keeps its empty lines, and open code reaches to the end."""
    found: list[str] = []
    part: list[str] = []
    fenced = False
    for line in safe(text, len(text) + 1, multiline=True).split("\n"):
        fence = line.lstrip().startswith("```")
        if fence and not fenced and part:
            found, part = [*found, "\n".join(part)], []
        fenced = fenced != fence
        if line.strip() or fenced:
            part.append(line)
        elif part:
            found.append("\n".join(part))
            part = []
    return [*found, "\n".join(part)] if part else found


@lru_cache(maxsize=1024)
def block_lines(block: str, cells: int, flagged: tuple[str, ...]) -> tuple[Line, ...]:
    """One block."""
    rows = block.split("\n")
    if rows[0].lstrip().startswith("```"):
        return tuple(_code(rows[1:], cells))
    lines: list[Line] = []
    at = 0
    while at < len(rows):
        row = rows[at]
        if "|" in row and at + 1 < len(rows) and _DIVIDER.match(rows[at + 1]) and "-" in rows[at + 1]:
            end = at + 2
            while end < len(rows) and "|" in rows[end]:
                end += 1
            lines += _table([rows[at], *rows[at + 2 : end]], rows[at + 1], cells, flagged)
            at = end
            continue
        single = _single(row, cells, flagged)
        # A line end of the text stays one: models and the planner write a statement a line.
        lines += wrapped(inline(row.strip(), flagged), cells) if single is None else single
        at += 1
    return tuple(lines)


def _single(row: str, cells: int, flagged: tuple[str, ...]) -> list[Line] | None:
    """A line that stands for itself: heading, rule, item, quote. None for words of a paragraph."""
    if heading := _HEADING.match(row):
        return wrapped(inline(heading[1], flagged, "bold foreground"), cells)
    if _RULE.match(row):
        return [(("─" * cells, "rule"),)]
    if item := _ITEM.match(row):
        deep = min(4, len(item[1]) // 2) * 2
        mark = f"{item[2]}." if item[2] else BULLET
        lead = " " * deep + mark + " "
        return wrapped(inline(item[3], flagged), cells, (lead, "muted"))
    if row.lstrip().startswith(">"):
        return wrapped(inline(row.lstrip()[1:].strip(), flagged, "muted"), cells, ("▌ ", "muted"), repeat=True)
    return None


def inline(text: str, flagged: tuple[str, ...] = (), role: str = "foreground") -> list[Span]:
    """Bold, slanted (as bold: many terminals lack it), code, citations and links of one piece of text."""
    spans: list[Span] = []
    at = 0
    strong = role if role.startswith("bold") else f"bold {role}"
    for found in _INLINE.finditer(text):
        spans += _figures(text[at : found.start()], flagged, role)
        piece, kind = found.group(), found.lastgroup
        if kind == "code":
            spans.append((piece[1:-1], "accent"))
        elif kind == "cite":
            spans.append((piece, "bold agent"))
        elif kind == "link":
            words, _, address = piece[1:-1].partition("](")
            spans += [(words, role), (f" ({address})", "muted")]
        else:
            spans += _figures(piece[2:-2] if kind == "bold" else piece[1:-1], flagged, strong)
        at = found.end()
    return [*spans, *_figures(text[at:], flagged, role)]


def _figures(text: str, flagged: tuple[str, ...], role: str) -> list[Span]:
    if not text:
        return []
    if not flagged:
        return [(text, role)]
    pattern = "|".join(re.escape(one) for one in sorted(flagged, key=len, reverse=True) if one.strip())
    if not pattern:
        return [(text, role)]
    spans: list[Span] = []
    at = 0
    for found in re.finditer(rf"(?<![\w.,])(?:{pattern})(?![\w]|[.,]\d)", text):
        if found.start() > at:
            spans.append((text[at : found.start()], role))
        spans.append((found.group() + FLAG, "bold warning"))
        at = found.end()
    return [*spans, (text[at:], role)] if at < len(text) else spans


def wrapped(spans: list[Span], cells: int, lead: Span = ("", "foreground"), *, repeat: bool = False) -> list[Line]:
    """Spans broken at spaces; a word longer than the line is broken where it must be. `lead` begins the first line, and
    what follows stands below its end (or behind it again, with `repeat`)."""
    indent = cell_len(lead[0])
    room = max(4, cells - indent)
    lines: list[list[Span]] = [[]]
    used = 0
    for text, role in _words(spans):
        size = cell_len(text)
        if used and used + size > room and text != " ":
            lines.append([])
            used = 0
        if text == " " and (not used or used >= room):
            continue
        while size > room:
            part = set_cell_size(text, room).rstrip(" ") or text[:1]
            lines[-1].append((part, role))
            text = text[len(part) :]
            size = cell_len(text)
            lines.append([])
        if text:
            lines[-1].append((text, role))
            used += size
    follow = lead if repeat else (" " * indent, "foreground")
    out: list[Line] = []
    for place, line in enumerate(lines if len(lines) == 1 else [line for line in lines if line]):
        start = lead if place == 0 else follow
        out.append((start, *line) if start[0] else tuple(line))
    return out


def _words(spans: list[Span]) -> list[Span]:
    """Words and single spaces, each with its role; words of several roles without a space between stay together only
    in sight."""
    found: list[Span] = []
    for text, role in spans:
        for part in re.findall(r"\s+|\S+", text):
            found.append((" " if part.isspace() else part, role))
    return found


def _code(rows: list[str], cells: int) -> list[Line]:
    body = rows[:-1] if rows and rows[-1].lstrip().startswith("```") else rows
    lines: list[Line] = []
    for row in body or [""]:
        while True:
            part = row if cell_len(row) <= cells - 2 else set_cell_size(row, cells - 2)
            lines.append((("▏ ", "rule"), (part, "muted")))
            row = row[max(1, len(part)) :]
            if not row:
                break
    return lines


def _table(rows: list[str], divider: str, cells: int, flagged: tuple[str, ...]) -> list[Line]:
    """Columns as wide as their cells, numbers to the right; a table too wide gives from its widest column."""
    table = [_cells(row) for row in rows]
    columns = min(MOST_COLUMNS, max(len(row) for row in table))
    grid = [[inline(row[at] if at < len(row) else "", flagged) for at in range(columns)] for row in table]
    sizes = [max(1, *(width(row[at]) for row in grid)) for at in range(columns)]
    while sum(sizes) + 2 * (columns - 1) > cells and max(sizes) > 3:
        sizes[sizes.index(max(sizes))] -= 1
    rights = [_right(at, divider, table) for at in range(columns)]
    lines: list[Line] = []
    for place, row in enumerate(grid):
        spans: list[Span] = []
        for at, cell in enumerate(row):
            styled = [(text, "bold muted") for text, _ in cell] if place == 0 else cell
            gap = max(0, sizes[at] - width(styled))
            shown = fit(((" " * gap, "foreground"), *styled), sizes[at]) if rights[at] else fit(styled, sizes[at])
            spans += [*(((("  ", "foreground")),) if at else ()), *shown]
        lines.append(tuple(spans))
        if place == 0:
            lines.append((("─" * min(cells, sum(sizes) + 2 * (columns - 1)), "rule"),))
    return lines


def _cells(row: str) -> list[str]:
    return [part.strip() for part in row.strip().removeprefix("|").removesuffix("|").split("|")]


def _right(at: int, divider: str, table: list[list[str]]) -> bool:
    marks = _cells(divider)
    if at < len(marks) and marks[at].endswith(":"):
        return True
    values = [row[at] for row in table[1:] if at < len(row) and row[at]]
    return bool(values) and all(re.match(r"^[+\-−]?[\d.,]+\s*(?:%|[A-Za-z]{0,4})?(?:\s*\[\d+\])*$", v) for v in values)
