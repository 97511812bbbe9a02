"""What a file says of its instruments beside their events."""

from __future__ import annotations

from collections.abc import Callable

import msgspec


class Habits(msgspec.Struct, frozen=True):
    """Class and fees of the instruments, and how their bars are cut.

    `symbols` are those the file is known to hold (none: look into it). `day_slot` (at, every, days) is the ns at
    which the day bar of [at, at + every) begins, None where that lies outside the session (no function: UTC days).
    `standing_quotes`: a quote bar opens with the quote that stood before it, not with its first change.
    """

    asset_class: str = "crypto"
    fee_schedule: str = "CRYPTO_MAKER_TAKER"
    symbols: tuple[str, ...] = ()
    day_slot: Callable[[int, int, int], int | None] | None = None
    standing_quotes: bool = True


USUAL = Habits()
"""Coins that trade around the clock."""
