"""The engine's answer to the question that was asked, as a few lines of its document."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from engine.desk import Document
from engine.model.number import trim
from engine.model.text import safe
from vterm.copilot_choice import Question
from vterm.paint import UNKNOWN, Line, Span, arrow, clip, direction, fit, grouped, number, percent, places, signed
from vterm.panes import research_whatif
from vterm.panes.context import money
from vterm.panes.copilot_pane import CopilotListPane
from vterm.panes.correlation import matrix
from vterm.panes.several_pane import fact, heading
from vterm.panes.study_facts import short

Told = Callable[[Document, int], list[Line]]


def _signed(text: object, cells: int = 14) -> Line:
    return signed(None if text is None else str(text), cells, 2)


def risk(doc: Document, width: int) -> list[Line]:
    """Use of the limit, and who takes how much of it."""
    lines = [
        fact("margin limit used", f"{percent(str(doc['margin_use']))} %", width, safe(str(doc["state"]))),
        fact("gross exposure", money(doc["gross_exposure"]), width, f"of {money(doc['limit'])}"),
        fact("buying power", money(doc["buying_power"]), width),
        fact("maintenance margin", money(doc["maintenance_margin"]), width),
        heading("SHARE OF THE LIMIT", width),
    ]
    rows = doc["positions"] or []
    lines += [fit(((f" {clip(safe(str(row['symbol'])), 10)}", "foreground"), *number(money(row["value"]), 16),
                   (f"{percent(str(row['share_of_limit'])):>8} %", "foreground")), width) for row in rows]  # fmt: skip
    return lines if rows else [*lines, fit(((" nothing is held", "muted"),), width)]


def attribution(doc: Document, width: int) -> list[Line]:
    """A head a line, the exact sum last."""
    rows = [*doc["heads"], {**doc["total"], "name": "in all"}]
    lines = [heading(f"PROFIT BY {str(doc['by']).upper()}", width, f"last {doc['window']}")]
    return lines + [fit(((f" {clip(safe(str(row['name'])), 18)}", "foreground"), *_signed(row["pnl"], 18)), width)
                    for row in rows]  # fmt: skip


def analytics(doc: Document, width: int) -> list[Line]:
    """Return, risk, trades: what is known, and why the rest is not."""
    own, book, trades = doc["performance"], doc["book"], doc["trades"]
    rows: tuple[tuple[str, object, str, bool], ...] = (
        ("return", own.get("total_return"), "performance.total_return", True),
        ("deepest fall", own.get("max_drawdown"), "performance.max_drawdown", True),
        ("volatility", own.get("volatility"), "performance.volatility", True),
        ("Sharpe", own.get("sharpe"), "performance.sharpe", False),
        ("Sortino", own.get("sortino"), "performance.sortino", False),
        ("volatility of what is held", book.get("volatility"), "book.volatility", True),
        ("beta of what is held", book.get("beta"), "book.beta", False),
        ("win rate", trades.get("win_rate"), "trades.win_rate", True),
        ("profit factor", trades.get("profit_factor"), "trades.profit_factor", False),
    )
    lines = [heading("THE LAST 30 DAYS", width)]
    for name, value, path, rate in rows:
        if value is None:
            lines.append(fact(name, UNKNOWN, width, clip(safe(str(doc["reasons"].get(path, ""))), 32).rstrip()))
        else:
            lines.append(fact(name, f"{percent(str(value), 2)} %" if rate else places(str(value), 2), width))
    return lines


def correlation(doc: Document, width: int) -> list[Line]:
    """The matrix of what is held."""
    if not doc["symbols"]:
        return [fit(((f" {safe(str(doc.get('reason') or 'nothing is held'))}", "muted"),), width)]
    head, rows = matrix(doc, width)
    return [head, *rows]


def round_trips(doc: Document, width: int) -> list[Line]:
    """The newest trades from flat to flat."""
    stats = doc["stats"]
    rate = UNKNOWN if stats["win_rate"] is None else f"{percent(stats['win_rate'])} %"
    lines = [fact("closed in 30 days", str(stats["total"]), width, f"{rate} won")]
    for row in doc["trades"]:
        pnl = str(row["pnl"])
        lines.append(fit(((f" {str(row['closed_at'])[5:16].replace('T', ' ')}  ", "muted"),
                          (f"{clip(safe(str(row['symbol'])), 9)}", "foreground"), (f"{row['side']:<6}", "muted"),
                          (f"{arrow(pnl)}", direction(pnl)), *_signed(pnl, 13)), width))  # fmt: skip
    return lines if doc["trades"] else [*lines, fit(((" no trade was closed in them", "muted"),), width)]


def what_if(doc: Document, width: int) -> list[Line]:
    """Every figure before and after."""
    size = grouped(trim(str(doc["quantity"])))
    lines = [heading(f"{str(doc['side']).upper()} {size} {safe(str(doc['symbol']))}", width, "nothing is sent")]
    if doc["preview"].get("refusal"):
        lines.append(fit(((f" × {safe(str(doc['preview']['refusal']['message']))}", "error"),), width))
    lines.append(fact("costs now", f"{places(str(doc['cost']), 2)} VCR", width))
    return lines + [research_whatif.figure(*row, doc, width) for row in research_whatif.FIGURES]


def rebalance(doc: Document, width: int) -> list[Line]:
    """What would be bought and sold."""
    lines = [fact("off the targets now", f"{percent(str(doc['drift']))} %", width),
             fact("after it", f"{percent(str(doc['drift_after']))} %", width),
             fact("would trade", f"{short(doc['turnover'])} VCR", width, "nothing is sent")]  # fmt: skip
    for row in doc["proposals"]:
        size = f"{grouped(trim(str(row['quantity']))):>14}"
        side: Span = (f" {'▲ buy ' if row['side'] == 'buy' else '▼ sell'} ", "up" if row["side"] == "buy" else "down")
        lines.append(fit((side, (clip(safe(str(row["symbol"])), 10), "foreground"), (size, "foreground"),
                          *number(money(row["value"]), 16), ("" if row["ok"] else " × refused", "error")),
                         width))  # fmt: skip
    note = safe(str(doc.get("note") or ""))
    return lines if doc["proposals"] else [*lines, fit(((f" {note or 'nothing to do'}", "muted"),), width)]


TOLD: dict[str, Told] = {
    "risk": risk, "attribution": attribution, "analytics": analytics, "correlation": correlation,
    "round_trips": round_trips, "what_if": what_if, "rebalance": rebalance,
}  # fmt: skip


class AnswerPane(CopilotListPane):
    """One document at a time."""

    CONTEXT: ClassVar[str] = "answer"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"asked", "symbol"})
    NAME: ClassVar[str] = "Answer"

    def paint(self, width: int, height: int) -> None:
        """The answer, why there is none, or what to press."""
        asked: Question | None = self.choice.question
        if asked is None:
            self.entitle(self.NAME)
            self.keep([])
            key = self.keymap.hint("question_ask", "questions")
            self.empty(f"no question yet · {key} on one of the questions asks it", height, width)
            return
        self.entitle(f"vterm {asked.command.format(safe(self.state.symbol))}", self._age(asked))
        doc = self.choice.documents.get(asked.method, {})
        if not doc or self.choice.waits(asked.method) or self._lacking(asked):
            self.keep([])
            self._why(asked, height, width)
            return
        self.list_lines(TOLD[asked.method](doc, width))

    def _age(self, asked: Question) -> str:
        return self.choice.age(asked.method, self.state.now())

    def _lacking(self, asked: Question) -> bool:
        """Whether a trade is asked about whose size is not known."""
        return asked.method == "what_if" and not self.choice.quantity

    def _why(self, asked: Question, height: int, width: int) -> None:
        if self._lacking(asked) and self.choice.answered("study")[:1] == (self.choice.symbol,):
            self.empty(f"10k VCR is less than one lot of {safe(self.choice.symbol)}", height, width)
            return
        name = "study" if self._lacking(asked) else asked.method
        note = "" if self.choice.waits(name) else safe(self.choice.notes.get(name, ""))
        self.empty(note or "asking the engine", height, width)
