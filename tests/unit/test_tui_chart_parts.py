"""The pure parts of the chart: scales, axes, series, frames, comparisons, depth, choices. No widget, no desk."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.model.format import time_text
from engine.model.ids import TimeNs
from engine.research.indicators import PriceBar
from vterm.paint import plain, width
from vterm.panes import chart_depth, chart_frame
from vterm.panes.chart_axis import axis_text, compact, moment_text, price_cells, time_labels
from vterm.panes.chart_choice import KINDS, MOST_COMPARED, MOST_OVERLAYS, ZOOMS, ChartChoice
from vterm.panes.chart_compare import percent_text, risen, spaced
from vterm.panes.chart_feed import joined
from vterm.panes.chart_legend import Token, packed
from vterm.panes.chart_marks import Fill, Level, labels, spots
from vterm.panes.chart_picture import Picture
from vterm.panes.chart_plan import plan
from vterm.panes.chart_series import Series
from vterm.panes.chart_studies import OTHERS, STUDIES
from vterm.widgets.candles import Scale, column, nice_step, wide
from vterm.widgets.strokes import SAMPLES, Cells, dots, glyph, spread, stroke

START = 1_795_449_120
NEW_YORK = ZoneInfo("America/New_York")


def bar(k: int, close: int, every: int = 60, volume: str = "10") -> dict[str, Any]:
    first = close - 3
    return {"at": time_text(TimeNs((START + k * every) * 10**9)), "open": f"{first / 100:.2f}",
            "high": f"{(close + 5) / 100:.2f}", "low": f"{(first - 5) / 100:.2f}", "close": f"{close / 100:.2f}",
            "volume": volume}  # fmt: skip


def bars(count: int, every: int = 60) -> list[dict[str, Any]]:
    return [bar(k, 10_000 + (k * 37) % 101, every) for k in range(count)]


def series(count: int, every: str = "1m") -> Series:
    made = Series(2, every)
    made.take(bars(count, {"1m": 60, "5m": 300, "1h": 3600, "1d": 86400}[every]))
    return made


def picture(made: Series, choice: ChartChoice, cells: int = 80, rows: int = 24, **more: Any) -> Picture:
    return Picture(made, choice, cells, rows, NEW_YORK, "AAPL", made.every, **more)


def test_the_first_frame_reads_nothing_that_only_bars_need() -> None:
    late = ("engine.research.indicators", "vterm.panes.chart_picture", "vterm.panes.chart_series",
            "vterm.panes.chart_depth", "vterm.widgets.candles", "vterm.dialogs.studies")  # fmt: skip
    script = f"import sys, vterm.screens.main; print([name for name in {late!r} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


# -- scales and glyphs --------------------------------------------------------------------------------------


def test_a_scale_maps_its_ends_to_its_edges() -> None:
    scale = Scale(100, 200, 10)
    assert (scale.row(200), scale.row(100), scale.row(150)) == (0, 9, 5)
    assert scale.dot(200) == 0
    assert scale.dot(100.1) == 39
    assert scale.dot(99) is None
    assert scale.dot(201.0) is None
    assert scale.half(10**9) == 0, "what lies outside stays at the edge"


def test_a_scale_holds_while_what_is_shown_fits_and_fills_it() -> None:
    scale = Scale(100, 200, 10)
    assert scale.holds(110, 190)
    assert not scale.holds(90, 190), "leaves it below"
    assert not scale.holds(110, 201), "leaves it above"
    assert not scale.holds(150, 160), "a tenth of the picture is no picture"


def test_steps_are_one_two_five() -> None:
    assert [nice_step(span, 5) for span in (1, 9, 23, 24, 99, 1200)] == [1, 2, 5, 5, 20, 500]


def test_a_candle_has_body_and_wicks_to_half_a_cell() -> None:
    scale = Scale(0, 80, 4)
    assert column((20, 79, 1, 65), scale) == ["╽", "┃", "┃", "╿"]
    assert column((65, 79, 1, 20), scale, hollow=True) == ["╽", "┃", "┃", "╿"], "a falling one is full"
    assert column((20, 79, 1, 65), scale, hollow=True) == ["║", "║", "║", "║"]
    assert column((45, 45, 45, 45), scale) == [" ", "╻", " ", " "]


@pytest.mark.parametrize("cells", [1, 2, 4, 6])
@pytest.mark.parametrize("hollow", [False, True])
def test_a_wide_candle_fills_its_cells_and_leaves_air(cells: int, hollow: bool) -> None:
    rows = wide((20, 79, 1, 60), Scale(0, 80, 8), cells, hollow)
    assert len(rows) == 8
    assert {len(text) for text in rows} == {cells}
    if cells > 1:
        assert {text[-1] for text in rows} == {" "}
    if cells >= 4:
        assert any("█" in text for text in rows) != hollow


def test_strokes_join_dash_and_mind_gaps() -> None:
    cells: Cells = {}
    stroke(cells, [0, 7, None, 3], "up")
    assert cells[0, 0][0] == 0x01 | 0x10 | 0x20 | 0x80, "the second column climbs from the first"
    assert cells[1, 0] == (0x08 | 0x10 | 0x20 | 0x80, "up")
    assert cells[0, 1] == (0x80, "up"), "after a gap it begins anew"
    dashed: Cells = {}
    stroke(dashed, [0] * 16, "up", 1)
    assert [glyph(dashed[0, k][0]) if (0, k) in dashed else " " for k in range(8)] == list("⠉⠉⠉ ⠉⠉⠉ ")
    dots(dashed, 0, 0, 3, "down")
    assert dashed[0, 0] == (0x01 | 0x08 | 0x02 | 0x04 | 0x40, "down")
    assert len(set(SAMPLES)) == 3, "lines are told apart without colour"


def test_a_value_a_slot_becomes_a_value_a_dot_column() -> None:
    assert spread([0, 10, None, 4], 1) == [0, 5, 10, None, None, None, 4, None]
    assert spread([0, 8], 2) == [0, 2, 4, 6, 8, None, None, None]
    assert spread([0, 12], 3)[2:8] == [0, 2, 4, 6, 8, 10]


# -- axes ---------------------------------------------------------------------------------------------------


def test_axis_prices_have_the_decimals_of_their_step() -> None:
    assert axis_text(8_751_000, 2, 1000) == "87,510"
    assert axis_text(8_751_050, 2, 50) == "87,510.5"
    assert axis_text(115_160, 5, 5) == "1.15160"
    assert axis_text(-30_000, 4, 10_000) == "-3"


def test_the_price_column_does_not_grow_with_a_digit() -> None:
    assert price_cells(9_999, 2) == len("199.98")
    assert price_cells(9_999, 2) == price_cells(10_001, 2)
    assert price_cells(3, 2) == 6


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (950, "950"), (99.96, "100"), (0.5542, "0.5542"), (1.5, "1.50"), (12.34, "12.3"), (12_345, "12.3k"),
     (999_999, "1.00M"), (1_020_000, "1.02M"), (2.5e9, "2.50B"), (3e12, "3.00T"), (-1500, "-1.50k")],
)  # fmt: skip
def test_compact_figures(value: float, text: str) -> None:
    assert compact(value) == text


@given(st.floats(-1e14, 1e14))
def test_compact_figures_fit_eight_cells(value: float) -> None:
    assert len(compact(value)) <= 8


@settings(max_examples=60)
@given(st.sampled_from(["1m", "5m", "1h", "1d"]), st.sampled_from(ZOOMS), st.integers(1, 180))
def test_times_never_touch_and_stay_inside(every: str, slot: tuple[int, int], room: int) -> None:
    count, cells = slot
    step = {"1m": 60, "5m": 300, "1h": 3600, "1d": 86400}[every] * count
    times = [START + k * step for k in range(room)]
    free = 0
    for place, text, _ in time_labels(times, every, NEW_YORK, cells, count):
        assert place * cells >= free
        free = place * cells + len(text) + 1
        assert free - 1 <= room * cells


def test_times_stand_at_round_moments_and_days_are_marked() -> None:
    hours = [START - START % 3600 + k * 3600 for k in range(60)]
    found = time_labels(hours, "1h", NEW_YORK, 1, 1)
    assert {text for _, text, heavy in found if not heavy} == {"12:00"}
    assert [text for _, text, heavy in found if heavy] == ["24 Nov", "25 Nov"]


def test_moments_are_local_and_days_belong_to_the_date_they_lead_to() -> None:
    assert moment_text(START, "1m", NEW_YORK) == "23 Nov 10:52"
    assert moment_text(START, "1m", NEW_YORK, day=False) == "10:52"
    assert moment_text(1_795_392_000 + 23 * 3600, "1d", NEW_YORK) == "24 Nov 2026"


# -- room ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("height", range(4, 61))
@pytest.mark.parametrize("parts", range(8))
def test_rows_are_shared_out_exactly(height: int, parts: int) -> None:
    found = plan(80, height, 10, volume=bool(parts & 1), strip=bool(parts & 2), overlays=bool(parts & 4))
    assert found.rows == height
    assert found.prices >= min(3, height - 1)
    assert found.prices >= found.volume + found.strip - 6


# -- series -------------------------------------------------------------------------------------------------


def test_a_series_reads_what_is_over_once_and_the_growing_bar_again() -> None:
    made = series(300)
    assert len(made) == 300
    assert made.candles[0] == (9_997, 10_005, 9_992, 10_000)
    longer = [*bars(300)[5:], bar(300, 10_050)]
    assert made.take(longer), "it goes on from what is known"
    assert len(made) == 301
    assert made.candles[-1][3] == 10_050
    assert not made.take([bar(9_000, 1)]), "bars that have nothing to do with the old ones replace them"
    assert len(made) == 1


def test_an_earlier_past_is_taken_in() -> None:
    made = Series(2, "1m")
    made.take(bars(300)[200:])
    values = made.values(STUDIES["sma50"])
    assert not made.take(bars(300))
    assert len(made) == 300
    assert made.values(STUDIES["sma50"])[-1] == values[-1]


def test_the_growing_bar_follows_the_last_price_while_it_runs() -> None:
    made = series(3)
    last = START + 2 * 60
    assert made.runs(time_text(TimeNs((last + 59) * 10**9)))
    assert not made.runs(time_text(TimeNs((last + 60) * 10**9)))
    assert not made.runs("")
    high = made.candles[-1][1]
    made.grow(high + 7)
    assert made.candles[-1][1] == made.candles[-1][3] == high + 7


@pytest.mark.parametrize("name", [name for name in STUDIES if name != "vwap"])
def test_studies_counted_bar_by_bar_are_those_of_the_whole_past(name: str) -> None:
    study, made = STUDIES[name], Series(2, "1m")
    past = bars(260)
    for end in (120, 121, 180, 260):
        made.take(past[:end])
        made.grow(made.candles[-1][3] + 11)
        found = made.values(study)
        read = [PriceBar(*made.candles[k], made.volumes[k]) for k in range(end)]
        whole = [None if v is None else tuple(v) if isinstance(v, tuple) else (v,) for v in study.make().over(read)]
        assert len(found) == end
        assert found == pytest.approx(whole) if found[-1] is None else found[-1] == pytest.approx(whole[-1])
        made.take([*past[: end - 1], past[end - 1]])
        made = Series(2, "1m") if end == 180 else made


def test_vwap_begins_anew_with_the_day() -> None:
    made = series(1500)
    values = made.values(STUDIES["vwap"])
    first = next(k for k in range(1, 1500) if made.at[k] // 86400 != made.at[k - 1] // 86400)
    _, high, low, close = made.candles[first]
    assert values[first] == pytest.approx(((high + low + close) / 3,))
    assert values[first - 1] != pytest.approx(values[first])


def test_every_study_has_a_letter_of_its_own_and_words() -> None:
    keys = [study.key for study in STUDIES.values()]
    assert len(set(keys)) == len(keys)
    assert not set(keys) & set("jkq")
    assert all(study.about and study.title for study in STUDIES.values())


# -- frames -------------------------------------------------------------------------------------------------


def frame(made: Series, choice: ChartChoice, cells: int = 50) -> chart_frame.Frame:
    return chart_frame.frame_of(made, choice, plan(cells + 11, 20, 10, volume=False, strip=False, overlays=False))


def test_the_newest_bar_stands_at_the_right_edge() -> None:
    made, choice = series(300), ChartChoice()
    live = frame(made, choice)
    assert (live.first, live.end, live.left) == (250, 300, 0)
    assert live.slot_at(0) == 0
    assert live.slot_at(49) == 49
    short = frame(series(20), choice)
    assert (short.left, short.slot_at(0), short.slot_at(31)) == (30, 0, 1)


def test_zooming_changes_how_many_bars_are_seen_and_ends_at_its_ends() -> None:
    made, choice, seen = series(300), ChartChoice(zoom=0), []
    while True:
        found = frame(made, choice)
        seen.append(found.end - found.first)
        assert found.end == 300
        if not chart_frame.zoom(choice, made, found, 1):
            break
    assert seen == sorted(seen)
    assert seen[0] == 50 // 6
    assert seen[-1] == 300
    assert choice.zoom == len(ZOOMS) - 1


def test_zooming_keeps_the_bar_under_the_pointer() -> None:
    made, choice = series(300), ChartChoice()
    before = frame(made, choice)
    held = before.slots[10].start
    chart_frame.zoom(choice, made, before, -1, 10)
    after = frame(made, choice)
    place = after.slot_of(held)
    assert place is not None
    assert abs(after.left + place * after.cells - 10) <= after.cells


def test_several_bars_a_slot_are_one_candle_and_do_not_move_on() -> None:
    made, choice = series(300), ChartChoice(zoom=6)
    found = frame(made, choice)
    assert (found.bars, found.cells) == (5, 1)
    for slot in found.slots[1:]:
        assert made.at[slot.start] % 300 == 0
    slot = found.slots[5]
    part = made.candles[slot.start : slot.stop]
    assert made.candle(slot) == (part[0][0], max(c[1] for c in part), min(c[2] for c in part), part[-1][3])
    assert made.volume(slot) == sum(made.volumes[slot.start : slot.stop])


def test_panning_stops_at_the_oldest_bar_and_is_live_again_at_the_newest() -> None:
    made, choice = series(300), ChartChoice()
    chart_frame.pan(choice, made, frame(made, choice), -20)
    assert frame(made, choice).end == 280
    made.take([*bars(300), bar(300, 10_000)])
    assert frame(made, choice).end == 280, "a view of the past stays where it is"
    chart_frame.pan(choice, made, frame(made, choice), -5000)
    assert frame(made, choice).first == 0
    chart_frame.pan(choice, made, frame(made, choice), 5000)
    assert choice.until is None


def test_the_cursor_takes_the_view_along() -> None:
    made, choice = series(300), ChartChoice()
    chart_frame.step(choice, made, frame(made, choice), -1)
    assert choice.cursor == made.at[299]
    for _ in range(60):
        chart_frame.step(choice, made, frame(made, choice), -1)
    assert choice.cursor == made.at[239]
    assert frame(made, choice).slot_of(239) is not None
    for _ in range(400):
        chart_frame.step(choice, made, frame(made, choice), -1)
    assert choice.cursor == made.at[0]
    for _ in range(400):
        chart_frame.step(choice, made, frame(made, choice), 1)
    assert choice.cursor == made.at[299]
    assert choice.until is None


def test_more_of_the_past_is_wanted_only_where_it_would_be_seen() -> None:
    made, choice = series(300), ChartChoice()
    assert chart_frame.wanted(made, frame(made, choice)) == 0
    choice.zoom = 8
    assert chart_frame.wanted(made, frame(made, choice)) > 300
    choice.zoom = 3
    chart_frame.pan(choice, made, frame(made, choice), -240)
    assert chart_frame.wanted(made, frame(made, choice)) > 300


@pytest.mark.parametrize("slot", range(len(ZOOMS)))
def test_nothing_breaks_without_bars(slot: int) -> None:
    empty, choice = Series(2, "1m"), ChartChoice(zoom=slot, until=5, cursor=7)
    found = frame(empty, choice)
    assert found.slots == ()
    assert found.slot_at(3) is None
    assert found.slot_of(0) is None
    chart_frame.step(choice, empty, found, 1)
    chart_frame.zoom(choice, empty, found, 1, 3)
    assert empty.values(STUDIES["rsi"]) == []


# -- joining ------------------------------------------------------------------------------------------------


def test_fresh_bars_replace_theirs_and_a_gap_is_seen() -> None:
    past = bars(300)
    assert joined(past, past[-5:], 600) is past
    grown = [*past[-4:-1], bar(299, 10_777), bar(300, 10_001)]
    found = joined(past, grown, 600)
    assert found is not None
    assert [b["at"] for b in found] == [b["at"] for b in bars(301)]
    assert found[299]["close"] == "107.77"
    assert joined(past, grown, 100) == found[-100:]
    assert joined(past, [bar(305, 1)], 600) is None, "the clock jumped"
    assert joined([], past, 600) is None


# -- comparison ---------------------------------------------------------------------------------------------


def test_percent_counts_from_the_left_edge() -> None:
    made = Series(2, "1m")
    made.take([bar(0, 10_000), bar(1, 10_500), bar(3, 9_000)])
    times = [START + 60 * k for k in (-1, 0, 1, 2, 3)]
    found = risen("AAPL", made, times)
    assert found.values == [None, 0, 50_000, 50_000, -100_000]
    assert found.last == -100_000
    assert [percent_text(v) for v in (None, 0, 12_345, -100_000)] == ["—", "0.00%", "+1.23%", "-10.00%"]


@given(st.dictionaries(st.text("ABCDE", min_size=1, max_size=2), st.integers(0, 9), max_size=7), st.integers(1, 10))
def test_labels_that_meet_move_apart_in_their_order(wanted: dict[str, int], rows: int) -> None:
    wanted = {name: min(row, rows - 1) for name, row in wanted.items()}
    found = spaced(wanted, rows)
    assert len(found) == min(rows, len(wanted))
    assert all(0 <= row < rows for row in found)
    order = [wanted[found[row]] for row in sorted(found)]
    assert order == sorted(order)


# -- own marks ----------------------------------------------------------------------------------------------


def test_fills_stand_in_their_slot_and_both_sides_are_one_mark() -> None:
    made, choice = series(300), ChartChoice()
    at = made.at[290] + 30
    found = spots([Fill(at, 100, True), Fill(at + 1, 100, False), Fill(made.at[280], 90, False), Fill(5, 90, True),
                   Fill(made.at[10], 90, True)], made, frame(made, choice))  # fmt: skip
    assert {(spot.slot, spot.price, spot.mark) for spot in found} == {(40, 100, "×"), (30, 90, "▼")}


def test_orders_that_share_a_row_are_counted() -> None:
    buy, sell, cost = Level(1, "◂", "buy 1", "┄"), Level(1, "◂", "sell 2", "┄"), Level(1, "◆", "avg", "╌")
    assert labels({3: [cost], 4: [cost, buy], 5: [buy, sell]}) == {
        3: ("◆", "avg"), 4: ("◂", "buy 1"), 5: ("◂", "2 orders"),
    }  # fmt: skip


# -- legend -------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 30)), max_size=9), st.integers(1, 90))
def test_a_legend_never_overflows_and_keeps_what_is_wanted_most(parts: list[tuple[int, int]], cells: int) -> None:
    tokens = [Token(rank, ((chr(65 + k) * size, "muted"),)) for k, (rank, size) in enumerate(parts)]
    line = packed(tokens, cells)
    assert width(line) <= max(1, cells)
    if tokens:
        best = min(tokens, key=lambda token: token.rank)
        if width(best.spans) + 1 <= cells:
            assert best.spans[0][0] in plain(line)


# -- whole pictures -----------------------------------------------------------------------------------------

SHOWN = st.lists(st.sampled_from([*STUDIES, *OTHERS]), unique=True, max_size=8)


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_every_picture_fills_its_pane_exactly(data: st.DataObject) -> None:
    cells, rows = data.draw(st.integers(16, 200)), data.draw(st.integers(4, 60))
    count = data.draw(st.integers(1, 320))
    made = series(count, data.draw(st.sampled_from(["1m", "5m", "1h", "1d"])))
    choice = ChartChoice(kind=data.draw(st.sampled_from(["candles", "line"])), zoom=data.draw(st.integers(0, 9)))
    choice.shown = ()
    for name in data.draw(SHOWN):
        choice.switch(name)
    choice.cursor = data.draw(st.sampled_from([None, made.at[0], made.at[-1], made.at[count // 2]]))
    choice.until = data.draw(st.sampled_from([None, made.at[0], made.at[count // 3]]))
    rivals = data.draw(st.sampled_from([(), ("MSFT",), ("MSFT", "NVDA", "SPY", "QQQ")]))
    found = picture(
        made, choice, cells, rows, rivals=rivals, others={"MSFT": series(40, made.every)}, now=made.candles[-1][3],
        levels=[Level(made.candles[-1][3], "◆", "avg", "╌")], fills=[Fill(made.at[-1], made.candles[-1][3], True)],
        mono=data.draw(st.booleans()), bare=data.draw(st.booleans()), title=data.draw(st.sampled_from(["", "AAPL 1m"])),
    )  # fmt: skip
    lines = found.lines()
    assert len(lines) == rows
    assert {width(line) for line in lines} == {cells}


def test_a_picture_says_last_price_cost_orders_and_fills() -> None:
    made = series(300)
    last = made.candles[-1][3]
    levels = [Level(last + 15, "◆", "avg", "╌"), Level(last - 20, "◂", "buy 5", "┄")]
    found = picture(made, ChartChoice(), 80, 30, now=last, levels=levels, fills=[Fill(made.at[-2], last + 1, True)])
    text = "\n".join(plain(line) for line in found.lines())
    assert re.search(rf"▸ *{last / 100:.2f}", text)
    assert "◆" in text
    assert "avg" in text
    assert "buy 5" in text
    assert "▲" in text
    assert "EMA 20" in text
    assert "volume" in text
    choice = ChartChoice(shown=("volume",))
    bare = "\n".join(plain(line) for line in picture(made, choice, 80, 30, now=last, levels=levels).lines())
    assert "avg" not in bare
    assert "buy 5" not in bare


def test_the_scale_holds_still_while_prices_fit() -> None:
    made, choice = series(300), ChartChoice(shown=())
    first = picture(made, choice, now=made.candles[-1][3])
    first.lines()
    made.grow(made.candles[-1][3] + 1)
    second = picture(made, choice, now=made.candles[-1][3], scale=first.scale)
    second.lines()
    assert second.scale is first.scale
    made.grow(20_000)
    third = picture(made, choice, now=20_000, scale=first.scale)
    third.lines()
    assert third.scale != first.scale


def test_a_far_average_does_not_flatten_the_candles() -> None:
    made = Series(2, "1m")
    made.take([bar(k, 50_000 if k < 150 else 10_000 + k % 7) for k in range(300)])
    found = picture(made, ChartChoice(shown=("sma200",)), now=10_000)
    found.lines()
    assert found.scale is not None
    assert found.scale.high - found.scale.low < 200


def test_a_study_without_enough_bars_says_so() -> None:
    text = "\n".join(plain(line) for line in picture(series(5), ChartChoice(shown=("rsi",))).lines())
    assert "needs more bars than there are" in text
    assert "RSI 14" in text


def test_the_read_out_is_that_of_the_bar_at_the_cursor() -> None:
    made = series(300)
    text = plain(picture(made, ChartChoice(cursor=made.at[280])).lines()[0])
    assert moment_text(made.at[280], "1m", NEW_YORK) in text
    first, high, low, last = made.candles[280]
    for value in (first, high, low, last):
        assert f"{value / 100:.2f}" in text


@pytest.mark.parametrize("back", range(0, 40))
def test_the_moment_at_the_cursor_pushes_others_aside(back: int) -> None:
    made = series(300)
    line = plain(picture(made, ChartChoice(cursor=made.at[299 - back])).lines()[-1])
    rest = line.replace(moment_text(made.at[299 - back], "1m", NEW_YORK), "")
    assert len(rest) < len(line)
    assert re.fullmatch(r"( *(\d\d:\d0|\d\d? Nov))* *", rest), line


# -- depth --------------------------------------------------------------------------------------------------

BOOK = {"bids": [["99.98", "3"], ["99.96", "4"], ["99.90", "10"]], "asks": [["100.02", "1"], ["100.05", "2"]]}


def test_depth_adds_up_from_the_middle() -> None:
    sides = chart_depth.sides_of(BOOK, 2)
    assert sides is not None
    assert [sides.at(p) for p in (9_998, 9_997, 9_990, 10_002, 10_004, 10_005)] == [3, 3, 17, 1, 1, 3]
    assert sides.reach == 10
    assert chart_depth.sides_of({"bids": [], "asks": BOOK["asks"]}, 2) is None
    assert chart_depth.sides_of({}, 2) is None


def test_prices_and_columns_of_a_depth_chart_are_each_other() -> None:
    sides = chart_depth.sides_of(BOOK, 2)
    assert sides is not None
    for cells in (21, 60, 61):
        for place in range(cells):
            price = chart_depth.price_at(sides, place, cells, 5_000)
            assert abs(chart_depth.place_of(sides, price, cells, 5_000) - place) <= 1


@settings(max_examples=60, deadline=None)
@given(st.integers(16, 200), st.integers(4, 60), st.integers(0, 6), st.sampled_from([None, -200, -3, 0, 9, 300]))
def test_every_depth_chart_fills_its_pane(cells: int, rows: int, zoom: int, cursor: int | None) -> None:
    sides = chart_depth.sides_of(BOOK, 2)
    assert sides is not None
    for bare in (False, True):
        lines = chart_depth.draw(sides, cells, rows, zoom, cursor, [9_996], bare)
        assert {width(line) for line in lines} == {cells}
        assert len(lines) == rows


def test_bids_and_asks_meet_in_the_middle_and_nowhere_else() -> None:
    sides = chart_depth.sides_of(BOOK, 2)
    assert sides is not None
    for cells in range(24, 60):
        for line in chart_depth.draw(sides, cells, 12, 1, None, [], False)[1:-1]:
            roles = [part for _, role in line for part in (role.split()[0],) if part in ("up", "down")]
            assert roles == sorted(roles, reverse=True), (cells, line)


def test_depth_reads_out_what_stands_up_to_a_price_and_marks_own_orders() -> None:
    sides = chart_depth.sides_of(BOOK, 2)
    assert sides is not None
    lines = [plain(line) for line in chart_depth.draw(sides, 80, 12, 0, None, [9_996], False)]
    assert "bids     17" in lines[0]
    assert "asks      3" in lines[0]
    assert "85% bids" in lines[0]
    assert "◆" in lines[-2]
    assert "asks" in plain(chart_depth.draw(sides, 80, 12, 0, 20, [], False)[0])


# -- choices ------------------------------------------------------------------------------------------------


def test_there_is_one_strip_and_the_oldest_overlay_gives_way() -> None:
    choice = ChartChoice(shown=())
    for name in ("rsi", "macd", "sma20", "sma50", "ema20", "vwap", "bollinger"):
        choice.switch(name)
    assert choice.strip is STUDIES["macd"]
    assert [study.name for study in choice.overlays] == ["sma50", "ema20", "vwap", "bollinger"]
    choice.switch("macd")
    assert choice.strip is None
    seen = []
    for _ in range(8):
        seen.append(choice.strip.name if choice.strip else "")
        choice.next_strip()
    assert seen == ["", "rsi", "macd", "atr", "stochastic", "obv", "volatility", ""]


def test_a_choice_survives_as_plain_data() -> None:
    choice = ChartChoice(kind="line", shown=("volume", "vwap", "rsi"), compared=["SPY", "QQQ"], zoom=6, until=5)
    again = ChartChoice.from_dict(choice.to_dict())
    assert again == ChartChoice(kind="line", shown=("volume", "vwap", "rsi"), compared=["SPY", "QQQ"], zoom=6)
    for _ in range(MOST_COMPARED + 2):
        again.compare(f"S{_}")
    assert len(again.compared) == MOST_COMPARED
    again.compare(again.compared[0])
    assert len(again.compared) == MOST_COMPARED - 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20), lambda inner: st.lists(inner, max_size=5)
)


@given(st.dictionaries(st.sampled_from(["kind", "shown", "compared", "zoom", "more"]), JSON))
def test_remembered_nonsense_is_not_remembered(data: dict[str, Any]) -> None:
    choice = ChartChoice.from_dict(data)
    assert choice.kind in KINDS
    assert 0 <= choice.zoom < len(ZOOMS)
    assert all(name in STUDIES or name in OTHERS for name in choice.shown)
    assert len(choice.compared) <= MOST_COMPARED
    assert len(choice.overlays) <= MOST_OVERLAYS
    assert all(name.isascii() and name.isprintable() for name in choice.compared)
    assert ChartChoice.from_dict(choice.to_dict()) == choice
