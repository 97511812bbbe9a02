"""import: trades made elsewhere, into an account of their own; and to undo that."""

from __future__ import annotations

import sys

from vterm.cli.context import escape
from vterm.cli.output import fields, plain, show_one, show_rows, write_raw
from vterm.cli.stop import stop, usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Any

    from vterm.cli.context import Context

POSITIONS = ("symbol", "side", "quantity", "cost", "value", "unrealised_pnl")
BY_SYMBOL = ("symbol", "trades", "realised_pnl", "fees")
MOST_BYTES = 6_291_456
_EXAMPLE = "vterm import trades FILE.csv --preview"


def args_import(parser: ArgumentParser) -> None:
    """vterm import trades FILE.csv [--into NAME] [--map at=Date,symbol=Ticker] [--preview]; vterm import undo NAME"""
    parser.add_argument("what", choices=("trades", "undo"))
    parser.add_argument("name", metavar="FILE|NAME", help="the CSV file (- for standard input); undo: the account")
    parser.add_argument("--into", metavar="NAME", help="name of the new account (default: the file's)")
    parser.add_argument("--map", metavar="FIELD=HEADER,…", help="columns that are called otherwise")
    parser.add_argument("--cash", metavar="N", help="start money in VCR (default: just enough)")
    parser.add_argument("--skip-bad", action="store_true", help="leave out lines that cannot be imported")
    parser.add_argument("--preview", action="store_true", help="show what it would do; book nothing")


def run_import(context: Context, args: Namespace) -> int:
    """Look at the file first; each bad line is named before anything is booked."""
    if args.what == "undo":
        if any((args.into, args.map, args.cash, args.skip_bad, args.preview)):
            raise usage("import undo takes the account's name only", "vterm import undo NAME")
        return show_one(context, context.call("DELETE", f"/v1/imports/{escape(args.name)}"))
    body: dict[str, Any] = {
        "text": _read(args.name),
        "name": args.into or _name(args.name),
        "map": _mapped(args.map),
        "cash": args.cash or "",
        "skip_bad": args.skip_bad,
    }
    answer = context.call("POST", "/v1/imports", {**body, "preview": True})
    bad = answer.document["bad_lines"]
    if not context.json:
        for line in bad:
            sys.stderr.write(plain(f"line {line['line']}: {line['field']}: {line['cause']}; {line['fix']}") + "\n")
    if not args.preview:
        if bad and not args.skip_bad and not context.json:
            fix = "correct them, or leave them out with --skip-bad"
            raise stop("BAD_IMPORT", f"{len(bad)} lines are bad, so nothing was imported", fix, 2)
        answer = context.call("POST", "/v1/imports", body)
    if context.json:
        write_raw(answer.raw)
    elif context.csv:
        show_rows(context, answer.document["positions"], POSITIONS, "positions")
    else:
        _show(context, answer.document)
    return 0


def _show(context: Context, document: dict[str, Any]) -> None:
    fields({name: value for name, value in document.items() if name != "preview"})
    for noun, columns in (("by_symbol", BY_SYMBOL), ("positions", POSITIONS)):
        if document[noun]:
            sys.stdout.write("\n")
            show_rows(context, document[noun], columns, noun)
    said = "nothing was booked" if document["preview"] else f"vterm --account {document['account']} portfolio shows it"
    sys.stderr.write(plain(said) + "\n")


def _read(path: str) -> str:
    try:
        if path == "-":
            data = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with open(path, "rb") as file:
                data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise usage(f"cannot read {path}: {error.strerror}", _EXAMPLE) from None
    if len(data) > MOST_BYTES:
        raise stop("PAYLOAD_TOO_LARGE", f"{path} is larger than {MOST_BYTES // 1_048_576} MiB", "import it in parts", 2)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise stop("BAD_IMPORT", f"{path} is not UTF-8 text", "save it as CSV in UTF-8", 2) from None


def _name(path: str) -> str:
    """The file's name as an account's."""
    from pathlib import PurePath

    stem = PurePath(path).stem if path != "-" else ""
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in stem).strip("-")[:60]
    return kept or "imported"


def _mapped(text: str | None) -> dict[str, str]:
    """at=Date,symbol=Ticker as a table."""
    found: dict[str, str] = {}
    for part in (text or "").split(","):
        field, equals, header = part.partition("=")
        if not part.strip():
            continue
        if not equals or not header.strip():
            raise usage("--map is FIELD=HEADER, with commas between them", "--map at=Date,symbol=Ticker")
        found[field.strip()] = header.strip()
    return found
