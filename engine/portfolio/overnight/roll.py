"""Rolling: closing a futures contract and opening the next one of its root."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from engine.market.catalogue import Catalogue
from engine.model.account import Position
from engine.model.ids import Lots, Symbol


class RollPlan(NamedTuple):
    """From which contract to which, and the signed lots that are held, closed there and opened here."""

    front: Symbol
    to: Symbol
    lots: Lots


def roll_plan(catalogue: Catalogue, position: Position, on: date) -> RollPlan | None:
    """Where a position is rolled to on a date: the next contract of its root that then trades; None where there is
    none, or the position is in no contract."""
    held = catalogue.find(position.symbol)
    if held is None or not held.root:
        return None
    later = [c for c in catalogue.contracts(held.root, on) if c.last_trade > held.last_trade]
    return RollPlan(held.symbol, later[0].symbol, Lots(position.lots)) if later else None
