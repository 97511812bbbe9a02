"""What a chart shows: kind, studies, comparisons, how near, until when, where its cursor stands. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vterm.panes.chart_studies import OTHERS, OVERLAYS, STRIPS, STUDIES, Study

KINDS = ("candles", "line", "depth")
PERIODS = ("1m", "5m", "1h", "1d")
SECONDS = {"1m": 60, "5m": 300, "1h": 3600, "1d": 86400}
ZOOMS = ((1, 6), (1, 4), (1, 2), (1, 1), (2, 1), (3, 1), (5, 1), (10, 1), (20, 1), (50, 1))
"""(bars a slot, cells a slot), the nearest first."""
USUAL_ZOOM = 3
USUAL = ("volume", "own", "ema20")
MOST_COMPARED = 4
MOST_OVERLAYS = 4
MOST_DEPTH_ZOOM = 6
SYMBOL_LENGTH = 16


@dataclass
class ChartChoice:
    """`until` is the time of the newest bar in view (None: live), `cursor` that of the bar read out; UTC seconds.

    `depth_cursor` counts columns from the middle of the book. The period is `DeskState.every`.
    """

    kind: str = "candles"
    shown: tuple[str, ...] = USUAL
    compared: list[str] = field(default_factory=list)
    zoom: int = USUAL_ZOOM
    until: int | None = None
    cursor: int | None = None
    depth_zoom: int = 0
    depth_cursor: int | None = None

    @property
    def overlays(self) -> list[Study]:
        """Over the prices, in the order in which they were chosen."""
        return [STUDIES[name] for name in self.shown if STUDIES.get(name) in OVERLAYS]

    @property
    def strip(self) -> Study | None:
        """The study below the prices."""
        return next((STUDIES[name] for name in self.shown if STUDIES.get(name) in STRIPS), None)

    @property
    def slot(self) -> tuple[int, int]:
        """Bars a slot, cells a slot."""
        return ZOOMS[self.zoom]

    @property
    def kinds(self) -> int:
        """Place of the kind among the kinds."""
        return KINDS.index(self.kind)

    def switch(self, name: str) -> None:
        """Show it, or no longer; there is one strip, and of overlays the oldest gives way."""
        if name in self.shown:
            self.shown = tuple(each for each in self.shown if each != name)
            return
        rest = list(self.shown)
        if STUDIES.get(name) in STRIPS:
            rest = [each for each in rest if STUDIES.get(each) not in STRIPS]
        elif STUDIES.get(name) in OVERLAYS and len(self.overlays) >= MOST_OVERLAYS:
            rest.remove(self.overlays[0].name)
        self.shown = (*rest, name)

    def next_strip(self) -> None:
        """The strip after this one; after the last none."""
        names = [study.name for study in STRIPS]
        at = names.index(self.strip.name) + 1 if self.strip else 0
        if at < len(names):
            self.switch(names[at])
        elif self.strip:
            self.switch(self.strip.name)

    def compare(self, symbol: str) -> None:
        """Compare with it, or no longer; of too many the oldest gives way."""
        if symbol in self.compared:
            self.compared.remove(symbol)
        else:
            self.compared = [*self.compared, symbol][-MOST_COMPARED:]

    def go_live(self) -> None:
        """The newest bars, and no cursor."""
        self.until = self.cursor = self.depth_cursor = None

    def to_dict(self) -> dict[str, Any]:
        """What is worth remembering, as plain data; where one looked is not."""
        return {"kind": self.kind, "shown": list(self.shown), "compared": list(self.compared), "zoom": self.zoom}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ChartChoice:
        """Remembered data; whatever makes no sense counts as not remembered. Symbols are checked for their form only:
        one that the desk does not list is left out where it is drawn."""
        made = cls()
        if data.get("kind") in KINDS:
            made.kind = str(data["kind"])
        shown, compared, zoom = data.get("shown"), data.get("compared"), data.get("zoom")
        if isinstance(shown, list | tuple):
            made.shown = ()
            for name in dict.fromkeys(each for each in shown if isinstance(each, str)):
                if name in STUDIES or name in OTHERS:
                    made.switch(name)
        if isinstance(compared, list | tuple):
            fair = [each for each in compared if isinstance(each, str) and 0 < len(each) <= SYMBOL_LENGTH]
            made.compared = [each for each in dict.fromkeys(fair) if each.isascii() and each.isprintable()][
                -MOST_COMPARED:
            ]
        if isinstance(zoom, int) and not isinstance(zoom, bool) and 0 <= zoom < len(ZOOMS):
            made.zoom = zoom
        return made
