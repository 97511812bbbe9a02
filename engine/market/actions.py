"""What companies do to their shares: cash dividends and splits, as a calendar of things to come.

The calendar of a living market is simulated, a function of (seed, symbol) and the shipped table of yields; it has
no splits. Splits come from a table of actions that a recorded market is given.
"""

from __future__ import annotations

import msgspec

from engine.model.ids import Symbol, TimeNs


class Action(msgspec.Struct, frozen=True):
    """One corporate action. It takes effect at `at`: who holds at that moment is paid, and from then on the market
    shows prices without the dividend, or after the split.

    `kind` is dividend (`ticks` a share) or split (`new` shares for `old`). `label` is the ex-date.
    """

    symbol: Symbol
    at: TimeNs
    kind: str
    label: str
    ticks: int = 0
    new: int = 0
    old: int = 0
