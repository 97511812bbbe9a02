"""What the Research screen shows: the instrument, its bars, its companions, the trade supposed. Outlives the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from engine.desk import Document
from vterm.asked import Asked, Call

if TYPE_CHECKING:
    from engine.desk import Desk
    from vterm.state import DeskState

EVERY = ("1d", "1h", "5m")
BESIDE = ("peers", "watchlist", "held")
SIDES = ("buy", "sell")
SIZES = ("1000", "10000", "100000", "1000000")
MOST = 14
"""Instruments that are correlated at most, the selected one included."""


class ResearchChoice(Asked):
    """`every` is the bars that indicators read; `beside` what the instrument is correlated with."""

    RENEW: ClassVar[dict[str, float]] = {"study": 15.0, "correlation": 120.0}

    def __init__(self) -> None:
        super().__init__()
        self.pane = "peers"
        self.every, self.beside, self.side, self.size = "1d", "peers", "buy", "10000"
        self.symbol = ""
        self.companions: tuple[str, ...] = ()

    def look(self, state: DeskState) -> None:
        """The desk's instrument and its companions."""
        self.symbol = state.symbol
        self.companions = tuple(self._beside(state))[: MOST - 1]

    def _beside(self, state: DeskState) -> list[str]:
        names = {"peers": peers_of(state), "watchlist": list(state.watch),
                 "held": [str(row["symbol"]) for row in state.positions()]}[self.beside]  # fmt: skip
        return [name for name in dict.fromkeys(names) if state.front(name) != self.symbol]

    @property
    def quantity(self) -> str:
        """Units of the trade supposed, of the study's own sizes; empty while that is not known, or below a lot."""
        if self.answered("study")[:1] != (self.symbol,):
            return ""
        rows = self.documents["study"]["costs"]
        return next((str(row["quantity"] or "") for row in rows if row["value"] == self.size), "")

    def calls(self) -> list[Call]:
        """The study first: the trade supposed follows from it."""
        if not self.symbol:
            return []
        wanted: list[Call] = [("study", (self.symbol, self.every))]
        if self.quantity:
            wanted.append(("what_if", (self.symbol, self.side, self.quantity)))
        if self.companions:
            wanted.append(("correlation", (self.symbol, *self.companions)))
        return wanted

    async def ask(self, desk: Desk, call: Call) -> Document:
        """An order supposed is a payload, companions are a list."""
        name, args = call
        if name == "what_if":
            symbol, side, quantity = args
            return await desk.what_if({"symbol": symbol, "side": side, "type": "market", "quantity": quantity})
        return await desk.correlation(list(args)) if name == "correlation" else await super().ask(desk, call)


def peers_of(state: DeskState) -> list[str]:
    """Instruments of the selected one's class and sector, itself included, as the desk lists them; of its class where
    no other shares the sector."""
    own = state.instrument()
    rows = [row for row in state.instruments.values() if row.get("asset_class") == own.get("asset_class")]
    near = [row for row in rows if row.get("sector") == own.get("sector")]
    return [str(row["symbol"]) for row in (near if len(near) > 1 else rows)]
