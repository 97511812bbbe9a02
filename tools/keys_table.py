"""Writes docs/keys-table.md from the table of actions: `python -m tools.keys_table`. A test compares the two."""

from __future__ import annotations

from pathlib import Path

from vterm.key_names import shown
from vterm.keymap import DEFAULT

PAGE = Path(__file__).resolve().parents[1] / "docs" / "keys-table.md"
HEAD = """# Keys of the terminal

Made from `vterm/actions.py` by `python -m tools.keys_table`; edit the table, not this page. Each key can be another
one, in `HOME/keys.toml`: the part in brackets, the action, its keys.

```toml
[desk]
buy = ["b", "F5"]      # up to four keys; [] for none
[ladder]
ladder_centre = "c"    # one key needs no list
```

Keys are written `b`, `B`, `/`, `ctrl+p` (or `^p`), `alt+b`, `F2`, `enter`, `esc`, `tab`, `space`, `pgdn`. Those of
`[desk]` hold everywhere, those of the other parts while that pane has the focus. Refused, with line, cause and fix: an
unknown action or key, a key that means two things in a pane or hides one that works everywhere, a key that the
ticket's fields take as text, and no key at all for `back`, `help`, `command` and `quit`. With one mistake none of the
file counts: the terminal starts with the keys below and says so. Screen 8 shows the file's state and reads it again.
"""


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for context in dict.fromkeys(action.context for action in DEFAULT.rows):
        parts.append(f"\n## [{context}]\n\n| Keys | Action | What it does |\n|---|---|---|\n")
        for action in DEFAULT.rows:
            if action.context == context:
                keys = " ".join(f"`{shown(key)}`" for key in action.keys).replace("|", "\\|")
                parts.append(f"| {keys} | `{action.name}` | {action.help} |\n")
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
