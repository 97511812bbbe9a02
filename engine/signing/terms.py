"""The engine's own values as the texts of a payload: orders on their lattice, money in cents, shares of NAV."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from engine.model.format import time_text
from engine.model.ids import SECOND_NS, Minor, Ticks
from engine.model.instrument import Instrument
from engine.model.number import div_ceil, div_floor, to_text, trim
from engine.model.order import BUY, OrderRequest, side_word
from engine.signing.fields import KINDS, Part

SHARE_CLASSES = ("equities", "etfs")
_MONTHS = "FGHJKMNQUVXZ"
_MINOR_PER_CENT = 10_000
_NAME_MOST = 40


def order_terms(
    request: OrderRequest,
    instrument: Instrument,
    *,
    protect: Ticks,
    cash: Minor,
    client_id: str,
    when: Sequence[str] = (),
    foreign: Sequence[str] = (),
) -> Part:
    """An order as it is signed.

    `protect` is the worst acceptable price in ticks; `cash` in Minor is the most that a buy takes, its fee included,
    or the least that a sale brings after it. `when` are the texts of the price rule, one a condition;
    `foreign` the names of the terms whose values came out of foreign text.
    """
    terms: Part = {
        "client_id": client_id,
        "instrument": f"{instrument.exchange}:{instrument.symbol}",
        "symbol": str(instrument.symbol),
        "name": plain(instrument.name, _NAME_MOST),
        "class": instrument.asset_class,
        "side": side_word(request.side),
        "type": request.type.value,
        "quantity": trim(instrument.quantity_text(request.quantity)),
        "unit": unit_of(instrument),
        "currency": instrument.currency,
        "tif": request.time_in_force.value,
        "protect": instrument.price_text(protect),
    }
    if instrument.root:
        terms["contract"] = contract_month(instrument.symbol)
    if instrument.asset_class in SHARE_CLASSES:
        terms["session"] = "extended" if request.extended else "regular"
    if request.side == BUY:
        terms["max_cash"] = money_up(cash)
    else:
        terms["min_cash"] = money_down(cash)
    terms.update(_prices(request, instrument))
    if request.expire_at is not None:
        terms["expire_at"] = time_text(request.expire_at // SECOND_NS * SECOND_NS)
    flags = [("no_queue", not request.queue), ("post_only", request.post_only), ("reduce_only", request.reduce_only)]
    if any(on for _, on in flags):
        terms["flags"] = [word for word, on in flags if on]
    if when:
        terms["when"] = [plain(text) for text in when]
    if foreign:
        terms["foreign"] = sorted(foreign)
    return terms


def _prices(request: OrderRequest, instrument: Instrument) -> Part:
    named = {
        "limit": request.limit_price,
        "stop": request.stop_price,
        "trail": request.trail_ticks,
        "take_profit": request.take_profit,
        "stop_loss": request.stop_loss,
    }
    terms: Part = {name: instrument.price_text(ticks) for name, ticks in named.items() if ticks is not None}
    if request.trail_ppm is not None:
        terms["trail_percent"] = trim(to_text(request.trail_ppm, 4))
    if request.display is not None:
        terms["display"] = trim(instrument.quantity_text(request.display))
    return terms


def unit_of(instrument: Instrument) -> str:
    """What one of the quantity is."""
    if instrument.root:
        return f"contracts of {instrument.multiplier}"
    if instrument.asset_class in SHARE_CLASSES:
        return "shares"
    if instrument.asset_class in ("crypto", "forex"):
        return instrument.symbol.partition("-")[0]
    return "units"


def contract_month(symbol: str) -> str:
    """2026-08 of GCQ26."""
    return f"20{symbol[-2:]}-{_MONTHS.index(symbol[-3]) + 1:02d}"


def money_up(amount: Minor | int) -> str:
    """Minor as VCR with two decimals, rounded so that it never says less."""
    return to_text(div_ceil(amount, _MINOR_PER_CENT), 2)


def money_down(amount: Minor | int) -> str:
    """Minor as VCR with two decimals, rounded so that it never says more."""
    return to_text(div_floor(amount, _MINOR_PER_CENT), 2)


def effects_of(
    *,
    share_ppm: tuple[int, int, int],
    margin_ppm: tuple[int, int, int],
    fee: Minor,
    position: tuple[str, str] | None = None,
    pays: Minor | None = None,
    brings: Minor | None = None,
) -> Part:
    """What an act does to the account: (before, after, limit) of the share of NAV and of margin use in millionths.

    `position` are the units held before and after, of single orders. `pays` and `brings` are a basket's sums in Minor:
    the most that its buys take and the least that its sales bring. After is rounded up, so that it never looks better.
    """
    effects: Part = {"fee": money_up(fee)}
    for name, decimals, values in (("share", 1, share_ppm), ("margin", 2, margin_ppm)):
        step = 1_000 if name == "share" else 10_000
        for word, value in zip(("before", "after", "limit"), values, strict=True):
            effects[f"{name}_{word}"] = to_text(div_ceil(value, step), decimals)
    if position is not None:
        effects["position_before"], effects["position_after"] = position
    if pays is not None:
        effects["pays"] = money_up(pays)
    if brings is not None:
        effects["brings"] = money_down(brings)
    return effects


def plain(text: str, most: int = 52) -> str:
    """Foreign text as a payload can carry it: ASCII letters, digits and harmless marks on one line, at most `most`.

    Accents go, everything that acts or hides becomes a blank; what is left empty is "-". It is never a term of an
    order: those are built from numbers and words of ours.
    """
    folded = unicodedata.normalize("NFKD", text[: 8 * most]).encode("ascii", "ignore").decode("ascii")
    line = KINDS["line"]
    kept = "".join(char if char == " " or line.match(char) else " " for char in folded)
    return " ".join(kept.split())[:most].rstrip() or "-"
