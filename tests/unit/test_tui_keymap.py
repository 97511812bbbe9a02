"""HOME/keys.toml: keys that are taken, keys that are refused with line, cause and fix, and what follows them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.fake_desk import FakeDesk
from tests.unit.test_tui_screen import make, opened, seen, settle, toasts
from tools.keys_table import PAGE, page
from vterm import keymap
from vterm.dialogs.help import lines
from vterm.key_names import UnknownKey, character_key, key_of, shown
from vterm.keymap import DEFAULT, KeysError
from vterm.paint import plain


def test_other_keys_do_what_the_file_says_and_the_old_ones_no_longer() -> None:
    keys = keymap.parse(b'[desk]\nbuy = ["n", "F7"]\n[ladder]\nladder_centre = "c"\nladder_depth = []\n')
    found = keys.find("n", "desk")
    assert found is not None
    assert found.name == "buy"
    assert keys.keys("buy") == ("n", "f7")
    assert keys.find("b", "desk") is None
    assert keys.hint("ladder_centre", "ladder") == "c"
    assert keys.keys("ladder_depth", "ladder") == ()
    assert "n" in [shown(a.keys[0]) for a in keys.footer("desk")]
    text = "\n".join(plain(line) for line in lines(keys, "ladder"))
    assert "n F7" in text
    assert "no key" in text


def test_two_actions_may_change_keys_with_each_other() -> None:
    keys = keymap.parse(b'[desk]\nbuy = "s"\nsell = "b"\n')
    assert (keys.hint("buy"), keys.hint("sell")) == ("s", "b")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[desk]\nbuyy = 'n'", 2, ("no action buyy", "did you mean buy?")),
        ("[dekc]\nbuy = 'n'", 1, ("no part [dekc]", "did you mean desk?")),
        ("\n\n[desk]\nbuy = 's'", 4, ("s for buy is sell in [desk] already", "another")),
        ("[ladder]\nladder_depth = 'b'", 2, ("is buy in [desk] already", "another")),
        ("[desk]\nzoom = 'x'", 2, ("is ladder_cancel in [ladder] already", "another")),
        ("[desk]\nbuy = '.'", 2, ("typed into the ticket's fields", "another")),
        ("[desk]\nbuy = 'backspace'", 2, ("typed into the ticket's fields", "another")),
        ("[ticket]\nswap_type = 'k'", 2, ("typed into the ticket's fields", "another")),
        ("[desk]\nbuy = 'bb'", 2, ("'bb' is no key",)),
        ("[desk]\nbuy = 'ctrl+m'", 2, ("cannot be told from enter",)),
        ("[desk]\nbuy = 'ctrl+c'", 2, ("ends programs",)),
        ("[desk]\nbuy = ['n', 'n']", 2, ("a key twice",)),
        ("[desk]\nbuy = ['n', 'm', 'v', 'V', 'M']", 2, ("5 keys", "4 are the most")),
        ("[desk]\nbuy = 3", 2, ("needs a key",)),
        ("[desk]\nback = []", 2, ("needs a key",)),
        ("[desk]\nbuy = 'n'\n[desk\n", 3, ("is not TOML",)),
        ("buy = 'n'", 0, ("no part [buy]", "there are")),
    ],
)
def test_a_mistake_is_refused_with_line_cause_and_fix(text: str, line: int, words: tuple[str, ...]) -> None:
    with pytest.raises(KeysError) as no:
        keymap.parse(text.encode())
    assert no.value.line == line
    assert str(no.value).startswith(f"keys.toml line {line}: " if line else "keys.toml ")
    for word in words:
        assert word in str(no.value)


def test_the_terminals_own_keys_would_pass_as_a_file() -> None:
    rows: dict[str, list[str]] = {}
    for action in DEFAULT.rows:
        rows.setdefault(action.context, []).append(f"{action.name} = {[shown(key) for key in action.keys]!r}")
    text = "\n".join(f"[{context}]\n" + "\n".join(found) for context, found in rows.items())
    assert keymap.parse(text.encode()).rows == DEFAULT.rows


def test_keys_are_written_as_people_write_them() -> None:
    written = ("b", "B", "/", ":", "?", "^p", "ctrl+p", "F2", "esc", "pgdn", "shift tab", "space", "ö", "alt+x", "↓")
    assert [key_of(text) for text in written] == [
        "b", "B", "slash", "colon", "question_mark", "ctrl+p", "ctrl+p", "f2", "escape", "pagedown", "shift+tab",
        "space", "ö", "alt+x", "down",
    ]  # fmt: skip
    assert [shown(k) for k in ("slash", "f2", "ctrl+p", "b", "ctrl+enter")] == ["/", "F2", "^p", "b", "^enter"]
    for text in ("", "\x1b", "\u202e", "字", "ctrl+", "f99", "hyper+x", "shift+b"):
        with pytest.raises(UnknownKey):
            key_of(text)


def test_names_of_characters_are_the_frameworks() -> None:
    from textual.keys import _character_to_key

    for code in range(32, 127):
        assert character_key(chr(code)) == _character_to_key(chr(code))


def test_the_page_of_keys_is_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "renew it with python -m tools.keys_table"


async def test_keys_of_the_home_work_and_the_footer_teaches_them(tmp_path: Path) -> None:
    (tmp_path / "keys.toml").write_text('[desk]\nscreen_8 = "f8"\nfind = "ctrl+f"\nquit = "ctrl+x"\n')
    app = make(FakeDesk(), path=tmp_path / "terminal.toml")
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        assert "^f symbol" in seen(app)
        await pilot.press("8")
        assert app.main.number == 1
        await pilot.press("f8")
        await settle(app, pilot)
        assert app.main.number == 8
        assert "in use" in seen(app)
        await pilot.press("ctrl+q")
        assert app.is_running
        assert toasts(app) == []


async def test_a_mistake_starts_with_the_terminals_own_keys_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "keys.toml").write_text('[desk]\nbuy = "s"\n')
    app = make(FakeDesk(), path=tmp_path / "terminal.toml")
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        assert any("keys.toml line 2: s for buy is sell" in toast and "own keys hold" in toast for toast in toasts(app))
        await pilot.press("8")
        await settle(app, pilot)
        assert "refused: keys.toml line 2" in seen(app)
        (tmp_path / "keys.toml").write_text('[desk]\nbuy = "n"\n')
        await pilot.press("G", "k", "enter")
        await settle(app, pilot)
        assert app.keymap.hint("buy") == "n"
        await pilot.press("n")
        assert app.main.context == "ticket"


async def test_far_motions_of_a_list() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await pilot.press("8", "G")
        page_: Any = app.main.page
        assert page_.current == "fact alerts"
        await pilot.press("g")
        assert page_.current == "theme dark"
        await pilot.press("ctrl+d")
        assert page_.cursor > 10
        await pilot.press("ctrl+u")
        assert page_.current == "theme dark"
