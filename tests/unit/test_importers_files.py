"""Files in every packing, whole and broken: streams of lines, or one clear error at the place of the damage."""

from __future__ import annotations

import gzip
import lzma
import os
import random
import sys
import zipfile
from pathlib import Path

import pytest

from engine.market.importers.check import check_file
from engine.market.importers.errors import BadDataFile, DataError, SymbolAbsent, SymbolNeeded, UnknownFormat
from engine.market.importers.formats import find_format
from engine.market.importers.rows import book_rows
from engine.market.importers.source import read_lines
from tests.data.captures import lines as made
from tests.data.captures import pushed

BODY = "".join(line + "\n" for line in made.spot_day()).encode()


def packed(path: Path, kind: str) -> Path:
    path = path / f"capture.{kind}"
    if kind == "gz":
        path.write_bytes(gzip.compress(BODY))
    elif kind == "xz":
        path.write_bytes(lzma.compress(BODY))
    elif kind == "zst":
        zstandard = pytest.importorskip("zstandard", reason="the zstandard package is not installed")
        path.write_bytes(zstandard.compress(BODY[:500]) + zstandard.compress(BODY[500:]))
    elif kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("capture.txt", BODY)
    else:
        path.write_bytes(BODY)
    return path


@pytest.mark.parametrize("kind", ["txt", "gz", "xz", "zst", "zip"])
def test_every_packing_gives_the_same_lines(kind: str, tmp_path: Path) -> None:
    path = packed(tmp_path, kind)
    assert b"".join(line for _, line in read_lines(path)) == BODY
    assert check_file(path, "binance-spot").equal == 3


def test_packing_is_told_by_content_where_the_name_is_silent(tmp_path: Path) -> None:
    path = packed(tmp_path, "gz").rename(tmp_path / "capture")
    assert check_file(path, "binance-spot").equal == 3


@pytest.mark.parametrize("kind", ["gz", "xz", "zst"])
def test_half_a_packed_file_is_counted_to_its_damage(kind: str, tmp_path: Path) -> None:
    path = packed(tmp_path, kind)
    path.write_bytes(path.read_bytes()[:-12])
    try:
        error = check_file(path, "binance-spot").error
    except BadDataFile as none_read:
        error = none_read
    assert error is not None
    assert error.exit_code == 7
    assert str(path) in error.message


def test_half_a_plain_file_is_counted_to_its_damage(tmp_path: Path) -> None:
    path = packed(tmp_path, "txt")
    path.write_bytes(BODY[:-30])
    report = check_file(path, "binance-spot")
    assert report.error is not None
    assert (report.lines, report.error.row) == (10, 11)
    assert report.checked == 2


@pytest.mark.parametrize("kind", ["gz", "xz", "zip", "zst"])
def test_a_wrong_name_is_said(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"capture.{kind}"
    path.write_bytes(BODY)
    with pytest.raises(BadDataFile, match=f"its name says .{kind}"):
        list(read_lines(path))


def test_missing_folder_empty_and_forbidden_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    forbidden = packed(tmp_path, "txt")
    causes = {"absent": "no such file", ".": "a folder", "empty": "is empty"}
    if os.geteuid():
        forbidden.chmod(0)
        causes[forbidden.name] = "no permission"
    for name, cause in causes.items():
        with pytest.raises(BadDataFile, match=cause) as caught:
            list(read_lines(tmp_path / name))
        assert caught.value.exit_code == 7


def test_an_archive_holds_exactly_one_file(tmp_path: Path) -> None:
    path = tmp_path / "two.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", BODY)
        archive.writestr("b", BODY)
    with pytest.raises(BadDataFile, match="2 files: a b"):
        list(read_lines(path))


def test_zst_without_its_package_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = packed(tmp_path, "zst")
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(BadDataFile) as caught:
        list(read_lines(path))
    assert "zstandard" in caught.value.line()


def test_blank_lines_marks_and_carriage_returns_are_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"\xef\xbb\xbf" + BODY.replace(b"\n", b"\r\n\r\n"))
    assert check_file(path, "binance-spot").equal == 3


def test_a_file_without_market_data_is_a_bad_file(tmp_path: Path) -> None:
    path = made.write(tmp_path / "a", [made.received(0, {"event": "heartbeat"})])
    report = check_file(path, "kraken")
    assert report.error is not None
    assert report.error.exit_code == 7


def test_several_instruments_need_a_symbol(tmp_path: Path) -> None:
    path = made.write(tmp_path / "a", made.coinbase_day("AAA-ZZZ") + made.coinbase_day("BBB-ZZZ"))
    with pytest.raises(SymbolNeeded) as caught:
        list(book_rows(path, "coinbase", 1))
    assert caught.value.exit_code == 2
    assert "AAA-ZZZ BBB-ZZZ" in caught.value.message
    with pytest.raises(SymbolAbsent) as absent:
        list(book_rows(path, "coinbase", 1, symbol="CCC"))
    assert absent.value.exit_code == 4
    assert {row.symbol for row in book_rows(path, "coinbase", 1, symbol="bbb/zzz")} == {"BBB-ZZZ"}
    assert len(check_file(path, "coinbase").symbols) == 2


def test_rows_come_after_each_update_or_after_each_message(tmp_path: Path) -> None:
    path = made.write(tmp_path / "a", made.spot_day())
    updates = list(book_rows(path, "binance-spot", 2))
    assert [(row.row, row.seq) for row in updates] == [(3, 100), (5, 102), (8, 103), (10, 106)]
    assert updates[-1].bids == [["9.99", "2"], ["9.98", "7"]]
    assert updates[-1].asks == [["10.01", "0.15"], ["10.02", "3"]]
    messages = list(book_rows(path, "binance-spot", 1, "message"))
    assert [row.row for row in messages] == [3, 4, 5, 6, 7, 8, 9, 10, 11]


def test_an_unknown_format_names_those_that_there_are() -> None:
    with pytest.raises(UnknownFormat, match="is not a format") as caught:
        find_format("exchange")
    assert caught.value.exit_code == 2
    assert "binance-spot" in caught.value.fix


DAYS = {
    "binance-spot": made.spot_day(),
    "binance-usdm": made.spot_day(),
    "kraken": made.kraken_day(),
    "coinbase": made.coinbase_day(),
    "hyperliquid": made.hyperliquid_day(),
    "vterm": ['{"at":1,"type":"snapshot","symbol":"X","seq":1,"bids":[["1","1"]],"asks":[["2","1"]]}'],
    "okx": pushed.okx_day(1, 6),
    "bitget": pushed.bitget_day(1, 6),
    "lobster": pushed.lobster_day(1, 12)[0],
    "csv": ["time,open,high,low,close,volume", "1700000000,1,2,0.5,1,7", "1700000060,-1,2,-1.5,1,7"],
}


@pytest.mark.parametrize("fmt", sorted(DAYS))
def test_damaged_bytes_never_end_in_anything_but_a_data_error(fmt: str, tmp_path: Path) -> None:
    body = "\n".join(DAYS[fmt]).encode()
    chance = random.Random(7)
    path = tmp_path / "a"
    for _ in range(200):
        damaged = bytearray(body)
        for _ in range(chance.choice([1, 2, 8])):
            place = chance.randrange(len(damaged))
            damaged[place : place + chance.randrange(3)] = bytes([chance.choice(b'\x00"[]{},:-.019eE\\\xff\xed nu')])
        path.write_bytes(bytes(damaged))
        try:
            check_file(path, fmt).document()
        except DataError as error:
            assert "\n" not in error.line()
