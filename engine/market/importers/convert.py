"""`data import`: captures of any format to one event stream in Parquet."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from pathlib import Path

import msgspec

from engine.market.importers.errors import BadDataFile, DataError, SymbolAbsent
from engine.market.importers.event_file import EventWriter
from engine.market.importers.formats import find_format
from engine.market.importers.parquet import origin_of
from engine.market.importers.reading import Format, Messages
from engine.market.importers.stream import read_messages, same_symbol
from engine.market.importers.stream_habits import habits_text

NAME = "events.parquet"
"""What the stream is called in its folder."""


class Imported(msgspec.Struct):
    """What was written. `rows` of the table, `lines` of the files that were read."""

    file: str
    format: str
    events: int
    rows: int
    lines: int
    symbols: list[str]


def import_files(files: Sequence[Path], fmt: str | Format, folder: Path, symbol: str = "") -> Imported:
    """Write the events of `files`, merged by time, to `folder`/events.parquet; nothing is left of a failed import.

    Raises UnknownFormat, SymbolAbsent, BadDataFile at a damage, DataError where the folder cannot be written.
    """
    form = find_format(fmt)
    origin = origin_of(files[0], form)
    target, part = folder / NAME, folder / f"{NAME}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            done = _write(files, form, origin, part, symbol)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise DataError(f"{folder} cannot be written: {error.strerror}", fix="--out another folder") from None
    return msgspec.structs.replace(done, file=str(target))


def _write(files: Sequence[Path], form: Format, origin: str, part: Path, symbol: str) -> Imported:
    lines = [0] * len(files)
    streams = [_timed(path, form, lines, place) for place, path in enumerate(files)]
    merged = streams[0] if len(streams) == 1 else heapq.merge(*streams, key=lambda message: message[1][0].at)
    named: dict[str, None] = {}
    kept: dict[str, None] = {}
    with EventWriter(part, origin, habits_text(form.habits(files[0]))) as writer:
        for line, events in merged:
            wanted = [event for event in events if not symbol or same_symbol(symbol, event.symbol)]
            named |= dict.fromkeys(event.symbol for event in events)
            kept |= dict.fromkeys(event.symbol for event in wanted)
            writer.add(line, wanted)
        if not named:
            raise BadDataFile(str(files[0]), f"it holds no market data of {form.name}", "check --format")
        if not kept:
            raise SymbolAbsent(str(files[0]), symbol, tuple(named))
        writer.finish(sum(lines))
    return Imported("", form.name, writer.events, writer.rows, sum(lines), list(kept))


def _timed(path: Path, form: Format, lines: list[int], place: int) -> Messages:
    for row, events in read_messages(path, form):
        lines[place] = max(lines[place], row)
        if events:
            yield row, events
