"""Layouts: the file and what is wrong with it; saved, brought back, deleted; the desk as it was left."""

from __future__ import annotations

import os
import signal
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from engine.desk import DeskUnreachable
from tests.fake_desk import FakeDesk
from tests.unit.test_tui_screen import make, opened, seen, settle, toasts
from vterm import commands, layout_file
from vterm.commands import Wish
from vterm.layout_file import DESK, LAYOUTS, drop_layout, fair_name, read_desk, read_layouts, save_desk, save_layout
from vterm.layouts import LayoutError, SavedLayout
from vterm.layouts_desk import taken
from vterm.plain_file import write
from vterm.terminal import VtermApp
from vterm.trade_line import Unclear

RICH = SavedLayout(
    screen=3, tab="Chart", lower="orders", zoom="chart", pane="chart", symbol="NVDA", every="5m",
    ladder={"cumulative": False, "groups": {"BTC-USD": 50, "NVDA": 2}},
    chart={"kind": "line", "shown": ["volume", "rsi14"], "compared": ["AAPL"], "zoom": 2},
    markets={"kind": "equities", "sector": "Technology", "search": "", "where": "change>2", "sort": "-change",
             "tab": "Movers"},
    portfolio={"window": "7d", "slices": "sector", "heads": "symbol", "lower": "risk", "tab": "Equity"},
)  # fmt: skip
HOSTILE = {
    "not TOML": b"[layout",
    "not text": b"\xff\xfe\x00",
    "too large": b"# " + b"x\n# " * 30_000,
    "one long line": b'symbol = "' + b"x" * 5_000 + b'"',
    "deep": b"a = " + b"[" * 5_000,
    "an unknown key": b'run = "rm -rf ~"\n',
    "another type": b'screen = "3"\n',
    "a truth for a number": b"screen = true\n",
    "out of range": b"screen = 9\n",
    "control characters": b'tab = "\\u001b[2J"\n',
    "a tab that there is not": b'tab = "Orbit"\n',
    "a list for a table": b"ladder = []\n",
    "an unknown key in a table": b"[chart]\nexec = 1\n",
    "a group below one": b'[ladder.groups]\n"BTC-USD" = 0\n',
    "no symbol": b'symbol = "../../etc"\n',
    "markup": b'[markets]\nsearch = "[bold]\\u202e"\n',
}


def home_of(tmp_path: Path) -> dict[str, Path]:
    return {"path": tmp_path / "terminal.toml"}


# -- the files ----------------------------------------------------------------------------------------------------


def test_what_is_saved_is_read_again(tmp_path: Path) -> None:
    save_layout(tmp_path, "evening", RICH)
    save_layout(tmp_path, "plain", SavedLayout())
    assert read_layouts(tmp_path) == {"evening": RICH, "plain": SavedLayout()}
    assert save_desk(tmp_path, RICH)
    assert read_desk(tmp_path) == RICH
    assert read_desk(tmp_path, recorded=True) is None, "a recorded market has a desk of its own"
    drop_layout(tmp_path, "evening")
    assert list(read_layouts(tmp_path)) == ["plain"]
    assert sorted(p.name for p in tmp_path.iterdir()) == [DESK, LAYOUTS], "nothing else is left behind"


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_refused_in_one_line(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / DESK).write_bytes(raw)
    (tmp_path / LAYOUTS).write_bytes(b"[layout.one]\n" + raw.replace(b"[ladder.", b"[layout.one.ladder.").replace(
        b"[chart]", b"[layout.one.chart]").replace(b"[markets]", b"[layout.one.markets]"))  # fmt: skip
    for read in (read_desk, read_layouts):
        with pytest.raises(LayoutError) as refused:
            read(tmp_path)
        text = str(refused.value)
        assert text.isprintable()
        assert len(text) < 240
        assert ".toml" in text


def test_pipes_folders_and_links_to_nowhere_keep_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / DESK)
    (tmp_path / LAYOUTS).mkdir()
    for read in (read_desk, read_layouts):
        with pytest.raises(LayoutError, match="regular file"):
            read(tmp_path)
    with pytest.raises(LayoutError):
        save_layout(tmp_path, "one", RICH)


def test_names_and_numbers_are_held_to_their_limits(tmp_path: Path) -> None:
    assert fair_name("  My Evening ") == "my-evening"
    for name in ("", "../x", "x" * 25, "a\x1bb", "ü"):
        with pytest.raises(LayoutError):
            fair_name(name)
    (tmp_path / LAYOUTS).write_text("".join(f"[layout.l{n}]\n" for n in range(33)))
    with pytest.raises(LayoutError, match="more than 32"):
        read_layouts(tmp_path)
    (tmp_path / LAYOUTS).write_text("".join(f"[layout.l{n}]\n" for n in range(32)))
    with pytest.raises(LayoutError, match="already"):
        save_layout(tmp_path, "another", RICH)
    (tmp_path / LAYOUTS).write_text('[layout."../x"]\n')
    with pytest.raises(LayoutError, match="name"):
        read_layouts(tmp_path)
    (tmp_path / LAYOUTS).write_text("[layouts.x]\n")
    with pytest.raises(LayoutError, match=r"no \[layout"):
        read_layouts(tmp_path)


def test_a_broken_file_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / LAYOUTS).write_text("mine, but broken")
    for change in (lambda: save_layout(tmp_path, "one", RICH), lambda: drop_layout(tmp_path, "one")):
        with pytest.raises(LayoutError):
            change()
    assert (tmp_path / LAYOUTS).read_text() == "mine, but broken"


def test_two_terminals_of_one_home_never_mix_their_files(tmp_path: Path) -> None:
    """Children write as fast as they can; every read finds one of their files, whole."""
    kinds = [replace(RICH, symbol=symbol) for symbol in ("AAPL", "NVDA")]
    children = []
    for layout in kinds:
        child = os.fork()
        if child == 0:
            try:
                for _ in range(150):
                    save_desk(tmp_path, layout)
            finally:
                os._exit(0)
        children.append(child)
    seen_now = set()
    while children:
        if (found := read_desk(tmp_path)) is not None:
            assert found in kinds
            seen_now.add(found.symbol)
        done, status = os.waitpid(children[0], os.WNOHANG)
        if done:
            assert status == 0
            children.pop(0)
    assert seen_now
    assert [p.name for p in tmp_path.iterdir()] == [DESK]


def test_any_layout_is_toml_that_reads_back_the_same() -> None:
    assert tomllib.loads(layout_file.text_of(RICH.plain())) == RICH.plain()
    odd = SavedLayout.fitting({"markets": {"search": 'a "b" \\ c', "where": "x" * 300, "sort": "\x1b"}, "screen": 12})
    assert odd == SavedLayout(markets={"search": 'a "b" \\ c'}), "what no reader would take is not written"
    assert tomllib.loads(layout_file.text_of(odd.plain()))["markets"] == odd.markets


def test_a_full_disk_is_no_reason_to_stop(tmp_path: Path) -> None:
    assert not write(tmp_path / "none" / DESK, "x")
    assert not save_desk(tmp_path / "none", RICH)


# -- lines --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("line", "wish"), [
    ("layout", ("list", "")), ("layouts", ("list", "")), ("layout next", ("next", "")),
    ("layout save my evening", ("save", "my evening")), ("layout delete old", ("delete", "old")),
    ("layout evening", ("show", "evening")),
])  # fmt: skip
def test_lines_of_layouts(line: str, wish: tuple[str, str]) -> None:
    assert commands.read(line, lambda _: "") == Wish("layout", wish)


def test_a_line_without_a_name_says_what_is_missing() -> None:
    for verb in ("save", "delete"):
        with pytest.raises(Unclear, match=f"layout {verb} NAME"):
            commands.read(f"layout {verb}", lambda _: "")


# -- on the screen ------------------------------------------------------------------------------------------------


async def line(app: VtermApp, pilot: Pilot[int], text: str) -> None:
    await pilot.press("colon", *("space" if c == " " else "minus" if c == "-" else c for c in text), "enter")
    await settle(app, pilot)


async def test_a_layout_is_saved_and_brought_back_by_lines(tmp_path: Path) -> None:
    app = make(FakeDesk(), **home_of(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        app.main.choose("NVDA")
        app.main.go_to("chart")
        await pilot.press("right_square_bracket")
        await settle(app, pilot)
        wanted = taken(app.main)
        assert (wanted.tab, wanted.symbol, wanted.every) == ("Chart", "NVDA", "5m")
        await line(app, pilot, "layout save trend")
        await pilot.press("1")
        app.main.choose("BTC-USD")
        app.main.go_to("watch")
        await pilot.press("3")
        await settle(app, pilot)
        assert app.main.number == 3
        await line(app, pilot, "layout trend")
        await settle(app, pilot)
        assert taken(app.main) == replace(wanted, markets=taken(app.main).markets, ladder=taken(app.main).ladder)
        assert app.main.number == 1
        assert "5m" in seen(app)
        await line(app, pilot, "layout nowhere")
        assert any("no layout called nowhere" in toast for toast in toasts(app))


async def test_markets_and_portfolio_come_back_as_they_were(tmp_path: Path) -> None:
    app = make(FakeDesk(), **home_of(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        save_layout(tmp_path, "tech", RICH)
        app.main.bring_back("tech")
        await settle(app, pilot)
        assert app.main.number == 3
        choice = app.state.market_choice
        assert choice is not None
        assert (choice.kind, choice.sector, choice.where, choice.sort) == ("equities", "Technology", "change>2",
                                                                          "-change")  # fmt: skip
        assert app.state.portfolio_choice is not None
        assert app.state.portfolio_choice.window == "7d"
        assert app.state.chart_choice is not None
        assert app.state.chart_choice.kind == "line"
        assert app.main.desk.ladder.groups["BTC-USD"] == 50
        assert (app.state.symbol, app.state.every) == ("NVDA", "5m")
        await pilot.press("1")
        await settle(app, pilot)
        assert app.main.arrangement.zoom == "chart"


async def test_a_layout_of_another_market_brings_back_the_rest(tmp_path: Path) -> None:
    strange = replace(RICH, symbol="ZZZ", screen=1, zoom="", portfolio={"window": "9d", "tab": "Orbit"},
                      markets={"kind": "moons", "sort": "-luck", "where": "(("}, chart={"kind": "orbit"})  # fmt: skip
    app = make(FakeDesk(), **home_of(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        save_layout(tmp_path, "strange", strange)
        app.main.bring_back("strange")
        await settle(app, pilot)
        assert app.state.symbol == "BTC-USD"
        assert app.state.market_choice is not None
        assert (app.state.market_choice.kind, app.state.market_choice.sort) == ("", "class")
        await pilot.press("3")
        await settle(app, pilot)
        await pilot.press("2")
        await settle(app, pilot)


async def test_the_list_by_keys_saves_brings_back_and_deletes(tmp_path: Path) -> None:
    app = make(FakeDesk(), **home_of(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await pilot.press("W")
        await settle(app, pilot)
        await pilot.press("s", *"one", "enter")
        await settle(app, pilot)
        assert list(read_layouts(tmp_path)) == ["one"]
        await pilot.press("escape")
        await settle(app, pilot)
        app.main.go_to("tape")
        await pilot.press("W", "s")
        await settle(app, pilot)
        await pilot.press("ctrl+u", *"two", "enter")
        await settle(app, pilot)
        await pilot.press("j", "enter")
        await settle(app, pilot)
        assert app.main.layout_name == "two"
        assert app.main.focused is app.main.desk.tape
        await pilot.press("f6")
        await settle(app, pilot)
        assert app.main.layout_name == "one"
        assert app.main.focused is app.main.desk.ladder
        await pilot.press("W")
        await settle(app, pilot)
        await pilot.press("x")
        await settle(app, pilot)
        assert list(read_layouts(tmp_path)) == ["two"]


async def test_a_broken_file_is_one_notice_and_the_list_says_it(tmp_path: Path) -> None:
    (tmp_path / LAYOUTS).write_text("[layout.a]\nscreen = 99\n")
    (tmp_path / DESK).write_text("nonsense")
    app = make(FakeDesk(), **home_of(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        assert len([toast for toast in toasts(app) if "desk.toml" in toast]) == 1
        await pilot.press("f6")
        await settle(app, pilot)
        assert any("layouts.toml: layout a: screen = 99" in toast for toast in toasts(app))
        await pilot.press("W")
        await settle(app, pilot)
        view = app.screen.query_one("#layouts")
        assert "layout a: screen = 99" in "\n".join(view.render_line(y).text for y in range(view.size.height))


# -- the desk as it was left --------------------------------------------------------------------------------------


async def test_the_next_start_opens_where_the_last_one_ended(tmp_path: Path) -> None:
    app = make(FakeDesk(), **home_of(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        app.main.choose("AAPL")
        await settle(app, pilot)
        app.main.go_to("ladder")
        await pilot.press("right_square_bracket")
        app.main.go_to("ticket")
        app.main.desk.ticket.form.choose("type", "stop_limit")
        await pilot.press("1", "2")
        app.main.desk.ticket.form.text["stop"].set("240.00")
        group = app.main.desk.ladder.group
        app.main.go_to("chart")
        await pilot.press("3", "right_square_bracket")
        await settle(app, pilot)
        app.exit(0)
    saved = read_desk(tmp_path)
    assert saved is not None
    assert saved.ticket["texts"]["quantity"] == "12"

    desk = FakeDesk()
    again = make(desk, **home_of(tmp_path))
    async with again.run_test(size=(80, 24)) as pilot:
        await opened(again, pilot)
        assert again.main.number == 3
        assert again.state.symbol == "AAPL"
        assert again.state.market_choice is not None
        assert again.state.market_choice.sort == "symbol"
        assert again.main.desk.ladder.group == group
        assert again.main.arrangement.tab == "Chart"
        form = again.main.desk.ticket.form
        assert (form.symbol, form.kind) == ("AAPL", "stop_limit")
        assert (form.text["quantity"].text, form.text["stop"].text) == ("12", "240.00")
        assert again.main.desk.ticket.phase == "edit"
        assert len(desk.order_docs) == 3, "what was typed is not sent"


async def test_the_first_frame_has_the_panes_that_were_left(tmp_path: Path) -> None:
    save_desk(tmp_path, replace(RICH, screen=1, zoom="", tab="Watch", symbol="AAPL"))
    app = make(FakeDesk(), **home_of(tmp_path))
    assert app.memory.arrangement(80, 24).panes == ("watch",)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        assert app.main.arrangement.tab == "Watch"
        assert app.state.symbol == "AAPL"


async def test_a_desk_that_never_opened_leaves_the_file_alone(tmp_path: Path) -> None:
    save_desk(tmp_path, RICH)
    before = (tmp_path / DESK).read_bytes()

    class Gone(FakeDesk):
        async def instruments(self, asset_class: str = "", search: str = "") -> dict[str, object]:
            raise DeskUnreachable("the engine does not answer")

    app = make(Gone(), **home_of(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.05)
        app.exit(0)
    assert (tmp_path / DESK).read_bytes() == before


async def test_it_is_kept_while_it_changes_and_not_written_while_it_does_not(tmp_path: Path) -> None:
    app = make(FakeDesk(), **home_of(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        app._remember()
        first = os.stat(tmp_path / DESK).st_ino
        app._remember()
        assert os.stat(tmp_path / DESK).st_ino == first
        app.main.go_to("watch")
        app._remember()
        found = read_desk(tmp_path)
        assert found is not None
        assert found.tab == "Watch"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_keeps_the_desk_and_leaves(tmp_path: Path, number: signal.Signals) -> None:
    app = make(FakeDesk(), **home_of(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        app.main.go_to("watch")
        app.told_to_go(number)
        await pilot.pause(0.05)
    assert app.return_value == 128 + number
    found = read_desk(tmp_path)
    assert found is not None
    assert found.tab == "Watch"
