"""The line to the terminal: how much it still has to carry, so that pictures wait for it and never queue up.

A serial console, or a modem behind one, takes ten bits a byte. Where the terminal's speed is known to be low, or the
user says `set line slow`, every byte written makes the line busy for its time; otherwise it is busy while the system
takes no more. While it is busy, changes are gathered and painted as one.
"""

from __future__ import annotations

import os
import re
import select
import sys
import termios
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.driver import Driver

SLOW_BITS = 9_600
"""What a line is taken for that is called slow and does not say how slow."""
FAST_BITS = 38_400
"""Pseudo-terminals say this, and carry anything."""
BITS_A_BYTE = 10
REST, MOST_REST = 0.5, 2.0
"""How long the market leaves the line alone after a picture, as a share of what the picture took and in
seconds at most."""
_STYLE = r"\x1b\[([0-9;]*)m"
_MOVES = r"(?:\x1b\[[0-9;]*H|[\r\n])*\Z"
"""Compiled when a line is slow, not at the start of all."""
_SPEEDS = {
    getattr(termios, f"B{bits}"): bits
    for bits in (50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400)
    if hasattr(termios, f"B{bits}")
}


def speed_of(fd: int) -> int:
    """Bits a second of the terminal behind `fd`; 0 where it is none, or fast."""
    try:
        bits = _SPEEDS.get(termios.tcgetattr(fd)[5], 0)
    except (termios.error, ValueError, OSError):
        return 0
    return bits if bits < FAST_BITS else 0


def takes_more(fd: int) -> bool:
    """Whether the system would take another byte for `fd` at once."""
    poll = select.poll()
    try:
        poll.register(fd, select.POLLOUT)
        return not fd < 0 and bool(poll.poll(0))
    except (OSError, ValueError):
        return True


class LineGauge:
    """`bits` a second, 0 where the line is fast; `now` counts seconds; `free` says whether the system takes more."""

    def __init__(self, now: Callable[[], float], bits: int = 0, free: Callable[[], bool] = lambda: True) -> None:
        self._now, self._known, self._free = now, bits, free
        self.bits = bits
        self._until = self._last = 0.0
        self.gone = False
        """Whether nobody is at the other end any more."""

    def choose(self, line: str) -> None:
        """`auto`: as the terminal says; `slow`: at most as the slowest that people use."""
        self.bits = min(self._known or SLOW_BITS, SLOW_BITS) if line == "slow" else self._known

    @property
    def slow(self) -> bool:
        """Whether what only decorates is left out."""
        return self.bits > 0

    def wrote(self, text: str) -> None:
        """So much is on its way."""
        if self.bits:
            seconds = len(text.encode("utf-8", "replace")) * BITS_A_BYTE / self.bits
            busy = self._now() < self._until
            self._last = seconds + (self._last if busy else 0.0)
            self._until = max(self._until, self._now()) + seconds

    def ready(self) -> bool:
        """Whether the line has carried what was written."""
        return self._now() >= self._until and self._free()

    def rested(self) -> bool:
        """Whether it has been free for a while after that, so that a key finds it free, too."""
        return self._now() >= self._until + min(self._last * REST, MOST_REST)


def gauge_of(now: Callable[[], float]) -> LineGauge:
    """The gauge of this process's terminal, which is painted through the standard error."""
    stream: Any = sys.__stderr__
    try:
        fd = stream.fileno()
        if not os.isatty(fd):
            return LineGauge(now)
    except (AttributeError, OSError, ValueError):
        return LineGauge(now)
    return LineGauge(now, speed_of(fd), lambda: takes_more(fd))


class Outlet:
    """A terminal's file. One that was closed ends no thread: what is written goes nowhere, and the gauge knows.

    The framework's writer would end with an error instead, and whoever writes next would wait for it for ever.
    """

    def __init__(self, file: Any, gauge: LineGauge) -> None:
        self._file, self._gauge = file, gauge

    def write(self, text: str) -> None:
        """Write, or drop."""
        self._try(self._file.write, text)

    def flush(self) -> None:
        """Send what is held back."""
        self._try(self._file.flush)

    def fileno(self) -> int:
        """The terminal's."""
        return int(self._file.fileno())

    def _try(self, do: Callable[..., object], *args: str) -> None:
        if not self._gauge.gone:
            try:
                do(*args)
            except (OSError, ValueError):
                self._gauge.gone = True


def slimmed(text: str) -> str:
    """The same cells with styles said only where they change; half of a picture's bytes are styles said again."""
    out: list[str] = []
    said = wanted = ""
    for index, part in enumerate(re.split(_STYLE, text)):
        if index % 2:
            wanted = ";".join(filter(None, (wanted, part))) if part.strip("0;") else ""
        elif part:
            if said != wanted and not re.match(_MOVES, part):
                out.append(f"\x1b[0;{wanted}m" if wanted else "\x1b[m")
                said = wanted
            out.append(part)
    return "".join([*out, "\x1b[m"] if said else out)


def gauged(driver: type[Driver], gauge: LineGauge) -> type[Driver]:
    """A driver that tells what it writes."""

    class Gauged(driver):  # type: ignore[misc, valid-type]
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            self._file: Any = Outlet(sys.__stderr__, gauge)

        def write(self, data: str) -> None:
            data = slimmed(data) if gauge.slow else data
            gauge.wrote(data)
            super().write(data)

    return Gauged
