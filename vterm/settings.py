"""What the terminal remembers between two runs, in HOME/terminal.toml: theme, last symbol, choices from short lists."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vterm import theme
from vterm.palette_file import NAME
from vterm.plain_file import PlainFileError, read_bytes, toml, write

_SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9.\-]{0,15}\Z", re.ASCII)
_STEP = re.compile(r"[a-z]{1,12}\Z", re.ASCII)
TOUR = ("off", "new", "on", "left", "done")
"""Where the first-run tour is; a file that does not say is of somebody who knows the terminal already."""


@dataclass(frozen=True)
class Choice:
    """A setting with few values: its name in the file and on the command line, its field, the values, the first is
    the default; what the screen says of it."""

    name: str
    field: str
    values: tuple[str, ...]
    title: str
    about: str


CHOICES = (
    Choice("up-colour", "up_colour", ("green", "red"), "Rising prices",
           "red as in East Asia"),
    Choice("reduced-motion", "reduced_motion", ("off", "on"), "Reduced motion", "no flashes, no blinking, no spinners"),
    Choice("colours", "colours", ("auto", "full", "16", "none"), "Colours",
           "auto asks TERM, COLORTERM and NO_COLOR"),
    Choice("glyphs", "glyphs", ("auto", "full", "plain"), "Glyphs", "plain for console fonts; auto asks TERM"),
    Choice("bell", "bell", ("on", "off"), "Bell", "the terminal's bell when an alert fires"),
    Choice("line", "line", ("auto", "slow"), "Line", "slow for a serial line: fewer pictures, nothing flashes"),
    Choice("notices", "notices", ("all", "important"), "Notices", "important leaves out what went as you wanted"),
)  # fmt: skip
BY_NAME = {choice.name: choice for choice in CHOICES} | {"up-color": CHOICES[0], "colors": CHOICES[2]}


@dataclass
class Settings:
    """Chosen by the user; a value that makes no sense counts as not chosen."""

    theme: str = theme.DEFAULT
    symbol: str = ""
    path: Path | None = None
    up_colour: str = "green"
    reduced_motion: str = "off"
    colours: str = "auto"
    glyphs: str = "auto"
    bell: str = "on"
    line: str = "auto"
    notices: str = "all"
    tour: str = "off"
    """The first-run tour: `new` in a fresh home, `on` while it runs, `left`, `done`, and `off` where nobody asked."""
    tour_step: str = ""

    @classmethod
    def load(cls, path: Path) -> Settings:
        """Settings of a home."""
        try:
            raw, _ = toml(read_bytes(path))
        except FileNotFoundError:
            return cls(path=path, tour="new")
        except PlainFileError:
            raw = {}
        made = cls(path=path)
        made._load_tour(raw)
        name, symbol = str(raw.get("theme", "")), str(raw.get("symbol", ""))
        made.theme = name if NAME.match(name) else theme.DEFAULT
        made.symbol = symbol if _SYMBOL.match(symbol) else ""
        for choice in CHOICES:
            made.put(choice, raw.get(choice.name))
        return made

    def _load_tour(self, raw: dict[str, Any]) -> None:
        tour, step = raw.get("tour"), raw.get("tour-step")
        self.tour = tour if isinstance(tour, str) and tour in TOUR else TOUR[0]
        self.tour_step = step if isinstance(step, str) and _STEP.match(step) else ""

    def value(self, choice: Choice) -> str:
        """What is chosen."""
        return str(getattr(self, choice.field))

    def put(self, choice: Choice, value: Any) -> bool:
        """Choose; whether the value is one of those that there are."""
        if not isinstance(value, str) or value not in choice.values:
            return False
        setattr(self, choice.field, value)
        return True

    def turn(self, choice: Choice, by: int) -> None:
        """The value after or before."""
        at = choice.values.index(self.value(choice))
        setattr(self, choice.field, choice.values[(at + by) % len(choice.values)])

    def text(self) -> str:
        """The file's contents."""
        symbol = self.symbol if _SYMBOL.match(self.symbol) else ""
        rows = [("theme", self.theme), ("symbol", symbol), *((c.name, self.value(c)) for c in CHOICES)]
        rows += [("tour", self.tour), ("tour-step", self.tour_step)]
        return "".join(f'{name} = "{value}"\n' for name, value in rows)

    def save(self) -> None:
        """Write them, if there is somewhere to; a full disk is no reason to stay. Never leaves half a file."""
        if self.path is not None:
            write(self.path, self.text())
