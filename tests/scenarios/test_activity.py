"""Activity and notices in a pseudo-terminal on a real engine: a fill is told, and so is what happened meanwhile."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import ROOT, Desk, desk
from tests.scenarios.test_terminal import Screen


@pytest.fixture
def market(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "home") as found:
        yield found


@pytest.fixture
def screens() -> Iterator[list[Screen]]:
    opened: list[Screen] = []
    yield opened
    for screen in opened:
        screen.close()


def opened(market: Desk, screens: list[Screen]) -> Screen:
    own = {k: v for k, v in market.environment.items() if k.startswith("VTERM_")}
    environment = own | {"PYTHONPATH": str(ROOT), "COLORTERM": "truecolor"}
    screens.append(Screen([sys.executable, "-m", "vterm"], environment))
    screens[-1].wait("● live")
    return screens[-1]


def test_what_happens_is_told_now_and_what_happened_at_the_next_start(market: Desk, screens: list[Screen]) -> None:
    screen = opened(market, screens)
    market.ask("order", "buy", "BTC", "0.05")
    market.ask("twap", "buy", "BTC", "0.4", "--over", "20m", "--slices", "10")
    screen.wait("Bought 0.05 BTC-USD at", "! ")
    screen.keys("7")
    text = screen.wait("Cost of a fill", "half spread", "TWAP BTC-USD", "chain verified")
    assert "✓ filled" in text
    screen.keys("C-q")
    while not (Path(market.home.path) / "seen.toml").exists():
        screen.text()
    screens.remove(screen)
    screen.close()
    market.ask("order", "sell", "BTC", "0.02")
    again = opened(market, screens)
    again.wait("While you were away: ")
    again.keys("!")
    again.wait("Notices", "Sold 0.02 BTC-USD at", "unread")
