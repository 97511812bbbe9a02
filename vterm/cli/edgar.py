"""research edgar: whether real filings may be fetched from the SEC, and in whose name."""

from __future__ import annotations

import sys
from pathlib import Path

from vterm.cli.output import plain, write_json
from vterm.cli.stop import usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vterm.cli.context import Context

_HOW = "vterm research edgar on 'Your Name you@example.com'"


def run_edgar(context: Context, words: list[str]) -> int:
    """vterm research edgar on CONTACT | off | status; holds at once, also for an engine that runs."""
    from engine.research.edgar.settings import Settings, is_contact, read_settings, write_settings

    verb, contact = (words[0] if words else "status"), " ".join(words[1:])
    if verb not in ("on", "off", "status") or (contact and verb != "on"):
        raise usage("research edgar takes on, off or status", _HOW)
    home = Path(context.home.path)
    settings = read_settings(home)
    if verb != "status":
        settings = Settings(verb == "on", contact or settings.contact)
        if settings.enabled and not is_contact(settings.contact):
            raise usage("the SEC asks who is asking: a name and an address", _HOW)
        context.home.prepare()
        write_settings(home, settings)
    if context.json:
        write_json({"enabled": settings.enabled, "contact": settings.contact})
        return 0
    word = f"on, as {settings.contact}" if settings.enabled else "off: nothing is fetched"
    sys.stdout.write(plain(f"EDGAR is {word}") + "\n")
    return 0
