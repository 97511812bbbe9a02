"""Whose input it is: the application's base, which hands everything to a screen that owns it while it is there."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from textual.app import App
from textual.events import InputEvent, Paste

from vterm.dialogs.signing_input import TypedKeys, noting

if TYPE_CHECKING:
    from textual import events
    from textual.driver import Driver

    from vterm.signing import Signing


class GuardedApp(App[int], inherit_bindings=False):
    """Knows what was typed; a screen with `owns_input` has all of it, so that no binding, palette or widget does."""

    signing: Signing | None = None
    """The signer's link, where there is one."""

    hand_clock: Callable[[], float] = staticmethod(monotonic)
    """Seconds, the clock of what was typed."""

    @property
    def typed_keys(self) -> TypedKeys:
        """What the driver has read."""
        found: TypedKeys | None = getattr(self, "_typed_keys", None)
        if found is None:
            found = self._typed_keys = TypedKeys()
        return found

    def get_driver_class(self) -> type[Driver]:
        """The terminal's driver, which notes the keys that it reads."""
        return noting(super().get_driver_class(), self.typed_keys)

    async def on_event(self, event: events.Event) -> None:
        """Input goes to the screen that owns it, before any binding is looked at."""
        owner = self.screen_stack[-1] if self._screen_stacks and self.is_running and self.screen_stack else None
        if isinstance(event, InputEvent | Paste) and getattr(owner, "owns_input", False):
            event.stop()
            owner.take_input(event)  # type: ignore[union-attr]
            return
        await super().on_event(event)

    def notify(self, *args: object, **more: object) -> None:
        """Nothing is told over a screen that owns everything; the list of notices has it."""
        if not any(getattr(screen, "owns_input", False) for screen in self.screen_stack):
            super().notify(*args, **more)  # type: ignore[arg-type]
