"""`data check`: rebuilds every book of a file and recomputes what the file itself can prove."""

from __future__ import annotations

from pathlib import Path

import msgspec

from engine.market.importers.errors import BadDataFile, SymbolAbsent
from engine.market.importers.events import Changes, Gap, MarketEvent, Mention, Snapshot, Stale, TapeBar, TapeTrade
from engine.market.importers.formats import find_format
from engine.market.importers.parquet import origin_of
from engine.market.importers.proof import PROOFS, Proof, SoundProof
from engine.market.importers.reading import Format
from engine.market.importers.rebuild import Rebuilt
from engine.market.importers.stream import read_messages, same_symbol


class SymbolReport(msgspec.Struct):
    """What was found about one instrument. `final` is [bid, bid size, ask, ask size] as text, None if empty.

    `applied` updates changed the book, `dropped` ones were already in a snapshot; `absent` counts deletes of
    levels that were not there (usual at Binance), `crossed` updates after which the book was crossed.
    `trades` leaves out prints from before the recording; `mentions` counts by kind what has no part in a book.
    """

    symbol: str
    checked: int = 0
    equal: int = 0
    gaps: int = 0
    snapshots: int = 0
    applied: int = 0
    dropped: int = 0
    absent: int = 0
    crossed: int = 0
    trades: int = 0
    bars: int = 0
    mentions: dict[str, int] = {}
    levels: int = 0
    final: list[str] | None = None


class CheckReport(msgspec.Struct):
    """What was found in a file; the sums and each instrument. `error` where it could not be read to its end,
    or where a checksum in it differs."""

    file: str
    format: str
    lines: int = 0
    checked: int = 0
    equal: int = 0
    gaps: int = 0
    trades: int = 0
    symbols: list[SymbolReport] = msgspec.field(default_factory=list)
    error: BadDataFile | None = None

    def document(self) -> dict[str, object]:
        """As a JSON document; `error` as every refusal says it."""
        body: dict[str, object] = {name: getattr(self, name) for name in self.__struct_fields__ if name != "error"}
        body["symbols"] = msgspec.to_builtins(self.symbols)
        if self.error is not None:
            body |= self.error.document()
        return body


class _Watched:
    """One instrument while its file is read."""

    def __init__(self, symbol: str, proof: Proof) -> None:
        self.report = SymbolReport(symbol)
        self.rebuilt = Rebuilt()
        self._proof = proof

    def see(self, event: MarketEvent) -> None:
        report, rebuilt = self.report, self.rebuilt
        changed = rebuilt.apply(event)
        rebuilt.learn(event)
        self._proof.see(event, rebuilt.book, rebuilt.valid)
        if isinstance(event, Changes):
            report.applied += changed
            report.crossed += rebuilt.book.crossed()
        elif isinstance(event, TapeTrade):
            report.trades += not event.history
        elif isinstance(event, TapeBar):
            report.bars += 1
        elif isinstance(event, Snapshot):
            report.snapshots += 1
            report.crossed += rebuilt.book.crossed()
        elif isinstance(event, Mention):
            report.mentions[event.kind] = report.mentions.get(event.kind, 0) + 1
        elif isinstance(event, Gap):
            report.gaps += 1
        elif isinstance(event, Stale):
            report.dropped += 1

    @property
    def first_wrong(self) -> int:
        return self._proof.first_wrong

    def finish(self, whole: bool) -> SymbolReport:
        self._proof.finish(whole)
        report, rebuilt = self.report, self.rebuilt
        report.checked, report.equal = self._proof.checked, self._proof.equal
        report.absent = rebuilt.absent
        report.levels = len(rebuilt.book.bids) + len(rebuilt.book.asks)
        bids, asks = rebuilt.book.top(1)
        if bids and asks:
            report.final = [*rebuilt.text(bids)[0], *rebuilt.text(asks)[0]]
        return report


def check_file(path: Path, fmt: str | Format, symbol: str = "") -> CheckReport:
    """Read `path` to its end, or to its damage (then `error` says where); all instruments, or the one named.

    Raises UnknownFormat, SymbolAbsent, and BadDataFile where not one line could be read.
    """
    form = find_format(fmt)
    name = form.name
    report = CheckReport(str(path), name)
    proof = PROOFS.get(origin_of(path, form), SoundProof)
    watched: dict[str, _Watched] = {}
    seen: dict[str, None] = {}
    try:
        for row, events in read_messages(path, form):
            report.lines = max(report.lines, row)
            for event in events:
                seen[event.symbol] = None
                if symbol and not same_symbol(symbol, event.symbol):
                    continue
                one = watched.get(event.symbol)
                if one is None:
                    one = watched[event.symbol] = _Watched(event.symbol, proof())
                one.see(event)
    except BadDataFile as error:
        if not report.lines:
            raise
        report.error = error
    if not watched and seen:
        raise SymbolAbsent(str(path), symbol, tuple(seen))
    if not watched and report.error is None:
        report.error = BadDataFile(str(path), f"{report.lines} lines without market data of {name}", "check --format")
    report.symbols = [one.finish(report.error is None) for one in watched.values()]
    wrong = min((one.first_wrong for one in watched.values() if one.first_wrong), default=0)
    if wrong and report.error is None:
        cause = "the checksum of this line is not that of the book so far"
        report.error = BadDataFile(str(path), cause, "a line is missing or was changed: record the file again", wrong)
    for each in report.symbols:
        report.checked += each.checked
        report.equal += each.equal
        report.gaps += each.gaps
        report.trades += each.trades
    return report
