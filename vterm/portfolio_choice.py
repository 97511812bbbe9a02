"""What the Portfolio screen shows, and the figures that it asked for with their age. Pure; outlives the screen."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.desk import Document

WINDOWS = ("1d", "7d", "30d", "1y", "all")
SLICES = ("class", "sector", "currency")
HEADS = ("cost", "class", "sector", "symbol", "direction", "phase")
BENCHMARKS = ("SPX", "SPY")
RENEW_SECONDS = 30.0
SOON_SECONDS = 5.0
"""After a fill or an hour of market time figures are renewed sooner, but not more often than this."""

Call = tuple[str, tuple[str, ...]]


@dataclass
class PortfolioChoice:
    """`window` is the period of the curve, of the ratios and of the attribution."""

    window: str = "30d"
    slices: str = "class"
    heads: str = "cost"
    benchmark: str = ""
    lower: str = "holdings"
    tab: str = "Positions"
    documents: dict[str, Document] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    """Why a figure was refused, by the name of its document."""
    _asked: dict[str, tuple[tuple[str, ...], float, object]] = field(default_factory=dict)

    def calls(self) -> list[Call]:
        """What the screen asks the desk for: method and arguments, the most wanted first."""
        return [
            ("equity", (self.window, self.benchmark)),
            ("analytics", (self.window,)),
            ("attribution", (self.heads, self.window)),
            ("calendar", ("day", "1y")),
        ]

    def due(self, now: float, mark: object) -> list[Call]:
        """Calls to make now: never made, made otherwise, or grown old. `mark` changes when figures should."""
        return [call for call in self.calls() if self._is_due(call, now, mark)]

    def _is_due(self, call: Call, now: float, mark: object) -> bool:
        args, at, then = self._asked.get(call[0], ((), 0.0, None))
        age = now - at
        return args != call[1] or age >= RENEW_SECONDS or (age >= SOON_SECONDS and then != mark)

    def take(self, call: Call, answer: Document, now: float, mark: object) -> None:
        """An answer, unless something else is wanted by now."""
        if call in self.calls():
            self.documents[call[0]] = answer
            self.notes.pop(call[0], None)
            self._asked[call[0]] = (call[1], now, mark)

    def refuse(self, call: Call, why: str, now: float, mark: object) -> None:
        """The desk said no; what was known stays."""
        self.notes[call[0]] = why
        self._asked[call[0]] = (call[1], now, mark)

    def forget(self) -> None:
        """Another desk or account: nothing that was known holds."""
        self.documents, self.notes, self._asked = {}, {}, {}

    def age(self, name: str, now: float) -> str:
        """How old a document is, in steps that do not flicker; empty while there is none."""
        if name not in self.documents:
            return ""
        seconds = int(now - self._asked[name][1])
        return "now" if seconds < 10 else f"{seconds // 10 * 10} s ago" if seconds < 60 else f"{seconds // 60} min ago"

    def turn(self, what: str, among: tuple[str, ...], by: int, *, round_: bool = True) -> None:
        """The next or previous of a choice."""
        at = among.index(getattr(self, what)) + by
        setattr(self, what, among[at % len(among) if round_ else max(0, min(len(among) - 1, at))])
