"""The tour as facts and moves: what it sees of the screen, and which step it stands at. Pure.

The tour only looks: a step is done because the user did it, never because the tour did. What a step is stands in
`vterm.tour_steps`; the strip on the screen is `vterm.panes.tour`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Seen:
    """The screen at one moment, as far as the tour cares. Prices and sizes are the texts that stand there."""

    symbol: str = ""
    cursor: str = ""
    """The price under the ladder's cursor; empty without one."""
    price: str = ""
    """The price typed or taken into the ticket."""
    size: str = ""
    """The ticket's quantity in units; empty while there is none."""
    ready: bool = False
    """Whether the desk can be asked about the ticket's order."""
    refused: bool = False
    """Whether the ticket shows why the order cannot be, and `most` whether it offers a size that can."""
    most: bool = False
    waiting: bool = False
    """Whether nothing of the order would trade if it were sent now."""
    phase: str = "edit"
    sends: int = 0
    """Orders sent from the ticket since the terminal began."""
    held: str = ""
    """The position in the instrument, as words; empty where nothing is held."""
    waits: bool = False
    """Whether an own order of the instrument works."""
    page: int = 1
    pane: str = ""
    """The pane with the focus."""
    panes: tuple[str, ...] = ()
    """The panes in sight."""
    tabs: tuple[tuple[str, str], ...] = ()
    """(pane, its tab) where the screen is small enough for tabs."""
    zoomed: bool = False
    dialog: str = ""
    """The class of the dialog on top; empty where there is none."""


@dataclass(frozen=True)
class Press:
    """A key to teach: the action, the context that it belongs to, what it does here. `shown` only where a click on
    it must not do it."""

    action: str
    context: str
    word: str
    shown: bool = False


Done = Callable[[Seen, Seen], bool]
"""Whether the step is done, by the screen when it began and the screen now."""


def always(now: Seen) -> bool:
    """A step that can be done whatever the screen shows."""
    return True


@dataclass(frozen=True)
class Step:
    """One thing to do: `say` why (its first sentence alone where room is short), by which keys, by which click.

    `pane` is where it happens. A step whose ground is gone (`holds`) gives way to the step `back`; a terminal that is
    closed during it takes the tour up again at `again`.
    """

    name: str
    title: str
    say: Callable[[Seen], str]
    keys: Callable[[Seen], tuple[Press, ...]]
    click: Callable[[Seen], str]
    done: Done
    pane: str = ""
    onward: str = "skip"
    """What going on without doing it is called."""
    holds: Callable[[Seen], bool] = always
    back: str = ""
    again: str = ""


class Tour:
    """Where somebody is. `look` is told what the screen shows and moves on once a step is done."""

    def __init__(self, steps: Sequence[Step], at: str, now: Seen) -> None:
        self.steps = tuple(steps)
        self.index = next((i for i, step in enumerate(self.steps) if step.name == at), 0)
        self.then = self.now = now

    @property
    def over(self) -> bool:
        """Whether the last step is behind."""
        return self.index >= len(self.steps)

    @property
    def step(self) -> Step:
        """The step to do. There is none where the tour is over."""
        return self.steps[self.index]

    @property
    def mark(self) -> str:
        """The step at which another run of the terminal takes the tour up; empty where it is over."""
        return "" if self.over else self.step.again or self.step.name

    def look(self, now: Seen) -> bool:
        """Pass what is done; whether the tour or the screen is another than before."""
        before, self.now = (self.index, self.now), now
        for _ in self.steps:
            if self.over or not self.step.done(self.then, now):
                break
            self._begin(self.index + 1)
        if not self.over and not self.step.holds(now):
            self._begin(next(i for i, step in enumerate(self.steps) if step.name == self.step.back))
        return before != (self.index, now)

    def skip(self) -> None:
        """Go on without doing it, to the next step that can be done then."""
        ahead = range(self.index + 1, len(self.steps))
        self._begin(next((i for i in ahead if self.steps[i].holds(self.now)), len(self.steps)))

    def _begin(self, index: int) -> None:
        # A review and its sending may both happen between two looks: what was sent since the review counts.
        sent = self.then.sends if not self.over and self.step.name == "review" else self.now.sends
        self.index, self.then = index, replace(self.now, sends=sent)
