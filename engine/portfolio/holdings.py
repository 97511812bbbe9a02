"""What an account held at a moment, now or past, as it can be handed to another account now."""

from __future__ import annotations

import msgspec

from engine.ledger.replay import retrace
from engine.market.actions import actions_of
from engine.market.catalogue import Catalogue
from engine.market.shown import ShownMarket
from engine.model.account import Account, Holding
from engine.model.format import time_text
from engine.model.ids import Symbol, TimeNs
from engine.model.refusal import Code, refuse
from engine.past import Past
from engine.portfolio.overnight.hours import final_settlement


class Held(msgspec.Struct, frozen=True):
    """Cash in Minor and holdings in the order of their symbols."""

    cash: int
    holdings: tuple[Holding, ...]


def held_now(account: Account, catalogue: Catalogue) -> Held:
    """What the account holds."""
    rows = [account.positions[symbol] for symbol in sorted(account.positions)]
    holdings = [
        Holding(p.symbol, p.lots, p.cost, margined=not catalogue[p.symbol].full_cash, day_label=p.day_label)
        for p in rows
    ]
    return Held(account.cash, tuple(holdings))


def held_at(account: Account, at: TimeNs, past: Past, catalogue: Catalogue) -> Held:
    """What the account held after everything that was booked on it up to `at`. Raises Refused before it was opened."""
    if at < account.opened_at:
        name, opened = account.account_id, time_text(account.opened_at)
        raise refuse(Code.OUT_OF_RANGE, f"{name} was opened later", fix=f"use a time from {opened} on", field="at")
    then = retrace(item for item in past.booked(account.account_id) if item.at <= at)
    holdings = [
        Holding(Symbol(symbol), position.lots, position.cost, margined=not catalogue[symbol].full_cash)
        for symbol, position in sorted(then.positions.items())
    ]
    return Held(then.cash, tuple(holdings))


def check_current(held: Held, since: TimeNs, now: TimeNs, shown: ShownMarket, catalogue: Catalogue) -> None:
    """Refuse holdings of a past moment that are not the same thing any more: a contract that has ended, shares that
    have split. Raises Refused."""
    mine = {str(holding.symbol) for holding in held.holdings}
    for symbol in sorted(mine):
        instrument = catalogue[symbol]
        ended = final_settlement(instrument, shown.calendars[instrument.session]) if instrument.root else TimeNs(0)
        if ended and ended <= now:
            raise _gone(symbol, "has ended")
    actions = actions_of(shown.source)
    at, splits = actions.next_split(since)
    while at and at <= now:
        for split in splits:
            if split.symbol in mine:
                raise _gone(str(split.symbol), "has split")
        at, splits = actions.next_split(at)


def _gone(symbol: str, what: str) -> Exception:
    fix = "choose a later moment, or fork the whole desk with `vterm fork`"
    return refuse(Code.NOT_TRADABLE, f"{symbol} {what} since then", fix=fix, field="at")
