"""The present minute of the whole market: open columns filled block by block, shut ones motionless."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from engine.market.world.classes import Columns
from engine.market.world.flow import Flow, FlowBlock
from engine.market.world.path import BLOCK, BLOCKS, I64, Keys, Path, PathBlock, Slots
from engine.market.world.tables import F64
from engine.market.world.venue import OPEN_STATES, Venue
from engine.model.session import MarketSession
from engine.rng import halves, keys, words


@dataclass
class Shown:
    """Quotes of all columns over a block: arrays (ticks, n) of ticks and lots."""

    bid: I64
    ask: I64
    bid_size: I64
    ask_size: I64
    last: I64


def joined(parts: Sequence[Slots]) -> Slots:
    """Slots of several venues side by side."""
    if len(parts) == 1:
        return parts[0]
    return Slots(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Slots)))


def picked(slots: Slots, wanted: NDArray[np.bool_]) -> Slots:
    """The slots of some of the columns."""
    return Slots(*(getattr(slots, f.name)[wanted] for f in fields(Slots)))


def opening_last(streams: Keys, columns: Columns, slots: Slots, bid: I64, ask: I64) -> I64:
    """The last price a minute starts with: the side its first trade would have met, by hash."""
    key = keys(streams.boundary, columns.subject[slots.ix], slots.minute)
    buys = (halves(words(key, 0, 1)[0])[:, 1] & 1).astype(np.bool_)
    return np.where(buys, ask, bid)


def lasts(block: FlowBlock, before: I64) -> tuple[I64, I64]:
    """Last traded price shown at each tick of a block, (ticks, n), and the one after the block."""
    rows, n = block.bid.shape
    values = np.concatenate([before, block.prices])
    place = np.zeros((rows + 1, n), np.int64)
    place[0] = np.arange(n)
    place[block.row + 1, block.col] = np.arange(n, n + len(block.row))
    np.maximum.accumulate(place, axis=0, out=place)
    out = values[place]
    return out[:-1], out[-1]


class LiveMinute:
    """One minute of all columns. Where a venue is shut its columns keep the quote of its last minute's end."""

    def __init__(self, streams: Keys, columns: Columns, venues: Sequence[Venue], minute: int) -> None:
        self.minute = minute
        self._streams, self._columns = streams, columns
        n = len(columns)
        self.state = np.zeros(n, np.uint8)
        self.volume: F64 = np.zeros((2, n))
        self.row = np.zeros(n, np.int64)
        self.clock = np.full(n, -1, np.int64)
        self.thin = np.ones(n)
        moving: list[Slots] = []
        halted: list[Slots] = []
        self._rest: list[tuple[I64, list[I64]]] = []
        self.places: list[tuple[int, int, int]] = []
        for venue in venues:
            row, index, state = venue.timeline.place(minute)
            self.places.append((row, index, state))
            is_open = state in OPEN_STATES
            self.state[venue.ix], self.row[venue.ix] = state, row
            volume = venue.table(row).volume
            self.volume[0, venue.ix] = volume[index if is_open else index + 1]
            self.volume[1, venue.ix] = volume[index + 1]
            if not is_open:
                self._shut(venue, row, index)
                continue
            slots, stands = venue.slots(row, index, False), venue.halted(row, index)
            self.thin[venue.ix] = slots.thin
            if not stands.any():
                moving.append(slots)
                continue
            self.clock[venue.ix[stands]] = slots.minute[stands] * 600
            self.state[venue.ix[stands]] = MarketSession.HALTED
            halted.append(picked(slots, stands))
            if not stands.all():
                moving.append(picked(slots, ~stands))
        self.moving = joined(moving) if moving else None
        if halted:
            still = joined(halted)
            self._rest.append((still.ix, self._motionless(still)))
        self.number = -1
        if self.moving is not None:
            self._path = Path(streams, columns, self.moving)
            self._flow = Flow(streams, columns, self.moving)
        self._ahead: PathBlock | None = None
        self._last: I64 | None = None
        self.shown = Shown(*np.zeros((5, 0, n), np.int64))
        self.flow: FlowBlock | None = None

    def _shut(self, venue: Venue, row: int, index: int) -> None:
        """The quote of a shut venue, worked out once for as long as it stands."""
        known = venue.resting
        if known is None or known[0] != (row, index):
            slots = venue.slots(row, index, True)
            known = venue.resting = (row, index), slots, self._motionless(slots)
        _, slots, quote = known
        self.thin[venue.ix], self.clock[venue.ix] = slots.thin, slots.minute * 600
        self._rest.append((slots.ix, quote))

    def _motionless(self, still: Slots) -> list[I64]:
        path = Path(self._streams, self._columns, still).block(0, 1)
        flow = Flow(self._streams, self._columns, still).block(path, False)
        last = opening_last(self._streams, self._columns, still, flow.bid[0], flow.ask[0])
        return [flow.bid[0], flow.ask[0], flow.bid_size[0], flow.ask_size[0], last]

    def prepare(self) -> None:
        """Do the first half of the next block's work now, so that no single step bears a whole block."""
        if self.moving is not None and self._ahead is None and self.number + 1 < BLOCKS:
            self._ahead = self._path.block(self.number + 1)

    def fill(self, number: int, ticks: int = BLOCK) -> None:
        """Fill the next block; `ticks` = 1 shows the minute's first tick alone."""
        self.number = number
        out = [np.empty((ticks, len(self._columns)), np.int64) for _ in range(5)]
        if self.moving is not None:
            path = self._path.block(number, ticks) if self._ahead is None else self._ahead
            flow, self._ahead = self._flow.block(path, ticks > 1), None
            if self._last is None:
                self._last = opening_last(self._streams, self._columns, self.moving, flow.bid[0], flow.ask[0])
            last, self._last = lasts(flow, self._last)
            for array, part in zip(out, (flow.bid, flow.ask, flow.bid_size, flow.ask_size, last), strict=True):
                array[:, self.moving.ix] = part
            self.flow = flow
        for ix, quote in self._rest:
            for array, fixed in zip(out, quote, strict=True):
                array[:, ix] = fixed
        self.shown = Shown(*out)
