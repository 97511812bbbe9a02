"""What was said before, as much of it as a turn can carry."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.agent.port import Message, Words
from copilot.wire import Said

MOST_CHARS = 24_000
"""Of what was said before, in full."""
LINE = 160
"""Characters that are kept of a line from before that."""
MOST_LINES = 30


def earlier(history: Sequence[Said]) -> tuple[tuple[Message, ...], str]:
    """Messages that alternate and begin with the person, and a digest of what does not fit (empty: nothing)."""
    kept: list[Said] = []
    size = 0
    said = [line for line in history if line.text.strip()]
    while said and size + len(said[-1].text) <= MOST_CHARS:
        size += len(said[-1].text)
        kept.insert(0, said.pop())
    while kept and kept[0].role != "user":
        said.append(kept.pop(0))
    return _alternating(kept), _digest(said)


def _alternating(lines: Sequence[Said]) -> tuple[Message, ...]:
    sides: list[tuple[str, list[str]]] = []
    for line in lines:
        role = "assistant" if line.role == "assistant" else "user"
        if sides and sides[-1][0] == role:
            sides[-1][1].append(line.text)
        else:
            sides.append((role, [line.text]))
    return tuple(Message(role, (Words("\n\n".join(texts).rstrip()),)) for role, texts in sides)


def _digest(lines: Sequence[Said]) -> str:
    short = [
        f"{'you' if line.role == 'assistant' else 'person'}: {' '.join(line.text.split())[:LINE]}" for line in lines
    ]
    left = f"({len(short) - MOST_LINES} lines before that are left out)\n" if len(short) > MOST_LINES else ""
    return left + "\n".join(short[-MOST_LINES:])
