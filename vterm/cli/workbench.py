"""Hands a command line to a typer application, and its errors back in the one way that all commands have."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from typer.exceptions import Abort, TyperException

from vterm.cli.stop import usage

if TYPE_CHECKING:
    from vterm.cli.context import Context


HAVE_ACCOUNTS = ("simulate", "replay")


def run_typer(context: Context, name: str, module: str) -> int:
    """Run `vterm NAME …` of vterm.cli.MODULE (its `app`, or `app_NAME` where it has several)."""
    found = import_module(f"vterm.cli.{module}")
    app = getattr(found, f"app_{name}", None) or found.app
    try:
        result = app(args=_words(context), prog_name=f"vterm {name}", standalone_mode=False)
    except Abort:
        raise KeyboardInterrupt from None
    except TyperException as error:
        raise usage(" ".join(error.format_message().split()), f"see `vterm {name} --help`") from None
    return result if isinstance(result, int) else 0


def _words(context: Context) -> list[str]:
    """The command's own words; flags that stood before its name are given to it too."""
    words = list(context.line.rest)
    for flag, wanted in (("--json", context.json), ("--csv", context.csv)):
        if wanted and flag not in words:
            words.append(flag)
    names = ("seed", "scenario", "format", "symbol", *(("account",) if context.line.name in HAVE_ACCOUNTS else ()))
    for flag in names:
        value = context.line.flags.get(flag)
        if value and f"--{flag}" not in words:
            words += [f"--{flag}", value]
    return words
