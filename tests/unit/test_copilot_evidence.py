"""Figures of an answer are found in what the same line cites, and nowhere else."""

from __future__ import annotations

import pytest

from copilot.evidence import Result, figures_of, unsupported

DATA = {"nav": "999873.778458", "weight": "0.165525", "rows": [1, 2, 3], "says": "price 1.02 % above"}
RESULTS = {
    1: Result(1, "x", {"quantity": "40"}, {"ok": True, "data": DATA}),
    2: Result(2, "y", {}, {"ok": True, "data": {"v": "7"}}),
}


@pytest.mark.parametrize(
    "line",
    [
        "NAV 999,873.78 VCR [1]", "weight 16.6 % [1]", "weight 0.17 [1]", "3 rows, sold 40 [1]", "1.02 % [1]",
        "-999,874 [1]", "GCZ26 and p000012 on 2026-11-20 at 15:00:00 [2]", "BTC-USD no figure",
    ],
)  # fmt: skip
def test_supported(line: str) -> None:
    assert unsupported(line, RESULTS) == ()


@pytest.mark.parametrize(
    ("line", "missing"),
    [
        ("NAV 999,873.79 VCR [1]", ("999,873.79",)),
        ("weight 16.5 % [1]", ("16.5",)),
        ("NAV 999,873.78 VCR [2]", ("999,873.78",)),
        ("7 without a source", ("7",)),
        ("7 of one that is not there [9]", ("7",)),
        ("above 7 [2]\nbelow 7", ("7",)),
        ("99: 7 [2]", ("99",)),
    ],
)
def test_unsupported(line: str, missing: tuple[str, ...]) -> None:
    assert unsupported(line, RESULTS) == missing


def test_what_the_person_typed_needs_no_source() -> None:
    assert unsupported("you said 5,000", RESULTS, "twap 5000 AAPL") == ()


def test_figures_are_read_as_written() -> None:
    assert figures_of("at 87,667.335: stop at 84,160.64, 4.0 % away. [1] [12]") == ("87,667.335", "84,160.64", "4.0")
