"""Whatever is typed into the screener finds rows or is refused, and nothing else happens."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from engine.model.refusal import EXIT_NOT_FOUND, EXIT_REFUSED, EXIT_USAGE, Refused
from engine.research.screen import SUBJECTS, read_screen
from engine.research.tally import COLUMNS, ordered

ROWS: list[dict[str, Any]] = [
    {"symbol": "AAPL", "name": "Apple Inc.", "asset_class": "equities", "sector": "Information Technology",
     "last": "250.08", "change": "+0.39", "change_pct": "+0.16", "volume": "1782460", "turnover": "445757597",
     "spread_bps": "0.40", "session": "regular", "venue": "US_EQ", "exchange": "XNAS", "currency": "USD"},
    {"symbol": "VIX", "name": "Volatility", "asset_class": "indices", "sector": "US", "last": "16.42",
     "change": "-0.29", "change_pct": "-1.74", "volume": "0", "turnover": "0", "spread_bps": None,
     "session": "closed", "venue": "CFE", "exchange": "CFE", "currency": "USD"},
    {"symbol": "ODD"},
]  # fmt: skip
WORDS = st.sampled_from(
    [*SUBJECTS, "and", "or", "not", "(", ")", "=", "!=", ">", ">=", "<", "<=", "~", '"', "5bp", "2%", "1.5m", "1bn",
     "equities", "open", "technology", "1e9", "١", "\x1b[31m", "%"]
)  # fmt: skip


@given(
    st.one_of(
        st.text(max_size=700), st.lists(WORDS, max_size=40).map(" ".join), st.lists(WORDS, max_size=9).map("".join)
    )
)
@example("(" * 600)
@example("not " * 100 + "change>1")
@example("change>" + "9" * 39)
@example("sector=")
@example('name~"')
@example("change>.5 and spread<=-.5bp")
def test_any_text_finds_rows_or_is_refused(text: str) -> None:
    try:
        found = read_screen(text).rows(ROWS)
    except Refused as no:
        assert no.refusal.field == "where"
        assert no.refusal.message
        assert no.refusal.fix
        assert no.refusal.code.exit_code in (EXIT_USAGE, EXIT_REFUSED, EXIT_NOT_FOUND)
        assert "\x1b" not in no.refusal.message + no.refusal.cause + no.refusal.fix
    else:
        assert all(row in ROWS for row in found)


@given(st.sampled_from([*COLUMNS, *(f"-{name}" for name in COLUMNS)]), st.permutations(ROWS))
def test_an_order_keeps_every_row_and_does_not_hang_on_where_they_stood(by: str, rows: list[dict[str, Any]]) -> None:
    assert ordered(rows, by) == ordered(ROWS, by)
    assert sorted(row["symbol"] for row in ordered(rows, by)) == ["AAPL", "ODD", "VIX"]


@given(st.text(max_size=20))
def test_an_unknown_column_is_refused(by: str) -> None:
    if by.removeprefix("-") not in COLUMNS:
        try:
            ordered(ROWS, by)
        except Refused as no:
            assert no.refusal.field == "sort"
        else:
            raise AssertionError("it was taken")
