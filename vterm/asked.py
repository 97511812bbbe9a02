"""Documents that a screen asks the desk for while somebody looks at it, with their age. Pure but for `ask`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from engine.desk import Document

if TYPE_CHECKING:
    from engine.desk import Desk
    from vterm.state import DeskState

RENEW_SECONDS = 30.0
SOON_SECONDS = 5.0
"""After a fill or an hour of market time documents are renewed sooner, but not more often than this."""

Call = tuple[str, tuple[Any, ...]]
"""Method of the desk and its arguments. Documents are known by the method's name."""


class Asked:
    """What is wanted, what is known of it, and when it was asked for."""

    RENEW: ClassVar[dict[str, float]] = {}
    """Seconds after which a document is asked for again, where they are not RENEW_SECONDS."""

    def __init__(self) -> None:
        self.pane = ""
        """The pane that had the focus."""
        self.documents: dict[str, Document] = {}
        self.notes: dict[str, str] = {}
        """Why a document was refused, by its name."""
        self._asked: dict[str, tuple[tuple[Any, ...], float, object]] = {}

    def calls(self) -> list[Call]:
        """What the screen asks for, the most wanted first."""
        raise NotImplementedError

    def look(self, state: DeskState) -> None:
        """Take from the state what the calls depend on."""

    async def ask(self, desk: Desk, call: Call) -> Document:
        """One call."""
        answer: Document = await getattr(desk, call[0])(*call[1])
        return answer

    def due(self, now: float, mark: object) -> list[Call]:
        """Calls to make now: never made, made otherwise, or grown old. `mark` changes when figures should."""
        return [call for call in self.calls() if self._is_due(call, now, mark)]

    def _is_due(self, call: Call, now: float, mark: object) -> bool:
        args, at, then = self._asked.get(call[0], ((None,), 0.0, None))
        age = now - at
        renew = self.RENEW.get(call[0], RENEW_SECONDS)
        return args != call[1] or age >= renew or (age >= SOON_SECONDS and then != mark)

    def take(self, call: Call, answer: Document, now: float, mark: object) -> None:
        """An answer, unless something else is wanted by now."""
        if call in self.calls():
            self.documents[call[0]] = answer
            self.notes.pop(call[0], None)
            self._asked[call[0]] = (call[1], now, mark)

    def refuse(self, call: Call, why: str, now: float, mark: object) -> None:
        """The desk said no. What was known stays where it answers this very question."""
        if call in self.calls():
            if self.answered(call[0]) != call[1]:
                self.documents.pop(call[0], None)
            self.notes[call[0]] = why
            self._asked[call[0]] = (call[1], now, mark)

    def waits(self, name: str) -> bool:
        """Whether what is known of a document answers another question than the present one, or none is asked."""
        call = next((call for call in self.calls() if call[0] == name), None)
        return call is None or self._asked.get(name, ((None,), 0.0, None))[0] != call[1]

    def answered(self, name: str) -> tuple[Any, ...]:
        """Arguments that the known document of a name was asked for with; empty while there is none."""
        return self._asked[name][0] if name in self.documents and name in self._asked else ()

    def age(self, name: str, now: float) -> str:
        """How old a document is, in steps that do not flicker; empty while there is none."""
        if name not in self.documents or name not in self._asked:
            return ""
        seconds = int(now - self._asked[name][1])
        return "now" if seconds < 10 else f"{seconds // 10 * 10} s ago" if seconds < 60 else f"{seconds // 60} min ago"

    def turn(self, what: str, among: tuple[str, ...], by: int) -> None:
        """The next or previous of a choice, round and round."""
        setattr(self, what, among[(among.index(getattr(self, what)) + by) % len(among)])
