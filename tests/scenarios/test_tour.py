"""The first-run tour on a real engine in a fresh home: one user with keys only, one with the mouse only."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import Desk
from tests.scenarios.test_terminal import ROOT, TRIES, Screen

SIZES = [(60, 20), (80, 24), (120, 36)]
STEPS = 9


class Visitor:
    """Somebody who starts the terminal for the first time and does what the tour says."""

    def __init__(self, path: Path, columns: int, lines: int) -> None:
        self.desk = Desk(path)
        own = {k: v for k, v in self.desk.environment.items() if k.startswith("VTERM_") and k != "VTERM_TOUR"}
        environment = {**own, "PYTHONPATH": str(ROOT), "COLORTERM": "truecolor"}
        self._window = [sys.executable, "-m", "vterm"], environment, columns, lines
        self.screen = Screen(*self._window)

    def again(self) -> None:
        """Start the terminal once more in the same home."""
        self.screen.close()
        self.screen = Screen(*self._window)

    def end(self) -> None:
        """End the terminal and the engine."""
        self.screen.close()
        self.desk.end()

    def at(self, step: int, title: str) -> str:
        """The screen once the tour stands at a step."""
        return self.screen.wait(f"tour {'●' * step}{'○' * (STEPS - step)} ", title)

    def finished(self) -> None:
        """Nothing of the tour is left on the screen, and the home says so."""
        text = ""
        for _ in range(TRIES):
            text = self.screen.text()
            if "▌ tour" not in text:
                break
        assert "▌ tour" not in text
        assert self.remembered == ("done", "")
        assert list(self.held()) == ["ETH-USD"]

    def click(self, words: str, *, shift: int = 0, strip: bool = False) -> None:
        """Click words of the tour's strip, or of what stands beside it; of several the topmost."""
        for _ in range(TRIES):
            lines = self.screen.text().split("\n")
            found = [(y, line.index(words)) for y, line in enumerate(lines)
                     if words in line and line.startswith("▌") is strip]  # fmt: skip
            if found:
                self.screen.click(found[0][1] + shift, found[0][0])
                return
        raise AssertionError(f"never showed {words!r} to click:\n" + "\n".join(lines))

    @property
    def remembered(self) -> tuple[str, str]:
        """What of the tour is in the home."""
        kept = tomllib.loads((Path(self.desk.home.path) / "terminal.toml").read_text())
        return kept["tour"], kept["tour-step"]

    def held(self) -> dict[str, str]:
        return {row["symbol"]: row["quantity"] for row in self.desk.ask("portfolio")["positions"]}


@pytest.fixture
def visitors() -> Iterator[list[Visitor]]:
    came: list[Visitor] = []
    yield came
    for visitor in came:
        visitor.end()


def upper_price(text: str, columns: int) -> tuple[int, int]:
    """A cell of the book's first row, which is below its head."""
    lines = text.split("\n")
    row = next(y for y, line in enumerate(lines) if "mine" in line) + 1
    return (20 if columns < 100 else 50), row


@pytest.mark.parametrize(("columns", "lines"), SIZES)
def test_a_tour_by_keys_only(visitors: list[Visitor], tmp_path: Path, columns: int, lines: int) -> None:
    visitor = Visitor(tmp_path / "home", columns, lines)
    visitors.append(visitor)
    keys = visitor.screen.keys
    visitor.at(1, "The book")
    keys("j")
    visitor.at(2, "Choose an instrument")
    keys("/")
    visitor.screen.wait("Find an instrument")
    keys("e", "t", "h")
    visitor.screen.wait("ETH-USD    Ethereum")
    keys("Enter")
    visitor.at(3, "Take a price")
    visitor.screen.wait("ETH", "spread")
    keys("k", "k", "k", "k", "k", "Enter")
    visitor.at(4, "Set a size")
    keys("b")
    visitor.screen.wait("u a lot")
    keys("u")
    visitor.at(5, "Read the preview")
    visitor.screen.wait("fills now")
    keys("F4")
    visitor.at(6, "Review")
    keys("F2")
    visitor.at(7, "Send")
    for _ in range(TRIES):  # the review arms a moment after it is painted; keys before that do nothing
        keys("Enter")
        if "[ Send ]" not in visitor.screen.text():
            break
    visitor.at(8, "What became of it")
    visitor.screen.wait("You hold", "ETH-USD")
    keys("p")
    visitor.at(9, "Where to go from here")
    keys("?")
    visitor.screen.wait("EVERYWHERE", "The tour is over")
    keys("Escape")
    visitor.finished()


@pytest.mark.parametrize(("columns", "lines"), SIZES)
def test_a_tour_by_mouse_only(visitors: list[Visitor], tmp_path: Path, columns: int, lines: int) -> None:
    visitor = Visitor(tmp_path / "home", columns, lines)
    visitors.append(visitor)
    wait, click, tabs = visitor.screen.wait, visitor.click, columns < 100
    visitor.at(1, "The book")
    visitor.screen.click(*upper_price(wait("mine", "spread"), columns))
    visitor.at(2, "Choose an instrument")
    if tabs:
        click("Watch")
        wait("CRYPTO")
    click("ETH-USD  ", shift=2)
    visitor.at(3, "Take a price")
    if tabs:
        click("Book")
    visitor.screen.click(*upper_price(wait("ETH-USD", "mine", "spread"), columns))
    visitor.at(4, "Set a size")
    if columns < 80:
        click("Ticket")
    click(" quantity", shift=3)
    click("u 0", shift=2)
    visitor.at(5, "Read the preview")
    wait("fills now")
    click("F4 next", strip=True)
    visitor.at(6, "Review")
    click("[ Review and send ]", shift=4)
    visitor.at(7, "Send")
    click("[ Send ]", shift=3)
    visitor.at(8, "What became of it")
    wait("You hold", "ETH-USD")
    if tabs:
        click("Orders")
    else:
        click("╭─ Positions", shift=6)
    visitor.at(9, "Where to go from here")
    click("5 missions", strip=True)
    wait("The tour is over")
    click("1 the desk", strip=True)
    visitor.finished()


def test_a_tour_is_left_gone_on_with_and_offered_once(visitors: list[Visitor], tmp_path: Path) -> None:
    visitor = Visitor(tmp_path / "home", 80, 24)
    visitors.append(visitor)
    visitor.at(1, "The book")
    visitor.screen.keys("j")
    visitor.at(2, "Choose an instrument")
    visitor.again()
    visitor.at(2, "Choose an instrument")
    visitor.screen.keys("F4")
    visitor.at(3, "Take a price")
    visitor.click("F5 leave", strip=True)
    visitor.screen.wait("The tour is left; F4 goes on with it")
    assert visitor.remembered == ("left", "price")
    visitor.again()
    visitor.screen.wait("spread", "● live")
    visitor.screen.keys("F4")
    visitor.at(3, "Take a price")
    assert visitor.held() == {}
