"""A whole collection waits until nobody types, and not for ever."""

from __future__ import annotations

import weakref

from vterm import tidying
from vterm.tidying import AT_LAST_SECONDS, EVERY_SECONDS, REST_SECONDS, Tidying


def test_it_waits_for_a_rest() -> None:
    keeper = Tidying()
    keeper.tidied = keeper.typed = 0.0
    assert not keeper.due(EVERY_SECONDS - 1)
    assert keeper.due(EVERY_SECONDS)
    keeper.typed = EVERY_SECONDS + 1
    assert not keeper.due(EVERY_SECONDS + 1 + REST_SECONDS / 2), "somebody has just typed"
    assert keeper.due(EVERY_SECONDS + 1 + REST_SECONDS)


def test_it_does_not_wait_for_ever() -> None:
    keeper = Tidying()
    keeper.tidied, keeper.typed = 0.0, AT_LAST_SECONDS
    assert keeper.due(AT_LAST_SECONDS)


def test_what_is_gone_is_let_go() -> None:
    class Circle:
        def __init__(self) -> None:
            self.own = self

    keeper, gone = Tidying(), weakref.ref(Circle())
    keeper.tidied = keeper.typed = tidying.monotonic() - AT_LAST_SECONDS
    keeper.look()
    assert gone() is None
    assert not keeper.due(tidying.monotonic()), "and then it rests"
