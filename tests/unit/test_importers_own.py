"""The project's own capture: what is written is what is read, and the shipped sample stays what it was."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from engine.market.importers.check import check_file
from engine.market.importers.events import FINE, Changes, Gap, MarketEvent, Snapshot, Stale, TapeTrade, Touch
from engine.market.importers.recorder import write_capture
from engine.market.importers.stream import read_messages
from tests.data.captures import lines as made

SAMPLE = Path(__file__).resolve().parents[1] / "data/captures/quiet.vterm.jsonl"
UNIT = 10**FINE


def events_of(path: Path, fmt: str) -> list[MarketEvent]:
    return [event for _, events in read_messages(path, fmt) for event in events]


def bare(events: list[MarketEvent]) -> list[tuple[object, ...]]:
    """Events without row, texts and what a capture leaves out."""
    kept = [event for event in events if not isinstance(event, Stale) and not getattr(event, "history", False)]
    return [
        tuple(getattr(event, name) for name in event.__struct_fields__ if name not in ("row", "texts", "checksum"))
        for event in kept
        if not isinstance(event, Snapshot)
    ] + [(event.at, event.symbol, event.bids, event.asks) for event in kept if isinstance(event, Snapshot)]


@pytest.mark.parametrize(
    ("fmt", "day"),
    [
        ("binance-spot", made.spot_day()),
        ("kraken", made.kraken_day()),
        ("coinbase", made.coinbase_day()),
        ("hyperliquid", made.hyperliquid_day()),
    ],
)
def test_a_capture_says_what_the_venue_said(fmt: str, day: list[str], tmp_path: Path) -> None:
    source = made.write(tmp_path / "source", day)
    events = events_of(source, fmt)
    path = tmp_path / "capture.jsonl.gz"
    assert write_capture(events, path) == len(events_of(path, "vterm"))
    assert bare(events_of(path, "vterm")) == bare(events)
    assert check_file(path, "vterm").symbols[0].final == check_file(source, fmt).symbols[0].final


def test_the_same_events_are_the_same_bytes(tmp_path: Path) -> None:
    events = events_of(made.write(tmp_path / "source", made.spot_day()), "binance-spot")
    write_capture(events, tmp_path / "a.gz")
    write_capture(events, tmp_path / "b.gz")
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
    assert gzip.decompress((tmp_path / "a.gz").read_bytes()) == SAMPLE.read_bytes()


def test_the_sample_proves_itself() -> None:
    report = check_file(SAMPLE, "vterm")
    assert (report.checked, report.equal, report.gaps, report.trades, report.error) == (3, 3, 0, 2, None)


def test_a_lost_line_of_a_capture_is_a_gap(tmp_path: Path) -> None:
    lines = SAMPLE.read_text().splitlines()
    place = next(row for row, line in enumerate(lines) if '"changes"' in line)
    report = check_file(made.write(tmp_path / "a", lines[:place] + lines[place + 1 :]), "vterm")
    assert report.gaps == 1
    assert report.symbols[0].final is None


def test_a_recorded_gap_is_kept(tmp_path: Path) -> None:
    events: list[MarketEvent] = [
        Snapshot(1, 1, "X", 1, [(UNIT, UNIT)], [(2 * UNIT, UNIT)]),
        Gap(2, 2, "X", 2, 5),
        Touch(3, 3, "X", 0, UNIT, 2 * UNIT),
        TapeTrade(4, 4, "X", UNIT, UNIT, -1),
    ]
    path = tmp_path / "a"
    assert write_capture(events, path) == 4
    read = events_of(path, "vterm")
    assert [type(event) for event in read] == [Snapshot, Gap, Touch, TapeTrade]
    assert not any(isinstance(event, Changes) for event in read)
