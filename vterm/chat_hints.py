"""What is offered while a question is typed: slash commands with their help, instruments behind a $. Pure but for the
list of commands, which is read when the first slash is typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from engine.model.text import safe
from vterm.paint import Line, clip, fit

MOST = 8


@dataclass(frozen=True)
class Hint:
    """`text` takes the place of the word at the cursor, `help` says what it is."""

    text: str
    help: str


@cache
def _commands() -> tuple[tuple[str, str], ...]:
    from copilot.agent.commands import help_lines

    return help_lines()


def hints(typed: str, cursor: int, instruments: Mapping[str, Mapping[str, Any]]) -> list[Hint]:
    """What the word at the cursor could become; empty where nothing is offered."""
    word = word_at(typed, cursor)
    if typed.startswith("/") and " " not in typed[:cursor]:
        return [Hint(usage.split()[0], f"{usage}: {help_}") for usage, help_ in _commands()
                if usage.split()[0].startswith(word.lower())][:MOST]  # fmt: skip
    if word.startswith("$"):
        return _symbols(word[1:].upper(), instruments)
    return []


def _symbols(start: str, instruments: Mapping[str, Mapping[str, Any]]) -> list[Hint]:
    found: Iterable[str] = (symbol for symbol in instruments if symbol.upper().startswith(start))
    return [Hint(f"${symbol}", safe(str(instruments[symbol].get("name") or ""), 60))
            for _, symbol in zip(range(MOST), sorted(found), strict=False)]  # fmt: skip


def word_at(typed: str, cursor: int) -> str:
    """The word that ends at the cursor."""
    return typed[:cursor].rpartition(" ")[2]


def completed(typed: str, cursor: int, hint: Hint) -> tuple[str, int]:
    """The line with the word replaced, and the cursor behind it."""
    start = cursor - len(word_at(typed, cursor))
    line = f"{typed[:start]}{hint.text} "
    return line + typed[cursor:].lstrip(), len(line)


def hint_lines(found: list[Hint], chosen: int, cells: int) -> tuple[Line, ...]:
    """A line each below a rule, the chosen one marked."""
    lines: list[Line] = [(("─" * cells, "rule"),)]
    for place, hint in enumerate(found):
        here = place == chosen
        lines.append(fit(((" ▸ " if here else "   ", "accent"),
                          (clip(hint.text, 14), "bold foreground" if here else "foreground"),
                          (clip(f" {hint.help}", max(1, cells - 17)), "muted")), cells))  # fmt: skip
    return tuple(lines) if found else ()
