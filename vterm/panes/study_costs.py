"""What buying and selling so many VCR would cost now, in basis points of the value, by the order's own preview."""

from __future__ import annotations

from typing import ClassVar

from engine.desk import Document
from engine.model.number import trim
from engine.model.text import safe
from vterm.paint import UNKNOWN, Line, Span, fit, grouped, number
from vterm.panes.research_pane import ResearchListPane
from vterm.panes.several_pane import meter
from vterm.panes.study_facts import short
from vterm.state import units

PARTS = (("half_spread_bps", "half spread"), ("depth_bps", "depth"), ("impact_bps", "impact"), ("fee_bps", "fee"))


WIDE = 56
"""Cells from which all parts stand in one line."""


def head(width: int) -> Line:
    """Names of the columns."""
    return fit(((" VCR     ", "muted"), ("   buy bp", "muted"), ("  sell bp", "muted"), ("   law bp", "muted")), width)


def cost(row: Document, most: int, width: int) -> Line:
    """A size: buying, selling, the law on a usual day, and a bar of what buying costs."""
    line: list[Span] = [(f" {short(row['value']):<8}", "foreground")]
    for side in ("buy", "sell"):
        said = row[side]
        line += number(said["cost_bps"] if said else None, 9)
    line += number(row.get("law_bps"), 9, "muted")
    room = width - 38
    worst = max((units(str(row[side]["cost_bps"]), 2) for side in ("buy", "sell") if row[side]), default=0)
    if room >= 6 and most > 0:
        line += [(" ", "muted"), *meter(worst, most, min(room, 40))]
    return fit(line, width)


def parts(row: Document, side: str, width: int) -> list[Line]:
    """What the cost of a size is made of, in two lines, and in VCR."""
    said = row[side]
    if not row["quantity"]:
        return [fit(((" less than one lot", "muted"),), width)]
    if said is None:
        return [fit(((" nothing would trade now: the venue is shut, or nothing stands there", "muted"),), width)]
    size = f" {side} {grouped(trim(str(row['quantity'])))}: {grouped(str(said['cost']))} VCR"
    rest = "" if said["whole"] else f", {grouped(trim(str(said['fills_now'])))} of it now"
    names = [f"{word} {said[key]}" for key, word in PARTS]
    halves = [names] if width >= WIDE else [names[:2], names[2:]]
    below = [fit(((" " + "  ".join(half), "muted"),), width) for half in halves]
    return [fit(((size + rest, "foreground"),), width), *below]


class CostsPane(ResearchListPane):
    """Four sizes; the cursor's row is taken apart below."""

    CONTEXT: ClassVar[str] = "costs"
    NAME: ClassVar[str] = "What a trade costs now"
    DOCUMENT: ClassVar[str] = "study"

    def paint(self, width: int, height: int) -> None:
        """The curve, and its parts at the cursor."""
        doc = self.document
        self.entitle(self.NAME, self.aged("fees in it"))
        if not doc:
            self.waiting(height, width)
            return
        if not doc["tradable"]:
            self.keep([])
            instead = f" · trade {doc['instead']}" if doc.get("instead") else ""
            self.empty(safe(f"{doc['symbol']} is only quoted{instead}"), height, width)
            return
        rows = doc["costs"]
        found = [units(str(row[side]["cost_bps"]), 2) for row in rows for side in ("buy", "sell") if row[side]]
        self.keep([str(row["value"]) for row in rows])
        lines = [self.mark(i, cost(row, max(found, default=0), width)) for i, row in enumerate(rows)]
        below: list[Line] = []
        if height >= len(rows) + 4:
            below = parts(rows[self.cursor], self.choice.side, width)
        if not found and below:
            below = [fit(((f" {UNKNOWN} the venue is shut: an order waits for the open", "muted"),), width)]
        if below and height > len(rows) + 1 + len(below):
            below.insert(0, ((" " + "─" * (width - 2), "rule"),))
        self.show(lines, head=(head(width),), foot=tuple(below))
