"""Names of keys: how people write them, how the framework calls them, and which a terminal can tell apart."""

from __future__ import annotations

import re
import unicodedata

_RENAMED = {
    "solidus": "slash", "reverse_solidus": "backslash", "commercial_at": "at", "hyphen_minus": "minus",
    "plus_sign": "plus", "low_line": "underscore",
}  # fmt: skip
_SPOKEN = {
    "esc": "escape", "pgdn": "pagedown", "pgup": "pageup", "del": "delete", "ins": "insert", "return": "enter",
    "↓": "down", "↑": "up", "←": "left", "→": "right",
}  # fmt: skip
_NAMED = frozenset(
    ("enter", "escape", "tab", "space", "backspace", "delete", "insert", "home", "end", "pageup", "pagedown", "up",
     "down", "left", "right", *(f"f{n}" for n in range(1, 25)))
)  # fmt: skip
_MODIFIED = re.compile(r"(ctrl|alt|shift|ctrl\+shift)\+([a-z0-9]+)\Z", re.ASCII)
_SAME_BYTE = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+j": "enter", "ctrl+h": "backspace"}
_TAKEN = {"ctrl+c": "ends programs", "ctrl+z": "stops programs", "ctrl+s": "holds the screen", "ctrl+q": ""}
LETTERS_END = 0x250

SHOWN = {
    "slash": "/", "colon": ":", "question_mark": "?", "exclamation_mark": "!",
    "left_square_bracket": "[", "right_square_bracket": "]", "greater_than_sign": ">", "less_than_sign": "<",
    "escape": "esc", "f1": "F1", "f2": "F2", "f3": "F3", "down": "↓", "up": "↑",
    "left": "←", "right": "→", "pagedown": "pgdn", "pageup": "pgup", "shift+tab": "shift tab",
}  # fmt: skip


class UnknownKey(ValueError):
    """Why a word is no key, or none that may be bound: one line."""


def character_key(char: str) -> str:
    """What the framework calls the key of a printable character."""
    if char.isalnum():
        return char
    if char == " ":
        return "space"
    name = unicodedata.name(char).lower().replace("-", "_").replace(" ", "_")
    return _RENAMED.get(name, name)


_SIGNS = {character_key(chr(code)): chr(code) for code in range(33, 127) if not chr(code).isalnum()}
_KEYS_OF_SIGNS = frozenset(_SIGNS)


def key_of(text: str) -> str:
    """The framework's name of a key that a person wrote: `b`, `B`, `/`, `^p`, `ctrl+p`, `F2`, `pgdn`, `shift tab`."""
    if len(text) == 1:
        if text in _SPOKEN:
            return _SPOKEN[text]
        if 32 <= ord(text) < 127 or (text.isalpha() and ord(text) < LETTERS_END):
            return character_key(text)
        raise UnknownKey("is no key of an ordinary keyboard")
    word = text.replace("shift ", "shift+") if text.startswith("shift ") else text
    if len(word) > 1 and word[0] == "^":
        word = "ctrl+" + word[1:]
    word = word.lower() if not word.startswith("ctrl+") else word[:5] + word[5:].lower()
    word = _SPOKEN.get(word, word)
    if word in _NAMED or word in _KEYS_OF_SIGNS:
        return word
    return _modified(word)


def _modified(word: str) -> str:
    match = _MODIFIED.match(word)
    if match is None:
        raise UnknownKey("is no key; write b, B, /, ctrl+p, alt+b, F2, enter, pgdn")
    modifier, key = match.groups()
    key = _SPOKEN.get(key, key)
    whole = f"{modifier}+{key}"
    if whole in _SAME_BYTE:
        raise UnknownKey(f"cannot be told from {_SAME_BYTE[whole]} by a terminal")
    if _TAKEN.get(whole):
        raise UnknownKey(f"{_TAKEN[whole]} in a terminal")
    if key not in _NAMED and not (len(key) == 1 and modifier != "shift"):
        raise UnknownKey("is no key; write b, B, /, ctrl+p, alt+b, F2, enter, pgdn")
    return whole


def typed(key: str) -> str:
    """The character that a key types, an empty text where it types none."""
    if len(key) == 1:
        return key
    return " " if key == "space" else _SIGNS.get(key, "")


def shown(key: str) -> str:
    """A key as people write it."""
    if key.startswith("ctrl+"):
        return "^" + shown(key.removeprefix("ctrl+"))
    return SHOWN.get(key) or _SIGNS.get(key) or (key.upper() if re.fullmatch(r"f\d+", key) else key)
