"""How the ticket looks: fields, presets, the review. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.model.number import trim
from engine.model.text import safe
from vterm.paint import UNKNOWN, Line, Span, fit, grouped, left_right, on
from vterm.panes.ticket_foresee import cost_facts, fitting, now_facts, preview_lines, rule, schedule_lines, wrap
from vterm.panes.ticket_form import CHOICES, FIELD_OF, TicketForm
from vterm.panes.ticket_presets import preset_lines
from vterm.panes.ticket_size import Size, read_size
from vterm.panes.ticket_view import LABELS, TicketView
from vterm.widgets.line_edit import LineEdit
from vterm.wording import protection, qualities, terms

BOXES = {"post": "post-only", "reduce": "reduce-only"}
WORDS = {"stop_limit": "stop limit", "trailing_stop": "trailing stop", "oco": "OCO", "twap": "TWAP", "vwap": "VWAP",
         "pov": "POV"}  # fmt: skip
"""Choices that are shown in other words."""
TAKES = "m "
"""Before the size that would pass: the key that takes it."""


@dataclass
class Painted:
    """Lines, which field each of them belongs to, and the chips on some of them (for clicks)."""

    lines: list[Line] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    chips: dict[int, list[tuple[int, int, str]]] = field(default_factory=dict)

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
        if name == "quantity" and view.phase == "edit":
            _sizes(view, out, width, airy)
        for line in _refused(view, name, width):
            out.add(line)
        if out.lines and any(text == TAKES for text, _ in out.lines[-1]):
            out.names[-1] = "most"
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


def _sizes(view: TicketView, out: Painted, width: int, airy: bool) -> None:
    """The units that a worth or a share comes to, and the presets."""
    text, units = view.form.text["quantity"].text, view.form.sized
    if units[0] == text and units[1]:
        unit = f" {view.unit} " if view.unit else " "
        out.add(left_right(((" is", "muted"),), ((grouped(units[1]), "bold foreground"), (unit, "muted")), width))
    if airy or (view.focused and view.form.at == "quantity"):
        for line, places in preset_lines(view, width):
            out.chips[len(out.lines)] = places
            out.add(line, "preset")


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
    words = name == "quantity" and edit.text and (read_size(edit.text) or Size("", "")).kind != "units"
    unit = f" {view.unit} " if name == "quantity" and view.unit and not words else " "
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
        lines.append(fit(((TAKES, "bold accent"), (f"takes {grouped(trim(safe(str(most))))}", "foreground")), width))
    elif refusal.get("fix"):
        lines += [fit(((line, "muted"),), width) for line in wrap(safe(str(refusal["fix"])), width - 2)]
    return [fit(((" ", "foreground"), *line), width) for line in lines]


# -- review ---------------------------------------------------------------------------------------------------


def _review(view: TicketView, out: Painted, width: int, airy: bool) -> None:
    order = view.form.order()
    buy = order["side"] == "buy"
    out.add(rule("review", width))
    if airy:
        out.add(())
    verb = (" ▲ BUY " if buy else " ▼ SELL ", "bold up" if buy else "bold down")
    out.add(fit((verb, (f"{grouped(order['quantity'])} ", "bold foreground"), (order["symbol"], "foreground")), width))
    if not view.form.algo:
        exits = protection(order, grouped)
        said = [terms(order, grouped) if order["type"] != "market" else "at market"]
        said += [f"then {exits}"] if exits else []
        said += [f"when {order['when']}"] if order.get("when") else []
        said += qualities(order)
    else:
        said = [WORDS[order["algo"]]]
        said += [f"not beyond {grouped(order['limit_price'])}"] if "limit_price" in order else []
        said += [f"{order['session']} session"] if "session" in order else []
    for words in wrap(" · ".join(said), width - 2, 7):
        out.add(fit(((" " + words, "foreground"),), width))
    for line in schedule_lines(view, width):
        out.add(line)
    facts = [*now_facts(view, width), *cost_facts(view, width)] if view.preview else []
    for line in fitting(facts, 10 if airy else 8) if facts else []:
        out.add(line)
    if airy:
        out.add(())
    if view.phase == "sending":
        out.add(fit(((" sending…", "muted"),), width))
        return
    out.add(_state(view, width))
    out.add(_button(view, "Send", "enter", width), "send")
    out.add(fit(((" esc ", "bold foreground"), ("back, nothing is lost", "muted")), width), "back")


def _state(view: TicketView, width: int) -> Line:
    """Whether the order can be sent as it was reviewed, and what it waits for if not."""
    reason = view.locked()
    if reason:
        return fit(((" ⋯ ", "bold warning"), (reason, "foreground")), width)
    return fit(((" ✓ ", "up"), ("the preview is current", "muted")), width)


def _button(view: TicketView, text: str, key: str, width: int) -> Line:
    """In brackets while it can be pressed."""
    if view.phase == "edit":
        ready = view.form.complete() and not view.refusal
    else:
        ready = view.armed and not view.locked()
    here = view.focused and (view.form.at == "send" or view.phase != "edit")
    style = ("bold accent" if here else "accent") if ready else "faint"
    words = f" [ {text} ]" if ready else f"   {text}  "
    line = left_right(((words, style),), ((f"{key} " if ready else "", "muted"),), width)
    return on(line, "select") if here else line
