"""The command `vterm`: takes the line apart, imports what it needs and nothing else, ends with the right code."""

from __future__ import annotations

import os
import sys

from vterm.cli.stop import Stop, usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any, NoReturn

    from vterm.cli.context import Context
    from vterm.cli.scan import Line

EXIT_INTERRUPTED = 130


def main(argv: list[str] | None = None) -> int:
    """Run one command line; the exit code of docs/exit-codes.md."""
    words = sys.argv[1:] if argv is None else argv
    try:
        code = _run(words)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader has what it wanted. stdout now points nowhere, so that the interpreter's last flush is silent.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except Stop as stop:
        return _end(words, stop.document, stop.exit_code)
    except Exception as error:  # noqa: BLE001 - the last one who can turn whatever it is into one line
        return _end(words, *_explain(error, words))


def _run(words: list[str]) -> int:
    from vterm.cli.scan import scan

    line = scan(words)
    if "version" in line.switches:
        return _version()
    from vterm.cli.context import Context

    context = Context(line)
    if not line.name:
        return _terminal(context)
    from vterm.cli.commands import COMMANDS, WORKBENCH

    kind, module, about = COMMANDS[line.name]
    if kind == WORKBENCH:
        from vterm.cli.workbench import run_typer

        return run_typer(context, line.name, module)
    try:
        return _thin(context, line, module, about)
    finally:
        context.close()


def _thin(context: Context, line: Line, module: str, about: str) -> int:
    from importlib import import_module

    found = import_module(f"vterm.cli.{module}")
    parser = _parser(line.name, about)
    word = line.name.replace("-", "_")
    arguments = getattr(found, f"args_{word}", None)
    if arguments is not None:
        arguments(parser)
    try:
        args = parser.parse_args(line.rest)
    except SystemExit as done:  # --help has been printed
        return int(done.code or 0)
    code: int = getattr(found, f"run_{word}")(context, args)
    return code


def _parser(name: str, about: str) -> argparse.ArgumentParser:
    import argparse

    class Parser(argparse.ArgumentParser):
        """Says what is wrong in one line, like every other error."""

        def error(self, message: str) -> NoReturn:
            raise usage(message, f"see `vterm help {name}`")

    return Parser(prog=f"vterm {name}", description=about, allow_abbrev=False)


def _terminal(context: Context) -> int:
    from pathlib import Path

    flags = context.line.flags
    if context.json or context.csv:
        raise usage("the terminal has no --json or --csv", "name a command; see `vterm help`")
    if bool(flags.get("replay")) != bool(flags.get("format")):
        raise usage("--replay and --format belong together", "vterm --replay FILE --format binance-spot")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise usage("the terminal needs a terminal", "name a command; see `vterm help`")
    from vterm.surroundings import refused

    if why := refused(os.environ):
        raise usage(why, "set TERM to what your terminal is, such as xterm-256color, or name a command")
    import threading

    threading.Thread(target=_wake, args=(context,), name="engine-early", daemon=True).start()
    from vterm.app import run

    replay = (Path(flags["replay"]).absolute(), flags["format"]) if flags.get("replay") else None
    home = context.home.store(str(replay[0]), replay[1]) if replay else context.home.path
    code: int = run(Path(home), context.account, replay)
    return code


def _wake(context: Context) -> None:
    """Start the engine while the screen's library is still being imported. What goes wrong is the terminal's to say:
    it asks for the same engine again, and waits for this start."""
    from engine.client.start import StartOptions, ensure_engine
    from engine.desk import DeskUnreachable
    from engine.home import HomeError

    try:
        ensure_engine(context.home, context.options or StartOptions())
    except (HomeError, DeskUnreachable, OSError):
        return


def _explain(error: Exception, words: list[str]) -> tuple[dict[str, Any], int]:
    """What to say of an exception; also where not everything that vterm needs is installed."""
    try:
        from vterm.cli.failures import explain
    except ImportError as missing:
        fix = "install vterm with its dependencies (`make run` does)"
        text = f"the installation is incomplete: {missing}"
        return {"error": {"code": "BUG", "message": text, "cause": text, "fix": fix, "docs": "vterm help BUG"}}, 70
    return explain(error, words)


def _version() -> int:
    from importlib.metadata import PackageNotFoundError, version

    try:
        number = version("vterm")
    except PackageNotFoundError:
        number = "(run from its source)"
    sys.stdout.write(f"vterm {number}\n")
    return 0


def _end(words: list[str], document: dict[str, Any], exit_code: int) -> int:
    """Say why: the document on stdout with --json, else one line on stderr."""
    from vterm.cli.output import plain, write_json

    try:
        if "--json" in words:
            write_json(document)
            sys.stdout.flush()
            return exit_code
        error = document["error"]
        code = "bug" if error["code"] == "BUG" else error["code"]
        text = f"vterm: {code}: {str(error['message']).rstrip('.')}."
        if error.get("max_quantity"):
            text += f" The largest quantity that passes is {error['max_quantity']}."
        if error.get("fix"):
            text += f" {error['fix']}"
        sys.stderr.write(plain(" ".join(text.split())) + "\n")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return exit_code
