"""What an event stream keeps of its origin's habits, as the text of its metadata."""

from __future__ import annotations

import msgspec

from engine.market.importers.decimals import BadLine
from engine.market.importers.habits import USUAL, Habits
from engine.market.importers.lean_hours import clock_of


class _Kept(msgspec.Struct):
    asset_class: str
    fee_schedule: str
    multiplier: str
    standing_quotes: bool
    clock: tuple[str, str, str] | None = None


def habits_text(habits: Habits) -> str:
    """The habits as JSON, without the symbols: the stream knows its own."""
    kept = _Kept(habits.asset_class, habits.fee_schedule, habits.multiplier, habits.standing_quotes, habits.clock)
    return msgspec.json.encode(kept).decode()


def habits_of_text(text: bytes) -> Habits:
    """The habits of such a text (none: the usual ones). Raises BadLine."""
    if not text:
        return USUAL
    try:
        kept = msgspec.json.decode(text, type=_Kept)
    except msgspec.MsgspecError as error:
        raise BadLine(f"not the habits of a stream: {error}") from None
    day_slot = clock_of(*kept.clock).day_slot if kept.clock else None
    return Habits(
        kept.asset_class,
        kept.fee_schedule,
        kept.multiplier,
        day_slot=day_slot,
        standing_quotes=kept.standing_quotes,
        clock=kept.clock,
    )
