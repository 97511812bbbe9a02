"""The one way in which a command ends early: a document, and an exit code."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Stop(Exception):
    """Ends the command with `exit_code`; `document` is {"error": {code, message, cause, fix, …}}."""

    def __init__(self, document: dict[str, Any], exit_code: int) -> None:
        super().__init__(document["error"]["message"])
        self.document, self.exit_code = document, exit_code


def stop(code: str, message: str, fix: str = "", exit_code: int = 2) -> Stop:
    """A Stop to raise."""
    error = {"code": code, "message": message, "cause": message, "fix": fix, "docs": f"vterm help {code}"}
    return Stop({"error": error}, exit_code)


def usage(message: str, fix: str = "see `vterm help`") -> Stop:
    """A command that was typed wrongly."""
    return stop("USAGE", message, fix, 2)
