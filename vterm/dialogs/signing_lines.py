"""The head and the foot of the signing dialog: what it is about, how long it holds, the code as it is typed. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap

from engine.desk import Document
from engine.model.text import safe
from engine.signing.gesture import ARMS_AFTER_MS
from vterm.dialogs.signing_session import Phase
from vterm.paint import Line, Span, bar, clip, fit, left_right, width

CLOCK_CELLS = 12
CODE_CELLS = 4
WORDS = {
    Phase.OPENING: "asking the signer for the card",
    Phase.LOCKED: "the signer is locked",
    Phase.SIGNING: "signing",
    Phase.DONE: "done",
    Phase.REFUSED: "not signed",
    Phase.OVER: "not signed",
}


@dataclass(frozen=True, slots=True)
class Hand:
    """The gesture as it is shown: `armed` in milliseconds since the paint (None: nothing counts), `takes_code`."""

    takes_code: bool = True
    armed: int | None = None
    typed: str = ""
    wrong: int = 0


def head(proposal_id: str, summary: str, more: int, left: float, valid: float, cells: int, phase: Phase) -> Line:
    """Sign · p000001 · one more waits            1:42 ▕██████▏"""
    start: list[Span] = [(" Sign", "bold accent"), (f" · {safe(proposal_id, 40)}", "foreground")]
    clock = clock_spans(left, valid) if phase is Phase.CARD else ((WORDS.get(phase, ""), "muted"), (" ", "muted"))
    waits = f" · {more} more wait{'s' if more == 1 else ''}" if more else ""
    room = cells - width(start) - width(clock) - len(waits) - 4
    text = f" · {clip(summary, room).rstrip()}" if summary and room > 12 and cells >= 78 else ""
    return left_right((*start, (text, "muted"), (waits, "muted")), clock, cells)


def clock_spans(left: float, valid: float) -> Line:
    """How long the card can be signed, as a clock and a bar that empties."""
    seconds = int(left + 0.999)
    full = min(CLOCK_CELLS, -(-seconds * CLOCK_CELLS // max(1, int(valid))))
    role = "foreground" if seconds <= 20 else "muted"
    return ((f"{seconds // 60}:{seconds % 60:02d} ", role), ("━" * full, role), ("━" * (CLOCK_CELLS - full), "rule"),
            (" ", "muted"))  # fmt: skip


def code_line(hand: Hand, fault: str, cells: int, *, bare: bool) -> Line:
    """The bar that fills while the card arms; then one cell for each character of the code."""
    if fault:
        return fit(((" not armed ", "warning"), (f" {fault}", "foreground")), cells)
    if hand.armed is None or hand.armed < ARMS_AFTER_MS:
        part = min(hand.armed or 0, ARMS_AFTER_MS)
        line: Line = ((" ", "muted"), (bar(part, ARMS_AFTER_MS, 19), "agent on panel"), ("  read the card", "muted"))
        return fit(line, cells)
    if not hand.takes_code:
        return fit(((" enter ", "bold accent on select"), ("  accepts; it moves no money", "foreground")), cells)
    spans: list[Span] = [(" ", "muted")]
    for at in range(CODE_CELLS):
        letter = hand.typed[at : at + 1].upper()
        here = at == len(hand.typed)
        spans += [*_cell(letter, here, bare=bare), (" ", "muted")]
    return fit((*spans, (" ", "muted"), *_next(hand)), cells)


def _cell(letter: str, here: bool, *, bare: bool) -> list[Span]:
    if bare:
        return [("[", "foreground" if here else "muted"), (letter or ("_" if here else " "), "bold foreground"),
                ("]", "foreground" if here else "muted")]  # fmt: skip
    back = "select" if letter or here else "panel"
    return [
        (f" {letter or ('_' if here else '·')} ", f"bold foreground on {back}" if letter or here else "muted on panel")
    ]


def _next(hand: Hand) -> list[Span]:
    if len(hand.typed) == CODE_CELLS:
        return [("enter", "bold accent"), (" signs", "foreground")]
    if hand.wrong and not hand.typed:
        count = "" if hand.wrong == 1 else f" ({hand.wrong} times)"
        return [(f"not the card's code{count}", "warning"), ("; nothing was signed", "foreground")]
    return [("type the code on the card", "muted")]


def keys_line(phase: Phase, *, why: bool, gone: bool, cells: int) -> Line:
    """What the keys do now."""
    keys: list[tuple[str, str]] = []
    if phase is Phase.CARD:
        keys = [("f1", "back to the book" if why else "why"), ("f8", "decline"), ("esc", "close, keep it")]
    elif phase is Phase.REFUSED or (phase is Phase.OVER and not gone):
        keys = [("f9", "open it again"), ("f8", "decline"), ("esc", "close, keep it")]
    elif phase is Phase.LOCKED:
        keys = [("enter", "unlock"), ("esc", "close, keep it")]
    elif phase is Phase.DONE or phase is Phase.OVER:
        keys = [("any key", "closes")]
    elif phase is Phase.OPENING:
        keys = [("esc", "close")]
    return listed(keys, cells)


def listed(keys: list[tuple[str, str]], cells: int) -> Line:
    """Keys and what they do."""
    spans: list[Span] = [(" ", "muted")]
    for key, word in keys:
        spans += [(key, "bold foreground"), (f" {word}   ", "muted")]
    return fit(spans, cells)


def field_line(label: str, shown: str, cells: int) -> Line:
    """A line that is typed into, its cursor at the end."""
    room = max(4, cells - len(label) - 5)
    tail = shown[-room:]
    return fit(((f" {label} ", "muted"), (f" {tail}", "foreground on panel"), ("▏", "accent on panel"),
                (" " * max(0, room - len(tail) - 1), "foreground on panel")), cells)  # fmt: skip


def told_page(told: Document, cells: int) -> list[Line]:
    """The same on a page of its own, nothing cut."""
    lines: list[Line] = [(), fit(((f" {safe(str(told.get('code', '')), 40)}", "bold warning"),), cells), ()]
    message, cause, fix = (safe(str(told.get(name, "")), 300) for name in ("message", "cause", "fix"))
    for text, role in ((message, "foreground"), (cause if cause != message else "", "muted"), (fix, "foreground")):
        lines += [fit(((f" {row}", role),), cells) for row in wrap(text, max(20, cells - 2))]
        lines += [()] if text else []
    return lines


def told_lines(told: Document, cells: int) -> list[Line]:
    """What desk or signer said: the word and the message, the cause, how to go on."""
    code, message = safe(str(told.get("code", "")), 40), safe(str(told.get("message", "")), 300)
    cause, fix = safe(str(told.get("cause", "")), 300), safe(str(told.get("fix", "")), 300)
    lines: list[Line] = [fit(((f" {code} ", "bold warning"), (message, "foreground")), cells)]
    if cause and cause != message:
        lines.append(fit(((f" {cause}", "muted"),), cells))
    if fix:
        lines.append(fit(((" to go on  ", "muted"), (fix, "foreground")), cells))
    return lines
