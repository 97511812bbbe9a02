"""The tour: steps notice their acts, words fit, nothing is covered or done by itself, and it remembers where it is."""

from __future__ import annotations

import itertools
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.fake_desk import FakeDesk
from tests.unit.test_tui_screen import armed, opened, seen, settle, toasts
from vterm import commands, keymap
from vterm.paint import plain, width
from vterm.panes.ticket_foresee import wrap
from vterm.panes.tour import BROAD, TourStrip
from vterm.settings import Settings
from vterm.state import DeskState
from vterm.terminal import VtermApp
from vterm.tour import Seen, Tour
from vterm.tour_steps import AFTER, STEPS
from vterm.trade_line import Unclear

ROOT = Path(__file__).resolve().parents[2]
SIZES = [(60, 20), (80, 24), (120, 36), (200, 60)]
NAMES = [step.name for step in STEPS]
START = Seen(symbol="BTC-USD", pane="ladder", panes=("ladder", "ticket"))
FILLED = replace(START, symbol="ETH-USD", cursor="3015.20", price="3015.20", size="0.5", pane="ticket")
REVIEWED = replace(FILLED, phase="review")
SENT = replace(START, symbol="ETH-USD", sends=1, held="0.5 ETH-USD", pane="ticket")
# step, the screen when it begins, the screens that leave it open, those that end it
ACTS: dict[str, tuple[Seen, list[Seen], list[Seen]]] = {
    "look": (START, [START, replace(START, pane="ticket")], [replace(START, cursor="87512.50")]),
    "find": (START, [START, replace(START, dialog="FindDialog")], [replace(START, symbol="ETH-USD")]),
    "price": (START, [START, replace(START, cursor="1.5"), replace(START, cursor="1.5", price="1.6")],
              [replace(START, cursor="1.5", price="1.5"), replace(START, size="2")]),
    "size": (START, [START, replace(START, pane="ticket")], [FILLED]),
    "preview": (FILLED, [FILLED, replace(FILLED, pane="ladder")], [REVIEWED]),
    "review": (FILLED, [FILLED, replace(FILLED, refused=True)], [REVIEWED, SENT]),
    "send": (REVIEWED, [REVIEWED, replace(REVIEWED, phase="sending")], [SENT]),
    "position": (SENT, [SENT, replace(SENT, page=3)],
                 [replace(SENT, pane="positions"), replace(SENT, pane="orders"), replace(SENT, page=2),
                  replace(SENT, page=7)]),
    "next": (SENT, [SENT, replace(SENT, dialog="FindDialog"), replace(SENT, page=8)],
             [replace(SENT, dialog="HelpDialog"), replace(SENT, dialog="CommandBar"),
              replace(SENT, dialog="CommandPalette"), replace(SENT, page=5)]),
}  # fmt: skip


def make(desk: FakeDesk, *, tour: str = "new", step: str = "", app_tour: bool = True, path: Path | None = None) -> Any:
    async def connect() -> FakeDesk:
        return desk

    settings = Settings(tour=tour, tour_step=step, path=path)
    state = DeskState(now=lambda: 100.0)
    return VtermApp(connect, state=state, settings=settings, tour=app_tour)  # type: ignore[arg-type]


async def toured(app: VtermApp, pilot: Pilot[int]) -> TourStrip:
    """Wait until the tour is there."""
    await opened(app, pilot)
    while app.main.strip is None or not app.main.strip.size.height:
        await pilot.pause(0.02)
    await settle(app, pilot)
    return app.main.strip


async def at(app: VtermApp, pilot: Pilot[int], name: str) -> None:
    """Wait until the tour stands at a step."""
    while app.main.strip is None or app.main.strip.step.name != name:
        app.bridge.flush()
        await pilot.pause(0.02)


async def closed(app: VtermApp, pilot: Pilot[int]) -> None:
    while app.main.strip is not None:
        await pilot.pause(0.02)
    await settle(app, pilot)


def chip(strip: TourStrip, action: str) -> tuple[int, int]:
    """Where a word of the strip can be clicked."""
    return next((start, row) for start, _, row, press in strip._places if press.action == action)


# -- the steps, without a screen ------------------------------------------------------------------------------


def test_there_are_six_to_nine_steps_and_all_are_tried_here() -> None:
    assert 6 <= len(STEPS) <= 9
    assert list(ACTS) == NAMES
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("step", STEPS, ids=NAMES)
def test_a_step_notices_its_act_and_nothing_else(step: Any) -> None:
    then, waiting, done = ACTS[step.name]
    assert not any(step.done(then, now) for now in waiting)
    assert all(step.done(then, now) for now in done)
    assert all(step.holds(now) for now in waiting)


@pytest.mark.parametrize("step", STEPS, ids=NAMES)
def test_a_step_gives_way_and_is_taken_up_at_steps_that_there_are(step: Any) -> None:
    assert step.back in ("", *NAMES[: NAMES.index(step.name)])
    assert step.again in ("", *NAMES[: NAMES.index(step.name)])
    assert step.back or step.holds(Seen())


def test_the_whole_tour_in_acts() -> None:
    tour = Tour(STEPS, "", START)
    passed = []
    for name in NAMES:
        passed.append(tour.step.name)
        if name == "preview":
            tour.skip()
            continue
        tour.look(replace(ACTS[name][2][0], sends=tour.now.sends + (name == "send")))
    assert passed == NAMES
    assert tour.over and tour.mark == ""


def test_a_review_and_its_sending_between_two_looks_both_count() -> None:
    tour = Tour(STEPS, "review", FILLED)
    tour.look(SENT)
    assert tour.step.name == "position"


def test_what_was_sent_before_the_review_is_no_first_trade() -> None:
    tour = Tour(STEPS, "price", replace(START, sends=3))
    tour.look(replace(FILLED, sends=4))
    tour.look(replace(REVIEWED, sends=4))
    assert tour.step.name == "send"


def test_a_step_whose_ground_is_gone_gives_way() -> None:
    tour = Tour(STEPS, "send", REVIEWED)
    tour.look(FILLED)
    assert tour.step.name == "review"
    tour.look(START)
    assert tour.step.name == "size"


def test_skipping_leads_to_the_end_past_what_cannot_be_done() -> None:
    tour, passed = Tour(STEPS, "", START), []
    while not tour.over:
        passed.append(tour.step.name)
        tour.skip()
        tour.look(START)
    assert passed == ["look", "find", "price", "size", "position", "next"]


def test_a_look_tells_whether_anything_is_new() -> None:
    tour = Tour(STEPS, "", START)
    assert not tour.look(START)
    assert tour.look(replace(START, page=3))
    assert tour.look(replace(START, cursor="1.5"))


@pytest.mark.parametrize(("name", "mark"), [("look", "look"), ("send", "price"), ("position", "position")])
def test_where_another_run_takes_it_up(name: str, mark: str) -> None:
    assert Tour(STEPS, name, START).mark == mark


@pytest.mark.parametrize("name", ["", "nowhere", "SEND", "after"])
def test_a_step_that_there_is_not_is_the_first(name: str) -> None:
    assert Tour(STEPS, name, START).index == 0


def test_an_order_that_waits_is_told_how_to_trade_at_once() -> None:
    step = {step.name: step for step in STEPS}
    waiting = replace(FILLED, waiting=True)
    for name in ("preview", "review"):
        assert "waits in the book" in step[name].say(waiting)
        assert "swap_type" in [press.action for press in step[name].keys(waiting)]
    assert "swap_type" not in [press.action for press in step["review"].keys(FILLED)]
    assert [press.action for press in step["review"].keys(replace(FILLED, most=True))] == ["take_most"]


def test_no_word_of_the_tour_sends_when_it_is_clicked() -> None:
    step = {step.name: step for step in STEPS}["send"]
    for now in (REVIEWED, replace(REVIEWED, pane="ladder"), replace(REVIEWED, page=3)):
        sends = [press for press in step.keys(now) if press.action in ("field_enter", "review")]
        assert sends and all(press.shown for press in sends)


TABS = {
    60: (("watch", "Watch"), ("ladder", "Book"), ("ticket", "Ticket"), ("positions", "Orders"), ("orders", "Orders")),
    80: (("watch", "Watch"), ("ladder", "Book"), ("ticket", "Book"), ("positions", "Orders"), ("orders", "Orders")),
}  # fmt: skip
MOMENTS = [
    replace(base, page=page, pane=pane, panes=panes, zoomed=zoomed, waiting=waiting, refused=most, most=most)
    for base, page, pane, panes, zoomed, (waiting, most) in itertools.product(
        (START, REVIEWED, replace(SENT, held="-1,234,567.89 EUR-USD"), replace(SENT, held="", waits=True),
         replace(SENT, held="")),
        (1, 3), ("watch", "ladder", "ticket", "positions"), ((), ("ladder", "ticket"), ("watch",)), (False, True),
        ((False, False), (True, False), (False, True)),
    )
]  # fmt: skip


@pytest.mark.parametrize("cells", [60, 80, 100, 120, 160, 200])
@pytest.mark.parametrize("step", [*STEPS, AFTER], ids=[*NAMES, "after"])
def test_all_words_fit(step: Any, cells: int) -> None:
    strip = TourStrip.__new__(TourStrip)
    strip._places = []
    strip.__class__ = type("Bare", (TourStrip,), {"keymap": keymap.DEFAULT})
    for moment in MOMENTS:
        now = replace(moment, tabs=TABS.get(cells, ()))
        words = step.say(now)
        assert words.count(". ") == 1 and words.endswith("."), words
        shown = words.partition(". ")[0] + "." if cells < 80 else words
        assert len(wrap(shown, cells - 3, 9)) <= (1 if cells < 80 or cells >= BROAD else 2), words
        how = strip._how(step.keys(now), step.click(now), cells - 1, 3)
        assert width(how) <= cells - 1, plain(how)
        for press in step.keys(now):
            assert keymap.DEFAULT.keys(press.action, press.context), press
        for press in step.keys(now):
            assert press.shown or any(place[3] == press for place in strip._places)


# -- on the screen --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
async def test_it_stands_beside_the_desk_and_covers_nothing(size: tuple[int, int]) -> None:
    app = make(FakeDesk())
    async with app.run_test(size=size) as pilot:
        strip = await toured(app, pilot)
        assert strip.region.width == size[0] and strip.region.height in (3, 4)
        for pane in app.main.desk.panes.values():
            if pane.display:
                assert pane.region.height > 3
                assert not strip.region.overlaps(pane.region)
        assert not strip.region.overlaps(app.main.footer.region)
        assert strip.region.y < app.main.desk.region.y
        assert "The book" in seen(app) and "skip" in seen(app) and "leave" in seen(app)
        assert app.main.focused is app.main.desk.ladder


@pytest.mark.parametrize("tour", ["off", "left", "done"])
async def test_it_comes_only_where_it_is_wanted(tour: str) -> None:
    app = make(FakeDesk(), tour=tour)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        assert app.main._arriving is None and app.main.strip is None


async def test_a_caller_may_have_none_and_a_recording_has_none() -> None:
    for kept, source in ((False, "SIM"), (True, "REPLAY")):
        app = make(FakeDesk(), app_tour=kept)
        app.state.source = source
        async with app.run_test(size=(80, 24)) as pilot:
            await opened(app, pilot)
            assert app.main._arriving is None
            assert app.settings.tour == "new", "another start may still offer it"


async def test_it_waits_for_a_market_that_moves() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        app.main._arriving.stop()
        for name, value in (("link", "down"), ("book", {})):
            kept = getattr(app.state, name)
            setattr(app.state, name, value)
            app.main._arrive()
            assert app.main.strip is None
            setattr(app.state, name, kept)
        app.main._arrive()
        assert app.main.strip is not None


async def test_it_does_nothing_by_itself() -> None:
    desk = FakeDesk(live=True)
    app = make(desk)
    orders = len(desk.order_docs)
    async with app.run_test(size=(120, 36)) as pilot:
        strip = await toured(app, pilot)
        seq = desk.at
        while desk.at < seq + 2_000_000_000:
            await pilot.pause(0.02)
            app.bridge.flush()
        assert strip.step.name == "look"
        assert len(desk.order_docs) == orders and not desk.fill_docs
        assert (desk.paused, desk.speed) == (False, "1")
        while app.main.strip is not None:
            await pilot.press("f4")
            await settle(app, pilot)
        assert app.settings.tour == "done"
        assert len(desk.order_docs) == orders and not desk.fill_docs


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
async def test_a_first_trade_by_keys(size: tuple[int, int]) -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=size) as pilot:
        await toured(app, pilot)
        await pilot.press("j")
        await at(app, pilot, "find")
        await pilot.press("slash", "e", "t", "h", "enter")
        await at(app, pilot, "price")
        while not app.state.book:
            await pilot.pause(0.01)
        await settle(app, pilot)
        await pilot.press("k", "k", "k", "enter")
        await at(app, pilot, "size")
        await pilot.press("b", "u")
        await at(app, pilot, "preview")
        while not app.main.desk.ticket.preview:
            await pilot.pause(0.01)
        await pilot.press("f4")
        await at(app, pilot, "review")
        await pilot.press("f2")
        await at(app, pilot, "send")
        await armed(app, pilot)
        await pilot.press("enter")
        await at(app, pilot, "position")
        assert [fill["symbol"] for fill in desk.fill_docs] == ["ETH-USD"] * len(desk.fill_docs) != []
        await pilot.press("p")
        await at(app, pilot, "next")
        await pilot.press("question_mark")
        while app.settings.tour != "done":
            await pilot.pause(0.01)
        await pilot.press("escape")
        await closed(app, pilot)
        assert any("The tour is over" in toast for toast in toasts(app))


async def test_a_size_that_cannot_be_is_made_one_that_can_by_a_click() -> None:
    app = make(FakeDesk(), tour="on", step="price")
    async with app.run_test(size=(120, 36)) as pilot:
        strip = await toured(app, pilot)
        await pilot.press("b", *"9999999")
        ticket = app.main.desk.ticket
        while not ticket.refusal.get("max_quantity"):
            await pilot.pause(0.01)
        await at(app, pilot, "preview")
        await pilot.press("f4")
        await at(app, pilot, "review")
        strip.look()
        assert "what would pass" in seen(app)
        y = ticket._names.index("most")
        await pilot.click(ticket, offset=(6, y + ticket.gutter.top))
        await settle(app, pilot)
        assert ticket.form.text["quantity"].text not in ("", "9999999")


async def test_it_is_skipped_by_a_click_left_by_a_click_and_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "terminal.toml"
    app = make(FakeDesk(), path=path)
    async with app.run_test(size=(80, 24)) as pilot:
        strip = await toured(app, pilot)
        await pilot.click(strip, offset=chip(strip, "tour"))
        await at(app, pilot, "find")
        await pilot.click(strip, offset=chip(strip, "tour_leave"))
        await closed(app, pilot)
        assert (Settings.load(path).tour, Settings.load(path).tour_step) == ("left", "find")
        assert not app.main.query(TourStrip)
        await pilot.press("f4")
        await at(app, pilot, "find")
        await pilot.press("f5")
        await closed(app, pilot)
        await pilot.press("f5")
        assert app.main.strip is None, "leaving what is not there does nothing"


async def test_it_is_taken_again_by_the_command_line_and_by_name() -> None:
    app = make(FakeDesk(), tour="done")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press("colon", *"tour", "enter")
        await at(app, pilot, "look")
        await pilot.press("f4", "f4")
        await at(app, pilot, "price")
        app.main.perform("tour_again")
        await at(app, pilot, "look")
        app.main.fulfil(commands.read("tour leave", lambda name: ""))
        await closed(app, pilot)
        assert app.settings.tour == "left"
        app.main.fulfil(commands.read("tour again", lambda name: ""))
        await at(app, pilot, "look")
        assert app.settings.tour == "on"
        assert len(app.main.query(TourStrip)) == 1
    with pytest.raises(Unclear, match="tour, tour again, tour leave"):
        commands.read("tour de france", lambda name: "")


async def test_whoever_ends_it_on_another_screen_is_shown_the_way_back() -> None:
    app = make(FakeDesk(), tour="on", step="next")
    async with app.run_test(size=(80, 24)) as pilot:
        strip = await toured(app, pilot)
        await pilot.click(strip, offset=chip(strip, "screen_5"))
        await at(app, pilot, "after")
        assert app.settings.tour == "done"
        await settle(app, pilot)
        await pilot.click(strip, offset=chip(strip, "screen_1"))
        await closed(app, pilot)
        assert app.main.number == 1


async def test_its_words_lead_to_the_pane_that_is_out_of_sight() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        strip = await toured(app, pilot)
        await pilot.press("2")
        strip.look()
        await pilot.click(strip, offset=chip(strip, "screen_1"))
        await settle(app, pilot)
        assert app.main.number == 1
        app.main.go_to("chart")
        strip.look()
        await pilot.click(strip, offset=chip(strip, "next_pane"))
        assert app.main.context == "ladder"
        strip.look()
        await pilot.click(strip, offset=chip(strip, "row_down"))
        await at(app, pilot, "find")


async def test_it_gives_way_where_nothing_has_room_and_takes_what_room_there_is() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        strip = await toured(app, pilot)
        for (columns, lines), rows in (((50, 18), 0), ((60, 20), 3), ((80, 24), 4), ((200, 60), 3), ((120, 36), 4)):
            await pilot.resize_terminal(columns, lines)
            strip.look()
            await settle(app, pilot)
            assert strip.region.height == rows, (columns, lines)


async def test_it_teaches_the_keys_of_the_home(tmp_path: Path) -> None:
    (tmp_path / "keys.toml").write_text('[desk]\ntour = "F12"\n[ladder]\nrow_down = "alt+n"\n')
    app = make(FakeDesk(), path=tmp_path / "terminal.toml")
    async with app.run_test(size=(80, 24)) as pilot:
        await toured(app, pilot)
        assert "F12 skip" in seen(app) and "alt+n down" in seen(app)
        await pilot.press("f12")
        await at(app, pilot, "find")


# -- what is remembered ---------------------------------------------------------------------------------------


def test_a_fresh_home_has_it_and_an_old_one_has_not(tmp_path: Path) -> None:
    path = tmp_path / "terminal.toml"
    assert Settings.load(path).tour == "new"
    path.write_text('theme = "dark"\n')
    assert Settings.load(path).tour == "off"
    assert Settings().tour == "off"


@pytest.mark.parametrize("text", ['tour = "ON"', "tour = 1", 'tour = ["on"]', 'tour = "on\\u0000"', "tour = {a = 1}"])
def test_a_tour_that_makes_no_sense_is_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "terminal.toml"
    path.write_text(text)
    assert Settings.load(path).tour == "off"


@pytest.mark.parametrize("step", ["../x", "a" * 13, "price\\n", "\\u001b[2J", "Price", "é"])
def test_a_step_that_makes_no_sense_is_none(tmp_path: Path, step: str) -> None:
    path = tmp_path / "terminal.toml"
    path.write_text(f'tour = "on"\ntour-step = "{step}"\n')
    assert (Settings.load(path).tour, Settings.load(path).tour_step) == ("on", "")


def test_nothing_of_it_is_read_before_the_first_frame() -> None:
    script = (
        "import sys, vterm.app, vterm.terminal; print([m for m in sys.modules if m.endswith(('tour_steps', 'tour'))])"
    )
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
