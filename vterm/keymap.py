"""Which keys do what: the table of actions with the keys of HOME/keys.toml in place of its own.

```toml
[desk]
buy = ["b"]            # several keys, or none: []
[ladder]
ladder_centre = "c"    # one key needs no list
```

Dispatch, footer, help, palette and docs ask a `Keymap`, never the table. A file counts as a whole or not at all: with
one mistake the terminal starts with its own keys and says which line is wrong, why, and what would do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from engine.model.text import safe
from vterm.actions import ACTIONS, FOOTER_MOST, TYPING, Action
from vterm.key_names import UnknownKey, key_of, shown, typed
from vterm.plain_file import PlainFileError, read_bytes, toml

MOST_KEYS = 4
NEEDED = ("back", "help", "quit", "command")
"""Without a key for these nobody finds the way out, or the file that took it away."""
TYPED_ALWAYS = "0123456789.-=%"
"""What fields of numbers take: an action on such a key would be dead, or would eat what is typed."""
EDITING = ("backspace", "delete", "home", "end", "ctrl+u", "ctrl+w", "ctrl+a", "ctrl+e")
TICKET_TYPES = "anprosvck "
"""Letters of a quantity: they are text after a digit, so the desk may have them and the ticket's own keys may not."""


class KeysError(ValueError):
    """A mistake in keys.toml: the line (0 for the whole file), what is wrong with it, and what to write."""

    def __init__(self, line: int, cause: str, fix: str = "") -> None:
        self.line, self.cause, self.fix = line, safe(cause)[:160], safe(fix)[:120]
        where = f"keys.toml line {line}: " if line else "keys.toml "
        super().__init__(where + self.cause + (f"; {self.fix}" if self.fix else ""))


@dataclass(frozen=True)
class Keymap:
    """Actions with the keys that hold now, and the questions that are asked of them."""

    rows: tuple[Action, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_key", {(a.context, key): a for a in self.rows for key in a.keys})

    def find(self, key: str, context: str) -> Action | None:
        """The action of a key in a context: the pane's own first, then the desk's."""
        by_key: Mapping[tuple[str, str], Action] = self._by_key  # type: ignore[attr-defined]
        return by_key.get((context, key)) or by_key.get(("desk", key))

    def keys(self, name: str, context: str = "desk") -> tuple[str, ...]:
        """The keys of an action; none where it has none."""
        return next((a.keys for a in self.rows if a.name == name and a.context == context), ())

    def hint(self, name: str, context: str = "desk") -> str:
        """The first key of an action as people write it, its name where it has none."""
        keys = self.keys(name, context)
        return shown(keys[0]) if keys else name

    def footer(self, context: str) -> list[Action]:
        """What the footer teaches in a context: at most ten, most useful first."""
        contexts = (context,) if context in TYPING else (context, "desk")
        rows = [a for a in self.rows if a.foot and a.keys and a.context in contexts]
        return sorted(rows, key=lambda a: a.foot)[:FOOTER_MOST]

    def help_rows(self, context: str) -> Iterable[Action]:
        """Every action that holds in a context, the pane's own first."""
        yield from (a for a in self.rows if a.context == context)
        yield from (a for a in self.rows if a.context == "desk")


DEFAULT = Keymap(ACTIONS)


def load(path: Path) -> Keymap | None:
    """The keys of a file, None where there is no file. Raises KeysError."""
    try:
        raw = read_bytes(path)
    except FileNotFoundError:
        return None
    except PlainFileError as error:
        raise KeysError(0, str(error)) from None
    return parse(raw)


def parse(raw: bytes) -> Keymap:
    """The keys of a file's contents. Raises KeysError."""
    try:
        document, text = toml(raw)
    except PlainFileError as error:
        line = re.search(r"\(at line (\d+), column \d+\)", str(error))
        cause = re.sub(r" \(at line.*\)", "", str(error))
        raise KeysError(int(line.group(1)) if line else 0, cause) from None
    return Keymap(_checked(_bound(document, text), document, text))


def _line(text: str, context: str, name: str = "") -> int:
    """The line of a table or of a row in it, 0 where the file writes it in some other way."""
    here = ""
    for number, line in enumerate(text.split("\n"), 1):
        head = re.match(r"\s*\[\s*[\"']?([^\]\"']*?)[\"']?\s*\]", line)
        if head:
            here = head.group(1)
            if not name and here == context:
                return number
        elif name and here == context and re.match(rf"\s*[\"']?{re.escape(name)}[\"']?\s*=", line):
            return number
    return 0


def _near(word: str, words: Iterable[str]) -> str:
    found = get_close_matches(word[:40], sorted(words), 1, 0.6)
    return f"did you mean {found[0]}?" if found else ""


def _bound(document: dict[str, Any], text: str) -> tuple[Action, ...]:
    """The table with the file's keys. Each name and key is known after this."""
    contexts = {a.context for a in ACTIONS}
    wanted: dict[tuple[str, str], tuple[str, ...]] = {}
    for context, rows in document.items():
        if context not in contexts or not isinstance(rows, dict):
            fix = _near(context, contexts) or f"there are {', '.join(sorted(contexts))}"
            raise KeysError(_line(text, context), f"there is no part [{context[:24]}]", fix)
        names = {a.name for a in ACTIONS if a.context == context}
        for name, value in rows.items():
            line = _line(text, context, name)
            if name not in names:
                raise KeysError(
                    line, f"[{context}] has no action {name[:32]}", _near(name, names) or "see docs/keys-table.md"
                )
            wanted[context, name] = _keys(value, line, name)
    return tuple(replace(a, keys=wanted.get((a.context, a.name), a.keys)) for a in ACTIONS)


def _keys(value: object, line: int, name: str) -> tuple[str, ...]:
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise KeysError(line, f"{name} needs a key or a list of keys", f'write {name} = ["b"]')
    if len(words) > MOST_KEYS:
        raise KeysError(line, f"{name} has {len(words)} keys", f"{MOST_KEYS} are the most")
    keys: list[str] = []
    for word in words:
        try:
            keys.append(key_of(word))
        except UnknownKey as error:
            raise KeysError(line, f"{word[:20]!r} {error}") from None
    if len(set(keys)) < len(keys):
        raise KeysError(line, f"{name} has a key twice", "write it once")
    return tuple(keys)


def _checked(rows: tuple[Action, ...], document: dict[str, Any], text: str) -> tuple[Action, ...]:
    """The rows, if no key means two things, none is typed text, and the ways out have one."""
    taken: dict[tuple[str, str], Action] = {}
    changed = [a for a in rows if a.name in document.get(a.context, {})]
    for action in [*(a for a in rows if a not in changed), *changed]:
        line = _line(text, action.context, action.name)
        for key in action.keys:
            others = [taken.get((action.context, key))]
            if action.context == "desk":
                others += [a for (_, other), a in taken.items() if other == key]
            else:
                others.append(taken.get(("desk", key)))
            for other in others:
                if other is not None:
                    where = f"{other.name} in [{other.context}]"
                    raise KeysError(line, f"{shown(key)} for {action.name} is {where} already",
                                    f"take another key, or give {other.name} another one")  # fmt: skip
            if action in changed:
                _no_text(action, key, line)
        for key in action.keys:
            taken[action.context, key] = action
        if action.name in NEEDED and action.context == "desk" and not action.keys:
            raise KeysError(line, f"{action.name} needs a key", "without one nobody gets out")
    return rows


def _no_text(action: Action, key: str, line: int) -> None:
    """Refuses a key that a field of text takes wherever the action could be wanted."""
    if action.context not in ("desk", "ticket") or (action.name.startswith("screen_") and typed(key).isdigit()):
        return
    text = TYPED_ALWAYS + (TICKET_TYPES if action.context == "ticket" else "")
    char = typed(key)
    if (char and char in text) or key in EDITING:
        raise KeysError(line, f"{shown(key)} for {action.name} is typed into the ticket's fields", "take another key")
