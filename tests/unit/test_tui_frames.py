"""What a frame costs and shows: lists that are longer than their window, rows that stay as they were painted."""

from __future__ import annotations

from textual import events
from textual.pilot import Pilot

from tests.fake_desk import FakeDesk
from tests.unit.test_tui_screen import make, opened, settle
from vterm.paint import plain
from vterm.panes.watch import WatchPane
from vterm.terminal import VtermApp

SMALL = (60, 20)


async def long_list(app: VtermApp, pilot: Pilot[int]) -> WatchPane:
    """The focused watchlist with every instrument of the fake desk, in a window too small for it."""
    await opened(app, pilot)
    app.state.watch = [*app.state.instruments]
    app.bridge.touch({"watch"})
    app.main.go_to("watch")
    await settle(app, pilot)
    watch = app.main.desk.watchlist
    assert len(watch.body) > watch.rows, "or there is nothing to scroll"
    return watch


def in_sight(watch: WatchPane) -> list[str]:
    return [watch.render_line(y).text for y in range(watch.size.height)]


async def test_the_last_row_of_a_long_list_comes_into_sight_by_keys() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=SMALL) as pilot:
        watch = await long_list(app, pilot)
        last = plain(watch.body[-1])
        assert last not in in_sight(watch)
        await pilot.press("G")
        await settle(app, pilot)
        assert watch.cursor == len(watch.body) - 1
        assert plain(watch.body[-1]) in in_sight(watch)
        await pilot.press("g")
        await settle(app, pilot)
        assert plain(watch.body[watch.cursor]) in in_sight(watch)


async def test_the_wheel_scrolls_a_long_list() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=SMALL) as pilot:
        watch = await long_list(app, pilot)
        for _ in range(len(watch.body)):
            await pilot._post_mouse_events([events.MouseScrollDown], widget=watch, offset=(4, 4))
        await settle(app, pilot)
        assert watch.scroll_y == watch.max_scroll_y > 0
        assert plain(watch.body[-1]) in in_sight(watch)


async def test_a_quote_paints_its_own_row_again_and_no_other() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        watch = app.main.desk.watchlist
        before, painted = list(watch.body), watch.repainted
        quote = app.state.quotes["MSFT"]
        app.bridge.take({**quote, "type": "ticker", "channel": "ticker:MSFT", "last": "777.77"})
        app.bridge.flush()
        changed = [i for i, (old, new) in enumerate(zip(before, watch.body, strict=True)) if old is not new]
        assert [watch.keys[i] for i in changed if watch.keys[i]] == ["MSFT"]
        assert "777.77" in plain(watch.body[watch.keys.index("MSFT")])
        assert watch.repainted == painted + 1
