"""What became of a proposal that was signed, accepted or declined: its orders as they fill. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from engine.desk import Document
from engine.model.number import trim
from engine.model.text import safe
from vterm.paint import Line, Span, clip, fit, grouped
from vterm.state import units

_ROLES = {"filled": "up", "rejected": "error", "cancelled": "warning", "expired": "warning"}
_SAID = {
    "EXECUTED": ("●", "Signed", "up"),
    "DECLINED": ("○", "Declined", "foreground"),
}


def outcome_lines(outcome: Document, orders: Mapping[str, Document], cells: int) -> list[Line]:
    """One line that says it, then a line for each thing that was made."""
    status = str(outcome.get("status", ""))
    glyph, word, role = _SAID.get(status, ("×", safe(status.capitalize(), 20), "warning"))
    again = " · it had been signed already; nothing happened twice" if outcome.get("code") == "REPLAY_SAME" else ""
    reason = safe(str(outcome.get("reason", "")), 280)
    said = f" · {reason}" if reason else ""
    summary = f"   {safe(str(outcome.get('summary', '')), 120)}"
    lines: list[Line] = [_rule("what became of it", cells)]
    lines.append(fit(((f" {glyph} ", role), (word, "bold foreground"), (f"{again}{said}", "muted")), cells))
    lines.append(fit(((summary, "muted"),), cells))
    for name in outcome.get("results", ()):
        lines.append(_result(str(name), orders.get(str(name)), cells))
    return lines


def _rule(words: str, cells: int) -> Line:
    left = f"── {words} "
    return (("── ", "rule"), (words, "foreground"), (" " + "─" * max(0, cells - len(left)), "rule"))


def _result(name: str, order: Document | None, cells: int) -> Line:
    """o000001  filled  10 of 10 at 150.00; or why it was refused."""
    head: Span = (f"  {clip(safe(name, 24), 10)}", "muted")
    if order is None:
        return fit((head, ("made", "foreground")), cells)
    status = safe(str(order.get("status", "")), 20)
    spans: list[Span] = [head, (clip(status.replace("_", " "), 17), _ROLES.get(status, "foreground"))]
    refusal = order.get("refusal") or {}
    why = safe(str(refusal.get("message") or order.get("reason") or ""), 200)
    filled, whole = str(order.get("filled_quantity") or "0"), str(order.get("quantity") or "0")
    if units(filled, 8):
        at = f" at {grouped(trim(str(order['average_price'])))}" if order.get("average_price") else ""
        spans.append((f"{grouped(trim(filled))} of {grouped(trim(whole))}{at}", "foreground"))
    else:
        symbol, side = safe(str(order.get("symbol", "")), 16), safe(str(order.get("side", "")), 8)
        spans.append((f"{side} {grouped(trim(whole))} {symbol}", "foreground"))
    return fit((*spans, (f"  {why}" if why else "", "warning")), cells)
