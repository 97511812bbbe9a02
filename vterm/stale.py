"""How fresh is what the screen shows: when the desk last spoke, whether its stream keeps up, when it is tried again.

Pure. Values are old once nothing was heard for two seconds while the market's clock runs, once the market is known to
have moved on without the stream saying so, and whenever there is no connection. A clock that stands still makes nothing
old; a desk that does not even answer then is waited for a little longer.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from engine.desk import Document
from engine.model.text import safe
from vterm.paint import Line, Span
from vterm.palette import Palette

if TYPE_CHECKING:
    from vterm.state import DeskState

STALE_SECONDS = 2.0
PAUSED_SECONDS = 5.0
OLD_MARK = "◌"
_FADED = ("foreground", "accent", "up", "down", "flat", "warning", "agent")


class Contact:
    """`frame_at` is when the stream last said anything, `retry_at` when a lost desk is tried again (both by the
    state's clock, 0 where there is none); `missed`: the desk knows newer prices than its stream has told."""

    def __init__(self) -> None:
        self.frame_at = self.retry_at = 0.0
        self.missed = False

    def spoke(self, now: float) -> None:
        """A frame of the stream came."""
        self.frame_at, self.missed = now, False

    def silent(self, now: float) -> bool:
        """Whether the stream said nothing for so long that it is worth asking whether it should have."""
        return now - self.frame_at > STALE_SECONDS


def differs(asked: Document, shown: Document) -> bool:
    """Whether a quote that was asked for says another price than the one that the stream told last."""
    return any(asked.get(name) != shown.get(name) for name in ("bid", "ask", "last"))


def judge(state: DeskState) -> bool:
    """Set `live` or `stale` by what was heard; whether that changed anything. Other links are left alone."""
    if state.link not in ("live", "stale"):
        return False
    now, before = state.now(), state.link
    most = PAUSED_SECONDS if state.clock.get("paused") else STALE_SECONDS
    quiet = bool(state.heard_at) and now - state.heard_at > most
    state.link = "stale" if quiet or (state.contact.missed and not state.clock.get("paused")) else "live"
    return state.link != before


def old(state: DeskState) -> bool:
    """Whether the values in sight are of a moment that has passed."""
    return state.link == "stale" or (state.link == "down" and bool(state.heard_at))


def age_seconds(state: DeskState) -> float:
    """Seconds since what is shown was true."""
    contact = state.contact
    at = contact.frame_at if contact.missed else state.heard_at
    return max(0.0, state.now() - at) if at else 0.0


def since(state: DeskState) -> str:
    """The market's time (RFC 3339) that the values in sight are of; empty where none was heard."""
    contact = state.contact
    behind = state.heard_at - contact.frame_at if contact.missed else 0.0
    if behind <= 0 or not state.at:
        return state.at
    speed = int(str(state.clock.get("speed", "1")).partition(".")[0] or 1)
    try:
        at = datetime.fromisoformat(state.at[:19]) - timedelta(seconds=behind * speed)
    except ValueError:
        return state.at
    return at.isoformat() + "Z"


# -- words ------------------------------------------------------------------------------------------------------


def span_words(seconds: float) -> str:
    """40 ms, 3 s, 2 min, 5 h: one unit, so that a line holds still."""
    if seconds < 1:
        return f"{int(seconds * 1000)} ms"
    whole = int(seconds)
    return f"{whole} s" if whole < 120 else f"{whole // 60} min" if whole < 7200 else f"{whole // 3600} h"


def lost_words(state: DeskState, short: bool = False) -> str:
    """What is lost, and when it is tried again. An engine of one's own that is gone has stopped; others are far."""
    word = "offline" if state.source == "SHARED" else "engine stopped"
    left = state.contact.retry_at - state.now()
    if state.contact.retry_at and left > 0:
        return f"{word} · {'again' if short else 'retrying'} in {int(left) + 1} s"
    return f"{word} · {'retrying' if short else 'connecting again'}"


def status_key(state: DeskState) -> str:
    """Changes whenever the words of the connection do, where they are counted in seconds."""
    if state.link == "down":
        return lost_words(state)
    return f"{state.link} {int(age_seconds(state))}" if state.link == "stale" else state.link


def source_words(state: DeskState, cells: int) -> str:
    """SIM; REPLAY and the recording's name; SHARED and the desk's address: in at most so many cells."""
    name = safe(state.market_name)
    text = f"{state.source} {name}" if name and state.source != "SIM" else state.source
    return text if len(text) <= cells else text[: max(0, cells - 1)] + "…"


# -- looks ------------------------------------------------------------------------------------------------------


def faded(palette: Palette) -> Palette:
    """The palette for values that are old: all in one grey, which a terminal without colours shows, too."""
    grey = palette.roles["muted"]
    roles = palette.roles | dict.fromkeys(_FADED, grey)
    return replace(palette, name=f"{palette.name} faded", roles=roles, _styles={})


def dimmed(line: Line) -> Line:
    """The spans of a line in the role of what is old."""
    return tuple(_dim(span) for span in line)


def _dim(span: Span) -> Span:
    text, name = span
    return (text, "muted") if " on " not in name else span
