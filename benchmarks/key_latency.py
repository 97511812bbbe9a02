"""From a key to its painted effect, in a pseudo-terminal, while 160 instruments tick ten times a second.

    python -m benchmarks.key_latency [--rounds 100] [--watched 160]

The engine is a process of its own, the terminal another, and each key is a byte written to the pseudo-terminal at a
moment that has nothing to do with the frames of either. Its effect counts as painted when the bytes that show it have
been read; which bytes those are is found out afterwards, by an emulator over what was recorded. Beside it the same on
an app of the framework that does nothing but move a cursor in a list. One JSON line: milliseconds by kind of effect.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks._desk import await_end, running, terminal
from benchmarks._window import Played, Window, load, quantile
from vterm.theme import load as palette

BAR_MS = 50.0
PACE_S = (0.16, 0.34)
LOST_S = 1.0
BACKSPACE, TAB = "\x7f", "\t"
PEER = """
from textual.app import App
from textual.widgets import OptionList
class Peer(App):
    def compose(self):
        yield OptionList(*[f"row {n} READY" for n in range(30)])
Peer().run()
"""


@dataclass
class Effect:
    """A key and what is looked at: `seen` is what the screen shows of it, `wanted` what it must come to (else: any
    change)."""

    kind: str
    key: str
    seen: Callable[[Any], object]
    wanted: object = None
    pressed: tuple[float, float] = (0.0, 0.0)


@dataclass
class Taken:
    """Milliseconds by kind, the same without what the program waited for a processor that others had, and how many
    keys had no effect within a second."""

    ms: dict[str, list[float]] = field(default_factory=dict)
    own: dict[str, list[float]] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)


def rows_on(color: str, left: int, right: int) -> Callable[[Any], object]:
    """Rows whose cells between two columns stand on a background, or none that do."""

    def seen(screen: Any) -> object:
        found = []
        for y in range(screen.lines):
            row = screen.buffer[y]
            if any(row[x].bg == color for x in range(left, right)):
                found.append(y)
        return tuple(found)

    return seen


def part(y: int, left: int, right: int) -> Callable[[Any], object]:
    """The text of a piece of a row."""
    return lambda screen: screen.display[y][left:right]


def shows(words: str) -> Callable[[Any], object]:
    """Whether these words stand anywhere."""
    return lambda screen: any(words in line for line in screen.display)


def place(screen: Any, words: str) -> tuple[int, int]:
    """Row and column where these words begin."""
    for y, line in enumerate(screen.display):
        if words in line:
            return y, line.index(words)
    raise SystemExit(f"the terminal does not show {words!r}:\n" + "\n".join(screen.display))


def press(window: Window, effects: list[Effect], dice: random.Random) -> None:
    """Type them, each at a moment of its own."""
    for effect in effects:
        await_end(window, dice.uniform(*PACE_S))
        window.press(effect.key)
        effect.pressed = (window.pressed[-1][0], window.pressed[-1][2])
    await_end(window, LOST_S)


def judge(window: Window, effects: list[list[Effect]]) -> Taken:
    """When each was painted. Effects of one inner list have one key."""
    played, taken = Played(window), Taken()
    for together in effects:
        at, ready = together[0].pressed
        played.until(at)
        waiting = [(effect, effect.seen(played.screen)) for effect in together]
        for effect, old in list(waiting):
            if effect.wanted is not None and old == effect.wanted:  # it was so before: the key shows nothing
                waiting.remove((effect, old))
                taken.lost[effect.kind] = taken.lost.get(effect.kind, 0) + 1
        for moment, waited in played.moments(at + LOST_S):
            for effect, old in list(waiting):
                now = effect.seen(played.screen)
                if now == effect.wanted if effect.wanted is not None else now != old:
                    taken.ms.setdefault(effect.kind, []).append((moment - at) * 1000)
                    taken.own.setdefault(effect.kind, []).append((moment - at) * 1000 - (waited - ready))
                    waiting.remove((effect, old))
            if not waiting:
                break
        for effect, _ in waiting:
            taken.lost[effect.kind] = taken.lost.get(effect.kind, 0) + 1
    return taken


def watch_keys(window: Window, rounds: int, dice: random.Random) -> list[list[Effect]]:
    """Down and up in the watchlist: its cursor, and the name on the book and its figures."""
    for key in ("\x1b[Z", "j"):
        window.press(key)
        await_end(window, 1.0)
    now = Played(window)
    now.until(window.written[-1][0])
    (y, left), (_, right) = place(now.screen, "Watch"), place(now.screen, " · book")
    cursor = rows_on(palette("dark").color("cursor")[1:].lower(), left, right - 10)
    sets = []
    for number in range(rounds):
        key = "kj"[number % 2]
        sets.append([Effect("watch cursor", key, cursor), Effect("symbol", key, part(y, right - 10, right))])
    press(window, [together[0] for together in sets], dice)
    return sets


def ladder_keys(window: Window, rounds: int, dice: random.Random) -> list[list[Effect]]:
    """Down and up in the ladder."""
    for key in (TAB, "j"):
        window.press(key)
        await_end(window, 0.7)
    now = Played(window)
    now.until(window.written[-1][0])
    _, left = place(now.screen, " · book")
    cursor = rows_on(palette("dark").color("cursor")[1:].lower(), left, left + 15)
    sets = [[Effect("ladder cursor", "jk"[number % 2], cursor)] for number in range(rounds)]
    press(window, [together[0] for together in sets], dice)
    return sets


PAGES = (("2", "Unrealised"), ("1", " · book"), ("3", "Sessions"), ("1", " · book"), ("8", "THEME"), ("1", " · book"))


def page_keys(window: Window, rounds: int, dice: random.Random) -> list[list[Effect]]:
    """Portfolio, Markets and Settings, and back to the desk each time. The first look at each is counted alone: its
    modules are read then."""
    sets = []
    for number in range(rounds):
        key, words = PAGES[number % len(PAGES)]
        kind = "first screen" if number < len(PAGES) and key != "1" else "screen"
        sets.append([Effect(kind, key, shows(words), wanted=True)])
    press(window, [together[0] for together in sets], dice)
    return sets


def ticket_keys(window: Window, rounds: int, dice: random.Random) -> list[list[Effect]]:
    """A digit into the quantity, and away again."""
    for key in ("1", "b"):
        window.press(key)
        await_end(window, 0.7)
    now = Played(window)
    now.until(window.written[-1][0])
    y, left = place(now.screen, "quantity")
    sets = [[Effect("typing", ("7", BACKSPACE)[number % 2], part(y, left, left + 24))] for number in range(rounds)]
    press(window, [together[0] for together in sets], dice)
    return sets


def peer_keys(rounds: int, dice: random.Random) -> Taken:
    """The cursor of the framework's own list, with nothing else to do."""
    window = Window([sys.executable, "-c", PEER], {})
    window.listen(20.0, b"READY")
    await_end(window, 1.0)

    def seen(screen: Any) -> object:
        rows = [screen.buffer[y][4].bg for y in range(screen.lines)]
        return tuple(rows)

    sets = [[Effect("list cursor", ("\x1b[B", "\x1b[A")[number % 2], seen)] for number in range(rounds)]
    press(window, [together[0] for together in sets], dice)
    window.close()
    return judge(window, sets)


def figures(taken: Taken) -> dict[str, dict[str, float]]:
    """p50, p99 and the longest, by kind; `own` is the p99 without waiting for a processor."""
    return {
        kind: {"keys": len(ms), "p50": round(statistics.median(ms), 1), "p99": round(quantile(ms, 0.99), 1),
               "own_p50": round(statistics.median(taken.own[kind]), 1),
               "own_p99": round(quantile(taken.own[kind], 0.99), 1), "longest": round(max(ms), 1),
               "lost": taken.lost.get(kind, 0)}
        for kind, ms in taken.ms.items()
    }  # fmt: skip


def together(found: dict[str, list[float]]) -> list[float]:
    """All but the first looks at screens."""
    return [ms for kind, values in found.items() if kind != "first screen" for ms in values]


def main() -> int:
    """Measure; one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100, help="keys of each kind")
    parser.add_argument("--watched", type=int, default=160)
    args = parser.parse_args()
    before, dice = load(), random.Random(5)
    with tempfile.TemporaryDirectory(prefix="vterm-keys-") as folder, running(Path(folder), args.watched) as here:
        window = terminal(here)
        sets: list[list[Effect]] = []
        for kind in (watch_keys, ladder_keys, page_keys, ticket_keys):
            sets += kind(window, args.rounds, dice)
        window.close()
    taken, peer = judge(window, sets), peer_keys(args.rounds, dice)
    p99, own = quantile(together(taken.ms), 0.99), quantile(together(taken.own), 0.99)
    print(json.dumps({
        "benchmark": "key_latency", "watched": args.watched, "by_kind": figures(taken), "lost": taken.lost,
        "keys": len(together(taken.ms)), "p50_ms": round(statistics.median(together(taken.ms)), 1),
        "p99_ms": round(p99, 1), "own_p99_ms": round(own, 1), "bar_ms": BAR_MS, "peer": figures(peer),
        "ratio_p99": round(p99 / quantile(peer.ms["list cursor"], 0.99), 2), "load": [before, load()],
    }))  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
