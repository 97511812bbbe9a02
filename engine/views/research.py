"""The market as whoever writes about it sees it: what research data has to agree with.

Implements engine.research.source.Stage, which lies above this room and is therefore not named here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.kernel import Kernel
from engine.market.calendar import Calendar, load_calendar
from engine.model.instrument import Instrument
from engine.model.refusal import Code, refuse
from engine.model.stage import Payout, Plot, Traded
from engine.views.market import MarketView

if TYPE_CHECKING:
    from engine.market.exdividend import ExDividend
    from engine.market.world import World


class MarketStage:
    """A living market's stage; see engine.research.source.Stage."""

    def __init__(self, kernel: Kernel, view: MarketView, source: ExDividend, world: World) -> None:
        self._kernel, self._view, self._source, self._world = kernel, view, source, world
        self.seed, self.anchor = world.seed, int(world.anchor)
        begins = world.occasions.scenario_from()
        plot = world.scenario
        self.plot = Plot(plot.name, plot.symbol, begins) if plot is not None and begins is not None else None

    @property
    def now(self) -> int:
        """Market time in ns."""
        return self._view.now

    @property
    def instruments(self) -> Sequence[Instrument]:
        """Every instrument, futures by their roots."""
        return self._kernel.catalogue.columns

    def resolve(self, symbol: str) -> Instrument:
        """The instrument that a reader means."""
        return self._view.resolve(symbol)

    def calendar(self, session: str) -> Calendar:
        """The calendar of a session key."""
        return load_calendar(session)

    def price(self, instrument: Instrument) -> float:
        """The shown mid."""
        return self._kernel.shown.mid2(instrument) / 2 * _tick(instrument)

    def sessions(self, instrument: Instrument, first: int, last: int) -> list[Traded]:
        """Sessions in [first, last] at the prices that were shown then."""
        tick, symbol, paid = _tick(instrument), str(instrument.symbol), self._source.actions.paid
        found = []
        for one in self._world.occasions.sessions(instrument.column, first, last):
            less = paid(symbol, one.opens) - instrument.basis_ticks
            opened, close, before = ((price - less) * tick for price in (one.open, one.close, one.before))
            known = one.known if self.plot is not None and self.plot.name == "earnings-gap" else one.opens
            found.append(Traded(one.day, one.opens, one.closes, opened, close, before, known))
        return found

    def jumps(self, instrument: Instrument, start: int, end: int) -> list[tuple[int, float]]:
        """Jumps in [start, end)."""
        return self._world.occasions.jumps(instrument.column, start, end)

    def news_halts(self, instrument: Instrument, start: int, end: int) -> list[tuple[int, int]]:
        """Halts for news that begin in [start, end)."""
        return self._world.occasions.news_halts(instrument.column, start, end)

    def payouts(self, instrument: Instrument, year: int) -> list[Payout]:
        """Dividends of a year."""
        if str(instrument.symbol) not in self._source.actions.symbols:
            return []
        tick = _tick(instrument)
        actions = self._source.actions.of_year(str(instrument.symbol), year)
        return [Payout(int(a.at), a.label, a.ticks * tick) for a in actions]


class ResearchView(MarketView):
    """Hands out the stage of a desk's market."""

    def stage(self) -> MarketStage:
        """The living market's stage. Raises Refused where a recording is played: nothing is known around it."""
        from engine.market.exdividend import ExDividend
        from engine.market.world import World

        source = self.kernel.shown.source
        world = source.inner if isinstance(source, ExDividend) else None
        if not isinstance(source, ExDividend) or not isinstance(world, World):
            fix = "ask a desk on the living market; `vterm study SYM` tells what the recording holds"
            raise refuse(Code.INCONSISTENT_FIELDS, "there is no research data about a recorded market", fix=fix)
        return MarketStage(self.kernel, self, source, world)


def _tick(instrument: Instrument) -> float:
    return float(instrument.tick.fraction())
