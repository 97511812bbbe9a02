"""What stands beside and below the card: the book, the drift, before and after, the reason. None is signed. Pure."""

from __future__ import annotations

from textwrap import wrap
from typing import Any

from engine.desk import Document
from engine.model.number import NumberFormatError, trim
from engine.model.text import safe
from vterm.dialogs.signing_facts import Facts
from vterm.paint import Line, Span, arrow, bar, clip, direction, fit, grouped, left_right, number, places, signed
from vterm.proposals_choice import origin_words, taint_words
from vterm.state import units

UNSIGNED = "not signed"
BAR_CELLS = 16


def rule(words: str, cells: int) -> Line:
    """── the book now ────────────── not signed ──; a narrow one has the two words alone"""
    if cells < len(words) + len(UNSIGNED) + 10:
        return fit(((words, "foreground"), (f" · {UNSIGNED}" if words else UNSIGNED, "muted")), cells)
    room = cells - len(words) - len(UNSIGNED) - 9
    return (("── ", "rule"), (words, "foreground"), (" " + "─" * (room + 1), "rule"), (f" {UNSIGNED} ", "muted"),
            ("──", "rule"))  # fmt: skip


def side(facts: Facts, proposal: Document, cells: int, rows: int) -> list[Line]:
    """The column beside the card: the book moving, and how far the market went since the proposal was made."""
    found: list[Line] = [rule(facts.symbol, cells)]
    drift = drift_lines(facts, cells)
    room = rows - len(found) - len(drift) - (1 if drift else 0)
    found += book_lines(facts, proposal, cells, max(0, room))
    while len(found) < rows - len(drift):
        found.append(())
    return [*found, *drift][:rows]


def book_lines(facts: Facts, proposal: Document, cells: int, rows: int) -> list[Line]:
    """Asks above, bids below, the price of the order marked."""
    book = facts.book
    if not book.get("bids") and not book.get("asks"):
        word = "the desk does not answer" if facts.lost else "no book to show"
        return [((f" {word}", "muted"),)] if rows else []
    each = max(1, (rows - 1) // 2)
    asks, bids = list(book.get("asks", ()))[:each], list(book.get("bids", ()))[:each]
    most = max((units(_size(level), 8) for level in (*asks, *bids)), default=1) or 1
    own = str((proposal.get("order") or {}).get("limit_price") or "")
    lines = [_level(level, "down", own, most, cells) for level in reversed(asks)]
    lines.append(_spread(asks, bids, cells))
    return [*lines, *(_level(level, "up", own, most, cells) for level in bids)][:rows]


def _size(level: Any) -> str:
    return str(level[1] if isinstance(level, list | tuple) else level.get("size", "0"))


def _price(level: Any) -> str:
    return str(level[0] if isinstance(level, list | tuple) else level.get("price", "0"))


def _level(level: Any, role: str, own: str, most: int, cells: int) -> Line:
    price, size = _price(level), trim(_size(level))
    tint = "book-bid" if role == "up" else "book-ask"
    mark = "▸" if own and units(own, 8) == units(price, 8) else " "
    figures = 24 if cells >= 40 else cells - 2
    half = figures // 2
    spans: list[Span] = [(mark, "accent"), *number(price, half, role), *number(size, figures - half, "foreground")]
    if cells > figures + 6:
        spans += [(" ", "muted"), (bar(units(size, 8), most, cells - figures - 3), tint)]
    return fit(spans, cells)


def _spread(asks: list[Any], bids: list[Any], cells: int) -> Line:
    if not asks or not bids:
        return ((" one side is empty", "muted"),)
    decimals = len(_price(asks[0]).partition(".")[2])
    wide = units(_price(asks[0]), decimals) - units(_price(bids[0]), decimals)
    text = str(wide).rjust(decimals + 1, "0")
    shown = f"{text[:-decimals]}.{text[-decimals:]}" if decimals else text
    return fit(((f"  spread {shown}", "muted"),), cells)


def drift_lines(facts: Facts, cells: int) -> list[Line]:
    """How far the market moved since the proposal was made, in basis points and in money for this order."""
    if not facts.prices:
        return []
    rows = facts.prices[:8]
    if len(rows) == 1:
        return _one_drift(rows[0], cells)
    lines: list[Line] = [(("since it was made", "muted"),)]
    for row in rows:
        name = clip(safe(str(row.get("symbol", ""))), 9)
        lines.append(fit(((f" {name}", "foreground"), *_bps(row, 9), *signed(_money(row), 12, 2)), cells))
    return lines


def _one_drift(row: Document, cells: int) -> list[Line]:
    then, now = str(row.get("mid_made") or ""), str(row.get("mid") or "")
    moved: Line = ((" mid ", "muted"), (f"{grouped(then)} → {grouped(now)}", "foreground"))
    if cells < 32:
        return [(("since it was made", "muted"),), fit(((f" {grouped(then)}", "muted"),), cells),
                fit(((f" {grouped(now)}", "foreground"), *_bps(row, 9)), cells), _cost(row, cells)]  # fmt: skip
    return [
        (("since it was made", "muted"),),
        left_right(moved, (*_bps(row, 10), (" ", "muted")), cells),
        _cost(row, cells),
    ]


def _bps(row: Document, cells: int) -> Line:
    text = str(row.get("drift_bps") or "0.0")
    return ((f"{arrow(text)} {text.lstrip('+-')} bp".rjust(cells), direction(text)),)


def _money(row: Document) -> str:
    return str(row.get("drift_money") or "0.00")


def _cost(row: Document, cells: int) -> Line:
    """Money that the drift gives to whoever trades now, or takes."""
    money = _money(row)
    word = {"up": "better", "down": "worse"}.get(direction(money), "")
    if not word:
        return fit(((" no better, no worse", "muted"),), cells)
    text = f" {_worth(money)} VCR {word}"
    return fit(((text + (" for you than it was" if cells >= 44 else ""), direction(money)),), cells)


def under(facts: Facts, proposal: Document, portfolio: Document, cells: int, rows: int) -> list[Line]:
    """What the act changes and costs, and why it was proposed."""
    if rows <= 1:
        return [_brief(facts, proposal, cells)][:rows]
    reason = reason_lines(proposal, facts, cells)
    if rows < 8:
        return [_shares(facts, cells), *reason][:rows]
    changes = [*change_lines(facts, portfolio, cells), *cost_lines(facts, cells)]
    found = [rule("before → after", cells), *changes]
    gap: list[Line] = [()] if rows - len(found) > len(reason) + 1 else []
    if rows - len(found) > 2:
        found += [*gap, rule("why", cells), *reason]
    return found[:rows]


def _brief(facts: Facts, proposal: Document, cells: int) -> Line:
    """All in one line, for the smallest window."""
    row = facts.prices[0] if facts.prices else {}
    spans: list[Span] = [(f"{UNSIGNED} ", "muted")]
    if row:
        text = str(row.get("drift_bps") or "0.0")
        money = _money(row)
        word = {"up": f", {_worth(money)} better", "down": f", {_worth(money)} worse"}.get(direction(money), "")
        spans += [(f"· {arrow(text)} {text.lstrip('+-')} bp since", direction(text)), (f"{word} ", direction(money))]
    why = safe(str(proposal.get("rationale", "")), 280)
    return fit((*spans, (f"· {why}" if why else "", "muted")), cells)


def _shares(facts: Facts, cells: int) -> Line:
    """share of NAV 9.7% → 12.6% of 25.0%   margin 0.47× → 0.50× of 2.00×"""
    effects = facts.effects
    if not effects:
        return fit(((f"{UNSIGNED} ", "muted"), ("· it moves no money and no position", "muted")), cells)
    spans: list[Span] = [(f"{UNSIGNED} ", "muted")]
    for label, name, unit in (("of NAV", "share", "%"), ("margin", "margin", "×")):
        before, after = (safe(str(effects.get(f"{name}_{word}", "")), 12) for word in ("before", "after"))
        spans += [(f"· {label} ", "muted"), (f"{before}{unit} → ", "muted"), (f"{after}{unit}", "bold foreground"),
                  (f" of {safe(str(effects.get(f'{name}_limit', '')), 12)}{unit} ", "muted")]  # fmt: skip
    return fit(spans, cells)


def _worth(money: str) -> str:
    return grouped(money.lstrip("+-"))


def change_lines(facts: Facts, portfolio: Document, cells: int) -> list[Line]:
    """Position, share of NAV, margin, cash: before, after, and how near to the limit."""
    effects = facts.effects
    if not effects:
        return [((" it moves no money and no position", "muted"),)]
    lines: list[Line] = []
    if "position_before" in effects:
        lines.append(_row("position", effects["position_before"], effects["position_after"], "", cells))
    lines.append(_limited("share of NAV", effects, "share", "%", cells))
    lines.append(_limited("margin", effects, "margin", "×", cells))
    cash_after = facts.preview.get("cash_after")
    if cash_after and portfolio.get("cash"):
        lines.append(_row("cash", _cents(portfolio["cash"]), _cents(cash_after), "", cells))
    for name, label in (("pays", "pays up to"), ("brings", "brings at least")):
        if name in effects:
            lines.append(_row(label, "", str(effects[name]), "", cells))
    return lines


def _cents(text: object) -> str:
    try:
        return places(str(text), 2)
    except NumberFormatError:
        return str(text)


def _row(label: str, before: object, after: object, unit: str, cells: int, tail: Line = ()) -> Line:
    first, second = safe(str(before), 24), safe(str(after), 24)
    cut = 14 if cells >= 60 else 11
    old, new = f"{grouped(first)}{unit if first else ''}".rjust(cut), f"{grouped(second)}{unit}".rjust(cut)
    spans: list[Span] = [(f" {label:<14}", "muted"), (old, "muted"), (" → " if first else "   ", "muted")]
    spans.append((new, "bold foreground"))
    return fit((*spans, *tail), cells)


def _limited(label: str, effects: Document, name: str, unit: str, cells: int) -> Line:
    before, after = str(effects.get(f"{name}_before", "0")), str(effects.get(f"{name}_after", "0"))
    limit = str(effects.get(f"{name}_limit", "0"))
    tail: list[Span] = []
    if cells >= 76:
        whole = units(limit, 4)
        near = 5 * units(after, 4) >= 4 * whole
        tail = [
            ("   ", "muted"),
            (bar(units(after, 4), whole, BAR_CELLS), f"{'warning' if near else 'agent'} on panel"),
        ]
    tail.append((f"  of {limit}{unit}", "muted"))
    return _row(label, before, after, unit, cells, tuple(tail))


def cost_lines(facts: Facts, cells: int) -> list[Line]:
    """What it would cost if it were sent now."""
    seen = facts.preview
    refusal = seen.get("refusal")
    if refusal:
        text = safe(str(refusal.get("message", "")), 200)
        return [fit(((" now refused   ", "warning"), (text, "foreground")), cells)]
    if not seen.get("fills_now"):
        return []
    spans: list[Span] = [(" sent now      ", "muted"), (f"fills {grouped(trim(str(seen['fills_now'])))}", "foreground")]
    if seen.get("rests") and units(str(seen["rests"]), 8):
        spans.append((f", {grouped(trim(str(seen['rests'])))} rests", "foreground"))
    spans.append(
        (
            f" · fee {grouped(_cents(seen.get('fee') or '0'))} · slippage {seen.get('slippage_bps') or '0.00'} bp",
            "muted",
        )
    )
    return [fit(spans, cells)]


def reason_lines(proposal: Document, facts: Facts, cells: int) -> list[Line]:
    """Whose words these are, and the words."""
    who = origin_words(str(proposal.get("origin", "")))
    why = safe(str(proposal.get("rationale", "")), 280) or "gave no reason"
    lines: list[Line] = [fit(((f" {text}", "agent"),), cells)
                         for text in wrap(f"{who}: {why}", max(20, cells - 2))]  # fmt: skip
    taint = taint_words(proposal.get("taint"))
    lines.append(fit(((f" {taint}", "warning" if int(str(proposal.get("taint") or 0)) else "muted"),), cells))
    if facts.foreign:
        lines.append(fit(((f" from foreign text: {facts.foreign}", "warning"),), cells))
    return lines


def why_lines(proposal: Document, facts: Facts, payload: str, cells: int) -> list[Line]:
    """F1: everything that is known of where it comes from."""
    lines: list[Line] = [rule("why", cells), *reason_lines(proposal, facts, cells), ()]
    made = safe(str(proposal.get("created_at", "")))[:19].replace("T", " ")
    lines.append(fit(((" made      ", "muted"), (f"{made} UTC", "foreground")), cells))
    for text in wrap(safe(str(proposal.get("summary", "")), 300), max(16, cells - 12))[:3]:
        lines.append(fit(((" asks for  ", "muted"), (text, "foreground")), cells))
    lines.append(fit(((" signed    ", "muted"), (f"{len(payload):,} bytes, no more", "foreground")), cells))
    return lines
