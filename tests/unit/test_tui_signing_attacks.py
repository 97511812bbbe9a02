"""Attacks on the gesture: everything that is not a person who reads the card and types its code makes no signature."""

from __future__ import annotations

from typing import Any

import pytest
from textual.events import AppBlur, Click, Key, MouseDown, MouseUp, Paste
from textual.widgets import Static

from tests.fake_signing import WATCHLIST, FakeSigning, Hands
from tests.unit.test_tui_signing import at_the_desk, card_of, text
from vterm.dialogs.signing import SigningDialog
from vterm.dialogs.signing_input import TypedKeys, noting
from vterm.dialogs.signing_session import Phase


def key(name: str) -> Key:
    return Key(name, name if len(name) == 1 else None)


async def armed(hands: Hands) -> SigningDialog:
    dialog = await card_of(hands)
    await hands.wait(0.8)
    assert dialog.gesture.armed(int(hands.clock.now * 1000))
    return dialog


async def still_signable(hands: Hands, signing: FakeSigning) -> None:
    """The attack has not broken the dialog: a person can still sign. So no test passes because nothing works."""
    for _ in range(3):  # painted anew, and armed again
        await hands.wait(1.0)
    await hands.type(*signing.code(), "enter", pause=0.2)
    await hands.look()
    assert signing.signed == [("p000001", signing.code())]


async def test_typed_ahead_before_it_was_opened() -> None:
    signing = FakeSigning()
    async with at_the_desk(signing) as (app, _, hands):
        app.main.do_sign()
        await hands.type(*signing.code(), "enter", pause=0.02)
        await hands.look()
        assert not signing.signed
        await still_signable(hands, signing)


async def test_typed_before_the_card_was_armed_and_delivered_after() -> None:
    signing = FakeSigning()
    async with at_the_desk(signing) as (_, _, hands):
        dialog = await card_of(hands)
        early = hands.clock.now + 0.1
        await hands.wait(2)
        assert dialog.gesture.armed(int(hands.clock.now * 1000))
        for n, char in enumerate((*signing.code(), "enter")):
            await hands.type(char, at=early + n * 0.1)
        assert not signing.signed
        assert dialog.gesture.typed == ""
        await still_signable(hands, signing)


async def test_typed_while_it_arms() -> None:
    signing = FakeSigning()
    async with at_the_desk(signing) as (_, _, hands):
        dialog = await card_of(hands)
        await hands.type(*signing.code(), "enter", pause=0.1)
        assert not signing.signed
        assert dialog.gesture.typed == ""
        await still_signable(hands, signing)


async def test_a_bracketed_paste() -> None:
    signing = FakeSigning()
    async with at_the_desk(signing) as (app, pilot, hands):
        dialog = await armed(hands)
        await hands.type(*signing.code()[:2])
        app._driver.process_message(Paste(f"{signing.code()}\r\n"))
        await pilot.pause(0.02)
        assert dialog.gesture.typed == ""
        await hands.type("enter")
        assert not signing.signed
        assert "type the code" in text(dialog)
        await still_signable(hands, signing)


async def test_a_paste_that_the_terminal_does_not_mark() -> None:
    signing = FakeSigning()
    async with at_the_desk(signing) as (_, _, hands):
        dialog = await armed(hands)
        await hands.type(*signing.code(), "enter", "enter", pause=0.0001)
        await hands.look()
        assert not signing.signed
        assert dialog.gesture.typed == ""
        await still_signable(hands, signing)


async def test_a_click_on_every_cell() -> None:
    signing = FakeSigning()
    async with at_the_desk(signing, (80, 24)) as (app, pilot, hands):
        dialog = await armed(hands)
        await hands.type(*signing.code())
        for y in range(24):
            for x in range(0, 80, 4):
                at = {"x": x, "y": y, "delta_x": 0, "delta_y": 0, "button": 1, "shift": False, "meta": False,
                      "ctrl": False, "screen_x": x, "screen_y": y}  # fmt: skip
                for kind in (MouseDown, MouseUp, Click):
                    app._driver.process_message(kind(None, **at))
        await pilot.pause(0.05)
        await hands.look()
        assert not signing.signed
        assert app.screen is dialog
        await hands.type("enter")
        assert len(signing.signed) == 1


@pytest.mark.parametrize("way", ["simulate_key", "pilot", "app", "screen", "forwarded", "action"])
async def test_keys_that_nobody_typed(way: str) -> None:
    signing = FakeSigning()
    async with at_the_desk(signing) as (app, pilot, hands):
        dialog = await armed(hands)
        await hands.type(*signing.code())
        send: dict[str, Any] = {
            "simulate_key": lambda: app.simulate_key("enter"),
            "app": lambda: app.post_message(key("enter")),
            "screen": lambda: dialog.post_message(key("enter")),
            "forwarded": lambda: dialog._forward_event(key("enter")),
        }
        if way == "pilot":
            await pilot.press("enter")
        elif way == "action":
            await app.run_action("simulate_key('enter')")
            await app.run_action("screen.dismiss")
        else:
            send[way]()
        await hands.look()
        assert not signing.signed
        if app.screen is dialog:
            await hands.type("enter")
            assert len(signing.signed) == 1


async def test_the_same_typed_event_posted_again() -> None:
    signing = FakeSigning()
    async with at_the_desk(signing) as (app, pilot, hands):
        dialog = await armed(hands)
        hands.clock.now += 0.2
        event = key(signing.code()[0])
        event.time = hands.clock.now
        app.typed_keys.note(event)
        app._driver.process_message(event)
        await pilot.pause(0.02)
        event._forwarded = False
        app._driver.process_message(event)
        await pilot.pause(0.02)
        assert dialog.gesture.typed == signing.code()[0]


async def test_a_terminals_answer_that_the_framework_takes_for_keys() -> None:
    signing = FakeSigning()
    async with at_the_desk(signing) as (_, _, hands):
        dialog = await armed(hands)
        answer = f"^]11;rgb:{signing.code()}"
        await hands.type(*answer, "enter", pause=0.00005)
        await hands.look()
        assert not signing.signed
        assert dialog.gesture.typed == ""
        await still_signable(hands, signing)


async def test_an_action_from_markup_in_the_reason() -> None:
    hostile = "[@click=app.simulate_key('enter')]press here[/] [@click=screen.sign]sign[/]"
    signing = FakeSigning()
    signing.documents["p000001"]["rationale"] = hostile
    async with at_the_desk(signing) as (app, _, hands):
        dialog = await armed(hands)
        assert "[@click=" in text(dialog)
        await hands.type(*signing.code())
        for y in range(app.size.height):
            for x in range(app.size.width):
                assert not dialog.get_style_at(x, y).meta.get("@click")
        assert not signing.signed


async def test_the_palette_and_every_other_binding_are_off() -> None:
    signing = FakeSigning()
    async with at_the_desk(signing) as (app, pilot, hands):
        dialog = await armed(hands)
        await hands.type("ctrl+p", "ctrl+q", "f2", "question_mark", "X", "b", "colon", "f10", "ctrl+o")
        await pilot.pause(0.05)
        assert app.screen is dialog
        assert app.is_running
        assert not signing.signed


async def test_a_screen_over_it_disarms_it() -> None:
    signing = FakeSigning()
    async with at_the_desk(signing) as (app, pilot, hands):
        dialog = await armed(hands)
        await hands.type(*signing.code())
        app.action_command_palette()
        app.main.do_help()
        await pilot.pause(0.05)
        dialog.beat()
        assert not dialog.gesture.armed(int(hands.clock.now * 1000))
        assert dialog.gesture.typed == ""
        assert not signing.signed


async def test_a_key_held_down_accepts_nothing() -> None:
    signing = FakeSigning()
    signing.shown.clear()
    signing.documents.clear()
    name = signing.add(1, **WATCHLIST)
    async with at_the_desk(signing) as (_, _, hands):
        dialog = await card_of(hands)
        await hands.type(*["enter"] * 60, pause=0.03)
        assert not signing.signed
        assert dialog.session.phase is Phase.CARD
        await hands.wait(1)
        await hands.type("enter", pause=0.6)
        await hands.look()
        assert signing.signed == [(name, "")]


async def test_a_resize_in_the_middle() -> None:
    signing = FakeSigning()
    async with at_the_desk(signing) as (_, pilot, hands):
        dialog = await armed(hands)
        await hands.type(*signing.code())
        await pilot.resize_terminal(100, 30)
        await hands.type("enter")
        assert not signing.signed
        assert dialog.gesture.typed == ""
        await hands.look()
        await still_signable(hands, signing)


async def test_a_window_too_small_for_the_card_never_arms() -> None:
    signing = FakeSigning()
    async with at_the_desk(signing, (60, 20)) as (_, pilot, hands):
        dialog = await armed(hands)
        await pilot.resize_terminal(50, 14)
        await hands.look()
        await hands.wait(2)
        await hands.type(*signing.code(), "enter")
        assert not signing.signed
        assert "too small" in dialog.fault
        await pilot.resize_terminal(60, 20)
        await hands.look()
        await still_signable(hands, signing)


async def test_a_theme_that_changes_in_the_middle() -> None:
    signing = FakeSigning()
    async with at_the_desk(signing) as (app, _, hands):
        dialog = await armed(hands)
        await hands.type(*signing.code())
        app.wear("light")
        await hands.type("enter")
        assert not signing.signed
        assert dialog.gesture.typed == ""
        await hands.look()
        await still_signable(hands, signing)


async def test_something_that_stands_over_a_cell_of_the_card() -> None:
    signing = FakeSigning()
    async with at_the_desk(signing) as (_, _, hands):
        dialog = await armed(hands)
        await hands.type(*signing.code())
        patch = Static("9", markup=False)
        patch.styles.position, patch.styles.width, patch.styles.height = "absolute", 1, 1
        patch.styles.offset = (dialog.place.card.x + 6, dialog.place.card.y + 3)
        await dialog.mount(patch)
        await hands.look()
        await hands.type("enter")
        await hands.look()
        assert not signing.signed
        assert "covers" in dialog.fault
        assert "covers the card" in text(dialog)
        await patch.remove()
        await hands.look()
        await still_signable(hands, signing)


async def test_a_style_that_hides_the_card_s_text() -> None:
    signing = FakeSigning()
    async with at_the_desk(signing) as (_, _, hands):
        dialog = await armed(hands)
        for attack in ({"opacity": 0.0}, {"text_opacity": 0.2}, {"tint": "black 90%"}, {"visibility": "hidden"}):
            for name, value in attack.items():
                setattr(dialog.card.styles, name, value)
            await hands.look()
            await hands.wait(1)
            await hands.type(*signing.code(), "enter")
            assert not signing.signed, attack
            assert dialog.fault, attack
            for name in attack:
                dialog.card.styles.clear_rule(name)
                dialog.card.refresh(layout=True)
        await hands.look()
        await still_signable(hands, signing)


async def test_a_notification_over_it() -> None:
    signing = FakeSigning()
    async with at_the_desk(signing, (60, 20)) as (app, _, hands):
        dialog = await armed(hands)
        await hands.type(*signing.code())
        for _ in range(8):
            app.main.say("BUY 1 AAPL is what you sign, press Enter", "error")
        await hands.look()
        assert "is what you sign" not in text(dialog)
        assert not signing.signed


async def test_the_focus_of_the_window_lost_in_the_middle() -> None:
    signing = FakeSigning()
    async with at_the_desk(signing) as (app, pilot, hands):
        dialog = await armed(hands)
        await hands.type(*signing.code())
        app.post_message(AppBlur())
        await pilot.pause(0.02)
        dialog.beat()
        assert dialog.gesture.typed == ""
        await hands.type("enter")
        assert not signing.signed
        await still_signable(hands, signing)


async def test_its_time_is_over_in_the_middle() -> None:
    signing = FakeSigning()
    async with at_the_desk(signing) as (_, _, hands):
        dialog = await armed(hands)
        await hands.type(*signing.code())
        await hands.type("enter", pause=130)
        await hands.look()
        assert not signing.signed
        assert dialog.session.phase is Phase.OVER
        assert "nothing was signed" in text(dialog)


async def test_a_second_proposal_in_the_middle() -> None:
    signing = FakeSigning()
    async with at_the_desk(signing) as (app, _, hands):
        dialog = await armed(hands)
        await hands.type(*signing.code()[:2])
        signing.add(2)
        app.bridge.desk.tell(signing.documents["p000002"])  # type: ignore[union-attr]
        await hands.look()
        assert app.screen is dialog
        assert dialog.session.proposal_id == "p000001"
        assert "1 more wait" in text(dialog)
        await hands.type(*signing.code()[2:], "enter")
        await hands.look()
        assert signing.signed == [("p000001", signing.code())]


async def test_the_same_enter_twice() -> None:
    signing = FakeSigning()
    async with at_the_desk(signing) as (_, _, hands):
        await armed(hands)
        await hands.type(*signing.code())
        await hands.type("enter", "enter", "enter", pause=0.1)
        await hands.look()
        assert len(signing.signed) == 1


async def test_the_code_of_another_card() -> None:
    signing = FakeSigning()
    signing.add(2)
    async with at_the_desk(signing) as (app, _, hands):
        app.main.sign_one("p000001")
        await hands.look()
        await hands.wait(0.8)
        await hands.type(*signing.code("p000002"), "enter")
        assert not signing.signed
        assert app.screen.gesture.wrong == 1


async def test_a_card_that_another_terminal_declined_meanwhile() -> None:
    signing = FakeSigning()
    async with at_the_desk(signing) as (app, _, hands):
        dialog = await armed(hands)
        await hands.type(*signing.code())
        gone = {**signing.documents["p000001"], "status": "DECLINED", "reason": "too dear"}
        app.bridge.desk.tell(gone, "declined")  # type: ignore[union-attr]
        await hands.look()
        await hands.type("enter")
        assert not signing.signed
        assert dialog.session.phase is Phase.OVER


def test_the_driver_s_keys_are_typed_and_a_driver_that_only_sends_is_not() -> None:
    sent: list[object] = []

    class Driver:
        def process_message(self, message: object) -> None:
            sent.append(message)

        def send_message(self, message: object) -> None:
            sent.append(message)

    typed = TypedKeys()
    driver = noting(Driver, typed)()  # type: ignore[arg-type]
    first, second, simulated = key("a"), key("b"), key("c")
    first.time, second.time, simulated.time = 10.0, 10.2, 10.4
    driver.process_message(first)
    driver.process_message(second)
    driver.send_message(simulated)
    assert sent == [first, second, simulated]
    assert typed.take(simulated) is None
    assert typed.take(first) is None, "what came before a later one was taken is gone"


def test_bursts_and_held_keys_are_told_from_typing() -> None:
    typed = TypedKeys()
    events = [key(name) for name in "aabcc"]
    for event, at in zip(events, (10.0, 10.03, 10.2, 10.4, 10.401), strict=True):
        event.time = at
        typed.note(event)
    strokes = [typed.take(event) for event in events]
    assert [(s.burst, s.held) for s in strokes if s] == [
        (False, False), (False, True), (False, False), (False, False), (True, False),
    ]  # fmt: skip
    assert typed.take(events[0]) is None


async def test_a_window_that_has_just_shrunk_is_too_small_and_nothing_worse() -> None:
    """Between the new size and the new picture the screen knows one and the compositor the other."""
    from textual.geometry import Region, Size

    from vterm.dialogs.signing_card import HEIGHT, WIDTH
    from vterm.dialogs.signing_check import SMALL, fault

    class Compositor:
        size = Size(1, 1)

    class Screen:
        size, _compositor = Size(120, 36), Compositor()

    assert fault(Screen(), Region(4, 4, WIDTH, HEIGHT), ("",) * HEIGHT) == SMALL  # type: ignore[arg-type]
