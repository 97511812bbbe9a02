"""When what is gone is let go: a whole collection takes as long as a frame, which a key should not wait for.

So it comes while nobody types, and once a minute where somebody types without a pause.
"""

from __future__ import annotations

import gc
from time import monotonic
from typing import Any

from textual._styles_cache import StylesCache

LOOK_SECONDS = 2.5
EVERY_SECONDS = 20.0
REST_SECONDS = 4.0
AT_LAST_SECONDS = 60.0
COLLECT_AFTER = (700, 10, 1000)
"""By itself a whole collection comes only where very much piles up before `tidy` does it."""


def forget_widgets() -> None:
    """Let widgets go that are gone: Textual 8 keeps the painted lines of the last thousand in the cache of a method."""
    cached: Any = StylesCache.get_inner_outer
    cached.cache_clear()


def tidy() -> None:
    """What is gone is let go, all at once and seldom."""
    forget_widgets()
    gc.collect()


class Tidying:
    """Knows when somebody last typed, and when it was last tidied (seconds of the monotonic clock)."""

    def __init__(self) -> None:
        self.tidied = self.typed = monotonic()

    def heard(self) -> None:
        """A key or the mouse."""
        self.typed = monotonic()

    def due(self, now: float) -> bool:
        """Whether it is time, and nobody would wait for it."""
        since = now - self.tidied
        return since >= AT_LAST_SECONDS or (since >= EVERY_SECONDS and now - self.typed >= REST_SECONDS)

    def look(self) -> None:
        """Called every LOOK_SECONDS."""
        if self.due(monotonic()):
            tidy()
            self.tidied = monotonic()
