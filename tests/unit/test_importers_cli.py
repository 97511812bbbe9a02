"""`vterm data`: documents, tables, rows and how it ends."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from engine.market.importers.errors import BadDataFile, DataError, UnknownFormat
from tests.data.captures import lines as made
from vterm.cli.data import run
from vterm.cli.stop import Stop


def test_check_answers_one_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = made.write(tmp_path / "a.gz", made.spot_day())
    assert run(["check", str(path), "--format", "binance-spot", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert {key: document[key] for key in ("checked", "equal", "gaps", "lines", "format")} == {
        "checked": 3,
        "equal": 3,
        "gaps": 0,
        "lines": 11,
        "format": "binance-spot",
    }
    assert document["symbols"][0]["symbol"] == "ZZZUSDT"
    assert "error" not in document


def test_check_prints_a_table_that_lines_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = made.write(tmp_path / "a", made.kraken_day() + made.kraken_day("BBBBBB/ZZZ", 8))
    assert run(["check", str(path), "--format", "kraken"]) == 0
    head, *rows, total = capsys.readouterr().out.splitlines()
    assert [row.split()[:4] for row in rows] == [["AAA/ZZZ", "2", "2", "0"], ["BBBBBB/ZZZ", "2", "2", "0"]]
    assert {row.index("2  ") for row in rows} == {head.index("checked") + len("checked") - 1}
    assert total == "kraken  8 lines  4 of 4 equal  0 gaps"


def test_check_counts_to_the_damage_and_ends_with_7(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = made.write(tmp_path / "a", [*made.spot_day(), "17 {"])
    assert run(["check", str(path), "--format", "binance-spot", "--json"]) == 7
    said = capsys.readouterr()
    document = json.loads(said.out)
    assert (document["checked"], document["lines"]) == (3, 11)
    assert (document["error"]["code"], document["error"]["line"]) == ("BAD_DATA_FILE", 12)
    assert said.err.count("\n") == 1


def test_book_prints_rows_as_they_come(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = made.write(tmp_path / "a", made.kraken_day())
    assert run(["book", str(path), "--format", "kraken", "--levels", "1"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["row"] for row in rows] == [1, 3, 4]
    assert rows[-1]["bids"] == [["0.0505", "3.25"]]
    assert rows[-1]["asks"] == [["0.0511", "4"]]
    assert rows[-1]["at"] == "2023-11-14T22:13:20.200Z"


def test_book_prints_what_came_before_the_damage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = made.write(tmp_path / "a", [*made.spot_day(), "17 {"])
    with pytest.raises(BadDataFile):
        run(["book", str(path), "--format", "binance-spot", "--csv"])
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows[0] == ["row", "seq", "at", "side", "level", "price", "size"]
    assert rows[-1][:2] == ["10", "106"]


def test_bars_are_made_of_the_trades(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    late = made.trade(61_000_000_000, "10.125", "2", False)
    path = made.write(tmp_path / "a", [*made.spot_day(), late])
    assert run(["bars", str(path), "--format", "binance-spot", "--every", "1m", "--csv"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "at,open,high,low,close,volume",
        "2023-11-14T22:13:00Z,10.01,10.01,10.00,10.00,1.6",
        "2023-11-14T22:14:00Z,10.125,10.125,10.125,10.125,2",
    ]
    assert run(["bars", str(path), "--format", "binance-spot", "--every", "1h", "--json"]) == 0
    (bar,) = json.loads(capsys.readouterr().out)["bars"]
    assert (bar["high"], bar["volume"]) == ("10.125", "3.6")
    with pytest.raises(DataError, match="not a length"):
        run(["bars", str(path), "--format", "binance-spot", "--every", "soon"])
    bookish = made.write(tmp_path / "b", made.kraken_day())
    with pytest.raises(BadDataFile, match="no trades"):
        run(["bars", str(bookish), "--format", "kraken"])


def test_formats_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["formats", "--json"]) == 0
    names = [form["name"] for form in json.loads(capsys.readouterr().out)["formats"]]
    assert names[:5] == ["kraken", "coinbase", "binance-spot", "binance-usdm", "hyperliquid"]
    assert {"okx", "bitget", "lobster", "vterm"} < set(names)
    assert run(["formats"]) == 0


@pytest.mark.parametrize(
    "words", [[], ["bogus"], ["check", "x"], ["book", "x", "--format", "kraken", "--levels", "0"], ["formats", "--no"]]
)
def test_a_wrong_line_is_usage(words: list[str]) -> None:
    with pytest.raises(Stop) as caught:
        run(words)
    assert caught.value.exit_code == 2


def test_an_unknown_format_is_one_line_and_exit_2() -> None:
    with pytest.raises(UnknownFormat) as caught:
        run(["check", "x", "--format", "bitmex"])
    assert caught.value.exit_code == 2
    assert "\n" not in caught.value.line()
