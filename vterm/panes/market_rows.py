"""Lines of the market: columns by the room there is, a head that says how they are sorted. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from engine.desk import Document
from engine.model.text import safe
from vterm.paint import DOWN, LEVELS, UP, Line, Span, arrow, clip, direction, fit, number, on, places, signed
from vterm.state import DeskState, units

Cell = Callable[["Table", Document, int], Line]
SESSIONS = {"regular": ("● open", "up"), "pre": ("◐ pre", "warning"), "post": ("◐ post", "warning"),
            "break": ("○ lunch", "muted"), "closed": ("○ shut", "muted"), "halted": ("× halt", "error")}  # fmt: skip
NARROW, FULL, LARGE = 77, 97, 117


@dataclass
class Table:
    """How rows are laid out at a width: `spans` are (start, end, column) of the head, for clicks."""

    state: DeskState
    width: int
    dull: bool = False
    scales: dict[str, int] = field(default_factory=dict)
    """Full height of a line in each class, in millionths of the price."""
    columns: list[tuple[str, str, int, Cell]] = field(default_factory=list)
    spans: list[tuple[int, int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.columns = _columns(self.width)

    def head(self, sort: str) -> Line:
        """Names of the columns; the one that orders them carries an arrow."""
        line: list[Span] = [(" ", "muted")]
        at, self.spans = 1, []
        column = sort.removeprefix("-")
        for key, title, cells, _ in self.columns:
            here = key == column
            text = f"{title}{_turned(key, sort)}" if here else title
            shown = clip(text, cells) if _left(key) else text[:cells].rjust(cells)
            line.append((shown, "bold accent" if here else "muted"))
            self.spans.append((at, at + cells, key))
            at += cells
        return fit(line, self.width)

    def row(self, row: Document) -> Line:
        """One instrument."""
        symbol = str(row["symbol"])
        watched = symbol in self.state.watch or row.get("front") in self.state.watch
        line: list[Span] = [("★" if watched else " ", "accent")]
        for _, _, cells, cell in self.columns:
            line += cell(self, row, cells)
        return fit(line, self.width)


def scales(state: DeskState) -> dict[str, int]:
    """One scale for the lines of a class: what nine in ten of them stay within."""
    spans: dict[str, list[int]] = {}
    for symbol, row in state.market.items():
        values = state.sparks.get(symbol, ())
        if len(values) > 1:
            spans.setdefault(str(row["asset_class"]), []).append(_reach(values))
    return {kind: sorted(found)[len(found) * 9 // 10] for kind, found in spans.items()}


def _left(key: str) -> bool:
    return key in ("symbol", "name", "sector", "spark", "session")


def _turned(key: str, sort: str) -> str:
    """▲ where the smallest or the letter a comes first."""
    words = key in ("symbol", "name", "class", "sector", "session")
    return UP if words != sort.startswith("-") else DOWN


def _columns(width: int) -> list[tuple[str, str, int, Cell]]:
    last = ("last", "last", 12, _last)
    tail: list[tuple[str, str, int, Cell]] = [
        ("change", "change %", 10, _percent),
        ("turnover", "turnover M", 11, _turnover),
        ("spread", "spread bp", 10, _spread),
        ("session", "  session", 9, _session),
    ]
    if width < NARROW:
        short = [("change", "chg %", 9, _percent), ("turnover", "turn. M", 10, _turnover), ("spread", "bp", 7, _spread)]
        room = max(6, width - 1 - 9 - 12 - 26)
        return [("symbol", "symbol", 9, _symbol), ("spark", "day", min(room, 14), _spark), last, *short]
    middle: list[tuple[str, str, int, Cell]] = [last]
    if width >= FULL:
        middle.append(("move", "change", 11, _move))
    if width >= LARGE:
        tail.insert(2, ("volume", "volume", 16, _volume))
    taken = 1 + 10 + sum(cells for _, _, cells, _ in (*middle, *tail))
    spark = 13 if width < LARGE else 25
    room = width - taken - spark - 1
    lead: list[tuple[str, str, int, Cell]] = [("symbol", "symbol", 10, _symbol)]
    if room >= 34:
        lead += [("name", "name", room - 20, _name), ("sector", "sector", 20, _sector)]
    elif room >= 8:
        lead.append(("name", "name", room, _name))
    else:
        spark += max(0, room)
    return [*lead, ("spark", "day", spark, _spark), *middle, *tail]


def _symbol(table: Table, row: Document, cells: int) -> Line:
    here = table.state.symbol in (row["symbol"], row.get("front"))
    return ((clip(str(row["symbol"]), cells), "bold accent" if here else "foreground"),)


def _name(table: Table, row: Document, cells: int) -> Line:
    return ((clip(safe(str(row.get("name") or "")), cells - 1) + " ", "muted"),)


def _sector(table: Table, row: Document, cells: int) -> Line:
    return ((clip(safe(str(row.get("sector") or "")), cells - 1) + " ", "faint"),)


def _spark(table: Table, row: Document, cells: int) -> Line:
    values = table.state.sparks.get(str(row["symbol"]), ())
    return (*spark(values, cells - 1, table.scales.get(str(row["asset_class"]), 0), table.dull), (" ", "muted"))


def spark(values: Sequence[int], cells: int, scale: int = 0, dull: bool = False) -> Line:
    """A line of eight levels, the last point brighter. `scale` is its full height in millionths of the price."""
    if not values or cells < 2:
        return ((" " * max(0, cells), "muted"),)
    count = min(cells, len(values))
    picked = [values[(k + 1) * len(values) // count - 1] for k in range(count)]
    low, high = min(picked), max(picked)
    span = max(high - low, scale * max(1, abs(high)) // 1_000_000, 1)
    base = low - (span - (high - low)) // 2
    text = "".join(LEVELS[max(0, min(7, (value - base) * 8 // span))] for value in picked).rjust(cells)
    return ((text[:-1], "muted"), (text[-1], "muted" if dull else "foreground"))


def _reach(values: Sequence[int]) -> int:
    high = max(values)
    return (high - min(values)) * 1_000_000 // max(1, abs(high))


def _last(table: Table, row: Document, cells: int) -> Line:
    still = table.dull or row.get("session") not in ("regular", "pre", "post")
    line = number(row.get("last"), cells, "muted" if still else "foreground")
    flash = table.state.flashes.active("markets", str(row["symbol"]))
    return on(line, flash) if flash and not table.dull else line


def _move(table: Table, row: Document, cells: int) -> Line:
    return _dulled(table, signed(row.get("change"), cells))


def _percent(table: Table, row: Document, cells: int) -> Line:
    """`▲ +1.24`: arrow, sign and number say the same."""
    text = row.get("change_pct")
    if text is None:
        return signed(None, cells)
    return _dulled(table, ((f"{arrow(text)} {text:>6}".rjust(cells), direction(text)),))


def _dulled(table: Table, line: Line) -> Line:
    return tuple((text, "muted") for text, _ in line) if table.dull else line


def _turnover(table: Table, row: Document, cells: int) -> Line:
    return number(millions(row.get("turnover")), cells, "muted" if table.dull else "foreground", "muted")


def millions(text: str | None) -> str | None:
    """VCR as millions with one decimal."""
    if text is None:
        return None
    tenths = (units(text, 0) + 50_000) // 100_000
    return f"{tenths // 10}.{tenths % 10}"


def _volume(table: Table, row: Document, cells: int) -> Line:
    whole = str(row.get("volume") or "0").partition(".")[0]
    return number(whole, cells, "muted")


def _spread(table: Table, row: Document, cells: int) -> Line:
    text = row.get("spread_bps")
    return number(None if text is None else places(text, 2), cells, "muted" if table.dull else "foreground")


def _session(table: Table, row: Document, cells: int) -> Line:
    text, role = SESSIONS.get(str(row.get("session")), ("", "muted"))
    mark, _, word = text.partition(" ")
    return (("  ", "muted"), (mark, "muted" if table.dull else role), (clip(f" {word}", cells - 3), "muted"))
