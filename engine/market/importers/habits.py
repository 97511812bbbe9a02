"""What a file says of its instruments beside their events."""

from __future__ import annotations

from collections.abc import Callable

import msgspec


class Habits(msgspec.Struct, frozen=True):
    """Class and fees of the instruments, and how their bars are cut.

    `multiplier` is money per 1.0 of price and unit. `symbols` are those the file is known to hold (none: look into
    it). `day_slot` (at, every, days) is the ns at which the day bar of [at, at + every) begins, None where that lies
    outside the session (no function: UTC days). `standing_quotes`: a quote bar opens with the quote that stood
    before it, not with its first change. `clock` names, by class, market and ticker, the LEAN clock behind
    `day_slot`, so that an import can keep it. `sizeless_trades`: a trade of size 0 is a price all the same.
    """

    asset_class: str = "crypto"
    fee_schedule: str = "CRYPTO_MAKER_TAKER"
    multiplier: str = "1"
    symbols: tuple[str, ...] = ()
    day_slot: Callable[[int, int, int], int | None] | None = None
    standing_quotes: bool = True
    clock: tuple[str, str, str] | None = None
    sizeless_trades: bool = False


USUAL = Habits()
"""Coins that trade around the clock."""
