"""Where the screen's copilot comes from. Nothing of it is read before screen 6 is opened, or something is asked."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from engine.model.refusal import Code, refuse

if TYPE_CHECKING:
    from copilot.wire import Companion


def companion_of(app: Any) -> Companion:
    """The copilot of an application: the one that it was given, else a keeper at its desk, with the provider that the
    home names. Raises Refused where there is none, DeskUnreachable while the desk is opening."""
    made = getattr(app, "companion", None)
    if made is not None:
        given: Companion = made()
        return given
    from copilot.keeper import Keeper
    from copilot.keeper_door import HomeDoor
    from copilot.keeper_settings import chosen
    from engine.client.desk import DeskClient

    desk = app.main.bridge.need()
    if not isinstance(desk, DeskClient):
        raise refuse(Code.SOURCE_UNAVAILABLE, "this desk has no copilot", fix="`vterm copilot TEXT` answers in a shell")
    choice = chosen(str(desk.home.path), os.environ)
    return Keeper(HomeDoor(desk.home, desk.account), choice.provider, minimise=choice.minimise)
