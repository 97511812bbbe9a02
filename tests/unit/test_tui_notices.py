"""Notices: what is told, once, in which words; floods folded; what happened while nobody looked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.desk import Document
from tests.fake_desk import FakeDesk
from tests.unit.test_tui_screen import make, opened, seen, settle, toasts, wait_for
from vterm import notices_file, notices_words
from vterm.dialogs.notices import NoticesDialog
from vterm.notices import FOLD_FROM, MOST, News, Notices
from vterm.notices_lines import counter, detail, kinds_line, row_line
from vterm.notices_past import Watch, later
from vterm.paint import plain, width
from vterm.settings import Settings
from vterm.state import DeskState

AT = "2026-11-23T15:52:07Z"


def order(name: str = "o1", status: str = "filled", **more: Any) -> Document:
    filled = {"filled": "0.5", "partially_filled": "0.2"}.get(status, "0")
    left = {"filled": "0", "partially_filled": "0.3"}.get(status, "0.5")
    return {"order_id": name, "symbol": "BTC-USD", "side": "buy", "type": "limit", "limit_price": "87500.00",
            "quantity": "0.5", "status": status, "filled_quantity": filled, "remaining_quantity": left,
            "average_price": "87499.1000", "updated_at": AT, "submitted_at": AT, **more}  # fmt: skip


def frame(document: Document) -> Document:
    return {"type": "order", "channel": "orders", "event": f"order.{document['status']}", "order": document, "at": AT}


def lines(state: DeskState) -> list[str]:
    return [row.line for row in state.notices.listed()]


# -- once -------------------------------------------------------------------------------------------------------------


def test_the_same_thing_is_told_once_however_it_is_heard_of() -> None:
    state = DeskState(now=lambda: 5.0)
    assert state.apply(frame(order())) == {"orders", "notices"}
    assert state.apply(frame(order())) == {"orders"}
    assert state.tell_order(order()) == set()
    assert lines(state) == ["Bought 0.5 BTC-USD at 87,499.1"]


def test_an_order_that_fills_in_parts_is_one_row_that_goes_on() -> None:
    state = DeskState(now=lambda: 5.0)
    state.apply(frame(order(status="partially_filled")))
    state.apply(frame(order("o2", "cancelled", reason="cancelled by its owner")))
    state.apply(frame(order()))
    assert lines(state) == ["Bought 0.5 BTC-USD at 87,499.1", "Cancelled buy 0.5 BTC-USD at 87,500.00"]


@pytest.mark.parametrize(
    ("document", "severity", "words"),
    [
        (order(status="cancelled", reason="immediate or cancel: the rest was not there"), "warning", "was not there"),
        (order(status="cancelled", reason="cancelled by its owner"), "information", "Cancelled buy 0.5"),
        (order(status="expired", reason="its time was up"), "warning", "Expired buy 0.5 BTC-USD"),
        (order(status="rejected", refusal={"code": "PRICE_BAND", "message": "beyond the band"}), "error", "the band"),
        (order(status="working", origin="liquidation", side="sell"), "error", "Liquidation: the desk sells 0.5 BTC"),
    ],
)
def test_ends_say_why_and_how_gravely(document: Document, severity: str, words: str) -> None:
    state = DeskState()
    state.apply(frame(document))
    (row,) = state.notices.rows
    assert row.severity == severity
    assert words in row.text
    assert row.target == "o1"


def test_a_stop_that_triggers_is_told() -> None:
    state = DeskState()
    stop = {"type": "stop", "stop_price": "87000.00", "limit_price": None, "side": "sell"}
    state.apply(frame(order(status="working", triggered=False, **stop)))
    assert len(state.notices) == 0
    state.apply(frame(order(status="working", triggered=True, **stop)))
    assert lines(state) == ["Triggered: sell 0.5 BTC-USD stop 87,000.00 → market"]


def test_placing_amending_and_queueing_are_no_news() -> None:
    state = DeskState()
    for status in ("accepted", "queued", "working"):
        state.apply(frame(order(status=status)))
    assert len(state.notices) == 0


# -- floods -----------------------------------------------------------------------------------------------------------


def test_a_flood_is_one_row_and_one_toast() -> None:
    state = DeskState(now=lambda: 5.0)
    for n in range(12):
        state.apply(frame(order(f"o{n}")))
    assert lines(state) == ["12 fills of BTC-USD · last: Bought 0.5 BTC-USD at 87,499.1"]
    assert [row.brief for row in state.notices.fresh] == ["12 fills of BTC-USD"]


def test_what_comes_slowly_is_not_folded() -> None:
    clock = [0.0]
    state = DeskState(now=lambda: clock[0])
    for n in range(FOLD_FROM + 3):
        state.apply(frame(order(f"o{n}")))
        clock[0] += 60
    assert len(state.notices) == FOLD_FROM + 3


def test_slices_of_an_algorithm_are_one_row_without_toasts() -> None:
    state = DeskState()
    for n in range(5):
        state.apply(frame(order(f"o{n}", origin="algo", parent="a000001", average_price=f"8749{n}.00")))
    assert len(state.notices) == 1
    assert state.notices.fresh == []
    assert state.notices.rows[0].target == "a000001"


def test_the_list_is_bounded() -> None:
    notices = Notices()
    for n in range(MOST + 50):
        notices.take(News("market", "information", f"thing {n}", identity=("thing", str(n))))
    assert len(notices) == MOST
    assert notices.rows[-1].text == f"thing {MOST + 49}"


def test_an_answer_to_the_user_is_read_and_counted() -> None:
    notices = Notices()
    notices.say("Watchlist changed", "information", AT)
    notices.say("Refused: no", "error", AT)
    notices.say("Refused: no", "error", AT)
    assert [row.line for row in notices.listed()] == ["Refused: no ×2", "Watchlist changed"]
    assert notices.unread == 1
    assert plain(counter(notices)) == "! 1 unread  "


# -- the market, money, margin ----------------------------------------------------------------------------------------


def test_halts_are_told_of_what_is_held_or_worked_only() -> None:
    state = DeskState()
    state.apply(frame(order(status="working")))
    for scope in ("BTC-USD", "AAPL", "clock", "US_EQ"):
        state.apply({"type": "system", "scope": scope, "status": "halted", "text": f"{scope} is halted", "at": AT})
    assert lines(state) == ["BTC-USD is halted"]
    assert state.notices.rows[0].severity == "warning"


def test_margin_is_told_as_it_changes() -> None:
    state = DeskState()
    for word, use in (("ok", "0.4"), ("warning", "0.91"), ("warning", "0.92"), ("liquidating", "1.04"), ("ok", "0.7")):
        state.apply({"type": "risk", "state": word, "margin_use": use, "at": f"{AT[:-2]}{use[-1]}Z", "locked": None})
    assert lines(state)[::-1] == [
        "Margin warning: 91.0% of the limit is used",
        "Liquidation: the desk closes positions, 104.0% of the margin limit is used",
        "Margin is in order again",
    ]


def test_cash_that_a_trade_moved_is_not_told_again() -> None:
    row = {"movement_id": "t5", "at": AT, "kind": "dividend", "amount": "96.000000", "symbol": "AAPL"}
    told = notices_words.of_movement(row)
    assert told is not None
    assert told.text == "Dividend of AAPL: +96 VCR"
    assert notices_words.of_movement({**row, "kind": "bought", "fill_id": "f1"}) is None
    assert notices_words.of_movement({**row, "kind": "fee"}) is None


def test_foreign_text_drives_nothing() -> None:
    state = DeskState()
    state.apply(frame(order(status="rejected", refusal={"message": "\x1b[2Jno\u202e"}, symbol="BTC\x07")))
    assert not any(code in state.notices.rows[0].text for code in ("\x1b", "\x07", "\u202e"))


# -- lines ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cells", [50, 72, 106])
def test_lines_fit(cells: int) -> None:
    state = DeskState()
    for n in range(6):
        state.apply(frame(order(f"o{n}", "rejected", refusal={"message": "why " * 40})))
    state.notices.say("说" * 100, "warning", "2026-11-20T10:00:00Z")
    for row in state.notices.listed():
        assert width(row_line(row, cells, AT[:10])) == cells
        assert all(width(line) <= cells for line in detail(row, cells, 2))
    line, places = kinds_line(state.notices, "", cells)
    assert width(line) == cells
    assert [key for _, _, key in places] == ["", "order", "desk"]


def test_times_compare_with_any_number_of_decimals() -> None:
    assert later("2026-11-23T15:52:07.118Z", "2026-11-23T15:52:07Z")
    assert not later("2026-11-23T15:52:07Z", "2026-11-23T15:52:07.118Z")
    assert not later(None, AT)


# -- away -------------------------------------------------------------------------------------------------------------


def test_when_it_was_looked_at_is_remembered_by_account(tmp_path: Path) -> None:
    notices_file.write(tmp_path, "main", AT)
    notices_file.write(tmp_path, "other", AT.replace("07Z", "08Z"))
    notices_file.write(tmp_path, 'x"\n', AT)
    notices_file.write(tmp_path, "main", "yesterday")
    assert notices_file.read(tmp_path) == {"main": AT, "other": AT.replace("07Z", "08Z")}


@pytest.mark.parametrize("raw", [b"main = 5\n", b"\xff", b'"main" = "soon"\n', b"x = [" * 9000, b"a" * 70000])
def test_a_hostile_file_says_nothing(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / notices_file.NAME).write_bytes(raw)
    assert notices_file.read(tmp_path) == {}


async def test_what_happened_meanwhile_is_told_with_a_sum() -> None:
    desk, state = FakeDesk(), DeskState()
    before = (await desk.clock())["now"]
    desk.step()
    await desk.submit({"symbol": "BTC-USD", "side": "buy", "type": "market", "quantity": "0.05"})
    await desk.cancel("o-0003")
    desk.order_docs["o-0003"]["updated_at"] = (await desk.clock())["now"]
    await desk.set_alert({"symbol": "BTC-USD", "kind": "price", "direction": "above", "value": "9"})
    desk.fire("al000001", "10")
    desk.told["wallet"] = [{"movement_id": "t9", "at": (await desk.clock())["now"], "kind": "dividend",
                            "amount": "96.00", "symbol": "AAPL"}]  # fmt: skip
    assert "notices" in await Watch(state).away(desk, before)
    told = lines(state)
    assert told[0] == "While you were away: 1 fill, 1 order ended, 1 alert, 1 booking"
    assert any(text.startswith("Bought 0.05 BTC-USD") for text in told)
    assert any("Dividend of AAPL" in text for text in told)
    assert [row.brief for row in state.notices.fresh] == [told[0]], "one toast, not one a fill"
    assert await Watch(state).away(desk, before) == set()


async def test_drift_is_told_once() -> None:
    desk, state = FakeDesk(), DeskState()
    desk.told["books"] = "drift"
    assert await Watch(state).health(desk) == {"notices"}
    assert await Watch(state).health(desk) == set()
    assert "books disagree" in lines(state)[0]


# -- in the terminal --------------------------------------------------------------------------------------------------


async def test_a_fill_is_a_toast_a_counter_and_a_row() -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        assert "unread" not in seen(app)
        await desk.submit({"symbol": "BTC-USD", "side": "buy", "type": "market", "quantity": "0.05"})
        await wait_for(app, pilot, "Bought 0.05 BTC-USD")
        assert "! 1 unread" in seen(app)
        await pilot.press("exclamation_mark")
        await settle(app, pilot)
        dialog = app.screen
        assert isinstance(dialog, NoticesDialog)
        dialog.paint()
        shown = "\n".join(plain(line) for line in dialog.query_one("#notice-list").body)  # type: ignore[attr-defined]
        assert "Bought 0.05 BTC-USD" in shown
        await pilot.press("m")
        assert app.state.notices.unread == 0
        await pilot.press("l", "j", "k", "G", "escape")
        await settle(app, pilot)
        assert not isinstance(app.screen, NoticesDialog)
        assert "unread" not in seen(app)


async def test_the_counter_is_a_button_and_a_click_outside_closes() -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        desk.order_docs["o-0001"]["reason"] = "the market closed it"
        await desk.cancel("o-0001")
        await wait_for(app, pilot, "the market closed it")
        foot = app.main.footer.render_line(0).text
        await pilot.click(app.main.footer, offset=(foot.index("unread"), 0))
        await settle(app, pilot)
        assert isinstance(app.screen, NoticesDialog)
        await pilot.click(offset=(0, 0))
        await settle(app, pilot)
        assert not isinstance(app.screen, NoticesDialog)


async def test_only_what_is_important_is_a_toast_where_that_is_wanted() -> None:
    desk = FakeDesk()
    app = make(desk, notices="important")
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await desk.submit({"symbol": "BTC-USD", "side": "buy", "type": "market", "quantity": "0.05"})
        await settle(app, pilot)
        assert toasts(app) == []
        assert app.state.notices.unread == 1


async def test_the_desk_lost_and_found_is_told_and_what_was_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vterm.bridge.RETRY_SECONDS", (0.02,))
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        desk.cut()
        await wait_for(app, pilot, "does not answer")
        desk.down = False
        desk.step()
        await desk.submit({"symbol": "BTC-USD", "side": "buy", "type": "market", "quantity": "0.05"})
        await wait_for(app, pilot, "The desk answers again")
        while not any("While you were away: 1 fill" in text for text in lines(app.state)):
            await pilot.pause(0.01)
            app.bridge.flush()


async def test_the_next_start_tells_what_happened_since_the_last(tmp_path: Path) -> None:
    desk = FakeDesk()
    app = make(desk, path=tmp_path / "terminal.toml")
    app.state.account = "default"
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await settle(app, pilot)
    assert notices_file.read(tmp_path) == {"default": (await desk.clock())["now"]}
    desk.step()
    await desk.submit({"symbol": "BTC-USD", "side": "buy", "type": "market", "quantity": "0.05"})
    again = make(desk, path=tmp_path / "terminal.toml")
    again.state.account = "default"
    assert isinstance(again.settings, Settings)
    async with again.run_test(size=(120, 36)) as pilot:
        await opened(again, pilot)
        await wait_for(again, pilot, "While you were away: 1 fill")
