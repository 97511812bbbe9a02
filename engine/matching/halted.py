"""Says when trading stops and goes on, in every name in which somebody works an order or holds a position.

A halt covers whole minutes of its venue's hours, so that is when it is looked at: nothing depends on which other
moments the market was shown at. A halt that had begun before a name mattered to anybody is not told, its end is.
"""

from __future__ import annotations

from engine.market.catalogue import Catalogue
from engine.market.shown import ShownMarket
from engine.matching.executions import Executions
from engine.matching.hours import next_open
from engine.model.event import SystemStatus
from engine.model.format import time_text
from engine.model.ids import MINUTE_NS, TimeNs
from engine.model.instrument import Instrument
from engine.model.session import Halt, MarketSession
from engine.portfolio.held import Held

REASONS = {
    "luld": "its price left the band around its average",
    "news": "news is expected",
    "volatility": "it moved too fast",
}
_HALTING = frozenset({"equities", "etfs", "commodities"})
_NEVER = 1 << 62


class HaltWatch:
    """Only the kernel calls it."""

    def __init__(self, shown: ShownMarket, catalogue: Catalogue, executions: Executions, held: Held) -> None:
        self.shown, self.catalogue, self.executions, self.held = shown, catalogue, executions, held
        self._standing: dict[str, Halt] = {}
        self._some = False
        self._due = 0
        self._seen = 0

    def remember(self) -> None:
        """Begin with the halts of this moment, of which nothing more is said until they end."""
        self._standing, self._some, self._due = self._halts(), self._any(), 0

    def touched(self) -> None:
        """Somebody may hold something else than before; when to look next follows from the names alone."""
        if self.held.changes != self._seen:
            self._due = 0

    def next_look(self, now: TimeNs) -> int:
        """When a halt of a name that somebody holds begins or ends, or its venue opens; 0 where nobody holds any."""
        if self._due <= now:
            self._seen = self.held.changes
            held = [i for i in self._held() if i.asset_class in _HALTING]
            changes = [self.shown.source.next_halt(i.column, now) for i in held]
            opens = [next_open(self.shown.calendars[name], now) for name in {i.session for i in held}]
            self._due = min([at for at in (*changes, *opens) if at is not None], default=_NEVER)
        return 0 if self._due >= _NEVER else self._due

    def look(self, at: TimeNs) -> None:
        """Tell what began and what ended since the last whole minute."""
        whole = at % MINUTE_NS == 0
        if whole:
            self._some = self._any()
        if not (self._some or self._standing):
            return
        halts = self._halts()
        if not whole:
            self._standing = {**self._standing, **halts}
            return
        for symbol in sorted(halts.keys() - self._standing.keys()):
            halt = halts[symbol]
            if halt.since > at - MINUTE_NS:
                self._tell(at, symbol, "halted", halted_words(symbol, halt))
        cared = self.executions.open.of_symbol.keys() | {str(i.symbol) for i in self._held()}
        for symbol in sorted(self._standing.keys() - halts.keys()):
            if symbol in cared and self._standing[symbol].until > at - MINUTE_NS:
                self._tell(at, symbol, "resumed", f"{symbol} trades again")
        self._standing = halts

    def _any(self) -> bool:
        return bool((self.shown.source.state == MarketSession.HALTED).any())

    def _tell(self, at: TimeNs, symbol: str, status: str, text: str) -> None:
        self.executions.chronicle.happened(SystemStatus(at, symbol, status, text))

    def _held(self) -> list[Instrument]:
        return [self.catalogue[symbol] for symbol in self.held.symbols()]

    def _halts(self) -> dict[str, Halt]:
        """Halts that stand now in names that matter to somebody."""
        found = {}
        for instrument in (*self._held(), *(self.catalogue[symbol] for symbol in self.executions.open.of_symbol)):
            halted = self.shown.state(instrument) is MarketSession.HALTED
            halt = self.shown.halt(instrument) if halted else None
            if halt is not None:
                found[str(instrument.symbol)] = halt
        return found


def halted_words(symbol: str, halt: Halt) -> str:
    """Why and until when a name does not trade."""
    return f"{symbol} is halted until {time_text(halt.until)}: {REASONS.get(halt.reason, halt.reason)}"
