"""How far the market went since a proposal was laid: what a person may want to know before they sign it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from engine.matching.algos.desk import whole_of
from engine.model.command import Propose
from engine.model.ids import Minor
from engine.model.instrument import Instrument
from engine.model.number import div_half_even
from engine.model.order import OrderRequest
from engine.model.proposal import Proposal

if TYPE_CHECKING:
    from engine.market.shown import ShownMarket
    from engine.portfolio.valuation import Valuer

BPS_TENTHS = 100_000


class Drift(msgspec.Struct, frozen=True):
    """One order's instrument. Mids are half ticks; `bps` tenths of a basis point of the first, up is above zero;
    `better` how much the whole order is the better for it, in Minor (a buy after a fall, a sale after a rise)."""

    instrument: Instrument
    made2: int
    now2: int
    bps: int
    better: Minor


def requests_of(proposal: Proposal | Propose) -> tuple[OrderRequest, ...]:
    """The orders of a proposal, an algorithm's as the one that it works off."""
    return (whole_of(proposal.algo),) if proposal.algo is not None else proposal.orders


def mids_of(command: Propose, shown: ShownMarket, valuer: Valuer) -> tuple[int, ...]:
    """The shown mids now, in half ticks, one for each order."""
    return tuple(shown.mid2(valuer.instrument(request.symbol)) for request in requests_of(command))


def drift_of(proposal: Proposal, shown: ShownMarket, valuer: Valuer) -> list[Drift]:
    """From the making to now; empty for what has no orders."""
    found = []
    for request, made2 in zip(requests_of(proposal), proposal.mids2, strict=False):
        instrument = valuer.instrument(request.symbol)
        now2 = shown.mid2(instrument)
        better = valuer.value(instrument, int(request.quantity), request.side * (made2 - now2))
        found.append(
            Drift(instrument, made2, now2, div_half_even((now2 - made2) * BPS_TENTHS, max(1, made2)), Minor(better))
        )
    return found
