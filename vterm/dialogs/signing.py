"""The signing dialog: a card, drawn from what is signed, and a gesture that only a person can make.

It opens when a person opens it and owns everything while it is there: the application hands it every input, and
nothing else has any. What counts is what the terminal's driver read, after the card was found on the screen as it is
signed, for as long as it stays there.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
from textual import events
from textual.app import ComposeResult
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.widgets import Static

from engine.model.text import safe
from engine.signing.gesture import ARMS_AFTER_MS, Gesture, Source
from themes import STYLES
from vterm.dialogs import signing_beside as beside
from vterm.dialogs import signing_lines as lines
from vterm.dialogs.signing_card import CardView
from vterm.dialogs.signing_check import COVERED, fault
from vterm.dialogs.signing_outcome import outcome_lines
from vterm.dialogs.signing_plan import Plan, plan
from vterm.dialogs.signing_session import Phase, Session
from vterm.paint import Line
from vterm.widgets.line_edit import LineEdit
from vterm.widgets.line_view import LineView

if TYPE_CHECKING:
    from vterm.dialogs.signing_input import Stroke
    from vterm.state import DeskState

BEAT_SECONDS = 0.1
ACCEPT_QUIET_SECONDS = 0.5
"""How long the keyboard rests before an Enter that needs no code: a key held down never does."""
CLOSE_AFTER_SECONDS = 0.4
MOST_WHY = 200
READING = "the card is put away while you read this"
ALL_AT_ONCE = "that came all at once, as pasted text does: type the code"


class SigningDialog(ModalScreen[None]):
    """One proposal."""

    CSS_PATH = str(STYLES / "signing.tcss")
    BINDINGS: ClassVar[list[Any]] = []
    owns_input = True
    """The application gives every input to `take_input`."""

    def __init__(self, state: DeskState, session: Session) -> None:
        super().__init__()
        self.state, self.session, self.now = state, session, session.now
        session.changed = self._moved
        self.gesture = Gesture("")
        self.fault = ""
        self.note = ""
        self.why = False
        self.secret: LineEdit | None = None
        self.reason: LineEdit | None = None
        self.closable_at = 0.0
        self._looks: object = None
        self._phase = Phase.OPENING
        self.place: Plan = plan(80, 24)
        self.card = CardView()
        self.parts = {name: LineView(id=f"sign-{name}") for name in ("head", "side", "under", "foot", "over")}

    # -- parts ----------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """A ground, the card, and what stands around it."""
        yield Static(id="sign-box", markup=False)
        yield self.card
        for part in self.parts.values():
            part.can_focus = False
            yield part

    def on_mount(self) -> None:
        """Ask for the card; look at what was painted from then on."""
        self._lay_out()
        self.set_interval(BEAT_SECONDS, self.beat)
        self.session.open()

    def on_resize(self) -> None:
        """Another place for the card: what was typed does not count there."""
        self._disarm()
        self._lay_out()

    def _lay_out(self) -> None:
        self.place = plan(*self.app.size)
        box = self.query_one("#sign-box", Static)
        box.set_class(self.place.framed, "-framed")
        for name, part in (("box", box), *self.parts.items(), ("card", self.card)):
            region: Region = self.place.card if name == "over" else getattr(self.place, name)
            part.display = bool(region.area) and name != "over"
            part.styles.offset = (region.x, region.y)
            part.styles.width, part.styles.height = max(1, region.width), max(1, region.height)
        self.call_after_refresh(self.paint)

    # -- the beat -------------------------------------------------------------------------------------------

    def beat(self) -> None:
        """Ten times a second: time passes, and the card is looked at."""
        self.session.tick()
        row = self.state.proposals.row(self.session.proposal_id)
        if row:
            self.session.heard(row)
        self.renew()

    def _moved(self) -> None:
        if self.is_mounted and self.is_attached:
            self.renew()

    def renew(self) -> None:
        """The session has moved, or something was typed."""
        if self.session.phase is not self._phase:
            self._begin(self.session.phase)
        self.check()
        if self.is_mounted:
            self.paint()

    def _begin(self, phase: Phase) -> None:
        self._phase = phase
        opened = self.session.opened
        if phase is Phase.CARD and opened is not None:
            self.gesture = Gesture(opened.code)
            self.card.show(opened.rows, opened.code, sixteen=self._sixteen)
            self._disarm()
        elif phase is Phase.LOCKED:
            self.secret = LineEdit(most=256)
        self.why, self.note, self.reason = False, "", None
        self.closable_at = self.now() + CLOSE_AFTER_SECONDS
        if phase is not Phase.LOCKED:
            self.secret = None
        if phase is not Phase.CARD:
            self.gesture = self.gesture.covered()

    # -- the paint check ------------------------------------------------------------------------------------

    def _compositor_refresh(self) -> None:
        """The framework has put the screen together anew: look at what the card has become."""
        super()._compositor_refresh()
        if self.is_mounted and self.session.phase is Phase.CARD:
            self.check()

    def check(self) -> None:
        """Hold what is painted against the card; arm it, or take that back."""
        if self.session.phase is not Phase.CARD or self.session.opened is None:
            return
        if self._changed_looks():
            self._disarm()
            return
        found = self._fault()
        if found:
            self._disarm(found)
        elif self.gesture.painted_ms is None and self.app._held is None:  # type: ignore[attr-defined]
            # While a picture is held back for a slow line, what is composed is not on the screen yet.
            self.fault = ""
            self.gesture = self.gesture.painted(self._ms(self.now()))

    def _changed_looks(self) -> bool:
        """Whether the window or its colours are others than at the last look."""
        app: Any = self.app
        before, self._looks = self._looks, (app.size, app.theme, app.palette.look, self.place)
        return before != self._looks

    def _fault(self) -> str:
        app: Any = self.app
        if app.screen is not self or not app.app_focus or not self.card.is_attached:
            return COVERED
        if self.parts["over"].display:
            return READING
        assert self.session.opened is not None
        return fault(self, self.card.region, self.session.opened.rows, sixteen=self._sixteen)

    def _disarm(self, why: str = "") -> None:
        """Nothing counts until the card is found again; `why`, where that is not only a matter of a moment."""
        self.fault = why
        self.gesture = self.gesture.covered()

    @property
    def _sixteen(self) -> bool:
        palette: Any = getattr(self.app, "palette", None)
        return bool(palette is not None and palette.sixteen)

    @staticmethod
    def _ms(at: float) -> int:
        return int(at * 1000)

    # -- input ----------------------------------------------------------------------------------------------

    def take_input(self, event: events.Event) -> None:
        """Everything that the terminal sends while this is open. The mouse does nothing here."""
        self.session.tick()
        if isinstance(event, events.Paste):
            self._pasted(event.text)
        elif isinstance(event, events.Key):
            stroke = self.app.typed_keys.take(event)  # type: ignore[attr-defined]
            if stroke is not None:
                self._typed(event, stroke)
                self.app.app_focus = True
        self.renew()

    def _pasted(self, text: str) -> None:
        if self.secret is not None:
            self.secret.insert(text.strip("\r\n"))
        elif self.reason is not None:
            self.reason.insert(safe(text)[:MOST_WHY])
        elif self.session.phase is Phase.CARD:
            self.gesture = msgspec.structs.replace(self.gesture, typed="")
            self.note = ALL_AT_ONCE

    def _typed(self, event: events.Key, stroke: Stroke) -> None:
        phase = self.session.phase
        if self.reason is not None:
            self._why_not(event, self.reason)
        elif phase is Phase.LOCKED and self.secret is not None:
            self._unlocking(event, self.secret)
        elif phase in (Phase.DONE, Phase.OVER) and not (phase is Phase.OVER and event.key == "f9"):
            if stroke.at >= self.closable_at and not stroke.held:
                self.close()
        elif event.key == "escape":
            self.close()
        elif event.key == "f8" and phase in (Phase.CARD, Phase.REFUSED):
            self.reason, self.note = LineEdit(most=MOST_WHY, number=False), ""
            self._disarm("you are about to decline it")
        elif event.key == "f9" and phase in (Phase.REFUSED, Phase.OVER) and not self.session.told.get("gone"):
            self.session.open()
        elif event.key == "f1" and phase is Phase.CARD:
            self._turn_why()
        elif phase is Phase.CARD:
            self._gesture(event, stroke)

    def _gesture(self, event: events.Key, stroke: Stroke) -> None:
        """A key on the card."""
        self.check()
        if stroke.burst:
            self.gesture, self.note = msgspec.structs.replace(self.gesture, typed=""), ALL_AT_ONCE
            return
        if stroke.held or (event.key == "enter" and not self.gesture.code and stroke.quiet < ACCEPT_QUIET_SECONDS):
            return
        char = event.character or ""
        key = event.key if event.key in ("enter", "backspace") or not char.isprintable() else char
        before = self.gesture
        self.gesture = before.press(key, self._ms(stroke.at), Source.KEYBOARD)
        self.note = "" if self.gesture != before else self.note
        if self.gesture.signed:
            self.session.sign(self.gesture.typed)

    def _turn_why(self) -> None:
        self.why = not self.why
        if not self.place.side.area:
            self._disarm(READING)

    def _why_not(self, event: events.Key, reason: LineEdit) -> None:
        """The reason for declining, as it is typed."""
        if event.key == "escape":
            self.reason = None
        elif event.key == "enter":
            self.reason = None
            self.session.decline(safe(reason.text.strip(), MOST_WHY))
        elif event.character and event.is_printable:
            reason.insert(event.character)
        else:
            reason.key(event.key)

    def _unlocking(self, event: events.Key, secret: LineEdit) -> None:
        """The passphrase, as it is typed; handed on, it is forgotten here."""
        if event.key == "escape":
            self.close()
        elif event.key == "enter" and secret.text:
            text, self.secret = secret.text, LineEdit(most=256)
            self.session.unlock(text)
        elif event.character and event.is_printable:
            secret.insert(event.character)
        else:
            secret.key(event.key)

    def close(self) -> None:
        """Leave. What was presented and not signed stays for later."""
        if self.session.phase is Phase.SIGNING:
            return
        self.session.stop()
        closing = asyncio.ensure_future(self.session.shelve())
        self.session.keep(closing)
        self.dismiss(None)

    def on_unmount(self) -> None:
        """Nothing goes on behind a closed dialog."""
        self.session.stop()

    # -- painting -------------------------------------------------------------------------------------------

    @property
    def document(self) -> dict[str, Any]:
        """The proposal as it is known now."""
        opened = self.session.opened
        return opened.proposal if opened is not None else self.state.proposals.row(self.session.proposal_id)

    def paint(self) -> None:
        """Everything but the card."""
        session, place = self.session, self.place
        more = sum(row["proposal_id"] != session.proposal_id for row in self.state.proposals.waiting())
        summary = safe(str(self.document.get("summary", "")), 120)
        show = lambda name, body: self.parts[name].show(body)  # noqa: E731
        show("head", [lines.head(session.proposal_id, summary, more, session.left(), session.valid(), place.head.width,
                                 session.phase)])  # fmt: skip
        show("under", self._under(place.under.width, place.under.height))
        over = self._over(place.card.width, place.card.height)
        if self.parts["over"].display != bool(over):
            self.parts["over"].display = bool(over)
            self.card.display = not over
        show("over", over)
        show("side", self._side(place.side.width, place.side.height))
        show("foot", self._foot(place.foot.width, place.foot.height))

    def _side(self, cells: int, rows: int) -> list[Line]:
        if not cells:
            return []
        if self.why:
            return self._why_lines(cells)[:rows]
        return beside.side(self.session.facts, self.document, cells, rows)

    def _over(self, cells: int, rows: int) -> list[Line]:
        """What takes the card's place where there is no other: the reason, what became of it, how to go on."""
        session, place = self.session, self.place
        if session.phase is Phase.DONE:
            found = outcome_lines(session.outcome, self.state.orders, cells)
            return found[:rows] if len(found) > place.under.height else []
        if session.phase in (Phase.REFUSED, Phase.OVER) and place.under.height < 3:
            return lines.told_page(session.told, cells)[:rows]
        return self._why_lines(cells)[:rows] if self.why and not place.side.area else []

    def _why_lines(self, cells: int) -> list[Line]:
        payload = self.session.opened.payload if self.session.opened else ""
        return beside.why_lines(self.document, self.session.facts, payload, cells)

    def _under(self, cells: int, rows: int) -> list[Line]:
        session = self.session
        if session.phase is Phase.DONE:
            found = outcome_lines(session.outcome, self.state.orders, cells)
            return found if len(found) <= rows else []
        if session.phase in (Phase.REFUSED, Phase.OVER):
            return lines.told_lines(session.told, cells)[:rows] if rows >= 3 else []
        return beside.under(session.facts, self.document, self.state.portfolio, cells, rows)

    def _foot(self, cells: int, rows: int) -> list[Line]:
        session = self.session
        keys = lines.keys_line(session.phase, why=self.why, gone=bool(session.told.get("gone")), cells=cells)
        if self.reason is not None:
            keys = lines.listed([("enter", "decline it"), ("esc", "back to the card")], cells)
            return [lines.field_line("why not (may be empty)", self.reason.text, cells), *[()] * (rows - 2), keys]
        if self.secret is not None:
            field = lines.field_line("passphrase", "•" * len(self.secret.text), cells)
            told = lines.told_lines(session.told, cells)[:1] if session.told else [()]
            return [field, *(told if rows > 2 else []), keys]
        first: Line = ()
        if session.phase is Phase.CARD:
            palette: Any = self.app.palette  # type: ignore[attr-defined]
            first = lines.code_line(self.hand(), self.fault, cells, bare=palette.bare)
        return [first, *([self._quiet_line()] if rows > 2 else []), keys]

    def _quiet_line(self) -> Line:
        if self.note:
            return ((f" {self.note}", "warning"),)
        signer = self.session.signer
        if self.session.phase is Phase.CARD and signer is not None and not signer.passphrase:
            return ((" your key has no passphrase; `vterm keys passphrase` sets one", "muted"),)
        return ()

    def hand(self) -> lines.Hand:
        """The gesture as it is shown."""
        gesture = self.gesture
        armed = None if gesture.painted_ms is None else min(ARMS_AFTER_MS, self._ms(self.now()) - gesture.painted_ms)
        return lines.Hand(bool(gesture.code), armed, gesture.typed, gesture.wrong)
