"""Legend, prices, volume, study and times of a chart as lines, from what is in view. Knows no widget and no desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from engine.model.number import to_text
from vterm.paint import Line, Span, fit, grouped, joined
from vterm.panes.chart_axis import compact, moment_text, price_cells, time_labels
from vterm.panes.chart_choice import ChartChoice
from vterm.panes.chart_frame import Frame, frame_of
from vterm.panes.chart_legend import Token, bar_tokens, fitting, packed, short_token, study_token, value_text
from vterm.panes.chart_marks import Fill, Level
from vterm.panes.chart_paint import BANDS, STROKES, Sheet, draw_strip, draw_volume
from vterm.panes.chart_percent import percent_lines, percent_names
from vterm.panes.chart_plan import plan
from vterm.panes.chart_prices import price_lines
from vterm.panes.chart_series import Series
from vterm.panes.chart_studies import Study, Value
from vterm.widgets.candles import Scale
from vterm.widgets.strokes import SAMPLES

NARROW = 48


@dataclass
class Picture:
    """What to draw. `now` is the last price, `direction` its role; `title` stands in the legend where no border has it.

    `rivals` are compared with, `others` are their bars as far as they are known. Prices are whole numbers of the last
    decimal. `scale` is kept by whoever paints again: it holds still while it fits.
    """

    series: Series
    choice: ChartChoice
    width: int
    height: int
    zone: ZoneInfo
    symbol: str
    every: str
    title: str = ""
    now: int | None = None
    direction: str = "flat"
    levels: Sequence[Level] = ()
    fills: Sequence[Fill] = ()
    rivals: Sequence[str] = ()
    others: Mapping[str, Series] = field(default_factory=dict)
    mono: bool = False
    bare: bool = False
    scale: Scale | None = None
    frame: Frame = field(init=False)

    def __post_init__(self) -> None:
        choice, series = self.choice, self.series
        self.narrow = self.width < NARROW
        # A narrow chart of large prices leaves their last decimals to the read-out.
        self.cut = min(series.decimals, 2) if self.narrow and series.widest >= 10 ** (series.decimals + 3) else 0
        axis = price_cells(series.widest // 10**self.cut, series.decimals - self.cut)
        if self.rivals:
            axis = 8 if self.narrow else max(axis, 9 + max(len(name) for name in (self.symbol, *self.rivals)))
        overlays = bool(choice.overlays) and not self.rivals
        shares = plan(self.width, self.height, axis, volume="volume" in choice.shown, strip=choice.strip is not None,
                      overlays=overlays, tall=bool(self.rivals))  # fmt: skip
        self.frame = frame_of(series, choice, shares)
        self.values: dict[str, list[Value]] = {}

    # -- what is in view ------------------------------------------------------------------------------------

    @property
    def at(self) -> int | None:
        """The slot of the cursor, if it is in view."""
        cursor = self.choice.cursor
        return None if cursor is None else self.frame.slot_of(self.series.index(cursor))

    def study(self, study: Study) -> list[Value]:
        """Its value at the last bar of each slot in view."""
        if study.name not in self.values:
            every = self.series.values(study)
            self.values[study.name] = [every[slot.stop - 1] for slot in self.frame.slots]
        return self.values[study.name]

    def price(self, value: int) -> str:
        """A price as the axis shows it."""
        return grouped(to_text(value // 10**self.cut, self.series.decimals - self.cut))

    def sheet(self, rows: int) -> Sheet:
        """Blank cells with the cursor's column."""
        frame, at = self.frame, self.at
        column = None if at is None else (frame.left + at * frame.cells, max(1, frame.cells - (frame.cells > 1)))
        return Sheet(rows, frame.plan.cells, column, self.bare)

    # -- the parts ------------------------------------------------------------------------------------------

    def lines(self) -> list[Line]:
        """The whole pane, from the top."""
        shares = self.frame.plan
        out = self.legend()[: shares.legend]
        out += percent_lines(self) if self.rivals else price_lines(self)
        if shares.volume:
            out += self.volume(shares.volume)
        if shares.strip and self.choice.strip:
            out += self.strip(self.choice.strip, shares.strip)
        return [fit(line, self.width) for line in (*out, self.times())]

    def legend(self) -> list[Line]:
        """The bar at the cursor (else the newest in view), and what the lines are."""
        frame, series = self.frame, self.series
        place = len(frame.slots) - 1 if self.at is None else self.at
        slot = frame.slots[place]
        before = series.candles[slot.start - 1][3] if slot.start else series.candles[0][0]
        when = moment_text(series.at[slot.start], self.every, self.zone, day=not self.narrow)
        cells = len(grouped(to_text(2 * series.widest, series.decimals)))
        tokens = bar_tokens(when, series.candle(slot), before, series.volume(slot), series.decimals, cells)
        if self.title:
            tokens = [Token(1, ((self.title, "bold foreground"),)), *tokens]
        first = packed(tokens, self.width)
        if self.rivals:
            return [first, percent_names(self, place)]
        long = [study_token(study, self.study(study)[place], series.decimals, cells, rank, self._sample(rank, study))
                for rank, study in enumerate(self.choice.overlays)]  # fmt: skip
        short = [short_token(study, self._sample(rank, study), rank)
                 for rank, study in enumerate(self.choice.overlays)]  # fmt: skip
        return [first, fitting(long, short, self.width)]

    def _sample(self, number: int, study: Study | None = None) -> Line:
        role, dash = BANDS[0] if study and len(study.parts) == 3 else STROKES[number % len(STROKES)]
        return ((SAMPLES[dash], role), (" ", "muted"))

    def volume(self, rows: int) -> list[Line]:
        """What was traded in each slot."""
        frame = self.frame
        volumes = [self.series.volume(slot) for slot in frame.slots]
        sheet = self.sheet(rows)
        draw_volume(rows, frame.plan.cells, volumes, frame.cells, frame.left, sheet)
        most = max(volumes, default=0.0)
        names = {0: compact(most) if most else "no volume", rows - 1: "volume" if frame.plan.axis > 5 else ""}
        return [(*line, (f" {names.get(y, ''):>{frame.plan.axis}}", "faint")) for y, line in enumerate(sheet.lines())]

    def strip(self, study: Study, rows: int) -> list[Line]:
        """A study in rows of its own, its name and figures above."""
        frame, values = self.frame, self.study(study)
        place = len(frame.slots) - 1 if self.at is None else self.at
        cells = len(grouped(to_text(self.series.widest, self.series.decimals)))
        head = study_token(study, values[place] if values else None, self.series.decimals, cells, 0, ())
        sheet = self.sheet(rows)
        if not any(values):
            sheet.put(rows // 2, 1, "needs more bars than there are"[: frame.plan.cells - 1], "faint")
            return [packed([head], self.width), *[(*line,) for line in sheet.lines()]]
        low, high = draw_strip(sheet, study, values, frame.cells, frame.left)
        texts = {0: high, rows - 1: low}
        for guide in study.guides:
            texts[max(0, min(rows - 1, int((high - guide) / (high - low) * rows)))] = float(guide)
        if study.guides:
            texts = {row: value for row, value in texts.items() if value in study.guides or rows > 4}
        width = frame.plan.axis
        return [packed([head], self.width),
                *((*line, (f" {self._strip_text(study, texts.get(y)).rjust(width)[:width]}", "faint"))
                  for y, line in enumerate(sheet.lines()))]  # fmt: skip

    def _strip_text(self, study: Study, value: float | None) -> str:
        if value is None:
            return ""
        if study.unit == "hundred":
            return f"{value:.0f}"
        if study.unit == "price":
            return self.price(round(value))
        return value_text(study, value, self.series.decimals)

    def times(self) -> Line:
        """Moments below their slots; the cursor's own in full."""
        frame, series = self.frame, self.series
        line: list[Span] = [(" ", "muted")] * frame.plan.cells
        starts = [series.at[slot.start] for slot in frame.slots]
        own, start = "", 0
        if self.at is not None:
            own = f" {moment_text(starts[self.at], self.every, self.zone)} "[: len(line)]
            start = max(0, min(len(line) - len(own), frame.left + self.at * frame.cells - len(own) // 2))
        for slot, text, heavy in time_labels(starts, self.every, self.zone, frame.cells, frame.bars):
            at = frame.left + slot * frame.cells
            if at + len(text) < start or at > start + len(own) or not own:
                line[at : at + len(text)] = [(char, "foreground" if heavy else "muted") for char in text]
        line[start : start + len(own)] = [(char, "foreground on select") for char in own]
        return joined(line)
