"""quote, book, trades, bars, instruments, sessions: what the market shows."""

from __future__ import annotations

from vterm.cli.context import escape
from vterm.cli.output import show, show_one, show_rows, write_json
from vterm.cli.stop import usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from vterm.cli.context import Context

INSTRUMENTS = ("symbol", "name", "asset_class", "exchange", "currency", "tick_size", "lot_size", "session")
EVERYTHING = (*INSTRUMENTS[:3], "sector", *INSTRUMENTS[3:7], "multiplier", "session")
QUOTE = ("symbol", "bid", "ask", "bid_size", "ask_size", "last", "change", "change_pct", "session", "at")


def whole(text: str, name: str, low: int = 1, high: int = 100_000_000) -> int:
    """A whole number of the command line. Raises Stop (USAGE)."""
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and low <= int(text) <= high):
        raise usage(f"{name} is a whole number from {low} to {high}", f"for example {name} {max(low, 10)}")
    return int(text)


def args_quote(parser: ArgumentParser) -> None:
    """vterm quote SYM…"""
    parser.add_argument("symbols", nargs="+", metavar="SYM")


def run_quote(context: Context, args: Namespace) -> int:
    """One symbol answers its document, several {"quotes": […]}."""
    answers = [context.get(f"/v1/quotes/{escape(symbol)}") for symbol in args.symbols]
    if len(answers) == 1:
        if context.json:
            return show_one(context, answers[0])
        show_rows(context, [answers[0].document], QUOTE, "quotes")
        return 0
    rows = [answer.document for answer in answers]
    if context.json:
        write_json({"quotes": rows})
    else:
        show_rows(context, rows, QUOTE, "quotes")
    return 0


def args_book(parser: ArgumentParser) -> None:
    """vterm book SYM --levels N"""
    parser.add_argument("symbol", metavar="SYM")
    parser.add_argument("--levels", default="10", metavar="N", help="levels a side (default 10)")


def run_book(context: Context, args: Namespace) -> int:
    """The ladder: asks above bids, best in the middle."""
    levels = whole(args.levels, "--levels", 1, 1000)
    answer = context.get(f"/v1/books/{escape(args.symbol)}?levels={levels}")
    if context.json:
        return show_one(context, answer)
    book = answer.document
    sides = [("ask", level) for level in reversed(book["asks"])] + [("bid", level) for level in book["bids"]]
    if context.csv:
        sides = [("bid", level) for level in book["bids"]] + [("ask", level) for level in book["asks"]]
    rows = [{"side": side, "price": level[0], "size": level[1]} for side, level in sides]
    show_rows(context, rows, ("side", "price", "size"), "levels")
    return 0


def args_trades(parser: ArgumentParser) -> None:
    """vterm trades SYM --limit N"""
    parser.add_argument("symbol", metavar="SYM")
    parser.add_argument("--limit", default="50", metavar="N", help="newest prints (default 50)")


def run_trades(context: Context, args: Namespace) -> int:
    """Prints, newest last."""
    limit = whole(args.limit, "--limit")
    answer = context.get(f"/v1/trades/{escape(args.symbol)}?limit={min(limit, 100_000)}")
    return show(context, answer, "trades", ("at", "side", "price", "size"))


def args_bars(parser: ArgumentParser) -> None:
    """vterm bars SYM --every 1m --limit N"""
    parser.add_argument("symbol", metavar="SYM")
    parser.add_argument("--every", default="1m", choices=("1m", "5m", "1h", "1d"))
    parser.add_argument("--limit", default="300", metavar="N", help="newest bars (default 300)")


def run_bars(context: Context, args: Namespace) -> int:
    """Bars, oldest first."""
    limit = whole(args.limit, "--limit")
    answer = context.get(f"/v1/bars/{escape(args.symbol)}?every={args.every}&limit={min(limit, 100_000)}")
    return show(context, answer, "bars", ("at", "open", "high", "low", "close", "volume"))


def args_instruments(parser: ArgumentParser) -> None:
    """vterm instruments --class C --search T"""
    parser.add_argument("--class", dest="asset_class", default="", metavar="C", help="equities, etfs, crypto, …")
    parser.add_argument("--search", default="", metavar="T", help="text in the symbol or name")


def run_instruments(context: Context, args: Namespace) -> int:
    """What can be traded."""
    from urllib.parse import urlencode

    query = {k: v for k, v in (("class", args.asset_class), ("search", args.search)) if v}
    answer = context.get("/v1/instruments" + (f"?{urlencode(query, errors='surrogateescape')}" if query else ""))
    return show(context, answer, "instruments", EVERYTHING if context.csv else INSTRUMENTS)


def run_sessions(context: Context, args: Namespace) -> int:
    """A line a venue; its next auction and the names that are halted are spelled out."""
    columns = ("session", "exchange", "state", "next_state", "next", "opens_at", "closes_at", "auction", "halted")
    answer = context.get("/v1/sessions")
    if context.json:
        return show_one(context, answer)
    rows = answer.document["sessions"]
    for row in rows:
        auction, halted = row.get("auction"), row.get("halted") or ()
        row["auction"] = f"{auction['kind']} {auction['at']}" if auction else None
        row["halted"] = " ".join(f"{halt['symbol']} ({halt['reason']})" for halt in halted) or None
    show_rows(context, rows, columns, "sessions")
    return 0
