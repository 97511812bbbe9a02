"""A home's palettes and keys may come from anywhere: whatever is in the file, a palette, keys or one line comes out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import themes
from engine.model.text import safe
from vterm import keymap, palette_file, theme
from vterm.keymap import Keymap, KeysError
from vterm.palette import Palette
from vterm.palette_file import PaletteError

DARK = (themes.PALETTES / "dark.toml").read_bytes()
KEYS = b'[desk]\nbuy = ["n"]\n\n[ladder]\nladder_centre = "c"\n'


def one_line(text: str) -> bool:
    return bool(text) and "\n" not in text and len(text) <= 400 and safe(text) == text


def palette_or_line(raw: bytes) -> None:
    try:
        assert isinstance(palette_file.parse(raw), Palette)
    except PaletteError as error:
        assert one_line(str(error)), str(error)


def keys_or_line(raw: bytes) -> None:
    try:
        assert isinstance(keymap.parse(raw), Keymap)
    except KeysError as error:
        assert one_line(str(error)), str(error)


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_a_palette_or_one_line(raw: bytes) -> None:
    palette_or_line(raw)
    keys_or_line(raw)


@given(st.text(st.sampled_from("[]{}\"=.#'\\\n \t,aberolsx0123456789-_\x1b\x9b\u202e"), max_size=300))
@settings(max_examples=150, deadline=None)
def test_anything_like_toml_is_a_palette_or_one_line(text: str) -> None:
    palette_or_line(text.encode())
    keys_or_line(text.encode())


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_palette_with_bytes_changed_is_one_or_one_line(data: st.DataObject) -> None:
    for good, check in ((DARK, palette_or_line), (KEYS, keys_or_line)):
        at = data.draw(st.integers(0, len(good)))
        cut = data.draw(st.integers(0, 12))
        check(good[:at] + data.draw(st.binary(max_size=12)) + good[at + cut :])


@given(
    st.dictionaries(st.text(max_size=12), st.text(max_size=12), max_size=4), st.sampled_from(["desk", "ladder", "x"])
)
@settings(max_examples=100, deadline=None)
def test_any_action_with_any_key_is_keys_or_one_line(rows: dict[str, str], part: str) -> None:
    import json

    keys_or_line((f"[{part}]\n" + "".join(f"{json.dumps(k)} = {json.dumps(v)}\n" for k, v in rows.items())).encode())


HOSTILE = {
    "too large": b"#" + b"a" * 65_536,
    "long line": b"a" + b".a" * 30_000 + b" = 1",
    "deep": b"x = " + b"[\n" * 20_000,
    "deep tables": b"".join(b"[" + b"a." * 150 + b"a%d]\n" % n for n in range(150)),
    "large number": b"x = " + b"9" * 390,
    "include": b'include = "/etc/passwd"\n' + DARK,
    "escape in the title": DARK.replace(b'title = "Dark"', b'title = "\\u001b[2J"'),
    "override in the title": DARK.replace(b'title = "Dark"', b'title = "\\u202eDark"'),
    "no contrast": DARK.replace(b'foreground = "#d7dce2"', b'foreground = "#101418"'),
    "invisible warnings": DARK.replace(b'warning = "#e3a33a"', b'warning = "#0e1116"'),
    "style in a colour": DARK.replace(b'"#e3b341"', b'"red; }"'),
    "tint beyond": DARK.replace(b"select = 24", b"select = 101"),
    "tint as truth": DARK.replace(b"select = 24", b"select = true"),
    "name of another folder": DARK.replace(b'name = "dark"', b'name = "../x"'),
    "up like down": DARK.replace(b'up = "#3fb68b"', b'up = "#f0616d"'),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_palettes_are_refused_in_one_line(case: str) -> None:
    with pytest.raises(PaletteError) as no:
        palette_file.parse(HOSTILE[case])
    assert one_line(str(no.value))


def test_a_palette_of_the_home_can_be_worn_and_others_are_told_of(tmp_path: Path) -> None:
    folder = tmp_path / "themes"
    folder.mkdir()
    (folder / "mine.toml").write_bytes(DARK.replace(b'name = "dark"', b'name = "mine"'))
    (folder / "dark.toml").write_bytes(DARK)
    (folder / "wrong.toml").write_bytes(DARK)
    (folder / "x\x1b[2J.toml").write_bytes(b"")
    os.mkfifo(folder / "pipe.toml")
    (folder / "folder.toml").mkdir()
    (folder / "gone.toml").symlink_to(tmp_path / "nowhere")
    try:
        refused = theme.own(folder)
        assert theme.names() == (*theme.NAMES, "mine")
        assert theme.load("mine").roles == theme.load("dark").roles
        assert len(refused) == 6
        assert all(one_line(line) for line in refused)
    finally:
        theme.own(tmp_path / "none")
    assert theme.names() == theme.NAMES
