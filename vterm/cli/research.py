"""research: what companies report, what is written, what options cost, what economies publish."""

from __future__ import annotations

import sys

from vterm.cli.context import escape
from vterm.cli.output import fields, plain, show_one, show_rows
from vterm.cli.query import query
from vterm.cli.stop import usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Any

    from vterm.cli.context import Context

TABLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "news": ("items", ("at", "symbol", "kind", "tone", "headline")),
    "earnings": ("reports", ("period", "released_at", "eps", "eps_expected", "surprise_pct", "revenue", "gap_pct")),
    "earnings-calendar": ("reports", ("date", "when", "symbol", "name", "period", "eps_expected", "currency")),
    "dividends": ("dividends", ("ex_date", "declared_at", "amount", "status")),
    "filings": ("filings", ("filed_at", "form", "title", "id")),
    "filing-metrics": ("quarters", ("period", "revenue", "net_income", "eps", "revenue_growth_pct")),
    "ratings": ("standing", ("at", "house", "rating", "before", "target", "price_then")),
    "insider-trades": ("trades", ("filed_at", "name", "role", "side", "shares", "price", "held_after")),
    "insiders": ("insiders", ("name", "role", "since", "shares", "share_of_company", "last_trade")),
    "holders": ("holders", ("holder", "shares", "share_of_company", "value", "change")),
    "macro": ("calendar", ("at", "economy", "series", "period", "expected", "previous")),
}
"""The list of each kind that becomes a table, and its columns."""

REAL: dict[str, tuple[str, tuple[str, ...]]] = {"concept": ("facts", ("filed", "from", "to", "value", "unit", "form"))}
"""Of kinds that only EDGAR has."""

CHAIN = ("strike", "volatility", "call_bid", "call_ask", "call_delta", "put_bid", "put_ask", "put_delta")
LINES = ("income", "balance", "cash_flow")


def args_research(parser: ArgumentParser) -> None:
    """vterm research KIND [SYM] [NAME=VALUE …]"""
    parser.add_argument("kind", nargs="?", default="", metavar="KIND", help="statements, news, option-chain, …")
    parser.add_argument("rest", nargs="*", metavar="SYM NAME=VALUE", help="a symbol, then such as limit=5, days=30")


def run_research(context: Context, args: Namespace) -> int:
    """The document of a kind as a table of its rows; what is simulated says so."""
    if not args.kind:
        return show_one(context, context.get("/v1/research")) if context.json else _kinds(context)
    if args.kind == "edgar":
        from vterm.cli.edgar import run_edgar

        return run_edgar(context, args.rest)
    symbols = [word for word in args.rest if "=" not in word]
    if len(symbols) > 1:
        raise usage("research is about one symbol", "name one, or none for the whole market")
    pairs = dict(word.split("=", 1) for word in args.rest if "=" in word)
    path = f"/v1/research/{escape(args.kind)}" + (f"/{escape(symbols[0])}" if symbols else "")
    answer = context.get(query(path, **{f"_{name}": value for name, value in pairs.items()}))
    if context.json:
        return show_one(context, answer)
    document = answer.document
    if not context.csv:
        sys.stderr.write(f"{_whose(document)}\n")
        fields({name: value for name, value in document.items() if name not in ("origin", "simulated", "kind")})
    _body(context, document)
    return 0


def _whose(document: dict[str, Any]) -> str:
    """One line on whose figures they are: made-up and real ones never share a table."""
    if document["simulated"]:
        return "simulated: made up, and consistent with this simulated market"
    kept = ", kept: EDGAR does not answer now" if document.get("stale") else ""
    return plain(f"real: filed with the SEC, fetched {document['fetched_at']}{kept}; this desk's prices are simulated")


def _kinds(context: Context) -> int:
    document = context.get("/v1/research").document
    sys.stdout.write("".join(f"{plain(kind)}\n" for kind in document["kinds"]))
    return 0


def _body(context: Context, document: dict[str, Any]) -> None:
    kind = document["kind"]
    if kind == "option-chain":
        show_rows(context, [_strike(row) for row in document["strikes"]], CHAIN, "strikes")
    elif kind == "statements":
        periods = tuple(row["period"] for row in document["statements"])
        show_rows(context, _lines(document["statements"]), ("line", *periods), "statements")
    elif kind in TABLES or kind in REAL:
        noun, columns = (TABLES | REAL)[kind]
        show_rows(context, document[noun], columns, noun)
        if kind == "filings" and document["count"] == 1:
            _sections(document["filings"][0])


def _strike(row: dict[str, Any]) -> dict[str, Any]:
    flat = {"strike": row["strike"], "volatility": row["volatility"]}
    for right in ("call", "put"):
        flat |= {f"{right}_{name}": row[right][name] for name in ("bid", "ask", "delta")}
    return flat


def _lines(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A row a line of the statements, a column a period."""
    rows = []
    for part in LINES:
        for line in statements[0][part] if statements else ():
            row: dict[str, Any] = {"line": f"{part}.{line}"}
            rows.append(row | {one["period"]: one[part][line] for one in statements})
    return rows


def _sections(filing: dict[str, Any]) -> None:
    for section in filing["sections"]:
        if isinstance(section, dict):
            sys.stdout.write(f"\n{plain(section['title'])}\n")
            for line in section["text"].splitlines():
                sys.stdout.write(f"  {plain(line)}\n")
