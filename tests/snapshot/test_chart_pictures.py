"""The chart as a picture: studies with the cursor, a comparison, the depth without colour, the list of studies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.snapshot.test_desk_pictures import make, settled

Compare = Callable[..., bool]


async def pressed(pilot: Pilot[int], *keys: str) -> None:
    """The chart alone, and these keys."""
    await settled(pilot)
    app: Any = pilot.app
    app.main.go_to("chart")
    await pilot.press("z", *keys)
    await settled(pilot)


async def studied(pilot: Pilot[int]) -> None:
    """Bands over the candles, MACD below, the cursor ten bars back."""
    await pressed(pilot, "k", "i", "b", "d", "escape", *["h"] * 10)


async def compared(pilot: Pilot[int]) -> None:
    """Two others in percent."""
    await pressed(pilot)
    app: Any = pilot.app
    for symbol in ("ETH-USD", "AAPL"):
        app.main.desk.chart.compare(symbol)
    while len(app.state.compared) < 2:
        await pilot.pause(0.01)
    await settled(pilot)


async def deep(pilot: Pilot[int]) -> None:
    """The book's depth with its cursor."""
    await pressed(pilot, "d", "l", "l", "l", "l")


async def listed(pilot: Pilot[int]) -> None:
    """All that can be shown."""
    await pressed(pilot, "i")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_studies(snap_compare: Compare, theme: str) -> None:
    assert snap_compare(make(theme), terminal_size=(120, 36), run_before=studied)


@pytest.mark.parametrize("size", [(200, 60), (60, 20)], ids=lambda s: f"{s[0]}x{s[1]}")
def test_comparison(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(make("dark"), terminal_size=size, run_before=compared)


def test_depth_without_colour(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(make("dark"), terminal_size=(80, 24), run_before=deep)


def test_list_of_studies(snap_compare: Compare) -> None:
    assert snap_compare(make("dark"), terminal_size=(120, 36), run_before=listed)
