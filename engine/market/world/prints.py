"""Trades out of filled blocks."""

from __future__ import annotations

import numpy as np

from engine.market.world.flow import FlowBlock
from engine.model.ids import MINUTE_NS, SECOND_NS, Lots, Ticks, TimeNs
from engine.model.market import Trade

MS_NS = SECOND_NS // 1000


def gather(block: FlowBlock, wanted: np.ndarray, first: int, minute: int) -> list[Trade]:
    """Trades of the sparse entries first + flatnonzero(wanted)."""
    out: list[Trade] = []
    for entry in (wanted.nonzero()[0] + first).tolist():
        base = minute * MINUTE_NS + (block.first + int(block.row[entry])) * 100 * MS_NS
        price, sign = Ticks(int(block.prices[entry])), int(block.signs[entry])
        for part in range(int(block.counts[entry])):
            at = TimeNs(base + int(block.offsets[entry, part]) * MS_NS)
            out.append(Trade(at, price, Lots(int(block.sizes[entry, part])), sign))
    return out
