"""The sessions clock: what is open, until when, what opens when, in market time; short days and holidays by name."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import ClassVar
from zoneinfo import ZoneInfo

from engine.desk import Document
from engine.model.text import safe
from vterm.paint import Line, Span, clip, fit
from vterm.panes.header import market_time
from vterm.panes.market_pane import MarketListPane
from vterm.state import DeskState

STATES = {"regular": ("●", "up", "open"), "pre": ("◐", "warning", "pre"), "post": ("◐", "warning", "post"),
          "break": ("○", "muted", "lunch"), "closed": ("○", "muted", "shut"),
          "halted": ("×", "error", "halt")}  # fmt: skip
FOLLOWS = {"closed": "shuts", "post": "shuts", "break": "lunch", "pre": "shuts", "regular": "opens", "halted": "halts"}


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """A venue's wall clock; UTC where the machine does not know it."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def moment(text: str) -> datetime | None:
    """An RFC 3339 time of a document."""
    return datetime.fromisoformat(text[:19] + "+00:00") if text else None


def countdown(at: str, until: str) -> str:
    """`5:07:53` of market time, `2d 8:24` where it is longer."""
    here, then = moment(at), moment(until)
    if here is None or then is None or then < here:
        return "—"
    seconds = int((then - here).total_seconds())
    days, rest = divmod(seconds, 86_400)
    clock = f"{rest // 3600}:{rest // 60 % 60:02}"
    return f"{days}d {clock}" if days else f"{clock}:{rest % 60:02}"


def coming(row: Document) -> tuple[str, str]:
    """(word, time) of what comes next: the close of what is open, the open of what is not."""
    if row.get("state") == "regular":
        follows = str(row.get("next_state") or "")
        return (FOLLOWS.get(follows, "shuts"), str(row.get("next") or "")) if follows else ("always open", "")
    return "opens", str(row.get("opens_at") or "")


def in_order(rows: list[Document]) -> list[Document]:
    """What is open first, what shuts soonest on top; then what opens soonest."""
    return sorted(rows, key=lambda row: (row.get("state") != "regular", coming(row)[1] or "9", str(row["session"])))


def line(row: Document, at: str, width: int) -> Line:
    """Venue, its own time, state, what comes next and in how long."""
    mark, role, word = STATES.get(str(row.get("state")), STATES["closed"])
    name = safe(str(row.get("name") or row["session"]))
    what, when = coming(row)
    local = market_time(at, zone(str(row.get("zone") or "UTC")))[:5]
    tail = f"{what} {countdown(at, when)}" if when else what
    spans: list[Span] = [(f" {mark} ", role), (clip(name, 10), "foreground"), (f" {local} ", "muted")]
    if width >= 44 or word not in ("open", "shut"):
        spans.append((clip(word, 6), "foreground" if role == "up" else "muted"))
    room = width - sum(len(text) for text, _ in spans) - 1
    today = row.get("today") or {}
    if today.get("kind") in ("closed", "short"):
        kind = safe(str(today.get("name") or ("holiday" if today["kind"] == "closed" else "short day")))
        if room - len(tail) > 8:
            spans.append((clip(f" {kind}", room - len(tail) - 1), "warning"))
            room = width - sum(len(text) for text, _ in spans) - 1
    return fit((*spans, (tail.rjust(room), "foreground" if role == "up" else "muted"), (" ", "muted")), width)


def special(rows: list[Document]) -> list[tuple[str, str, str, list[str]]]:
    """(date, kind, name, venues) of special days, today's included, soonest first."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        venue = safe(str(row.get("name") or row["session"]))
        today = row.get("today") or {}
        days = [*([today] if today.get("kind") in ("closed", "short") else []), *(row.get("holidays") or ())]
        for day in days:
            found.setdefault((str(day["date"]), str(day["kind"]), safe(str(day["name"]))), []).append(venue)
    return [(*key, venues) for key, venues in sorted(found.items())]


def day_line(day: tuple[str, str, str, list[str]], width: int) -> Line:
    """`26 Nov Thanksgiving` and who is shut."""
    date, kind, name, venues = day
    when = datetime.fromisoformat(date).strftime("%d %b").lstrip("0").rjust(6)
    word = "shut" if kind != "short" else "half day" if width >= 44 else "half"
    named = name or ("holiday" if kind == "closed" else "short day")
    start: list[Span] = [
        (f" {when} ", "muted"),
        (f"{word:<{9 if width >= 44 else 5}}", "warning"),
        (f"{named}: ", "foreground"),
    ]
    room = width - sum(len(text) for text, _ in start) - 1
    return fit((*start, (clip(", ".join(venues), max(0, room)), "muted")), width)


class HoursPane(MarketListPane):
    """A row a venue, then the special days of the coming weeks. It scrolls."""

    CONTEXT: ClassVar[str] = "hours"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"clock", "link"})
    NAME: ClassVar[str] = "Sessions"

    def __init__(self, state: DeskState) -> None:
        super().__init__(state, "hours")

    def paint(self, width: int, height: int) -> None:
        """The clock."""
        state, rows = self.state, in_order(self.state.sessions)
        now = sum(1 for row in rows if row.get("state") == "regular")
        self.entitle("Sessions", f"{now} of {len(rows)} open · {market_time(state.at)[:5]} New York")
        if not rows:
            self.empty("opening the market", height, width)
            return
        lines = [line(row, state.at, width) for row in rows]
        days = special(rows)
        if days:
            lines += [((" SHORT AND SHUT DAYS", "muted"),), *(day_line(day, width) for day in days)]
        self.keep([str(place) for place in range(len(lines))])
        self.show([self.mark(i, text) for i, text in enumerate(lines)])
