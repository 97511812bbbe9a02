"""The tour on the main screen: when it comes and goes, and what of it is remembered. It is read when it is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.timer import Timer

from vterm.screens.book import BookScreen

if TYPE_CHECKING:
    from vterm.panes.tour import TourStrip
    from vterm.screens.main import MainScreen
    from vterm.settings import Settings
    from vterm.terminal import VtermApp

WELCOME_SECONDS = 0.25


class TouringScreen(BookScreen):
    """Shows the tour, in one strip at most."""

    strip: TourStrip | None = None
    _arriving: Timer | None = None

    # -- coming and going -----------------------------------------------------------------------------------

    def welcome(self) -> None:
        """Open the tour once the desk is drawn and the market moves on it."""
        self._arriving = self.set_interval(WELCOME_SECONDS, self._arrive)

    def _arrive(self) -> None:
        if self.state.link == "live" and self.state.book and self.state.trades and self.app.screen is self:
            self.open_tour()

    def open_tour(self, step: str = "") -> None:
        """The strip at a step, by default where it was left; what is finished begins anew."""
        from vterm.panes.tour import TourStrip

        if self._arriving is not None:
            self._arriving.stop()
            self._arriving = None
        if self.strip is not None:
            return
        self.strip = TourStrip(cast("MainScreen", self), step or self._kept.tour_step)
        self.mount(self.strip, before="#body")
        self._keep("on", self.strip.tour.mark)

    def close_tour(self, as_: str) -> None:
        """Take the strip away: `left` to go on later, or `done`."""
        strip, self.strip = self.strip, None
        if strip is not None:
            strip.remove()
            self._keep(as_, strip.tour.mark if as_ == "left" else "")

    @property
    def _kept(self) -> Settings:
        return cast("VtermApp", self.app).settings

    def _keep(self, tour: str, step: str) -> None:
        kept = self._kept
        if (kept.tour, kept.tour_step) != (tour, step):
            kept.tour, kept.tour_step = tour, step
            kept.save()

    # -- actions --------------------------------------------------------------------------------------------

    def do_tour(self) -> None:
        """The next step; without a tour, the tour."""
        if self.strip is None:
            self.open_tour()
        elif self.strip.tour.over:
            self.close_tour("done")
        else:
            self.strip.skip()

    def do_tour_open(self) -> None:
        """The tour, where it was left."""
        self.open_tour()

    def do_tour_again(self) -> None:
        """The tour from its first step."""
        if self.strip is not None:
            self.close_tour("done")
        self.open_tour("look")

    def do_tour_leave(self) -> None:
        """Away with it; it is remembered where."""
        if self.strip is None:
            return
        if self.strip.tour.over:
            self.close_tour("done")
            return
        self.close_tour("left")
        self.say(f"The tour is left; {self.keymap.hint('tour')} goes on with it", "information")

    # -- what the strip tells -------------------------------------------------------------------------------

    def on_tour_strip_moved(self) -> None:
        """Another step, or none. Named so that nothing is read for it."""
        from vterm.tour_steps import AFTER

        strip = self.strip
        if strip is None:
            return
        if not strip.tour.over:
            self._keep("on", strip.tour.mark)
            return
        if self._kept.tour != "done":
            self._keep("done", "")
            self.say(f"The tour is over; {self.keymap.hint('tour')} takes it again", "information")
        if AFTER.done(strip.tour.now, strip.tour.now):
            self.close_tour("done")

    def on_tour_strip_clicked(self, event: TourStrip.Clicked) -> None:
        """A word of the strip: what its key does, in the pane that the step is about."""
        press, pane = event.press, event.pane
        if press.action == "next_pane":
            self.go_to(pane)
            return
        if press.context in self.desk.panes and self.context != press.context:
            self.go_to(press.context)
        self.perform(press.action)
