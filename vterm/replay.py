"""What the market's clock does and can do: speed, pause, the next open, the place within a recording. Pure.

`clock` is the desk's document `{now, speed, paused, step_ms, recording?: {name, begin, end}}`, times RFC 3339.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from engine.desk import Document
from engine.model.text import safe

if TYPE_CHECKING:
    from vterm.state import DeskState

SPEEDS = (1, 2, 5, 10, 20, 60, 300)
"""Those that the keys go through; `clock speed N` takes any whole number that the engine does."""
FIXED = "a shared desk runs on the world's time: its clock cannot be set"
AT_THE_END = "all books shut; what you hold and what works stays. Opened again, it plays from its start"
ENDED = "all books are shut. Quit and open it again to play it from its start"
NO_OPEN_LEFT = "nothing opens within this recording; play it faster instead"
NO_OPEN = "no market here has an open to jump to"


class Place(NamedTuple):
    """Where a playback stands; times RFC 3339, `done` in percent, `ended` once the last event is played."""

    name: str
    begin: str
    now: str
    end: str
    done: int
    ended: bool


def seconds_of(at: str) -> int:
    """Seconds since 1970 of an RFC 3339 time in UTC, 0 where it is none."""
    try:
        return int(datetime.fromisoformat(at[:19]).replace(tzinfo=UTC).timestamp())
    except ValueError:
        return 0


def speed_of(clock: Document) -> int:
    """Market seconds a second; 1 where that is not told."""
    text = str(clock.get("speed", "1")).partition(".")[0]
    return int(text[:6]) if text.isascii() and text[:6].isdigit() else 1


def next_speed(now: int, by: int) -> int:
    """The next faster (`by` > 0) or slower of the usual speeds, from any."""
    if by > 0:
        return next((speed for speed in SPEEDS if speed > now), max(now, SPEEDS[-1]))
    return next((low for low, high in pairwise((*SPEEDS, 10**9)) if low < now <= high), SPEEDS[0])


def place(clock: Document, at: str) -> Place | None:
    """The place within a recording at the market time `at`; None where no recording is played."""
    told = clock.get("recording")
    if not isinstance(told, dict):
        return None
    begin, end, now = str(told.get("begin", "")), str(told.get("end", "")), at or str(clock.get("now", ""))
    first, last, here = seconds_of(begin), seconds_of(end), seconds_of(now)
    span = max(1, last - first)
    done = max(0, min(100, (here - first) * 100 // span))
    # Fractions of a second matter at the end only, and RFC 3339 times in one form sort as text.
    ended = bool(end) and (here > last or (here == last and now >= end))
    return Place(safe(str(told.get("name", ""))), begin, now, end, 100 if ended else min(99, done), ended)


def fixed(state: DeskState) -> str:
    """Why the clock cannot be set here; empty where it can."""
    return FIXED if state.source == "SHARED" else ""


def next_open(sessions: Sequence[Document], now: str) -> tuple[str, str]:
    """The open that the clock would jump to: venue and time, New York's before all others; empty where none is."""
    rows = [row for row in sessions if str(row.get("opens_at") or "") > now and row.get("session") != "24_7"]
    if not rows:
        return "", ""
    best = min(rows, key=lambda row: (row.get("session") != "US_EQ", str(row["opens_at"])))
    return safe(str(best.get("name") or best.get("exchange") or "")), str(best["opens_at"])


def no_jump(state: DeskState) -> str:
    """Why there is no open to jump to in a recording; empty where there is one, and for a living market."""
    here = place(state.clock, state.at)
    if here is None:
        return ""
    at = next_open(state.sessions, state.at)[1]
    return "" if at and at <= here.end else NO_OPEN_LEFT


def lasting(seconds: int) -> str:
    """4 s, 12 min, 3 h 05 min, 2 d 4 h."""
    if seconds < 60:
        return f"{max(0, seconds)} s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h {minutes % 60:02d} min" if hours < 24 else f"{hours // 24} d {hours % 24} h"
