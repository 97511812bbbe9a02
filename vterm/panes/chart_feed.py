"""Bars for the chart: the past of the selected instrument and of what it is compared with, and their last ones anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.desk import Document
from engine.model.refusal import Refused
from vterm.state import DeskState

if TYPE_CHECKING:
    from engine.desk import Desk

FIRST_BARS = 300
FRESH_BARS = 5
OVERLAP = 10


def joined(bars: list[Document], fresh: list[Document], most: int) -> list[Document] | None:
    """`bars` with the newest ones in place of theirs; None where there is a gap between the two."""
    if not bars or not fresh or str(fresh[0]["at"]) > str(bars[-1]["at"]):
        return None
    kept = [bar for bar in bars[-OVERLAP:] if bar["at"] < fresh[0]["at"]]
    made = [*bars[:-OVERLAP], *kept, *fresh][-most:]
    return bars if made == bars else made


class ChartFeed:
    """Asks the desk; what it answers stands in the state. `touch` tells which topics changed."""

    def __init__(self, state: DeskState, need: Callable[[], Desk], touch: Callable[[set[str]], None]) -> None:
        self.state, self.need, self.touch = state, need, touch
        self._most = 2 * FIRST_BARS

    async def first(self) -> None:
        """The past of the selected instrument and of what is compared, for the period."""
        state = self.state
        symbol, every = state.symbol, state.every
        self._most = 2 * FIRST_BARS
        answer = await self.need().bars(symbol, every, FIRST_BARS)
        if symbol == state.symbol and every == state.every:
            state.bars, state.bars_known, state.bars_all = answer["bars"], True, False
            self.touch({"bars"})
            await self.compared()

    async def period(self, every: str) -> None:
        """Bars of another period."""
        state = self.state
        state.every, state.bars, state.bars_known = every, [], False
        state.compared.clear()
        self.touch({"bars"})
        await self.first()

    async def more(self, count: int) -> None:
        """So many bars in all, as far as there are any; and those of what is compared."""
        state = self.state
        symbol, every, before = state.symbol, state.every, len(state.bars)
        if count > before and symbol:
            answer = await self.need().bars(symbol, every, count)
            if symbol == state.symbol and every == state.every:
                state.bars = answer["bars"]
                state.bars_all = len(state.bars) < count
                self._most = max(self._most, 2 * len(state.bars))
                state.compared.clear()
                self.touch({"bars"})
        await self.compared()

    async def compared(self) -> None:
        """Whole pasts of instruments that are compared and not known yet; one that the desk lacks is left out."""
        state = self.state
        names = list(state.chart_choice.compared) if state.chart_choice is not None else []
        for name in [known for known in state.compared if known not in names]:
            del state.compared[name]
        every = state.every
        for name in names:
            if name not in state.compared and name in state.instruments and name != state.symbol:
                bars = await self._bars(name, max(FIRST_BARS, len(state.bars)))
                if every != state.every:
                    return
                state.compared[name] = bars
                self.touch({"compared"})

    async def _bars(self, symbol: str, count: int) -> list[Document]:
        try:
            found: list[Document] = (await self.need().bars(symbol, self.state.every, count))["bars"]
        except Refused:
            found = []
        return found

    async def renew(self) -> None:
        """Once a second: the last bars. A clock that ran ahead leaves a gap, and then the past is asked for again."""
        state = self.state
        symbol, every = state.symbol, state.every
        if not symbol:
            return
        fresh = (await self.need().bars(symbol, every, FRESH_BARS))["bars"]
        if (symbol, every) != (state.symbol, state.every):
            return
        made = joined(state.bars, fresh, self._most)
        if made is None:
            await self.first()
        elif made is not state.bars:
            state.bars = made
            self.touch({"bars"})
        await self.compared()
        await self._renew_compared()

    async def _renew_compared(self) -> None:
        state = self.state
        every = state.every
        for name in list(state.compared):
            fresh = await self._bars(name, FRESH_BARS)
            if every != state.every or name not in state.compared:
                return
            made = joined(state.compared[name], fresh, self._most)
            if made is None and fresh:
                del state.compared[name]
            elif made is not None and made is not state.compared[name]:
                state.compared[name] = made
                self.touch({"compared"})
