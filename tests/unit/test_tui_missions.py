"""The Missions screen on the fake desk: plain counts at every size, and honest emptiness."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.views.progress import STEPS, milestone
from tests.fake_desk import FakeDesk
from tests.fake_portfolio import fresh
from tests.unit.test_tui_research import SIZES, fits, focus, make, opened, seen, settle
from vterm.paint import plain, width
from vterm.panes.missions_pane import lasted, plural
from vterm.panes.progress_milestones import WORDS, below, count


@pytest.mark.parametrize("size", SIZES)
async def test_every_size_shows_every_count_and_every_line_fits(size: tuple[int, int]) -> None:
    app = make(FakeDesk())
    async with app.run_test(size=size) as pilot:
        view, text = await opened(app, pilot, "5", 2), ""
        for _ in range(len(view.panes)):
            fits(view)
            text += seen(app)
            await pilot.press("tab")
            await settle(app, pilot)
        for word in ("4 of 6", "asset classes traded", "orders sent", "win rate", "57.1 %", "412.08", "39.15",
                     "equities", "not traded yet", "Missions, levels and boards come"):  # fmt: skip
            assert word in text, word
        assert "XP" not in text and "reward" not in text.replace("no rewards", "")
        assert focus(app) == "milestones"


async def test_an_account_that_has_just_begun_is_told_what_would_count() -> None:
    desk = FakeDesk()
    fresh(desk)
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot, "5", 2)
        text = " ".join(seen(app).split())
        assert "0 of 6 asset classes traded" in text
        assert "no trade is closed yet · f closes a position" in text and "no trade yet · b buys" in text
        assert text.count("not traded yet") == 6


async def test_the_keys_named_in_empty_panes_are_those_of_the_user() -> None:
    from vterm.keymap import parse

    desk = FakeDesk()
    fresh(desk)
    app = make(desk)
    app.keymap = parse(b'[desk]\nbuy = ["Z"]\n')
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot, "5", 2)
        assert "no trade yet · Z buys" in " ".join(seen(app).split())


async def test_lists_move_and_the_way_back_leads_to_the_desk() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(80, 24)) as pilot:
        view = await opened(app, pilot, "5", 2)
        await pilot.press("j", "j")
        first = view.panes[0]
        assert first.cursor > 0 and plain(first.body[first.cursor]).strip()[0].isdigit(), "it passes over the words"
        await pilot.press("G", "g", "ctrl+d", "ctrl+u", "tab", "z")
        await settle(app, pilot)
        assert focus(app) == "deeds" and not view.panes[2].display
        await pilot.press("escape")
        assert view.panes[2].display, "out of the zoom"
        await pilot.press("escape")
        assert focus(app) == "milestones"
        await pilot.press("escape")
        assert app.main.number == 1


async def test_a_click_on_a_tab_shows_its_pane() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(60, 20)) as pilot:
        view = await opened(app, pilot, "5", 2)
        start = next(start for start, _, key in view.tabs._places if key == "Costs")
        await pilot.click("#several-tabs", offset=(start + 1, 0))
        await settle(app, pilot)
        assert focus(app) == "paid" and "saved by waiting" in seen(app)


def test_every_count_has_its_words() -> None:
    assert set(WORDS) == set(STEPS)


@given(st.sampled_from(sorted(STEPS)), st.integers(0, 400), st.integers(24, 160))
def test_a_count_fits_any_width_and_says_how_far_it_is(name: str, have: int, cells: int) -> None:
    row = milestone(name, have)
    text = plain(count(row, cells))
    assert width(count(row, cells)) == cells == width(below(row, cells))
    assert str(have) in text and (("all" in text) if row["next"] is None else (f"of {row['next']}" in text))


def test_spans_and_plurals() -> None:
    assert [lasted(seconds) for seconds in (None, 40, 300, 7500, 190_800)] == [
        "—", "40 s", "5 min", "2 h 5 min", "2 d 5 h"]  # fmt: skip
    assert plural(1, "day") == "1 day" and plural(1200, "day") == "1,200 days"
