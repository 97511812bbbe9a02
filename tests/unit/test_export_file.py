"""Files that leave the desk: exact, whole, and harmless to a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from vterm.cli.export_file import csv_bytes, is_number, kind_of, packed, put, safe_cell
from vterm.cli.statement_page import page
from vterm.cli.stop import Stop

ROWS: list[dict[str, Any]] = [
    {
        "at": "2026-11-23T14:31:00Z",
        "symbol": "BTC-USD",
        "amount": "-0.34159000",
        "count": 3,
        "sound": True,
        "id": "=1+2",
    },
    {"at": "2026-11-23T14:32:00Z", "symbol": "AAPL", "amount": "1234567890.12", "count": 4, "sound": False, "id": None},
]
COLUMNS = ("at", "symbol", "amount", "count", "sound", "id")


@pytest.mark.parametrize(
    "text", ["=1+2", "+cmd", "-a-1", "@SUM(A1)", "\tx", "-1+2", "+", "-", "=", "--1", "-1.2.3", "-٣"]
)
def test_what_a_spreadsheet_would_run_is_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-1", "+1.20", "-0.31", "0", "12", "a=b", "", "2026-11-23T14:31:00Z", "BTC-USD"])
def test_numbers_and_plain_text_stay(text: str) -> None:
    assert safe_cell(text) == text


def test_csv_is_read_back() -> None:
    rows = list(csv.DictReader(io.StringIO(csv_bytes(ROWS, COLUMNS).decode())))
    assert [row["amount"] for row in rows] == ["-0.34159000", "1234567890.12"]
    assert rows[0]["id"] == "'=1+2" and rows[1]["id"] == ""


def test_json_is_the_document() -> None:
    assert json.loads(packed("json", "fills", ROWS, COLUMNS)) == {"fills": ROWS}


def test_parquet_keeps_decimals_exact() -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    table = parquet.read_table(io.BytesIO(packed("parquet", "fills", ROWS, COLUMNS)))
    assert str(table.schema.field("amount").type) == "decimal128(38, 8)"
    assert table.column("amount").to_pylist() == [Decimal("-0.34159000"), Decimal("1234567890.12000000")]
    assert table.column("count").to_pylist() == [3, 4]
    assert table.column("sound").to_pylist() == [True, False]
    assert table.column("id").to_pylist() == ["=1+2", None]
    assert not any("float" in str(field.type) or "double" in str(field.type) for field in table.schema)
    empty = parquet.read_table(io.BytesIO(packed("parquet", "fills", [], COLUMNS)))
    assert empty.column_names == list(COLUMNS) and empty.num_rows == 0


def test_a_file_is_not_written_over(tmp_path: Path) -> None:
    file = tmp_path / "out.csv"
    put(str(file), b"one", force=False)
    with pytest.raises(Stop) as stopped:
        put(str(file), b"two", force=False)
    assert stopped.value.exit_code == 2 and file.read_bytes() == b"one"
    put(str(file), b"two", force=True)
    assert file.read_bytes() == b"two" and [f.name for f in tmp_path.iterdir()] == ["out.csv"]
    with pytest.raises(Stop):
        put(str(tmp_path / "no" / "out.csv"), b"", force=False)


@pytest.mark.parametrize("name", ["out", "out.xls", "out.csv.gz", ".csv", ""])
def test_an_unknown_form_is_refused(name: str) -> None:
    with pytest.raises(Stop):
        kind_of(name)


def test_forms_by_name() -> None:
    assert [kind_of(f"a/b.{kind}") for kind in ("csv", "JSON", "Parquet")] == ["csv", "json", "parquet"]
    assert is_number("1.") is False and is_number(".5") is False


def test_a_page_escapes_every_word() -> None:
    end = {"nav": "<b>", "cash": "1", "positions_value": "1", "unrealised_pnl": "0", "positions": []}
    changes = dict.fromkeys(("deposits", "realised_pnl", "unrealised_pnl", "fees", "funding", "dividends", "nav"), "0")
    document = {
        **{"account": "<script>alert(1)</script>", "from": "a", "to": "b", "currency": "VCR", "opening": end},
        **{"closing": end, "changes": changes, "by_symbol": [], "fills": [], "movements": []},
    }
    text = page(document)
    assert "<script>" not in text and "&lt;b&gt;" in text and text.startswith("<!doctype html>")
