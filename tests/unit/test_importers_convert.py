"""`data import`: what is read back from the Parquet stream is what the original says, to the last digit."""

from __future__ import annotations

import builtins
import gzip
import json
import lzma
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.market.importers.check import check_file
from engine.market.importers.convert import NAME, import_files
from engine.market.importers.errors import BadDataFile, DataError, SymbolAbsent
from engine.market.importers.formats import find_format
from engine.market.importers.lobster import with_book
from engine.market.importers.reading import Format
from engine.market.importers.rows import book_rows
from engine.market.importers.stream import read_messages
from engine.market.importers.trade_bars import trade_bars
from engine.market.recorded import RecordedMarket
from tests.data.captures import lines as made
from tests.data.captures.pushed import LOBSTER_NAME, bitget_day, lobster_day, okx_day
from vterm.cli.data import run

pa = pytest.importorskip("pyarrow")

SHARED = Path(__file__).resolve().parents[2] / "../shared/data/orderbook"


def same_both_ways(path: Path, fmt: str | Format, out: Path) -> Path:
    """Import, and compare events, check, books and bars with the original's."""
    done = import_files([path], fmt, out)
    stream = Path(done.file)
    first_time, second_time = _said(path, fmt), _said(stream, "parquet")
    assert second_time == first_time
    assert done.events == sum(len(events) for _, events in first_time)
    first, second = check_file(path, fmt).document(), check_file(stream, "parquet").document()
    for each in (first, second):
        del each["file"], each["format"]
        if "error" in each:
            each["error"] = (each["error"]["code"], each["error"]["line"])  # type: ignore[index]
    assert second == first
    if done.events > 5_000:
        return stream  # books and bars are made of the events alone, which were equal
    for symbol in done.symbols:
        assert list(book_rows(stream, "parquet", 3, "message", symbol)) == list(
            book_rows(path, fmt, 3, "message", symbol)
        )
        assert _bars(stream, "parquet", symbol) == _bars(path, fmt, symbol)
    return stream


def _said(path: Path, fmt: str | Format) -> list[tuple[int, list[Any]]]:
    return [(row, [_plain(event) for event in events]) for row, events in read_messages(path, fmt) if events]


def _plain(event: Any) -> Any:
    """Texts of no levels are no texts."""
    return replace(event, texts=None) if getattr(event, "texts", None) == ([], []) else event


def _bars(path: Path, fmt: str | Format, symbol: str) -> Any:
    try:
        return list(trade_bars(path, fmt, "1m", symbol))
    except DataError as error:
        return error.code, error.fix


@pytest.mark.parametrize(
    ("name", "fmt"),
    [
        ("kraken_book1000_5pairs.jsonl.gz", "kraken"),
        ("coinbase_level2_3products.jsonl.gz", "coinbase"),
        ("hyperliquid_BTC_20250126.gz", "hyperliquid"),
        ("binance_spot_ETHUSDT_20240808.gz", "binance-spot"),
        ("binance_usdm_ETHUSDT_20240808_first90s.gz", "binance-usdm"),
    ],
)
def test_every_shared_capture_survives(name: str, fmt: str, tmp_path: Path) -> None:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"no reference capture at ../shared/data/orderbook/{name}")
    same_both_ways(path, fmt, tmp_path)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_made_days_survive(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("d")
    for fmt, lines in (("okx", okx_day(seed)), ("bitget", bitget_day(seed)), ("vterm", _own())):
        same_both_ways(made.write(folder / fmt, lines), fmt, folder / "out")
    messages, rows = lobster_day(seed)
    path, book = made.write(folder / LOBSTER_NAME, messages), made.write(folder / "book", rows)
    same_both_ways(path, "lobster", folder / "out")
    same_both_ways(path, with_book(find_format("lobster"), book), folder / "out")


def _own() -> list[str]:
    return [
        '{"at":1,"type":"snapshot","symbol":"X","seq":1,"bids":[["1","1"]],"asks":[["2","1"]]}',
        '{"at":2,"type":"changes","symbol":"X","seq":2,"prev":1,"bids":[],"asks":[]}',
        '{"at":3,"type":"touch","symbol":"X","seq":2,"bid":"1","ask":"2","ask_size":"1"}',
        '{"at":4,"type":"trade","symbol":"X","price":"12345678901.000000000001","size":"98765432109876.5","side":"sell"}',
        '{"at":5,"type":"gap","symbol":"X","expected":3,"found":9}',
    ]


LEAN = Path(__file__).resolve().parents[2] / "../shared/data/lean"
DBN = Path(__file__).resolve().parents[2] / "../shared/data/databento"


def test_every_shared_dbn_survives(tmp_path: Path) -> None:
    if not DBN.exists():
        pytest.skip("no reference files at ../shared/data/databento")
    for path in sorted(DBN.glob("*/*.dbn.zst")):
        same_both_ways(path, "databento", tmp_path)


@pytest.mark.parametrize(
    ("name", "every"),
    [
        ("equity/usa/minute/spy/20131007_trade.zip", "1d"),
        ("equity/usa/daily/spy.zip", "1d"),
        ("forex/fxcm/minute/eurusd/20140505_quote.zip", "1h"),
    ],
)
def test_lean_survives_with_its_days_and_fees(name: str, every: str, tmp_path: Path) -> None:
    path = LEAN / name
    if not path.exists():
        pytest.skip(f"no reference file at ../shared/data/lean/{name}")
    stream = same_both_ways(path, "lean", tmp_path)
    lean, kept = find_format("lean").habits(path), find_format("parquet").habits(stream)
    assert (kept.asset_class, kept.fee_schedule, kept.clock) == (lean.asset_class, lean.fee_schedule, lean.clock)
    for symbol in lean.symbols:
        try:
            first = list(trade_bars(path, "lean", every, symbol))
        except BadDataFile:
            continue
        assert list(trade_bars(stream, "parquet", every, symbol)) == first


def test_tables_survive_and_so_do_prices_below_zero(tmp_path: Path) -> None:
    body = ["Date,Price", "2020-04-17,18.31", "2020-04-20,-36.98", "2020-04-21,0"]
    stream = same_both_ways(made.write(tmp_path / "wti.csv", body), "csv", tmp_path / "out")
    assert [bar.close for bar in trade_bars(stream, "parquet", "1d")] == ["18.31", "-36.98", "0.00"]
    table = ["time,symbol,bid,ask,bid_size,ask_size", "1700000000,A,-2,-1,1,1", "1700000001,B,10,11,0.5,7"]
    same_both_ways(made.write(tmp_path / "q.csv", table), "csv", tmp_path / "out")


def test_a_wrong_checksum_is_still_wrong_afterwards(tmp_path: Path) -> None:
    lines = okx_day(4)
    path = made.write(tmp_path / "a", [line.replace('"checksum": -', '"checksum": ') for line in lines])
    stream = same_both_ways(path, "okx", tmp_path / "out")
    assert check_file(stream, "parquet").error is not None


def test_the_same_events_are_the_same_bytes_and_a_stream_imports_again(tmp_path: Path) -> None:
    path = made.write(tmp_path / "a", okx_day(4))
    first = Path(import_files([path], "okx", tmp_path / "1").file)
    second = Path(import_files([path], "okx", tmp_path / "2").file)
    assert first.read_bytes() == second.read_bytes()
    third = Path(import_files([first], "parquet", tmp_path / "3").file)
    assert check_file(third, "parquet").equal == check_file(path, "okx").equal > 0
    assert check_file(first.parent, "parquet").lines == check_file(path, "okx").lines, "a folder of one is that one"


def test_several_files_are_one_stream_in_time_order(tmp_path: Path) -> None:
    one = made.write(tmp_path / "a", okx_day(4, symbol="AAA-ZZZ"))
    two = made.write(tmp_path / "b", okx_day(5, symbol="BBB-ZZZ"))
    done = import_files([one, two], "okx", tmp_path / "out")
    assert done.symbols == ["AAA-ZZZ", "BBB-ZZZ"]
    times = [event.at for _, events in read_messages(Path(done.file), "parquet") for event in events]
    assert times == sorted(times)
    report = check_file(Path(done.file), "parquet")
    assert report.equal == report.checked == 82
    only = import_files([one, two], "okx", tmp_path / "out", "bbbzzz")
    assert only.symbols == ["BBB-ZZZ"]
    with pytest.raises(SymbolAbsent):
        import_files([one], "okx", tmp_path / "out", "CCC")


def test_a_stream_can_be_traded_against(tmp_path: Path) -> None:
    path = made.write(tmp_path / "a", okx_day(4))
    stream = Path(import_files([path], "okx", tmp_path).file)
    markets = [RecordedMarket(path, "okx"), RecordedMarket(stream, "parquet")]
    for market in markets:
        market.advance(market.end, 10**8)
    assert markets[0].ladder(0, 5) == markets[1].ladder(0, 5) != ([], [])
    assert markets[0].end == markets[1].end


def test_nothing_is_left_of_a_damaged_file(tmp_path: Path) -> None:
    lines = okx_day(4)
    path = made.write(tmp_path / "a", [*lines, lines[-1][:40]])
    with pytest.raises(BadDataFile) as caught:
        import_files([path], "okx", tmp_path / "out")
    assert caught.value.row == len(lines) + 1
    assert list((tmp_path / "out").iterdir()) == []
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be written"):
        import_files([made.write(path, lines)], "okx", tmp_path / "file")


def _stream(tmp_path: Path) -> Path:
    return Path(import_files([made.write(tmp_path / "a", okx_day(4))], "okx", tmp_path / "out").file)


def test_a_damaged_stream_ends_in_one_line(tmp_path: Path) -> None:
    stream = _stream(tmp_path)
    body = stream.read_bytes()
    cases = [body[:-9], body[: len(body) // 2], body[:4], b"PAR1" + b"\0" * 50, b"\0" * 90, b""]
    for place in range(4, len(body) - 8, max(len(body) // 60, 1)):
        cases.append(body[:place] + bytes([body[place] ^ 0x55]) + body[place + 1 :])
    for case in cases:
        stream.write_bytes(case)
        try:
            report = check_file(stream, "parquet")
        except DataError as error:
            assert error.exit_code == 7
            assert "\n" not in error.line()
        else:
            assert report.error is None or "\n" not in report.error.line()


@pytest.mark.parametrize("suffix", [".gz", ".xz", ".zst", ".zip"])
@pytest.mark.parametrize("fmt", ["okx", "csv", "parquet"])
def test_packed_files_are_read_in_place_and_cut_ones_end_clearly(suffix: str, fmt: str, tmp_path: Path) -> None:
    if fmt == "csv":
        body = b"time,price,size\n" + b"".join(b"%d,%d,1\n" % (1_700_000_000 + n, n * 7919 % 1009) for n in range(4000))
    else:
        body = _stream(tmp_path).read_bytes() if fmt == "parquet" else "\n".join(okx_day(4, 200)).encode()
    path = tmp_path / f"x{suffix}"
    if suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("x", body)
    else:
        import zstandard

        pack = {".gz": gzip.compress, ".xz": lzma.compress, ".zst": zstandard.ZstdCompressor().compress}[suffix]
        path.write_bytes(pack(body))
    assert check_file(path, fmt).error is None
    path.write_bytes(path.read_bytes()[: -len(path.read_bytes()) // 3])
    try:
        error = check_file(path, fmt).error
    except BadDataFile as found:
        error = found
    assert error is not None
    assert error.exit_code == 7


def test_without_pyarrow_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = _stream(tmp_path)
    whole = builtins.__import__

    def absent(name: str, *rest: Any, **more: Any) -> Any:
        if name.partition(".")[0] == "pyarrow":
            raise ImportError(name)
        return whole(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(BadDataFile, match="pyarrow") as caught:
        check_file(stream, "parquet")
    assert "pip install" in caught.value.fix
    with pytest.raises(BadDataFile, match="pyarrow"):
        import_files([tmp_path / "a"], "okx", tmp_path / "out")


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = made.write(tmp_path / "a", okx_day(4))
    assert run(["import", str(path), "--format", "okx", "--out", str(tmp_path / "out"), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["file"] == str(tmp_path / "out" / NAME)
    assert document["symbols"] == ["AAA-ZZZ"]
    assert run(["check", document["file"], "--format", "parquet", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["equal"] == 41
    assert run(["import", str(path), "--format", "okx", "--out", str(tmp_path / "out")]) == 0
    assert run(["import", str(path), "--format", "okx", "--out", str(tmp_path / "out"), "--csv"]) == 0
