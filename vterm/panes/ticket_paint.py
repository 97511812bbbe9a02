"""How the ticket looks: fields, what would happen if it were sent now, the review. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.desk import Document
from engine.model.number import trim
from engine.model.text import safe
from vterm.paint import UNKNOWN, Line, Span, fit, grouped, left_right, number, on, percent, places
from vterm.panes.orders import shown_size
from vterm.panes.ticket_form import CHOICES, FIELD_OF, TicketForm
from vterm.widgets.line_edit import LineEdit
from vterm.wording import protection, qualities, terms

LABELS = {
    "type": "type", "quantity": "quantity", "stop": "stop price", "trail": "trail by", "price": "limit price",
    "tif": "in force", "until": "until", "session": "session", "profit": "take profit", "loss": "stop loss",
    "display": "show at most", "when": "when",
}  # fmt: skip
BOXES = {"post": "post-only", "reduce": "reduce-only"}
WORDS = {"stop_limit": "stop limit", "trailing_stop": "trailing stop", "oco": "OCO"}
"""Choices that are shown in other words."""
MISSING = {
    "quantity": "type a quantity", "stop": "a stop price is missing", "trail": "a trail is missing: 2.50 or 1.5%",
    "price": "a limit price is missing", "until": "a date is missing: 2026-12-31",
}  # fmt: skip


@dataclass
class TicketView:
    """Everything that the picture of the ticket depends on."""

    form: TicketForm
    instrument: Document
    preview: Document = field(default_factory=dict)
    refusal: Document = field(default_factory=dict)
    phase: str = "edit"
    focused: bool = False
    pending: bool = False
    armed: bool = False
    unit: str = ""


@dataclass
class Painted:
    """Lines and which field each of them belongs to (for clicks)."""

    lines: list[Line] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def add(self, line: Line, name: str = "") -> None:
        """One more line."""
        self.lines.append(line)
        self.names.append(name)


def paint(view: TicketView, width: int, height: int) -> Painted:
    """The whole ticket."""
    out = Painted()
    airy = height >= 24
    fields = view.form.fields[:-1] if view.phase == "edit" or airy else ["side"]
    for name in fields:
        out.add(_field(view, name, width), name)
        if name == "side" and airy:
            out.add(())
        for line in _refused(view, name, width):
            out.add(line)
    if airy:
        out.add(())
    if view.phase == "edit":
        for line in preview_lines(view, width, height - len(out.lines) - (2 if airy else 1)):
            out.add(line)
        if airy:
            out.add(())
        out.add(_button(view, "Review and send", "F2", width), "send")
    else:
        _review(view, out, width, airy)
    return out


# -- fields ---------------------------------------------------------------------------------------------------


def _field(view: TicketView, name: str, width: int) -> Line:
    here = view.focused and view.form.at == name and view.phase == "edit"
    if name == "side":
        line = _side(view.form.choice["side"], width)
    elif name in CHOICES:
        line = _choice(view.form, name, width)
    elif name == "more":
        line = _fold(view.form, width)
    elif name in BOXES:
        box = "☑" if view.form.flag[name] else "☐"
        state = "foreground" if view.form.flag[name] else "muted"
        line = fit(((f" {box} {BOXES[name]}", state),), width)
    else:
        line = _text_field(view, name, width, here)
    return on(line, "select") if here else line


def _label(name: str) -> Line:
    return ((f" {LABELS[name]}", "muted"),)


def _side(side: str, width: int) -> Line:
    half = width // 2
    buy = "▲ Buy".center(half)
    sell = "▼ Sell".center(width - half)
    if side == "buy":
        return ((buy, "bold up on flash-up"), (sell, "muted"))
    return ((buy, "muted"), (sell, "bold down on flash-down"))


def _fold(form: TicketForm, width: int) -> Line:
    """What is behind the fold, or that it is open."""
    named = {"profit": "exits", "display": "iceberg", "when": "rule"}
    words = " · ".join(named[name] for name in form.extra if name != "loss")
    return fit(((f" {'▾' if form.flag['more'] else '▸'} {words}", "muted"),), width)


def _choice(form: TicketForm, name: str, width: int) -> Line:
    options = _options(form, name)
    if not _fits(name, options, width):
        word = WORDS.get(form.choice[name], form.choice[name])
        options = (("‹ ", "faint"), (word, "foreground"), (" ›", "faint"), (" ", "muted"))
    return left_right(_label(name), options, width)


def _fits(name: str, options: Line, width: int) -> bool:
    return len(LABELS[name]) + 2 + sum(len(text) for text, _ in options) <= width


def _options(form: TicketForm, name: str) -> Line:
    spans: list[Span] = []
    for option in form.options(name):
        here, word = option == form.choice[name], WORDS.get(option, option)
        spans.append((f"[{word}]" if here else f" {word} ", "foreground" if here else "faint"))
    if not spans[-1][0].endswith(" "):
        spans.append((" ", "faint"))
    return tuple(spans)


def option_at(form: TicketForm, name: str, x: int, width: int) -> str | int:
    """What a click at column `x` means: an option by its name, or one forward, one back, nothing."""
    spans = _options(form, name)
    if not _fits(name, spans, width):
        word = WORDS.get(form.choice[name], form.choice[name])
        left = width - len(word) - 5
        return 0 if x < left else -1 if x < left + 2 else 1
    at = width - sum(len(text) for text, _ in spans)
    for option, (text, _) in zip(form.options(name), spans, strict=False):
        if at <= x < at + len(text):
            return option
        at += len(text)
    return 0


def _text_field(view: TicketView, name: str, width: int, here: bool) -> Line:
    edit = view.form.text[name]
    if name == "when":
        return _words_field(edit, width, here)
    unit = f" {view.unit} " if name == "quantity" and view.unit else " "
    if not here:
        shown = (grouped(edit.text), "foreground") if edit.text else (UNKNOWN, "faint")
        return left_right(_label(name), (shown, (unit, "muted")), width)
    before, at, after = edit.text[: edit.cursor], edit.text[edit.cursor : edit.cursor + 1], edit.text[edit.cursor + 1 :]
    typed: Line = ((before, "bold foreground"), (at or " ", "reverse foreground"), (after, "bold foreground"))
    return left_right(_label(name), (*typed, (unit if at else unit[1:] or "", "muted")), width)


def _words_field(edit: LineEdit, width: int, here: bool) -> Line:
    """Words that may be longer than their line: where they are typed the part around the cursor is in sight."""
    room = width - len(LABELS["when"]) - 4
    if not here:
        shown = edit.text if len(edit.text) <= room else f"{edit.text[: room - 1]}…"
        return left_right(
            _label("when"), ((shown or UNKNOWN, "foreground" if shown else "faint"), (" ", "muted")), width
        )
    start = max(0, edit.cursor - room + 1)
    text, at = edit.text[start : start + room], edit.cursor - start
    typed: Line = ((text[:at], "bold foreground"), (text[at : at + 1] or " ", "reverse foreground"))
    return left_right(_label("when"), (*typed, (text[at + 1 :], "bold foreground"), (" ", "muted")), width)


def _refused(view: TicketView, name: str, width: int) -> list[Line]:
    refusal = view.refusal
    if not refusal:
        return []
    field = str(refusal.get("field") or "")
    field = FIELD_OF.get(field, field)
    if name != (field if field in view.form.fields else "quantity"):
        return []
    words = wrap(safe(str(refusal.get("message", ""))), width - 4)
    lines = [fit(((("! " if i == 0 else "  ") + line, "error"),), width) for i, line in enumerate(words)]
    most = refusal.get("max_quantity")
    if most and any(c in "123456789" for c in str(most)):
        lines.append(fit((("m ", "bold accent"), (f"takes {grouped(trim(safe(str(most))))}", "foreground")), width))
    elif refusal.get("fix"):
        lines += [fit(((line, "muted"),), width) for line in wrap(safe(str(refusal["fix"])), width - 2)]
    return [fit(((" ", "foreground"), *line), width) for line in lines]


def wrap(text: str, width: int, most: int = 3) -> list[str]:
    """Words in lines of `width`, the last one cut."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return [line[:width] for line in lines[:most]]


# -- what would happen ----------------------------------------------------------------------------------------


def rule(words: str, width: int) -> Line:
    """A heading in a thin rule."""
    text = f"── {words} "
    return fit(((text, "muted"), ("─" * max(0, width - len(text)), "rule")), width)


def preview_lines(view: TicketView, width: int, room: int) -> list[Line]:
    """The preview in at most `room` lines: levels give way first, then the queue, never the costs."""
    if room < 1:
        return []
    heading, book = rule(_heading(view.form), width), _foreseen(view)
    if not book:
        words = "asking…" if view.pending or view.form.complete() else MISSING.get(view.form.missing(), "")
        return [heading, fit(((f" {words}", "muted"),), width)][:room]
    lot = str(view.instrument.get("display_lot") or "1")
    now, rests = str(book.get("fills_now") or "0"), str(book.get("rests") or "0")
    some = any(c in "123456789" for c in now)
    first = _pair("fills now", number(shown_size(now, lot), 11, "foreground" if some else "muted"), width)
    rest: list[Line] = []
    if any(c in "123456789" for c in rests):
        rest.append(_pair("rests", number(shown_size(rests, lot), 11), width))
        if book.get("queue_ahead"):
            rest.append(_pair("queue ahead", number(shown_size(str(book["queue_ahead"]), lot), 11, "muted"), width))
    rest += _costs(view, width)
    levels = _levels(book.get("fills") or [], lot, width, room - 2 - len(rest))
    return [heading, first, *levels, *rest][:room]


def _triggered(form: TicketForm) -> bool:
    return form.kind in ("stop", "stop_limit", "trailing_stop") or bool(form.rule)


def _heading(form: TicketForm) -> str:
    """A stop or a rule does nothing until it is triggered; what then would happen is what a person wants to see."""
    return "if it triggered now" if _triggered(form) else "if you sent it now"


def _foreseen(view: TicketView) -> Document:
    """The preview; of an order that waits for its trigger, what it would do once released."""
    released = view.preview.get("if_triggered") if _triggered(view.form) else None
    return {**view.preview, **(released or {})}


def about(size: str, lot: str) -> str:
    """A size among others: the shown lot's decimals, four at most."""
    return places(size, min(4, len(lot.partition(".")[2])))


def _levels(levels: list[Document], lot: str, width: int, room: int) -> list[Line]:
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


def _costs(view: TicketView, width: int) -> list[Line]:
    book, lines = _foreseen(view), list[Line]()
    if book.get("average_price") and any(c in "123456789" for c in str(book.get("fills_now") or "0")):
        average = trim_to(str(book["average_price"]), view.instrument)
        lines.append(_pair("average", number(average, len(grouped(average))), width))
        lines.append(
            _pair("slippage", ((str(book.get("slippage_bps") or UNKNOWN), "foreground"), (" bp", "muted")), width)
        )
    fee = grouped(trim_money(str(book.get("fee") or "0.00")))
    lines.append(_pair("fee", ((fee, "foreground"), (" VCR", "muted")), width))
    weight = _change(percent(book.get("weight_before")), percent(book.get("weight_after")), "%")
    lines.append(_pair("weight", (*weight, *(((" of 25%", "muted"),) if width > 28 else ())), width))
    leverage = _change(_two(book.get("leverage_before")), _two(book.get("leverage_after")), "×")
    lines.append(_pair("leverage", (*leverage, *(((" of 2×", "muted"),) if width > 30 else ())), width))
    return lines


def _two(text: object) -> str:
    return places(str(text), 2) if text is not None else UNKNOWN


def _change(before: str, after: str, unit: str) -> Line:
    return ((before, "muted"), (" → ", "faint"), (after, "foreground"), (unit, "muted"))


def _pair(name: str, value: Line, width: int) -> Line:
    return left_right(((f" {name}", "muted"),), (*value, (" ", "muted")), width)


def trim_to(text: str, instrument: Document) -> str:
    """An average price with the instrument's decimals, or two more where it needs them."""
    decimals = int(instrument.get("price_decimals", 2))
    whole, _, fraction = trim(text).partition(".")
    return f"{whole}.{fraction.ljust(decimals, '0')[: decimals + 2]}" if decimals or fraction else whole


def trim_money(text: str) -> str:
    """Money with two decimals."""
    return places(text, 2)


# -- review ---------------------------------------------------------------------------------------------------


def _review(view: TicketView, out: Painted, width: int, airy: bool) -> None:
    order = view.form.order()
    buy = order["side"] == "buy"
    out.add(rule("review", width))
    if airy:
        out.add(())
    verb = (" ▲ BUY " if buy else " ▼ SELL ", "bold up" if buy else "bold down")
    out.add(fit((verb, (f"{grouped(order['quantity'])} ", "bold foreground"), (order["symbol"], "foreground")), width))
    exits = protection(order, grouped)
    said = [terms(order, grouped) if order["type"] != "market" else "at market", *([f"then {exits}"] if exits else [])]
    said += [f"when {order['when']}"] if order.get("when") else []
    for words in wrap(" · ".join([*said, *qualities(order)]), width - 2, 7):
        out.add(fit(((" " + words, "foreground"),), width))
    value = view.preview.get("value")
    if value:
        out.add(_pair("value", ((grouped(trim_money(str(value))), "foreground"), (" VCR", "muted")), width))
    for line in _costs(view, width) if view.preview else []:
        out.add(line)
    if airy:
        out.add(())
    if view.phase == "sending":
        out.add(fit(((" sending…", "muted"),), width))
        return
    out.add(_button(view, "Send", "enter", width), "send")
    out.add(fit(((" esc ", "bold foreground"), ("back, nothing is lost", "muted")), width), "back")


def _button(view: TicketView, text: str, key: str, width: int) -> Line:
    ready = view.form.complete() and not view.refusal and (view.phase == "edit" or view.armed)
    here = view.focused and (view.form.at == "send" or view.phase != "edit")
    style = ("bold accent" if here else "accent") if ready else "faint"
    line = left_right(((f" [ {text} ]", style),), ((f"{key} ", "muted"),), width)
    return on(line, "select") if here else line
