"""What a market tells whoever writes about it: sessions, payouts, and a scenario that is played."""

from __future__ import annotations

from typing import NamedTuple


class Traded(NamedTuple):
    """A regular session as prices were shown: date ordinal, times in ns, prices in the instrument's currency, the
    close before (less a dividend of the day), and from when on the gap between the two can be known."""

    day: int
    opens: int
    closes: int
    open: float
    close: float
    before: float
    known: int

    @property
    def gap(self) -> float:
        """Opening against the close before, as a share."""
        return self.open / self.before - 1


class Payout(NamedTuple):
    """A dividend: its ex-moment in ns, its ex-date, and the amount a share in the instrument's currency."""

    at: int
    day: str
    amount: float


class Plot(NamedTuple):
    """A scenario that the market plays: its name, whom it happens to ("" for many), when it begins (ns)."""

    name: str
    symbol: str
    begins: int
