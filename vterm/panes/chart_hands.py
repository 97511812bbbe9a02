"""What keys do to a chart: choose, zoom, pan, point. Painting is the pane's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from vterm.panes import chart_frame
from vterm.panes.chart_choice import KINDS, MOST_DEPTH_ZOOM, PERIODS, ChartChoice
from vterm.panes.pane import Pane
from vterm.state import DeskState

if TYPE_CHECKING:
    from vterm.panes.chart_depth import Sides
    from vterm.panes.chart_frame import Frame
    from vterm.panes.chart_picture import Picture
    from vterm.panes.chart_series import Series

MOST_BARS = 5000


class ChartHands(Pane):
    """Actions of the context `chart`, each a key and most a gesture of the mouse as well."""

    class PeriodWanted(Message):
        """Another period was chosen."""

        def __init__(self, every: str) -> None:
            super().__init__()
            self.every = every

    class BarsWanted(Message):
        """The picture needs more of the past (`count` bars in all), or bars of what is compared (0)."""

        def __init__(self, count: int = 0) -> None:
            super().__init__()
            self.count = count

    def __init__(self, state: DeskState) -> None:
        super().__init__(state)
        self.picture: Picture | None = None
        self.sides: Sides | None = None
        self.foot_periods = ""
        self._asked: tuple[str, str, int] = ("", "", 0)

    @property
    def choice(self) -> ChartChoice:
        """What is chosen; lives in the state, where layouts keep it."""
        if self.state.chart_choice is None:
            self.state.chart_choice = ChartChoice()
        return self.state.chart_choice

    @property
    def bordered(self) -> bool:
        """Whether a border tells symbol and period."""
        return self.styles.border_top[0] not in ("", "none", "hidden")

    def ask_for_more(self, frame: Frame, series: Series) -> None:
        """Ask for bars that the view lacks, once for each length of what is known."""
        count = min(MOST_BARS, chart_frame.wanted(series, frame))
        asked = (self.state.symbol, self.state.every, len(self.state.bars))
        if count > len(self.state.bars) and not self.state.bars_all and asked != self._asked:
            self._asked = asked
            self.post_message(self.BarsWanted(count))

    # -- what is shown --------------------------------------------------------------------------------------

    def _period(self, by: int) -> None:
        at = PERIODS.index(self.state.every) + by
        if 0 <= at < len(PERIODS):
            self._take_period(PERIODS[at])

    def _take_period(self, every: str) -> None:
        if every != self.state.every:
            self.choice.go_live()
            self.post_message(self.PeriodWanted(every))

    def do_chart_shorter(self) -> None:
        """The next shorter period."""
        self._period(-1)

    def do_chart_longer(self) -> None:
        """The next longer period."""
        self._period(1)

    def do_chart_kind(self) -> None:
        """Candles, a line, depth, and candles again."""
        choice = self.choice
        choice.kind = KINDS[(choice.kinds + 1) % len(KINDS)]
        self.repaint()

    def do_chart_depth(self) -> None:
        """Depth, and back to the candles."""
        self.choice.kind = "candles" if self.choice.kind == "depth" else "depth"
        self.repaint()

    def do_chart_volume(self) -> None:
        """The volume, or not."""
        self.switch("volume")

    def do_chart_strip(self) -> None:
        """The next study below the prices."""
        self.choice.next_strip()
        self.repaint()

    def switch(self, name: str) -> None:
        """Show a study, or no longer."""
        self.choice.switch(name)
        self.repaint()

    def do_chart_studies(self) -> None:
        """The list of all that can be shown."""
        from vterm.dialogs.studies import StudiesDialog

        self.app.push_screen(StudiesDialog(self.choice, self.repaint))

    def do_chart_compare(self) -> None:
        """Another instrument beside this one."""
        from vterm.dialogs.find import FindDialog

        def found(symbol: str | None) -> None:
            symbol = self.state.front(symbol) if symbol else ""
            if symbol and symbol != self.state.symbol:
                self.compare(symbol)

        self.app.push_screen(FindDialog(self.state, "Compare with; again takes it off"), found)

    def compare(self, symbol: str) -> None:
        """Beside this one, or no longer."""
        self.choice.compare(symbol)
        if self.choice.kind == "depth":
            self.choice.kind = "line"
        self.post_message(self.BarsWanted())
        self.repaint()

    def do_chart_alone(self) -> None:
        """Compare with nothing."""
        self.choice.compared.clear()
        self.repaint()

    # -- zoom, pan, point -----------------------------------------------------------------------------------

    def _zoom(self, by: int, anchor: int | None = None) -> None:
        choice = self.choice
        if choice.kind == "depth":
            choice.depth_zoom = max(0, min(MOST_DEPTH_ZOOM, choice.depth_zoom - by))
        elif self.picture is not None:
            slot = anchor if anchor is not None else self.picture.at
            chart_frame.zoom(choice, self.picture.series, self.picture.frame, by, slot)
        self.repaint()

    def do_chart_nearer(self) -> None:
        """Fewer bars, wider."""
        self._zoom(-1)

    def do_chart_farther(self) -> None:
        """More bars, narrower."""
        self._zoom(1)

    def _pan(self, slots: int) -> None:
        if self.picture is not None:
            chart_frame.pan(self.choice, self.picture.series, self.picture.frame, slots)
            self.repaint()

    def do_chart_earlier(self) -> None:
        """Half a picture back."""
        self._pan(-self._half())

    def do_chart_later(self) -> None:
        """Half a picture on."""
        self._pan(self._half())

    def _half(self) -> int:
        return max(1, self.picture.frame.room // 2) if self.picture else 1

    def do_chart_oldest(self) -> None:
        """The oldest bars that are known."""
        self._pan(-MOST_BARS)

    def do_chart_newest(self) -> None:
        """Live again, and no cursor."""
        self.choice.go_live()
        self.repaint()

    def _point(self, by: int) -> None:
        choice = self.choice
        if choice.kind == "depth":
            choice.depth_cursor = (choice.depth_cursor or 0) + by
            half = self.size.width // 2
            choice.depth_cursor = max(-half, min(half, choice.depth_cursor))
        elif self.picture is not None:
            chart_frame.step(choice, self.picture.series, self.picture.frame, by)
        self.repaint()

    def do_chart_left(self) -> None:
        """The cursor a bar back."""
        self._point(-1)

    def do_chart_right(self) -> None:
        """The cursor a bar on."""
        self._point(1)

    def release(self) -> bool:
        """Esc: take the cursor away, then go live. Whether there was anything."""
        choice = self.choice
        if choice.cursor is None and choice.until is None and choice.depth_cursor is None:
            return False
        if choice.cursor is not None or choice.depth_cursor is not None:
            choice.cursor = choice.depth_cursor = None
        else:
            choice.until = None
        self.repaint()
        return True
