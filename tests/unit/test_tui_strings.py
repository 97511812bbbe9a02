"""No foreign text reaches the terminal's bytes: a desk whose every word is an attack, through every sink there is.

The sinks are taken from the source: each pane, page and dialog. One that is new and is not visited here fails a test.
What is checked is what the driver writes, and what a click on any cell would do.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.command import CommandPalette
from textual.events import Paste
from textual.pilot import Pilot

from engine.desk import DeskUnreachable, Document
from tests.captured_app import CapturedApp, sinks
from tests.fake_desk import FakeDesk
from tests.fake_signing import FakeSigning, proposal
from tests.hostile_desk import HostileDesk, spoilt
from tests.terminal_stream import smuggled, taken_apart, words
from tests.unit.test_tui_activity import busy
from vterm import actions
from vterm.dialogs.signing import SigningDialog
from vterm.settings import Settings
from vterm.state import DeskState

STRINGS = Path(__file__).resolve().parents[2] / "../shared/security/terminal_strings.jsonl"
OWN = {
    "c1": "\x9b31mA\x9d0;t\x9cB\x90q\x9cC",
    "shift": "A\x0eB\x0fC\x08\x08\x7f\r\n\tD",
    "device": "A\x1bP+q544e\x1b\\B\x1b_x\x1b\\C\x1b^y\x1b\\D\x1b[6nE\x1b[?1049lF\x1bcG",
    "hidden": "A\u2066B\u2069C\u200dD\ufeffE\U000e0041F\u3164G\u115fH\u2028I",
    "rich": "[bold red]A[/][link=https://x.example]B[/link][@click=app.leave]C[/][",
    "lone": "A\ud800B\udfffC\ue000D\uffffE",
    "unseen": "A\u3164B\u1160C\uffa0",
    "marks": "A" + "\u0301" * 60 + "B",
    "long": "W" * 3000,
}
OWN["mixed"] = "".join(text for name, text in OWN.items() if name not in ("rich", "long"))
"""Beside those of the samples: what a name might hold that no terminal should see."""
Opener = Callable[[CapturedApp, Pilot[int]], Awaitable[None]]


def samples() -> dict[str, dict[str, Any]]:
    """The attack strings by id, or nothing where they are not beside the repository."""
    if not STRINGS.is_file():
        return {}
    rows = (json.loads(line) for line in STRINGS.read_text(encoding="utf-8").splitlines() if line.strip())
    return {row["id"]: row for row in rows}


SAMPLES = samples()


def pressing(*keys: str, pane: str = "") -> Opener:
    """A dialog that these keys open, from a pane of the desk."""

    async def press(app: CapturedApp, pilot: Pilot[int]) -> None:
        if pane:
            app.main.go_to(pane)
        await pilot.press(*keys)

    return press


async def _proposed(app: CapturedApp, pilot: Pilot[int]) -> FakeSigning:
    """A proposal of the desk, every word of it spoilt as the rest; fair words where the desk is an honest one."""
    desk: Any = app.bridge.desk
    signing, words = FakeSigning(), getattr(desk, "text", "Tin flat")
    document = {**spoilt(proposal(), words), "proposal_id": "p000001", "status": "READY", "origin": f"tool:{words}@1"}
    signing.documents["p000001"] = document

    async def found(proposal_id: str) -> Document:
        return document

    getattr(desk, "inside", desk).proposal, app.signing = found, signing
    app.state.apply({"type": "proposals", "proposals": [document]})
    return signing


async def _sign(app: CapturedApp, pilot: Pilot[int]) -> None:
    await _proposed(app, pilot)
    app.main.sign_one("p000001")
    await pilot.pause(0.05)


async def _proposals(app: CapturedApp, pilot: Pilot[int]) -> None:
    await _proposed(app, pilot)
    app.main.do_proposals()


OPENERS: dict[str, Opener] = {
    "AlertsDialog": pressing("A", pane="watch"),
    "AmendDialog": pressing("e", pane="orders"),
    "AskDialog": pressing("f", pane="positions"),
    "ClockDialog": pressing("R", pane="watch"),
    "CommandBar": pressing("colon", pane="watch"),
    "FindDialog": pressing("slash", pane="watch"),
    "HelpDialog": pressing("question_mark", pane="watch"),
    "JumpOverlay": pressing("ctrl+o", pane="watch"),
    "LayoutsDialog": pressing("W", pane="watch"),
    "NoticesDialog": pressing("f3", pane="watch"),
    "ProposalsDialog": _proposals,
    "SigningDialog": _sign,
    "ScreensDialog": pressing("f10", pane="watch"),
    "StudiesDialog": pressing("i", pane="chart"),
    "CommandPalette": pressing("ctrl+p", pane="watch"),
}
BARS = {(f"@mouse.{name}", what) for name in ("down", "up") for what in ("grab", "scroll_up", "scroll_down")}
"""What the framework's own scroll bars answer."""
TYPED = {"CommandBar", "FindDialog", "CommandPalette"}


class Spoilt:
    """A terminal on a hostile desk, and what it has written."""

    def __init__(self, text: str, home: Path, *, names_only: bool = False) -> None:
        self.text, self.inside = text, FakeDesk(live=False)
        self.desk = HostileDesk(self.inside, text, names_only=names_only)
        self.state = DeskState(now=lambda: 100.0)
        settings = Settings(theme="dark", bell="off", path=home / "terminal.toml")
        self.app = CapturedApp(self.connect, state=self.state, settings=settings, tour=False)
        self.doing = "starting"

    async def connect(self) -> Any:
        return self.desk

    async def settle(self, pilot: Pilot[int], turns: int = 3) -> None:
        for _ in range(turns):
            await pilot.pause(0.01)
            self.app.bridge.flush()
        self.app.look()
        if "[" in self.text and turns > 1:
            self.check_cells()

    def check_cells(self) -> None:
        """A click on any cell does what the terminal says, never what a text says."""
        for strip in self.app.screen._compositor.render_strips():
            for segment in strip:
                style = segment.style
                if style is not None and (style.meta or style.link):
                    assert not style.link, (self.doing, segment)
                    acts = {(name, value) for name, value in style.meta.items() if name.startswith("@")}
                    assert not acts - BARS, (self.doing, segment)

    async def opened(self, pilot: Pilot[int]) -> None:
        state = self.state
        while not (state.book and state.bars and state.trades):
            await pilot.pause(0.01)
        await self.settle(pilot)

    async def visit(self, pilot: Pilot[int]) -> None:
        """Every pane of every screen with the focus, and every dialog from where it is opened."""
        app = self.app
        for number, name in enumerate(actions.SCREENS, 1):
            self.doing = name
            app.main.open_screen(number)
            await self.settle(pilot, 8)
            for _ in range(2):
                app.main.perform("next_pane") if number == 1 else await pilot.press("tab")
                await self.settle(pilot, 1)
        app.main.open_screen(1)
        for name, opener in OPENERS.items():
            await self.ask(pilot, name, opener)

    async def ask(self, pilot: Pilot[int], name: str, opener: Opener) -> None:
        self.doing, app = name, self.app
        await opener(app, pilot)
        await self.settle(pilot)
        assert type(app.screen).__name__ == name
        if name in TYPED:
            for typed in (self.text, "AAPL buy " + self.text, "a"):
                app.post_message(Paste(typed))
                await self.settle(pilot)
        if name == "CommandBar":
            await pilot.press("enter")
            await self.settle(pilot)
        # The signing dialog hears no key that nobody typed.
        app.screen.close() if isinstance(app.screen, SigningDialog) else await pilot.press("escape")
        await self.settle(pilot)
        if isinstance(app.screen, CommandPalette):
            await pilot.press("escape")
        assert app.screen is app.main, f"{name} stays"

    async def tell(self, pilot: Pilot[int]) -> None:
        """Toasts, refusals, alerts, the market's name, the desk's last words."""
        app, text = self.app, self.text
        self.doing = "telling"
        app.main.say(text, "error")
        app.main.desk.ticket.refused({"code": "X", "message": text, "fix": text, "field": "quantity"})
        app.bridge.take({"type": "system", "channel": "system", "status": "degraded", "text": text, "scope": text})
        app.bridge.take({"type": "error", "channel": "orders", "error": {"code": text, "message": text, "fix": text}})
        self.inside.fire(next(iter(self.inside.alert_docs)), "90000")
        await self.settle(pilot)
        self.state.market_name = text
        for source in ("REPLAY", "SHARED"):
            self.state.source = source
            app.main.repaint_all()
            await self.ask(pilot, "ClockDialog", OPENERS["ClockDialog"])
        app.main.open_tour()
        await self.settle(pilot)
        app.main.close_tour("done")
        self.state.note = text
        self.desk.connect_error = DeskUnreachable(text)
        self.inside.cut()
        await self.settle(pilot, 6)


async def through_every_sink(text: str, home: Path, *, names_only: bool = False) -> tuple[str, set[type]]:
    """What the terminal writes on a desk like that, wide and narrow, and what it painted."""
    spoilt = Spoilt(text, home, names_only=names_only)
    await busy(spoilt.inside)
    async with spoilt.app.run_test(size=(200, 60)) as pilot:
        await spoilt.opened(pilot)
        await spoilt.visit(pilot)
        await pilot.resize_terminal(80, 24)
        for number in (1, 2, 3):
            spoilt.app.main.open_screen(number)
            await spoilt.settle(pilot, 4)
        spoilt.app.main.open_screen(1)
        await spoilt.tell(pilot)
        assert spoilt.app._exception is None
        assert spoilt.app.is_running
    return spoilt.app.take(), spoilt.app.painted


def harmless(stream: str, text: str) -> None:
    """Nothing in it acts but what the terminal itself says."""
    assert not smuggled(stream, text)
    findings, _ = taken_apart(stream)
    assert not findings, f"{len(findings)} places, the first: {findings[:4]}"


PAIRS = ["+".join(list(SAMPLES)[at : at + 2]) for at in range(0, len(SAMPLES), 2)]
"""Two samples a walk; `make strings` walks with each alone."""


@pytest.mark.parametrize("names", PAIRS or ["absent"])
async def test_samples_through_every_sink(names: str, tmp_path: Path) -> None:
    if not SAMPLES:
        pytest.skip("../shared/security/terminal_strings.jsonl is absent: the screens were not tried with its strings")
    samples = [SAMPLES[name] for name in names.split("+")]
    text = " ".join(sample["text"] for sample in samples)
    stream, painted = await through_every_sink(text, tmp_path)
    harmless(stream, text)
    shown = words(stream)
    for expect in (sample["expect"] for sample in samples):
        assert not [part for part in expect.get("forbid_substrings", ()) if part in stream]
        assert not [part for part in expect["must_show"] if part not in shown]
    panes, dialogs = sinks()
    assert not sorted(kind.__name__ for kind in (panes | dialogs) - painted), "a sink that no attack came to"


@pytest.mark.parametrize("name", ["mixed", "unseen"])
async def test_own_strings_through_every_sink(name: str, tmp_path: Path) -> None:
    harmless((await through_every_sink(OWN[name], tmp_path))[0], OWN[name])


async def test_names_alone(tmp_path: Path) -> None:
    """Where symbols are honest, longer texts have room, and markup is text."""
    stream, _ = await through_every_sink(OWN["rich"], tmp_path, names_only=True)
    harmless(stream, OWN["rich"])
    assert "[bold red]A[/]" in words(stream)


def hostile_home(text: str, home: Path) -> None:
    """Files of a home that was downloaded: none is as it should be, each says the text where it can."""
    said = json.dumps(text, ensure_ascii=True).replace("\\ud800", "").replace("\\udfff", "")
    raw = text.encode("utf-8", "replace").decode("utf-8")
    (home / "themes").mkdir(parents=True)
    (home / "terminal.toml").write_text(f"theme = {said}\nsymbol = {said}\ntour = {said}\n", encoding="utf-8")
    (home / "keys.toml").write_text(f"[desk]\n{said} = [{said}]\nbuy = {said}\n", encoding="utf-8")
    palette = f"name = {said}\ntitle = {said}\n[roles]\nup = {said}\n"
    (home / "themes" / "own.toml").write_text(palette, encoding="utf-8")
    (home / "themes" / "raw.toml").write_text(raw, encoding="utf-8")
    for name in ("layouts.toml", "desk.toml", "seen.toml"):
        (home / name).write_text(f"[{said}]\nscreen = {said}\n{raw}", encoding="utf-8")


@pytest.mark.parametrize("name", ["mixed"])
async def test_files_of_a_home(name: str, tmp_path: Path) -> None:
    hostile_home(OWN[name], tmp_path)
    spoilt = Spoilt(OWN[name], tmp_path)
    spoilt.app.settings = Settings.load(tmp_path / "terminal.toml")
    spoilt.app.read_home()
    spoilt.app.dress()
    assert spoilt.app.told, "the files were refused, each in a line"
    async with spoilt.app.run_test(size=(200, 60)) as pilot:
        await spoilt.opened(pilot)
        for number in (8, 1):
            spoilt.app.main.open_screen(number)
            await spoilt.settle(pilot, 4)
        for dialog in ("LayoutsDialog", "HelpDialog", "NoticesDialog"):
            await spoilt.ask(pilot, dialog, OPENERS[dialog])
        spoilt.app.main.do_next_layout()
        await spoilt.settle(pilot)
        assert spoilt.app._exception is None
    harmless(spoilt.app.take(), OWN[name])


def test_every_dialog_has_its_opener() -> None:
    _, dialogs = sinks()
    assert {kind.__name__ for kind in dialogs} == set(OPENERS) - {"CommandPalette"}


ATTACKS = ("\x1b]52;c;x\x07", "\x1b]8;;x\x1b\\", "\x9b31m", "a\x07", "\u202e", "\u200b", "\x1b[6n", "\x1bc", "\ue000")


def test_an_attack_would_be_seen() -> None:
    """The check sees what it is to see."""
    for text in ATTACKS:
        assert taken_apart(f"\x1b[1;1H\x1b[38;5;1mfair{text}\x1b[0m")[0], ascii(text)
    assert smuggled("\x1b[1;1Hx\x1b[?1049lFGHI\x1b[0m", "A\x1b[?1049lFGHI")
    fair = "\x1b[?2026h\x1b[1;2H\x1b[1;31mNestlé ソニー█\x1b[0m\x1b[?2026l"
    assert taken_apart(fair) == ([], "   Nestlé ソニー█  ")
