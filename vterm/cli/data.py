"""`vterm data`: check recorded files, print the books they hold, list what can be read."""

from __future__ import annotations

import csv
import enum
import itertools
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vterm.cli.output import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from engine.market.importers.check import CheckReport
    from engine.market.importers.reading import Format
    from engine.market.importers.rows import BookRow

app = typer.Typer(help="Recorded market data.", add_completion=False)

File = Annotated[Path, typer.Argument(help="A capture; .gz .xz .zst .zip are read in place.")]
FormatName = Annotated[str, typer.Option("--format", help="See `vterm data formats`.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Comma-separated rows.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document.")]
BookFile = Annotated[Path | None, typer.Option("--book", help="LOBSTER's orderbook file: row k after message k.")]
SymbolName = Annotated[str, typer.Option("--symbol", help="One instrument of a file of several.")]

_COLUMNS = (
    "symbol",
    "checked",
    "equal",
    "gaps",
    "applied",
    "dropped",
    "absent",
    "crossed",
    "trades",
    "bars",
    "mentions",
    "final",
)


class Side(enum.StrEnum):
    """What `data bars` makes bars of."""

    TRADE = "trade"
    BID = "bid"
    ASK = "ask"
    MID = "mid"


class Every(enum.StrEnum):
    """When `data book` prints a line."""

    MESSAGE = "message"
    UPDATE = "update"


@app.command()
def check(
    file: File,
    fmt: FormatName,
    symbol: SymbolName = "",
    stated: BookFile = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Rebuild the books of a file and recompute what the file itself can prove.

    Exit code 7 where the file is damaged or contradicts its own checksums.
    """
    from engine.market.importers.check import check_file

    report = check_file(file, _form(fmt, stated), symbol)
    if as_json:
        print(json.dumps(report.document()))
    elif as_csv:
        _write_csv(_rows(report))
    else:
        print("\n".join(_table(report)))
    if report.error is not None:
        print(plain(f"vterm: {report.error.line()}"), file=sys.stderr)
        raise typer.Exit(report.error.exit_code)


@app.command()
def book(
    file: File,
    fmt: FormatName,
    levels: Annotated[int, typer.Option("--levels", min=1, max=10_000, help="Levels a side.")] = 10,
    every: Annotated[Every, typer.Option("--every", help="A line per message, or per update.")] = Every.UPDATE,
    symbol: SymbolName = "",
    stated: BookFile = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Print the book of one instrument as NDJSON: after every update, or after every message."""
    import msgspec

    from engine.market.importers.rows import book_rows

    del as_json  # the rows are JSON lines either way; the option exists because every command has it
    rows = book_rows(file, _form(fmt, stated), levels, every.value, symbol)
    if as_csv:
        _write_csv(_level_rows(rows))
        return
    encode = msgspec.json.Encoder().encode
    for row in rows:
        sys.stdout.write(encode(row).decode() + "\n")


@app.command()
def bars(
    file: File,
    fmt: FormatName,
    every: Annotated[str, typer.Option("--every", help="1s, 1m, 5m, 1h, 1d; if left out 1m, or the file's own.")] = "",
    symbol: SymbolName = "",
    side: Annotated[Side | None, typer.Option("--side", help="Bars of trades, best bids, best asks or mids.")] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Print open, high, low, close and volume of one instrument: of its trades, or of its quotes."""
    import msgspec

    from engine.market.importers.quote_bars import bars_of
    from engine.market.importers.trade_bars import TradeBar, usual_length

    titles = TradeBar.__struct_fields__
    every = every or usual_length(file, fmt)
    found = bars_of(file, fmt, every, symbol, side.value if side else "")
    if as_csv:
        _write_csv(itertools.chain([titles], map(msgspec.structs.astuple, found)))
    elif as_json:
        print(json.dumps({"every": every, "bars": [msgspec.structs.asdict(bar) for bar in found]}))
    else:
        print("\n".join(_aligned([titles, *map(msgspec.structs.astuple, found)], left=1)))


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Captures of one format.")],
    fmt: FormatName,
    out: Annotated[Path, typer.Option("--out", help="The folder for events.parquet; made where there is none.")],
    symbol: SymbolName = "",
    stated: BookFile = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Write recorded files as one event stream in Parquet, to be read with --format parquet."""
    import msgspec

    from engine.market.importers.convert import import_files

    if stated is not None and len(files) > 1:
        from vterm.cli.stop import usage

        raise usage("--book goes with one message file", "import the days one by one")
    done = import_files(files, _form(fmt, stated), out, symbol)
    titles = type(done).__struct_fields__
    if as_csv:
        _write_csv(
            [titles, tuple(str(value) for value in (*msgspec.structs.astuple(done)[:-1], " ".join(done.symbols)))]
        )
    elif as_json:
        print(json.dumps(msgspec.to_builtins(done)))
    else:
        print(plain(f"{done.file}  {done.events} events  {done.rows} rows  {' '.join(done.symbols[:20])}"))


@app.command()
def formats(as_json: AsJson = False, as_csv: AsCsv = False) -> None:
    """List the formats that can be read, and what a file of each can prove."""
    from engine.market.importers.formats import FORMATS

    titles = ("name", "line", "proof")
    rows: list[tuple[str, ...]] = [titles, *((form.name, form.line, form.proof) for form in FORMATS.values())]
    if as_json:
        print(json.dumps({"formats": [dict(zip(titles, row, strict=True)) for row in rows[1:]]}))
    elif as_csv:
        _write_csv(rows)
    else:
        print("\n".join(_aligned(rows, left=3)))


def _form(fmt: str, book: Path | None) -> Format:
    from engine.market.importers.formats import find_format
    from engine.market.importers.lobster import with_book
    from vterm.cli.stop import usage

    form = find_format(fmt)
    if book is None:
        return form
    if form.name != "lobster":
        raise usage(f"--book belongs to lobster, not to {form.name}", "--format lobster --book FILE")
    return with_book(form, book)


def _rows(report: CheckReport) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [_COLUMNS]
    for one in report.symbols:
        final = " x ".join(one.final[:2]) + " / " + " x ".join(one.final[2:]) if one.final else "empty"
        mentions = " ".join(f"{count} {kind}" for kind, count in one.mentions.items()) or "0"
        rows.append((*(str(getattr(one, name)) for name in _COLUMNS[:-2]), mentions, final))
    return rows


def _level_rows(books: Iterable[BookRow]) -> Iterator[tuple[str, ...]]:
    yield ("row", "seq", "at", "side", "level", "price", "size")
    for one in books:
        for side, levels in (("bid", one.bids), ("ask", one.asks)):
            for place, (price, size) in enumerate(levels, 1):
                yield (str(one.row), str(one.seq), one.at, side, str(place), price, size)


def _write_csv(rows: Iterable[tuple[str, ...]]) -> None:
    csv.writer(sys.stdout, lineterminator="\n").writerows([plain(str(cell)) for cell in row] for row in rows)


def _table(report: CheckReport) -> list[str]:
    rows = _rows(report)
    total = f"{report.format}  {report.lines} lines  {report.equal} of {report.checked} equal  {report.gaps} gaps"
    return [*_aligned(rows, left=1), total]


def _aligned(rows: list[tuple[str, ...]], left: int) -> list[str]:
    rows = [tuple(plain(cell) for cell in row) for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            text.ljust(width) if place < left else text.rjust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def run(words: Sequence[str] | None = None) -> int:
    """Run one of these commands and return its exit code.

    Raises DataError, and Stop (USAGE) for a wrong option or value; the shell of the command line ends with them.
    """
    from vterm.cli.stop import usage

    try:
        result = app(args=None if words is None else list(words), standalone_mode=False)
    except typer.TyperException as error:
        said = getattr(error, "format_message", error.__str__)
        raise usage(" ".join(str(said()).split()), "see `vterm data --help`") from None
    return result if isinstance(result, int) else 0


if __name__ == "__main__":
    from engine.market.importers.errors import DataError
    from vterm.cli.stop import Stop

    try:
        sys.exit(run())
    except DataError as problem:
        sys.stderr.write(plain(f"vterm: {problem.line()}") + "\n")
        sys.exit(problem.exit_code)
    except Stop as stop:
        sys.stderr.write(plain(f"vterm: {stop}") + "\n")
        sys.exit(stop.exit_code)
