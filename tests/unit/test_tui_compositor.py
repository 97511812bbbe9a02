"""What is painted of a change is what the framework would paint of it, on screens in use, cell for cell."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.scroll_view import ScrollView

from tests.fake_desk import FakeDesk
from vterm.panes.pane import Pane
from vterm.settings import Settings
from vterm.terminal import VtermApp
from vterm.widgets.compositor import SpanCompositor

MOVES_ALONE = re.compile(r"\x1b\[\d+;\d+H(?=\x1b\[\d+;\d+H|\n|$)")


async def settled(app: VtermApp, pilot: Any) -> None:
    """A few beats of a living desk."""
    for _ in range(4):
        app.beat()
        await pilot.pause()


def cells(app: VtermApp, update: ChopsUpdate | None) -> str:
    """The bytes of an update, without moves to where nothing is written."""
    return MOVES_ALONE.sub("", update.render_segments(app.console)) if update is not None else ""


def both(app: VtermApp, regions: set[Region]) -> tuple[str, str]:
    """Ours and the framework's, of the same changes."""
    ours = app.screen._compositor
    assert isinstance(ours, SpanCompositor)
    ours._dirty_regions = set(regions)
    mine = cells(app, ours.render_partial_update())
    ours._dirty_regions = set(regions)
    return mine, cells(app, Compositor.render_partial_update(ours))


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36), (200, 60)], ids=lambda s: f"{s[0]}x{s[1]}")
async def test_a_change_is_painted_as_the_framework_would(size: tuple[int, int]) -> None:
    dice = random.Random(size[0])
    app = VtermApp(lambda: ready(FakeDesk(live=True)), settings=Settings(theme="dark"), tour=False)
    async with app.run_test(size=size) as pilot:
        await settled(app, pilot)
        for number in (1, 2, 3, 7):
            app.main.open_screen(number)
            await settled(app, pilot)
            for _ in range(12):
                regions = {
                    Region(dice.randint(0, size[0] - 2), dice.randint(0, size[1] - 2), dice.randint(1, size[0]), 1)
                    for _ in range(dice.randint(1, 9))
                }
                mine, framework = both(app, {r.intersection(app.screen.size.region) for r in regions})
                assert mine == framework and mine


async def ready(desk: FakeDesk) -> FakeDesk:
    """A desk as the terminal connects to it."""
    return desk


async def test_rows_with_their_edges_are_the_frameworks_rows() -> None:
    """Also where the focus moved and the theme changed: the edges are others then."""
    app = VtermApp(lambda: ready(FakeDesk(live=True)), settings=Settings(theme="dark"), tour=False)
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(app, pilot)
        for step in ("", "tab", "tab", "light", "tab"):
            if step == "light":
                app.wear("light")
            elif step:
                await pilot.press(step)
            await settled(app, pilot)
            seen = 0
            for pane in app.screen.query(Pane):
                if not (pane.display and pane.region.area):
                    continue
                whole = Region(0, 0, *pane.outer_size)
                ours = pane.render_lines(whole)
                pane._styles_cache.clear()
                for mine, framework in zip(ours, ScrollView.render_lines(pane, whole), strict=True):
                    assert [(s.text, s.style) for s in mine.simplify()] == [
                        (s.text, s.style) for s in framework.simplify()
                    ]
                    seen += 1
            assert seen > 30
