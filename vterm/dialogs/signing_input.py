"""Which keys a person typed: those that the terminal's own driver read, each of them once.

Everything else that looks like a key (posted by code, simulated, forwarded again) was not typed. Of what was typed,
keys that came with another in the same moment are no typing either: that is a paste, or a terminal's answer that the
framework takes for keys.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.events import Key, Paste

if TYPE_CHECKING:
    from textual.driver import Driver
    from textual.message import Message

BURST_SECONDS = 0.008
"""Keys nearer to each other were read at once; nobody types two hundred keys a second."""
REPEAT_SECONDS = 0.06
"""The same key again this soon is a key held down."""
NOTED = 512


@dataclass(frozen=True, slots=True)
class Stroke:
    """A key that was typed. `at` is when the driver read it, in seconds of the monotonic clock, `quiet` how long the
    keyboard had been still; `burst` if it came with others at once, `held` if a key held down repeats it."""

    at: float
    quiet: float
    burst: bool = False
    held: bool = False


class TypedKeys:
    """Keys that the driver has read and nobody has taken yet."""

    def __init__(self) -> None:
        self._noted: deque[tuple[Key, Stroke]] = deque(maxlen=NOTED)
        self._last, self._key = float("-inf"), ""

    def note(self, message: Message) -> None:
        """The driver has read this; called in its thread, before the message is sent on."""
        if isinstance(message, Key):
            gap = message.time - self._last
            held = message.key == self._key and BURST_SECONDS <= gap < REPEAT_SECONDS
            self._noted.append((message, Stroke(message.time, gap, gap < BURST_SECONDS, held)))
            self._last, self._key = message.time, message.key
        elif isinstance(message, Paste):
            self._last, self._key = message.time, ""

    def take(self, event: Key) -> Stroke | None:
        """How a key was typed; None for one that was not, or that was taken before."""
        for _ in range(len(self._noted)):
            known, stroke = self._noted.popleft()
            if known is event:
                return stroke
            if known.time > event.time:
                self._noted.appendleft((known, stroke))
                return None
        return None


def noting(driver: type[Driver], typed: TypedKeys) -> type[Driver]:
    """A driver that notes what it reads."""

    class Noting(driver):  # type: ignore[misc, valid-type]
        def process_message(self, message: Any) -> None:
            typed.note(message)
            super().process_message(message)

    return Noting
