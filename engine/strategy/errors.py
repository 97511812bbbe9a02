"""How a strategy fails: in one line that names its file and line, never as a failure of the desk."""

from __future__ import annotations

import os
import traceback
from typing import Any

from engine.model.refusal import Refused

EXIT_CODE = 2
_ENGINE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class StrategyError(Exception):
    """BAD_STRATEGY (it cannot be loaded or was set up wrongly) or STRATEGY_FAILED (it raised)."""

    exit_code = EXIT_CODE

    def __init__(self, code: str, message: str, fix: str) -> None:
        super().__init__(message)
        self.code, self.fix = code, fix

    def document(self) -> dict[str, Any]:
        """The error document."""
        body = {"code": self.code, "message": str(self), "cause": str(self), "fix": self.fix}
        return {"error": {**body, "docs": f"vterm help {self.code}"}}


class Ended(BaseException):
    """Leaves a callback of a run that is over. No strategy should catch it, so it is no Exception."""


def bad(message: str, fix: str) -> StrategyError:
    """A strategy that cannot be run."""
    return StrategyError("BAD_STRATEGY", message, fix)


def failed(error: BaseException) -> StrategyError:
    """What a strategy raised, with the last place in its own files."""
    place = _place(error)
    text = " ".join(str(error).split())[:300]
    kind = error.refusal.code.value if isinstance(error, Refused) else type(error).__name__
    fix = "correct the strategy; its orders and fills up to here stand"
    if isinstance(error, TypeError) and "decimal.Decimal" in text and "'float'" in text:
        fix = "prices and quantities are Decimal: write Decimal('0.5') instead of 0.5, or float(price)"
    return StrategyError("STRATEGY_FAILED", f"{place}: {kind}{': ' if text else ''}{text}", fix)


def placed(error: StrategyError) -> StrategyError:
    """A wrong use of the class inside a callback, with the line that did it."""
    return StrategyError(error.code, f"{_place(error)}: {error}", error.fix)


def _place(error: BaseException) -> str:
    """FILE:LINE in FUNCTION of the innermost frame that is not the engine's."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    frames = [f for f in traceback.extract_tb(error.__traceback__) if not _ours(f.filename)]
    own = [f for f in frames if not _installed(f.filename)] or frames
    return f"{own[-1].filename}:{own[-1].lineno} in {own[-1].name}" if own else "the strategy"


def _ours(filename: str) -> bool:
    return os.path.abspath(filename).startswith(_ENGINE + os.sep)


def _installed(filename: str) -> bool:
    """Whether a frame is a library's: the strategy's own line says more."""
    return (
        filename.startswith("<")
        or f"{os.sep}site-packages{os.sep}" in filename
        or os.path.dirname(os.__file__) in filename
    )
