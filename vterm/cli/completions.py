"""completions: a script for the shell, made from the table of commands."""

from __future__ import annotations

import sys

from vterm.cli.commands import COMMANDS, GLOBAL_SWITCHES, GLOBAL_VALUES, TERMINAL_VALUES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from vterm.cli.context import Context

WORDS = {
    "order": "buy sell amend show",
    "clock": "pause resume speed jump",
    "engine": "start stop status",
    "watchlist": "add remove set",
    "alerts": "list add rm watch",
    "risk": "set unlock",
    "what-if": "buy sell",
    "rebalance": "equal risk-parity inverse-vol targets",
    "completions": "bash zsh fish",
    "help": "exit-codes " + " ".join(COMMANDS),
}

_BASH = """\
_vterm() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} name="" i
    for ((i = 1; i < COMP_CWORD; i++)); do
        [[ " {names} " == *" ${{COMP_WORDS[i]}} "* ]] && name=${{COMP_WORDS[i]}} && break
    done
    case "$word:$name" in
        -*) COMPREPLY=($(compgen -W "{flags}" -- "$word")) ;;
        *:) COMPREPLY=($(compgen -W "{names}" -- "$word")) ;;
{cases}
        *) COMPREPLY=($(compgen -f -- "$word")) ;;
    esac
}}
complete -F _vterm vterm
"""

_ZSH = """\
#compdef vterm
_vterm() {{
    local -a commands flags
    commands=({commands})
    flags=({flags})
    if (( CURRENT == 2 )); then
        _describe command commands
        compadd -- $flags
        return
    fi
    case "${{words[2]}}" in
{cases}
    esac
    [[ "$PREFIX" == -* ]] && compadd -- $flags || _files
}}
compdef _vterm vterm
"""


def args_completions(parser: ArgumentParser) -> None:
    """vterm completions bash|zsh|fish"""
    parser.add_argument("shell", choices=("bash", "zsh", "fish"))


def run_completions(context: Context, args: Namespace) -> int:
    """Print the script; `eval "$(vterm completions bash)"` switches it on."""
    sys.stdout.write({"bash": _bash, "zsh": _zsh, "fish": _fish}[args.shell]())
    return 0


def _flags() -> list[str]:
    return [*GLOBAL_VALUES, *GLOBAL_SWITCHES, *TERMINAL_VALUES]


def _bash() -> str:
    cases = "\n".join(
        f'        *:{name}) COMPREPLY=($(compgen -W "{words}" -- "$word")) ;;' for name, words in WORDS.items()
    )
    return _BASH.format(names=" ".join(COMMANDS), flags=" ".join(_flags()), cases=cases)


def _zsh() -> str:
    cases = "\n".join(f"        {name}) compadd -- {words} ;;" for name, words in WORDS.items())
    quoted = {name: about.replace("'", "'\\''").replace(":", "\\:") for name, (_, _, about) in COMMANDS.items()}
    commands = " ".join(f"'{name}:{about}'" for name, about in quoted.items())
    return _ZSH.format(commands=commands, flags=" ".join(_flags()), cases=cases)


def _fish() -> str:
    seen = "not __fish_seen_subcommand_from " + " ".join(COMMANDS)
    lines = ["complete -c vterm -f"]
    lines += [f"complete -c vterm -n '{seen}' -a {name} -d \"{about}\"" for name, (_, _, about) in COMMANDS.items()]
    lines += [
        f"complete -c vterm -n '__fish_seen_subcommand_from {name}' -a '{words}'" for name, words in WORDS.items()
    ]
    lines += [f"complete -c vterm -l {flag[2:]} -r" for flag in (*GLOBAL_VALUES, *TERMINAL_VALUES)]
    lines += [f"complete -c vterm -l {flag[2:]}" for flag in GLOBAL_SWITCHES]
    return "\n".join(lines) + "\n"
