"""`vterm data`: check recorded files, print the books they hold, list what can be read."""

from __future__ import annotations

import enum
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from engine.market.importers.check import CheckReport

app = typer.Typer(no_args_is_help=True, help="Recorded market data.", add_completion=False)

File = Annotated[Path, typer.Argument(help="A capture; .gz .xz .zst .zip are read in place.")]
FormatName = Annotated[str, typer.Option("--format", help="See `vterm data formats`.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document.")]
SymbolName = Annotated[str, typer.Option("--symbol", help="One instrument of a file of several.")]

_COLUMNS = ("symbol", "checked", "equal", "gaps", "applied", "dropped", "absent", "crossed", "trades", "final")


class Every(enum.StrEnum):
    """When `data book` prints a line."""

    MESSAGE = "message"
    UPDATE = "update"


@app.command()
def check(file: File, fmt: FormatName, symbol: SymbolName = "", as_json: AsJson = False) -> None:
    """Rebuild the books of a file and recompute what the file itself can prove.

    Exit code 7 where the file is damaged or contradicts its own checksums.
    """
    from engine.market.importers.check import check_file

    report = check_file(file, fmt, symbol)
    if as_json:
        print(json.dumps(report.document()))
    else:
        print("\n".join(_table(report)))
    if report.error is not None:
        print(report.error.line(), file=sys.stderr)
        raise typer.Exit(report.error.exit_code)


@app.command()
def book(
    file: File,
    fmt: FormatName,
    levels: Annotated[int, typer.Option("--levels", min=1, max=10_000, help="Levels a side.")] = 10,
    every: Annotated[Every, typer.Option("--every", help="A line per message, or per update.")] = Every.UPDATE,
    symbol: SymbolName = "",
    as_json: AsJson = False,
) -> None:
    """Print the book of one instrument as NDJSON: after every update, or after every message."""
    import msgspec

    from engine.market.importers.rows import book_rows

    del as_json  # the output is JSON lines either way; the option exists because every command has it
    encode = msgspec.json.Encoder().encode
    out = sys.stdout.buffer
    for row in book_rows(file, fmt, levels, every.value, symbol):
        out.write(encode(row) + b"\n")
    out.flush()


@app.command()
def formats(as_json: AsJson = False) -> None:
    """List the formats that can be read, and what a file of each can prove."""
    from engine.market.importers.formats import FORMATS

    rows = [{"name": form.name, "line": form.line, "proof": form.proof} for form in FORMATS.values()]
    if as_json:
        print(json.dumps({"formats": rows}))
    else:
        print("\n".join(_aligned([("name", "line", "proof"), *(tuple(row.values()) for row in rows)], left=3)))


def _table(report: CheckReport) -> list[str]:
    rows: list[tuple[str, ...]] = [_COLUMNS]
    for one in report.symbols:
        final = " x ".join(one.final[:2]) + " / " + " x ".join(one.final[2:]) if one.final else "empty"
        rows.append((*(str(getattr(one, name)) for name in _COLUMNS[:-1]), final))
    total = f"{report.format}  {report.lines} lines  {report.equal} of {report.checked} equal  {report.gaps} gaps"
    return [*_aligned(rows, left=1), total]


def _aligned(rows: list[tuple[str, ...]], left: int) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            text.ljust(width) if place < left else text.rjust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def run() -> int:
    """Run these commands alone; errors end as one line and their exit code."""
    from engine.market.importers.errors import DataError

    try:
        result = app(standalone_mode=False)
    except DataError as error:
        if "--json" in sys.argv:
            print(json.dumps(error.document()))
        print(error.line(), file=sys.stderr)
        return error.exit_code
    return result if isinstance(result, int) else 0


if __name__ == "__main__":
    sys.exit(run())
