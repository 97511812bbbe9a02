"""The terminal application with a driver that keeps every byte it would have written."""

from __future__ import annotations

import inspect
import pkgutil
from importlib import import_module
from typing import Any

from textual.drivers.headless_driver import HeadlessDriver
from textual.screen import ModalScreen

import vterm
from vterm.panes.pane import Pane
from vterm.terminal import VtermApp


class Keeping(HeadlessDriver):
    """Paints as if it were a terminal."""

    kept: list[str]

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        self.kept.append(data)


class CapturedApp(VtermApp):
    """Writes to `kept`, and remembers in `painted` the classes whose lines were asked for while it did."""

    def __init__(self, *args: Any, **more: Any) -> None:
        self.kept: list[str] = []
        self.painted: set[type] = set()
        super().__init__(*args, **more)

    def _build_driver(self, headless: bool, inline: bool, mouse: bool, size: tuple[int, int] | None) -> Any:
        driver = self._driver = Keeping(self, debug=False, mouse=mouse, size=size)
        driver.kept = self.kept
        return driver

    def _heed_signals(self) -> None:
        """A test has no signals."""

    def beat(self) -> None:
        """Nothing is waited for: there is no line that could be slow."""
        self.bridge.flush()

    def take(self) -> str:
        """What was written since the last time."""
        text = "".join(self.kept)
        self.kept.clear()
        return text

    def look(self) -> None:
        """Remember which panes and dialogs are in sight."""
        for screen in self.screen_stack:
            self.painted.add(type(screen))
            for pane in screen.query(Pane):
                if pane.region.area and pane.is_on_screen:
                    self.painted.add(type(pane))


def sinks() -> tuple[set[type], set[type]]:
    """Every class of the source that paints: panes that nothing derives from, and dialogs."""
    for found in pkgutil.walk_packages(vterm.__path__, "vterm."):
        if found.name.split(".")[1] in ("panes", "dialogs", "screens", "widgets"):
            import_module(found.name)
    panes = {kind for kind in _below(Pane) if "paint" in dir(kind) and not _below(kind) and _own(kind)}
    return panes, {kind for kind in _below(ModalScreen) if _own(kind)}


def _own(kind: type) -> bool:
    return kind.__module__.startswith("vterm.") and not inspect.isabstract(kind)


def _below(kind: type) -> set[type]:
    return {each for child in kind.__subclasses__() for each in {child, *_below(child)}}
