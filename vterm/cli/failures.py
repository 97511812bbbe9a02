"""What a command says about a failure that came as an exception. Imported only when there is one."""

from __future__ import annotations

import os
import sys
import traceback
from typing import Any

from engine.client.start import StartFailed
from engine.desk import DeskUnreachable
from engine.failures import document, failure


def explain(error: Exception, words: list[str]) -> tuple[dict[str, Any], int]:
    """(error document, exit code); a bug's traceback goes to the home's engine.log, or is shown with VTERM_DEBUG=1."""
    if isinstance(error, StartFailed):
        return error.document, error.exit_code
    if isinstance(error, DeskUnreachable):
        fix = "`vterm engine status` shows its state, `vterm doctor` what is wrong"
        return document("DESK_UNREACHABLE", str(error), fix), 6
    known = failure(error)
    if known is not None:
        return known[0], known[2]
    _keep_trace(error, words)
    text = f"{type(error).__name__}: {str(error)[:200]}"
    return document("BUG", text, "VTERM_DEBUG=1 shows where; please report it"), 70


def _keep_trace(error: Exception, words: list[str]) -> None:
    trace = "".join(traceback.format_exception(error))
    if os.environ.get("VTERM_DEBUG"):
        sys.stderr.write(trace)
        return
    from engine.home import Home
    from vterm.cli.scan import scan
    from vterm.cli.stop import Stop

    try:
        home = Home.find(scan(words).flags.get("home", ""))
        with open(home.log, "a", encoding="utf-8") as log:
            log.write(trace)
    except (OSError, Stop):
        return  # nowhere to keep it; the line on the screen still says what happened
