"""What things were worth at a moment that has passed, by the market's own minute bars."""

from __future__ import annotations

from engine.kernel import Kernel
from engine.market.catalogue import fx_pair
from engine.model.ids import DAY_NS, HOUR_NS, MINUTE_NS, TimeNs
from engine.model.instrument import Instrument
from engine.model.number import div_half_even

_LOOK_BACK = ((HOUR_NS, MINUTE_NS), (5 * DAY_NS, HOUR_NS), (40 * DAY_NS, DAY_NS))
"""How far back, and by what bars, a last price is looked for: an open market, a weekend, a long holiday."""


class PastMarks:
    """Prices of one past moment: the close of the last bar before it. Users' own displacement is not in bars."""

    def __init__(self, kernel: Kernel, at: TimeNs) -> None:
        self._kernel, self._at = kernel, at
        self._mids: dict[str, int | None] = {}

    def value(self, instrument: Instrument, lots: int) -> int | None:
        """Lots in Minor VCR, half even; None where no price is known."""
        mid2, rate = self._mid2(instrument), self._rate(instrument.currency)
        if mid2 is None or rate is None:
            return None
        n, d = instrument.value_ratio()
        return div_half_even(lots * mid2 * n * rate[0], 2 * d * rate[1])

    def price_text(self, instrument: Instrument) -> str | None:
        """The price as decimal text."""
        mid2 = self._mid2(instrument)
        return None if mid2 is None else instrument.tick.half_text(mid2)

    def _mid2(self, instrument: Instrument) -> int | None:
        known = self._mids.get(instrument.symbol, -1)
        if known == -1:
            known = self._mids[instrument.symbol] = self._look(instrument)
        return known

    def _look(self, instrument: Instrument) -> int | None:
        source = self._kernel.shown.source
        for back, every in _LOOK_BACK:
            bars = source.bars(instrument.column, every, TimeNs(max(0, self._at - back)), self._at)
            if bars:
                return 2 * (int(bars[-1].close) + instrument.basis_ticks)
        return None

    def _rate(self, currency: str) -> tuple[int, int] | None:
        """(n, d): one unit of a currency was worth n/d VCR; None where no price of its pair is known."""
        pair = fx_pair(currency)
        if pair is None:
            return 1, 1
        instrument = self._kernel.catalogue[pair[0]]
        mid2 = self._mid2(instrument)
        if mid2 is None:
            return None
        price = instrument.tick.fraction() / 2 * mid2
        return (price.denominator, price.numerator) if pair[1] else (price.numerator, price.denominator)
