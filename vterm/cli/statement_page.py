"""A statement as one page of HTML that needs nothing else: to print, to keep, to send."""

from __future__ import annotations

from html import escape

from vterm.cli.output import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_STYLE = """
body { font: 13px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: CanvasText;
       background: Canvas; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1rem; margin: 1.6rem 0 .4rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; border-bottom: 1px solid; } td, th { padding: .15rem .6rem .15rem 0; }
td.n, th.n { text-align: right; } tr.sum td { border-top: 1px solid; font-weight: 600; }
p { margin: .2rem 0; } @media print { body { margin: 0; max-width: none; } tr { break-inside: avoid; } }
""".strip()
_NUMBERS = frozenset(
    {
        *("opening", "closing", "amount", "balance", "quantity", "cost", "price", "value", "unrealised_pnl", "fee"),
        *("bought", "sold", "realised_pnl", "fees", "funding", "dividends", "fills"),
    }
)
_CHANGES = ("deposits", "realised_pnl", "unrealised_pnl", "fees", "funding", "dividends", "nav")
_ENDS = ("nav", "cash", "positions_value", "unrealised_pnl")
_POSITIONS = ("symbol", "side", "quantity", "cost", "price", "value", "unrealised_pnl")
_FILLS = ("at", "fill_id", "symbol", "side", "quantity", "price", "value", "fee", "realised_pnl")
_BY_SYMBOL = ("symbol", "fills", "bought", "sold", "realised_pnl", "fees", "funding", "dividends")
_CASH = ("at", "kind", "symbol", "amount", "balance", "movement_id")


def page(document: dict[str, Any]) -> str:
    """The page. Every word of the document is escaped."""
    opening, closing, changes = document["opening"], document["closing"], document["changes"]
    title = f"Statement of {document['account']}"
    ends = [{"": _said(name), "opening": opening[name], "closing": closing[name]} for name in _ENDS]
    changed = [{"": _said(name), "amount": changes[name]} for name in _CHANGES]
    parts = [
        f"<h1>{escape(plain(title))}</h1>",
        f"<p>{escape(document['from'])} to {escape(document['to'])}, in {escape(document['currency'])}</p>",
        _table("Worth", ends, ("", "opening", "closing")),
        _table("What changed it", changed, ("", "amount"), last_is_sum=True),
        _table("Positions at the end", closing["positions"], _POSITIONS),
        _table("Positions at the beginning", opening["positions"], _POSITIONS),
        _table("By symbol", document["by_symbol"], _BY_SYMBOL),
        _table("Fills", document["fills"], _FILLS),
        _table("Cash", document["movements"], _CASH),
    ]
    head = f'<meta charset="utf-8"><title>{escape(plain(title))}</title><style>{_STYLE}</style>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>\n{"".join(parts)}</body></html>\n'


def _said(name: str) -> str:
    return {"nav": "net asset value", "realised_pnl": "realised profit", "unrealised_pnl": "unrealised profit"}.get(
        name, name.replace("_", " ")
    )


def _table(title: str, rows: Sequence[dict[str, Any]], columns: Sequence[str], *, last_is_sum: bool = False) -> str:
    if not rows:
        return ""
    head = "".join(f"<th{_kind(name)}>{escape(_said(name))}</th>" for name in columns)
    body = []
    for place, row in enumerate(rows):
        cells = "".join(f"<td{_kind(name)}>{escape(_text(row.get(name)))}</td>" for name in columns)
        mark = ' class="sum"' if last_is_sum and place == len(rows) - 1 else ""
        body.append(f"<tr{mark}>{cells}</tr>\n")
    return f"<h2>{escape(title)}</h2>\n<table><thead><tr>{head}</tr></thead>\n<tbody>{''.join(body)}</tbody></table>\n"


def _kind(name: str) -> str:
    return ' class="n"' if name in _NUMBERS else ""


def _text(value: object) -> str:
    return "" if value is None else plain(str(value))
