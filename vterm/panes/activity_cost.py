"""What a fill cost: its price taken apart into mid, half the spread, depth, impact and timing; the fee beside it."""

from __future__ import annotations

from typing import ClassVar

from engine.desk import Document
from engine.model.number import trim
from engine.model.text import safe
from vterm.paint import Line, Span, clip, fit, grouped, number, places, sign_of, width
from vterm.panes.activity_pane import ActivityPane
from vterm.panes.activity_table import clock, side_span
from vterm.state import DeskState, places_of, units

PARTS = (("half_spread", "half spread"), ("depth", "depth"), ("impact", "impact"), ("timing", "timing"))
NUMBER = 14
NOTHING = "what the fill under the cursor cost stands here"
UNFILLED = "this order has no fill yet"
UNEXPLAINED = "this fill came with no explanation"


def against(value: str, side: object) -> bool:
    """Whether a part of the price was the trader's cost: a buyer pays more, a seller gets less."""
    sign = sign_of(value)
    return sign > 0 if side == "buy" else sign < 0


def _signed(value: str) -> str:
    return f"+{value}" if sign_of(value) > 0 and not value.startswith("+") else value


def part_line(name: str, value: str, side: object, most: int, decimals: int, cells: int) -> Line:
    """A part with its sign and a bar: █ cost, ▒ gain."""
    room = cells - 14 - NUMBER - 2
    size = abs(units(value, decimals))
    bar = "" if most <= 0 or room < 3 else ("█" if against(value, side) else "▒") * (size * room // most)
    style = "flat" if not sign_of(value) else "down" if against(value, side) else "up"
    return fit(((f" {name:<13}", "muted"), (grouped(_signed(value)).rjust(NUMBER), style), (f" {bar}", style)), cells)


def cost_lines(state: DeskState, fill: Document, cells: int) -> list[Line]:
    """All of it, a line a part."""
    explained = fill.get("explain")
    size, symbol = grouped(trim(str(fill["quantity"]))), safe(str(fill["symbol"]))
    title: list[Span] = [(" ", "muted"), side_span(fill.get("side")), (f" {size} {symbol}", "foreground"),
                         (f"  {clock(fill.get('at'), state.at[:10])}", "muted")]  # fmt: skip
    lines: list[Line] = [fit(title, cells)]
    if isinstance(explained, dict):
        decimals = max(places_of(str(explained.get(name) or "0")) for name in ("mid", *(part for part, _ in PARTS)))
        values = {name: places(str(explained.get(name) or "0"), decimals) for name, _ in PARTS}
        most = max(abs(units(value, decimals)) for value in values.values())
        mid = number(places(str(explained.get("mid") or "0"), decimals), NUMBER)
        lines.append(fit(((f" {'mid':<13}", "muted"), *mid), cells))
        lines += [part_line(word, values[name], fill.get("side"), most, decimals, cells) for name, word in PARTS]
        lines.append(fit(((f" {'─' * (13 + NUMBER)}", "rule"),), cells))
        price = number(places(str(fill["price"]), decimals), NUMBER, "bold foreground")
        lines.append(fit(((f" {'price':<13}", "foreground"), *price), cells))
    else:
        lines.append(fit(((f" {UNEXPLAINED}", "muted"),), cells))
        lines.append(fit(((f" {'price':<13}", "foreground"), *number(str(fill["price"]), NUMBER)), cells))
    fee, currency = grouped(trim(str(fill.get("fee") or "0"))), safe(str(fill.get("fee_currency") or ""))
    taker = safe(str(fill.get("liquidity") or ""))
    lines.append(fit(((f" {'fee':<13}", "muted"), (fee.rjust(NUMBER), "foreground"),
                      (f" {currency}{f' · {taker}' if cells >= 42 else ''}", "muted")), cells))  # fmt: skip
    gain = str(fill.get("realised_pnl") or "0")
    if sign_of(gain):
        style = "up" if sign_of(gain) > 0 else "down"
        lines.append(fit(((f" {'realised':<13}", "muted"), (grouped(_signed(trim(gain))).rjust(NUMBER), style)), cells))
    return lines


def cost_brief(fill: Document, cells: int, rows: int) -> list[Line]:
    """The same in a few lines, for panes without room beside them."""
    explained = fill.get("explain")
    spans: list[Span] = []
    if isinstance(explained, dict):
        spans.append((f"mid {grouped(trim(str(explained.get('mid') or '0')))}", "muted"))
        for name, word in PARTS:
            value = trim(str(explained.get(name) or "0"))
            style = "flat" if not sign_of(value) else "down" if against(value, fill.get("side")) else "up"
            spans.append((f"{grouped(_signed(value))} {word}", style))
    spans.append((f"= {grouped(str(fill['price']))}", "bold foreground"))
    currency = safe(str(fill.get("fee_currency") or ""))
    spans.append((f"fee {grouped(trim(str(fill.get('fee') or '0')))} {currency}", "muted"))
    lines: list[list[Span]] = [[]]
    for text, style in spans:
        if lines[-1] and width(lines[-1]) + len(text) + 2 > cells and len(lines) < rows:
            lines.append([])
        lines[-1] += [("  " if lines[-1] else " ", "muted"), (text, style)]
    return [fit(line, cells) for line in [*lines, *([[]] * (rows - len(lines)))]]


class CostPane(ActivityPane):
    """The fill under the cursor, or the newest of the order under it."""

    CONTEXT: ClassVar[str] = "cost"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"fills", "orders", "activity"})
    NAME: ClassVar[str] = "Cost of a fill"
    can_focus = False

    def paint(self, width: int, height: int) -> None:
        """Taken apart, or why not."""
        fill = self.view.fill()
        if not fill:
            self.entitle("Cost of a fill")
            unfilled = self.view.last is self.view.blotter and self.view.blotter.order()
            self.empty(UNFILLED if unfilled else NOTHING, height, width)
            return
        self.entitle("Cost of a fill", clip(safe(str(fill.get("order_id") or "")), 20).rstrip())
        self.show(cost_lines(self.state, fill, width)[:height])
