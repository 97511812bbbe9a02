"""Random text through every sink: `make strings` (ARGS="--cases 1000000 --screens 400 --seed 7").

Cases are texts made of what terminals obey and of what people write, checked against `safe` one by one; screens are
whole walks through the terminal, each on a desk whose every word is one such text.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from pathlib import Path

from engine.model.text import safe
from tests.terminal_stream import smuggled, taken_apart
from tests.unit.test_tui_strings import OWN, SAMPLES, through_every_sink
from vterm.paint import unarmed

PIECES = (
    "\x1b", "\x1b[", "\x1b]", "\x1bP", "\x1b\\", "\x1b[?1049l", "\x1b[6n", "\x07", "\x08", "\x0e", "\x7f", "\x9b",
    "\x9c", "\x9d", "\x90", "\x18", "52;c;", "31m", "8;;", "2J", "\u202e", "\u2066", "\u200b", "\u200d", "\ufe0f",
    "\U000e0041", "\u3164", "\u0301", "\u0489", "\n", "\r\n", "\t", "\ud800", "\udc00", "\ue000", "\uffff", "é", "ソ",
    "🙂", "न्", "[@click=app.leave]", "[/]", "[bold", "]", "AAPL", " ", "名", "0",
)  # fmt: skip


def soup(rng: random.Random, most: int = 24) -> str:
    """One text."""
    parts = (
        rng.choice(PIECES) if rng.random() < 0.8 else chr(rng.randrange(0x110000)) for _ in range(rng.randint(1, most))
    )
    return "".join(parts)


def cases(count: int, seed: int) -> list[str]:
    """Texts that came out armed: none, unless something is wrong."""
    rng, bad = random.Random(seed), []
    for _ in range(count):
        text = soup(rng)
        shown, last = safe(text), unarmed(text)
        if taken_apart(shown)[0] or taken_apart(last)[0] or "\x1b" in shown + last or "\n" in shown + last:
            bad.append(ascii(text))
    return bad


async def screens(count: int, seed: int) -> list[str]:
    """What came through a walk: none, unless something is wrong. The strings that tests have by name go first."""
    rng, bad = random.Random(seed), []
    texts = [*OWN.values(), *(row["text"] for row in SAMPLES.values()), *(soup(rng, 12) for _ in range(count))][:count]
    for place, text in enumerate(texts):
        with tempfile.TemporaryDirectory() as folder:
            stream, _ = await through_every_sink(text, Path(folder), names_only=place % 4 == 3)
        findings = taken_apart(stream)[0] + smuggled(stream, text)
        if findings:
            bad.append(f"{text!a}: {findings[:3]}")
    return bad


def main() -> int:
    """The exit code: 0 where nothing came through."""
    parser = argparse.ArgumentParser(prog="make strings", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--screens", type=int, default=40)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    bad = cases(args.cases, args.seed)
    sys.stdout.write(f"{args.cases} texts, {len(bad)} armed\n")
    walked = asyncio.run(screens(args.screens, args.seed))
    sys.stdout.write(f"{args.screens} walks through every screen, {len(walked)} with something that acts\n")
    sys.stdout.write("".join(f"  {line}\n" for line in (*bad[:20], *walked[:20])))
    return 1 if bad or walked else 0


if __name__ == "__main__":
    sys.exit(main())
