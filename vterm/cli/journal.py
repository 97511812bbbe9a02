"""journal: what was asked of the desk for an account, and what came of it, with the chain of it verified."""

from __future__ import annotations

import sys

from vterm.cli.market import whole
from vterm.cli.output import plain, show_rows, write_raw
from vterm.cli.query import query

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Any

    from vterm.cli.context import Context

COLUMNS = ("seq", "at", "kind", "asked", "caused", "realised_pnl", "fees", "cash", "hash", "sound")
_PAGE = 20
_BROKEN = 8


def args_journal(parser: ArgumentParser) -> None:
    """vterm journal [--limit N] [--before SEQ]"""
    parser.add_argument(
        "--limit", metavar="N", help=f"newest N (default: {_PAGE} on a screen, all with --json or --csv)"
    )
    parser.add_argument("--before", metavar="SEQ", help="go on before this entry")


def run_journal(context: Context, args: Namespace) -> int:
    """Entries, newest first; exit code 8 where the chain of what is shown does not hold."""
    told = context.json or context.csv
    limit = whole(args.limit, "--limit") if args.limit else 0 if told else _PAGE
    before = whole(args.before, "--before") if args.before else ""
    answer = context.get(query("/v1/journal", limit=limit or "", before=before))
    document = answer.document
    if context.json:
        write_raw(answer.raw)
    elif context.csv:
        show_rows(context, document["entries"], COLUMNS, "entries")
    else:
        sys.stdout.write("".join(f"{_line(row)}\n" for row in document["entries"]))
        if document["next"]:
            sys.stderr.write(plain(f"older ones: vterm journal --before {document['next']}") + "\n")
    for seq in document["broken"]:
        sys.stderr.write(plain(f"entry {seq} is not what was written: run `vterm audit`") + "\n")
    return 0 if document["ok"] else _BROKEN


def _line(row: dict[str, Any]) -> str:
    caused = f" -> {row['caused']}" if row["caused"] else ""
    return plain(f"{row['seq']:>6}  {row['at']}  {row['hash']}  {row['asked']}{caused}")
