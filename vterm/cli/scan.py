"""Reads the global flags, wherever they stand, and leaves the command and its own arguments."""

from __future__ import annotations

from vterm.cli.commands import COMMANDS, GLOBAL_SWITCHES, GLOBAL_VALUES, TERMINAL_VALUES, WORKBENCH
from vterm.cli.stop import usage


class Line:
    """A command line taken apart. `flags` by name, `name` of the command ("" for the terminal), the `rest`."""

    def __init__(self) -> None:
        self.name = ""
        self.flags: dict[str, str] = {}
        self.switches: set[str] = set()
        self.rest: list[str] = []


def scan(argv: list[str]) -> Line:
    """Raises Stop (USAGE) for a flag without its value or an unknown word in the command's place."""
    line = Line()
    words = list(argv)
    while words:
        word = words.pop(0)
        if word == "--":
            line.rest += ["--", *words] if line.name else []
            break
        flag, equals, value = word.partition("=")
        known = _values(line).get(flag)
        if known:
            line.flags[known[0]] = value if equals else _next(flag, words)
        elif word in GLOBAL_SWITCHES:
            line.switches.add(GLOBAL_SWITCHES[word][0])
        elif line.name:
            line.rest.append(word)
        elif not _take_name(line, word):
            break
        if line.name and COMMANDS[line.name][0] == WORKBENCH:
            line.rest += words
            break
    return line


def _values(line: Line) -> dict[str, tuple[str, str]]:
    return GLOBAL_VALUES if line.name else {**GLOBAL_VALUES, **TERMINAL_VALUES}


def _next(flag: str, words: list[str]) -> str:
    if not words:
        raise usage(f"{flag} needs a value")
    return words.pop(0)


def _take_name(line: Line, word: str) -> bool:
    """Take the word in the command's place; False where it ends the line by itself."""
    if word in ("-h", "--help"):
        line.name = "help"
        return True
    if word in ("-V", "--version"):
        line.switches.add("version")
        return False
    if word.startswith("-") and len(word) > 1:
        raise usage(f"unknown option {word[:40]}")
    if word not in COMMANDS:
        import difflib

        close = difflib.get_close_matches(word, COMMANDS, 1)
        raise usage(
            f"there is no command {word[:40]!r}", f"did you mean `vterm {close[0]}`?" if close else "see `vterm help`"
        )
    line.name = word
    return True
