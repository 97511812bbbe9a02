"""A bounded first look at a file: which instruments, on what grids, how lively. Opening never reads it all."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from engine.book.levels import Book
from engine.market.importers.errors import BadDataFile
from engine.market.importers.events import FINE, MarketEvent, TapeBar, TapeTrade
from engine.market.importers.habits import USUAL, Habits
from engine.market.importers.reading import Format
from engine.market.importers.rebuild import Rebuilt
from engine.market.importers.stream import chosen_symbol, plain_symbol, read_messages
from engine.model.ids import DAY_NS, MINUTE_NS, SECOND_NS, Symbol
from engine.model.instrument import Grid, Instrument
from engine.model.number import to_text

PROBED_ROWS = 4_000
PROBED_NS = MINUTE_NS

_USUAL_VOL = 0.04
_VOL_RANGE = (0.01, 0.15)
_QUIET_TURNOVER = 2_000
"""Touch sizes a day where a file has no trades: about what liquid crypto pairs turn over."""


class Sight:
    """One instrument as the first look saw it: sums of exact numbers, in file order."""

    def __init__(self) -> None:
        self.rebuilt = Rebuilt()
        self.bars = 0
        self.first_mid2 = 0
        self.first_at = 0
        self.first_seen = 0
        self.last_seen = 0
        self._squares = 0.0
        self._sampled = (0, 0)
        self._quotes = 0
        self._spread = 0
        self._touch = 0
        self._traded = 0
        self._trades = 0

    def see(self, event: MarketEvent) -> None:
        """Take one event."""
        self.first_seen = self.first_seen or event.at
        self.last_seen = event.at
        self.rebuilt.learn(event)
        self.bars += isinstance(event, TapeBar)
        if isinstance(event, TapeTrade):
            self.rebuilt.price_grid.see(event.price)
            self.rebuilt.size_grid.see(event.size)
            if not event.history:
                self._traded += event.size
                self._trades += 1
        elif self.rebuilt.apply(event):
            self._see_book(event.at, self.rebuilt.book)

    def _see_book(self, at: int, book: Book) -> None:
        bid, ask = book.bids.best(), book.asks.best()
        if bid is None or ask is None or bid[0] >= ask[0]:
            return
        mid2 = bid[0] + ask[0]
        if not mid2:
            return  # no return can be measured from a price of zero
        if not self.first_mid2:
            self.first_mid2, self.first_at, self._sampled = mid2, at, (at, mid2)
        self._quotes += 1
        self._spread += ask[0] - bid[0]
        self._touch += bid[1] + ask[1]
        if at - self._sampled[0] >= SECOND_NS:
            move = (mid2 - self._sampled[1]) / self._sampled[1]
            self._squares += move * move
            self._sampled = (at, mid2)

    def instrument(self, symbol: str, column: int, venue: str, habits: Habits = USUAL) -> Instrument:
        """The instrument of docs/recorded-markets.md, with its liquidity estimated from what was seen."""
        tick, lot = self.rebuilt.price_grid.decimals, self.rebuilt.size_grid.decimals
        days = max(self.last_seen - self.first_seen, SECOND_NS) / DAY_NS
        touch = self._touch / (2 * max(self._quotes, 1)) / 10**FINE
        units = self._traded / 10**FINE
        volume = units / days if self._trades else _QUIET_TURNOVER * touch
        vol = self._daily_vol()
        spread = self._spread / max(self._quotes, 1) / 10 ** (FINE - tick)
        return Instrument(
            symbol=Symbol(symbol),
            name=f"{symbol} ({venue} recording)",
            asset_class=habits.asset_class,
            sector="",
            exchange=venue,
            calendar="24/7",
            session="24_7",
            currency="USD",
            tick=Grid(1, tick),
            lot=Grid(1, lot),
            display_lot=to_text(1, lot),
            multiplier=habits.multiplier,
            fee_schedule=habits.fee_schedule,
            price0=to_text(self.first_mid2 // (2 * 10 ** (FINE - tick)), tick),
            adv_units=volume,
            daily_vol=vol,
            spread_ticks=max(spread, 1.0),
            l1_depth=touch,
            avg_trade=units / self._trades if self._trades else touch / 4,
            trades_per_day=self._trades / days if self._trades else 4.0 * _QUIET_TURNOVER,
            gamma=0.9 * vol,
            alpha=0.5,
            factor="",
            rho=0.0,
            column=column,
            aliases=(plain_symbol(symbol),) if plain_symbol(symbol) != symbol else (),
        )

    def _daily_vol(self) -> float:
        seen = self._sampled[0] - self.first_at
        if seen < 10 * SECOND_NS or not self._squares:
            return _USUAL_VOL
        return min(max(math.sqrt(self._squares * (DAY_NS / seen)), _VOL_RANGE[0]), _VOL_RANGE[1])


def look(files: Sequence[Path], fmt: str | Format, wanted: Sequence[str]) -> dict[str, Sight]:
    """The chosen instruments of the files, in the order of `wanted` (none wanted: the only one there is).

    Reads 4,000 lines or one minute of each file, further only while a wanted instrument has no book yet.
    Raises SymbolNeeded, SymbolAbsent, UnknownFormat and BadDataFile (no book before the damage).
    """
    sights: dict[str, Sight] = {}
    damage: BadDataFile | None = None
    for path in files:
        try:
            _look_into(path, fmt, wanted, sights)
        except BadDataFile as error:
            damage = error
    if not sights and damage is not None:
        raise damage
    names = [chosen_symbol(files[0], list(sights), each) for each in wanted or ("",)]
    for name in names:
        if not sights[name].first_at:
            raise damage or _bookless(files[0], name, sights[name])
    return {name: sights[name] for name in names}


def _bookless(path: Path, name: str, sight: Sight) -> BadDataFile:
    if sight.bars:
        cause = f"it holds bars of {name} and no book: there is nothing to trade against"
        return BadDataFile(str(path), cause, "backtest on its bars, or name quotes with their sizes")
    return BadDataFile(str(path), f"it holds no book of {name}", "record a snapshot, or quotes with sizes, with it")


def _look_into(path: Path, fmt: str | Format, wanted: Sequence[str], sights: dict[str, Sight]) -> None:
    begun = 0
    for row, events in read_messages(path, fmt):
        for event in events:
            sight = sights.get(event.symbol)
            if sight is None:
                sight = sights[event.symbol] = Sight()
            sight.see(event)
            begun = begun or event.at
        enough = row >= PROBED_ROWS or (events and events[-1].at - begun > PROBED_NS)
        if enough and _all_seen(wanted, sights):
            return


def _all_seen(wanted: Sequence[str], sights: dict[str, Sight]) -> bool:
    if not wanted:
        return any(sight.first_at for sight in sights.values())
    ready = {plain_symbol(symbol) for symbol, sight in sights.items() if sight.first_at}
    return all(plain_symbol(each) in ready for each in wanted)
