"""The market and its clock: which market this is, its time and speed, the next open, the place in a recording."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen

from engine.model.text import safe
from themes import DIALOGS
from vterm import replay
from vterm.keymap import Keymap
from vterm.paint import Line, Span, fit, width
from vterm.panes.header import market_time, time_shown
from vterm.stale import age_seconds, lost_words, since, span_words
from vterm.state import DeskState
from vterm.widgets.line_view import LineView

REFRESH_SECONDS = 0.25
CONTROLS = ("pause", "slower", "faster", "next_open")
MARKETS = {
    "SIM": "simulated, of this home alone",
    "REPLAY": "a recorded market, played again",
    "SHARED": "shared with others, on the world's time",
}
LABEL = 12


class ClockDialog(ModalScreen[None]):
    """Stays open while its keys work. `perform` does an action of the table by name."""

    CSS_PATH = DIALOGS

    def __init__(self, state: DeskState, keymap: Keymap, perform: Callable[[str], None]) -> None:
        super().__init__(classes="dialog")
        self.state, self.keymap, self.perform = state, keymap, perform
        self._buttons: list[tuple[int, int, str]] = []
        self._buttons_at = 0

    def compose(self) -> ComposeResult:
        """One view."""
        with Vertical(classes="box") as box:
            box.border_title = "Market and clock"
            box.border_subtitle = "esc closes"
            view = LineView(id="clock")
            view.can_focus = False
            yield view

    def on_mount(self) -> None:
        """Fill it, and keep it new."""
        self.call_after_refresh(self.paint)
        self.set_interval(REFRESH_SECONDS, self.paint)

    # -- painting -------------------------------------------------------------------------------------------

    def paint(self) -> None:
        """Facts above, controls below."""
        view = self.query_one("#clock", LineView)
        cells = view.size.width or 60
        lines = [*self._market(), (), *self._time(cells), *self._recording(cells), ()]
        self._buttons_at = len(lines)
        lines += [self._controls(), *wrapped(self._note(), cells)]
        if view.styles.height is None or view.styles.height.value != len(lines):
            view.styles.height = len(lines)
        view.show([fit(line, cells) for line in lines])

    def _market(self) -> list[Line]:
        state = self.state
        name = safe(state.market_name)
        words = MARKETS.get(state.source, "")
        lines = [_row("market", (f"{state.source} ", "bold accent"), (name or words, "foreground"))]
        if name:
            lines.append(_row("", (words, "muted")))
        link = {"live": f"live, heard {span_words(age_seconds(state))} ago", "opening": "opening the market",
                "stale": f"stale since {time_shown(state, since(state))}, for {span_words(age_seconds(state))}",
                "down": lost_words(state)}[state.link]  # fmt: skip
        return [*lines, _row("account", (safe(state.account), "foreground")), _row("connection", (link, "foreground"))]

    def _time(self, cells: int) -> list[Line]:
        state, clock = self.state, self.state.clock
        here = f"{state.at[:10]}  {market_time(state.at)} New York" if state.source != "REPLAY" else state.at[:10]
        utc = f"{state.at[11:19]} UTC"
        speed, step = replay.speed_of(clock), int(clock.get("step_ms") or 0)
        runs = ("‖ paused", "bold warning") if clock.get("paused") else (f"runs at ×{speed}", "foreground")
        steps = f" · steps of {step} ms" if 0 < step < 1000 else f" · steps of {step // 1000} s" if step else ""
        speeds: list[Span] = []
        for each in replay.SPEEDS:
            chosen = each == speed
            speeds.append((f"[×{each}]" if chosen else f" ×{each} ", "bold accent" if chosen else "muted"))
        rows = [_row("time", (here, "foreground")), _row("", (utc, "muted"))] if cells < 60 else [
            _row("time", (f"{here}  ", "foreground"), (utc, "muted"))]  # fmt: skip
        rows += [_row("clock", runs, (steps, "muted")), _row("speeds", *speeds)]
        name, at = replay.next_open(state.sessions, state.at)
        if at:
            left = replay.lasting(replay.seconds_of(at) - replay.seconds_of(state.at))
            day = "" if at[:10] == state.at[:10] else datetime.fromisoformat(at[:10]).strftime("%d %b ")
            text = f"{name} {day}{time_shown(state, at)[:5]} in {left}"
            rows.append(_row("next open", (text, "foreground"), (" of market time" if cells >= 60 else "", "muted")))
        else:
            rows.append(_row("next open", (replay.NO_OPEN, "muted")))
        return rows

    def _recording(self, cells: int) -> list[Line]:
        place = replay.place(self.state.clock, self.state.at)
        if place is None:
            return []
        room = max(8, min(40, cells - LABEL - 8))
        full = room * place.done // 100
        label, words = ("ended", replay.ENDED) if place.ended else ("at its end", replay.AT_THE_END)
        return [
            (),
            _row("played", ("█" * full + "░" * (room - full), "accent"), (f" {place.done:>3}%", "foreground")),
            _row("from", (_moment(place.begin), "foreground"), ("  to  ", "muted"), (_moment(place.end), "foreground")),
            *(_row("" if index else label, *line) for index, line in enumerate(wrapped(words, cells - LABEL))),
        ]

    def _controls(self) -> Line:
        paused = bool(self.state.clock.get("paused"))
        words = {"pause": "run" if paused else "pause", "next_open": "next open"}
        spans: list[Span] = [(" ", "muted")]
        self._buttons = []
        for name in CONTROLS:
            start = width(spans)
            spans += [(self.keymap.hint(name), "bold foreground"), (f" {words.get(name, name)}  ", "muted")]
            self._buttons.append((start, width(spans) - 2, name))
        return tuple(spans)

    def _note(self) -> str:
        return replay.fixed(self.state)

    # -- hands ----------------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        """The clock's own keys work here; esc closes."""
        action = self.keymap.find(event.key, "desk")
        name = action.name if action else ""
        if event.key in ("escape", "q", "enter") or name == "clock":
            self.dismiss(None)
        elif name in CONTROLS:
            self.perform(name)
        event.stop()

    def on_click(self, event: events.Click) -> None:
        """A click on a control does it, one outside closes."""
        view = self.query_one("#clock", LineView)
        if not self.query_one(".box").region.contains(event.screen_x, event.screen_y):
            self.dismiss(None)
        elif view.body_index(event.screen_y - view.region.y) == self._buttons_at:
            x = event.screen_x - view.region.x
            name = next((name for start, end, name in self._buttons if start <= x < end), "")
            if name:
                self.perform(name)


def _row(label: str, *spans: Span) -> Line:
    return ((f" {label:<{LABEL - 1}}", "muted"), *spans)


def _moment(at: str) -> str:
    return at[:19].replace("T", " ")


def wrapped(text: str, cells: int) -> list[Line]:
    """A sentence in lines of at most so many cells."""
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + len(word) + 1 <= cells - 1:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return [((line, "muted"),) for line in lines]
