"""Execution algorithms as rows: what is done of how much, at what average, when the next slice goes."""

from __future__ import annotations

from datetime import datetime

from textual.message import Message

from engine.desk import Document
from engine.model.number import trim
from engine.model.text import safe
from vterm.paint import UNKNOWN, Line, Span, bar, clip, fit, grouped, number
from vterm.panes.activity_table import side_span
from vterm.panes.orders import shown_size
from vterm.state import DeskState, units

_NO_PRICE: Line = ((UNKNOWN.rjust(10), "faint"),)
AT_WORK = ("running", "paused")
_DECIMALS = 12
WIDE = 58


class AlgoWanted(Message):
    """pause, resume or cancel this algorithm."""

    def __init__(self, algo_id: str, action: str) -> None:
        super().__init__()
        self.algo_id, self.action = algo_id, action


def wanted(algo: Document, action: str) -> AlgoWanted | None:
    """What a key asks for, where the algorithm can do it; `pause` of one that is paused resumes it."""
    status = str(algo.get("status") or "")
    if status not in AT_WORK:
        return None
    if action == "pause":
        action = "resume" if status == "paused" else "pause"
    return AlgoWanted(str(algo["algo_id"]), action)


def share(algo: Document) -> tuple[int, int]:
    """(done, whole) in the same unit."""
    return units(str(algo.get("filled_quantity") or "0"), _DECIMALS), units(str(algo.get("quantity") or "0"), _DECIMALS)


def done_words(algo: Document) -> str:
    """42%"""
    done, whole = share(algo)
    return f"{done * 100 // whole if whole else 0}%"


def next_words(algo: Document, at: str) -> str:
    """The time to its next slice in market time, or what it is doing instead."""
    if algo.get("status") != "running":
        return str(algo.get("status") or "")
    seconds = _seconds(str(algo.get("next_at") or ""), at)
    if seconds is None:
        return "working"
    minutes, rest = divmod(max(0, seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if minutes >= 60 else f"{minutes:02}:{rest:02}"


def _seconds(until: str, at: str) -> int | None:
    try:
        return int((datetime.fromisoformat(until[:19]) - datetime.fromisoformat(at[:19])).total_seconds())
    except ValueError:
        return None


def bar_spans(algo: Document, cells: int) -> tuple[Span, Span]:
    """Done █ to an eighth of a cell, left ░."""
    full = bar(*share(algo), cells).rstrip()
    style = "accent" if algo.get("status") == "running" else "muted"
    return (full, style), ("░" * (cells - len(full)), "faint")


def algo_lines(state: DeskState, algo: Document, cells: int) -> tuple[Line, Line]:
    """One algorithm: how far it is and when it goes on; below, how much at what average, and what that cost."""
    kind, symbol = safe(str(algo.get("algo") or "").upper()), str(algo["symbol"])
    style = "foreground" if algo.get("status") in AT_WORK else "muted"
    side = side_span(algo.get("side"))
    spans: list[Span] = [(f" {clip(kind, 4)} ", "accent" if style == "foreground" else "muted"),
                         (clip(safe(symbol), 8), style), (" ", "muted"),
                         side if cells >= WIDE else (side[0][:1], side[1]), (" ", "muted")]  # fmt: skip
    tail = (
        (f" {done_words(algo):>4}", style),
        (next_words(algo, state.at).rjust(10 if cells >= WIDE else 8), "muted"),
        (" ", "muted"),
    )
    room = cells - sum(len(text) for text, _ in (*spans, *tail))
    first = fit((*spans, *bar_spans(algo, max(0, min(40, room))), *tail), cells)
    filled, whole = (trim(str(algo.get(name) or "0")) for name in ("filled_quantity", "quantity"))
    average = algo.get("average_price")
    at = f" at {grouped(trim(str(average)))}" if average else ""
    said = [f"{grouped(filled)} of {grouped(whole)}{at}"]
    short = algo.get("shortfall_bps")
    said += [f"{short} bp past the start, one order {algo.get('block_shortfall_bps')}"] if short is not None else []
    said += [safe(str(algo["reason"]), 80)] if algo.get("reason") else []
    return first, fit(((clip(f"{' ' * (6 if cells >= WIDE else 2)}{' · '.join(said)}", cells), "muted"),), cells)


def beside_orders(state: DeskState, algo: Document, cells: int) -> Line:
    """One at work, in the columns of the desk's orders."""
    kind, symbol = safe(str(algo.get("algo") or "").upper()), str(algo["symbol"])
    lot = str(state.instrument(symbol).get("display_lot") or "1")
    filled, whole = (shown_size(str(algo.get(name) or "0"), lot) for name in ("filled_quantity", "quantity"))
    average = algo.get("average_price")
    price = ((clip(f"@{grouped(trim(str(average)))}".rjust(10), 10), "accent"),) if average else _NO_PRICE
    following = next_words(algo, state.at)
    said = f" {kind} {done_words(algo)} {following}"
    if cells > 72:
        said = f"  {kind} {done_words(algo)} · {'' if algo.get('status') == 'paused' else 'next '}{following}"
        said += f" · average {trim(str(average))}" if average and cells > 100 else ""
    return fit(((" " + clip(safe(symbol), 8) + " ", "foreground"), side_span(algo.get("side")),
                *number(filled, 8), (" /", "faint"), *number(whole, 8), *price, (said, "accent")), cells)  # fmt: skip
