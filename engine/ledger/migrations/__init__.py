"""Numbered steps of the ledger's schema: forward only, never edited once released."""

from __future__ import annotations

from engine.ledger.migrations import m0001_first, m0002_past

MIGRATIONS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (1, m0001_first.STATEMENTS),
    (2, m0002_past.STATEMENTS),
)
"""(number, statements) in order; step n turns a ledger of version n - 1 into one of version n."""

LATEST = MIGRATIONS[-1][0]


def pending(version: int) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """The steps that a ledger of `version` still needs (0 is an empty file)."""
    return tuple(step for step in MIGRATIONS if step[0] > version)
