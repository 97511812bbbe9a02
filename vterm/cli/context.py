"""What every command is given: its home, its desk, its way of speaking."""

from __future__ import annotations

import os

from vterm.cli.codes import exit_of
from vterm.cli.stop import Stop, stop, usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    from engine.client.start import StartOptions
    from engine.home import Home
    from vterm.cli.scan import Line

    class Desk(Protocol):
        """Sends one request to an engine, wherever it runs."""

        def send(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]: ...


class Answer:
    """A good answer: its bytes, and its document where somebody needs it taken apart."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    @property
    def document(self) -> dict[str, Any]:
        """The answer as a document."""
        import json

        parsed: dict[str, Any] = json.loads(self.raw)
        return parsed


def account_name(text: str) -> str:
    """The name given with --account."""
    if not text.isascii() or not text.isprintable() or " " in text:
        raise usage("--account is not a name", "use letters, digits, dots, dashes or underscores")
    return text


class Context:
    """The globals of a command line."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.json, self.csv = "json" in line.switches, "csv" in line.switches
        self.no_daemon = "no_daemon" in line.switches
        self.account = account_name(line.flags.get("account") or "main")
        self._desk: Desk | None = None
        self._home: Home | None = None
        if line.flags.get("desk") or os.environ.get("VTERM_DESK"):
            raise usage("a shared desk cannot be reached from this version", "leave out --desk and VTERM_DESK")

    @property
    def home(self) -> Home:
        """The data folder (not made yet)."""
        if self._home is None:
            from engine.home import Home

            self._home = Home.find(self.line.flags.get("home", ""))
        return self._home

    @property
    def options(self) -> StartOptions | None:
        """What a new engine is told, where the command line says anything."""
        flags = self.line.flags
        if not any(flags.get(name) for name in ("clock", "seed", "replay", "scenario")):
            return None
        from engine.client.start import StartOptions

        clock, seed, replay, form, symbol = (flags.get(n, "") for n in ("clock", "seed", "replay", "format", "symbol"))
        return StartOptions(clock, seed, replay, form, symbol, scenario=flags.get("scenario", ""))

    @property
    def desk(self) -> Desk:
        """The engine: the one of the home, or one inside this process with --no-daemon."""
        if self._desk is None:
            if self.no_daemon:
                from vterm.cli.embedded import EmbeddedDesk

                self._desk = EmbeddedDesk(self.home, self.account, self.options)
            else:
                from engine.client.thin import ThinDesk

                if self.line.flags.get("replay"):
                    from engine.client.start import ensure_engine

                    ensure_engine(self.home, self.options)
                self._desk = ThinDesk(self.home, self.account, self.options)
        return self._desk

    def call(self, method: str, path: str, body: object = None) -> Answer:
        """Ask the engine. Raises Stop with its refusal."""
        if body is not None and not isinstance(body, bytes):
            import json

            body = json.dumps(body).encode()
        status, raw = self.desk.send(method, path, body)
        if status >= 400:
            raise _refusal(status, raw)
        return Answer(raw)

    def get(self, path: str) -> Answer:
        """Ask the engine for a document."""
        return self.call("GET", path)

    def close(self) -> None:
        """Let go of an engine inside this process."""
        leave = getattr(self._desk, "close", None)
        if leave is not None:
            leave()


def _refusal(status: int, raw: bytes) -> Stop:
    import json

    try:
        error = json.loads(raw)["error"]
    except ValueError:  # the server's own words, from before the application sees the request
        return stop("USAGE", "the engine cannot read such a request", "shorten its words", exit_of("", status))
    return Stop({"error": error}, exit_of(str(error["code"]), status))


def escape(text: str) -> str:
    """A symbol or id as one part of a path."""
    if text.isascii() and text.replace("-", "").replace("_", "").isalnum():
        return text
    from urllib.parse import quote

    return quote(text, safe="", errors="surrogateescape")
