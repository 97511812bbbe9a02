"""help: the commands, one command, one code, all exit codes."""

from __future__ import annotations

import sys

from vterm.cli.codes import EXITS, OTHERS, REFUSALS
from vterm.cli.commands import COMMANDS, GLOBAL_SWITCHES, GLOBAL_VALUES, TERMINAL_VALUES
from vterm.cli.output import write_json
from vterm.cli.stop import stop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from vterm.cli.context import Context


def args_help(parser: ArgumentParser) -> None:
    """vterm help [COMMAND|CODE|exit-codes]"""
    parser.add_argument("topic", nargs="?", default="", metavar="COMMAND|CODE|exit-codes")


def run_help(context: Context, args: Namespace) -> int:
    """Help for a topic, or the list of commands."""
    topic = args.topic
    if not topic:
        return _commands(context)
    if topic == "exit-codes":
        return _exit_codes(context)
    if topic.upper() in {**REFUSALS, **OTHERS}:
        return _code(context, topic.upper())
    if topic in COMMANDS:
        from vterm.cli.main import main

        return main([topic, "--help"])
    raise stop("USAGE", f"there is no help on {topic[:40]!r}", "`vterm help` lists the commands", 2)


def _commands(context: Context) -> int:
    if context.json:
        write_json({"commands": [{"name": name, "help": entry[2]} for name, entry in COMMANDS.items()]})
        return 0
    lines = ["vterm [FLAGS] [COMMAND …]     without a command: the terminal", ""]
    lines += [f"  {name:<12} {about}" for name, (_, _, about) in COMMANDS.items()]
    lines += ["", "flags, before or after the command:"]
    lines += [f"  {flag + ' ' + name.upper():<19} {about}" for flag, (name, about) in GLOBAL_VALUES.items()]
    lines += [f"  {flag:<19} {about}" for flag, (_, about) in GLOBAL_SWITCHES.items()]
    lines += ["", "flags of the terminal:"]
    lines += [f"  {flag + ' ' + name.upper():<19} {about}" for flag, (name, about) in TERMINAL_VALUES.items()]
    lines += ["", "`vterm help COMMAND`, `vterm help CODE`, `vterm help exit-codes` say more."]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _exit_codes(context: Context) -> int:
    codes = {**REFUSALS, **OTHERS}
    if context.json:
        rows = [{"code": code, "exit": number, "meaning": about} for code, (number, about) in codes.items()]
        write_json({"exits": {str(number): about for number, about in EXITS.items()}, "codes": rows})
        return 0
    for number, about in EXITS.items():
        sys.stdout.write(f"{number:>3}  {about}\n")
        for code, (exit_code, meaning) in codes.items():
            if exit_code == number:
                sys.stdout.write(f"     {code:<22} {meaning}\n")
    return 0


def _code(context: Context, code: str) -> int:
    number, about = {**REFUSALS, **OTHERS}[code]
    if context.json:
        write_json({"code": code, "exit": number, "meaning": about})
    else:
        sys.stdout.write(f"{code}: {about}.\nexit code {number}: {EXITS[number]}\n")
    return 0
