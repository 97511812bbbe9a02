"""A few facts under a list that leaves room: about the selected instrument, about what one holds. Pure."""

from __future__ import annotations

from engine.desk import Document
from engine.model.text import safe
from vterm.paint import Line, clip, left_right, number, places, signed
from vterm.panes.header import market_time
from vterm.panes.orders import shown_size
from vterm.state import DeskState

WORDS = {"regular": "open", "pre": "pre-market", "post": "after hours", "break": "lunch break", "closed": "closed",
         "halted": "halted"}  # fmt: skip


def titled(name: str, width: int) -> Line:
    """A heading in a thin rule."""
    text = f"── {clip(name, min(len(name), width - 6))} "
    return ((text, "muted"), ("─" * max(0, width - len(text)), "rule"))


def pair(name: str, value: Line, width: int) -> Line:
    """Label left, value right."""
    first, *rest = value
    return left_right(((f" {name}", "muted"),), ((first[0].lstrip(), first[1]), *rest, (" ", "muted")), width)


def instrument(state: DeskState, width: int) -> list[Line]:
    """The selected instrument: touch, yesterday, volume, session."""
    quote, row = state.quote(), state.instrument()
    if not quote or not row:
        return []
    lot = str(row.get("display_lot") or "1")
    session = safe(str(quote.get("session") or ""))
    around = row.get("asset_class") == "crypto"
    volume = str(quote.get("volume") or "0").partition(".")[0]
    return [
        titled(state.name() or state.symbol, width),
        pair("bid", number(quote.get("bid"), 12), width),
        pair("ask", number(quote.get("ask"), 12), width),
        pair("previous close" if width > 27 else "prev close", number(quote.get("prev_close"), 11), width),
        pair("change", signed(quote.get("change"), 12), width),
        pair("volume", number(volume, 14), width),
        pair("lot", number(lot, 12), width),
        pair("session", (("24/7" if around else WORDS.get(session, session), "foreground"),), width),
        *_standstill(quote, width),
    ]


def _standstill(quote: Document, width: int) -> list[Line]:
    """Until when it is halted, and where its auction would cross."""
    lines: list[Line] = []
    halt, auction = quote.get("halt"), quote.get("auction")
    if halt:
        until = market_time(str(halt["until"]))[:5]
        lines.append(pair("halted until", ((f"{until} {safe(str(halt['reason']))}", "warning"),), width))
    if auction:
        lines.append(pair(safe(str(auction["kind"])), ((market_time(str(auction["at"]))[:5], "foreground"),), width))
        lines.append(pair("indicative", number(auction.get("indicative_price"), 12), width))
        if auction.get("side"):
            lines.append(pair(f"more to {auction['side']}", number(str(auction["imbalance"]), 12), width))
    return lines


def holding(state: DeskState, width: int) -> list[Line]:
    """The position in the selected instrument and what is left to spend."""
    position, row = state.position(), state.instrument()
    lines = [titled("what you hold", width)]
    if position:
        lot = str(row.get("display_lot") or "1")
        lines.append(pair("position", number(shown_size(str(position["quantity"]), lot), 13), width))
        lines.append(pair("unrealised", signed(position.get("unrealised_pnl"), 12, 2), width))
    else:
        lines.append(pair("position", (("none", "muted"),), width))
    book = state.portfolio
    if book.get("cash") is not None:
        lines.append(pair("cash", number(places(str(book["cash"]), 2), 14), width))
    if book.get("buying_power") is not None:
        power = places(str(book["buying_power"]), 2 if width > 28 else 0)
        lines.append(pair("buying power", number(power, 13), width))
    return lines
