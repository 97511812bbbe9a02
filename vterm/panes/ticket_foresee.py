"""What an order would do if it were sent now, or an algorithm's schedule: lines for the ticket. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from engine.desk import Document
from engine.model.number import div_half_even, to_text, trim
from vterm.paint import UNKNOWN, Line, fit, grouped, left_right, number, percent, places
from vterm.panes.orders import shown_size
from vterm.panes.ticket_form import TicketForm
from vterm.panes.ticket_view import TicketView
from vterm.state import units

FAR = 100
"""Hundredths of a percent through the market from which a price is shown as a warning."""
_SECONDS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True)
class Fact:
    """A line and how long it stays where room is short: the smallest rank goes first."""

    line: Line
    rank: int


def rule(words: str, width: int) -> Line:
    """A heading in a thin rule."""
    text = f"── {words} "
    return fit(((text, "muted"), ("─" * max(0, width - len(text)), "rule")), width)


def pair(name: str, value: Line, width: int) -> Line:
    """Label left, value right."""
    return left_right(((f" {name}", "muted"),), (*value, (" ", "muted")), width)


def wrap(text: str, width: int, most: int = 3) -> list[str]:
    """Words in lines of `width`, the last one cut."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return [line[:width] for line in lines[:most]]


def some(text: object) -> bool:
    """Whether a number is not zero."""
    return any(c in "123456789" for c in str(text or "0"))


def preview_lines(view: TicketView, width: int, room: int) -> list[Line]:
    """The preview in at most `room` lines: levels give way first, then the queue, last the costs."""
    if room < 1:
        return []
    heading, book = rule(_heading(view.form), width), foreseen(view)
    schedule = schedule_lines(view, width) if view.form.complete() else []
    if not book:
        words = wrap(view.locked() or "asking…", width - 2)
        return [*schedule, heading, *(fit(((f" {line}", "muted"),), width) for line in words)][-room:]
    facts = [*now_facts(view, width), *cost_facts(view, width)]
    levels = [] if view.form.algo else _levels(view, width, room - 1 - len(facts))
    kept = fitting(facts, room - 1 - len(levels) - len(schedule))
    return [*schedule, heading, *kept[:1], *levels, *kept[1:]][:room]


def fitting(facts: list[Fact], room: int) -> list[Line]:
    """The lines of the facts that matter most, in their order."""
    kept = sorted(range(len(facts)), key=lambda i: -facts[i].rank)[: max(1, room)]
    return [facts[i].line for i in sorted(kept)]


def triggered(form: TicketForm) -> bool:
    """Whether the order waits for a price or a rule before it does anything."""
    return form.kind in ("stop", "stop_limit", "trailing_stop") or bool(form.rule)


def _heading(form: TicketForm) -> str:
    """A stop or a rule does nothing until it is triggered; what then would happen is what a person wants to see."""
    if form.algo:
        return "as one order now"
    return "if it triggered now" if triggered(form) else "if you sent it now"


def foreseen(view: TicketView) -> Document:
    """The preview; of an order that waits for its trigger, what it would do once released."""
    released = view.preview.get("if_triggered") if triggered(view.form) else None
    return {**view.preview, **(released or {})}


def now_facts(view: TicketView, width: int) -> list[Fact]:
    """What trades at once, what rests, and behind how much."""
    book, lot = foreseen(view), str(view.instrument.get("display_lot") or "1")
    now, rests, ahead = (str(book.get(name) or "0") for name in ("fills_now", "rests", "queue_ahead"))
    facts = [
        Fact(pair("fills now", number(shown_size(now, lot), 11, "foreground" if some(now) else "muted"), width), 9)
    ]
    if some(rests) and not view.form.algo:
        facts.append(Fact(pair("rests", number(shown_size(rests, lot), 11), width), 8))
        if some(ahead):
            facts.append(Fact(pair("queue ahead", number(shown_size(ahead, lot), 11, "muted"), width), 2))
    return facts


def about(size: str, lot: str) -> str:
    """A size among others: the shown lot's decimals, four at most."""
    return places(size, min(4, len(lot.partition(".")[2])))


def _levels(view: TicketView, width: int, room: int) -> list[Line]:
    levels, lot = foreseen(view).get("fills") or [], str(view.instrument.get("display_lot") or "1")
    if room <= 0:
        return []
    shown = levels if len(levels) <= room else levels[: room - 1]
    lines: list[Line] = []
    for level in shown:
        size, price = about(str(level["quantity"]), lot), grouped(str(level["price"]))
        lines.append(left_right((("   at ", "faint"), *number(str(level["price"]), len(price), "muted")),
                                (*number(size, len(grouped(size)), "muted"), (" ", "muted")), width))  # fmt: skip
    if len(shown) < len(levels):
        lines.append(fit(((f"   and {len(levels) - len(shown)} more levels", "faint"),), width))
    return lines


def cost_facts(view: TicketView, width: int) -> list[Fact]:
    """Price, cost, worth and what becomes of the account."""
    book, facts = foreseen(view), list[Fact]()
    if book.get("average_price") and some(book.get("fills_now")):
        average = trim_to(str(book["average_price"]), view.instrument)
        facts.append(Fact(pair("average", number(average, len(grouped(average))), width), 7))
        slip = str(book.get("slippage_bps") or UNKNOWN)
        facts.append(Fact(pair("slippage", ((slip, "foreground"), (" bp", "muted")), width), 4))
    off = off_market(view)
    if off:
        facts.append(Fact(pair("off market", off, width), 6))
    if book.get("value"):
        facts.append(Fact(_value(view, str(book["value"]), width), 6))
    fee = grouped(places(str(book.get("fee") or "0.00"), 2))
    facts.append(Fact(pair("fee", ((fee, "foreground"), (" VCR", "muted")), width), 3))
    weight = _change(percent(book.get("weight_before")), percent(book.get("weight_after")), "%")
    limit = ((" of 25%", "muted"),) if width > 28 else ()
    facts.append(Fact(pair("weight", (*weight, *limit), width), 4))
    leverage = _change(_two(book.get("leverage_before")), _two(book.get("leverage_after")), "×")
    limit = ((" of 2×", "muted"),) if width > 30 else ()
    facts.append(Fact(pair("leverage", (*leverage, *limit), width), 3))
    return facts


def _value(view: TicketView, value: str, width: int) -> Line:
    """What the whole order is worth, and its share of NAV."""
    shown = grouped(places(value, 2))
    nav = units(view.nav, 2)
    if nav <= 0:
        return pair("value", ((shown, "foreground"), (" VCR", "muted")), width)
    share = to_text(div_half_even(units(value, 2) * 1000, nav), 1)
    said: Line = ((f" · {share}%", "foreground"), (" NAV", "muted"))
    if width < 34:
        return pair("value", ((shown, "foreground"), said[0]), width)
    return pair("value", ((shown, "foreground"), *said), width)


def off_market(view: TicketView) -> Line:
    """How far the order's price is from the mid, and whether it goes through the market; nothing without a price."""
    order, mid = view.form.asked(), str(view.preview.get("mid") or "")
    price = order.get("limit_price") or order.get("stop_price")
    decimals = 10
    middle, wanted = units(mid, decimals), units(str(price or ""), decimals)
    if not middle or not wanted:
        return ()
    hundredths = div_half_even((wanted - middle) * 10_000, middle)
    sign = "+" if hundredths > 0 else ""
    through = hundredths if order["side"] == "buy" else -hundredths
    waits = "limit_price" not in order
    said = f"{sign}{to_text(hundredths, 2)}%"
    if through >= FAR and not waits:
        return ((f"{said} through", "bold warning"),)
    return ((said, "foreground"),)


def _two(text: object) -> str:
    return places(str(text), 2) if text is not None else UNKNOWN


def _change(before: str, after: str, unit: str) -> Line:
    return ((before, "muted"), (" → ", "faint"), (after, "foreground"), (unit, "muted"))


def trim_to(text: str, instrument: Document) -> str:
    """An average price with the instrument's decimals, or two more where it needs them."""
    decimals = int(instrument.get("price_decimals", 2))
    whole, _, fraction = trim(text).partition(".")
    return f"{whole}.{fraction.ljust(decimals, '0')[: decimals + 2]}" if decimals or fraction else whole


# -- the schedule of an algorithm -----------------------------------------------------------------------------


def span_seconds(text: str) -> int:
    """`90s`, `10m`, `2h` in seconds; 0 where it is none."""
    number_, unit = text[:-1], text[-1:]
    return int(number_) * _SECONDS[unit] if number_.isdigit() and unit in _SECONDS else 0


def span_text(seconds: int) -> str:
    """Seconds as people say them: 45s, 3m, 1m 30s, 1h 5m."""
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    parts = [f"{hours}h" if hours else "", f"{minutes}m" if minutes else "", f"{rest}s" if rest and not hours else ""]
    return " ".join(part for part in parts if part) or "0s"


def slice_sizes(order: Document, instrument: Document) -> list[str]:
    """The equal slices of a TWAP as the engine cuts them: whole lots, one's rounding made good by the next."""
    lot = max(1, units(str(instrument.get("lot_size") or "1"), 8))
    lots, count = units(str(order["quantity"]), 8) // lot, int(order["slices"])
    cut = [lots * (i + 1) // count - lots * i // count for i in range(count)]
    return [trim(to_text(size * lot, 8)) for size in cut]


def schedule_lines(view: TicketView, width: int) -> list[Line]:
    """Pieces, spacing and the last piece's time; nothing for an order."""
    if not view.form.algo:
        return []
    order, heading = view.form.order(), rule("the schedule", width)
    over = span_seconds(str(order["over"]))
    if order["algo"] == "pov":
        share = percent(str(order["rate"]))
        return [heading, pair("takes", ((f"{share}%", "foreground"), (" of what trades", "muted")), width),
                pair("until done, at most", ((span_text(over), "foreground"),), width)]  # fmt: skip
    count = int(order["slices"])
    if order["algo"] == "twap":
        sizes = slice_sizes(order, view.instrument)
        first, last = (grouped(size) for size in (min(sizes, key=_units), max(sizes, key=_units)))
        each = first if first == last else f"{first} to {last}"
        pieces: Line = ((f"{count} × {each}", "foreground"),)
    else:
        pieces = ((f"{count}", "foreground"), (" like the volume", "muted"))
    return [heading, pair("slices", pieces, width),
            pair("one every", ((span_text(over // count), "foreground"),), width),
            pair("last one in", ((span_text(over * (count - 1) // count), "foreground"),), width)]  # fmt: skip


def _units(text: str) -> int:
    return units(text, 8)
