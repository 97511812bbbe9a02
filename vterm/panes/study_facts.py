"""What an instrument is and how it trades: class, venue, lattice, margin, fees, spread, depth, volume, price law."""

from __future__ import annotations

from typing import ClassVar

from engine.desk import Document
from engine.model.number import trim
from engine.model.text import safe
from vterm.paint import UNKNOWN, Line, grouped, percent, places
from vterm.panes.market_rows import SESSIONS
from vterm.panes.research_pane import ResearchListPane
from vterm.panes.several_pane import fact, heading


def short(text: object) -> str:
    """A whole number in three digits and a letter: 42.8M, 10.7bn; — where there is none."""
    if text is None:
        return UNKNOWN
    whole = str(text).partition(".")[0].lstrip("-")
    for digits, letter in ((10, "bn"), (7, "M"), (4, "k")):
        if len(whole) >= digits:
            head, tail = whole[: 1 - digits], whole[1 - digits : 2 - digits]
            return f"{grouped(head)}.{tail}{letter}" if len(head) < 3 and tail != "0" else f"{grouped(head)}{letter}"
    exact = trim(str(text))
    return grouped(trim(places(exact, 3)) if len(exact) > 7 else exact)


def facts(doc: Document, width: int) -> list[Line]:
    """Lines about the thing itself, then about its price law."""
    word, role = SESSIONS.get(str(doc["session"]), (safe(str(doc["session"])), "muted"))
    kind = safe(f"{doc['asset_class']} · {doc['sector']}")
    spread = doc["spread"]
    lot = f"{trim(str(doc['lot_size']))}" + (f" × {doc['multiplier']}" if str(doc["multiplier"]) != "1" else "")
    lines = [
        fact("class", kind, width),
        fact("venue", ((f"{safe(str(doc['exchange']))} ", "foreground"), (word, role)), width),
        fact("tick · lot", f"{trim(str(doc['tick_size']))} · {lot}", width, safe(str(doc["currency"]))),
        fact("margin", f"{percent(str(doc['margin']))} %", width, "cash" if doc["full_cash"] else "of its worth"),
        fact("largest share", f"{percent(str(doc['concentration']), 0)} %", width, "of NAV"),
        fact("fees", safe(str(doc["fees"])).replace("_", " ").lower(), width),
        fact("spread", UNKNOWN if spread is None else f"{spread} · {doc['spread_bps']} bp", width),
        fact("bid · ask size", f"{short(doc['bid_size'])} · {short(doc['ask_size'])}", width),
        fact("volume today", short(doc["volume"]), width),
        fact("usual day", f"{short(doc['usual']['volume'])} · {short(doc['usual']['turnover'])}", width, "VCR"),
    ]
    if doc.get("last_trade"):
        lines.insert(3, fact("last trade", str(doc["last_trade"]), width))
    if not doc["tradable"]:
        instead = f"trade {doc['instead']}" if doc.get("instead") else ""
        lines.insert(1, fact("only quoted", safe(instead), width))
    formula = "mid × (1 ± (spread/2 + γ (Q/V)^α))" if width >= 48 else "γ (Q/V)^α"
    return [*lines, heading("PRICE LAW", width, formula), *_law(doc["law"], width)]


def _law(law: Document, width: int) -> list[Line]:
    return [
        fact("γ · α", f"{trim(str(law['gamma']))} · {trim(str(law['alpha']))}", width),
        fact("V, a day", short(law["volume"]), width),
        fact("usual spread", f"{law['spread_bps']} bp", width),
        fact("usual depth", short(law["depth"]), width),
        fact("volatility a day", f"{percent(str(law['daily_volatility']), 2)} %", width, "set"),
        fact("trades a day", short(places(str(law["trades_per_day"]), 0)), width),
    ]


class StudyPane(ResearchListPane):
    """Facts of the instrument."""

    CONTEXT: ClassVar[str] = "study"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"asked", "symbol", "link"})
    NAME: ClassVar[str] = "Facts"
    DOCUMENT: ClassVar[str] = "study"

    def paint(self, width: int, height: int) -> None:
        """All that is known of it, as far as it fits; the rest scrolls."""
        doc = self.document
        name = self.state.symbol
        self.entitle(safe(f"{name} · {self.state.name()}" if name else self.NAME), self.aged())
        if not doc:
            self.waiting(height, width)
            return
        self.list_lines(facts(doc, width))
