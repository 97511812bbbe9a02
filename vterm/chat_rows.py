"""A turn of a conversation as rows: the question, badges of calls, the answer, cards, sources, chips. Pure.

A row is a line and what enter does on it: ("call", n), ("sign", id), ("chip", text), ("flag", "") or nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from vterm.chat import Call, Card, Turn
from vterm.chat_markdown import FLAG, inline, painted, wrapped
from vterm.paint import Line, Span, clip, fit, left_right, width

WIDEST = 96
"""Cells of prose that are read with ease."""
WAITING = frozenset({"PROPOSED", "READY", "PRESENTED"})
CALL_MARKS = {"running": ("◌", "accent", "running"), "ok": ("✓", "up", "ok"), "refused": ("✕", "error", "refused"),
              "stopped": ("·", "muted", "stopped")}  # fmt: skip
ENDS = {
    "EXECUTED": ("✓", "up", "signed and done"), "DECLINED": ("✕", "warning", "declined by you"),
    "EXPIRED": ("·", "muted", "expired unsigned"), "REPRICED": ("·", "warning", "the market moved; made again"),
    "REJECTED": ("✕", "error", "signed, and refused by the desk"),
}  # fmt: skip
PURPOSES = {"order.place": "order", "order.replace": "change of an order", "order.cancel": "cancel",
            "basket.place": "basket", "algo.start": "algorithm", "rule.create": "price rule",
            "watchlist.change": "watchlist", "alert.create": "alert", "tool.install": "tool"}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A line of the conversation and what enter does there."""

    line: Line
    act: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Keys:
    """How keys are shown: sign, stop, open."""

    sign: str = "f9"
    stop: str = "esc"
    enter: str = "enter"


def turn_rows(turn: Turn, cells: int, opened: frozenset[str], keys: Keys) -> tuple[Row, ...]:
    """All rows of a turn at a width. `opened` names calls ("call:3") whose arguments and source are shown."""
    room = min(cells, WIDEST + 4)
    rows = [Row(((" you", "bold muted"), (f"  {turn.mode}" if turn.mode != "auto" else "", "faint")))]
    rows += [Row(_in(line)) for line in wrapped([(turn.question, "bold foreground")], room - 4)]
    rows += [Row(()), Row(((" copilot", "bold agent"), ("  offline, no model asked" if turn.offline else "", "faint")))]
    rows += _calls(turn, room, opened)
    if turn.text.strip():
        rows += [Row(())] if turn.calls else []
        flagged = tuple(dict.fromkeys(turn.flagged))
        rows += [Row(_in(line), _cites(line)) for line in painted(turn.text, room - 4, flagged)]
    rows += _flags(turn, room)
    for card in turn.cards:
        rows += [Row(()), *_card(card, room, keys)]
    rows += _end(turn, room, keys)
    if turn.chips:
        rows += [Row(())] + [Row(((" ▸ ", "accent"), (chip, "foreground")), ("chip", chip)) for chip in turn.chips]
    return (*(row if width(row.line) <= cells else Row(fit(row.line, cells), row.act) for row in rows), Row(()))


def _in(line: Line) -> Line:
    return (("   ", "foreground"), *line) if line else ()


def _cites(line: Line) -> tuple[str, str]:
    """Enter on a line that cites opens its first source."""
    found = next((text for text, role in line if role == "bold agent" and text.startswith("[")), "")
    return ("call", found.strip("[]")) if found else ("", "")


def _calls(turn: Turn, room: int, opened: frozenset[str]) -> list[Row]:
    rows: list[Row] = []
    for call in turn.calls:
        act = ("call", str(call.n))
        is_open = f"{turn.id}:{call.n}" in opened
        rows.append(Row(badge(call, room, is_open), act))
        if is_open:
            rows += [Row(line, act) for line in _inside(call, room)]
    return rows


def badge(call: Call, room: int, is_open: bool) -> Line:
    """▸ ✓ [1] live_quote  symbol AAPL        ok  12 ms"""
    mark, role, word = CALL_MARKS[call.state]
    took = f"{call.took_ms:,.0f} ms" if call.state in ("ok", "refused") else ""
    right: tuple[Span, ...] = ((f"{word} ", role if call.state != "ok" else "muted"), (f"{took:>9} ", "muted"))
    left: list[Span] = [(" ▾ " if is_open else " ▸ ", "faint"), (f"{mark} ", role), (f"[{call.n}] ", "agent"),
                        (call.tool, "foreground"), (f"  {call.args}", "muted")]  # fmt: skip
    space = room - width(right)
    if width(left) > space:
        left = [*fit(left, max(4, space - 2)), ("… ", "muted")]
    return left_right(left, right, room)


def _inside(call: Call, room: int) -> list[Line]:
    pairs = (("asked", call.args or "nothing"), ("what", call.what), ("market time", call.at), ("from", call.origin),
             ("refused", call.error))  # fmt: skip
    lines: list[Line] = []
    for name, text in pairs:
        if text:
            for line in wrapped([(text, "foreground")], room - 22, (f"{name:<13}", "muted")):
                lines.append((("     ▏ ", "rule"), *line))
    return lines


def _flags(turn: Turn, room: int) -> list[Row]:
    if not turn.flagged:
        return []
    shown = ", ".join(turn.flagged[:8]) + (" …" if len(turn.flagged) > 8 else "")
    text = f"{FLAG} not in any result: {shown}. Nobody has checked what is marked so."
    return [Row(())] + [Row(_in(line)) for line in wrapped([(text, "warning")], room - 4)]


def _card(card: Card, room: int, keys: Keys) -> list[Row]:
    """A tinted edge, no box: purpose, summary, state, and who signs."""
    act = ("sign", card.proposal_id)
    edge: Span = (" ▌ ", "agent")
    title = PURPOSES.get(card.purpose, card.purpose or "proposal")
    rows = [Row((edge, (f"proposal {card.proposal_id}", "bold foreground"), (f"  {title}", "muted")), act)]
    rows += [Row((edge, *line), act) for line in wrapped([(card.summary or "no summary", "foreground")], room - 4)]
    if card.taint:
        words = f"{card.taint} foreign text{'s' if card.taint > 1 else ''} read before it was proposed"
        rows += [Row((edge, *line), act) for line in wrapped([(f"! {words}", "warning")], room - 4)]
    if card.status in WAITING:
        told: list[Span] = [("◌ waiting for your signature", "accent"),
                            (f"  {keys.sign} opens it to sign, f8 in the dialog declines", "muted")]  # fmt: skip
    else:
        mark, role, word = ENDS.get(card.status, ("·", "muted", card.status.lower()))
        told = [(f"{mark} {word}", role), (f": {card.reason}" if card.reason else "", "foreground")]
    return rows + [Row((edge, *line), act) for line in wrapped(told, room - 4)]


def _end(turn: Turn, room: int, keys: Keys) -> list[Row]:
    if turn.running:
        said = turn.notes[-1] if turn.notes else "thinking" if not turn.text else "answering"
        return [Row(((" ◌ ", "accent"), (clip(said, room - 20).rstrip(), "muted"), (f"  {keys.stop} stops", "faint")))]
    if turn.ended == "stopped":
        return [Row(((" · stopped", "muted"),))]
    if turn.ended == "budget":
        text = "· ended by its budget: what was found until then stands above. Ask for less, or again."
        return [Row(line) for line in wrapped([(text, "warning")], room - 2, (" ", "muted"))]
    if turn.ended == "failed":
        code, message, fix = (turn.refusal.get(name, "") for name in ("code", "message", "fix"))
        spans: list[Span] = [(f"✕ {code or 'FAILED'} ", "bold error"), (message or "no answer came", "foreground")]
        spans += [(f"  {fix}", "muted")] if fix else []
        return [Row(line) for line in wrapped(spans, room - 2, (" ", "muted"))]
    return []


def welcome_rows(
    label: str, offline: bool, refusal: dict[str, str], chips: tuple[str, ...], cells: int
) -> tuple[Row, ...]:
    """What stands where nothing was asked yet: who thinks, what it may do, questions to press."""
    room = min(cells, WIDEST + 4)
    rows: list[Row] = [Row(())]

    def say(text: str, role: str = "foreground") -> None:
        rows.extend(Row(line) for line in wrapped(inline(text, role=role), room - 3, (" ", "muted")))

    say(label or "asking who thinks", "bold foreground")
    if refusal:
        rows.extend(_end(Turn("", "", ended="failed", refusal=refusal), room, Keys()))
    if offline:
        say("No model is set: the planner on this machine answers. Quotes, comparisons, risk, stress, screens, sizing, "
            "stops, what-ifs and briefings work; it says so where it does not understand.", "muted")  # fmt: skip
        say("A model is set by VTERM_COPILOT or copilot.toml in the home; its key is never kept in a file.", "muted")
    say("It reads the desk with tools and proposes. It never trades: only you sign.", "muted")
    rows.append(Row(()))
    rows += [Row(((" ▸ ", "accent"), (chip, "foreground")), ("chip", chip)) for chip in chips]
    return tuple(rows)
